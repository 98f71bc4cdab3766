"""The folder of a run, as `ssl-compile` has it: `build`, `explain`, `evaluate` and `report` take what is written here as a run of theirs.

    model.ssl                               the source, and what it imports beside it
    initial.safetensors                     what it began with, if not with draws alone
    checkpoint.json                         where the run stands, and the length and checksum of every other file
    checkpoint-<phase>-<step>.safetensors   all that lives from step to step
    <phase>.safetensors                     parameters at the end of each phase
    weights.safetensors                     parameters at the end of the run
    metrics.jsonl                           one line an epoch
    summary.json                            what came of it
    run.lock                                as long as somebody trains in it

Every file is replaced whole. The tensors of a checkpoint are written before checkpoint.json names them, so that whenever the process
dies there is one whole checkpoint.
"""

import hashlib
import json
import math
import os
import re
from pathlib import Path

try:
    import fcntl
except ImportError:
    # Windows has none: there nothing keeps two processes apart.
    fcntl = None

from . import safetensors
from .errors import Refused

VERSION = 3
CHECKPOINT = 'checkpoint.json'
LOCK = 'run.lock'
#: How files end that are being written.
PART = '.part'
CHECKPOINT_TENSORS = re.compile(r'checkpoint-\d+-\d+\.safetensors')


def javascript(value):
    """JSON as JavaScript writes it, so that a checksum of it is the same there."""
    if isinstance(value, dict):
        return '{' + ','.join(f'{javascript(str(key))}:{javascript(each)}' for key, each in value.items()) + '}'
    if isinstance(value, (list, tuple)):
        return '[' + ','.join(map(javascript, value)) + ']'
    if isinstance(value, float):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False)


def number_text(value):
    if not math.isfinite(value):
        return 'null'
    if abs(value) < 2**53 and value == int(value):
        return str(int(value))
    mantissa, _, exponent = repr(abs(value)).partition('e')
    whole, _, fraction = mantissa.partition('.')
    fraction = '' if fraction == '0' else fraction
    digits = (whole + fraction).lstrip('0')
    # Where the point stands, counted from the first digit.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip('0')
    sign = '-' if value < 0 else ''
    if -6 < point <= 0:
        return f'{sign}0.{"0" * -point}{digits}'
    if 0 < point <= 21:
        padded = digits.ljust(point, '0')
        return sign + padded[:point] + (f'.{padded[point:]}' if padded[point:] else '')
    power = point - 1
    return f'{sign}{digits[0]}{"." + digits[1:] if digits[1:] else ""}e{"+" if power > 0 else "-"}{abs(power)}'


def read_own(program, name):
    """The bytes of a file of the program."""
    try:
        return (program / name).read_bytes()
    except OSError as error:
        raise Refused(f'the program lacks {name} ({error.strerror}): export it anew') from error


class RunFolder:
    def __init__(self, path):
        self.path = Path(path)
        self._lock = None

    def open(self, resume, program, sources):
        """Answers the checkpoint to go on from and its tensors; (None, None) where the run begins."""
        self.look(resume, sources)
        self.lock()
        # Once more: whoever had the lock before may just have written.
        entries = self.look(resume, sources)
        if CHECKPOINT in entries:
            return self.read_checkpoint()
        for source in sources:
            self.write(source, read_own(program, f'sources/{source}'))
        return None, None

    def look(self, resume, sources):
        """Names of what the folder holds. It has to be empty, or to hold a run to be gone on with."""
        try:
            entries = [path.name for path in self.path.iterdir() if path.name != LOCK and not path.name.endswith(PART)] if self.path.exists() else []
        except OSError as error:
            raise Refused(f'{self.path} cannot be read as a folder ({error.strerror}): choose another one') from error
        if entries and not resume:
            advice = 'add --resume to go on with the run in it, or choose another folder' if CHECKPOINT in entries else 'choose another folder'
            raise Refused(f'{self.path} is not empty: {advice}')
        if CHECKPOINT in entries:
            return entries
        own = {Path(source).parts[0] for source in sources}
        foreign = next((name for name in entries if name not in own and name != 'initial.safetensors' and not CHECKPOINT_TENSORS.fullmatch(name)), None)
        if foreign is not None:
            raise Refused(f'{self.path} is not the folder of a run: it holds {foreign}')
        return entries

    def lock(self):
        """Keeps others out; the system lets go of it when this process ends, however it does."""
        place = self.path / LOCK
        if place.is_dir():
            raise Refused(f'{self.path} is being trained in by ssl-compile: wait for it, or remove {place} if nothing trains there')
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = open(place, 'a')
            if fcntl is not None:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not place.exists() or os.fstat(self._lock.fileno()).st_ino != place.stat().st_ino:
                    # Whoever had it has just removed it.
                    raise BlockingIOError
        except BlockingIOError:
            self._lock = None
            raise Refused(f'{self.path} is being trained in by another process: wait for it, or choose another folder') from None
        except OSError as error:
            raise Refused(f'{place} cannot be written ({error.strerror}): choose another folder') from error

    def unlock(self):
        if self._lock is not None:
            for path in self.path.glob(f'*{PART}'):
                path.unlink(missing_ok=True)
            if fcntl is None:
                self._lock.close()
            (self.path / LOCK).unlink(missing_ok=True)
            self._lock.close()

    def write(self, name, data):
        """Replaces a file, whole or not at all; answers its record."""
        data = data.encode() if isinstance(data, str) else data
        place = self.path / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f'{place.name}{PART}')
            with open(beside, 'wb') as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, place)
        except OSError as error:
            raise Refused(f'{place} cannot be written ({error.strerror}): choose another folder, or make room') from error
        return record_of(data)

    def write_checkpoint(self, state, tensors):
        """`state` without its tensors, and those by name."""
        name = f'checkpoint-{state["phase"]}-{state["step"]}.safetensors'
        whole = {**state, 'tensors': self.write(name, safetensors.encode(tensors))}
        text = javascript(whole)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.write(CHECKPOINT, f'{{"version":{VERSION},"sha256":"{sha256}","state":{text}}}\n')
        for path in self.path.iterdir():
            if CHECKPOINT_TENSORS.fullmatch(path.name) and path.name != name:
                path.unlink()

    def read_checkpoint(self):
        place = self.path / CHECKPOINT
        try:
            found = json.loads(place.read_bytes())
            state = found['state']
            if found['version'] != VERSION:
                raise Refused(f'{place} is of version {found["version"]}, expected {VERSION}: start the run anew in another folder')
            if hashlib.sha256(javascript(state).encode()).hexdigest() != found['sha256']:
                raise ValueError('its checksum is that of another')
            tensors = state.pop('tensors')
            name = f'checkpoint-{state["phase"]}-{state["step"]}.safetensors'
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(f'{place} is damaged ({error}): start the run anew in another folder') from error
        return state, safetensors.decode(self.read(name, tensors), self.path / name)[0]

    def read(self, name, record):
        """The bytes of a file, which have to be those that the run has written; of metrics.jsonl those up to its record."""
        place = self.path / name
        try:
            data = place.read_bytes()
        except OSError as error:
            raise Refused(f'{place} cannot be read ({error.strerror}): start the run anew in another folder') from error
        data = data[: record['bytes']] if name == 'metrics.jsonl' else data
        if record_of(data) != record:
            raise Refused(f'{place} is not the file that the run has written: put that back, or start the run anew in another folder')
        return data


def record_of(data):
    return {'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()}

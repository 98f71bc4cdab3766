"""A run: phase after phase, with checkpoints, so that one that was killed goes on from the last of them."""

import hashlib
import math
import time

import torch
from torch.nn.parallel import DistributedDataParallel

from . import counter, safetensors, samples, statistics
from .errors import Refused, RefusedByAll
from .phase_run import PhaseRun
from .progress import Progress
from .run_folder import RunFolder, javascript, read_own, record_of
from .schedule import phases_of
from .summary import summary_of


class Run:
    """`network`: the module of network.py. `program`: the folder of the program."""

    def __init__(self, plan, network, processes, program, dtype=torch.float32):
        self.plan = plan
        self.processes = processes
        self.device = processes.device
        self.dtype = dtype
        self.program = program
        self.task = plan['task']
        self.parameters = plan['network']['parameters']
        self.network = network.to(self.device, dtype)
        self.network.draws.seed = plan['seed']
        self.network.draws.processes = processes.count
        #: The network whose gradients are the means over all processes.
        self.parallel = self.network if processes.count == 1 else DistributedDataParallel(self.network, broadcast_buffers=False)
        self.progress = Progress(processes.is_first, self.task)
        #: What a checkpoint says, from `open` on.
        self.state = {}
        self.is_asked_to_stop = False

    def ask_to_stop(self):
        """The run ends with a checkpoint as soon as all processes have heard of it."""
        self.is_asked_to_stop = True

    def prepare(self, directory):
        """Reads the data. `directory`: of --data."""
        plan = self.plan
        for spec in plan['phases']:
            self.processes.share_of(spec['batch'], spec['name'])
        self.dataset = samples.load(plan, directory, self.program)
        self.training, self.held_out = samples.divided(self.dataset, plan['heldOut'], plan['seed'], plan['saysHeldOut'])
        self.fingerprint = samples.fingerprint(self.dataset)
        self.processes.agree('data set (sha256)', self.fingerprint)
        self.phases = phases_of(plan, len(self.training))
        self.total_steps = sum(phase.steps for phase in self.phases)
        for phase in self.phases:
            if phase.epochs and not phase.steps_per_epoch:
                raise Refused(f'{phase.name} takes batches of {phase.batch} samples, and {len(self.training)} are there to train on')
            if ('keep' in phase.spec or 'patience' in phase.spec) and not len(self.held_out):
                raise Refused(f'{phase.name} goes by held-out samples, and there are none: write `held_out = 0.1` and export anew')
        classes = math.prod(plan['network']['output'])
        weights = statistics.class_weights(plan.get('classWeights'), self.dataset.training.labels[self.training], classes)
        self.class_weights = None if weights is None else torch.from_numpy(weights).to(self.device, self.dtype)

    def initial(self):
        """float32 arrays by name: what was given, measured, or drawn from the seed."""
        drawn = {spec['name']: counter.initial_values(spec, self.plan['seed']) for spec in self.parameters}
        measured = statistics.measured([spec for spec in self.parameters if spec['role'] == 'measured'], self.dataset.training, self.training)
        return {**drawn, **measured, **self.given}

    def identity(self):
        """What makes a run the run that it is, part by part."""
        parts = {**self.plan['identity'], 'data set': self.fingerprint}
        if self.dtype == torch.float64:
            parts['bits of a number'] = '64'
        if 'initial' in self.plan:
            parts['set of initial weights'] = self.plan['initial']['sha256']
        return parts

    def open(self, resume):
        """Opens the folder of the run; answers the tensors to go on with, None at the beginning."""
        sources = self.plan['sources']
        stored, tensors = self.processes.from_first(lambda: self.folder.open(resume, self.program, sources))
        self.given = self.read_given()
        if stored is None:
            files = {source: record_of(read_own(self.program, f'sources/{source}')) for source in sources}
            if self.given and self.processes.is_first:
                self.folder.write('initial.safetensors', read_own(self.program, 'initial.safetensors'))
            if self.given:
                files['initial.safetensors'] = record_of(read_own(self.program, 'initial.safetensors'))
            self.state = {'identity': self.identity(), 'phase': 0, 'step': 0, 'sums': {'loss': 0, 'correct': 0}, 'stopped': {}, 'kept': {}, 'seconds': 0, 'error': {}, 'heldOut': {}, 'files': files}
            return None
        self.check_identity(stored['identity'])
        self.state = stored
        if self.processes.is_first and 'metrics.jsonl' in stored['files']:
            self.folder.write('metrics.jsonl', self.folder.read('metrics.jsonl', stored['files']['metrics.jsonl']))
        return tensors

    def read_given(self):
        """float32 arrays by name: the weights that the program was exported with."""
        if 'initial' not in self.plan:
            return {}
        given, _ = safetensors.decode(read_own(self.program, 'initial.safetensors'), 'initial.safetensors')
        if hashlib.sha256(safetensors.encode(given)).hexdigest() != self.plan['initial']['sha256']:
            raise Refused('initial.safetensors does not hold the weights that the program was exported with: export it anew')
        return given

    def check_identity(self, found):
        expected = self.identity()
        differing = [name for name in {**found, **expected} if found.get(name) != expected.get(name)]
        if differing:
            shown = ', '.join(f'{name} ({brief(found.get(name))}, not {brief(expected.get(name))})' for name in differing[:3])
            raise RefusedByAll(f'the run in {self.folder.path} is of another program or other data: {shown}; take the program and the data that began it, or choose another folder')

    def train(self, out, resume):
        """Trains to the end; answers the summary."""
        self.folder = RunFolder(out)
        try:
            return self.train_in_folder(resume)
        finally:
            self.folder.unlock()

    def train_in_folder(self, resume):
        stored = self.open(resume)
        self.started = time.monotonic() - self.state['seconds']
        while self.state['phase'] < len(self.phases):
            PhaseRun(self, self.phases[self.state['phase']], stored).train()
            stored = None
        return self.finish()

    def seconds(self):
        return time.monotonic() - self.started

    def origin_of(self, phase):
        """Arrays that a phase starts from."""
        origin = phase.spec.get('origin')
        if origin is None:
            return self.initial()
        name = f'{self.phases[origin].key}.safetensors'
        data = self.processes.from_first(lambda: self.folder.read(name, self.state['files'][name]))
        return safetensors.decode(data, self.folder.path / name)[0]

    def finish(self):
        """Writes what a finished run leaves behind, the checkpoint that vouches for it last."""
        plan, state = self.plan, self.state
        product = self.phases[plan['product']]
        name = f'{product.key}.safetensors'
        data = self.processes.from_first(lambda: self.folder.read(name, state['files'][name]))
        weights = safetensors.decode(data, self.folder.path / name)[0]
        for spec in self.parameters:
            getattr(self.network, spec['attribute']).data.copy_(torch.from_numpy(weights[spec['name']].copy()))
        summary = summary_of(self)
        if self.processes.is_first:
            state['files']['weights.safetensors'] = self.folder.write('weights.safetensors', data)
            state['files']['summary.json'] = self.folder.write('summary.json', f'{javascript(summary)}\n')
            self.folder.write_checkpoint(state, weights)
        return summary

    @property
    def evaluated(self):
        """Samples that an evaluation of a process looks at together."""
        return max(spec['batch'] for spec in self.plan['phases']) // self.processes.count


def brief(value):
    text = 'none' if value is None else str(value)
    return text if len(text) <= 40 else f'{text[:37]}...'

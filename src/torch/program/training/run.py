"""A run: phase after phase, with checkpoints, so that one that was killed goes on from the last of them."""

import hashlib
import math
import time

import numpy as np
import torch
from torch.nn.parallel import DistributedDataParallel

from . import batches, counter, evaluation, safetensors, samples, statistics
from .errors import Refused, RefusedByAll, Stopped
from .methods import Moment
from .progress import Progress
from .run_folder import RunFolder, javascript, read_own, record_of
from .schedule import phases_of
from .state import PhaseState
from .summary import metrics_line, summary_of

#: Seconds between checkpoints within an epoch.
CHECKPOINT_INTERVAL = 30
#: Seconds between looks at how things go, and steps between them at most.
LOOK_INTERVAL = 3
MOST_STEPS = 100


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
        self.is_asked_to_stop = False
        #: All processes have heard that one was asked to.
        self.stops = False

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
            self.run_phase(self.phases[self.state['phase']], stored)
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

    def enter(self, phase, stored):
        """Makes the state of a phase: as it begins, or as a checkpoint has it."""
        held = PhaseState(self.plan, self.network, phase.spec, self.device)
        held.load(self.origin_of(phase) if stored is None else stored)
        if stored is None:
            held.mask_zeros()
            held.method.begin(self.moment(held, phase, 0))
        return held

    def moment(self, held, phase, done):
        return Moment(held, self.plan['methodSettings'], phase, phase.rate_at(max(0, done - 1)) if phase.steps else 0, done)

    def run_phase(self, phase, stored):
        held = self.enter(phase, stored)
        best = {name: tensor for name, tensor in (stored or {}).items() if name.endswith('.best')}
        # Steps that were not taken say nothing of the pace.
        self.progress.begin(self.total_steps, self.state['step'], self.seconds())
        self.looked, self.next_look = (self.state['step'], self.seconds()), self.state['step'] + 1
        self.save(held, best)
        last = phase.first_step + phase.steps
        while self.state['step'] < last:
            epoch = (self.state['step'] - phase.first_step) // phase.steps_per_epoch
            residuals = self.train_epoch(held, phase, epoch, best)
            best = self.close_epoch(held, phase, epoch, residuals, best)
            self.save(held, best)
            if self.stops and self.state['step'] < last:
                raise Stopped(self.state['step'], self.total_steps)
        self.close_phase(held, phase, best)

    def train_epoch(self, held, phase, epoch, best):
        """The steps of an epoch that are left; answers the residuals of the method as it ends."""
        order = batches.epoch_order(self.plan, phase, epoch, self.training)
        crops = batches.epoch_crops(self.plan, phase, epoch, order)
        share = self.processes.share_of(phase.batch, phase.name)
        self.network.draws.first_sample = self.processes.rank * share
        begins = phase.first_step + epoch * phase.steps_per_epoch
        interval = held.method.interval(phase)
        ends = begins + phase.steps_per_epoch
        residuals = None
        sums = torch.zeros(2, dtype=torch.float64, device=self.device)
        while self.state['step'] < ends:
            step = self.state['step']
            first = (step - begins) * phase.batch + self.processes.rank * share
            numbers = order[first : first + share]
            of_batch = None if crops is None else crops[first : first + share]
            sums += self.take_step(held, phase, step, numbers, of_batch)
            self.state['step'] = step + 1
            done = step + 1 - phase.first_step
            residuals = held.method.between(self.moment(held, phase, done)) if done % interval == 0 else None
            if step + 1 >= min(self.next_look, ends):
                self.look(sums, held, phase, epoch, best, step + 1 < ends)
        return residuals

    def look(self, sums, held, phase, epoch, best, is_within):
        """Between two steps: is the loss still finite, is a checkpoint due, has somebody asked to stop?

        Looks are as far apart as LOOK_INTERVAL says, by the clock of the first process, which all go by. `is_within`: an epoch,
        behind whose last step there is a checkpoint anyway.
        """
        self.add_to_sums(sums, phase)
        self.progress.step(phase, epoch, self.state, self.seconds())
        now = self.seconds()
        told = [now - self.saved > CHECKPOINT_INTERVAL, self.steps_until_look(now)] if self.processes.is_first else [False, 0]
        is_due, steps, is_asked = self.processes.total([*map(float, told), float(self.is_asked_to_stop)])
        self.next_look = self.state['step'] + int(steps)
        self.stops = is_asked > 0
        if is_within and (is_due or self.stops):
            self.check_finite(held)
            self.save(held, best)
        if is_within and self.stops:
            raise Stopped(self.state['step'], self.total_steps)

    def steps_until_look(self, now):
        step, then = self.looked
        self.looked = (self.state['step'], now)
        return max(1, min(MOST_STEPS, round(LOOK_INTERVAL * (self.state['step'] - step) / max(now - then, 1e-6))))

    def take_step(self, held, phase, step, numbers, crops):
        """One step on this process's share of a batch; answers its loss, times the samples, and how many are answered rightly."""
        number = step - phase.first_step
        self.network.train()
        self.network.draws.step = step
        held.look_ahead()
        self.network.zero_grad(set_to_none=True)
        split = self.dataset.training
        answer = self.parallel(batches.samples_of(split, numbers, self.device, self.dtype, crops))
        labels = batches.labels_of(split, numbers, self.device, self.dtype)
        loss = evaluation.losses(self.task, answer, labels, phase.spec.get('labelSmoothing', 0.0))
        if self.class_weights is not None:
            loss = loss * self.class_weights[labels]
        loss.mean().backward()
        held.step(phase.rate_at(number), number + 1)
        with torch.no_grad():
            right = evaluation.correct(self.task, answer, labels)
            return torch.stack([loss.detach().double().sum(), torch.as_tensor(right, dtype=torch.float64, device=self.device)])

    def add_to_sums(self, sums, phase):
        loss, right = self.processes.total(sums.tolist())
        sums.zero_()
        self.state['sums'] = {'loss': self.state['sums']['loss'] + loss, 'correct': self.state['sums']['correct'] + int(right)}
        if not math.isfinite(loss):
            self.refuse_diverged('the loss is no finite number')

    def check_finite(self, held, held_out=None):
        """Weights may be ruined behind a step whose loss was finite."""
        with torch.no_grad():
            ruined = sum(float(not bool(tensor.isfinite().all())) for tensor in held.tensors().values())
        if self.processes.total([ruined])[0] > 0:
            self.refuse_diverged('a weight is no finite number')
        if held_out is not None and not math.isfinite(held_out['loss']):
            self.refuse_diverged('the loss of the held-out samples is no finite number')

    def refuse_diverged(self, why):
        phase = self.phases[self.state['phase']]
        rate = phase.rate_at(self.state['step'] - phase.first_step - 1)
        raise RefusedByAll(f'training diverged at or before step {self.state["step"]} ({phase.name}): {why}; lower the rate (it is {rate:g} there); the checkpoint before it is kept in {self.folder.path}')

    def close_epoch(self, held, phase, epoch, residuals, best):
        """Judges by the held-out samples and writes a line of metrics; answers the weights of the best epoch, where they are kept."""
        state, spec = self.state, phase.spec
        held_out = evaluation.score(self, self.dataset.training, self.held_out) if len(self.held_out) else None
        self.check_finite(held, held_out)
        is_judged = 'keep' in spec or 'patience' in spec
        stops = False
        if is_judged:
            before = state.get('best')
            if before is None or held_out['error'] < before['error']:
                state['best'] = {'epoch': epoch + 1, 'error': held_out['error']}
                if 'keep' in spec:
                    best = {f'{spec_of["name"]}.best': held.values[spec_of['name']].clone() for spec_of in self.parameters}
            stops = epoch + 1 < phase.epochs and epoch + 1 - state['best']['epoch'] >= spec.get('patience', math.inf)
        line = metrics_line(self, held, phase, epoch, held_out, residuals, is_judged, stops)
        self.progress.epoch(line)
        if self.processes.is_first:
            record = state['files'].get('metrics.jsonl')
            before = self.folder.read('metrics.jsonl', record) if record else b''
            state['files']['metrics.jsonl'] = self.folder.write('metrics.jsonl', before + f'{javascript(line)}\n'.encode())
        state['sums'] = {'loss': 0, 'correct': 0}
        if stops:
            # Steps that are not taken are passed over, so that those of later phases keep their numbers.
            state['step'] = phase.first_step + phase.steps
            state['stopped'][phase.name] = epoch + 1
        return best

    def close_phase(self, held, phase, best):
        """Judges by the test set, once, and leaves the phase's parameters in the folder."""
        state = self.state
        if best:
            held.load({name.removesuffix('.best'): as_array(tensor) for name, tensor in best.items()})
        held.method.end(self.moment(held, phase, phase.steps))
        test = evaluation.score(self, self.dataset.test, np.arange(len(self.dataset.test)))
        state['error'][phase.name] = test['error']
        if len(self.held_out):
            state['heldOut'][phase.name] = evaluation.score(self, self.dataset.training, self.held_out)['error']
        if best:
            state['kept'][phase.name] = state['best']['epoch']
        if self.processes.is_first:
            name = f'{phase.key}.safetensors'
            state['files'][name] = self.folder.write(name, safetensors.encode(self.arrays_of(held.values), {'network': self.plan['network']['name']}))
        self.state['files'] = self.processes.from_first(lambda: state['files'])
        self.progress.phase(phase, state)
        state.pop('best', None)
        state['phase'] += 1

    def arrays_of(self, tensors):
        """Parameters as they are saved, in 32 bits."""
        return {spec['name']: as_array(tensors[spec['name']]).astype(np.float32) for spec in self.parameters}

    def save(self, held, best):
        self.state['seconds'] = self.saved = self.seconds()
        if self.processes.is_first:
            self.folder.write_checkpoint(self.state, {name: as_array(tensor) for name, tensor in {**held.tensors(), **best}.items()})

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


def as_array(tensor):
    return tensor if isinstance(tensor, np.ndarray) else tensor.detach().cpu().numpy()


def brief(value):
    text = 'none' if value is None else str(value)
    return text if len(text) <= 40 else f'{text[:37]}...'

"""The training of one phase: steps, looks between them, what an epoch and the phase leave behind."""

import math

import numpy as np
import torch

from . import batches, evaluation, safetensors
from .errors import RefusedByAll, Stopped
from .methods import Moment
from .run_folder import javascript
from .state import PhaseState
from .summary import metrics_line

#: Seconds between checkpoints within an epoch.
CHECKPOINT_INTERVAL = 30
#: Seconds between looks at how things go, and steps between them at most.
LOOK_INTERVAL = 3
MOST_STEPS = 100


class PhaseRun:
    """Begins the phase, for which all processes have to be there: the weights it starts from come from the first, and the method acts.

    `run`: the Run that it is a phase of, whose state it moves on. `stored`: the tensors of a checkpoint within the phase, or None.
    """

    def __init__(self, run, phase, stored):
        self.run = run
        self.phase = phase
        self.state = run.state
        self.processes = run.processes
        self.held = PhaseState(run.plan, run.network, phase.spec, run.device)
        self.held.load(run.origin_of(phase) if stored is None else stored)
        #: The parameters of the best epoch, by name, where they are kept.
        self.best = {name: tensor for name, tensor in (stored or {}).items() if name.endswith('.best')}
        #: All processes have heard that one was asked to stop.
        self.stops = False
        if stored is None:
            self.held.mask_zeros()
            self.held.method.begin(self.moment(0))

    def moment(self, done):
        phase = self.phase
        return Moment(self.held, self.run.plan['methodSettings'], phase, phase.rate_at(max(0, done - 1)) if phase.steps else 0, done)

    def train(self):
        run, state, phase = self.run, self.state, self.phase
        # Steps that were not taken say nothing of the pace.
        run.progress.begin(run.total_steps, state['step'], run.seconds())
        self.looked, self.next_look = (state['step'], run.seconds()), state['step'] + 1
        self.save()
        last = phase.first_step + phase.steps
        while state['step'] < last:
            epoch = (state['step'] - phase.first_step) // phase.steps_per_epoch
            residuals = self.train_epoch(epoch)
            self.close_epoch(epoch, residuals)
            self.save()
            if self.stops and state['step'] < last:
                raise Stopped(state['step'], run.total_steps)
        self.close()

    def train_epoch(self, epoch):
        """The steps of an epoch that are left; answers the residuals of the method as it ends."""
        run, state, phase, method = self.run, self.state, self.phase, self.held.method
        order = batches.epoch_order(run.plan, phase, epoch, run.training)
        crops = batches.epoch_crops(run.plan, phase, epoch, order)
        share = self.processes.share_of(phase.batch, phase.name)
        run.network.draws.first_sample = self.processes.rank * share
        begins = phase.first_step + epoch * phase.steps_per_epoch
        interval = method.interval(phase)
        ends = begins + phase.steps_per_epoch
        residuals = None
        sums = torch.zeros(2, dtype=torch.float64, device=run.device)
        while state['step'] < ends:
            step = state['step']
            first = (step - begins) * phase.batch + self.processes.rank * share
            numbers = order[first : first + share]
            of_batch = None if crops is None else crops[first : first + share]
            sums += self.take_step(step, numbers, of_batch)
            state['step'] = step + 1
            done = step + 1 - phase.first_step
            residuals = method.between(self.moment(done)) if done % interval == 0 else None
            if step + 1 >= min(self.next_look, ends):
                self.look(sums, epoch, step + 1 < ends)
        return residuals

    def take_step(self, step, numbers, crops):
        """One step on this process's share of a batch; answers its loss, times the samples, and how many are answered rightly."""
        run, phase = self.run, self.phase
        number = step - phase.first_step
        run.network.train()
        run.network.draws.step = step
        self.held.look_ahead()
        run.network.zero_grad(set_to_none=True)
        split = run.dataset.training
        answer = run.parallel(batches.samples_of(split, numbers, run.device, run.dtype, crops))
        labels = batches.labels_of(split, numbers, run.device, run.dtype)
        loss = evaluation.losses(run.task, answer, labels, phase.spec.get('labelSmoothing', 0.0))
        if run.class_weights is not None:
            loss = loss * run.class_weights[labels]
        loss.mean().backward()
        self.held.step(phase.rate_at(number), number + 1)
        with torch.no_grad():
            right = evaluation.correct(run.task, answer, labels)
            return torch.stack([loss.detach().double().sum(), torch.as_tensor(right, dtype=torch.float64, device=run.device)])

    def look(self, sums, epoch, is_within):
        """Between two steps: is the loss still finite, is a checkpoint due, has somebody asked to stop?

        Looks are as far apart as LOOK_INTERVAL says, by the clock of the first process, which all go by. `is_within`: an epoch,
        behind whose last step there is a checkpoint anyway.
        """
        run, state = self.run, self.state
        self.add_to_sums(sums)
        run.progress.step(self.phase, epoch, state, run.seconds())
        now = run.seconds()
        told = [now - self.saved > CHECKPOINT_INTERVAL, self.steps_until_look(now)] if self.processes.is_first else [False, 0]
        is_due, steps, is_asked = self.processes.total([*map(float, told), float(run.is_asked_to_stop)])
        self.next_look = state['step'] + int(steps)
        self.stops = is_asked > 0
        if is_within and (is_due or self.stops):
            self.check_finite()
            self.save()
        if is_within and self.stops:
            raise Stopped(state['step'], run.total_steps)

    def steps_until_look(self, now):
        step, then = self.looked
        self.looked = (self.state['step'], now)
        return max(1, min(MOST_STEPS, round(LOOK_INTERVAL * (self.state['step'] - step) / max(now - then, 1e-6))))

    def add_to_sums(self, sums):
        loss, right = self.processes.total(sums.tolist())
        sums.zero_()
        before = self.state['sums']
        self.state['sums'] = {'loss': before['loss'] + loss, 'correct': before['correct'] + int(right)}
        if not math.isfinite(loss):
            self.refuse_diverged('the loss is no finite number')

    def check_finite(self, held_out=None):
        """Weights may be ruined behind a step whose loss was finite."""
        with torch.no_grad():
            ruined = sum(float(not bool(tensor.isfinite().all())) for tensor in self.held.tensors().values())
        if self.processes.total([ruined])[0] > 0:
            self.refuse_diverged('a weight is no finite number')
        if held_out is not None and not math.isfinite(held_out['loss']):
            self.refuse_diverged('the loss of the held-out samples is no finite number')

    def refuse_diverged(self, why):
        step, phase = self.state['step'], self.phase
        rate = phase.rate_at(step - phase.first_step - 1)
        raise RefusedByAll(f'training diverged at or before step {step} ({phase.name}): {why}; lower the rate (it is {rate:g} there); the checkpoint before it is kept in {self.run.folder.path}')

    def close_epoch(self, epoch, residuals):
        """Judges by the held-out samples, keeps the weights of the best epoch where that is asked for, and writes a line of metrics."""
        run, state, phase, spec = self.run, self.state, self.phase, self.phase.spec
        held_out = evaluation.score(run, run.dataset.training, run.held_out) if len(run.held_out) else None
        self.check_finite(held_out)
        is_judged = 'keep' in spec or 'patience' in spec
        stops = False
        if is_judged:
            before = state.get('best')
            if before is None or held_out['error'] < before['error']:
                state['best'] = {'epoch': epoch + 1, 'error': held_out['error']}
                if 'keep' in spec:
                    self.best = {f'{name}.best': tensor.clone() for name, tensor in self.held.values.items()}
            stops = epoch + 1 < phase.epochs and epoch + 1 - state['best']['epoch'] >= spec.get('patience', math.inf)
        line = metrics_line(run, self.held, phase, epoch, held_out, residuals, is_judged, stops)
        run.progress.epoch(line)
        if self.processes.is_first:
            record = state['files'].get('metrics.jsonl')
            before = run.folder.read('metrics.jsonl', record) if record else b''
            state['files']['metrics.jsonl'] = run.folder.write('metrics.jsonl', before + f'{javascript(line)}\n'.encode())
        state['sums'] = {'loss': 0, 'correct': 0}
        if stops:
            # Steps that are not taken are passed over, so that those of later phases keep their numbers.
            state['step'] = phase.first_step + phase.steps
            state['stopped'][phase.name] = epoch + 1

    def close(self):
        """Judges by the test set, once, and leaves the phase's parameters in the folder."""
        run, state, phase, held = self.run, self.state, self.phase, self.held
        if self.best:
            held.load({name.removesuffix('.best'): as_array(tensor) for name, tensor in self.best.items()})
        held.method.end(self.moment(phase.steps))
        test = evaluation.score(run, run.dataset.test, np.arange(len(run.dataset.test)))
        state['error'][phase.name] = test['error']
        if len(run.held_out):
            state['heldOut'][phase.name] = evaluation.score(run, run.dataset.training, run.held_out)['error']
        if self.best:
            state['kept'][phase.name] = state['best']['epoch']
        if self.processes.is_first:
            arrays = {name: as_array(tensor).astype(np.float32) for name, tensor in held.values.items()}
            name = f'{phase.key}.safetensors'
            state['files'][name] = run.folder.write(name, safetensors.encode(arrays, {'network': run.plan['network']['name']}))
        state['files'] = self.processes.from_first(lambda: state['files'])
        run.progress.phase(phase, state)
        state.pop('best', None)
        state['phase'] += 1

    def save(self):
        self.state['seconds'] = self.saved = self.run.seconds()
        if self.processes.is_first:
            self.run.folder.write_checkpoint(self.state, {name: as_array(tensor) for name, tensor in {**self.held.tensors(), **self.best}.items()})


def as_array(tensor):
    return tensor if isinstance(tensor, np.ndarray) else tensor.detach().cpu().numpy()

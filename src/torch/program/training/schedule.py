"""A run as arithmetic: what happens at a step follows from the plan and the number of the step alone."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """A phase of a run, with the numbers of its steps."""

    index: int
    spec: dict
    #: Number of its first step, counted over the run.
    first_step: int
    steps_per_epoch: int
    #: Parts in each of which the schedule of the rate runs once (see `round_at`).
    rounds: int

    @property
    def name(self):
        return self.spec['name']

    @property
    def key(self):
        """Names its file and its random streams, whatever it is called."""
        return self.spec['key']

    @property
    def epochs(self):
        return self.spec['epochs']

    @property
    def steps(self):
        return self.steps_per_epoch * self.epochs

    @property
    def batch(self):
        """Samples of a step, over all processes."""
        return self.spec['batch']

    def rate_at(self, step_in_phase):
        """The learning rate of a step."""
        current = round_at(self.rounds, self.epochs, step_in_phase // self.steps_per_epoch)
        share = (step_in_phase - current.begins * self.steps_per_epoch) / (current.epochs * self.steps_per_epoch)
        return scheduled(self.spec['schedule'], share) * self._warmup_at(step_in_phase)

    def _warmup_at(self, step_in_phase):
        steps = math.floor(self.spec.get('warmup', 0) * self.steps_per_epoch + 0.5)
        return (step_in_phase + 1) / steps if step_in_phase < steps else 1


def scheduled(schedule, share):
    """`share`: of the phase that is done, in [0, 1)."""
    rate = schedule['rate']
    if schedule['kind'] == 'constant':
        return rate
    if schedule['kind'] == 'step':
        return rate * schedule['factor'] ** sum(share >= at for at in schedule['at'])
    return rate * (schedule['to'] + (1 - schedule['to']) * (1 + math.cos(math.pi * share)) / 2)


def phases_of(plan, samples):
    """The phases of a run that trains on so many samples."""
    phases, first_step = [], 0
    for index, spec in enumerate(plan['phases']):
        rounds = plan['methodSettings'].get('rounds', 1) if spec['penalizes'] else 1
        phase = Phase(index, spec, first_step, samples // spec['batch'], rounds)
        phases.append(phase)
        first_step += phase.steps
    return phases


@dataclass(frozen=True)
class Round:
    """A part of a phase that prunes, with tighter budgets than the one before."""

    #: From 1.
    number: int
    of: int
    #: Epochs of the phase before it, and its own.
    begins: int
    epochs: int

    def kept(self, total, budget):
        """How many of `total` groups it leaves, of which `budget` stay in the end."""
        return math.floor(total - (total - budget) * (self.number / self.of) + 0.5)


def round_at(rounds, epochs, epoch):
    """The round that an epoch, from 0, is in."""
    of = max(1, min(rounds, epochs))
    number = 1 if epochs == 0 else math.ceil((epoch + 1) * of / epochs)
    begins = epochs * (number - 1) // of
    return Round(number, of, begins, epochs * number // of - begins)

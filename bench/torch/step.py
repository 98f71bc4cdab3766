"""Times steps of ConvNet by an exported program and by a loop as people write it, in turns: step.py PROGRAM ROUNDS.

Prints {"exported": [ms], "by-hand": [ms], "torch": version}, a number a round. Both read bytes, mirror half of them, normalise
them, and take a step of gradient descent with momentum and decay, on one thread.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

program, rounds = Path(sys.argv[1]), int(sys.argv[2])
sys.path.insert(0, str(program))

from network import Network
from training import batches
from training.phase_run import PhaseRun
from training.processes import Processes
from training.run import Run

BATCH, STEPS = 100, 3
torch.set_num_threads(1)


class ByHand(nn.Module):
    def __init__(self, mean):
        super().__init__()
        self.register_buffer('mean', mean)
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(3, 32, 5, padding=2), nn.Conv2d(32, 32, 5, padding=2), nn.Conv2d(32, 64, 5, padding=2)
        self.fc1 = nn.Linear(1024, 10)

    def forward(self, images):
        x = (images - self.mean) / 0.25
        x = response(F.relu(F.max_pool2d(self.conv1(x), 3, 2, ceil_mode=True)))
        x = response(F.avg_pool2d(F.relu(self.conv2(x)), 3, 2, ceil_mode=True))
        x = F.avg_pool2d(F.relu(self.conv3(x)), 3, 2, ceil_mode=True)
        return self.fc1(F.dropout(x.flatten(1), 0.5, self.training))


def response(x):
    """Within a channel, as torch has none."""
    return x / (1 + 0.2032 * F.avg_pool2d(x * x, 3, 1, 1)) ** 0.75


def exported():
    plan = json.loads((program / 'plan.json').read_text())
    run = Run(plan, Network(), Processes(), program)
    run.prepare(None)
    run.given = {}
    phase = run.phases[0]
    of_phase = PhaseRun(run, phase, run.initial())
    order = batches.epoch_order(plan, phase, 0, run.training)
    crops = batches.epoch_crops(plan, phase, 0, order)

    def step(number):
        chosen = slice(number % phase.steps_per_epoch * BATCH, (number % phase.steps_per_epoch + 1) * BATCH)
        return float(of_phase.take_step(number % phase.steps, order[chosen], crops[chosen])[0]) / BATCH

    return run, step


def by_hand(dataset):
    images = torch.from_numpy(np.ascontiguousarray(dataset.training.samples)).float() / 255
    labels = torch.from_numpy(dataset.training.labels.astype(np.int64))
    network = ByHand(images.mean(dim=0))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.03, momentum=0.9, weight_decay=1e-3)
    order = torch.randperm(len(images))

    def step(number):
        network.train()
        first = number * BATCH % (len(images) - BATCH)
        chosen = order[first : first + BATCH]
        batch = images[chosen]
        flipped = torch.rand(BATCH) < 0.5
        batch = torch.where(flipped[:, None, None, None], batch.flip(3), batch)
        optimizer.zero_grad()
        loss = F.cross_entropy(network(batch), labels[chosen])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


run, step_exported = exported()
candidates = {'exported': step_exported, 'by-hand': by_hand(run.dataset)}
times = {name: [] for name in candidates}
number = 0
for turn in range(rounds + 1):
    for name in list(candidates)[:: 1 if turn % 2 else -1]:
        start = time.perf_counter()
        for step in range(STEPS):
            candidates[name](number + step)
        # The first round warms up.
        if turn:
            times[name].append((time.perf_counter() - start) * 1000 / STEPS)
    number += STEPS
print(json.dumps({**times, 'torch': torch.__version__}))

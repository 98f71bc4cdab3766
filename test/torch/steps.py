"""Takes steps of a phase of an exported program from a given state, and writes what each comes to.

steps.py PROGRAM --data DIR --phase K --steps N --start FILE --out FILE [--float64]

FILE of --out holds `loss`, float64 [N], and before each step, and behind the last, every parameter under `<step>/<name>`.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

parser = argparse.ArgumentParser()
parser.add_argument('program', type=Path)
for name in ('data', 'start', 'out'):
    parser.add_argument(f'--{name}', type=Path)
parser.add_argument('--phase', type=int)
parser.add_argument('--steps', type=int)
parser.add_argument('--float64', action='store_true')
given = parser.parse_args()
sys.path.insert(0, str(given.program))

from network import Network
from training import batches, safetensors
from training.processes import Processes
from training.run import Run
from training.state import PhaseState

plan = json.loads((given.program / 'plan.json').read_text())
run = Run(plan, Network(), Processes(), given.program, torch.float64 if given.float64 else torch.float32)
run.prepare(given.data)
phase = run.phases[given.phase]
held = PhaseState(plan, run.network, phase.spec, run.device)
held.load(safetensors.decode(given.start.read_bytes(), str(given.start))[0])
order = batches.epoch_order(plan, phase, 0, run.training)
crops = batches.epoch_crops(plan, phase, 0, order)
found, losses = {}, []
for step in range(given.steps):
    found.update({f'{step}/{name}': value.numpy().copy() for name, value in held.tensors().items()})
    chosen = slice(step * phase.batch, (step + 1) * phase.batch)
    loss, _ = run.take_step(held, phase, phase.first_step + step, order[chosen], None if crops is None else crops[chosen]).tolist()
    losses.append(loss / phase.batch)
found.update({f'{given.steps}/{name}': value.numpy().copy() for name, value in held.tensors().items()})
given.out.write_bytes(safetensors.encode({'loss': np.array(losses), **found}))

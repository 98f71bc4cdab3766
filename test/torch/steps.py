"""Takes steps of phases of exported programs from given states, and writes what each comes to: steps.py JOBS.

JOBS is a file of JSON, a list of {program, data, phase, steps, start, out, float64}. Each `out` holds `loss`, float64 [steps], and
before each step, and behind the last, every parameter under `<step>/<name>`; or a program's fault is in `<out>.error`.
"""

import importlib.util
import json
import sys
import traceback
from pathlib import Path

import numpy as np
import torch

jobs = json.loads(Path(sys.argv[1]).read_text())
# All programs run on the same.
sys.path.insert(0, jobs[0]['program'])

from training import batches, safetensors
from training.phase_run import PhaseRun
from training.processes import Processes
from training.run import Run


def network_of(program):
    spec = importlib.util.spec_from_file_location('network', program / 'network.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Network()


def take_steps(job):
    program = Path(job['program'])
    plan = json.loads((program / 'plan.json').read_text())
    run = Run(plan, network_of(program), Processes(), program, torch.float64 if job['float64'] else torch.float32)
    run.prepare(job['data'])
    phase = run.phases[job['phase']]
    of_phase = PhaseRun(run, phase, safetensors.decode(Path(job['start']).read_bytes(), job['start'])[0])
    order = batches.epoch_order(plan, phase, 0, run.training)
    crops = batches.epoch_crops(plan, phase, 0, order)
    found, losses = {}, []
    for step in range(job['steps']):
        found.update({f'{step}/{name}': value.numpy().copy() for name, value in of_phase.held.tensors().items()})
        chosen = slice(step * phase.batch, (step + 1) * phase.batch)
        loss, _ = of_phase.take_step(phase.first_step + step, order[chosen], None if crops is None else crops[chosen]).tolist()
        losses.append(loss / phase.batch)
    found.update({f'{job["steps"]}/{name}': value.numpy().copy() for name, value in of_phase.held.tensors().items()})
    Path(job['out']).write_bytes(safetensors.encode({'loss': np.array(losses), **found}))


for job in jobs:
    try:
        take_steps(job)
    except Exception:
        Path(f'{job["out"]}.error').write_text(traceback.format_exc())

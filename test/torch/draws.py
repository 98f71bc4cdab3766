"""Prints what an exported program draws, as JSON: draws.py PROGRAM NAMES NUMBERS; and names in their order, numbers as text."""

import json
import sys
from pathlib import Path

import numpy as np
import torch

program, names, numbers = Path(sys.argv[1]), *(json.loads(text) for text in sys.argv[2:4])
sys.path.insert(0, str(program))

from training import batches, counter, images, layers, run_folder
from training.schedule import phases_of

plan = json.loads((program / 'plan.json').read_text())
phases = phases_of(plan, 1000)
draws = layers.Draws()
draws.seed = plan['seed']
masks = []
for step, first, samples in ((0, 0, 6), (3, 0, 6), (3, 2, 4)):
    draws.step, draws.first_sample = step, first
    masks.append(layers.dropout(torch.ones(samples, 7, 3), 0.3, counter.stream_of('fc1.dropout'), draws).numpy().view(np.uint32).reshape(-1).tolist())
order = np.array([5, 3, 8, 999])
print(json.dumps({
    'words': [int(counter.hash32(seed, a, b, c)) for seed, a, b, c in ((0, 0, 0, 0), (1, 2, 3, 4), (2**31, 2**32 - 1, 7, 12345))],
    'streams': [counter.stream_of(name) for name in ('initial conv1.weight', '', 'é 😀')],
    'permutation': counter.permutation(plan['seed'], 'order sparsify', 4, 1000).tolist(),
    'initial': {spec['name']: counter.initial_values(spec, plan['seed']).view(np.uint32).reshape(-1).tolist() for spec in plan['network']['parameters']},
    'crops': [batches.epoch_crops(plan, phase, 2, order).tolist() for phase in phases],
    'rates': [[phase.rate_at(step) for step in range(0, phase.steps, 7)] for phase in phases],
    'masks': masks,
    'names': images.natural_order(names),
    'numbers': [run_folder.number_text(float(number)) for number in numbers],
}))

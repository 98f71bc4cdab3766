"""Prints the fingerprint, the held-out samples and the classes of the data that an exported program trains on: data.py PROGRAM DIR."""

import json
import sys
from pathlib import Path

program, directory = Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(program))

from training import samples
from training.errors import Refused

plan = json.loads((program / 'plan.json').read_text())
try:
    dataset = samples.load(plan, directory, program)
    _, held_out = samples.divided(dataset, plan['heldOut'], plan['seed'], plan['saysHeldOut'])
    print(json.dumps({'fingerprint': samples.fingerprint(dataset), 'heldOut': held_out.tolist(), 'labels': dataset.labels}))
except Refused as refused:
    sys.exit(str(refused))

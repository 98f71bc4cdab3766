"""Trains the network of network.py as plan.json says, on one process or several:

    python train.py --out run                                             one process, on the GPU if there is one
    torchrun --nproc_per_node 8 train.py --out run                        eight of one machine
    torchrun --nnodes 2 --nproc_per_node 8 --rdzv_backend c10d --rdzv_endpoint HOST:29400 train.py --out run

Written by ssl-compile, which takes the folder of the run: `ssl-compile report run`, `ssl-compile build run --out module`.
"""

import argparse
import json
import signal
import sys
import traceback
from pathlib import Path

LEAST_TORCH = (1, 13)
#: The exit code of a run that was asked to stop.
INTERRUPTED = 130


def arguments():
    parser = argparse.ArgumentParser(description='Trains the network of this program.')
    parser.add_argument('--out', required=True, metavar='RUN', help='the folder of the run')
    parser.add_argument('--data', metavar='DIR', help='a folder with data sets in it')
    parser.add_argument('--resume', action='store_true', help='go on with the run in the folder')
    parser.add_argument('--float64', action='store_true', help='compute in 64 bits')
    return parser.parse_args()


def find_torch():
    """The module, or the end of the program with what helps."""
    try:
        import numpy
        import torch
    except ImportError as missing:
        sys.exit(f'error: this program wants {missing.name}: `pip install torch numpy`')
    version = tuple(int(part) for part in torch.__version__.split('+')[0].split('.')[:2])
    if version < LEAST_TORCH:
        sys.exit(f'error: torch {torch.__version__} is too old: `pip install --upgrade torch`; this program wants {".".join(map(str, LEAST_TORCH))} or later')
    return torch


def main():
    given = arguments()
    torch = find_torch()
    from network import Network
    from training.errors import Refused, RefusedByAll, Stopped
    from training.processes import Processes
    from training.run import Run
    from training.run_folder import read_own

    program = Path(__file__).resolve().parent
    processes = None
    try:
        try:
            plan = json.loads(read_own(program, 'plan.json'))
        except ValueError as error:
            raise Refused(f'plan.json is damaged ({error}): export the program anew') from error
        processes = Processes()
        run = Run(plan, Network(), processes, program, torch.float64 if given.float64 else torch.float32)
        run.prepare(given.data)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: run.ask_to_stop())
        summary = run.train(given.out, given.resume)
    except Refused as refused:
        if processes is None or processes.count == 1:
            sys.exit(f'error: {refused}')
        if processes.is_first or not isinstance(refused, RefusedByAll):
            print(f'error: {refused}' if processes.is_first else f'error of process {processes.rank}: {refused}', file=sys.stderr)
        processes.leave(1)
    except Stopped as stopped:
        if processes.is_first:
            print(stopped, file=sys.stderr)
        processes.leave(INTERRUPTED)
        sys.exit(INTERRUPTED)
    except Exception as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        is_shared = processes is not None and processes.count > 1
        if 'out of memory' in cause:
            print(f'error: {cause}: export the program anew with smaller batches, or start more processes', file=sys.stderr)
        elif is_shared and isinstance(error, RuntimeError):
            print(f'error: process {processes.rank} of {processes.count} cannot go on ({cause}); where another process has ended that is why: start all of them again with --resume, and they go on from the last checkpoint', file=sys.stderr)
        else:
            traceback.print_exc()
        if is_shared:
            processes.leave(1)
        sys.exit(1)
    if processes.is_first:
        told = {name: summary['error'][name] for name in (summary['product'], summary.get('control')) if name}
        print(f'weights in {Path(given.out) / "weights.safetensors"}; errors on the test set: {", ".join(f"{name} {error:.4g}" for name, error in told.items())}')
    processes.leave(0)


if __name__ == '__main__':
    main()

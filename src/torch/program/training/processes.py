"""The processes that share a run: one, or those that torchrun has started."""

import os
import sys

import torch
import torch.distributed as dist

from .errors import Refused, RefusedByAll


class Processes:
    def __init__(self):
        self.count = int(os.environ.get('WORLD_SIZE', '1'))
        self.rank = int(os.environ.get('RANK', '0'))
        self.device = torch.device('cpu')
        if torch.cuda.is_available():
            number = int(os.environ.get('LOCAL_RANK', '0'))
            if number >= torch.cuda.device_count():
                raise Refused(f'process {self.rank} is number {number} of its machine, which has {torch.cuda.device_count()} GPUs: start as many processes as there are GPUs')
            self.device = torch.device('cuda', number)
            torch.cuda.set_device(self.device)
        if self.count == 1:
            return
        if not dist.is_available():
            raise Refused(f'{self.count} processes share this run, and this torch has no torch.distributed: run `python train.py` alone, or install a torch that has it')
        try:
            dist.init_process_group('nccl' if self.device.type == 'cuda' else 'gloo')
        except (RuntimeError, ValueError) as error:
            raise Refused(f'process {self.rank} of {self.count} has not met the others ({str(error).splitlines()[0]}): start them by torchrun, or say by MASTER_ADDR and MASTER_PORT where the first listens') from error

    @property
    def is_first(self):
        return self.rank == 0

    def share_of(self, batch, what):
        """Samples of each process, of a batch of all."""
        if batch % self.count:
            fitting = [count for count in range(1, batch + 1) if batch % count == 0]
            below = max(count for count in fitting if count < self.count)
            above = next((count for count in fitting if count > self.count), None)
            nearest = f'{below} or {above}' if above else str(below)
            raise RefusedByAll(f'{self.count} processes cannot share the batch of {batch} of {what} evenly: start {nearest} of them, or write another batch and export anew')
        return batch // self.count

    def total(self, numbers):
        """Floats summed over all processes."""
        if self.count == 1:
            return numbers
        summed = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        dist.all_reduce(summed)
        return summed.tolist()

    def total_of(self, tensor):
        """A tensor summed over all processes, in place."""
        if self.count > 1:
            dist.all_reduce(tensor)
        return tensor

    def agree(self, what, value):
        """Ends the run where processes have not the same value."""
        if self.count == 1:
            return
        values = [None] * self.count
        dist.all_gather_object(values, value)
        if len(set(values)) > 1:
            other = next(rank for rank, found in enumerate(values) if found != values[0])
            raise RefusedByAll(f'process {other} has another {what} than process 0: {values[other]} and {values[0]}; give all of them the same')

    def from_first(self, work):
        """What the first process answers, on all of them; what it refuses, all refuse."""
        if self.count == 1:
            return work()
        told = [None]
        if self.is_first:
            try:
                told = [('answer', work())]
            except (Refused, OSError) as refused:
                told = [('refused', str(refused))]
        dist.broadcast_object_list(told, src=0)
        kind, value = told[0]
        if kind == 'refused':
            raise RefusedByAll(value)
        return value

    def leave(self, code):
        """Ends this process, where it shares the run with others."""
        if self.count == 1:
            return
        # What Python does as it ends may wait for ever for threads of gloo that wait for another process.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

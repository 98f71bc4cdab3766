"""What a person is told where a program cannot go on."""


class Refused(Exception):
    """Something that was given is wrong. The message names the place and what helps; the program ends with it and exit code 1."""


class RefusedByAll(Refused):
    """The same, where every process of a run knows it: the first one says it."""


class Stopped(Exception):
    """Somebody has asked the run to stop, and it has written a checkpoint."""

    def __init__(self, step, total_steps):
        super().__init__(f'stopped after step {step} of {total_steps}; go on with --resume')

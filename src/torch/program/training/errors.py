"""What a person is told where a program cannot go on."""


class Refused(Exception):
    """Something that was given is wrong. The message names the place and what helps; the program ends with it and exit code 1."""

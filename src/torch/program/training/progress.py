"""What a person is told while a run goes on, on standard error."""

import sys


class Progress:
    """`speaks`: one process of a run does. Where nobody watches, only what lasts is said."""

    def __init__(self, speaks, task):
        self.speaks = speaks
        self.watched = speaks and sys.stderr.isatty()
        self.text = (lambda error: f'error {100 * error:.2f}%') if task == 'classify' else (lambda error: f'MSE {error:.3g}')

    def begin(self, total_steps, step, seconds):
        self.total_steps, self.began = total_steps, (step, seconds)

    def left(self, step, seconds):
        taken = step - self.began[0]
        return duration((self.total_steps - step) * (seconds - self.began[1]) / taken) if taken else '?'

    def step(self, phase, epoch, state, seconds):
        if self.watched:
            done = 20 * state['step'] // self.total_steps
            sys.stderr.write(f'\r\x1b[K[{"#" * done}{"." * (20 - done)}] {phase.name} {epoch + 1}/{phase.epochs}  {self.left(state["step"], seconds)} left')
            sys.stderr.flush()

    def epoch(self, line):
        if not self.watched:
            return
        judged = f'held-out {self.text(line["heldOut"]["error"])}' if 'heldOut' in line else f'training {self.text(line["training"]["error"])}'
        alive = ', '.join(f'{of["structure"]} of {of["layer"]} {of["alive"]}/{of["total"]}' for of in line['groups'])
        parts = [f'{line["phase"]} {line["epoch"]}/{line["epochs"]}', f'loss {line["training"]["loss"]:.4f}', judged, alive, f'{duration(line["seconds"])}, {self.left(line["step"], line["seconds"])} left']
        self.say('\r\x1b[K' + '  '.join(part for part in parts if part))

    def phase(self, phase, state):
        parts = []
        if phase.name in state['stopped']:
            parts.append(f'stopped after epoch {state["stopped"][phase.name]} of {phase.epochs}')
        if phase.name in state['kept']:
            parts.append(f'kept epoch {state["kept"][phase.name]}')
        self.say(f'{phase.name} done: {", ".join([*parts, "test " + self.text(state["error"][phase.name])])}')

    def say(self, text):
        if self.speaks:
            sys.stderr.write(f'{text}\n')
            sys.stderr.flush()


def duration(seconds):
    seconds = round(seconds)
    if seconds < 60:
        return f'{seconds} s'
    return f'{seconds // 60} min {seconds % 60} s' if seconds < 3600 else f'{seconds // 3600} h {seconds % 3600 // 60} min'

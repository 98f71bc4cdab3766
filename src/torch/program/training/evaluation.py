"""How a network answers: losses of a step, and the errors of a split as `ssl-compile evaluate` counts them."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from . import batches
from .statistics import chance

#: The error of answers that no float holds: larger than any other, and finite, as JSON has no infinity.
LOST = 1.7976931348623157e308
#: Of a list of numbers, the error of each is told up to so many.
MOST_OUTPUTS = 64


def losses(task, answer, labels, smoothing=0.0):
    """[N]: the loss of each sample."""
    if task == 'regress':
        return (answer - labels).square().flatten(1).mean(dim=1)
    return F.cross_entropy(answer, labels, reduction='none', label_smoothing=smoothing)


def correct(task, answer, labels):
    """How many samples are answered rightly; none where there is no right and wrong."""
    return 0 if task == 'regress' else (answer.detach().argmax(dim=1) == labels).sum()


def error_of(task, loss, right, samples):
    """The error of samples with these sums."""
    if task == 'classify':
        return (samples - right) / samples
    return LOST if math.isnan(loss) else min(LOST, loss / samples)


def shares(numbers, batch, processes):
    """The batches of this process."""
    pieces = [numbers[first : first + batch] for first in range(0, len(numbers), batch)]
    return pieces[processes.rank :: processes.count]


@torch.no_grad()
def score(run, split, numbers):
    """{loss, error} of the network on samples of a split."""
    run.network.eval()
    loss, right = 0.0, 0.0
    for piece in shares(numbers, run.evaluated, run.processes):
        answer = run.network(batches.samples_of(split, piece, run.device, run.dtype))
        labels = batches.labels_of(split, piece, run.device, run.dtype)
        loss += float(losses(run.task, answer, labels).double().sum())
        right += float(correct(run.task, answer, labels))
    loss, right = run.processes.total([loss, right])
    return {'loss': loss / len(numbers), 'error': error_of(run.task, loss, right, len(numbers))}


@torch.no_grad()
def judged(run, split, names):
    """How the network answers a whole split, class by class or number by number, as summary.json has it."""
    run.network.eval()
    classes = math.prod(run.plan['network']['output'])
    sums = torch.zeros(classes if run.task == 'regress' else classes * classes, dtype=torch.float64, device=run.device)
    unanswered = 0.0
    for piece in shares(np.arange(len(split)), run.evaluated, run.processes):
        answer = run.network(batches.samples_of(split, piece, run.device, run.dtype)).flatten(1)
        labels = batches.labels_of(split, piece, run.device, run.dtype)
        if run.task == 'regress':
            unanswered += float((~answer.isfinite().all(dim=1)).sum())
            sums += (answer.double() - labels.flatten(1).double()).square().sum(dim=0)
        else:
            told = ~answer.isnan().any(dim=1)
            unanswered += float((~told).sum())
            sums += torch.bincount((labels * classes + answer.argmax(dim=1))[told], minlength=classes * classes)
    sums = run.processes.total_of(sums).cpu().numpy()
    (unanswered,) = run.processes.total([unanswered])
    if run.task == 'regress':
        return of_numbers(sums, split.labels, int(unanswered), names, run.plan['network']['output'])
    return of_classes(sums.reshape(classes, classes).astype(np.int64), split.labels, int(unanswered), names)


def of_numbers(sums, labels, unanswered, names, output):
    samples = len(labels)
    error = error_of('regress', float(sums.sum()), 0, samples * len(sums))
    found = {'samples': samples, 'error': error, 'root': math.sqrt(error), 'chance': chance(labels, 0), 'unanswered': unanswered}
    if len(output) == 1 and 1 < len(sums) <= MOST_OUTPUTS:
        found['outputs'] = [{'name': name, 'error': error_of('regress', float(each), 0, samples)} for name, each in zip(names_of(len(sums), names), sums)]
    return found


def of_classes(confusion, labels, unanswered, names):
    names = names_of(len(confusion), names)
    counts = np.bincount(labels, minlength=len(names))
    classes = []
    for c, name in enumerate(names):
        samples, right = int(counts[c]), int(confusion[c, c])
        found = {'name': name, 'samples': samples, 'wrong': samples - right}
        if samples:
            found['error'] = (samples - right) / samples
        others = confusion[c].copy()
        others[c] = 0
        if others.max() > 0:
            found['takenFor'] = {'name': names[int(others.argmax())], 'samples': int(others.max())}
        classes.append(found)
    wrong = sum(each['wrong'] for each in classes)
    samples = int(counts.sum())
    return {
        'samples': samples,
        'wrong': wrong,
        'error': wrong / samples,
        'chance': (samples - int(counts.max())) / samples,
        'unanswered': unanswered,
        'classes': classes,
        'confusion': confusion.tolist(),
    }


def names_of(count, names):
    return list(names) if names else [str(number) for number in range(count)]

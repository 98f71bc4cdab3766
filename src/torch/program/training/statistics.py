"""Numbers of a data set: what the input of a network is normalised by, what a loss is weighed by, what guessing comes to."""

import numpy as np

from .errors import Refused

#: Samples that are looked at together.
BLOCK = 4096


def blocks(split, numbers):
    for first in range(0, len(numbers), BLOCK):
        values = np.asarray(split.samples[numbers[first : first + BLOCK]])
        yield values.astype(np.float64) / (255 if values.dtype == np.uint8 else 1)


def measured(specs, split, numbers):
    """float32 arrays by name: means and deviations of the training samples, for parameters that are to be measured."""
    if not specs:
        return {}
    mean = sum(values.sum(axis=0) for values in blocks(split, numbers)) / len(numbers)
    places = tuple(range(1, mean.ndim))
    of_channel = mean.mean(axis=places)
    found = {}
    for spec in specs:
        initial = spec['initial']
        if initial['of'] == 'mean':
            found[spec['name']] = (mean if len(spec['shape']) > 1 else of_channel).astype(np.float32)
            continue
        centre = mean if initial['around'] == 'pixel' else of_channel.reshape([-1] + [1] * len(places))
        variance = sum(((values - centre) ** 2).sum(axis=0) for values in blocks(split, numbers)) / len(numbers)
        deviation = np.sqrt(variance.mean(axis=places)).astype(np.float32)
        # A channel of which nothing is left is divided by 1.
        found[spec['name']] = np.where(deviation >= spec['least'], deviation, np.float32(1))
    return found


def class_weights(weights, labels, classes):
    """What the loss of a sample is multiplied by, by its class; None: by 1. `labels`: of the samples that are trained on."""
    if weights is None:
        return None
    if weights != 'balanced':
        return np.array(weights, dtype=np.float32)
    counts = np.bincount(labels, minlength=classes)
    if (counts == 0).any():
        raise Refused(f'class {int(np.argmin(counts))} has no sample to train on, so classes cannot be balanced: give weights as a list, `class_weights = [1, 2, ...]`, and export anew')
    return (len(labels) / (classes * counts)).astype(np.float32)


def chance(labels, classes):
    """The error of always answering the most frequent class, or the mean."""
    if labels.dtype == np.float32:
        apart = labels.astype(np.float64) - labels[0]
        return float(((apart - apart.mean(axis=0)) ** 2).mean())
    counts = np.bincount(labels, minlength=classes)
    return float((counts.sum() - counts.max()) / counts.sum())

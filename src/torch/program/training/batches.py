"""Batches: which samples a step learns from, how they are changed, and how they come to the device."""

import numpy as np
import torch
import torch.nn.functional as F

from . import counter


def epoch_order(plan, phase, epoch, training):
    """The numbers of the training samples in the order of an epoch."""
    return training[counter.permutation(plan['seed'], f'order {phase.key}', epoch, len(training))]


def epoch_crops(plan, phase, epoch, order):
    """int64 [samples, 3]: rows down, columns right, mirrored or not, of each sample; None where nothing is changed.

    A change follows from (seed, phase, epoch, number of the sample) alone.
    """
    augment = plan.get('augment')
    if augment is None:
        return None
    draw = lambda what: counter.hash32(plan['seed'], counter.stream_of(f'{what} {phase.key}'), epoch, order) / 2**32
    shift = lambda pad, uniform: np.floor(uniform * (2 * pad + 1)).astype(np.int64) - pad
    rows, columns = augment['pad']
    mirrored = (draw('mirror') < 0.5) & augment['mirror']
    return np.stack([shift(rows, draw('crop rows')), shift(columns, draw('crop columns')), mirrored.astype(np.int64)], axis=1)


def cropped(images, crops):
    """Images [N, C, H, W], each moved by (down, right) with zeros behind it, and mirrored where its crop says so."""
    count, channels, height, width = images.shape
    reach = int(np.abs(crops[:, :2]).max())
    padded = F.pad(images, (reach, reach, reach, reach)) if reach else images
    down, right, mirrored = (torch.from_numpy(each).to(images.device)[:, None] for each in np.ascontiguousarray(crops.T))
    rows = torch.arange(height, device=images.device) + down + reach
    columns = torch.arange(width, device=images.device)
    columns = torch.where(mirrored == 1, width - 1 - columns, columns) + right + reach
    places = (rows[:, :, None] * padded.shape[3] + columns[:, None, :]).reshape(count, 1, -1)
    return padded.reshape(count, channels, -1).gather(2, places.expand(-1, channels, -1)).reshape(images.shape)


def samples_of(split, numbers, device, dtype, crops=None):
    """[N, ...] of a split; bytes stand for byte / 255."""
    values = torch.from_numpy(np.ascontiguousarray(split.samples[numbers])).to(device)
    if crops is not None:
        values = cropped(values, crops)
    return values.to(dtype).div_(255) if values.dtype == torch.uint8 else values.to(dtype)


def labels_of(split, numbers, device, dtype):
    """[N] of classes, or [N, ...] of numbers."""
    labels = split.labels[numbers]
    if labels.dtype == np.float32:
        return torch.from_numpy(np.ascontiguousarray(labels)).to(device, dtype)
    return torch.from_numpy(labels.astype(np.int64)).to(device)

"""The data set of a run: found, read, fitted to the network, divided, and known by a fingerprint."""

import hashlib
import json
import math
import os
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np

from . import counter
from .errors import Refused
from .formats import CIFAR_LABELS, NPY_FILES, contents_of, read_arrays, read_cifar10, read_mnist
from .images import read_image_folder


@dataclass
class Split:
    """`samples`: [count, ...shape], uint8 that stand for byte / 255, or float32. `labels`: class indices, or float32 targets."""

    samples: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.samples)


@dataclass
class Dataset:
    name: str
    training: Split
    test: Split
    #: Names of the classes, where there are any.
    labels: Optional[list] = None
    #: So many of the training samples, the last ones, are held out; absent: a share that the plan says.
    held_out: Optional[int] = None
    #: Everybody knows the order of the classes, so that a network may call them otherwise.
    names_by_position: bool = False

    @property
    def shape(self):
        return list(self.training.samples.shape[1:])

    @property
    def are_bytes(self):
        return self.training.samples.dtype == np.uint8


def load(plan, directory, program):
    """The data set that a plan names. `directory`: of --data. `program`: the folder of the program, which may have brought its own."""
    reference, shape = plan['data'], plan['network']['input']
    if directory is not None and not Path(directory).is_dir():
        raise Refused(f'{directory} is no folder: --data names a folder with data sets in it')
    dataset = known(reference['name'], directory, program) if reference['kind'] == 'named' else of_folder(reference['path'], directory, shape, plan.get('resize', False))
    check(dataset, plan)
    return with_classes_of(dataset, plan['network'].get('labels'))


def roots(directory):
    """Folders that data sets are looked for in, first choice first."""
    given = [directory, os.environ.get('SSL_DATA'), 'data']
    home = Path.home()
    caches = {'win32': Path(os.environ.get('LOCALAPPDATA', home / 'AppData' / 'Local')), 'darwin': home / 'Library' / 'Caches'}
    cache = caches.get(sys.platform, Path(os.environ.get('XDG_CACHE_HOME', home / '.cache')))
    return [*(Path(path) for path in given if path), cache / 'ssl-compile']


def known(name, directory, program):
    if name == 'digits':
        return Dataset(name, *splits_of(read_arrays(program / 'digits', NPY_FILES)), labels=[str(digit) for digit in range(10)], names_by_position=True)
    read, folders, labels = {
        'mnist': (read_mnist, ['mnist', 'MNIST/raw', '.'], [str(digit) for digit in range(10)]),
        'cifar10': (read_cifar10, ['cifar10', 'cifar-10-batches-bin', '.'], CIFAR_LABELS),
    }[name]
    places = [root / folder for root in roots(directory) for folder in folders]
    found = next((arrays for place in places if place.is_dir() for arrays in [read(place)] if arrays is not None), None)
    if found is None:
        raise Refused(f'{name} is not in {", ".join(map(str, places))}: run `ssl-compile data {name}`, or name the folder of its files with --data')
    return Dataset(name, *splits_of(found), labels=labels, names_by_position=True)


def of_folder(path, directory, shape, scales):
    places = [Path(path), *(root / path for root in roots(directory))]
    folder = next((place for place in places if place.exists()), None)
    if folder is not None and not folder.is_dir():
        raise Refused(f'{folder} is a file: name the folder that the files of the data set are in')
    if folder is None:
        raise Refused(f'the data set {path} is not in {", ".join(map(str, dict.fromkeys(places)))}: name the folder that it is in with --data')
    kinds, images = contents_of(folder)
    if len(kinds) + len(images) > 1:
        raise Refused(f'{folder} holds {" and ".join([*kinds, *(f"the folder {name}" for name in images)])}, expected one data set: keep each data set in a folder of its own')
    if kinds:
        return Dataset(path, *splits_of(read_arrays(folder, kinds[0])))
    if images and images != ['train']:
        raise Refused(f'{folder} holds no data set: call the folder train, not {images[0]}')
    if not images:
        raise Refused(f'{folder} holds no data set: neither IDX files, nor train-images.npy and the others, nor train/<class> and test/<class>')
    if len(shape) != 3:
        raise Refused(f'{folder} holds images, the network reads {shape}')
    *found, labels, held_out = read_image_folder(folder, shape, scales)
    return Dataset(path, *splits_of(found), labels=labels, held_out=held_out or None)


def splits_of(arrays):
    samples, labels, test_samples, test_labels = arrays
    return Split(samples, labels), Split(test_samples, test_labels)


def check(dataset, plan):
    shape = plan['network']['input']
    for what, split in (('training', dataset.training), ('test', dataset.test)):
        place = f'{dataset.name} ({what})'
        if len(split) == 0:
            raise Refused(f'{place} has no samples')
        if len(split) != len(split.labels):
            raise Refused(f'{place} has {len(split)} samples and {len(split.labels)} labels')
        if list(split.samples.shape[1:]) != shape:
            raise Refused(f'{place} has samples of shape {list(split.samples.shape[1:])}, the network reads {shape}')
        if not dataset.are_bytes and not np.isfinite(split.samples).all():
            raise Refused(f'{place} has samples that are no finite numbers: clean the data first')
        check_answers(place, split.labels, plan)
    if dataset.training.samples.dtype != dataset.test.samples.dtype:
        raise Refused(f'{dataset.name}: training samples are {dataset.training.samples.dtype}, those of the test {dataset.test.samples.dtype}; save both with one type')


def check_answers(place, labels, plan):
    output = plan['network']['output']
    if plan['task'] == 'regress':
        if labels.dtype != np.float32:
            raise Refused(f'{place} has classes, the network answers with numbers: save them as train-targets.npy and test-targets.npy')
        if list(labels.shape[1:]) != output:
            raise Refused(f'{place} has targets of shape {list(labels.shape[1:])}, the network answers with {output}')
        if not np.isfinite(labels).all():
            raise Refused(f'{place} has targets that are no finite numbers: clean the data first')
    elif labels.dtype == np.float32:
        raise Refused(f'{place} has numbers to be answered with, the network answers with a class')
    elif labels.max() >= math.prod(output):
        raise Refused(f'{place} has class {labels.max()}, the network tells {math.prod(output)} classes, from 0')


def with_classes_of(dataset, names):
    """The classes in the order of the network's, where both name them."""
    if not names or not dataset.labels:
        return dataset
    wanted, found = ([unicodedata.normalize('NFC', name) for name in of] for of in (names, dataset.labels))
    if sorted(wanted) != sorted(found):
        if not dataset.names_by_position:
            raise Refused(f'{dataset.name} has the classes {", ".join(dataset.labels)}, the network {", ".join(names)}: `labels` may have any order, but these names')
    else:
        places = np.array([wanted.index(name) for name in found])
        for split in (dataset.training, dataset.test):
            split.labels = places[split.labels].astype(split.labels.dtype)
    dataset.labels = list(names)
    return dataset


def divided(dataset, share, seed, says_share):
    """(numbers of the training samples that are trained on, of those held out), both ascending."""
    count = len(dataset.training)
    if dataset.held_out is not None:
        if says_share:
            raise Refused(f'{dataset.name} says itself what is held out, and the source does, too: leave `held_out` out and export anew')
        everything = np.arange(count)
        return everything[: count - dataset.held_out], everything[count - dataset.held_out :]
    taken = math.floor(count * share + 0.5)
    if taken >= count:
        raise Refused(f'{taken} samples held out leave nothing of {count} to train on')
    order = counter.permutation(seed, 'held-out', 0, count)
    return np.sort(order[taken:]), np.sort(order[:taken])


def fingerprint(dataset):
    """SHA-256 in hex: the same as `ssl-compile train` knows these samples by."""
    text = lambda value: json.dumps(value, separators=(',', ':')).encode()
    sha = hashlib.sha256(text(dataset.shape if dataset.held_out is None else [dataset.shape, dataset.held_out]))
    if dataset.training.labels.dtype == np.float32:
        sha.update(text({'targetShape': list(dataset.training.labels.shape[1:])}))
    for split in (dataset.training, dataset.test):
        sha.update(text([len(split), 'Uint8Array' if dataset.are_bytes else 'Float32Array']))
        for first in range(0, len(split), 4096):
            sha.update(np.ascontiguousarray(split.samples[first : first + 4096]))
        sha.update(np.ascontiguousarray(split.labels))
    return sha.hexdigest()

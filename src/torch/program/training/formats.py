"""Data sets in files of arrays: IDX, NumPy's .npy, and the binary version of CIFAR-10; each file plain or packed as .gz."""

import gzip
import hashlib
import re
import zlib

import numpy as np

from .errors import Refused

#: Kinds of files, as messages call them.
IDX_FILES, NPY_FILES, NPY_TARGETS = 'IDX files', '.npy files', '.npy files with targets'

IDX = {
    'train-images': re.compile(r'(?P<set>.*-|)train-images[-.]idx[34]-ubyte'),
    'train-labels': re.compile(r'(?P<set>.*-|)train-labels[-.]idx1-ubyte'),
    'test-images': re.compile(r'(?P<set>.*-|)(t10k|test)-images[-.]idx[34]-ubyte'),
    'test-labels': re.compile(r'(?P<set>.*-|)(t10k|test)-labels[-.]idx1-ubyte'),
}
MNIST_MD5 = {
    'train-images-idx3-ubyte': '6bbc9ace898e44ae57da46a324031adb',
    'train-labels-idx1-ubyte': 'a25bea736e30d166cdddb491f175f624',
    't10k-images-idx3-ubyte': '2646ac647ad5339dbf082846283269ea',
    't10k-labels-idx1-ubyte': '27ae3e4e09519cfbb04c329615203637',
}
CIFAR_RECORDS, CIFAR_RECORD = 10_000, 3073
CIFAR_LABELS = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']


def copies_of(folder, name):
    """The plain and the packed copy of a file, as far as they are there."""
    return [path for path in (folder / name, folder / f'{name}.gz') if path.is_file()]


def contents(path):
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == '.gz' else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(f'{path} cannot be read ({error})') from error


def read_idx(path):
    """uint8 array."""
    data = contents(path)
    if data[:3] != b'\0\0\x08' or len(data) < 4:
        raise Refused(f'{path} is no IDX file of unsigned bytes: it begins with {data[:4].hex(" ") or "nothing"}')
    rank = data[3]
    if not 1 <= rank <= 4 or len(data) < 4 + 4 * rank:
        raise Refused(f'{path} is cut off, or has {rank} dimensions, expected 1 to 4: fetch the file again')
    shape = np.frombuffer(data, dtype='>u4', count=rank, offset=4).tolist()
    values = np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * rank)
    if values.size != np.prod(shape):
        raise Refused(f'{path} has {values.size} elements where its header says {shape}: fetch the file again')
    return values.reshape(shape)


def read_npy(path):
    """An array of numbers; a plain file of bytes or float32 stays on disk and is read as it is needed."""
    try:
        values = np.load(path, mmap_mode='r', allow_pickle=False) if path.suffix != '.gz' else np.load(gzip.open(path), allow_pickle=False)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise Refused(f'{path} is no .npy file of numbers ({error})') from error
    if not isinstance(values, np.ndarray):
        raise Refused(f'{path} is an .npz archive, expected a .npy file: save single arrays with numpy.save')
    if values.dtype == np.uint8 or values.dtype == np.dtype('<f4'):
        return values
    if values.dtype.kind not in 'bifu':
        raise Refused(f'{path} holds {values.dtype}, expected numbers')
    return values.astype(np.float32)


def as_labels(values, path):
    """uint16 [count] of class indices."""
    values = np.asarray(values).reshape(-1)
    if values.size and not (np.all(values == np.floor(values)) and values.min() >= 0 and values.max() < 2**16):
        raise Refused(f'{path} holds labels that are no whole numbers from 0 to 65535; what are no classes are targets, in train-targets.npy and test-targets.npy')
    return values.astype(np.uint16)


def as_samples(values):
    """[count, H, W] becomes [count, 1, H, W]."""
    return values[:, None] if values.ndim == 3 else values


def contents_of(folder):
    """Kinds of files that a folder holds some of, and names of its folders `train`, in small letters or large: together one data set."""
    names = plain_files(folder)
    npy = {what: any(f'{split}-{what}.npy' in names for split in ('train', 'test')) for what in ('images', 'labels', 'targets')}
    held = {
        IDX_FILES: any(pattern.fullmatch(name) for pattern in IDX.values() for name in names),
        # Samples without a word of what they are answered with are taken for the usual ones.
        NPY_FILES: npy['labels'] or npy['images'] and not npy['targets'],
        NPY_TARGETS: npy['targets'],
    }
    images = sorted(path.name for path in folder.iterdir() if path.name.lower() == 'train' and path.is_dir())
    return [kind for kind, is_there in held.items() if is_there], images


def plain_files(folder):
    """Paths of files by their names without .gz; of a plain and a packed copy the plain one."""
    return {path.name.removesuffix('.gz'): path for path in sorted(folder.iterdir(), reverse=True) if path.is_file() and not path.name.startswith('.')}


def read_arrays(folder, kind):
    """(training samples, labels, test samples, labels) of a folder of files of a kind (`contents_of`)."""
    names = plain_files(folder)
    if kind == IDX_FILES:
        return read_idx_files(folder, names)
    answers = 'targets' if kind == NPY_TARGETS else 'labels'
    found = []
    for split in ('train', 'test'):
        images, labels = (names.get(f'{split}-{what}.npy') for what in ('images', answers))
        if images is None or labels is None:
            raise Refused(f'{folder} lacks {split}-{"images" if images is None else answers}.npy')
        values = read_npy(labels)
        if answers == 'targets':
            values = np.asarray(values, dtype=np.float32)
            values = values[:, None] if values.ndim == 1 else values
        found += [as_samples(read_npy(images)), values if answers == 'targets' else as_labels(values, labels)]
    return found


def read_idx_files(folder, names):
    """Their names may begin with that of the data set: the four have to begin alike."""
    parts = {part: [name for name in names if pattern.fullmatch(name)] for part, pattern in IDX.items()}
    for part, matching in parts.items():
        if len(matching) != 1:
            raise Refused(f'{folder} holds {len(matching)} files of {part.replace("-", " ")}, expected one')
    sets = sorted({IDX[part].fullmatch(name)['set'] for part, (name,) in parts.items()})
    if len(sets) > 1:
        raise Refused(f'{folder} holds files of {" and ".join(name[:-1] or "a set without a name" for name in sets)}, expected one data set: keep each data set in a folder of its own')
    found = []
    for part, (name,) in parts.items():
        values = read_idx(names[name])
        found.append(as_samples(values) if part.endswith('images') else as_labels(values, names[name]))
    return found


def read_mnist(folder):
    """As `read_arrays`, of the published files; None where they are not all there."""
    found = [copies_of(folder, name) for name in MNIST_MD5]
    if not all(found):
        return None
    for (name, md5), (path, *_) in zip(MNIST_MD5.items(), found):
        if hashlib.md5(contents(path), usedforsecurity=False).hexdigest() != md5:
            raise Refused(f'{path} is not the published {name}: fetch it again')
    images, labels, test_images, test_labels = (read_idx(path) for path, *_ in found)
    return [as_samples(images), labels.astype(np.uint16), as_samples(test_images), test_labels.astype(np.uint16)]


def read_cifar10(folder):
    """As `read_arrays`, of the binary version; training batches may be missing. None where no test batch is there."""
    test = copies_of(folder, 'test_batch.bin')
    training = [path for number in range(1, 6) for path in copies_of(folder, f'data_batch_{number}.bin')[:1]]
    if not test or not training:
        return None
    return [part for paths in (training, test[:1]) for part in read_cifar_batches(paths)]


def read_cifar_batches(paths):
    batches = []
    for path in paths:
        data = np.frombuffer(contents(path), dtype=np.uint8)
        if data.size != CIFAR_RECORDS * CIFAR_RECORD:
            raise Refused(f'{path} has {data.size} bytes, expected {CIFAR_RECORDS * CIFAR_RECORD}: fetch it again')
        batches.append(data.reshape(CIFAR_RECORDS, CIFAR_RECORD))
    records = np.concatenate(batches)
    if records[:, 0].max() > 9:
        raise Refused(f'{", ".join(map(str, paths))}: a label is above 9')
    return np.ascontiguousarray(records[:, 1:]).reshape(-1, 3, 32, 32), records[:, 0].astype(np.uint16)

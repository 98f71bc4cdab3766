"""Data sets as folders of images: train/<class>, test/<class> and, for what is held out, val/<class>.

PNG is read here, but for interlaced files; those and JPEG are read by Pillow where it is installed.
"""

import math
import re
import struct
import unicodedata
import zlib

import numpy as np

from .errors import Refused

READ = {'.png', '.jpg', '.jpeg', '.jfif'}
#: What comes before digits and letters, in its order.
COLLATED = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$'
#: Channels that are stored, by the colour type of a PNG file.
STORED = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def read_image_folder(folder, shape, scales):
    """(training samples, labels, test samples, labels, names of classes, how many of the training samples are held out).

    `shape`: [channels, rows, columns] that the network reads. `scales`: images of other sizes are scaled to it.
    """
    classes = natural_order(class_folders(folder / 'train'))
    splits = {}
    for split in ('train', 'val', 'test'):
        if split == 'val' and not (folder / split).is_dir():
            splits[split] = []
            continue
        found = class_folders(folder / split)
        unknown = next((name for name in found if name not in classes), None)
        if unknown is not None:
            raise Refused(f'{folder / split / unknown} is of a class without training images: add some, or remove the folder')
        splits[split] = [(path, label) for label, name in enumerate(classes) if name in found for path in images_in(found[name])]
    training, test = splits['train'] + splits['val'], splits['test']
    read = lambda files: np.stack([fitted(path, shape, scales) for path, _ in files])
    labels = lambda files: np.array([label for _, label in files], dtype=np.uint16)
    return read(training), labels(training), read(test), labels(test), classes, len(splits['val'])


def class_folders(folder):
    """Folders by the name of their class."""
    if not folder.is_dir():
        raise Refused(f'{folder.parent} has no folder {folder.name}: put the images into {folder / "<class>"}')
    found = {unicodedata.normalize('NFC', path.name): path for path in folder.iterdir() if path.is_dir() and not path.name.startswith('.')}
    if not found:
        raise Refused(f'{folder} has no folder of images for each class')
    return found


def natural_order(names):
    """class2 before class10, as ssl-compile has them: by the Unicode collation, of which this is the part for ASCII.

    Names whose order only that could tell are refused: a class would be another one here and there.
    """
    if not all(name.isascii() for name in names) or len({name.lower() for name in names}) < len(names):
        raise Refused(f'the order of the classes {", ".join(names)} is not known here: call their folders by different letters of ASCII, or list them in the network as `labels` and keep to ASCII')
    rank = {character: place for place, character in enumerate(COLLATED)}

    def key(name):
        parts = re.findall(r'[0-9]+|[^0-9]', name)
        return [(1, int(part)) if part.isdigit() else (2, ord(part.lower())) if part.isalpha() else (0, rank.get(part, -1)) for part in parts], name

    return sorted(names, key=key)


def images_in(folder):
    found = sorted((path for path in folder.rglob('*') if path.is_file() and path.suffix.lower() in READ and not any(part.startswith('.') for part in path.relative_to(folder).parts)), key=str)
    if not found:
        raise Refused(f'{folder} has no PNG or JPEG images: put some into it, or remove the folder')
    return found


def fitted(path, shape, scales):
    """uint8 of the shape that the network reads: first the channels, then the size."""
    pixels = in_channels(decoded(path), shape[0])
    if list(pixels.shape[1:]) == list(shape[1:]):
        return pixels
    if not scales:
        raise Refused(f'{path} has {pixels.shape[1]} x {pixels.shape[2]} pixels (height x width), the network reads {shape[1]} x {shape[2]}: scale the images, or write `resize = true` and export anew')
    return scaled(pixels, shape[1], shape[2])


def decoded(path):
    """uint8 [1 or 3, height, width]."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f'{path} cannot be read ({error.strerror})') from error
    pixels = decode_png(data, path) if data[:8] == b'\x89PNG\r\n\x1a\n' else None
    return by_pillow(path) if pixels is None else pixels


def by_pillow(path):
    try:
        from PIL import Image
    except ImportError:
        raise Refused(f'{path} takes Pillow to be read: `pip install pillow`, or save it as PNG without interlacing') from None
    try:
        return pixels_of(Image, path)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(f'{path} is no image that can be read ({error}): save or fetch it again') from error


def pixels_of(Image, path):
    with Image.open(path) as image:
        if 'A' in image.getbands() or 'transparency' in image.info:
            image = image.convert('RGBA')
            white = Image.new('RGBA', image.size, 'white')
            image = Image.alpha_composite(white, image)
        image = image.convert('L' if image.mode in ('1', 'L', 'I;16') else 'RGB')
        pixels = np.asarray(image)
    return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def decode_png(data, path):
    """uint8 [1 or 3, height, width], what shows through being white; None of an interlaced file."""
    try:
        header, palette, transparency, packed = None, None, None, []
        at = 8
        while at < len(data):
            length, kind = struct.unpack_from('>I4s', data, at)
            body = data[at + 8 : at + 8 + length]
            at += 12 + length
            if kind == b'IHDR':
                header = struct.unpack('>IIBBBBB', body)
            elif kind == b'PLTE':
                palette = np.frombuffer(body, dtype=np.uint8).reshape(-1, 3)
            elif kind == b'tRNS':
                transparency = body
            elif kind == b'IDAT':
                packed.append(body)
        width, height, depth, colour, _, _, interlaced = header
        if interlaced:
            return None
        stored = STORED[colour]
        row_bytes = math.ceil(width * stored * depth / 8)
        rows = np.frombuffer(zlib.decompress(b''.join(packed)), dtype=np.uint8).reshape(height, 1 + row_bytes)
        values = unfiltered(rows, max(1, stored * depth // 8))
        return coloured(numbers_of(values, depth, width * stored).reshape(height, width, stored), depth, colour, palette, transparency)
    except (ValueError, TypeError, KeyError, IndexError, struct.error, zlib.error) as error:
        raise Refused(f'{path} is a damaged PNG file ({error}): save or fetch it again') from error


def unfiltered(rows, step):
    """uint8 [height, bytes] of rows that each begin with the number of their filter. `step`: bytes of a pixel."""
    height, length = rows.shape[0], rows.shape[1] - 1
    result = np.zeros((height, length), dtype=np.uint8)
    above = np.zeros(length, dtype=np.uint8)
    for y in range(height):
        kind, row = rows[y, 0], rows[y, 1:]
        if kind == 0:
            result[y] = row
        elif kind == 1:
            for offset in range(min(step, length)):
                result[y, offset::step] = np.cumsum(row[offset::step], dtype=np.uint64).astype(np.uint8)
        elif kind == 2:
            result[y] = row + above
        else:
            result[y] = predicted(kind, row.tolist(), above.tolist(), step)
        above = result[y]
    return result


def predicted(kind, row, above, step):
    """The two filters that look left and up at once: the mean, and Paeth's."""
    if kind not in (3, 4):
        raise ValueError(f'a row has filter {kind}')
    made = [0] * len(row)
    for i, value in enumerate(row):
        left, up = made[i - step] if i >= step else 0, above[i]
        if kind == 3:
            guess = (left + up) // 2
        else:
            corner = above[i - step] if i >= step else 0
            distances = [abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)]
            guess = (left, up, corner)[distances.index(min(distances))]
        made[i] = (value + guess) & 255
    return made


def numbers_of(values, depth, count):
    """int [height, count] of packed rows."""
    if depth == 8:
        return values.astype(np.int64)
    if depth == 16:
        return np.ascontiguousarray(values).view('>u2').astype(np.int64)
    bits = np.unpackbits(values, axis=1)[:, : count * depth].reshape(len(values), count, depth)
    return bits @ (1 << np.arange(depth - 1, -1, -1))


def coloured(numbers, depth, colour, palette, transparency):
    most = 2**depth - 1
    if colour == 3:
        if numbers.max() >= len(palette):
            raise ValueError(f'palette entry {numbers.max()} of {len(palette)}')
        alphas = np.full(len(palette), 255)
        alphas[: len(transparency or b'')] = np.frombuffer(transparency or b'', dtype=np.uint8)[: len(palette)]
        values, alpha = palette[numbers[..., 0]] / 255, alphas[numbers[..., 0]] / 255
    elif colour in (4, 6):
        values, alpha = numbers[..., :-1] / most, numbers[..., -1] / most
    else:
        values, alpha = numbers / most, np.ones(numbers.shape[:2])
        if transparency:
            clear = np.frombuffer(transparency, dtype='>u2')[: numbers.shape[2]]
            alpha = np.where((numbers == clear).all(axis=2), 0.0, 1.0)
    alpha = alpha[..., None]
    return np.floor(255 * (values * alpha + 1 - alpha) + 0.5).astype(np.uint8).transpose(2, 0, 1)


def in_channels(pixels, channels):
    """Grey stands for all three of colour; grey of colour is its luma after ITU-R BT.601."""
    if len(pixels) == channels:
        return pixels
    if len(pixels) == 1:
        return np.repeat(pixels, channels, axis=0)
    red, green, blue = pixels.astype(np.int64)
    return ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16).astype(np.uint8)[None]


def scaled(pixels, rows, columns):
    """Bilinear, with the filter as wide as a pixel of the result where that is larger; columns first, rounded once."""
    narrow = mixed(pixels.astype(np.float64), columns)
    whole = mixed(narrow.transpose(0, 2, 1), rows).transpose(0, 2, 1)
    return np.floor(whole + 0.5).astype(np.uint8)


def mixed(values, to):
    """Along the last axis."""
    extent = values.shape[-1]
    if extent == to:
        return values
    scale = extent / to
    reach = max(1, scale)
    result = np.zeros((*values.shape[:-1], to))
    for i in range(to):
        centre = (i + 0.5) * scale - 0.5
        first, last = max(0, math.ceil(centre - reach)), min(extent - 1, math.floor(centre + reach))
        weights = [max(0, 1 - abs(at - centre) / reach) for at in range(first, last + 1)]
        for at, weight in enumerate(weights, start=first):
            result[..., i] += weight / sum(weights) * values[..., at]
    return result

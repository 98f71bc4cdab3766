"""Safetensors files: eight bytes that say how long the header is, a header of JSON, and the elements, row-major."""

import json
import math
import struct

import numpy as np

from .errors import Refused

TYPES = {'F32': np.dtype('<f4'), 'F64': np.dtype('<f8')}
MOST_HEADER = 100_000_000


def encode(tensors, metadata=None):
    """The bytes of arrays by name, of float32 or float64. The same arrays give the same bytes."""
    header, pieces, end = {}, [], 0
    if metadata:
        header['__metadata__'] = dict(sorted(metadata.items()))
    for name, values in sorted(tensors.items()):
        values = np.asarray(values)
        kind = 'F64' if values.dtype == np.float64 else 'F32'
        data = np.ascontiguousarray(values, dtype=TYPES[kind]).tobytes()
        header[name] = {'dtype': kind, 'shape': list(values.shape), 'data_offsets': [end, end + len(data)]}
        pieces.append(data)
        end += len(data)
    text = json.dumps(header, ensure_ascii=False, separators=(',', ':')).encode()
    text = text.ljust(math.ceil(len(text) / 8) * 8)
    return struct.pack('<Q', len(text)) + text + b''.join(pieces)


def decode(data, place):
    """(arrays by name, metadata) of the bytes of a file, which messages call `place`."""
    try:
        (length,) = struct.unpack_from('<Q', data)
        if length > min(MOST_HEADER, len(data) - 8):
            raise ValueError('its header is longer than the file')
        header = json.loads(data[8 : 8 + length])
        metadata = header.pop('__metadata__', {})
        tensors = {}
        for name, entry in header.items():
            first, last = (8 + length + offset for offset in entry['data_offsets'])
            values = np.frombuffer(data[first:last], dtype=TYPES[entry['dtype']])
            tensors[name] = values.reshape(entry['shape'])
        return tensors, metadata
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise Refused(f'{place} is no safetensors file of float32 or float64 tensors ({error}): put back the file that was there, or start the run anew in another folder') from error

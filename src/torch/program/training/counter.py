"""Counter-based random numbers: a draw is a function of (seed, stream, index) alone.

They are the compiler's own draws, so initial weights, orders of samples, crops and dropout masks are the same in both, and do
not depend on how many processes share the work. The mixer is the 32-bit finaliser of MurmurHash3 (Appleby, public domain).
"""

import math

import numpy as np

WORD = 0xFFFFFFFF


def mix32(word):
    """One round of the finaliser. `word`: an int, or an int64 array or tensor, whose products wrap around; only 32 bits count."""
    word = word & WORD
    word = ((word ^ (word >> 16)) * 0x85EBCA6B) & WORD
    word = ((word ^ (word >> 13)) * 0xC2B2AE35) & WORD
    return word ^ (word >> 16)


def hash32(seed, a, b=0, c=0):
    """32 random bits of counter (a, b, c) under `seed`, from 0 up. Any of a, b and c may be an int64 array or tensor."""
    return mix32(mix32(mix32(mix32(seed ^ 0x9E3779B9) + a) + b) + c)


def stream_of(name):
    """The number of a stream of draws, by its name."""
    word = 0x811C9DC5
    units = name.encode('utf-16-le')
    for low, high in zip(units[::2], units[1::2]):
        word = ((word ^ (low | high << 8)) * 0x01000193) & WORD
    return mix32(word)


def uniforms(seed, name, count):
    """float64 [count]: uniform in [0, 1), with 24 bits."""
    return (hash32(seed, stream_of(name), np.arange(count, dtype=np.int64)) >> 8) / 2**24


def permutation(seed, name, epoch, count):
    """int64 [count]: 0 .. count - 1 in the order of an epoch (Fisher-Yates)."""
    words = hash32(seed, stream_of(name), epoch, np.arange(count, dtype=np.int64))
    picks = np.floor(words / 2**32 * (np.arange(count) + 1)).astype(np.int64).tolist()
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = picks[i]
        order[i], order[j] = order[j], order[i]
    return np.array(order, dtype=np.int64)


def initial_values(spec, seed):
    """float32 array: a parameter before the first step, as plan.json describes it."""
    initial, shape = spec['initial'], spec['shape']
    if initial['kind'] == 'constant':
        return np.full(shape, initial['value'], dtype=np.float32)
    if initial['kind'] == 'statistic':
        return np.full(shape, 0 if initial['of'] == 'mean' else 1, dtype=np.float32)
    bound = math.sqrt(3 / initial['fanIn'])
    draws = uniforms(seed, f'initial {spec["name"]}', math.prod(shape))
    return ((2 * draws - 1) * bound).astype(np.float32).reshape(shape)

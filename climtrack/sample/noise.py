"""
Random numbers that are the same on every machine and whose past never changes.

Only the raw 64-bit stream of PCG64 is used, which numpy promises never to change; sums of its 16-bit pieces are turned
into numbers by exact arithmetic. A longer run therefore repeats a shorter one and goes on.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from climtrack.vocabulary.series import Floats


def white(seed: int, size: int) -> Floats:
    """Nearly normal white noise with mean 0 and standard deviation 1."""
    raw = np.random.PCG64(seed).random_raw(3 * size).astype("<u8")
    pieces = raw.view("<u2").reshape(size, 12).sum(axis=1, dtype=np.int64)
    return np.asarray((pieces - 12 * 32767.5) / 65536.0)


def red(seed: int, size: int, memory: float, smooth: float = 0.0) -> Floats:
    """Autocorrelated noise with mean 0 and standard deviation 1."""
    scale = (1 - memory**2) ** 0.5
    if smooth:
        # variance of an AR(2) process whose characteristic roots are `memory` and `smooth`
        a, b = memory + smooth, -memory * smooth
        scale = ((1 + b) * ((1 - b) ** 2 - a**2) / (1 - b)) ** 0.5
    values = accumulate((white(seed, size) * scale).tolist(), lambda held, new: memory * held + new)
    if smooth:
        values = accumulate(values, lambda held, new: smooth * held + new)
    return np.fromiter(values, float, size)

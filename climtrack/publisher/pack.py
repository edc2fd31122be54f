"""Numbers as short text: what carries 86 years of days inside a page of 100 KB, read back by ``web/series.js``."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from climtrack.vocabulary.series import Floats

#: Printable ASCII that is safe inside JSON, HTML and a script; the first 42 digits end a number, the others go on.
DIGITS = "".join(c for c in map(chr, range(35, 127)) if c not in "&'<>\\`~")[:84]
HALF = 42
MISSING = "!"
#: Steps per degree that are tried, coarsest first: the feeds keep 2 (sea) or 3 (air) decimals.
SCALES = (100, 1_000, 10_000, 100_000)


def scale_of(values: Floats) -> int:
    """Steps per degree that hold a series exactly."""
    known = values[~np.isnan(values)]
    exact = (scale for scale in SCALES if np.allclose(known * scale, np.rint(known * scale), rtol=0, atol=1e-6))
    return next(exact, SCALES[-1])


def pack(values: Floats, scale: int) -> str:
    """Values as text: differences from day to day, folded to be positive, in base 42."""
    steps = np.rint(values * scale)
    out: list[str] = []
    last = 0
    for step in _whole(steps):
        if step is None:
            out.append(MISSING)
            continue
        folded = 2 * (step - last) if step >= last else 2 * (last - step) - 1
        last = step
        while folded >= HALF:
            folded, digit = divmod(folded, HALF)
            out.append(DIGITS[digit + HALF])
        out.append(DIGITS[folded])
    return "".join(out)


def _whole(steps: Floats) -> Iterable[int | None]:
    """Steps as Python integers, None for gaps."""
    return (None if step != step else int(step) for step in steps.tolist())


def runs(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Where flags are set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

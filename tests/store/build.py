"""Series to store, made by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from climtrack.vocabulary.series import Series, SeriesKey, Source, Status

AIR = SeriesKey("era5", "t2m", "nh")
SEA = SeriesKey("oisst", "sst", "natlan")
NOW = dt.datetime(2024, 7, 11, 16, 42, tzinfo=dt.UTC)
START = dt.date(2024, 6, 1)


def build(
    key: SeriesKey = SEA,
    values: object = (20.1, 20.2, 20.3, 20.4),
    *,
    preliminary: int = 0,
    start: dt.date = START,
    retrieved: dt.datetime = NOW,
    rows: bool = False,
    **source: object,
) -> Series:
    """Series of these values, the last `preliminary` of them preliminary."""
    numbers = np.array(values, dtype=float)
    status = np.where(np.isnan(numbers), Status.MISSING, Status.FINAL).astype(np.int8)
    if preliminary:
        status[-preliminary:][status[-preliminary:] == Status.FINAL] = Status.PRELIMINARY
    slots = np.round(15 + 5 * np.sin(np.arange(366) / 58), 3)
    slots[365] = np.nan
    told = Source("https://example.org/a.json", retrieved, "ab" * 32, "NOAA OISST 2.1", '"e1"', "Thu, 11 Jul 2024")
    return Series(
        key, start, numbers, status, replace(told, **source),  # type: ignore[arg-type]
        MappingProxyType({"1982-2010": slots, "1991-2020": slots + 0.5} if rows else {}),
    )  # fmt: skip


def full(key: SeriesKey = AIR, start: dt.date = dt.date(1940, 1, 1), size: int = 30_869, seed: int = 1) -> Series:
    """Series as long as the real ones."""
    noise = np.random.default_rng(seed).normal(0, 0.2, size)
    return build(key, np.round(12 + 6 * np.sin(np.arange(size) / 58.1) + noise, 3), start=start, rows=True)

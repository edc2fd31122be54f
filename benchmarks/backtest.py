"""
What climtrack says of days to come, held against what came: no estimate knows anything after the day it is made.

The `page` of every module `benchmarks.backtest_*` is one section of docs/backtest.md. Reads the stored copies of the
feed in `../shared/data`, or where `CLIMTRACK_SHARED_DATA` points.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import pkgutil
import sys
from pathlib import Path

import benchmarks
from climtrack.fetcher.reanalyzer import ENDPOINTS, series_from_payload
from climtrack.vocabulary.series import Series, SeriesKey, Source

PAGE = Path(__file__).parents[1] / "docs" / "backtest.md"
HEAD = """# Back-tests

What climtrack says of days to come, made again for past days from nothing later than them, and held against what came.
`make backtest` writes this page from stored copies of the feeds; [Methods](methods.md) says how each estimate is made.
"""


def series(key: str) -> Series:
    """A series as the site of 22 August 2026 had it."""
    return stored("sites/2026-08-22", key)


def stored(folder: str, key: str) -> Series:
    """A series of a stored copy of the feed."""
    shared = Path(os.environ.get("CLIMTRACK_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
    name = SeriesKey.parse(key)
    body = (shared / folder / ENDPOINTS[name].path.lstrip("/")).read_bytes()
    return series_from_payload(body, name, Source("stored", dt.datetime(2026, 8, 22, tzinfo=dt.UTC), "0" * 64))


def main() -> int:
    """Write the page; 0 where every goal is met, else 1."""
    names = sorted(one.name for one in pkgutil.iter_modules(benchmarks.__path__) if one.name.startswith("backtest_"))
    parts, missed = [HEAD], False
    for name in names:
        text, met = importlib.import_module(f"benchmarks.{name}").page()
        print(text)
        parts.append(text)
        missed |= not met
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

"""
Coverage-guided fuzzing of the reader, run by `test_fuzz_soak` in a process of its own: atheris takes the process over.

Run: python -m tests.fetcher.fuzz_reader CORPUS -max_total_time=600
"""

from __future__ import annotations

import datetime as dt
import sys

import atheris  # ty: ignore

with atheris.instrument_imports(include=["climtrack.fetcher", "climtrack.vocabulary"]):
    from climtrack.errors import SourceChanged
    from climtrack.fetcher.pulse import series_from_csv
    from climtrack.fetcher.reanalyzer import series_from_payload
    from climtrack.vocabulary.series import SeriesKey, Source

SOURCE = Source("https://example.org/x", dt.datetime(2026, 8, 22, tzinfo=dt.UTC), "0" * 64)


def one(data: bytes) -> None:
    """Nothing but `SourceChanged` leaves either reader."""
    for read, key in (
        (series_from_payload, SeriesKey("oisst", "sst", "natlan")),
        (series_from_csv, SeriesKey("climate-pulse", "t2m", "world")),
    ):
        try:
            series = read(data, key, SOURCE)
        except SourceChanged:
            continue
        if not series.values.size or series.end < series.start:
            raise AssertionError("a series without days")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()

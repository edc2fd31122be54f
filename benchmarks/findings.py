"""
All findings of twelve series, and marine-heatwave detection, timed beside a plain reference in the same run.

Goals (docs: benchmarks.md): 60 ms for the findings of twelve series; heatwaves at least 20 times faster than a
day-by-day implementation of the same papers, which takes as long as the field's own package (about 150 ms a series).
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from climtrack.analysis.heatwaves import events, threshold
from climtrack.analysis.survey import study
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.fetcher.sample import payload
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Series, SeriesKey, Source, folded
from tests.analysis import hobday

AIR = ("world", "nh", "sh", "arctic", "antarctic")
SEA = ("world2", "natlan", "natlsp", "atlhmdr", "gom", "gomex", "nino3.4")
TODAY = dt.date(2026, 11, 20)
GOAL_MS, GOAL_TIMES = 60.0, 20.0


def twelve() -> tuple[Series, ...]:
    """Five simulated air series from 1940 and seven of the sea from 1981."""
    source = Source("sample:", dt.datetime(2026, 11, 20, tzinfo=dt.UTC), "0" * 64, simulated=True)
    keys = [SeriesKey("era5", "t2m", name) for name in AIR] + [SeriesKey("oisst", "sst", name) for name in SEA]
    return tuple(series_from_payload(payload(key, TODAY), key, source) for key in keys)


def timed(job: Callable[[], object], runs: int) -> float:
    """Median processor time in milliseconds: one thread computes, so what else the machine does is left out."""
    took = []
    for _ in range(runs):
        start = time.process_time()
        job()
        took.append(1e3 * (time.process_time() - start))
    return statistics.median(took)


def measure(runs: int = 15) -> dict[str, float]:
    """
    Time both jobs.

    Parameters
    ----------
    runs : int, default 15
        Repetitions, of which the median counts.

    Returns
    -------
    dict of str to float
        Milliseconds for the findings of twelve series, for fast and plain heatwave detection, and how many times
        faster the former is.
    """
    series = twelve()
    for one in series:
        study(one, REGIONS[one.key.region])
    findings = timed(lambda: [study(one, REGIONS[one.key.region]) for one in series], runs)
    gulf = next(one for one in series if one.key.region == "gom")
    table, place = folded(gulf)
    years = Baseline(1991, 2020)
    fast = timed(lambda: events(gulf.values, place % DAYS, threshold(gulf.values, place, table.years, years)), 3 * runs)
    held = {
        gulf.start + dt.timedelta(days=int(i)): float(gulf.values[i]) for i in np.flatnonzero(~np.isnan(gulf.values))
    }
    plain = timed(lambda: hobday.detect(held, 1991, 2020), max(runs // 5, 1))
    return {"findings_ms": findings, "heatwaves_ms": fast, "plain_ms": plain, "times": plain / fast}


def main() -> int:
    """
    Print the measurements beside their goals.

    Returns
    -------
    int
        0 where both goals are met, else 1.
    """
    found = measure()
    met = found["findings_ms"] <= GOAL_MS, found["times"] >= GOAL_TIMES
    verdicts = ["met" if ok else "MISSED" for ok in met]
    print(f"all findings of 12 series   {found['findings_ms']:7.1f} ms   goal {GOAL_MS:.0f}   {verdicts[0]}")
    print(
        f"marine heatwaves, 1 series  {found['heatwaves_ms']:7.1f} ms   plain {found['plain_ms']:.0f} ms, "
        f"{found['times']:.0f} times faster   goal {GOAL_TIMES:.0f}   {verdicts[1]}"
    )
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())

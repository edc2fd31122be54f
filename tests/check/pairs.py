"""Real series on the days, and with the faults, on which a sentence is hard to get right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from climtrack.analysis.survey import study
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Floats, Series, Status
from tests.analysis.build import of, real

SERIES = ("world", "world2", "natlan", "nino3.4", "gom", "gomex", "natlsp", "atlhmdr")


@cache
def stored(shared: Path, region: str) -> Series:
    """World air to 2 February 2026, or a sea to 21 August 2026."""
    if region == "world":
        path = "climate_reanalyzer_constructed/2026-02-08/clim/t2_daily/json/era5_world_t2_day.json"
        return real(shared / path, "era5.t2m.world")
    path = f"sites/2026-08-22/clim/sst_daily/json_2clim/oisst2.1_{region}_sst_day.json"
    return real(shared / path, f"oisst.sst.{region}")


@dataclass(frozen=True)
class Case:
    """A day to end on, and what happens to the values before it; `preliminary` days at the end."""

    until: dt.date | None = None
    change: Callable[[Series, Floats], Floats] = lambda _, values: values
    preliminary: int = 0
    since: int = 0  # First year kept

    def study(self, shared: Path, region: str) -> Study:
        """The study of a stored series as this case has it."""
        whole = stored(shared, region)
        whole = whole if self.until is None else whole.upto(self.until)
        start = max(whole.start, dt.date(self.since, 1, 1)) if self.since else whole.start
        values = self.change(whole, whole.values.copy())[(start - whole.start).days :]
        made = of(start, values, key=str(whole.key), preliminary=self.preliminary)
        if self.until is None:
            made = replace(made, status=np.where(np.isnan(values), Status.MISSING, whole.status).astype(np.int8))
        return study(made, REGIONS[region])


def blank(*spans: tuple[str, str]) -> Callable[[Series, Floats], Floats]:
    """Values missing from one day to another."""

    def change(series: Series, values: Floats) -> Floats:
        for first, last in spans:
            lo, hi = ((dt.date.fromisoformat(day) - series.start).days for day in (first, last))
            values[lo : hi + 1] = np.nan
        return values

    return change


CASES: Mapping[str, Case] = {
    "latest": Case(),
    "leap day": Case(dt.date(2024, 2, 29)),
    "leap day, preliminary": Case(dt.date(2020, 2, 29), preliminary=14),
    "eve of a leap day": Case(dt.date(2024, 2, 28)),
    "28 February": Case(dt.date(2025, 2, 28)),
    "1 March": Case(dt.date(2025, 3, 1), preliminary=3),
    "New Year's Eve": Case(dt.date(2024, 12, 31)),
    "New Year": Case(dt.date(2026, 1, 1), preliminary=14),
    "month's end": Case(dt.date(2023, 8, 31)),
    "tie of days": Case(dt.date(2024, 7, 23)),
    "ties": Case(dt.date(2025, 11, 30), lambda _, values: np.round(values, 1), preliminary=1),
    "gaps": Case(dt.date(2025, 10, 5), blank(("2025-09-11", "2025-09-22"), ("2024-10-01", "2024-10-03"))),
    "last year missing": Case(dt.date(2025, 6, 15), blank(("2024-01-01", "2024-12-31")), preliminary=14),
    "below zero": Case(dt.date(2025, 1, 15), lambda _, values: values - 22.0),
    "no baseline": Case(dt.date(2024, 11, 17), since=2012, preliminary=14),
}

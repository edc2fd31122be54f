"""Results: what analysis computes and the reporter draws."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.findings import Findings
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Floats, Series
from climtrack.vocabulary.tables import YearTable

Method = Literal["harmonic", "site"]


@dataclass(frozen=True, slots=True, eq=False)
class Climatology:
    """Mean annual cycle over a baseline."""

    baseline: Baseline
    mean: Floats  # degC, shape (366,): by day of year for ``harmonic``, by slot for ``site``
    spread: Floats  # Sample standard deviation (n - 1) across the baseline years in degC, shape (366,)
    method: Method  # First 8 annual harmonics by day of year, or the site's 5-slot circular mean by slot


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Everything known of one series on one day: what charts and sentences are made from."""

    series: Series
    region: Region
    as_of: dt.date  # The date asked for, or the last date of the series
    requested: Baseline
    # On `requested` where the series covers it, else on the first named baseline that it covers; None where it covers
    # none
    climatology: Climatology | None
    table: YearTable
    anomalies: YearTable | None
    preliminary: YearTable  # 1.0 where the value is preliminary, else NaN
    findings: Findings
    overdue: int = 0  # Age in days of the newest value where that is more than the provider's usual delay, else 0

    @property
    def year(self) -> int:
        """This year: that of the last value."""
        return self.series.end.year

    @property
    def baseline(self) -> Baseline | None:
        """Baseline of `climatology`."""
        return None if self.climatology is None else self.climatology.baseline

    @property
    def simulated(self) -> bool:
        """Whether this is the sample, so that everything must say SIMULATED."""
        return self.series.source.simulated

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
    """
    Mean annual cycle over a baseline.

    Parameters
    ----------
    baseline : Baseline
        The reference years.
    mean : array of float
        degC, shape (366,): by day of year for ``harmonic``, by slot for ``site``.
    spread : array of float
        Sample standard deviation (n - 1) across the baseline years in degC, shape (366,).
    method : {"harmonic", "site"}
        First 8 annual harmonics by day of year, or the site's 5-slot circular mean by slot.
    """

    baseline: Baseline
    mean: Floats
    spread: Floats
    method: Method


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """
    Everything known of one series on one day: what charts and sentences are made from.

    Parameters
    ----------
    series : Series
        As far as `as_of`.
    region : Region
        Where.
    as_of : date
        The date asked for, or the last date of the series.
    requested : Baseline
        Baseline asked for.
    climatology : Climatology or None
        On `requested` where the series covers it, else on the first named baseline that it covers; None where it
        covers none.
    table : YearTable
        Values by year and day of year.
    anomalies : YearTable or None
        `table` minus `climatology`; None with it.
    preliminary : YearTable
        1.0 where the value is preliminary, else NaN.
    findings : Findings
        The answers.
    overdue : int, default 0
        Age in days of the newest value where that is more than the provider's usual delay, else 0.
    """

    series: Series
    region: Region
    as_of: dt.date
    requested: Baseline
    climatology: Climatology | None
    table: YearTable
    anomalies: YearTable | None
    preliminary: YearTable
    findings: Findings
    overdue: int = 0

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

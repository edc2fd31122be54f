"""
Findings: facts, with no prose in them.

Temperatures and differences are in degC at full precision, slopes in degC per day, dates are dates. What cannot be
known is `Unknown` with the reason, never zero. `facts.json` is these values by name.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from climtrack.vocabulary.baselines import Baseline


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that cannot be known."""

    why: str  # The reason, one sentence without a full stop


class Claim(StrEnum):
    """How much a claim of record or rank will bear."""

    SAFE = "safe"
    WITHIN_NOISE = "within_noise"
    TIE = "tie"
    PRELIMINARY = "preliminary"


class Verdict(StrEnum):
    """Where the anomaly is going."""

    FALLING = "falling"
    STEADY = "steady"
    RISING = "rising"


@dataclass(frozen=True, slots=True)
class Reading:
    """One day's value in degC; `status` is ``final`` or ``preliminary``."""

    date: dt.date
    value: float
    status: str = "final"


@dataclass(frozen=True, slots=True)
class BaselineAnomaly:
    """The latest day against one baseline."""

    value: float
    normal: float  # Climatology of the date (harmonic method)
    # The anomaly as the site shows it: by slot, its own climatology row, else our ``site`` method
    site_value: float | None
    spread: float  # Raw standard deviation across the baseline years on this day of year
    sigma: float  # `value` in units of `spread`
    sigma_detrended: float  # `value` in units of the standard deviation about the baseline years' own trend
    # Share in percent of the baseline's days within 5 days of the date that were cooler, each against its own normal,
    # ties counted half
    percentile: float
    offset: float  # This baseline's annual mean minus that of the report's baseline
    spread_detrended: float = math.nan  # Standard deviation about the baseline years' own trend


@dataclass(frozen=True, slots=True)
class Gap:
    """A day's difference from the same day of the other year."""

    date: dt.date
    difference: float


@dataclass(frozen=True, slots=True)
class YearOverYear:
    """One year against another, day by day up to `date`."""

    date: dt.date  # The latest day and the day it is compared with
    partner: dt.date  # The latest day and the day it is compared with
    other_year: int  # Year compared with, by default the one before
    value: float
    difference: float  # Latest value minus `value`
    mean_7d: float  # Mean difference of the last 7 days
    days_below_last_14: int  # Days below the other year among the last 14, and how many of these could be compared
    days_compared_last_14: int  # Days below the other year among the last 14, and how many of these could be compared
    # Consecutive days, ending with the latest, on the same side of the other year as it; gaps end a run. Beside the
    # year before it goes through New Year, as `Streaks` does; beside any other it begins on 1 January at the
    # earliest.
    run_length: int
    last_crossing: dt.date | None  # First day of that run, if the line was on the other side before it
    warmest: Gap  # Largest and smallest difference of the year so far
    coldest: Gap  # Largest and smallest difference of the year so far
    days_warmer: int  # Tally of the year so far, at 0.01 °C
    days_cooler: int  # Tally of the year so far, at 0.01 °C
    days_level: int  # Tally of the year so far, at 0.01 °C
    days_compared: int  # Tally of the year so far, at 0.01 °C
    leap_day: bool  # True where 29 February is compared with 28 February


@dataclass(frozen=True, slots=True)
class Slope:
    """
    Least-squares slope in degC per day over the last `days`, with its 95 % interval (AR(1)-adjusted).

    `blurred` where the days are so alike that hardly more than three of them count: the interval is then a bound of
    the method rather than a measure of the weather, and no sentence prints it.
    """

    per_day: float
    low: float
    high: float
    days: int
    blurred: bool = False


@dataclass(frozen=True, slots=True)
class Direction:
    """Is the line coming down?"""

    slope_14d: Slope | Unknown
    slope_30d: Slope | Unknown
    anomaly_slope_14d: Slope | Unknown
    anomaly_slope_30d: Slope | Unknown
    seasonal_14d: float | Unknown  # The part of the temperature's slope that is the season: that of the climatology
    seasonal_30d: float | Unknown  # The part of the temperature's slope that is the season: that of the climatology
    verdict: Verdict | Unknown  # On the anomaly over 14 days: steady while zero lies inside its interval


@dataclass(frozen=True, slots=True)
class Rank:
    """Place among the same period of all years; 1 is warmest."""

    first: dt.date
    last: dt.date
    value: float
    rank: int  # Place and number of years ranked; years that tie share the better place
    of: int  # Place and number of years ranked; years that tie share the better place
    tied: bool  # Equal at 0.01 °C to another year
    tied_with: tuple[int, ...]
    # Above the warmest other year if first (below zero where that one ties), else below the next warmer year that
    # does not tie
    margin: float
    best_year: int  # The warmest year of all, this one included
    best_value: float  # The warmest year of all, this one included
    claim: Claim  # How much the place will bear


@dataclass(frozen=True, slots=True)
class Ranks:
    """
    Places by period; `month`, `season` and `year` are the last whole ones.

    Season names are those of the region's own hemisphere (``northern summer``, ``southern winter``), or months
    (``June–August``) for a region on both sides of the equator.
    """

    day: Rank | Unknown
    month_to_date: Rank | Unknown
    month: Rank | Unknown
    season: Rank | Unknown
    season_name: str
    year_to_date: Rank | Unknown
    year: Rank | Unknown
    season_to_date: Rank | Unknown = Unknown("not asked")
    season_to_date_name: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """An extreme of this series."""

    date: dt.date
    value: float  # Its value (an anomaly for the largest anomaly)
    previous: Reading | None  # The best day of all earlier years (for the date: of that date in earlier years)
    margin: float
    claim: Claim  # How much it will bear
    # Days, also of its own year, within the revision noise of it; the nearest decides `claim`
    tied_with: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """A year and on how many dates it holds the record of this series; `preliminary` of them are preliminary."""

    year: int
    days: int
    preliminary: int = 0


@dataclass(frozen=True, slots=True)
class Records:
    """Three records never mixed up, and this year's tally."""

    warmest_day: Record
    warmest_for_date: Record | Unknown
    largest_anomaly: Record | Unknown
    days: tuple[dt.date, ...]  # Days of this year warmer than the same date of every earlier year
    # Years that hold the highest and the lowest value of a date, most dates first. Their dates add up to 365: 29
    # February is left out, and of equals at 0.01 °C the earlier year keeps the date.
    warm_holders: tuple[Holder, ...] = ()
    # Years that hold the highest and the lowest value of a date, most dates first. Their dates add up to 365: 29
    # February is left out, and of equals at 0.01 °C the earlier year keeps the date.
    cold_holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days, both ends included."""

    first: dt.date
    last: dt.date
    days: int


@dataclass(frozen=True, slots=True)
class Streaks:
    """The ledger, rebuilt from the data on each run."""

    record_days: Run | None
    longest_record_days: Run | None
    above_last_year: Run | None  # Run above last year's line that includes the latest day
    below_last_year: Run | None
    above_average: Run | None  # Run of positive anomalies that includes the latest day
    last_record: dt.date | None
    days_since_record: int | None
    next_milestone: int | None  # Next round length of the running record streak


@dataclass(frozen=True, slots=True)
class Trend:
    """Ordinary least squares over complete years."""

    first_year: int
    last_year: int
    per_decade: float  # degC per decade, with the 95 % interval adjusted for lag-1 autocorrelation
    low: float  # degC per decade, with the 95 % interval adjusted for lag-1 autocorrelation
    high: float  # degC per decade, with the 95 % interval adjusted for lag-1 autocorrelation
    lag1: float
    n_effective: float


@dataclass(frozen=True, slots=True)
class BackTest:
    """Error of the year-end estimate made at the end of `month` in past years: mean and root mean square, degC."""

    month: int
    years: int
    bias: float
    rmse: float


@dataclass(frozen=True, slots=True)
class PastEstimate:
    """The year-end estimate as the same method makes it from the data up to `date`, with its range, degC."""

    date: dt.date
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Where the year's mean is heading."""

    year: int
    to_date: float  # Mean so far
    days: int
    estimate: float  # Annual mean expected, with the range of the analogues (5th to 95th percentile)
    low: float  # Annual mean expected, with the range of the analogues (5th to 95th percentile)
    high: float  # Annual mean expected, with the range of the analogues (5th to 95th percentile)
    analogues: int
    chance_of_record: float  # Share of analogues that would make it the warmest year, 0 to 1
    backtest: tuple[BackTest, ...]  # Error of the same method in past years, by month
    # Estimates after each month of this year, so that nobody forgets what was said
    past: tuple[PastEstimate, ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """The latest day in its distribution: fixed baseline beside a shifting one (the 30 years before)."""

    percentile: float
    shifting_baseline: Baseline
    shifting_value: float
    shifting_percentile: float


@dataclass(frozen=True, slots=True)
class Heatwave:
    """A marine heatwave event (Hobday et al. 2016), category after Hobday et al. 2018."""

    first: dt.date
    last: dt.date
    peak: dt.date
    days: int
    intensity_max: float  # Above the climatology, degC
    intensity_mean: float  # Above the climatology, degC
    category: int  # 1 moderate, 2 strong, 3 severe, 4 extreme
    category_shifting: int  # The same on the shifting baseline; 0 where it is no event there


@dataclass(frozen=True, slots=True)
class Heatwaves:
    """Events of this year and the one under way; `caution` says why a basin mean saturates, empty for small regions."""

    current: Heatwave | None
    this_year: tuple[Heatwave, ...]
    days_this_year: int
    caution: str


@dataclass(frozen=True, slots=True)
class RevisionNoise:
    """Typical and largest change between a day's first and final value, degC, over `days`; `origin` says from where."""

    typical: float
    largest: float
    days: int
    origin: str


@dataclass(frozen=True, slots=True)
class Preindustrial:
    """The latest day, and the year so far, above 1850–1900 (world air only; monthly offsets on 1991–2020)."""

    value: float
    year_to_date: float
    days_above_1_5: int
    days_above_1: int
    days: int


@dataclass(frozen=True, slots=True)
class Findings:
    """Every question a reader asks of one series, answered."""

    first_date: dt.date  # First day of the series: "in this series, since 1940"
    latest: Reading
    preliminary_from: dt.date | None
    missing: tuple[Run, ...]
    baseline: Baseline | None
    anomalies: Mapping[str, BaselineAnomaly | Unknown]
    anomaly_year_to_date: float | Unknown  # Mean anomaly of the year so far
    days_above_average: int | Unknown  # Days of the year so far with a positive anomaly
    days_known: int  # Days of the year so far with a value
    year_over_year: YearOverYear | Unknown  # The answers, each `Unknown` with its reason where there is none
    direction: Direction  # The answers, each `Unknown` with its reason where there is none
    ranks: Ranks  # The answers, each `Unknown` with its reason where there is none
    records: Records  # The answers, each `Unknown` with its reason where there is none
    streaks: Streaks  # The answers, each `Unknown` with its reason where there is none
    trend: Trend | Unknown  # The answers, each `Unknown` with its reason where there is none
    year_end: YearEnd | Unknown  # The answers, each `Unknown` with its reason where there is none
    spread: Spread | Unknown  # The answers, each `Unknown` with its reason where there is none
    heatwaves: Heatwaves | Unknown  # The answers, each `Unknown` with its reason where there is none
    preindustrial: Preindustrial | Unknown  # The answers, each `Unknown` with its reason where there is none
    revision_noise: RevisionNoise  # By how much a value of this series still moves
    # Years between first and last without any value: no rank or record looks at them, and that must be said
    absent_years: tuple[int, ...] = ()

    @property
    def anomaly(self) -> BaselineAnomaly | None:
        """The latest day against the report's baseline."""
        found = self.anomalies.get(str(self.baseline))
        return found if isinstance(found, BaselineAnomaly) else None

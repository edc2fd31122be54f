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
    """
    A fact that cannot be known.

    Parameters
    ----------
    why : str
        The reason, one sentence without a full stop.
    """

    why: str


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
    """
    The latest day against one baseline.

    Parameters
    ----------
    value : float
        Value minus `normal`.
    normal : float
        Climatology of the date (harmonic method).
    site_value : float or None
        The anomaly as the site shows it: by slot, its own climatology row, else our ``site`` method.
    spread : float
        Raw standard deviation across the baseline years on this day of year.
    sigma : float
        `value` in units of `spread`.
    sigma_detrended : float
        `value` in units of the standard deviation about the baseline years' own trend.
    percentile : float
        Share in percent of the baseline's days within 5 days of the date that were cooler, each against its own
        normal, ties counted half.
    offset : float
        This baseline's annual mean minus that of the report's baseline.
    spread_detrended : float
        Standard deviation about the baseline years' own trend.
    """

    value: float
    normal: float
    site_value: float | None
    spread: float
    sigma: float
    sigma_detrended: float
    percentile: float
    offset: float
    spread_detrended: float = math.nan


@dataclass(frozen=True, slots=True)
class Gap:
    """A day's difference from the same day of the other year."""

    date: dt.date
    difference: float


@dataclass(frozen=True, slots=True)
class YearOverYear:
    """
    One year against another, day by day up to `date`.

    Parameters
    ----------
    date, partner : date
        The latest day and the day it is compared with.
    other_year : int
        Year compared with, by default the one before.
    value : float
        Value on `partner`.
    difference : float
        Latest value minus `value`.
    mean_7d : float
        Mean difference of the last 7 days.
    days_below_last_14, days_compared_last_14 : int
        Days below the other year among the last 14, and how many of these could be compared.
    run_length : int
        Consecutive days, ending with the latest, on the same side of the other year as it; gaps end a run. Beside the
        year before it goes through New Year, as `Streaks` does; beside any other it begins on 1 January at the
        earliest.
    last_crossing : date or None
        First day of that run, if the line was on the other side before it.
    warmest, coldest : Gap
        Largest and smallest difference of the year so far.
    days_warmer, days_cooler, days_level, days_compared : int
        Tally of the year so far, at 0.01 °C.
    leap_day : bool
        True where 29 February is compared with 28 February.
    """

    date: dt.date
    partner: dt.date
    other_year: int
    value: float
    difference: float
    mean_7d: float
    days_below_last_14: int
    days_compared_last_14: int
    run_length: int
    last_crossing: dt.date | None
    warmest: Gap
    coldest: Gap
    days_warmer: int
    days_cooler: int
    days_level: int
    days_compared: int
    leap_day: bool


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
    """
    Is the line coming down?

    Parameters
    ----------
    slope_14d, slope_30d : Slope
        Of the temperature.
    anomaly_slope_14d, anomaly_slope_30d : Slope or Unknown
        Of the anomaly.
    seasonal_14d, seasonal_30d : float or Unknown
        The part of the temperature's slope that is the season: that of the climatology.
    verdict : Verdict or Unknown
        On the anomaly over 14 days: steady while zero lies inside its interval.
    """

    slope_14d: Slope | Unknown
    slope_30d: Slope | Unknown
    anomaly_slope_14d: Slope | Unknown
    anomaly_slope_30d: Slope | Unknown
    seasonal_14d: float | Unknown
    seasonal_30d: float | Unknown
    verdict: Verdict | Unknown


@dataclass(frozen=True, slots=True)
class Rank:
    """
    Place among the same period of all years; 1 is warmest.

    Parameters
    ----------
    first, last : date
        The period of this year that is ranked.
    value : float
        Its value or mean.
    rank, of : int
        Place and number of years ranked; years that tie share the better place.
    tied : bool
        Equal at 0.01 °C to another year.
    tied_with : tuple of int
        Those years.
    margin : float
        Above the warmest other year if first (below zero where that one ties), else below the next warmer year that
        does not tie.
    best_year, best_value : int, float
        The warmest year of all, this one included.
    claim : Claim
        How much the place will bear.
    """

    first: dt.date
    last: dt.date
    value: float
    rank: int
    of: int
    tied: bool
    tied_with: tuple[int, ...]
    margin: float
    best_year: int
    best_value: float
    claim: Claim


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
    """
    An extreme of this series.

    Parameters
    ----------
    date : date
        The day that holds it.
    value : float
        Its value (an anomaly for the largest anomaly).
    previous : Reading or None
        The best day of all earlier years (for the date: of that date in earlier years).
    margin : float
        `value` minus that.
    claim : Claim
        How much it will bear.
    tied_with : tuple of date
        Days, also of its own year, within the revision noise of it; the nearest decides `claim`.
    """

    date: dt.date
    value: float
    previous: Reading | None
    margin: float
    claim: Claim
    tied_with: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """A year and on how many dates it holds the record of this series; `preliminary` of them are preliminary."""

    year: int
    days: int
    preliminary: int = 0


@dataclass(frozen=True, slots=True)
class Records:
    """
    Three records never mixed up, and this year's tally.

    Parameters
    ----------
    warmest_day : Record
        Warmest day of all.
    warmest_for_date : Record
        Warmest on this day of year.
    largest_anomaly : Record or Unknown
        Largest anomaly of all.
    days : tuple of date
        Days of this year warmer than the same date of every earlier year.
    warm_holders, cold_holders : tuple of Holder
        Years that hold the highest and the lowest value of a date, most dates first. Their dates add up to 365:
        29 February is left out, and of equals at 0.01 °C the earlier year keeps the date.
    """

    warmest_day: Record
    warmest_for_date: Record | Unknown
    largest_anomaly: Record | Unknown
    days: tuple[dt.date, ...]
    warm_holders: tuple[Holder, ...] = ()
    cold_holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days, both ends included."""

    first: dt.date
    last: dt.date
    days: int


@dataclass(frozen=True, slots=True)
class Streaks:
    """
    The ledger, rebuilt from the data on each run.

    Parameters
    ----------
    record_days : Run or None
        Run of record days that includes the latest day.
    longest_record_days : Run or None
        The longest ever.
    above_last_year : Run or None
        Run above last year's line that includes the latest day.
    below_last_year : Run or None
        The same below.
    above_average : Run or None
        Run of positive anomalies that includes the latest day.
    last_record : date or None
        The last record day.
    days_since_record : int or None
        Days since then.
    next_milestone : int or None
        Next round length of the running record streak.
    """

    record_days: Run | None
    longest_record_days: Run | None
    above_last_year: Run | None
    below_last_year: Run | None
    above_average: Run | None
    last_record: dt.date | None
    days_since_record: int | None
    next_milestone: int | None


@dataclass(frozen=True, slots=True)
class Trend:
    """
    Ordinary least squares over complete years.

    Parameters
    ----------
    first_year, last_year : int
        Years used.
    per_decade, low, high : float
        degC per decade, with the 95 % interval adjusted for lag-1 autocorrelation.
    lag1 : float
        Autocorrelation of the residuals.
    n_effective : float
        Effective number of years.
    """

    first_year: int
    last_year: int
    per_decade: float
    low: float
    high: float
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
    """
    Where the year's mean is heading.

    Parameters
    ----------
    year : int
        The year.
    to_date : float
        Mean so far.
    days : int
        Days known.
    estimate, low, high : float
        Annual mean expected, with the range of the analogues (5th to 95th percentile).
    analogues : int
        Past years used.
    chance_of_record : float
        Share of analogues that would make it the warmest year, 0 to 1.
    backtest : tuple of BackTest
        Error of the same method in past years, by month.
    past : tuple of PastEstimate
        Estimates after each month of this year, so that nobody forgets what was said.
    """

    year: int
    to_date: float
    days: int
    estimate: float
    low: float
    high: float
    analogues: int
    chance_of_record: float
    backtest: tuple[BackTest, ...]
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
    """
    A marine heatwave event (Hobday et al. 2016), category after Hobday et al. 2018.

    Parameters
    ----------
    first, last, peak : date
        Its days.
    days : int
        Duration.
    intensity_max, intensity_mean : float
        Above the climatology, degC.
    category : int
        1 moderate, 2 strong, 3 severe, 4 extreme.
    category_shifting : int
        The same on the shifting baseline; 0 where it is no event there.
    """

    first: dt.date
    last: dt.date
    peak: dt.date
    days: int
    intensity_max: float
    intensity_mean: float
    category: int
    category_shifting: int


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
    """
    Every question a reader asks of one series, answered.

    Parameters
    ----------
    first_date : date
        First day of the series: "in this series, since 1940".
    latest : Reading
        Its last value.
    preliminary_from : date or None
        First preliminary day.
    missing : tuple of Run
        Gaps of this year.
    baseline : Baseline or None
        The report's baseline.
    anomalies : mapping of str to BaselineAnomaly or Unknown
        By baseline.
    anomaly_year_to_date : float or Unknown
        Mean anomaly of the year so far.
    days_above_average : int or Unknown
        Days of the year so far with a positive anomaly.
    days_known : int
        Days of the year so far with a value.
    year_over_year, direction, ranks, records, streaks, trend, year_end, spread, heatwaves, preindustrial : findings
        The answers, each `Unknown` with its reason where there is none.
    revision_noise : RevisionNoise
        By how much a value of this series still moves.
    absent_years : tuple of int
        Years between first and last without any value: no rank or record looks at them, and that must be said.
    """

    first_date: dt.date
    latest: Reading
    preliminary_from: dt.date | None
    missing: tuple[Run, ...]
    baseline: Baseline | None
    anomalies: Mapping[str, BaselineAnomaly | Unknown]
    anomaly_year_to_date: float | Unknown
    days_above_average: int | Unknown
    days_known: int
    year_over_year: YearOverYear | Unknown
    direction: Direction
    ranks: Ranks
    records: Records
    streaks: Streaks
    trend: Trend | Unknown
    year_end: YearEnd | Unknown
    spread: Spread | Unknown
    heatwaves: Heatwaves | Unknown
    preindustrial: Preindustrial | Unknown
    revision_noise: RevisionNoise
    absent_years: tuple[int, ...] = ()

    @property
    def anomaly(self) -> BaselineAnomaly | None:
        """The latest day against the report's baseline."""
        found = self.anomalies.get(str(self.baseline))
        return found if isinstance(found, BaselineAnomaly) else None

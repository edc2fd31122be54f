"""Results: what analysis computes and the reporter draws."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from climtrack.errors import Notice
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.registry import Baseline, Region
from climtrack.vocabulary.series import Floats, Series, SeriesKey, YearTable

# Findings: facts, with no prose in them.
#
# Temperatures and differences are in degC at full precision, slopes in degC per day, dates are dates. What cannot be
# known is `Unknown` with the reason, never zero. `facts.json` is these values by name.


class Unknown(Notice):
    """A fact that cannot be known, and why: ``Unknown("unknown.year", year=1939)``."""

    __slots__ = ()

    @property
    def why(self) -> str:
        """The reason in English, one sentence without a full stop."""
        return str(self)


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
    season_to_date: Rank | Unknown
    season_to_date_name: str


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
    """Events of this year and the one under way; `caution`: why a basin mean saturates, if it does."""

    current: Heatwave | None
    this_year: tuple[Heatwave, ...]
    days_this_year: int
    caution: Notice


@dataclass(frozen=True, slots=True)
class RevisionNoise:
    """Typical and largest change between a day's first and final value, degC, over `days`; `origin` says from where."""

    typical: float
    largest: float
    days: int
    origin: Notice


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


# Context: facts that need more than one series, or more than one moment.
#
# As in `findings`, temperatures and differences are in degC at full precision, and what cannot be known is `Unknown`.


@dataclass(frozen=True, slots=True)
class Since:
    """What a line did since a given date: the difference between two issues of a newsletter."""

    asked: dt.date
    then: Reading  # Last value not after `asked`, and the latest value
    now: Reading  # Last value not after `asked`, and the latest value
    change: float  # Latest value minus the one then
    season: float | Unknown  # The part of `change` that the climatology makes
    anomaly_then: float | Unknown  # The same for the anomaly; `change` = `season` + `anomaly_change`
    anomaly_now: float | Unknown  # The same for the anomaly; `change` = `season` + `anomaly_change`
    anomaly_change: float | Unknown
    new_days: int  # Days with a value after `then`
    missing_days: int
    warmest: Gap | Unknown  # Highest and lowest anomaly among the new days
    coldest: Gap | Unknown  # Highest and lowest anomaly among the new days
    anomaly_mean: float | Unknown
    below_last_year: int  # New days below the same day of the year before, and how many could be compared
    compared_with_last_year: int  # New days below the same day of the year before, and how many could be compared
    record_days: tuple[dt.date, ...]  # New days warmer than the same date of every earlier year
    rank_then: Rank | Unknown
    rank_now: Rank | Unknown
    day_rank_then: Rank | Unknown
    day_rank_now: Rank | Unknown
    year_end_then: float | Unknown  # Annual mean expected
    year_end_now: float | Unknown  # Annual mean expected


@dataclass(frozen=True, slots=True)
class Side:
    """One series of a comparison, on the common day."""

    key: SeriesKey
    value: float
    anomaly: float | Unknown  # Of the day, of the 30 days that end with it, of the year so far
    anomaly_30d: float | Unknown  # Of the day, of the 30 days that end with it, of the year so far
    anomaly_year_to_date: float | Unknown  # Of the day, of the 30 days that end with it, of the year so far
    year_over_year: float | Unknown  # Value minus that of the same day a year before
    rank: Rank | Unknown
    anomaly_slope_30d: Slope | Unknown
    verdict: Verdict | Unknown  # On the anomaly over 14 days
    trend: Trend | Unknown


@dataclass(frozen=True, slots=True)
class Contrast:
    """First series minus second, in anomalies."""

    first: SeriesKey
    second: SeriesKey
    # Anomaly of the first minus that of the second: on the common day, over 30 days, over the year so far
    difference: float
    # Anomaly of the first minus that of the second: on the common day, over 30 days, over the year so far
    difference_30d: float
    # Anomaly of the first minus that of the second: on the common day, over 30 days, over the year so far
    difference_year_to_date: float
    widest: Gap  # Largest and smallest difference of the year so far
    narrowest: Gap  # Largest and smallest difference of the year so far
    days_first_warmer: int  # Days of the year so far on which the first one's anomaly is the higher
    days_compared: int  # Days of the year so far on which the first one's anomaly is the higher
    correlation: float  # Of the daily anomalies of the last 365 days
    opposite: bool  # True where one anomaly is falling while the other is rising


@dataclass(frozen=True, slots=True)
class Shares:
    """The world's anomaly split into its two halves."""

    date: dt.date
    baseline: Baseline  # Common to all three
    world: float
    north: float
    south: float
    north_share: float  # Half of each hemisphere's anomaly: what it adds to the world's
    south_share: float  # Half of each hemisphere's anomaly: what it adds to the world's
    north_percent: float | Unknown  # The north's part of the sum; Unknown where the halves have opposite signs
    # World minus the two shares: rounding, and the equator row, which the source counts in both halves
    remainder: float
    equator: float  # (north + south) / 2 minus world in absolute values: about +0.025 °C, from that same row


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several series against one another on their last common day."""

    date: dt.date  # Last day on which all have a value
    baseline: Baseline | None  # The one that all cover; None where there is none, and then no anomaly is compared
    sides: tuple[Side, ...]
    contrasts: tuple[Contrast, ...]  # First against each of the others
    shares: Shares | Unknown  # For the two hemispheres beside the world


@dataclass(frozen=True, slots=True)
class AirSea:
    """The air's anomaly minus the sea's on their last common day."""

    date: dt.date
    baseline: Baseline
    air: float
    sea: float
    difference: float
    difference_30d: float  # Means over the common days of the last 30 and of the year so far
    difference_year_to_date: float  # Means over the common days of the last 30 and of the year so far
    days: int  # Common days of the year so far


class Phase(StrEnum):
    """State of the El Niño–Southern Oscillation."""

    EL_NINO = "el_nino"
    NEUTRAL = "neutral"
    LA_NINA = "la_nina"


@dataclass(frozen=True, slots=True)
class Episode:
    """An El Niño or La Niña: at least five overlapping three-month means beyond ±0.5 °C in a row."""

    phase: Phase
    # First day of the middle month of its first three-month mean, last day of that of its last one so far
    onset: dt.date
    # First day of the middle month of its first three-month mean, last day of that of its last one so far
    end: dt.date
    months: int
    peak: float  # The largest of them in size
    peak_month: dt.date  # First day of its middle month
    complete: bool  # False while the latest three-month mean still belongs to it


@dataclass(frozen=True, slots=True)
class NinoState:
    """State of the Niño 3.4 region."""

    date: dt.date
    baseline: Baseline  # The anomalies are relative to the region's own climatology over these years
    day: float  # Anomaly of the latest day and of the 30 days that end with it
    last_30_days: float  # Anomaly of the latest day and of the 30 days that end with it
    month: float  # Of the last whole month, which begins on `month_first`
    month_first: dt.date
    three_months: float
    phase: Phase  # By the latest three-month mean
    months_running: int  # Three-month means in a row on this side of the threshold, the latest included
    episode: Episode | None  # The episode under way, once five three-month means in a row have passed the threshold
    # Where the running months began, also before five of them make an episode; None in the neutral state
    onset: dt.date | None
    rule: Notice


@dataclass(frozen=True, slots=True, eq=False)
class OverlayLine:
    """One El Niño in an overlay."""

    label: str
    onset: dt.date  # First day of its first month
    # Anomaly of the series drawn, degC, one a day of `Overlay.days`, shape (day,), NaN where there is none
    values: Floats
    peak: float  # Its largest three-month mean in Niño 3.4 so far


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """One series laid over the past El Niños, aligned on their onset."""

    key: SeriesKey
    baseline: Baseline
    days: Ints  # Days since the onset, shape (day,)
    past: tuple[OverlayLine, ...]
    # The El Niño under way or, while five months are not yet full, beginning; None in other states
    current: OverlayLine | None
    rule: Notice  # How onsets are found


@dataclass(frozen=True, slots=True)
class Period:
    """Agreement over some years: root mean square, mean and largest difference in degC over `days`."""

    first: int
    last: int
    days: int
    rms: float
    bias: float
    largest: Gap


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two series of the same quantity, day by day: first minus second."""

    first: SeriesKey
    second: SeriesKey
    days: int  # Days on which both have a value
    overall: Period
    usual: Period  # Without the years in which the two are known to differ
    known_years: tuple[int, ...]  # First and last of those years; empty where there are none
    decades: tuple[Period, ...]
    agrees: bool  # Whether `usual` stays within `tolerance`
    tolerance: float  # Root mean square that counts as agreement, degC


@dataclass(frozen=True, slots=True)
class Published:
    """A figure that somebody published."""

    key: SeriesKey
    quantity: str
    measure: str  # How it is computed: a name of `climtrack.analysis.reconciliation.MEASURES`
    period: str  # Day, month, year or span: ``2024-07-22``, ``2024-07``, ``2024``, ``2023-07-01/2024-06-30``
    value: float
    decimals: int  # Digits it was published with; 0 for counts
    source: str
    why: str = ""  # Why ours differs, where it does by more than 0.01 °C and the last published digit


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A published figure beside ours."""

    published: Published
    ours: float | Unknown  # From the series at hand; Unknown where they do not reach
    difference: float | Unknown  # Ours minus the published one
    agrees: bool  # Within 0.01 °C, or half of the last digit published where that is coarser; exactly, for counts


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

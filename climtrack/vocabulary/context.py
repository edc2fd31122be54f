"""
Context: facts that need more than one series, or more than one moment.

As in `findings`, temperatures and differences are in degC at full precision, and what cannot be known is `Unknown`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.findings import Gap, Rank, Reading, Slope, Trend, Unknown, Verdict
from climtrack.vocabulary.series import Floats, SeriesKey


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
    rule: str  # The rule in one sentence without a full stop


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
    rule: str  # How onsets are found, one sentence without a full stop


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

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
    """
    What a line did since a given date: the difference between two issues of a newsletter.

    Parameters
    ----------
    asked : date
        The date given.
    then, now : Reading
        Last value not after `asked`, and the latest value.
    change : float
        Latest value minus the one then.
    season : float or Unknown
        The part of `change` that the climatology makes.
    anomaly_then, anomaly_now, anomaly_change : float or Unknown
        The same for the anomaly; `change` = `season` + `anomaly_change`.
    new_days : int
        Days with a value after `then`.
    missing_days : int
        Days without one.
    warmest, coldest : Gap or Unknown
        Highest and lowest anomaly among the new days.
    anomaly_mean : float or Unknown
        Mean anomaly of the new days.
    below_last_year, compared_with_last_year : int
        New days below the same day of the year before, and how many could be compared.
    record_days : tuple of date
        New days warmer than the same date of every earlier year.
    rank_then, rank_now : Rank or Unknown
        Of the year to date.
    day_rank_then, day_rank_now : Rank or Unknown
        Of the day itself, for its date.
    year_end_then, year_end_now : float or Unknown
        Annual mean expected.
    """

    asked: dt.date
    then: Reading
    now: Reading
    change: float
    season: float | Unknown
    anomaly_then: float | Unknown
    anomaly_now: float | Unknown
    anomaly_change: float | Unknown
    new_days: int
    missing_days: int
    warmest: Gap | Unknown
    coldest: Gap | Unknown
    anomaly_mean: float | Unknown
    below_last_year: int
    compared_with_last_year: int
    record_days: tuple[dt.date, ...]
    rank_then: Rank | Unknown
    rank_now: Rank | Unknown
    day_rank_then: Rank | Unknown
    day_rank_now: Rank | Unknown
    year_end_then: float | Unknown
    year_end_now: float | Unknown


@dataclass(frozen=True, slots=True)
class Side:
    """
    One series of a comparison, on the common day.

    Parameters
    ----------
    key : SeriesKey
        Which series.
    value : float
        On the common day.
    anomaly, anomaly_30d, anomaly_year_to_date : float or Unknown
        Of the day, of the 30 days that end with it, of the year so far.
    year_over_year : float or Unknown
        Value minus that of the same day a year before.
    rank : Rank or Unknown
        Of the day, for its date.
    anomaly_slope_30d : Slope or Unknown
        Where the anomaly is going.
    verdict : Verdict or Unknown
        On the anomaly over 14 days.
    trend : Trend or Unknown
        Per decade.
    """

    key: SeriesKey
    value: float
    anomaly: float | Unknown
    anomaly_30d: float | Unknown
    anomaly_year_to_date: float | Unknown
    year_over_year: float | Unknown
    rank: Rank | Unknown
    anomaly_slope_30d: Slope | Unknown
    verdict: Verdict | Unknown
    trend: Trend | Unknown


@dataclass(frozen=True, slots=True)
class Contrast:
    """
    First series minus second, in anomalies.

    Parameters
    ----------
    first, second : SeriesKey
        Which series.
    difference, difference_30d, difference_year_to_date : float
        Anomaly of the first minus that of the second: on the common day, over 30 days, over the year so far.
    widest, narrowest : Gap
        Largest and smallest difference of the year so far.
    days_first_warmer, days_compared : int
        Days of the year so far on which the first one's anomaly is the higher.
    correlation : float
        Of the daily anomalies of the last 365 days.
    opposite : bool
        True where one anomaly is falling while the other is rising.
    """

    first: SeriesKey
    second: SeriesKey
    difference: float
    difference_30d: float
    difference_year_to_date: float
    widest: Gap
    narrowest: Gap
    days_first_warmer: int
    days_compared: int
    correlation: float
    opposite: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """
    The world's anomaly split into its two halves.

    Parameters
    ----------
    date : date
        The day.
    baseline : Baseline
        Common to all three.
    world, north, south : float
        Anomalies.
    north_share, south_share : float
        Half of each hemisphere's anomaly: what it adds to the world's.
    north_percent : float or Unknown
        The north's part of the sum; Unknown where the halves have opposite signs.
    remainder : float
        World minus the two shares: rounding, and the equator row, which the source counts in both halves.
    equator : float
        (north + south) / 2 minus world in absolute values: about +0.025 °C, from that same row.
    """

    date: dt.date
    baseline: Baseline
    world: float
    north: float
    south: float
    north_share: float
    south_share: float
    north_percent: float | Unknown
    remainder: float
    equator: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Several series against one another on their last common day.

    Parameters
    ----------
    date : date
        Last day on which all have a value.
    baseline : Baseline or None
        The one that all cover; None where there is none, and then no anomaly is compared.
    sides : tuple of Side
        In the order asked for.
    contrasts : tuple of Contrast
        First against each of the others.
    shares : Shares or Unknown
        For the two hemispheres beside the world.
    """

    date: dt.date
    baseline: Baseline | None
    sides: tuple[Side, ...]
    contrasts: tuple[Contrast, ...]
    shares: Shares | Unknown


@dataclass(frozen=True, slots=True)
class AirSea:
    """
    The air's anomaly minus the sea's on their last common day.

    Parameters
    ----------
    date : date
        The day.
    baseline : Baseline
        Common to both.
    air, sea, difference : float
        Anomalies and air minus sea.
    difference_30d, difference_year_to_date : float
        Means over the common days of the last 30 and of the year so far.
    days : int
        Common days of the year so far.
    """

    date: dt.date
    baseline: Baseline
    air: float
    sea: float
    difference: float
    difference_30d: float
    difference_year_to_date: float
    days: int


class Phase(StrEnum):
    """State of the El Niño–Southern Oscillation."""

    EL_NINO = "el_nino"
    NEUTRAL = "neutral"
    LA_NINA = "la_nina"


@dataclass(frozen=True, slots=True)
class Episode:
    """
    An El Niño or La Niña: at least five overlapping three-month means beyond ±0.5 °C in a row.

    Parameters
    ----------
    phase : Phase
        Which.
    onset, end : date
        First day of the middle month of its first three-month mean, last day of that of its last one so far.
    months : int
        Three-month means in it.
    peak : float
        The largest of them in size.
    peak_month : date
        First day of its middle month.
    complete : bool
        False while the latest three-month mean still belongs to it.
    """

    phase: Phase
    onset: dt.date
    end: dt.date
    months: int
    peak: float
    peak_month: dt.date
    complete: bool


@dataclass(frozen=True, slots=True)
class NinoState:
    """
    State of the Niño 3.4 region.

    Parameters
    ----------
    date : date
        Latest day.
    baseline : Baseline
        The anomalies are relative to the region's own climatology over these years.
    day, last_30_days : float
        Anomaly of the latest day and of the 30 days that end with it.
    month : float
        Of the last whole month, which begins on `month_first`.
    month_first : date
        Its first day.
    three_months : float
        Of the last three whole months.
    phase : Phase
        By the latest three-month mean.
    months_running : int
        Three-month means in a row on this side of the threshold, the latest included.
    episode : Episode or None
        The episode under way, once five three-month means in a row have passed the threshold.
    onset : date or None
        Where the running months began, also before five of them make an episode; None in the neutral state.
    rule : str
        The rule in one sentence without a full stop.
    """

    date: dt.date
    baseline: Baseline
    day: float
    last_30_days: float
    month: float
    month_first: dt.date
    three_months: float
    phase: Phase
    months_running: int
    episode: Episode | None
    onset: dt.date | None
    rule: str


@dataclass(frozen=True, slots=True, eq=False)
class OverlayLine:
    """
    One El Niño in an overlay.

    Parameters
    ----------
    label : str
        ``1997–98``.
    onset : date
        First day of its first month.
    values : array of float
        Anomaly of the series drawn, degC, one a day of `Overlay.days`, shape (day,), NaN where there is none.
    peak : float
        Its largest three-month mean in Niño 3.4 so far.
    """

    label: str
    onset: dt.date
    values: Floats
    peak: float


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """
    One series laid over the past El Niños, aligned on their onset.

    Parameters
    ----------
    key : SeriesKey
        The series drawn.
    baseline : Baseline
        Of its anomalies.
    days : array of int
        Days since the onset, shape (day,).
    past : tuple of OverlayLine
        Oldest first.
    current : OverlayLine or None
        The El Niño under way or, while five months are not yet full, beginning; None in other states.
    rule : str
        How onsets are found, one sentence without a full stop.
    """

    key: SeriesKey
    baseline: Baseline
    days: Ints
    past: tuple[OverlayLine, ...]
    current: OverlayLine | None
    rule: str


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
    """
    Two series of the same quantity, day by day: first minus second.

    Parameters
    ----------
    first, second : SeriesKey
        Which series.
    days : int
        Days on which both have a value.
    overall : Period
        All of them.
    usual : Period
        Without the years in which the two are known to differ.
    known_years : tuple of int
        First and last of those years; empty where there are none.
    decades : tuple of Period
        Decade by decade.
    agrees : bool
        Whether `usual` stays within `tolerance`.
    tolerance : float
        Root mean square that counts as agreement, degC.
    """

    first: SeriesKey
    second: SeriesKey
    days: int
    overall: Period
    usual: Period
    known_years: tuple[int, ...]
    decades: tuple[Period, ...]
    agrees: bool
    tolerance: float


@dataclass(frozen=True, slots=True)
class Published:
    """
    A figure that somebody published.

    Parameters
    ----------
    key : SeriesKey
        The series that should give it.
    quantity : str
        What it is, as a reader knows it.
    measure : str
        How it is computed: a name of `climtrack.analysis.reconciliation.MEASURES`.
    period : str
        Day, month, year or span: ``2024-07-22``, ``2024-07``, ``2024``, ``2023-07-01/2024-06-30``.
    value : float
        As published.
    decimals : int
        Digits it was published with; 0 for counts.
    source : str
        Who said it, and when.
    why : str
        Why ours differs, where it does by more than 0.01 °C and the last published digit.
    """

    key: SeriesKey
    quantity: str
    measure: str
    period: str
    value: float
    decimals: int
    source: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """
    A published figure beside ours.

    Parameters
    ----------
    published : Published
        The figure.
    ours : float or Unknown
        From the series at hand; Unknown where they do not reach.
    difference : float or Unknown
        Ours minus the published one.
    agrees : bool
        Within 0.01 °C, or half of the last digit published where that is coarser; exactly, for counts.
    """

    published: Published
    ours: float | Unknown
    difference: float | Unknown
    agrees: bool

"""Findings: what analysis computes and the reporter draws, facts with no prose in them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import StrEnum
from html import escape
from typing import Annotated, Any, ClassVar, Literal, TypeVar, dataclass_transform

import numpy as np

from climtrack.errors import Notice
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.registry import Baseline, Region
from climtrack.vocabulary.series import Floats, Series, SeriesKey, YearTable

# Temperatures and differences are in degC at full precision, slopes in degC per day, dates are dates. What cannot be
# known is `Unknown` with the reason, never zero. The tables of the terminal, `facts.json` and its JSON Schema are made
# from these classes: a field that says `fact` stands in the tables, every field stands in the documents.

#: A figure that NaN stands for where it cannot be computed; the documents say `Unknown`.
MaybeNaN = Annotated[float, "NaN where it cannot be computed"]
Unit = Literal[
    "",
    "temperature",
    "difference",
    "per_day",
    "per_decade",
    "number",
    "signed",
    "percent",
    "percentile",
    "share",
    "month",
]
#: The label of a row that bears the name of the field which holds its finding.
OWN = "own"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact:
    """How a field is shown; `label`, `text` and `beside` are messages filled with the fields of the finding."""

    label: str  # Name of its row; empty for a field that only fills messages
    unit: Unit
    decimals: int
    words: str  # Messages that name the value: ``season`` for ``season.southern winter``
    text: str  # Message of the cell where the figure alone does not say it; ``{n}`` is the value
    beside: str  # Message of the cell beside it
    n: str  # The field that `beside` counts


def fact(
    label: str = "", unit: Unit = "", decimals: int = 2, *, words: str = "", text: str = "", beside: str = "",
    n: str = "", default: Any = MISSING,
) -> Any:  # fmt: skip
    """A field that tables show: ``value: float = fact("cell.latest", "temperature", 3)``."""
    return field(default=default, metadata={"fact": Fact(label, unit, decimals, words, text, beside, n)})


@dataclass_transform(frozen_default=True, field_specifiers=(fact, field))
def finding(cls: type[T]) -> type[T]:
    """A class whose fields may be `fact`: a frozen dataclass, which type checkers read as one."""
    return dataclass(frozen=True, slots=True)(cls)


class Known:
    """A finding in whose place `Unknown` may stand: ``if found.known:`` tells them apart."""

    __slots__ = ()
    known: ClassVar[Literal[True]] = True


class Unknown(Notice):
    """A fact that cannot be known, and why: ``Unknown("unknown.year", year=1939)``."""

    __slots__ = ()
    known: ClassVar[Literal[False]] = False


#: No daily mean is claimed to be known better than this, final or not: two reductions of the same ERA5 hours (this
#: source and Climate Pulse) differ by 0.005 °C rms and 0.03 °C at most.
FLOOR = 0.01
#: Values closer than this read the same at 0.01 °C.
LEVEL = 0.005


class Claim(StrEnum):
    """How much a claim of record or rank will bear."""

    SAFE = "safe"
    WITHIN_NOISE = "within_noise"
    TIE = "tie"
    PRELIMINARY = "preliminary"


class Answer(StrEnum):
    """Whether the anomaly is coming down."""

    YES = "yes"
    NO = "no"
    LEVEL = "level"


def beyond(change: float, noise: float) -> int:
    """1 or -1 for a change that is at least the noise, both as they print at 0.01 °C; else 0."""
    size, least = (math.floor(round(100 * abs(value), 7) + 0.5) for value in (change, noise))
    return (change > 0) - (change < 0) if size >= least else 0


@finding
class Reading:
    """One day's value in degC."""

    date: dt.date
    value: float = fact(OWN, "temperature", 3, beside="cell.latest.beside")
    status: Literal["final", "preliminary"] = fact(words="cell", default="final")


@finding
class BaselineAnomaly(Known):
    """The latest day against one baseline."""

    value: float = fact(OWN, "difference", beside="cell.anomaly.beside")
    normal: float  # Climatology of the date (harmonic method)
    # The anomaly as the site shows it: by slot, its own climatology row, else our ``site`` method
    site_value: float | None = fact(unit="difference")
    spread: MaybeNaN  # Raw standard deviation across the baseline years on this day of year
    sigma: MaybeNaN = fact(unit="signed", decimals=1)  # `value` in units of `spread`
    # `value` in units of the standard deviation about the baseline years' own trend
    sigma_detrended: MaybeNaN = fact(unit="signed", decimals=1)
    # Share in percent of the baseline's days within 5 days of the date that were cooler, each against its own normal,
    # ties counted half
    percentile: MaybeNaN = fact(unit="percentile")
    offset: float  # This baseline's annual mean minus that of the report's baseline
    spread_detrended: MaybeNaN = math.nan  # Standard deviation about the baseline years' own trend


@finding
class Gap(Known):
    """A day's difference from the same day of the other year."""

    date: dt.date
    difference: float = fact(unit="difference")


@finding
class YearOverYear(Known):
    """One year against another, day by day up to `date`."""

    date: dt.date  # The latest day and the day it is compared with
    partner: dt.date
    other_year: int  # Year compared with, by default the one before
    value: float = fact(unit="temperature")
    difference: float = fact("cell.yoy.name", "difference", beside="cell.yoy.partner")  # Latest value minus `value`
    # Mean difference of the last 14 days; above, below and level days add up to those compared
    mean_14d: float | Unknown = fact("cell.yoy.mean.name", "difference", beside="cell.yoy.run", n="run_length")
    days_below_last_14: int = fact("cell.yoy.fortnight", beside="cell.yoy.fortnight.beside")
    days_above_last_14: int
    days_level_last_14: int
    # Consecutive days, ending with the latest, on the same side of the other year as it; gaps end a run. Beside the
    # year before it goes through New Year, as `Streaks` does; beside any other it begins on 1 January at the
    # earliest.
    run_length: int
    last_crossing: dt.date | None  # First day of that run, if the line was on the other side before it
    warmest: Gap = fact(text="cell.gap")  # Largest and smallest difference of the year so far
    coldest: Gap = fact(text="cell.gap")
    # Tally of the year so far, at 0.01 °C
    days_warmer: int = fact("cell.yoy.year", text="cell.yoy.warmer", beside="cell.yoy.tally")
    days_cooler: int
    days_level: int
    days_compared: int
    leap_day: bool  # True where 29 February is compared with 28 February

    @property
    def named_year(self) -> int | None:
        """The other year, where it is not the one before."""
        return None if self.other_year == self.date.year - 1 else self.other_year


@finding
class Slope(Known):
    """
    Least-squares slope in degC per day over the last `days`, with its 95 % interval (AR(1)-adjusted).

    Of days as alike as these the interval is too narrow: no sentence prints it.
    """

    per_day: float = fact(OWN, "per_day", 3, beside="cell.interval")
    low: float = fact(unit="signed", decimals=3)
    high: float = fact(unit="signed", decimals=3)
    days: int


@finding
class Peak(Known):
    """The highest mean anomaly of 365 days in this series, that of those ending on `date`, and the latest."""

    date: dt.date
    anomaly: float = fact(OWN, "difference", beside="cell.peak.beside")
    now: float = fact(unit="difference")


@finding
class Direction:
    """Is the line coming down?"""

    answer: Answer | Unknown = fact("cell.answer", words="cell.answer", beside="cell.answer.beside")
    settled: bool | Unknown  # Whether usual revisions of its preliminary days would leave the answer
    mean_14d: float | Unknown = fact(unit="difference")  # Mean anomaly of the last 14 days
    # The same minus that of the 14 days before
    change_14d: float | Unknown = fact("cell.change_14d", "difference", beside="cell.change_14d.beside")
    # Change of the temperature between the same days: the season's, which is the climatology's, plus the anomaly's
    line_14d: float | Unknown = fact("cell.line_14d", "difference", beside="cell.line_14d.beside")
    season_14d: float | Unknown = fact(unit="difference")
    noise: float | Unknown = fact(unit="number")  # From this change on the answer is yes or no
    # Share of the steps of earlier years at this time of year that are at least as large, the same way, 0 to 1
    share_of_steps_as_large: float | Unknown = fact("cell.share_of_steps", "share")
    peak_12m: Peak | Unknown = fact("cell.peak")
    slope_14d: Slope | Unknown = fact("cell.slope_14d")
    slope_30d: Slope | Unknown = fact("cell.slope_30d")
    anomaly_slope_14d: Slope | Unknown = fact("cell.anomaly_slope_14d")
    anomaly_slope_30d: Slope | Unknown = fact("cell.anomaly_slope_30d")


@finding
class OtherRank:
    """Place of the same month in another product."""

    product: str
    rank: int
    of: int
    first: int  # First year ranked


@finding
class Rank(Known):
    """Place among the same period of all years; 1 is warmest."""

    first: dt.date
    last: dt.date
    value: float = fact(unit="temperature")
    # Place and number of years ranked; years that tie share the better place
    rank: int = fact(OWN, text="cell.rank", beside="cell.rank.beside")
    of: int
    tied: bool  # Equal at 0.01 °C to another year
    tied_with: tuple[int, ...]
    # Above the warmest other year if first (below zero where that one ties), else below the next warmer year that
    # does not tie
    margin: MaybeNaN
    best_year: int  # The warmest year of all, this one included
    best_value: float = fact(unit="temperature")
    claim: Claim  # How much the place will bear
    # Where the claim is within noise: the year that is so near and its place; `noise` is what nearer than which counts
    rival: int | None = None
    rival_rank: int | None = None
    noise: float = FLOOR
    preliminary: int = 0  # Days that are still preliminary
    # Of the last whole month of world and hemispheric air: its place in NOAA's data, where they have it
    other: OtherRank | None = fact(text="cell.rank.other", default=None)

    @property
    def warmer_year(self) -> int | None:
        """The warmest year, where this one is not first."""
        return None if self.rank == 1 else self.best_year

    @property
    def until(self) -> dt.date | None:
        """The last day of a period that is longer than one."""
        return None if self.first == self.last else self.last


@finding
class Ranks:
    """
    Places by period; `month`, `season` and `year` are the last whole ones.

    Season names are those of the region's own hemisphere (``northern summer``, ``southern winter``), or months
    (``June–August``) for a region on both sides of the equator.
    """

    day: Rank | Unknown = fact("cell.rank.day")
    month_to_date: Rank | Unknown = fact("cell.rank.month_to_date")
    month: Rank | Unknown = fact("cell.rank.month")
    season: Rank | Unknown = fact("cell.rank.season")
    season_name: str = fact(words="season")
    year_to_date: Rank | Unknown = fact("cell.rank.year_to_date")
    year: Rank | Unknown = fact("cell.rank.year")
    season_to_date: Rank | Unknown = fact("cell.rank.season_to_date")
    season_to_date_name: str = fact(words="season")


@finding
class Record(Known):
    """An extreme of this series."""

    date: dt.date
    # Its value (an anomaly for the largest anomaly)
    value: float = fact(OWN, "temperature", 3, beside="cell.record.beside")
    # The best day of all earlier years (for the date: of that date in earlier years)
    previous: Reading | None = fact(text="cell.on")
    margin: MaybeNaN = fact(unit="difference", decimals=3)
    claim: Claim  # How much it will bear beside the days of all other years
    # Days of other years nearer to it than `noise`; the nearest of them, `rival`, decides `claim`
    tied_with: tuple[dt.date, ...] = ()
    days: tuple[
        dt.date, ...
    ] = ()  # The days of its own year that share it, equal at 0.01 °C: `date` and its neighbours
    rival: Reading | None = None
    noise: float = FLOOR


@finding
class Run:
    """Consecutive days, both ends included."""

    first: dt.date
    last: dt.date
    days: int = fact(OWN, text="days", beside="cell.span")


@finding
class Month(Known):
    """A month's anomaly, as the services publish it: the mean of its days' differences from average."""

    first: dt.date
    last: dt.date
    anomaly: float = fact(OWN, "difference", beside="cell.month.beside")
    # Minus that of the same days a year before
    year_over_year: float | Unknown = fact(unit="difference")
    # Place of the month's mean among those of the same days of all years, as in `Ranks`
    rank: int
    of: int


@finding
class Holder:
    """A year and on how many dates it holds the record of this series; `preliminary` of them are preliminary."""

    year: int
    days: int
    preliminary: int = 0


@finding
class Records:
    """Three records never mixed up, and this year's tally."""

    warmest_day: Record | Unknown = fact("cell.record.day")
    warmest_for_date: Record | Unknown = fact("cell.record.date")
    largest_anomaly: Record | Unknown = fact("cell.record.anomaly", "difference")
    # Days of this year that took the record of their date: warmer than in every earlier year by 0.005 °C; without
    # 29 February
    days: tuple[dt.date, ...] | Unknown = fact("cell.record.days", text="cell.count", beside="cell.record.list")
    # Years that hold the highest and the lowest value of a date, most dates first. Their dates add up to 365: 29
    # February is left out, and of equals at 0.01 °C the earlier year keeps the date.
    warm_holders: tuple[Holder, ...] = ()
    cold_holders: tuple[Holder, ...] = ()
    # The longest runs of days on which no earlier year was warmer, the longest first; a tie does not end a run
    runs: tuple[Run, ...] = ()

    @property
    def taken(self) -> tuple[dt.date, ...]:
        """The record days of this year that are known."""
        return () if isinstance(self.days, Unknown) else self.days

    @property
    def first(self) -> dt.date | None:
        """First record day of this year."""
        return self.taken[0] if self.taken else None

    @property
    def last(self) -> dt.date | None:
        """Last record day of this year."""
        return self.taken[-1] if self.taken else None


@finding
class Streaks:
    """The ledger, rebuilt from the data on each run."""

    # Runs of days on which no earlier year was warmer; a tie does not end them
    record_days: Run | None = fact("cell.streak.record.now")
    longest_record_days: Run | None  # The first of `Records.runs`
    # Run above last year's line that includes the latest day
    above_last_year: Run | None = fact("cell.streak.above.year")
    below_last_year: Run | None = fact("cell.streak.below.year")
    # Run of positive anomalies that includes the latest day
    above_average: Run | None = fact("cell.streak.above.average")
    last_record: dt.date | None
    days_since_record: int | None = fact("cell.streak.since", text="days", beside="cell.streak.since.beside")
    next_milestone: int | None = fact("cell.streak.next", text="days")  # Next round length of the running record streak


@finding
class Trend(Known):
    """Ordinary least squares over complete years."""

    first_year: int
    last_year: int
    # degC per decade, with the 95 % interval adjusted for lag-1 autocorrelation
    per_decade: float = fact(OWN, "per_decade", beside="cell.trend.beside")
    low: float = fact(unit="number")
    high: float = fact(unit="number")
    lag1: float
    n_effective: float


@finding
class YearEnd(Known):
    """Where the year's mean is heading."""

    year: int
    to_date: float  # Mean so far, over `days`
    days: int
    # Annual mean expected, and the range that holds it in `level` of cases
    mean: float = fact("cell.end", "temperature", beside="cell.end.beside")
    low: float = fact(unit="number")
    high: float = fact(unit="number")
    level: float = fact(unit="share")
    years: int  # Years before that it was learnt from
    # Share of these years whose error, added to `mean`, makes the year the warmest ("1"), the second ("2") … fifth
    chance_of_rank: Mapping[str, float]

    @property
    def records(self) -> int:
        """In how many of the `years` the error would make this one the warmest."""
        return round(self.chance_of_rank["1"] * self.years)


@finding
class Estimate:
    """What was expected of a day or a year when it was first said: kept as it was, and scored when it has come."""

    kind: Literal["outlook", "year_end"]
    made: dt.date  # Last day of the values that it was made from
    target: dt.date  # The day, or the last day of the year
    # Value expected with its range (5th to 95th percentile) in degC, of the day or of the year's mean
    expected: float
    low: float
    high: float
    # Of being below last year's line (outlook), of being the warmest year (year end); NaN where it was not known
    chance: MaybeNaN


@finding
class OutlookDay:
    """What is expected of a day ahead: a chance and a range, never a forecast."""

    date: dt.date
    lead_days: int  # Days beyond the latest value
    next_issue: bool  # Whether the next issue goes out on that day
    # Anomaly expected, with the range that holds the day 9 times in 10 (5th to 95th percentile)
    anomaly: float = fact("cell.outlook", "difference", beside="cell.outlook.beside")
    low: float = fact(unit="signed")
    high: float = fact(unit="signed")
    # Chance of a value below that of the same day of last year, and above every one of that day in earlier years
    chance_below_last_year: MaybeNaN = fact(unit="share")
    chance_record_for_date: MaybeNaN = fact(unit="share")
    normal: float  # Climatology of the day: what the anomalies are differences from


@finding
class OutlookScore(Known):
    """How the outlooks that were kept have done, counting every day ahead that has come with a final value."""

    since: dt.date  # Day of the oldest outlook counted
    days: int = fact("cell.score", text="days", beside="cell.score.beside")
    held: float = fact(unit="share")  # Share of them within the range, which is to hold 90 %
    # Mean square of the chance of being below last year's line minus what came, 1 or 0
    brier: MaybeNaN = fact(unit="number")
    hits: int  # Days on the side that had the larger chance, of those with a chance
    chances: int


@finding
class YearEndScore(Known):
    """How the year ends that were kept, one a month, have done, counting those of years that are over."""

    since: dt.date  # Day of the oldest one counted
    estimates: int = fact("cell.end.score", beside="cell.end.score.beside")
    held: float = fact(unit="share")  # Share of them within the range, which is to hold 90 %
    rmse: float = fact(unit="temperature")  # Root mean square error
    brier: float = fact(unit="number")  # Mean square of the chance of a record minus what came, 1 or 0


@finding
class Spread(Known):
    """The latest day in its distribution: fixed baseline beside a shifting one (the 30 years before)."""

    percentile: float = fact(unit="percentile")
    shifting_baseline: Baseline
    shifting_value: float = fact("cell.shifting", "difference", beside="cell.shifting.beside")
    shifting_percentile: float = fact(unit="percentile")


@finding
class RevisionNoise:
    """Typical and largest change between a day's first and final value, degC, over `days`; `origin` says from where."""

    typical: float = fact(OWN, "temperature", 3, beside="cell.noise.beside", n="days")
    largest: float = fact(unit="number", decimals=3)
    days: int
    origin: Notice
    bias: float = fact(unit="signed", decimals=3, default=0.0)  # Mean change, final minus first
    deviation: float = 0.0  # Its sample standard deviation: twice this could still turn what is claimed
    # The days that it was measured on; other seasons differ
    first: dt.date | None = None
    last: dt.date | None = None


@finding
class Preindustrial(Known):
    """The latest day, and the year so far, above 1850–1900 (world air only; monthly offsets on 1991–2020)."""

    value: float = fact(OWN, "difference", beside="cell.preindustrial.beside", n="days")
    year_to_date: float = fact("cell.preindustrial.todate", "difference")
    days_above_1_5: int
    days_above_1: int
    days: int


@finding
class Findings:
    """Every question a reader asks of one series, answered."""

    first_date: dt.date  # First day of the series: "in this series, since 1940"
    latest: Reading = fact("cell.latest")
    preliminary_from: dt.date | None
    missing: tuple[Run, ...]
    baseline: Baseline | None
    anomalies: Mapping[str, BaselineAnomaly | Unknown] = fact("cell.above")
    # Mean anomaly of the year so far
    anomaly_year_to_date: float | Unknown = fact("cell.anomaly.todate", "difference", beside="days", n="days_known")
    days_above_average: int | Unknown  # Days of the year so far with a positive anomaly
    days_known: int  # Days of the year so far with a value
    # The answers, each `Unknown` with its reason where there is none
    year_over_year: YearOverYear | Unknown = fact("cell.yoy.unknown")
    direction: Direction = fact()
    ranks: Ranks = fact()
    month: Month | Unknown = fact("cell.month")  # The last whole month
    month_to_date: Month | Unknown = fact("cell.month_to_date")
    records: Records = fact()
    streaks: Streaks = fact()
    trend: Trend | Unknown = fact("cell.trend")  # Since 1979, and over the last 30 complete years
    trend_30y: Trend | Unknown = fact("cell.trend.30y")
    year_end: YearEnd | Unknown = fact("cell.end.unknown")
    outlook: tuple[OutlookDay, ...] | Unknown = fact("cell.outlook.unknown")
    outlook_score: OutlookScore | Unknown = fact("cell.score")
    year_end_score: YearEndScore | Unknown = fact("cell.end.score")
    spread: Spread | Unknown = fact("cell.shifting.unknown")
    preindustrial: Preindustrial | Unknown = fact("cell.preindustrial")
    revision_noise: RevisionNoise = fact("cell.noise")  # By how much a value of this series still moves
    nino: NinoState | Unknown | None = fact(default=None)  # Beside Niño 3.4 where NOAA's index is at hand
    # Years between first and last without any value: no rank or record looks at them, and that must be said
    absent_years: tuple[int, ...] = ()

    @property
    def anomaly(self) -> BaselineAnomaly | None:
        """The latest day against the report's baseline."""
        found = self.anomalies.get(str(self.baseline))
        return found if isinstance(found, BaselineAnomaly) else None


@finding
class Side:
    """One series of a comparison, on the common day."""

    key: SeriesKey
    value: float = fact("cell.compare.value", "temperature")
    # Of the day, of the 30 days that end with it, of the year so far
    anomaly: float | Unknown = fact("cell.compare.anomaly", "difference")
    anomaly_30d: float | Unknown = fact("cell.compare.month", "difference")
    anomaly_year_to_date: float | Unknown = fact("cell.compare.todate", "difference")
    # Value minus that of the same day a year before
    year_over_year: float | Unknown = fact("cell.compare.yoy", "difference")
    rank: Rank | Unknown = fact("cell.compare.rank")
    # Of the anomaly, as in `Direction`
    change_14d: float | Unknown = fact("cell.change_14d", "difference")
    answer: Answer | Unknown = fact("cell.answer", words="cell.answer")
    trend: Trend | Unknown = fact("cell.trend")


@finding
class Contrast:
    """First series minus second, in anomalies."""

    first: SeriesKey
    second: SeriesKey
    # Anomaly of the first minus that of the second: on the common day, over 30 days, over the year so far
    difference: float = fact("cell.contrast", "difference", beside="cell.contrast.beside", n="days_compared")
    difference_30d: float = fact(unit="difference")
    difference_year_to_date: float = fact(unit="difference")
    widest: Gap  # Largest and smallest difference of the year so far
    narrowest: Gap
    days_first_warmer: int  # Days of the year so far on which the first one's anomaly is the higher
    days_compared: int
    correlation: MaybeNaN = fact(unit="number")  # Of the daily anomalies of the last 365 days
    opposite: bool  # True where one anomaly is coming down while the other is going up


#: A row of quarter degrees is 0.22 % of a half, and 9 to 15 °C warmer than the world's mean.
EQUATOR_ROW = 0.018, 0.034
#: What rounding and that row leave in the anomalies.
REMAINDER = 0.01


@finding
class Shares(Known):
    """The world's anomaly split into its two halves."""

    date: dt.date
    baseline: Baseline  # Common to all three
    world: float = fact("cell.share.world", "difference", beside="cell.date")
    north: float
    south: float
    # Half of each hemisphere's anomaly: what it adds to the world's
    north_share: float = fact("cell.share.north", "difference", beside="cell.share.percent")
    south_share: float = fact("cell.share.south", "difference")
    # The north's part of the sum; Unknown where the halves have opposite signs
    north_percent: float | Unknown = fact(unit="percent", decimals=0)
    # World minus the two shares: rounding, and the equator row, which the source counts in both halves
    remainder: float = fact("cell.share.rest", "difference", 3, beside="cell.share.rest.beside")
    # (north + south) / 2 minus world in absolute values: +0.02 to +0.03 °C, from that same row
    equator: float = fact(unit="difference", decimals=3)

    @property
    def twice(self) -> bool:
        """Whether the equator's row, counted in both halves, explains what remains."""
        return abs(self.remainder) <= REMAINDER and EQUATOR_ROW[0] <= self.equator <= EQUATOR_ROW[1]

    @property
    def odd(self) -> bool:
        """Whether something remains that it does not explain; halves by exact areas leave nothing."""
        return not self.twice and max(abs(self.remainder), abs(self.equator)) > REMAINDER


@finding
class Comparison:
    """Several series against one another on their last common day."""

    date: dt.date  # Last day on which all have a value
    baseline: Baseline | None  # The one that all cover; None where there is none, and then no anomaly is compared
    sides: tuple[Side, ...]
    contrasts: tuple[Contrast, ...]  # First against each of the others
    shares: Shares | Unknown  # For the two hemispheres beside the world


@finding
class AirSea(Known):
    """The air's anomaly minus the sea's on their last common day."""

    date: dt.date
    baseline: Baseline
    air: float = fact(unit="difference")
    sea: float = fact(unit="difference")
    difference: float = fact(OWN, "difference", beside="cell.air_sea.beside")
    difference_30d: float = fact(unit="difference")  # Means over the common days of the last 30 and of the year so far
    difference_year_to_date: float
    days: int  # Common days of the year so far


@finding
class DailyMonth:
    """The same month in the nearest daily series, or in the one that was computed for the hemisphere itself."""

    key: SeriesKey = fact()
    year_over_year: float = fact(OWN, "difference", beside="cell.months.nearest")
    preliminary: bool  # Whether some of its days still were
    differs: bool  # Whether one is warmer and the other cooler than a year before


@finding
class WholeMonth:
    """The last whole month of NOAA's monthly series of a hemisphere's sea."""

    month: dt.date = fact(unit="month")  # Its first day
    baseline: Baseline
    departure: float = fact(unit="difference")  # As published: from the mean of this month over the base period
    base_period: Baseline
    # From the series' own mean of this month over the baseline
    anomaly: float = fact("cell.months.anomaly", "difference", beside="cell.months.beside")
    year_over_year: float | Unknown = fact("cell.months.year", "difference")
    change: float | Unknown  # Its anomaly minus that of the month before
    rank: Rank = fact("cell.months.rank")
    first: int  # First year ranked
    nearest: DailyMonth | None = fact("cell.months.daily")


class Phase(StrEnum):
    """State of the El Niño–Southern Oscillation."""

    EL_NINO = "el_nino"
    NEUTRAL = "neutral"
    LA_NINA = "la_nina"


@finding
class Episode:
    """An El Niño or La Niña: at least five overlapping seasons of RONI at or beyond ±0.5 °C in a row."""

    phase: Phase
    # First day of the middle month of its first season, last day of that of its last one so far
    onset: dt.date
    end: dt.date
    seasons: int
    peak: float  # The largest of them in size
    peak_month: dt.date  # First day of its middle month
    complete: bool  # False while the latest season still belongs to it


@finding
class NinoEstimate(Known):
    """What RONI would be to date, by our running Niño 3.4 anomaly."""

    date: dt.date
    baseline: Baseline  # The anomalies are relative to the region's own climatology over these years
    running: float = fact("cell.nino.running", "difference", beside="cell.nino.days", n="preliminary_days")
    preliminary_days: int  # Of the 90 days whose mean that is
    value: float = fact("cell.nino.estimate", "difference", beside="cell.nino.offset")
    offset: float = fact(unit="difference")  # By which such means stood above RONI in its newest three seasons
    low: float = fact(unit="difference")  # `value` less the errors of such estimates that 5 and 95 in 100 stayed below
    high: float = fact(unit="difference")
    judged: int  # How many estimates of the past the range is drawn from

    @property
    def preliminary(self) -> bool:
        """Whether some of the days may still be revised."""
        return self.preliminary_days > 0


@finding
class NinoState(Known):
    """El Niño, La Niña or neither, by NOAA's relative Oceanic Niño Index (RONI)."""

    season_first: dt.date = fact(unit="month")  # First days of the first and last month of the latest season
    season_last: dt.date = fact(unit="month")
    roni: float = fact("cell.nino.season", "difference", beside="cell.nino.rule")
    # By the latest season
    phase: Phase = fact("cell.nino.state", words="cell.nino", beside="cell.nino.run", n="seasons_running")
    seasons_running: int  # Seasons in a row on this side of the threshold, the latest included
    # Middle month of the first of them, also before five make an episode; None in the neutral state
    onset: dt.date | None = fact(unit="month")
    episode: Episode | None  # The episode under way, once five seasons in a row have passed the threshold
    rule: Notice
    estimate: NinoEstimate | Unknown = fact("cell.nino.estimate")


@finding
class Period:
    """Agreement over some years: root mean square, mean and largest difference in degC over `days`."""

    first: int
    last: int
    days: int
    rms: float
    bias: float
    largest: Gap


@finding
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


@finding
class Offset:
    """One product minus another over some days."""

    days: int
    mean: float  # degC
    low: float  # Limits between which the difference lies on 9 days in 10, degC
    high: float


@finding
class SideBySide:
    """Two products of one variable and region on the days that both have: first minus second."""

    first: SeriesKey
    second: SeriesKey
    start: dt.date  # First and last of those days
    end: dt.date
    overall: Offset
    last_year: Offset  # The last 365 of them
    months: tuple[Offset | None, ...]  # January to December; None where no day of both lies


@finding
class Published:
    """A figure that somebody published."""

    key: SeriesKey
    quantity: Notice
    measure: str  # How it is computed: a name of `climtrack.analysis.reconciliation.MEASURES`
    period: str  # Day, month, year or span: ``2024-07-22``, ``2024-07``, ``2024``, ``2023-07-01/2024-06-30``
    value: float
    decimals: int  # Digits it was published with; 0 for counts
    source: Notice  # Who published it, and when


@finding
class Reconciled:
    """A published figure beside ours."""

    published: Published
    ours: float | Unknown  # From the series at hand; Unknown where they do not reach
    difference: float | Unknown  # Ours minus the published one
    agrees: bool  # Within 0.01 °C, or half of the last digit published where that is coarser; exactly, for counts


Method = Literal["harmonic", "site", "published"]


@dataclass(frozen=True, slots=True, eq=False)
class Climatology:
    """Mean annual cycle over a baseline."""

    baseline: Baseline
    mean: Floats  # degC, shape (366,): by slot for ``site``, else by day of year
    # Sample standard deviation (n - 1) across the baseline years in degC, shape (366,); NaN for ``published``
    spread: Floats
    # First 8 annual harmonics by day of year, of the series' own years or of means that came with it; or the site's
    # 5-slot circular mean by slot
    method: Method

    @property
    def band(self) -> Floats:
        """Two standard deviations, as charts shade them, degC, shape (366,); zero where they are not known."""
        return np.nan_to_num(2 * self.spread)


@dataclass(frozen=True, slots=True, eq=False)
class MonthStudy:
    """NOAA's months of a hemisphere's sea as known on one day: what their chart and sentences are made from."""

    series: Series
    region: Region
    as_of: dt.date
    requested: Baseline
    years: Ints  # Consecutive calendar years, shape (year,)
    anomalies: Floats  # From the mean of the month over the baseline of the findings, degC, shape (year, 12)
    findings: WholeMonth
    overdue: int = 0  # As of a `Study`

    @property
    def year(self) -> int:
        """This year: that of the last month."""
        return self.series.end.year

    @property
    def baseline(self) -> Baseline | None:
        return self.findings.baseline

    @property
    def simulated(self) -> bool:
        return self.series.source.simulated


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Everything known of one series on one day: what charts and sentences are made from."""

    series: Series
    region: Region
    as_of: dt.date  # The date asked for, or the last date of the series
    requested: Baseline  # That asked for, or 1991-2020
    # On `requested` where the series covers it, else on the first named baseline that it covers; None where it covers
    # none
    climatology: Climatology | None
    table: YearTable
    anomalies: YearTable | None
    preliminary: YearTable  # 1.0 where the value is preliminary, else NaN
    findings: Findings
    overdue: int = 0  # Age in days of the newest value where that is more than the provider's usual delay, else 0
    told: tuple[str, ...] = ()  # Kinds of title of the last issues

    @property
    def year(self) -> int:
        """This year: that of the last value."""
        return self.series.end.year

    @property
    def baseline(self) -> Baseline | None:
        """Baseline of `climatology`."""
        return None if self.climatology is None else self.climatology.baseline

    @property
    def partial(self) -> bool:
        """Whether the average came with the series, whose few years rank nothing."""
        return self.climatology is not None and self.climatology.method == "published"

    @property
    def simulated(self) -> bool:
        """Whether this is the sample, so that everything must say SIMULATED."""
        return self.series.source.simulated

    @property
    def _headline(self) -> str:
        sample = ", SIMULATED" if self.simulated else ""
        return f"Study of {self.series.key}, {self.series.start} to {self.series.end}{sample}. Its findings:"

    def __repr__(self) -> str:
        """One screen: the findings by the names under which they are asked for."""
        return "\n".join((self._headline, *(f"  {name:<20} {text}" for name, text in _rows(self.findings, 76))))

    def _repr_html_(self) -> str:
        rows = (f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in _rows(self.findings, 120))
        return f"<table><caption>{escape(self._headline)}</caption>{''.join(rows)}</table>"


def _rows(found: Findings, width: int) -> list[tuple[str, str]]:
    """Fields of the findings, each in a line."""
    lines = ((one.name, _brief(getattr(found, one.name))) for one in fields(found))
    return [(name, text if len(text) <= width else f"{text[: width - 1]}…") for name, text in lines]


def _brief(value: object) -> str:
    """A finding as a programmer reads it."""
    match value:
        case Unknown():
            return f"unknown: {value}"
        case float():
            return f"{value:.3f}"
        case Mapping():
            return ", ".join(f"{name}: {_brief(inner)}" for name, inner in value.items())
        case tuple():
            return f"({', '.join(map(_brief, value))})"
        case _ if is_dataclass(value) and not isinstance(value, type | Notice | Baseline):
            return f"({', '.join(f'{one.name} {_brief(getattr(value, one.name))}' for one in fields(value))})"
    return str(value)


#: What a picture or a section is about: a daily series, or months.
AnyStudy = Study | MonthStudy

"""
The facts of a report, computed again from its table of days.

No line is shared with `climtrack.analysis`: waves of a year instead of a fast Fourier transform, least squares on rows
instead of normal equations, each year left out by fitting without it. What both agree on to a millionth was not made by
one mistake. A figure that the days cannot tell is NaN, and held against nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DAY = dt.timedelta(days=1)
#: Places of a leap year's days, the first day of each month, and 29 February, which exists in leap years only.
PLACES = np.arange(366)
MONTHS = np.cumsum([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30])
LEAP = 59
COMMON = np.delete(PLACES, LEAP)
#: A year's mean and its first eight waves, each of length one.
_TURNS = 2 * np.pi / 365 * np.outer(np.arange(9), np.arange(365))
WAVES = np.vstack([np.cos(_TURNS), np.sin(_TURNS[1:])])
WAVES /= np.linalg.norm(WAVES, axis=1, keepdims=True)
#: By how much 1991–2020 lies above 1850–1900, January to December (Copernicus Climate Change Service).
PREINDUSTRIAL = np.array([0.96, 0.96, 0.95, 0.91, 0.87, 0.83, 0.80, 0.80, 0.81, 0.85, 0.89, 0.93])

#: Values closer than `EDGE` are equal at 0.01 °C, none is known better than `FLOOR`, and `DUST` is rounding.
EDGE, FLOOR, DUST = 0.005, 0.01, 1e-9
#: The site prints its averages to 0.001 °C, and of Student's t there is a table that is good to 0.3 %.
SITE, STUDENT = 0.0015, 0.004


@dataclass(frozen=True)
class About:
    """A figure that two ways of computing need not agree on to the last digit."""

    value: float
    within: float
    sure: bool = True  # Whether a figure that lies farther away is wrong, or of another making


def year_before(day: dt.date, years: int = 1) -> dt.date:
    """The same day of an earlier year; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def place(day: dt.date) -> int:
    return int(MONTHS[day.month - 1]) + day.day - 1


def side(gaps: Array) -> Array:
    """1 for warmer, -1 for cooler, 0 for level at 0.01 °C."""
    return np.where(np.abs(np.round(gaps, 9)) < EDGE, 0, np.sign(gaps))


def count(values: Array, axis: int | None = None) -> Any:
    return np.count_nonzero(~np.isnan(values), axis)


def mean(values: Array, axis: int | None = None) -> Any:
    """Mean of what is known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nansum(values, axis) / np.asarray(count(values, axis))[()]


def moving(values: Array, size: int, fewest: int) -> Array:
    """Mean of each so many days in a row, by the last of them."""
    known, ones = ~np.isnan(values), np.ones(size)
    number = np.rint(np.convolve(known, ones)[: values.size])
    number[: size - 1] = 0
    sums = np.convolve(np.where(known, values, 0), ones)[: values.size]
    return np.where(number >= fewest, sums / np.maximum(number, 1), np.nan)


def smoothed(raw: Array) -> Array:
    """Figures of the 366 days of a year without what is faster than eight waves."""
    smooth = raw[COMMON] @ WAVES.T @ WAVES
    return np.insert(smooth, LEAP, smooth[LEAP - 1 : LEAP + 1].mean())


def together(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of whole numbers in a row."""
    held = np.fromiter(numbers, int)
    parts = np.split(held, np.flatnonzero(np.diff(held) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts if part.size]


def spans(years: Iterable[int]) -> list[str]:
    return [f"{first}-{last}" for first, last in together(years)]


def span(name: str) -> tuple[int, int]:
    first, _, last = name.partition("-")
    return int(first), int(last)


def floats(column: Iterable[str]) -> Array:
    return np.array([text or "nan" for text in column], dtype=float)


@dataclass(frozen=True, eq=False)
class Days:
    """A series by day to its last value, gaps as NaN."""

    first: dt.date
    values: Array
    early: Array  # Preliminary days
    columns: Mapping[str, Sequence[str]]  # As they stand in the table

    @classmethod
    def read(cls, text: str) -> Days:
        head, *rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
        columns = dict(zip(head, zip(*rows, strict=True), strict=True))
        dates = np.array(columns["date"], dtype="datetime64[D]")
        at = (dates - dates[0]).astype(int)
        values, early = np.full(at[-1] + 1, np.nan), np.full(at[-1] + 1, False)
        values[at], early[at] = floats(columns["value"]), np.array(columns["status"]) == "preliminary"
        known = slice(*np.flatnonzero(~np.isnan(values))[[0, -1]] + [0, 1])
        return cls(dates[0].item() + known.start * DAY, values[known], early[known], columns)

    @cached_property
    def dates(self) -> Array:
        return np.datetime64(self.first) + np.arange(self.values.size)

    @cached_property
    def last(self) -> dt.date:
        return self.day(self.values.size - 1)

    @cached_property
    def month(self) -> Array:
        """Month of each day, from 0 in January."""
        return self.dates.astype("datetime64[M]").astype(int) % 12

    @cached_property
    def place(self) -> Array:
        """Place of each day in a leap year."""
        return np.asarray(MONTHS[self.month] + (self.dates - self.dates.astype("datetime64[M]")).astype(int))

    @cached_property
    def row(self) -> Array:
        """Years of each day since the first."""
        return self.dates.astype("datetime64[Y]").astype(int) + 1970 - self.first.year

    @cached_property
    def years(self) -> Array:
        return np.arange(self.first.year, self.last.year + 1)

    @cached_property
    def table(self) -> Array:
        return self.folded(self.values)

    def folded(self, values: Array) -> Array:
        """Figures of days by year and place."""
        found = np.full((self.years.size, 366), np.nan)
        found[self.row, self.place] = values
        return found

    def of(self, first: int, last: int) -> Array:
        """Rows of some years, as far as there are any."""
        return self.table[max(first - self.first.year, 0) : max(last + 1 - self.first.year, 0)]

    def at(self, day: dt.date) -> int:
        return (day - self.first).days

    def day(self, at: int | np.integer[Any]) -> dt.date:
        return self.first + int(at) * DAY

    def value(self, day: dt.date) -> float:
        return self.values[self.at(day)] if self.first <= day <= self.last else math.nan

    def part(self, values: Array, first: dt.date, last: dt.date) -> Array:
        """Figures of the days of a period."""
        return values[max(self.at(first), 0) : max(self.at(last) + 1, 0)]

    def reading(self, at: int | np.integer[Any], values: Array | None = None) -> dict[str, Any]:
        return {"date": self.day(at), "value": (self.values if values is None else values)[at]}

    def runs(self, holds: Array) -> list[dict[str, Any]]:
        every = together(np.flatnonzero(holds))
        return [{"first": self.day(a), "last": self.day(b), "days": b - a + 1} for a, b in every]

    def run(self, holds: Array) -> dict[str, Any] | None:
        """The run of days of which something holds that the last day belongs to."""
        return self.runs(holds)[-1] if holds[-1] else None

    # Climatology

    def covers(self, first: int, last: int) -> bool:
        rows = self.of(first, last)
        return len(rows) == last - first + 1 and bool((count(rows, 1) >= 355).all())

    def normal(self, first: int, last: int) -> Array:
        """The climatology; where the days lack its years, that which came with them, as its column has it."""
        if self.covers(first, last):
            return smoothed(mean(self.of(first, last), 0))
        found = np.full(366, np.nan)
        found[self.place] = floats(self.columns["climatology"])
        return found

    def site_normal(self, first: int, last: int, slot: int) -> float:
        """The site's average: by days since 1 January, then a mean of five."""
        starts = [dt.date(year, 1, 1) for year in range(first, last + 1)]
        slots = [[start + n % 366 * DAY for start in starts] for n in range(slot - 2, slot + 3)]
        known = [
            [self.value(d) if d.year == s.year else math.nan for d, s in zip(of, starts, strict=True)] for of in slots
        ]
        return float(mean(np.array(known), 1).mean())

    # Comparisons of days

    @cached_property
    def partners(self) -> Array:
        """The same day a year before; 28 February for the 29th."""
        before = np.vstack([np.full(366, np.nan), self.table])
        return np.asarray(before[self.row, np.where(self.place == LEAP, LEAP - 1, self.place)])

    @cached_property
    def beside(self) -> Array:
        return self.values - self.partners

    def earlier(self, sign: int) -> Array:
        """The highest of all earlier years, by year and place; minus infinity where there is none."""
        highest = np.fmax.accumulate(np.where(np.isnan(self.table), -np.inf, sign * self.table))
        return np.vstack([np.full(366, -np.inf), highest[:-1]])

    @cached_property
    def leads(self) -> Array:
        """By how much each day is warmer than the same date of all earlier years, of which there are ten."""
        before = np.cumsum(~np.isnan(self.table), axis=0) - ~np.isnan(self.table)
        enough = before >= np.where(PLACES == LEAP, 2, 10)
        found = np.subtract(self.table, self.earlier(1), where=enough, out=np.full(self.table.shape, np.nan))
        return np.asarray(found[self.row, self.place])

    @cached_property
    def took(self) -> Array:
        """Days that took the record of their date; what is closer than 0.005 °C leaves it to the earlier year."""
        return np.asarray((self.leads > EDGE - DUST) & (self.place != LEAP))

    @cached_property
    def record_runs(self) -> list[dict[str, Any]]:
        """Runs of days on which no earlier year was warmer, the longest first."""
        return sorted(self.runs(self.leads > DUST - EDGE), key=lambda one: (-one["days"], one["first"]))

    def holders(self, sign: int) -> list[dict[str, Any]]:
        """Years by the dates whose record they hold: of each date the last year that took it."""
        took = sign * self.table - self.earlier(sign) > EDGE - DUST
        last = np.where(took.any(axis=0), len(took) - 1 - took[::-1].argmax(axis=0), -1)[COMMON]
        early = np.bincount(last + 1, self.folded(self.early)[last, COMMON] == 1, self.years.size + 1)[1:]
        days = np.bincount(last + 1, minlength=self.years.size + 1)[1:]
        order = [row for row in np.argsort(-days, kind="stable") if days[row]]
        return [{"year": self.years[row], "days": days[row], "preliminary": int(early[row])} for row in order]

    # Means of periods

    def means_of_years(self, first: dt.date, last: dt.date) -> Array:
        """Mean of the same period of every year, of the days that this year knows, by the year it ends in."""
        days = [self.day(at) for at in range(max(self.at(first), 0), self.at(last) + 1)]
        asked = {366 * (1 + day.year - last.year) + place(day) for day in days if not math.isnan(self.value(day))}
        if first < last and 366 + LEAP - 1 in asked and (last + DAY).month != 2:
            asked.add(366 + LEAP)  # goes with the 28th in years that have it
        before = np.vstack([np.full(366, np.nan), self.table[:-1]])
        known = np.hstack([before, self.table])[:, sorted(asked)]
        return np.where(count(known, 1) >= 0.9 * len(asked) - 1e-9, mean(known, 1), np.nan)

    @cached_property
    def annual(self) -> Array:
        """Means of whole years."""
        ended = (self.years < self.last.year) | (self.place[-1] == 365)
        return np.where((count(self.table[:, COMMON], 1) >= 355) & ended, mean(self.table, 1), np.nan)


def recount(days: Days, facts: Mapping[str, Any]) -> dict[str, Any]:
    """
    Every fact of a series that the days alone can tell, under the names that facts.json gives it.

    Of `facts` only questions are taken: which baselines, which series.
    """
    last, noise = days.last, facts["revision_noise"]
    known = [name for name in facts["anomalies"] if name == facts["baseline"] or days.covers(*span(name))]
    normals = {name: days.normal(*span(name)) for name in known}
    main = normals.get(facts["baseline"] or "", np.full(366, np.nan))
    anomaly = days.values - main[days.place]
    year = days.row == days.row[-1]
    places = ranks(days, noise)
    new_year = max(days.at(dt.date(last.year, 1, 1)), 0)
    shifting = last.year - 30, last.year - 1
    against = {name: beside_normal(days, name, normal, main) for name, normal in normals.items()}
    if facts["key"].startswith("cfsr"):  # whose rows count days in another way
        against = {name: {**one, "site_value": ...} for name, one in against.items()}
    found: dict[str, Any] = {
        "first_date": days.first,
        "latest": days.reading(-1) | {"date": last},
        "preliminary_from": days.day(days.early.argmax()) if days.early.any() else None,
        "missing": days.runs(np.isnan(days.values) & (np.arange(days.values.size) >= new_year)),
        "absent_years": days.years[count(days.table, 1) == 0],
        "days_known": count(days.values[year]),
        "anomalies": against,
        "anomaly_year_to_date": mean(anomaly[year]),
        "days_above_average": (anomaly[year] > 0).sum(),
        "year_over_year": year_over_year(days),
        "direction": direction(days, anomaly, noise) | slopes(days, main),
        "rank": places,
        **{name: month(places[name], days, anomaly) for name in ("month", "month_to_date")},
        "records": records(days, anomaly, noise),
        "streaks": streaks(days, anomaly),
        "trend": trend(days, 1979),
        "trend_30y": trend(days, np.max(days.years[~np.isnan(days.annual)], initial=0) - 29),
        "year_end": year_end(days),
    }
    if isinstance(ahead := facts.get("outlook"), list):
        found["outlook"] = outlook(days, main, np.array([one["lead_days"] for one in ahead]))
    if facts["baseline"] and not days.covers(*span(facts["baseline"])):
        found["records"] = {}  # none are counted among the few years of a series whose average came with it
    if facts["baseline"] and days.covers(*shifting):
        normal = days.normal(*shifting)
        found["spread"] = {
            "percentile": against[facts["baseline"]]["percentile"],
            "shifting_value": days.values[-1] - normal[days.place[-1]],
            "shifting_percentile": percentile(days, around(days, *shifting, normal), normal),
        }
    if facts["key"].partition(".")[2] == "t2m.world" and "1991-2020" in normals:
        warm = (days.values - normals["1991-2020"][days.place] + PREINDUSTRIAL[days.month])[year]
        found["preindustrial"] = {
            "value": warm[-1],
            "year_to_date": mean(warm),
            "days_above_1_5": (warm > 1.5).sum(),
            "days_above_1": (warm > 1).sum(),
            "days": count(warm),
        }
    return found


def said(days: Days, facts: Mapping[str, Any], since: dt.date | None = None) -> dict[str, Any]:
    """Figures that sentences say and facts.json does not hold."""
    last, warm, end, years = days.last, days.holders(1), facts["year_end"], days.years
    known = count(days.table, 1)
    normal = days.normal(*span(facts["baseline"])) if facts["baseline"] else np.full(366, np.nan)
    anomaly = days.values - normal[days.place]
    found: dict[str, Any] = {
        "days_of_years": known,
        "spans": spans(years[known > 0]),
        "begun": spans(years[count(days.table[:, :11], 1) > 0]),
        "baselines": [*facts["anomalies"]],
        "empty": spans(years[known == 0]),
        "absent": [
            spans(year for year in range(first, last + 1) if year not in years[known > 0])
            for first, last in map(span, facts["anomalies"])
        ],
        "records": {
            "dates": sum(one["days"] for one in warm),
            "own": [one[name] for one in warm for name in ("days", "preliminary") if one["year"] == last.year] or [0],
        },
        "day_of_year": last.timetuple().tm_yday,
        "new_year": dt.date(last.year, 1, 1),
        "news": news(days, facts, anomaly),
    }
    if "chance_of_rank" in end:
        places = {int(place): chance for place, chance in end["chance_of_rank"].items()}
        found["year_end"] = {
            "records": Fraction(round(places[1] * end["years"]), end["years"]).as_integer_ratio(),
            "likeliest": max(places, key=lambda place: places[place]),
        }
    if days.early.any():
        found["preliminary_days"] = days.early.size - days.early.argmax()
    if not facts["baseline"]:
        return found
    if "mean" in end:
        here = [
            place(dt.date(last.year, 1, 1) + n * DAY) for n in range(dt.date(last.year, 12, 31).timetuple().tm_yday)
        ]
        found["ytd"] = {name: end[name] - normal[here].mean() for name in ("mean", "low", "high")}
    return found | of_years(days, anomaly) | {"since": since_issue(days, anomaly, since)} | chances(facts)


def of_years(days: Days, anomaly: Array) -> dict[str, Any]:
    """Means of years, their first and last ten, and how rare weeks below average have become."""
    table = days.folded(anomaly)
    whole = count(table, 1) >= 360
    ends, change = first_and_last(days.years[whole], mean(table[whole], 1))
    weeks = np.append(moving(anomaly, 7, 7)[3:], [np.nan] * 3)
    table = days.folded(weeks)
    held = count(table, 1) >= 353
    shares = (table < 0).sum(axis=1)[held] / count(table, 1)[held]
    decades, share = first_and_last(days.years[held], shares)
    late = table[held][-10:] if decades else np.empty(0)
    common = days.years[held][shares >= 0.1]
    above, below = np.flatnonzero(weeks > 0), np.flatnonzero(weeks < 0)
    return {
        "years": mean(days.folded(anomaly)[whole], 1),
        "stripes": {"spans": ends, "change": change[1] - change[0]} if change else {},
        "weeks": {
            "spans": decades,
            "below": share,
            "above": [1 - one for one in share],
            "few": [(late < 0).sum(), count(late)],
            "rare_after": common[-1] if common.size else None,
            "first_above": days.day(above[0]) if above.size else None,
            "last_below": days.day(below[-1]) if below.size else None,
        },
    }


def first_and_last(years: Array, values: Array) -> tuple[list[str], list[float]]:
    """The first ten years and the last ten, and the mean of each."""
    if years.size < 20 or years[9] - years[0] > 9 or years[-1] - years[-10] > 9:
        return [], []
    return [f"{years[0]}-{years[9]}", f"{years[-10]}-{years[-1]}"], [values[:10].mean(), values[-10:].mean()]


def since_issue(days: Days, anomaly: Array, since: dt.date | None) -> dict[str, Any]:
    """Means of the days since an issue, or of a fortnight, and of as many before; the new days beside last year's."""
    at = days.at(since) if since else np.flatnonzero(~np.isnan(days.values[:-14])).max(initial=0)
    sizes = {14, days.values.size - 1 - at}
    means = {n: (mean(anomaly[-n:]), mean(anomaly[-2 * n : -n])) for n in sizes if n}
    known = {n: pair for n, pair in means.items() if not np.isnan(pair).any()}
    found: dict[str, Any] = {
        "new": count(days.values[at + 1 :]),
        "issue": days.day(at),
        "from": [days.last - n * DAY for n in sizes],
        "days": [*known],
        "now": [now for now, _ in known.values()],
        "then": [then for _, then in known.values()],
    }
    gaps = days.beside[at + 1 :]
    if count(gaps):
        found |= {"beside": mean(gaps), "tally": [(side(gaps) == n).sum() for n in (1, 0, -1)]}
    return found


def chances(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Chances of facts.json as sentences say them: in 1 of so many, in 2 of 5."""
    found: dict[str, Any] = {}
    if (often := facts["direction"]["share_of_steps_as_large"]) and isinstance(often, float):
        found["often"] = round(1 / often)
    known = {Fraction(n, of) for of in (2, 3, 4, 5) for n in range(1, of)} | {Fraction(1, 10), Fraction(9, 10)}
    for day in facts["outlook"] if isinstance(facts["outlook"], list) else ():
        if day["next_issue"] and isinstance(chance := day["chance_below_last_year"], float):
            nearest = min(sorted(known), key=lambda one: abs(one - Fraction(chance)))
            found["outlook"] = nearest.as_integer_ratio()
            found["issue"] = {name: day[name] for name in ("anomaly", "low", "high")}
    return found


def news(days: Days, facts: Mapping[str, Any], anomaly: Array) -> dict[str, Any]:
    """Figures of titles: record days of the fortnight beyond the noise, its place, the fall from the peak."""
    first, known = days.last - 13 * DAY, ~np.isnan(days.values[-14:])
    bar = np.where(days.early[-14:], max(float(facts["revision_noise"]["typical"]), FLOOR), FLOOR)
    found: dict[str, Any] = {
        "first": first,
        "highest": np.max(days.values[-14:][known]),
        "largest": np.max(anomaly[-14:][known]),
        "known": known.sum(),
        "records": (days.took[-14:] & (days.leads[-14:] >= bar - DUST)).sum(),
    }
    if first.year == days.last.year:
        rows = days.table[:, [place(first + n * DAY) for n in range(14)]]
        means = mean(rows[count(rows, 1) >= 13], 1)
        if count(rows[-1]) >= 13:
            found["place"] = [1 + (means[:-1] > means[-1]).sum(), 1 + (means[:-1] < means[-1]).sum()]
    if "now" in (peak := facts["direction"]["peak_12m"] or {}):
        found["fall"] = peak["anomaly"] - peak["now"]
    return found


def around(days: Days, first: int, last: int, normal: Array) -> Array:
    """Anomalies of the eleven calendar days around the last one, by year."""
    near = np.arange(days.place[-1] - 5, days.place[-1] + 6) % 366
    return np.asarray(days.of(first, last)[:, near] - normal[near])


def percentile(days: Days, sample: Array, normal: Array) -> float:
    gap = sample - (days.values[-1] - normal[days.place[-1]])
    return 100 * float((gap < -1e-9).sum() + 0.5 * (np.abs(gap) <= 1e-9).sum()) / float(count(sample))


def beside_normal(days: Days, name: str, normal: Array, main: Array) -> dict[str, Any]:
    """The last day against a baseline."""
    first, last = span(name)
    if not days.covers(first, last):
        return {"value": days.values[-1] - normal[days.place[-1]], "normal": normal[days.place[-1]]}
    rows, sample, at = days.of(first, last), around(days, first, last, normal), days.place[-1]
    value = days.values[-1] - normal[at]
    squares = np.nansum((rows - mean(rows, 0)) ** 2, axis=0) / np.maximum(count(rows, 0) - 1, 1)
    spread = max(smoothed(np.sqrt(squares))[at], 0.0)
    columns = [known for column in sample.T if (known := column[~np.isnan(column)]).size > 2]
    detrended = math.sqrt(
        np.mean([rest(np.arange(y.size), y) @ rest(np.arange(y.size), y) / (y.size - 2) for y in columns])
    )
    site = days.site_normal(first, last, (days.last - dt.date(days.last.year, 1, 1)).days)
    return {
        "value": value,
        "normal": normal[at],
        "spread": spread,
        "spread_detrended": detrended,
        "percentile": percentile(days, sample, normal),
        "offset": (normal - main)[COMMON].mean(),
        "site_value": About(days.values[-1] - site, SITE, sure=False),
        "sigma": value / spread if spread else math.nan,
        "sigma_detrended": value / detrended if detrended else math.nan,
    }


def rest(x: Array, y: Array) -> Array:
    """What is left of values about their own straight line."""
    return np.asarray(y - np.polynomial.Polynomial.fit(x, y, 1)(x))


def year_over_year(days: Days) -> dict[str, Any]:
    gap = days.beside[-1]
    if np.isnan(gap):
        return {}
    gaps = np.where(days.row == days.row[-1], days.beside, np.nan)
    recent, sides, partner = days.beside[-14:], side(gaps), year_before(days.last)
    run = days.run(side(days.beside) == side(gap))
    crossed = (
        run["first"]
        if run and run["first"] > days.first and not np.isnan(days.beside[days.at(run["first"]) - 1])
        else None
    )
    return {
        "date": days.last,
        "partner": partner,
        "other_year": partner.year,
        "value": days.value(partner),
        "difference": gap,
        "mean_14d": mean(recent) if count(recent) >= 10 else None,
        "days_above_last_14": (side(recent) == 1).sum(),
        "days_below_last_14": (side(recent) == -1).sum(),
        "days_level_last_14": (side(recent) == 0).sum(),
        "run_length": run["days"] if run else 0,
        "last_crossing": crossed,
        "warmest": {"date": days.day(np.nanargmax(gaps)), "difference": np.nanmax(gaps)},
        "coldest": {"date": days.day(np.nanargmin(gaps)), "difference": np.nanmin(gaps)},
        "days_warmer": (sides == 1).sum(),
        "days_cooler": (sides == -1).sum(),
        "days_level": (sides == 0).sum(),
        "days_compared": count(gaps),
        "leap_day": days.place[-1] == LEAP,
    }


def ranks(days: Days, noise: Mapping[str, Any]) -> dict[str, Any]:
    """Places of the day and of periods."""
    day, tomorrow = days.last, days.last + DAY
    ended = tomorrow.replace(day=1) - DAY  # of the last whole month
    begun = dt.date(day.year, day.month // 3 * 3, 1) if day.month > 2 else dt.date(day.year - 1, 12, 1)
    whole = (begun if tomorrow.month % 3 or tomorrow.day > 1 else tomorrow) - DAY  # of the last whole season
    start = dt.date(whole.year, whole.month - 2, 1) if whole.month > 2 else dt.date(whole.year - 1, 12, 1)
    year = tomorrow.year - 1
    periods = {
        "day": (day, day),
        "month_to_date": (day.replace(day=1), day),
        "month": (ended.replace(day=1), ended),
        "season": (start, whole),
        "season_to_date": (begun, day),
        "year_to_date": (dt.date(day.year, 1, 1), day),
        "year": (dt.date(year, 1, 1), dt.date(year, 12, 31)),
    }
    return {name: rank(days, first, last, noise) for name, (first, last) in periods.items()}


def rank(days: Days, first: dt.date, last: dt.date, noise: Mapping[str, Any]) -> dict[str, Any]:
    """Place of a period among those of all years, 1 the warmest; years closer than 0.005 °C tie."""
    known = int(count(days.part(days.values, first, last)))
    if known < 0.9 * ((last - first).days + 1):
        return {}
    means = dict(zip(days.years.tolist(), days.means_of_years(first, last).tolist(), strict=True))
    own = means.pop(last.year)
    gaps = {year: round(mean - own, 9) for year, mean in means.items() if not math.isnan(mean)}
    if not gaps:
        return {}
    tied = [year for year, gap in gaps.items() if abs(gap) < EDGE]
    ahead = [gap for gap in gaps.values() if gap >= EDGE]
    best = max(gaps, key=lambda year: (means[year], -year))
    rival = min(gaps, key=lambda year: (abs(means[year] - own), year))
    early = int(days.part(days.early, first, last).sum())
    share = early / known
    found = claim(gaps[rival], noise, share, known)
    close = found == "within_noise"
    return {
        "first": first,
        "last": last,
        "value": own,
        "rank": len(ahead) + 1,
        "of": len(gaps) + 1,
        "tied": bool(tied),
        "tied_with": tied,
        "margin": min(ahead) if ahead else -gaps[best],
        "best_year": best if gaps[best] > 0 else last.year,
        "best_value": max(means[best], own),
        "claim": found,
        "rival": rival if close else None,
        "rival_rank": 1 + sum(gap - gaps[rival] >= EDGE - DUST for gap in (0.0, *gaps.values())) if close else None,
        "noise": least(noise, share),
        "preliminary": early,
    }


def month(place: Mapping[str, Any], days: Days, anomaly: Array) -> dict[str, Any]:
    """Mean anomaly of a month that has been ranked, and its change from a year before over the days of both."""
    if not place:
        return {}
    known, change = (
        days.part(of, place["first"], place["last"])
        for of in (anomaly, np.where(days.place == LEAP, np.nan, days.beside))
    )
    return {name: place[name] for name in ("first", "last", "rank", "of")} | {
        "anomaly": mean(known),
        "year_over_year": mean(change) if count(change) >= 0.9 * count(known) else None,
    }


def records(days: Days, anomaly: Array, noise: Mapping[str, Any]) -> dict[str, Any]:
    same = np.where(days.place == days.place[-1], days.values, np.nan)
    return {
        "warmest_day": record(days, days.values, noise),
        "warmest_for_date": record(days, same, noise) if count(same) > 1 else {},
        "largest_anomaly": record(days, anomaly, noise) if count(anomaly) else {},
        "days": [days.day(at) for at in np.flatnonzero(days.took & (days.row == days.row[-1]))],
        "warm_holders": days.holders(1),
        "cold_holders": days.holders(-1),
        "runs": days.record_runs[:5],
    }


def record(days: Days, values: Array, noise: Mapping[str, Any]) -> dict[str, Any]:
    """The highest of some days, the best of all earlier years, and what other years have near it."""
    at = int(np.nanargmax(values))
    gaps, others = np.round(values[at] - values, 9), days.row != days.row[at]
    bars = np.where(days.early | days.early[at], least(noise, 1), FLOOR)
    close = np.flatnonzero(others & (gaps < bars))
    rival = min(close, key=lambda n: (gaps[n], -n), default=None)
    unsure = bool(days.early[at] or (rival is not None and days.early[rival]))
    earlier = np.where(days.row < days.row[at], values, -np.inf)
    previous = int(np.nanargmax(earlier)) if (earlier > -np.inf).any() else None
    return days.reading(at, values) | {
        "previous": None if previous is None else days.reading(previous, values),
        "margin": None if previous is None else values[at] - values[previous],
        "claim": claim(np.fmin.reduce(gaps[others], initial=np.inf), noise, unsure, 1),
        "tied_with": [days.day(n) for n in close],
        "days": [days.day(n) for n in np.flatnonzero(~others & (gaps < EDGE))],
        "rival": None if rival is None else days.reading(rival, values),
        "noise": least(noise, unsure),
    }


def least(noise: Mapping[str, Any], share: float) -> float:
    """What is closer than this is not told apart, where a share of the days is preliminary."""
    return max(float(noise["typical"]) * share, FLOOR)


def claim(distance: float, noise: Mapping[str, Any], share: float, days: int) -> str:
    """How much a place or a record will bear, by its distance to the nearest rival."""
    distance = round(abs(distance), 9)
    if distance < EDGE:
        return "tie"
    if distance < least(noise, share):
        return "within_noise"
    return "preliminary" if share and (days == 1 or distance <= 2 * noise["deviation"] * share) else "safe"


def streaks(days: Days, anomaly: Array) -> dict[str, Any]:
    took = np.flatnonzero(days.took)
    return {
        "record_days": days.run(days.leads > DUST - EDGE),
        "longest_record_days": days.record_runs[0] if days.record_runs else None,
        "above_last_year": days.run(side(days.beside) > 0),
        "below_last_year": days.run(side(days.beside) < 0),
        "above_average": days.run(anomaly > 0),
        "last_record": days.day(took[-1]) if took.size else None,
        "days_since_record": days.values.size - 1 - took[-1] if took.size else None,
    }


def trend(days: Days, first: int | np.integer[Any]) -> dict[str, Any]:
    """Degrees a decade over whole years since one, with the interval that persistence leaves."""
    held = ~np.isnan(days.annual) & (days.years >= first)
    years = days.years[held]
    if years.size < 20 or years.size < 0.9 * (years[-1] - years[0] + 1):
        return {}
    slope, half, lag1, points = line(years, 10 * days.annual[held])
    found = {"first_year": years[0], "last_year": years[-1], "per_decade": slope, "lag1": lag1, "n_effective": points}
    return found | {"low": About(slope - half, STUDENT * half), "high": About(slope + half, STUDENT * half)}


def direction(days: Days, anomaly: Array, noise: Mapping[str, Any]) -> dict[str, Any]:
    """The last 14 days beside the 14 before, how usual such a step is, and the way from the highest 12 months."""
    raw, apart, years = moving(days.values, 14, 10), moving(anomaly, 14, 10), moving(anomaly, 365, 355)
    if raw.size < 28 or np.isnan(raw[[-1, -15]]).any():
        return {}
    revision, settled = thresholds(days, days.values if np.isnan(anomaly[-1]) else anomaly, noise)
    steps = np.append([np.nan] * 14, apart[14:] - apart[:-14])
    change, line = steps[-1], raw[-1] - raw[-15]
    same = [days.at(year_before(days.last, days.last.year - year)) for year in days.years[:-1].tolist()]
    season = np.concatenate([steps[max(at - 45, 0) : max(at + 46, 0)] for at in same] or [steps[:0]])
    reached = np.round(season * math.copysign(1, change) - abs(change), 9) >= 0
    ways = {
        beyond(change + move, least)
        for move, least in ((-revision, settled), (revision, settled), (0.0, max(revision, settled)))
    }
    peak = {}
    if raw.size > 730 and not np.isnan(years[-1]):
        highest = int(np.nanargmax(years))
        peak = {"date": days.day(highest), "anomaly": years[highest], "now": years[-1]}
    return {
        "settled": len(ways) == 1,
        "mean_14d": apart[-1],
        "change_14d": change,
        "line_14d": line,
        "season_14d": line - change,
        "noise": max(revision, settled),
        "share_of_steps_as_large": reached.sum() / count(season) if count(season) >= 500 else None,
        "peak_12m": peak,
    }


def beyond(change: float, least: float) -> int:
    """1 or -1 from a size on, both as printed at 0.01 °C; below it 0."""
    if math.isnan(change):
        return 0
    size, bar = (
        Decimal(str(round(float(abs(one)), 9))).quantize(Decimal("0.01"), ROUND_HALF_UP) for one in (change, least)
    )
    return int(np.sign(change)) if size >= bar else 0


def thresholds(days: Days, values: Array, noise: Mapping[str, Any]) -> tuple[float, float]:
    """What revisions may still do to a change between two fortnights, and the least that counts with missing days."""
    revision = gap = 0.0
    spread = mean(np.maximum(moving(values**2, 14, 10) - moving(values, 14, 10) ** 2, 0))
    for part in (slice(-14, None), slice(-28, -14)):
        known, early = count(days.values[part]), days.early[part].sum()
        revision += (float(noise["deviation"]) * early / known) ** 2 * min(4 / max(early, 1), 1)
        gap += ((14 - known) / 14) ** 2 * spread
    return 2 * math.sqrt(revision), math.hypot(0.05, 2 * math.sqrt(gap))


def slopes(days: Days, normal: Array) -> dict[str, Any]:
    """Slopes of the last 14 and 30 days, of the temperature and of the difference."""
    found: dict[str, Any] = {}
    for size in (14, 30):
        at = np.flatnonzero(~np.isnan(days.values[-size:])) + max(days.values.size - size, 0)
        if at.size < 0.8 * size:
            continue
        season = normal[days.place[at]]
        for name, values in (("slope", days.values[at]), ("anomaly_slope", days.values[at] - season)):
            slope, half, _, _ = line(at, values)
            found[f"{name}_{size}d"] = slope
            found[f"{name}_{size}d_interval"] = [About(slope + s * half, STUDENT * half) for s in (-1, 1)]
    return found


def line(x: Array, y: Array) -> tuple[float, float, float, float]:
    """Slope, half its 95 % interval, likeness of neighbours, and for how many points the alike ones count."""
    away = x - x.mean()
    slope = float(away @ (y - y.mean()) / (away @ away))
    left = y - y.mean() - slope * away
    total = float(left @ left)
    lag1 = float((left[1:] * left[:-1])[np.diff(x) == 1].sum()) / total if total > 1e-18 * x.size else 0.0
    r = min(max(lag1, 0.0), 0.99)
    points = max(x.size * (1 - r) / (1 + r), 3.0)
    return slope, student(points - 2) * math.sqrt(total / (points - 2) / (away @ away)), lag1, points


def student(freedom: float) -> float:
    """97.5 % point of Student's t: the angle up to which a power of the cosine has been summed."""
    angles = np.pi / 2 * np.linspace(0, 1, 4001)
    sums = np.cumsum(np.cos((angles[1:] + angles[:-1]) / 2) ** (freedom - 1))
    return math.sqrt(freedom) * math.tan(np.interp(0.95 * sums[-1], sums, angles[1:]))


def year_end(days: Days) -> dict[str, Any]:
    """Mean of the year from the days so far, the last 30 of them and what the 30 whole years before went on to do."""
    year, at = days.last.year, days.place[-1]
    past = np.flatnonzero(~np.isnan(days.annual) & (days.years < year))[-30:]
    calendar = PLACES if dt.date(year, 12, 31).timetuple().tm_yday == 366 else COMMON
    left = (calendar > at).mean()
    if past.size < 10 or not 0 < left < 1 or (calendar < at).sum() < 30:
        return {}
    usual = mean(days.table[past], 0)
    usual[LEAP] = (usual[LEAP - 1] + usual[LEAP + 1]) / 2
    apart = days.table - usual
    recent = mean(apart[:, at - 29 : at + 1], 1)
    x = np.column_stack([np.ones(past.size), recent[past], (days.years[past] - year) / 10])
    y, now = mean(apart[past, at + 1 :], 1), np.array([1.0, recent[-1], 0.0])
    inverse = np.linalg.inv(x.T @ x)
    weights = np.linalg.lstsq(x, y)[0]
    left_out = (y - x @ weights) / (1 - np.minimum(np.einsum("ij,jk,ik->i", x, inverse, x), 0.99))
    persists = y - recent[past]
    gains = persists - left_out
    best = min(max(persists @ gains / (gains @ gains), 0.0), 1.0) if gains.any() else 1.0
    weight, wider = (best + 0.5) / 2, math.sqrt(1 + now @ inverse @ now)
    expected = weight * (now @ weights) + (1 - weight) * recent[-1]
    middle = usual[calendar].mean() + (1 - left) * mean(apart[-1, : at + 1]) + left * expected
    errors = left * (weight * wider * left_out + (1 - weight) * persists)
    warmer = [(days.annual[:-1] > middle + error).sum() for error in errors]
    low, high = middle + np.quantile(errors, [0.05, 0.95], method="weibull")
    return {
        "year": year,
        "to_date": mean(days.table[-1]),
        "days": count(days.table[-1]),
        "mean": middle,
        "level": 0.9,
        "low": low,
        "high": high,
        "years": errors.size,
        "chance_of_rank": {str(n): warmer.count(n - 1) / errors.size for n in range(1, 6)},
    }


def outlook(days: Days, normal: Array, leads: Array) -> list[dict[str, Any]]:
    """
    Days ahead, from the anomaly of the day and its means of 7, 30 and 365 days.

    Learnt from origins a week apart in the 30 years before, near the same day of the year, the errors of five years ago
    counting half; anomalies are those on the mean cycle of these years about their own straight line.
    """
    size = round(30 * 365.25)
    values, places = days.values[-size:], days.place[-size:]
    known = np.flatnonzero(~np.isnan(values))
    about = np.full(values.size, np.nan)
    about[known] = rest(known, values[known]) + values[known].mean()
    usual = smoothed(np.array([mean(about[places == n]) for n in PLACES]))
    anomaly = (days.values - usual[days.place])[-size - 364 :]
    last = anomaly.size - 1
    means = [moving(anomaly, n, fewest) for n, fewest in ((1, 1), (7, 1), (30, 1), (365, 329))]
    x = np.column_stack([*means, np.ones(last + 1), np.arange(-last, 1) / size])
    ages = np.arange(-(-leads.max() // 7) * 7, last - 363, 7)
    years = np.rint(ages / 365.25)
    weights = np.clip(1 - ((ages - 365.25 * years) / 120) ** 2, 0, None) ** 2
    now, then, y = x[-1], x[last - ages], anomaly[last - ages[:, np.newaxis] + leads]
    usable = (weights > 0) & ~np.isnan(then).any(axis=1) & ~np.isnan(y).any(axis=1)
    years, weights, then, y = years[usable], weights[usable], then[usable], y[usable]
    if np.isnan(now).any() or np.unique(years).size < 10:
        return []

    def fitted(use: Array) -> Array:
        root = np.sqrt(weights[use])[:, np.newaxis]
        left = np.vstack([root * then[use], math.sqrt(1e-9) * np.eye(6)])  # of a series without weather all are zero
        return np.asarray(np.linalg.lstsq(left, np.vstack([root * y[use], np.zeros((6, leads.size))]))[0])

    errors = np.empty(y.shape)
    for year in np.unique(years):
        errors[years == year] = y[years == year] - then[years == year] @ fitted(years != year)
    expected = now @ fitted(years > -1)
    weights = weights * 0.5 ** (years / 5)
    found = []
    for lead, value, of in zip(leads.tolist(), expected, errors.T, strict=True):
        date, order = days.last + lead * DAY, np.argsort(of)
        at = place(date)
        middle, line, part = value + usual[at], of[order], weights[order]
        shares = (np.cumsum(part) - part / 2) / part.sum()
        low, high = middle + np.interp([0.05, 0.95], shares, line) - normal[at]
        limits = np.array([days.value(year_before(date)), np.fmax.reduce(days.table[:, at])])
        below, record = np.clip(np.interp(limits - middle, line, shares), 0.01, 0.99)
        found.append({
            "date": date,
            "lead_days": lead,
            "anomaly": middle - normal[at],
            "low": low,
            "high": high,
            "chance_below_last_year": below,
            "chance_record_for_date": 1 - record,
            "normal": normal[at],
        })  # fmt: skip
    return found


# NOAA's months


@dataclass(frozen=True)
class Months:
    """A series by year and month, as its table has it."""

    departures: Mapping[tuple[int, int], float]
    columns: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, text: str) -> Months:
        head, *rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
        columns = dict(zip(head, zip(*rows, strict=True), strict=True))
        when = [(int(month[:4]), int(month[5:])) for month in columns["month"]]
        held = zip(when, columns["departure"], strict=True)
        return cls({month: float(text) for month, text in held if text}, columns)

    def anomaly(self, year: int, month: int, first: int, last: int) -> float:
        """A month minus the mean of this month over some years."""
        usual = [self.departures[one, month] for one in range(first, last + 1)]
        return self.departures[year, month] - sum(usual) / len(usual)

    def place(self, year: int, month: int) -> dict[str, Any]:
        """Place of a month among the same month of all years."""
        gaps = {
            one: round(value - self.departures[year, month], 9)
            for (one, other), value in self.departures.items()
            if other == month and one != year
        }
        return {
            "rank": 1 + sum(gap >= EDGE for gap in gaps.values()),
            "of": 1 + len(gaps),
            "tied_with": [one for one, gap in gaps.items() if abs(gap) < EDGE],
            "first": min((*gaps, year)),
            "margin": min((gap for gap in gaps.values() if gap >= EDGE), default=-max(gaps.values())),
            "best_year": max((0.0, year), *((gap, one) for one, gap in gaps.items()))[1],
        }


def recount_months(months: Months, facts: Mapping[str, Any], daily: Days | None) -> dict[str, Any]:
    """Every fact of NOAA's last whole month, as far as the tables of months and days tell it."""
    year, month = max(months.departures)
    years, when = span(facts["baseline"]), dt.date(year, month, 1)
    after, before = (when + 31 * DAY).replace(day=1), when - DAY
    anomaly, place = months.anomaly(year, month, *years), months.place(year, month)
    found: dict[str, Any] = {
        "departure": months.departures[year, month],
        "anomaly": anomaly,
        "year_over_year": round(months.departures[year, month] - months.departures[year - 1, month], 9),
        "change": anomaly - months.anomaly(before.year, before.month, *years),
        "first": place.pop("first"),
        "rank": place | {
            "first": when,
            "last": after - DAY,
            "value": anomaly,
            "tied": bool(place["tied_with"]),
            "best_value": months.anomaly(place["best_year"], month, *years),
            "claim": "tie" if place["tied_with"] else "safe",
            "noise": FLOOR,
            "preliminary": 0,
        },
    }  # fmt: skip
    if daily is not None and facts["nearest"]:
        ends = (when, after - DAY), (when.replace(year=year - 1), after.replace(year=after.year - 1) - DAY)
        this, last = (float(np.nanmean(daily.part(daily.values, *one))) for one in ends)
        ways = round(found["year_over_year"], 2) * round(this - last, 2)
        early = bool(daily.part(daily.early, *ends[0]).any())
        found["nearest"] = {"year_over_year": this - last, "preliminary": early, "differs": ways < 0}
    return found


def said_of_months(months: Months) -> dict[str, Any]:
    """Figures that sentences about months say and facts.json does not hold."""
    year, month = max(months.departures)
    first = min(months.departures)[0]
    years = [f"{one}-{month:02d}-01" for one in (year - 1, year - (month == 1))]
    return {"new_year": f"{year}-01-01", "years": f"{first}-{year}", "named": years, "noise": 0.05}

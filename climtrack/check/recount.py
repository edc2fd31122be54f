"""
The facts of a report, computed again from its table of days.

No line is shared with `climtrack.analysis`: plain Python over a dictionary of days, sums of cosines instead of a fast
Fourier transform, loops instead of arrays. What both agree on to a millionth was not made by one mistake.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from statistics import fmean
from typing import Any

DAY = dt.timedelta(days=1)
#: Calendar days of a leap year; 29 February exists in leap years only.
CALENDAR = [((d := dt.date(2000, 1, 1) + n * DAY).month, d.day) for n in range(366)]
PLACE = {day: n for n, day in enumerate(CALENDAR)}
LEAP = (2, 29)
COMMON = [day for day in CALENDAR if day != LEAP]
COSINE = [math.cos(2 * math.pi * n / 365) for n in range(365)]
SINE = [math.sin(2 * math.pi * n / 365) for n in range(365)]
#: By how much 1991–2020 lies above 1850–1900, January to December (Copernicus Climate Change Service).
PREINDUSTRIAL = (0.96, 0.96, 0.95, 0.91, 0.87, 0.83, 0.80, 0.80, 0.81, 0.85, 0.89, 0.93)

#: Values closer than `EDGE` are equal at 0.01 °C, none is known better than `FLOOR`, and `DUST` is rounding.
EDGE, FLOOR, DUST = 0.005, 0.01, 1e-9
#: The site prints its averages to 0.001 °C, and of Student's t there is a table that is good to 0.3 %.
SITE, STUDENT = 0.0015, 0.004

Key = tuple[int, int]
Normal = Mapping[Key, float]


@dataclass(frozen=True)
class About:
    """A figure that two ways of computing need not agree on to the last digit."""

    value: float
    within: float
    sure: bool = True  # Whether a figure that lies farther away is wrong, or of another making


def key(day: dt.date) -> Key:
    return day.month, day.day


def year_before(day: dt.date, years: int = 1) -> dt.date:
    """The same day of an earlier year; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def near(a: float, b: float) -> bool:
    """Whether two differ by less than 0.005 °C."""
    return abs(round(a - b, 9)) < EDGE


def side(gap: float) -> int:
    """1 for warmer, -1 for cooler, 0 for level at 0.01 °C."""
    return 0 if near(gap, 0) else 1 if gap > 0 else -1


@dataclass(frozen=True)
class Days:
    """A series by day, days without a value left out."""

    values: Mapping[dt.date, float]
    preliminary: frozenset[dt.date]
    rows: Sequence[Mapping[str, str]]  # As they stand in the table

    @classmethod
    def read(cls, text: str) -> Days:
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        rows = list(csv.DictReader(lines))
        dates = [dt.date.fromisoformat(row["date"]) for row in rows]
        return cls(
            {day: float(row["value"]) for day, row in zip(dates, rows, strict=True) if row["value"]},
            frozenset(day for day, row in zip(dates, rows, strict=True) if row["status"] == "preliminary"),
            rows,
        )

    @cached_property
    def first(self) -> dt.date:
        return min(self.values)

    @cached_property
    def last(self) -> dt.date:
        return max(self.values)

    @cached_property
    def years(self) -> range:
        return range(self.first.year, self.last.year + 1)

    @cached_property
    def by_year(self) -> Mapping[int, Mapping[Key, float]]:
        found: dict[int, dict[Key, float]] = {year: {} for year in self.years}
        for day, value in self.values.items():
            found[day.year][key(day)] = value
        return found

    def upto(self, day: dt.date) -> Days:
        return Days({d: v for d, v in self.values.items() if d <= day}, self.preliminary, self.rows)

    def stretch(self, first: dt.date, last: dt.date) -> list[dt.date]:
        return [first + n * DAY for n in range((last - first).days + 1)]

    # Climatology

    def covers(self, first: int, last: int) -> bool:
        return all(len(self.by_year.get(year, ())) >= 355 for year in range(first, last + 1))

    def cycle(self, years: Iterable[int], what: Callable[[list[float]], float]) -> Normal:
        """A figure of each calendar day over some years, smoothed."""
        rows = [self.by_year[year] for year in years]
        return smoothed([what([row[day] for row in rows if day in row]) for day in COMMON])

    @cached_property
    def _normals(self) -> dict[tuple[int, int], Normal]:
        return {}

    def normal(self, first: int, last: int) -> Normal:
        """The climatology; where the table lacks its years, that which came with the series, as its column has it."""
        if (first, last) not in self._normals:
            own = self.covers(first, last)
            self._normals[first, last] = self.cycle(range(first, last + 1), fmean) if own else self.column
        return self._normals[first, last]

    @cached_property
    def column(self) -> Normal:
        return {key(dt.date.fromisoformat(row["date"])): float(row["climatology"]) for row in self.rows}

    def site_normal(self, years: Iterable[int], slot: int) -> float:
        """The site's average: by days since 1 January, then a mean of five."""
        starts = [dt.date(year, 1, 1) for year in years]
        means = []
        for place in range(slot - 2, slot + 3):
            days = [day for start in starts if (day := start + (place % 366) * DAY).year == start.year]
            means.append(fmean(self.values[day] for day in days if day in self.values))
        return fmean(means)

    def window(self, years: Iterable[int], normal: Normal) -> list[list[float]]:
        """Anomalies of the eleven calendar days around the last one, a list a day."""
        at = CALENDAR.index(key(self.last))
        days = [CALENDAR[(at + n) % 366] for n in range(-5, 6)]
        rows = [self.by_year[year] for year in years]
        return [[row[day] - normal[day] for row in rows if day in row] for day in days]

    # Comparisons of days

    def beside(self, day: dt.date) -> float | None:
        """A day minus the same day a year before."""
        if day not in self.values or (other := year_before(day)) not in self.values:
            return None
        return self.values[day] - self.values[other]

    def run(self, holds: Callable[[dt.date], bool]) -> dict[str, Any] | None:
        """Days in a row of which something holds, the last day included."""
        day = self.last
        while day >= self.first and holds(day):
            day -= DAY
        return run(day + DAY, self.last) if day < self.last else None

    @cached_property
    def leads(self) -> dict[dt.date, float]:
        """By how much each day is warmer than the same date of all earlier years, of which there are ten."""
        best: dict[Key, float] = {}
        seen: dict[Key, int] = {}
        found = {}
        for day in sorted(self.values):
            at, value = key(day), self.values[day]
            if seen.get(at, 0) >= (2 if at == LEAP else 10):
                found[day] = value - best[at]
            best[at] = max(value, best.get(at, value))
            seen[at] = seen.get(at, 0) + 1
        return found

    @cached_property
    def record_days(self) -> list[dt.date]:
        """Days that took the record of their date; what is closer than 0.005 °C leaves it to the earlier year."""
        return [day for day, lead in self.leads.items() if lead > EDGE - DUST and key(day) != LEAP]

    @cached_property
    def record_runs(self) -> list[dict[str, Any]]:
        """Runs of days on which no earlier year was warmer, the longest first."""
        every = runs([day for day, lead in self.leads.items() if lead > DUST - EDGE])
        return sorted(every, key=lambda one: (-one["days"], one["first"]))

    # Means of periods

    def mean_of_years(self, first: dt.date, last: dt.date) -> dict[int, float]:
        """Mean of the same period of every year, of the days that this year knows, by the year it ends in."""
        asked = [(day.year - last.year, key(day)) for day in self.stretch(first, last) if day in self.values]
        if first < last and (0, (2, 28)) in asked and key(last + DAY) != LEAP and (0, LEAP) not in asked:
            asked.append((0, LEAP))  # goes with the 28th in years that have it
        found = {}
        for year in self.years:
            known = [row[day] for shift, day in asked if day in (row := self.by_year.get(year + shift, {}))]
            if known and len(known) >= 0.9 * len(asked) - 1e-9:
                found[year] = math.fsum(known) / len(known)
        return found

    @cached_property
    def annual(self) -> dict[int, float]:
        """Means of whole years."""
        found = {}
        for year, days in self.by_year.items():
            whole = sum(day != LEAP for day in days) >= 355
            if whole and (year < self.last.year or (12, 31) in days):
                found[year] = math.fsum(days.values()) / len(days)
        return found


def smoothed(raw: Sequence[float]) -> Normal:
    """A figure of each of 365 days, as the sum of its mean and eight waves of a year, each summed term by term."""
    smooth = [fmean(raw)] * 365
    for wave in range(1, 9):
        places = [wave * n % 365 for n in range(365)]
        a = 2 / 365 * math.fsum(x * COSINE[p] for x, p in zip(raw, places, strict=True))
        b = 2 / 365 * math.fsum(x * SINE[p] for x, p in zip(raw, places, strict=True))
        smooth = [s + a * COSINE[p] + b * SINE[p] for s, p in zip(smooth, places, strict=True)]
    found = dict(zip(COMMON, smooth, strict=True))
    found[LEAP] = (found[2, 28] + found[3, 1]) / 2
    return found


def run(first: dt.date, last: dt.date) -> dict[str, Any]:
    return {"first": first, "last": last, "days": (last - first).days + 1}


def runs(days: Sequence[dt.date]) -> list[dict[str, Any]]:
    """Ascending days put together to runs."""
    found: list[dict[str, Any]] = []
    for day in days:
        if found and found[-1]["last"] == day - DAY:
            found[-1] = run(found[-1]["first"], day)
        else:
            found.append(run(day, day))
    return found


def recount(days: Days, facts: Mapping[str, Any]) -> dict[str, Any]:
    """
    Every fact of a series that the days alone can tell, under the names that facts.json gives it.

    Of `facts` only questions are taken: which baselines, which series.
    """
    known = (name for name in facts["anomalies"] if name == facts["baseline"] or days.covers(*span(name)))
    normals = {name: days.normal(*span(name)) for name in known}
    main = normals.get(facts["baseline"] or "")
    anomaly = {} if main is None else {day: value - main[key(day)] for day, value in days.values.items()}
    year = [day for day in days.values if day.year == days.last.year]
    value = days.values[days.last]
    places = ranks(days, facts["revision_noise"])
    found: dict[str, Any] = {
        "first_date": days.first,
        "latest": reading(days, days.last),
        "preliminary_from": min(days.preliminary, default=None),
        "missing": runs(
            [d for d in days.stretch(max(dt.date(days.last.year, 1, 1), days.first), days.last) if d not in days.values]
        ),
        "absent_years": [y for y in days.years if not days.by_year[y]],
        "days_known": len(year),
        "anomalies": {
            name: against(days, span(name), normal, main or normal, facts) for name, normal in normals.items()
        },
        "year_over_year": year_over_year(days),
        "direction": direction(days, anomaly, facts["revision_noise"]) | slopes(days, main),
        "rank": places,
        "records": records(days, anomaly, facts["revision_noise"]),
        "streaks": streaks(days, anomaly),
        "trend": trend(days, 1979),
        "trend_30y": trend(days, max(days.annual, default=0) - 29),
        "year_end": year_end(days),
    }
    if main is not None:
        found["anomaly_year_to_date"] = fmean(anomaly[day] for day in year)
        found |= {name: month(places[name], days, anomaly) for name in ("month", "month_to_date")}
        if isinstance(ahead := facts.get("outlook"), list):
            found["outlook"] = outlook(days, main, [one["lead_days"] for one in ahead])
        found["days_above_average"] = sum(anomaly[day] > 0 for day in year)
    if main is not None and not days.covers(*span(facts["baseline"])):
        found["records"] = {}  # nothing is counted among the few years of a series whose average came with it
    shifting = (days.last.year - 30, days.last.year - 1)
    if main is not None and days.covers(*shifting):
        normal = days.normal(*shifting)
        found["spread"] = {
            "percentile": found["anomalies"][facts["baseline"]]["percentile"],
            "shifting_value": value - normal[key(days.last)],
            "shifting_percentile": percentile(days, range(shifting[0], shifting[1] + 1), normal),
        }
    if facts["key"].partition(".")[2] == "t2m.world" and "1991-2020" in normals:
        warm = {day: days.values[day] - normals["1991-2020"][key(day)] + PREINDUSTRIAL[day.month - 1] for day in year}
        found["preindustrial"] = {
            "value": warm[days.last],
            "year_to_date": fmean(warm.values()),
            "days_above_1_5": sum(v > 1.5 for v in warm.values()),
            "days_above_1": sum(v > 1 for v in warm.values()),
            "days": len(warm),
        }
    return found


def said(days: Days, facts: Mapping[str, Any], since: dt.date | None = None) -> dict[str, Any]:
    """Figures that sentences say and facts.json does not hold."""
    last, warm, end = days.last, holders(days, 1), facts["year_end"]
    found: dict[str, Any] = {
        "days_of_years": [len(row) for row in days.by_year.values()],
        "spans": spans(year for year in days.years if days.by_year[year]),
        "begun": spans(year for year in days.years if any((1, day) in days.by_year[year] for day in range(1, 12))),
        "baselines": [*facts["anomalies"]],
        "empty": spans(year for year in days.years if not days.by_year[year]),
        "absent": [
            spans(year for year in range(first, last + 1) if not days.by_year.get(year))
            for first, last in map(span, facts["anomalies"])
        ],
        "records": {
            "dates": sum(one["days"] for one in warm),
            "own": [one[name] for one in warm for name in ("days", "preliminary") if one["year"] == last.year] or [0],
        },
        "day_of_year": last.timetuple().tm_yday,
        "new_year": dt.date(last.year, 1, 1),
    }
    if "chance_of_rank" in end:
        places = {int(place): chance for place, chance in end["chance_of_rank"].items()}
        found["year_end"] = {
            "records": Fraction(round(places[1] * end["years"]), end["years"]).as_integer_ratio(),
            "likeliest": max(places, key=lambda place: places[place]),
        }
    if days.preliminary:
        found["preliminary_days"] = (last - min(days.preliminary)).days + 1
    normal = days.normal(*span(facts["baseline"])) if facts["baseline"] else {}
    anomaly = {day: value - normal[key(day)] for day, value in days.values.items()} if normal else {}
    found["news"] = news(days, facts, anomaly)
    if not normal:
        return found
    if "mean" in end:
        usual = fmean(normal[key(day)] for day in days.stretch(dt.date(last.year, 1, 1), dt.date(last.year, 12, 31)))
        found["ytd"] = {name: end[name] - usual for name in ("mean", "low", "high")}
    return found | of_years(anomaly) | {"since": since_issue(days, anomaly, since)} | chances(facts)


def of_years(anomaly: Mapping[dt.date, float]) -> dict[str, Any]:
    """Means of years, their first and last ten, and how rare weeks below average have become."""
    years = {year: fmean(of.values()) for year, of in by_year(anomaly).items() if len(of) >= 360}
    ends, change = first_and_last(years)
    weeks = {}
    for day in anomaly:
        week = [anomaly.get(day + n * DAY) for n in range(-3, 4)]
        if None not in week:
            weeks[day] = fmean(v for v in week if v is not None)
    shares = {y: fmean(v < 0 for v in of.values()) for y, of in by_year(weeks).items() if len(of) >= 353}
    decades, share = first_and_last(shares)
    common = [year for year, one in shares.items() if one >= 0.1]
    late = [v for day, v in weeks.items() if decades and span(decades[1])[0] <= day.year <= span(decades[1])[1]]
    return {
        "years": [*years.values()],
        "stripes": {"spans": ends, "change": change[1] - change[0]} if change else {},
        "weeks": {
            "spans": decades,
            "below": share,
            "above": [1 - one for one in share],
            "few": [sum(v < 0 for v in late), len(late)],
            "rare_after": common[-1] if common else None,
            "first_above": min((day for day, v in weeks.items() if v > 0), default=None),
            "last_below": max((day for day, v in weeks.items() if v < 0), default=None),
        },
    }


def since_issue(days: Days, anomaly: Mapping[dt.date, float], since: dt.date | None) -> dict[str, Any]:
    """Means of the days since an issue, or of a fortnight, and of as many before; the new days beside last year's."""
    last = days.last
    issue = since or max((day for day in days.values if day <= last - 14 * DAY), default=days.first)
    found: dict[str, Any] = {"new": sum(day > issue for day in days.values), "issue": issue}
    found |= {name: [] for name in ("from", "days", "then", "now")}
    for size in {14, (last - issue).days}:
        parts = [[anomaly[d] for n in range(a, a + size) if (d := last - n * DAY) in anomaly] for a in (0, size)]
        if all(parts):
            found["now"].append(fmean(parts[0]))
            found["then"].append(fmean(parts[1]))
            found["days"].append(size)
        found["from"].append(last - size * DAY)
    gaps = [gap for day in days.values if day > issue and (gap := days.beside(day)) is not None]
    if gaps:
        sides = [side(gap) for gap in gaps]
        found |= {"beside": fmean(gaps), "tally": [sides.count(n) for n in (1, 0, -1)]}
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


def news(days: Days, facts: Mapping[str, Any], anomaly: Mapping[dt.date, float]) -> dict[str, Any]:
    """Figures of titles: record days of the fortnight beyond the noise, its place, the fall from the peak."""
    fortnight = days.stretch(days.last - 13 * DAY, days.last)
    typical, course = float(facts["revision_noise"]["typical"]), facts["direction"]
    held = [day for day in days.record_days if day in fortnight]
    found: dict[str, Any] = {
        "first": fortnight[0],
        "highest": max(days.values[day] for day in fortnight if day in days.values),
        "largest": max((anomaly[day] for day in fortnight if day in anomaly), default=None),
        "known": sum(day in days.values for day in fortnight),
        "records": sum(days.leads[day] >= max(typical if day in days.preliminary else 0, FLOOR) - DUST for day in held),
    }
    if fortnight[0].year == days.last.year:
        rows = {year: [row[key(d)] for d in fortnight if key(d) in row] for year, row in days.by_year.items()}
        means = {year: fmean(row) for year, row in rows.items() if len(row) >= 13}
        own = means.pop(days.last.year, None)
        if own is not None:
            found["place"] = [1 + sum(m > own for m in means.values()), 1 + sum(m < own for m in means.values())]
    if "now" in (course["peak_12m"] or {}):
        found["fall"] = course["peak_12m"]["anomaly"] - course["peak_12m"]["now"]
    return found


def by_year(values: Mapping[dt.date, float]) -> dict[int, dict[dt.date, float]]:
    found: dict[int, dict[dt.date, float]] = {}
    for day, value in values.items():
        found.setdefault(day.year, {})[day] = value
    return found


def first_and_last(years: Mapping[int, float]) -> tuple[list[str], list[float]]:
    """The first ten years and the last ten, and the mean of each."""
    held = [*years]
    if len(held) < 20 or held[9] - held[0] > 9 or held[-1] - held[-10] > 9:
        return [], []
    return [f"{part[0]}-{part[-1]}" for part in (held[:10], held[-10:])], [
        fmean(years[year] for year in part) for part in (held[:10], held[-10:])
    ]


def spans(years: Iterable[int]) -> list[str]:
    """Years, those in a row put together."""
    held: list[list[int]] = []
    for year in years:
        if held and year == held[-1][1] + 1:
            held[-1][1] = year
        else:
            held.append([year, year])
    return [f"{first}-{last}" for first, last in held]


def span(name: str) -> tuple[int, int]:
    first, _, last = name.partition("-")
    return int(first), int(last)


def reading(days: Days, day: dt.date, value: float | None = None) -> dict[str, Any]:
    return {"date": day, "value": days.values[day] if value is None else value}


def percentile(days: Days, years: Iterable[int], normal: Normal) -> float:
    sample = [value for day in days.window(years, normal) for value in day]
    own = days.values[days.last] - normal[key(days.last)]
    cooler = sum(v < own - 1e-9 for v in sample)
    return 100 * (cooler + 0.5 * sum(abs(v - own) <= 1e-9 for v in sample)) / len(sample)


def against(
    days: Days, years: tuple[int, int], normal: Normal, main: Normal, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The last day against a baseline."""
    every, at = range(years[0], years[1] + 1), key(days.last)
    value = days.values[days.last] - normal[at]
    if not days.covers(*years):  # an average that came with the series: nothing more is known of its years
        return {"value": value, "normal": normal[at]}
    spread = max(days.cycle(every, deviation)[at], 0.0)
    squares = [s for sample in days.window(every, normal) if (s := about_line(sample)) is not None]
    detrended = math.sqrt(fmean(squares)) if squares else 0.0
    found: dict[str, Any] = {
        "value": value,
        "normal": normal[at],
        "spread": spread,
        "spread_detrended": detrended,
        "percentile": percentile(days, every, normal),
        "offset": fmean(normal[day] - main[day] for day in COMMON),
    }
    if not facts["key"].startswith("cfsr"):  # whose rows count days in another way
        slot = (days.last - dt.date(days.last.year, 1, 1)).days
        found["site_value"] = About(days.values[days.last] - days.site_normal(every, slot), SITE, sure=False)
    if spread:
        found["sigma"] = value / spread
    if detrended:
        found["sigma_detrended"] = value / detrended
    return found


def deviation(values: Sequence[float]) -> float:
    """Sample standard deviation; 0 of a single value."""
    middle = fmean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / max(len(values) - 1, 1))


def about_line(values: Sequence[float]) -> float | None:
    """Variance about the values' own straight line."""
    if len(values) < 3:
        return None
    slope, middle = fit(range(len(values)), values)
    centre = (len(values) - 1) / 2
    return math.fsum((y - middle - slope * (x - centre)) ** 2 for x, y in enumerate(values)) / (len(values) - 2)


def fit(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Slope of a least-squares line, and its height in the middle."""
    mx, my = fmean(x), fmean(y)
    return math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / math.fsum((a - mx) ** 2 for a in x), my


def year_over_year(days: Days) -> dict[str, Any]:
    gap = days.beside(days.last)
    if gap is None:
        return {}
    gaps = {day: g for day in days.values if day.year == days.last.year and (g := days.beside(day)) is not None}
    recent = [g for n in range(14) if (g := days.beside(days.last - n * DAY)) is not None]
    day, sides = days.last, [side(g) for g in gaps.values()]
    while (g := days.beside(day)) is not None and side(g) == side(gap):
        day -= DAY
    most, least = max(gaps.values()), min(gaps.values())
    return {
        "date": days.last,
        "partner": year_before(days.last),
        "other_year": days.last.year - 1,
        "value": days.values[year_before(days.last)],
        "difference": gap,
        "mean_14d": fmean(recent) if len(recent) >= 10 else None,
        "days_above_last_14": [*map(side, recent)].count(1),
        "days_below_last_14": [*map(side, recent)].count(-1),
        "days_level_last_14": [*map(side, recent)].count(0),
        "run_length": (days.last - day).days,
        "last_crossing": None if g is None else day + DAY,
        "warmest": {"date": min(d for d in gaps if gaps[d] == most), "difference": most},
        "coldest": {"date": min(d for d in gaps if gaps[d] == least), "difference": least},
        "days_warmer": sides.count(1),
        "days_cooler": sides.count(-1),
        "days_level": sides.count(0),
        "days_compared": len(gaps),
        "leap_day": key(days.last) == LEAP,
    }


def month_end(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - DAY


def ranks(days: Days, noise: Mapping[str, Any]) -> dict[str, Any]:
    """Places of the day and of periods."""
    day = days.last
    ended = day if (day + DAY).day == 1 else day.replace(day=1) - DAY
    season = ended.month - ended.month % 3 + 2 if ended.month % 3 == 2 else ended.month // 3 * 3 - 1
    whole = month_end(ended.year, season) if season > 0 else month_end(ended.year - 1, 11)
    year = day.year if key(day) == (12, 31) else day.year - 1
    starts = dt.date(day.year, day.month // 3 * 3, 1) if day.month > 2 else dt.date(day.year - 1, 12, 1)
    begins = dt.date(whole.year, whole.month - 2, 1) if whole.month > 2 else dt.date(whole.year - 1, 12, 1)
    return {
        "day": rank(days, day, day, noise),
        "month_to_date": rank(days, day.replace(day=1), day, noise),
        "month": rank(days, ended.replace(day=1), ended, noise),
        "season": rank(days, begins, whole, noise),
        "season_to_date": rank(days, starts, day, noise),
        "year_to_date": rank(days, dt.date(day.year, 1, 1), day, noise),
        "year": rank(days, dt.date(year, 1, 1), dt.date(year, 12, 31), noise),
    }


def rank(days: Days, first: dt.date, last: dt.date, noise: Mapping[str, Any]) -> dict[str, Any]:
    """Place of a period among those of all years, 1 the warmest; years closer than 0.005 °C tie."""
    known = sum(day in days.values for day in days.stretch(first, last))
    if known < 0.9 * ((last - first).days + 1):
        return {}
    means = days.mean_of_years(first, last)
    own = means.pop(last.year)
    if not means:
        return {}
    tied = sorted(year for year, mean in means.items() if near(mean, own))
    warmer = {year: mean for year, mean in means.items() if mean > own and year not in tied}
    best = max(means.values())
    ahead = round(best - own, 9) > 0
    early = sum(first <= day <= last for day in days.preliminary)
    rival = min(means, key=lambda year: (abs(means[year] - own), year))
    found = claim(means[rival] - own, noise, early, known)
    close = found == "within_noise"
    return {
        "first": first,
        "last": last,
        "value": own,
        "rank": len(warmer) + 1,
        "of": len(means) + 1,
        "tied": bool(tied),
        "tied_with": tied,
        "margin": round(min(warmer.values()) - own if warmer else own - best, 9),
        "best_year": min(year for year in means if means[year] == best) if ahead else last.year,
        "best_value": best if ahead else own,
        "claim": found,
        "rival": rival if close else None,
        "rival_rank": 1 + sum(round(m - means[rival], 9) >= EDGE for m in (own, *means.values())) if close else None,
        "noise": least(noise, early / known),
    }


def month(place: Mapping[str, Any], days: Days, anomaly: Mapping[dt.date, float]) -> dict[str, Any]:
    """Mean anomaly of a month that has been ranked, and its change from a year before over the days of both."""
    if not place:
        return {}
    known = [day for day in days.stretch(place["first"], place["last"]) if day in anomaly]
    change = [gap for day in known if key(day) != LEAP and (gap := days.beside(day)) is not None]
    return {
        "first": place["first"],
        "last": place["last"],
        "anomaly": fmean(anomaly[day] for day in known),
        "year_over_year": fmean(change) if len(change) >= 0.9 * len(known) else None,
        "rank": place["rank"],
        "of": place["of"],
    }


def records(days: Days, anomaly: Mapping[dt.date, float], noise: Mapping[str, Any]) -> dict[str, Any]:
    same = {day: value for day, value in days.values.items() if key(day) == key(days.last)}
    return {
        "warmest_day": record(days, days.values, noise),
        "warmest_for_date": record(days, same, noise) if len(same) > 1 else {},
        "largest_anomaly": record(days, anomaly, noise) if anomaly else {},
        "days": [day for day in days.record_days if day.year == days.last.year],
        "warm_holders": holders(days, 1),
        "cold_holders": holders(days, -1),
        "runs": days.record_runs[:5],
    }


def record(days: Days, values: Mapping[dt.date, float], noise: Mapping[str, Any]) -> dict[str, Any]:
    """The highest of some days, the best of all earlier years, and what other years have near it."""
    best = max(values.values())
    day = min(d for d, v in values.items() if v == best)
    below = {d: round(best - v, 9) for d, v in values.items() if best - v < least(noise, 1) + EDGE}
    others = {d: gap for d, gap in below.items() if d.year != day.year}
    early = [d for d in days.preliminary if d in others or d == day]
    close = [d for d, gap in others.items() if gap < least(noise, day in early or d in early)]
    rival = min(close, key=lambda d: (others[d], -d.toordinal()), default=None)
    unsure = day in early or rival in early
    earlier = {d: v for d, v in values.items() if d.year < day.year}
    previous = min(earlier, key=lambda d: (-earlier[d], d), default=None)
    return {
        "date": day,
        "value": best,
        "previous": None if previous is None else reading(days, previous, values[previous]),
        "margin": None if previous is None else best - values[previous],
        "claim": claim(min(others.values(), default=math.inf), noise, unsure, 1),
        "tied_with": close,
        "days": [d for d, gap in below.items() if d.year == day.year and gap < EDGE],
        "rival": None if rival is None else reading(days, rival, values[rival]),
        "noise": least(noise, unsure),
    }


def least(noise: Mapping[str, Any], share: float) -> float:
    """What is closer than this is not told apart, where a share of the days is preliminary."""
    return max(float(noise["typical"]) * share, FLOOR)


def claim(distance: float, noise: Mapping[str, Any], preliminary: float, days: int) -> str:
    """How much a place or a record will bear, by its distance to the nearest rival."""
    share, distance = preliminary / days, round(abs(distance), 9)
    if distance < EDGE:
        return "tie"
    if distance < least(noise, share):
        return "within_noise"
    return "preliminary" if share and (days == 1 or distance <= 2 * noise["deviation"] * share) else "safe"


def holders(days: Days, sign: int) -> list[dict[str, Any]]:
    """Years by the dates whose record they hold: of each date the last year that took it."""
    held: dict[int, list[dt.date]] = {}
    for day in COMMON:
        best, holder = -math.inf, None
        for year, row in days.by_year.items():
            if day in row:
                holder = year if sign * row[day] - best > EDGE - DUST else holder
                best = max(best, sign * row[day])
        if holder is not None:
            held.setdefault(holder, []).append(dt.date(holder, *day))
    order = sorted(held, key=lambda year: (-len(held[year]), year))
    return [{"year": y, "days": len(held[y]), "preliminary": len(days.preliminary & {*held[y]})} for y in order]


def streaks(days: Days, anomaly: Mapping[dt.date, float]) -> dict[str, Any]:
    last = days.record_days[-1] if days.record_days else None
    return {
        "record_days": days.run(lambda day: days.leads.get(day, -1) > DUST - EDGE),
        "longest_record_days": days.record_runs[0] if days.record_runs else None,
        "above_last_year": days.run(lambda day: side(days.beside(day) or 0) > 0),
        "below_last_year": days.run(lambda day: side(days.beside(day) or 0) < 0),
        "above_average": days.run(lambda day: anomaly.get(day, 0) > 0),
        "last_record": last,
        "days_since_record": None if last is None else (days.last - last).days,
    }


def trend(days: Days, first: int) -> dict[str, Any]:
    """Degrees a decade over whole years since one, with the interval that persistence leaves."""
    years = [year for year in days.annual if year >= first]
    if len(years) < 20 or len(years) < 0.9 * (years[-1] - years[0] + 1):
        return {}
    slope, half, lag1, points = line({year: 10 * days.annual[year] for year in years})
    found = {"first_year": years[0], "last_year": years[-1], "per_decade": slope, "lag1": lag1, "n_effective": points}
    return found | {"low": About(slope - half, STUDENT * half), "high": About(slope + half, STUDENT * half)}


def direction(days: Days, anomaly: Mapping[dt.date, float], noise: Mapping[str, Any]) -> dict[str, Any]:
    """The last 14 days beside the 14 before, how usual such a step is, and the way from the highest 12 months."""
    every = days.stretch(days.first, days.last)
    lines = [days.values.get(day) for day in every], [anomaly.get(day) for day in every]
    raw, found = moving(lines[0], 14, 10), moving(lines[1], 14, 10)
    if raw[-1] is None or len(raw) < 15 or raw[-15] is None:
        return {}
    revision, settled = thresholds(days, lines[1] if anomaly else lines[0], noise)
    least = max(revision, settled)
    line = raw[-1] - raw[-15]
    if not anomaly or found[-1] is None or found[-15] is None:
        return {"line_14d": line, "noise": least}
    change = found[-1] - found[-15]
    steps = {
        day: b - a for day, a, b in zip(every[27:], found, found[14:], strict=False) if a is not None and b is not None
    }
    same = [year_before(days.last, days.last.year - year) for year in days.years[:-1]]
    near = [day + n * DAY for day in same for n in range(-45, 46)]
    season = [steps[day] for day in near if day in steps]
    years = moving(lines[1], 365, 355)
    peak: dict[str, Any] = {}
    if len(every) > 730 and years[-1] is not None:
        highest = max(mean for mean in years if mean is not None)
        peak = {"date": every[years.index(highest) + 364], "anomaly": highest, "now": years[-1]}
    ways = {beyond(change + move, settled) for move in (-revision, revision)} | {beyond(change, least)}
    return {
        "settled": len(ways) == 1,
        "mean_14d": found[-1],
        "change_14d": change,
        "line_14d": line,
        "season_14d": line - change,
        "noise": least,
        "share_of_steps_as_large": fmean(round(math.copysign(s, s * change) - abs(change), 9) >= 0 for s in season)
        if len(season) >= 500
        else None,
        "peak_12m": peak,
    }


def moving(values: Sequence[float | None], size: int, fewest: int) -> list[float | None]:
    """Mean of each so many days in a row, by the last of them."""
    found: list[float | None] = []
    total, count = 0.0, 0
    for n, value in enumerate(values):
        if value is not None:
            total, count = total + value, count + 1
        if n >= size and (old := values[n - size]) is not None:
            total, count = total - old, count - 1
        if n >= size - 1:
            found.append(total / count if count >= fewest else None)
    return found


def beyond(change: float, least: float) -> int:
    """1 or -1 from a size on, both as printed at 0.01 °C; below it 0."""
    size, bar = (Decimal(str(round(abs(one), 9))).quantize(Decimal("0.01"), ROUND_HALF_UP) for one in (change, least))
    return (change > 0) - (change < 0) if size >= bar else 0


def thresholds(days: Days, values: Sequence[float | None], noise: Mapping[str, Any]) -> tuple[float, float]:
    """What revisions may still do to a change between two fortnights, and the least that counts with missing days."""
    revision = gap = 0.0
    for first in (13, 27):
        part = [days.last - n * DAY for n in range(first, first - 14, -1)]
        held = [day for day in part if day in days.values]
        early = sum(day in days.preliminary for day in held)
        if early:
            revision += (float(noise["deviation"]) * early / len(held)) ** 2 * min(4 / early, 1)
        if len(held) < 14:
            means = moving(values, 14, 10)
            squares = moving([None if v is None else v * v for v in values], 14, 10)
            spread = fmean(
                max(q - m * m, 0) for m, q in zip(means, squares, strict=True) if m is not None and q is not None
            )
            gap += ((14 - len(held)) / 14) ** 2 * spread
    return 2 * math.sqrt(revision), math.hypot(0.05, 2 * math.sqrt(gap))


def slopes(days: Days, normal: Normal | None) -> dict[str, Any]:
    """Slopes of the last 14 and 30 days, of the temperature and of the difference."""
    found: dict[str, Any] = {}
    for size in (14, 30):
        known = [day for day in days.stretch(days.last - (size - 1) * DAY, days.last) if day in days.values]
        if len(known) < 0.8 * size:
            continue
        lines = {f"slope_{size}d": {day.toordinal(): days.values[day] for day in known}}
        if normal is not None:
            season = {day.toordinal(): normal[key(day)] for day in known}
            lines[f"anomaly_slope_{size}d"] = {n: v - season[n] for n, v in lines[f"slope_{size}d"].items()}
        for name, values in lines.items():
            slope, half, _, _ = line(values)
            found[name] = slope
            found[f"{name}_interval"] = [About(slope - half, STUDENT * half), About(slope + half, STUDENT * half)]
    return found


def line(values: Mapping[int, float]) -> tuple[float, float, float, float]:
    """Slope, half its 95 % interval, likeness of neighbours, and for how many points the alike ones count."""
    slope, middle = fit([*values], [*values.values()])
    centre = fmean(values)
    rest = {x: y - middle - slope * (x - centre) for x, y in values.items()}
    total = math.fsum(r * r for r in rest.values())
    lag1 = math.fsum(rest[x] * rest[x + 1] for x in rest if x + 1 in rest) / total if total > 1e-18 * len(rest) else 0.0
    r = min(max(lag1, 0.0), 0.99)
    points = max(len(rest) * (1 - r) / (1 + r), 3.0)
    error = math.sqrt(total / (points - 2) / math.fsum((x - centre) ** 2 for x in rest))
    return slope, student(points - 2) * error, lag1, points


def year_end(days: Days) -> dict[str, Any]:
    """Mean of the year from the days so far, the last 30 of them and what the 30 whole years before went on to do."""
    year, last = days.last.year, days.last
    past = [y for y in days.annual if y < year][-30:]
    calendar = [day for day in CALENDAR if day != LEAP or key(dt.date(year, 2, 28) + DAY) == LEAP]
    here = calendar.index(key(last))
    if len(past) < 10 or here < 30 or here == len(calendar) - 1:
        return {}
    usual = {day: fmean(r[day] for y in past if day in (r := days.by_year[y])) for day in COMMON}
    usual[LEAP] = (usual[2, 28] + usual[3, 1]) / 2

    def mean(of: int, part: Sequence[Key]) -> float:
        return fmean(row[day] - usual[day] for day in part if day in (row := days.by_year[of]))

    at = PLACE[key(last)]
    recent, rest = CALENDAR[at - 29 : at + 1], CALENDAR[at + 1 :]
    x = [(1.0, mean(y, recent), (y - year) / 10) for y in past]
    now = (1.0, mean(year, recent), 0.0)
    y = [mean(of, rest) for of in past]
    columns = [*zip(*x, strict=True)]
    products = [[dot(a, b) for b in columns] for a in columns]
    weights = solved(products, [dot(column, y) for column in columns])
    left_out = []
    for one, truth in zip(x, y, strict=True):
        leverage = min(dot(one, solved(products, one)), 0.99)
        left_out.append((truth - dot(one, weights)) / (1 - leverage))
    persists = [truth - one[1] for one, truth in zip(x, y, strict=True)]
    apart = [p - e for p, e in zip(persists, left_out, strict=True)]
    best = min(max(dot(persists, apart) / dot(apart, apart), 0.0), 1.0) if any(apart) else 1.0
    weight, wider = (best + 0.5) / 2, math.sqrt(1 + dot(now, solved(products, now)))
    left = (len(calendar) - here - 1) / len(calendar)
    expected = weight * dot(now, weights) + (1 - weight) * now[1]
    middle = fmean(usual[day] for day in calendar) + (1 - left) * mean(year, CALENDAR[: at + 1]) + left * expected
    errors = sorted(left * (weight * wider * e + (1 - weight) * p) for e, p in zip(left_out, persists, strict=True))
    warmer = [sum(m > middle + e for of, m in days.annual.items() if of < year) for e in errors]
    known = [days.values[day] for day in days.values if day.year == year]
    return {
        "year": year,
        "to_date": fmean(known),
        "days": len(known),
        "mean": middle,
        "level": 0.9,
        "low": middle + quantile(errors, 0.05),
        "high": middle + quantile(errors, 0.95),
        "years": len(errors),
        "chance_of_rank": {str(n): warmer.count(n - 1) / len(warmer) for n in range(1, 6)},
    }


def outlook(days: Days, normal: Normal, leads: Sequence[int]) -> list[dict[str, Any]]:
    """
    Days ahead, from the anomaly of the day and its means of 7, 30 and 365 days.

    Learnt from origins a week apart in the 30 years before, near the same day of the year, the errors of five years ago
    counting half; anomalies are those on the
    mean cycle of these years about their own straight line.
    """
    size = round(30 * 365.25)
    start = max(days.first, days.last - (size + 364) * DAY)
    every = days.stretch(start, days.last)
    recent = {day.toordinal(): days.values[day] for day in every[-size:] if day in days.values}
    slope, _ = fit([*recent], [*recent.values()])
    centre = fmean(recent)
    held: dict[Key, list[float]] = {}
    for day in every[-size:]:
        if day in days.values:
            held.setdefault(key(day), []).append(days.values[day] - slope * (day.toordinal() - centre))
    usual = smoothed([fmean(held[day]) for day in COMMON])
    anomaly = [days.values[day] - usual[key(day)] if day in days.values else None for day in every]
    sums, counts = [0.0], [0]
    for value in anomaly:
        sums.append(sums[-1] + (value or 0.0))
        counts.append(counts[-1] + (value is not None))
    last = len(every) - 1

    def known(at: int) -> list[float] | None:
        """What is known on a day: four means, one, and time."""
        if anomaly[at] is None or counts[at + 1] - counts[at - 364] < 0.9 * 365:
            return None
        means = [(sums[at + 1] - sums[at + 1 - n]) / (counts[at + 1] - counts[at + 1 - n]) for n in (1, 7, 30, 365)]
        return [*means, 1.0, (at - last) / size]

    cases: dict[int, list[tuple[list[float], list[float], float]]] = {}
    for age in range(-(-max(leads) // 7) * 7, last - 363, 7):
        years = round(age / 365.25)
        away = abs(age - 365.25 * years)
        then = [anomaly[last - age + lead] for lead in leads]
        if away < 120 and (x := known(last - age)) is not None and None not in then:
            weight = (1 - (away / 120) ** 2) ** 2
            cases.setdefault(years, []).append((x, [y for y in then if y is not None], weight))
    now = known(last)
    if now is None or len(cases) < 10:
        return []
    parts = {years: [[*column] for column in zip(*of, strict=True)] for years, of in cases.items()}
    squares = {years: products(x, x, weights) for years, (x, _, weights) in parts.items()}
    crossed = {years: products(x, y, weights) for years, (x, y, weights) in parts.items()}
    errors: list[list[tuple[float, float]]] = [[] for _ in leads]
    for years, of in cases.items():
        left, right = total(squares, years, ridge=1e-9), total(crossed, years)
        without = [solved(left, column) for column in zip(*right, strict=True)]
        for x, y, weight in of:
            for n, column in enumerate(without):
                errors[n].append((y[n] - dot(x, column), weight * 0.5 ** (years / 5)))
    found = []
    for n, lead in enumerate(leads):
        date = days.last + lead * DAY
        weights = solved(total(squares, ridge=1e-9), [row[n] for row in total(crossed)])
        middle = dot(now, weights) + usual[key(date)]
        line = sorted(errors[n])
        whole, so_far, shares = math.fsum(w for _, w in line), 0.0, []
        for _, weight in line:
            shares.append((so_far + weight / 2) / whole)
            so_far += weight
        ordered = [error for error, _ in line]
        others = [row[key(date)] for row in days.by_year.values() if key(date) in row]
        limits = {"below_last_year": days.values.get(year_before(date)), "record": max(others, default=None)}
        chance = {
            name: None if at is None else min(max(between(at - middle, ordered, shares), 0.01), 0.99)
            for name, at in limits.items()
        }
        found.append({
            "date": date,
            "lead_days": lead,
            "anomaly": middle - normal[key(date)],
            "low": middle + between(0.05, shares, ordered) - normal[key(date)],
            "high": middle + between(0.95, shares, ordered) - normal[key(date)],
            "chance_below_last_year": chance["below_last_year"],
            "chance_record_for_date": None if chance["record"] is None else 1 - chance["record"],
            "normal": normal[key(date)],
        })  # fmt: skip
    return found


def products(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]], weights: Sequence[float]) -> list[list[float]]:
    """Weighted sums of the products of each column of one with each of another."""
    left = [[p * w for p, w in zip(one, weights, strict=True)] for one in zip(*a, strict=True)]
    return [[dot(one, two) for two in zip(*b, strict=True)] for one in left]


def total(
    parts: Mapping[int, Sequence[Sequence[float]]], without: int | None = None, ridge: float = 0.0
) -> list[list[float]]:
    """Sum of all parts but one, with something added along the diagonal."""
    kept = [part for name, part in parts.items() if name != without]
    return [
        [math.fsum(cells) + ridge * (n == m) for m, cells in enumerate(zip(*rows, strict=True))]
        for n, rows in enumerate(zip(*kept, strict=True))
    ]


def between(at: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Height of a broken line, level beyond its ends."""
    n = bisect(xs, at)
    if n in (0, len(xs)):
        return ys[0] if n == 0 else ys[-1]
    return ys[n - 1] + (ys[n] - ys[n - 1]) * (at - xs[n - 1]) / (xs[n] - xs[n - 1])


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(p * q for p, q in zip(a, b, strict=True))


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Solution of a few linear equations, by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for n in range(len(rows)):
        most = max(range(n, len(rows)), key=lambda m: abs(rows[m][n]))
        rows[n], rows[most] = rows[most], rows[n]
        rows[n] = [value / rows[n][n] for value in rows[n]]
        for m, row in enumerate(rows):
            if m != n:
                rows[m] = [value - row[n] * pivot for value, pivot in zip(row, rows[n], strict=True)]
    return [row[-1] for row in rows]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of a population lies, of which these are the sample."""
    place = min(max(share * (len(ordered) + 1) - 1, 0), len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def student(freedom: float) -> float:
    """97.5 % point of Student's t: the angle up to which a power of the cosine has been summed."""
    steps = 4000
    density = [math.cos(math.pi / 2 * (n + 0.5) / steps) ** (freedom - 1) for n in range(steps)]
    goal, total = 0.95 * math.fsum(density), 0.0
    for n, part in enumerate(density):
        if total + part >= goal:
            return math.sqrt(freedom) * math.tan(math.pi / 2 * (n + (goal - total) / part) / steps)
        total += part
    return math.inf

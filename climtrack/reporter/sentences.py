"""The pieces that every sentence about a series is made of: safe names, places in their grammar, figures in words."""

from __future__ import annotations

import datetime as dt
import math
from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from textwrap import shorten
from typing import Any

import numpy as np

from climtrack.vocabulary.calendar import LEAP_DAY, dayofyear_of, same_day
from climtrack.vocabulary.findings import (
    BaselineAnomaly,
    Findings,
    Month,
    Rank,
    Record,
    Study,
    Unknown,
    YearEnd,
    YearOverYear,
    beyond,
)
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Region
from climtrack.words.attribution import origin
from climtrack.words.catalogue import catalogue
from climtrack.words.language import NBSP, Language, capitalised, direction
from climtrack.words.standing import standing

_LONGEST = 32


@dataclass(frozen=True, slots=True)
class Place:
    """
    A region in one language.

    The thirteen regions of the site have their forms in the catalogues (``place.nh.air`` …). A region of the user's
    own falls back on its titles: English puts "air" behind the title, Spanish contracts the article of ``title_es``.
    """

    name: str  # As a heading: ``Northern Hemisphere``, ``Hemisferio norte``
    the: str  # Inside a sentence: ``the Northern Hemisphere``, ``el hemisferio norte``
    air: str  # Subject of a sentence: ``Northern Hemisphere air``, ``la superficie del Atlántico norte``
    sea: str
    short_air: str  # Subject for a title: ``Northern Hemisphere air``, ``el aire del hemisferio norte``
    short_sea: str
    half: str  # Beside the other hemisphere: ``the north``; empty for other places


def contracted(preposition: str, phrase: str) -> str:
    """Spanish preposition and article run together: ``del hemisferio norte``, ``al Ártico``, ``de los trópicos``."""
    if preposition in {"de", "a"} and phrase.startswith("el "):
        return f"{preposition}l {phrase[3:]}"
    return f"{preposition} {phrase}"


def _fitting(title: str, short: str) -> str:
    """A region's title, else its short one, else as many of its words as a picture has room for."""
    whole = plain(title, 10 * _LONGEST)
    if len(whole) > _LONGEST and short:
        whole = plain(short, _LONGEST)
    return (
        whole
        if len(whole) <= _LONGEST
        else shorten(whole, _LONGEST, placeholder="…").lstrip("…") or plain(title, _LONGEST)
    )


@cache
def place(region: Region, language: Language) -> Place:
    """A region as a language says it."""
    known = catalogue(language.code)

    def form(name: str) -> str:
        return known.get(f"place.{region.name}.{name}", ("",))[0]

    title = _fitting(region.title, region.title_short) or plain(region.name, _LONGEST)
    spanish = _fitting(region.title_es, region.title_short_es) or title
    the = form("the") or (spanish if language.spanish else title)
    name = form("name") or (_headed(the) if language.spanish else title)
    of = contracted("de", the)
    return Place(
        name,
        the,
        form("air") or language.text("place.other.air", name=title, of=of),
        form("sea") or language.text("place.other.sea", name=title, the=the),
        form("short.air") or language.text("place.other.short.air", name=title, of=of),
        form("short.sea") or form("the") or language.text("place.other.short.sea", name=title, of=of),
        form("half"),
    )


def bounds(region: Region, language: Language) -> str:
    """Bounds in brackets: `` (0–60°N, 0–80°W)``; nothing where the name tells, as of a hemisphere, or no box does."""
    zone = region.width == 360
    if region.outline or (zone and {region.south, region.north} <= {-90, 0, 90}):
        return ""
    north, south, east, west = language.text("bounds.compass").split()
    spans = []
    for low, high, positive, negative in (
        (region.south, region.north, north, south),
        *(((region.west, region.east, east, west),) * (not zone)),
    ):
        ends = [(language.number(abs(v), int(v % 1 > 0)), positive if v > 0 else negative) for v in (low, high)]
        if low < 0 < high or low > high:
            spans.append("–".join(f"{number}°{NBSP * language.spanish}{side}" for number, side in ends))
        else:
            (first, _), (last, _) = sorted(ends, key=lambda end: abs(low if end is ends[0] else high))
            spans.append(f"{first}–{last}°{NBSP * language.spanish}{positive if high > 0 else negative}")
    return f" ({f',{NBSP}'.join(spans)})"


SIDES = {1: "above", 0: "level", -1: "below"}
#: In January, before this many days are known, the year has only begun.
YOUNG = 15
#: Decimals of an annual mean.
FINE = 2
#: Days after which the last fortnight of a series is no news.
LATE = 14
#: A gap of this many days is named.
NAMED_GAP = 3
#: Chances that are said as they are; beyond them "less than 1 in 20" and "more than 19 in 20".
CHANCES = (Fraction(1, 10), *sorted({Fraction(n, of) for of in (2, 3, 4, 5) for n in range(1, of)}), Fraction(9, 10))
SMALL = 0.05
#: Numbers up to here are words.
NUMERALS = 10


def side(value: float, decimals: int) -> str:
    """The word's key for a difference: ``above``, ``level`` or ``below`` as it will print."""
    return SIDES[direction(value, decimals)]


def year_spans(years: Sequence[int]) -> list[str]:
    """Years, consecutive ones put together: ``1999``, ``2001–2022``."""
    runs: list[tuple[int, int]] = []
    for year in years:
        if runs and year == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return [f"{a}–{b}" if a < b else str(a) for a, b in runs]


def _headed(subject: str) -> str:
    """A subject without its article, as a beginning."""
    for article in ("the ", "el ", "la "):
        subject = subject.removeprefix(article)
    return capitalised(subject)


@dataclass(frozen=True, slots=True)
class Phrases:
    """One study in one language."""

    study: Study
    language: Language

    @property
    def findings(self) -> Findings:
        return self.study.findings

    @property
    def air(self) -> bool:
        """Whether it is air; else the sea surface."""
        return self.study.series.key.variable == "t2m"

    @property
    def decimals(self) -> int:
        return VARIABLES[self.study.series.key.variable].decimals

    @property
    def place(self) -> Place:
        return place(self.study.region, self.language)

    @property
    def subject(self) -> str:
        """What has a temperature, in full: ``Northern Hemisphere air``."""
        return self.place.air if self.air else self.place.sea

    @property
    def short(self) -> str:
        """The shortest subject of a title: ``the North Atlantic``, ``el aire del hemisferio norte``."""
        return self.place.short_air if self.air else self.place.short_sea

    @property
    def of_short(self) -> str:
        """The same in the genitive: ``of the North Atlantic``, ``del aire del hemisferio norte``."""
        return contracted("de", self.short) if self.language.spanish else f"of {self.short}"

    @property
    def half(self) -> str:
        """The same beside the other hemisphere: ``the north``."""
        return self.place.half or self.short

    @property
    def topic(self) -> str:
        """The subject as a subtitle begins with it: ``North Atlantic sea surface``, ``Aire del hemisferio norte``."""
        return _headed(self.subject)

    def bounded(self, name: str) -> str:
        """A name of the place with its bounds, where it does not tell them."""
        return name if "°" in name else name + bounds(self.study.region, self.language)

    @property
    def where(self) -> str:
        """``North Atlantic (0–60°N, 0–80°W)``."""
        return self.bounded(self.place.name)

    @property
    def heading(self) -> str:
        """Heading of its section: ``North Atlantic: sea surface``."""
        return self.language.text(f"heading.{self.study.series.key.variable}", name=self.place.name)

    @property
    def quantity(self) -> str:
        """What is measured: ``air temperature 2 m above the surface``."""
        return self.language.text(f"quantity.{self.study.series.key.variable}")

    @property
    def measured(self) -> str:
        """The series inside a sentence: ``daily Northern Hemisphere air temperature``."""
        return self.language.text(f"series.{self.study.series.key.variable}", subject=self.subject)

    @property
    def of(self) -> str:
        """The subject in the genitive: ``of global air``, ``del aire del planeta``."""
        return contracted("de", self.subject) if self.language.spanish else f"of {self.subject}"

    @property
    def day(self) -> dt.date:
        return self.findings.latest.date

    @property
    def date(self) -> str:
        return self.language.date_long(self.day)

    @property
    def late(self) -> str:
        """The last day, in brackets with a space before it, where the series ended so long ago that titles say it."""
        if self.study.overdue <= LATE:
            return ""
        return self.language.text("title.late", day=f"{self.language.date_short(self.day)} {self.day.year}")

    @property
    def day_month(self) -> str:
        return self.language.date_day(self.day)

    def other(self, days: int = 14) -> int | str:
        """Last year as a name; early in January, when the last `days` are compared with two years, without one."""
        if self.yoy is None or self.day.timetuple().tm_yday < days:
            return self.language.text("news.year.before")
        return self.yoy.other_year

    @property
    def time_of_month(self) -> str:
        """The time of year of its last day: ``early July``, ``principios de julio``."""
        third = "early" if self.day.day <= 10 else "middle" if self.day.day <= 20 else "late"
        return self.language.text(f"falling.when.{third}", month=self.language.month_names[self.day.month - 1])

    @property
    def value(self) -> str:
        return self.language.temperature(self.findings.latest.value, self.decimals)

    @property
    def anomaly(self) -> BaselineAnomaly | None:
        return self.findings.anomaly

    @property
    def baseline(self) -> str:
        """Years of the average, with an en dash."""
        return "" if self.findings.baseline is None else self.findings.baseline.label

    @property
    def yoy(self) -> YearOverYear | None:
        found = self.findings.year_over_year
        return found if isinstance(found, YearOverYear) else None

    @property
    def alone(self) -> str:
        """Why the latest day cannot be compared with last year's: that year lacks the day, or has no line at all."""
        other = self.day.year - 1
        if np.isnan(self.study.table.row(other)).all():
            return self.language.text("below.unknown")
        day = self.language.date_day(same_day(self.day, other))
        return self.language.text("below.gap", other=other, day=day)

    @property
    def old_run(self) -> bool:
        """Whether the run on this side of last year's line began before 1 January: no line of one year tells of it."""
        return self.yoy is not None and self.yoy.run_length > self.day.timetuple().tm_yday

    @property
    def rank(self) -> Rank | None:
        found = self.findings.ranks.day
        return found if isinstance(found, Rank) else None

    @property
    def first(self) -> int:
        """First year of the series, as in "in this series, since 1940"."""
        return self.findings.first_date.year

    @property
    def first_ranked(self) -> int:
        """First year that has the date of the latest day, as in "of 45 in this series, since 1982"."""
        return self._first_with(self.day)

    def _first_with(self, day: dt.date) -> int:
        """First year of the series that has the date of a day."""
        first = self.findings.first_date
        return first.year + ((day.month, day.day) < (first.month, first.day))

    @property
    def unranked(self) -> list[int]:
        """Years since then that lack this date, though they have others: each may have been warmer."""
        table, held = self.study.table, set(self.findings.absent_years)
        years = [year for year in range(self.first_ranked, self.day.year) if year not in held]
        column = dayofyear_of(self.day) - 1
        leap = column == LEAP_DAY - 1
        return [year for year in years if np.isnan(table.row(year)[column]) and (isleap(year) or not leap)]

    @property
    def young(self) -> bool:
        """Whether it is January and the year has only begun."""
        return self.day.month == 1 and self.findings.days_known < YOUNG

    @property
    def years(self) -> str:
        """Years with values: ``1940–2026``, ``1940–2000 and 2023–2024``."""
        table = self.study.table
        held = table.years[~np.isnan(table.values).all(axis=1)].tolist()
        return self.language.list(year_spans(held))

    @property
    def simulated(self) -> str:
        """The warning that opens every text made from the sample, with a space behind it; else nothing."""
        return self.language.text("simulated.sentence") + " " if self.study.simulated else ""

    @property
    def simulated_short(self) -> str:
        """The same in two words."""
        return self.language.text("simulated") + ". " if self.study.simulated else ""

    def year_relation(self) -> str:
        """The latest day against last year's, inside a sentence; nothing where it cannot be compared."""
        yoy = self.yoy
        if yoy is None:
            return ""
        middle = "leap." if yoy.leap_day else ""
        return self.language.text(
            f"year.{middle}{side(yoy.difference, self.decimals)}",
            size=self.language.size(yoy.difference, self.decimals),
            other=yoy.other_year,
            partner=self.language.date_long(yoy.partner),
        )

    def year_mean(self, message: str) -> str:
        """The last fortnight against the same days of last year, with its tally; nothing where too few are known."""
        yoy = self.yoy
        if yoy is None or isinstance(yoy.mean_14d, Unknown):
            return ""
        way = {1: "warmer", 0: "level", -1: "cooler"}[direction(yoy.mean_14d, self.decimals)]
        return self.language.text(
            f"{message}.{way}{'' if yoy.named_year is None else '.other'}",
            Subject=capitalised(self.subject),
            size=self.language.size(yoy.mean_14d, self.decimals),
            other=yoy.other_year,
            tally=self.tally(yoy.days_above_last_14, yoy.days_below_last_14, yoy.days_level_last_14),
            preliminary=self.waiting,
            now=self.language.text("falling.now") if self._year_open(yoy.mean_14d) else "",
        )

    def _year_open(self, mean: float) -> bool:
        """Whether revisions of preliminary days could still turn a fortnight's difference from last year."""
        noise = self.findings.direction.noise
        return self.findings.preliminary_from is not None and isinstance(noise, float) and not beyond(mean, noise)

    @property
    def year_way(self) -> int:
        """1, 0 or -1: the last fortnight beside last year's, or the latest day where too few of its days are known."""
        if self.yoy is None:
            return 0
        mean = self.yoy.difference if isinstance(self.yoy.mean_14d, Unknown) else self.yoy.mean_14d
        return direction(mean, self.decimals)

    @property
    def year_contrary(self) -> str:
        """The year's tally, where it points the other way than the fortnight; else nothing."""
        yoy = self.yoy
        if yoy is None or self.year_way * (yoy.days_warmer - yoy.days_cooler) >= 0:
            return ""
        return self.language.text("year.contrary", tally=self.tally(yoy.days_warmer, yoy.days_cooler, yoy.days_level))

    def tally(self, warmer: int, cooler: int, level: int) -> str:
        """Days by side, those that there are: ``11 days cooler, 2 warmer and 1 level``."""
        days = {"warmer": warmer, "cooler": cooler, "level": level}
        first, *others = sorted((name for name in days if days[name]), key=days.__getitem__, reverse=True)
        say = self.language.text
        return self.language.list([
            say(f"tally.first.{first}", days[first]), *(say(f"tally.{name}", days[name]) for name in others)
        ])  # fmt: skip

    @property
    def waiting(self) -> str:
        """That the last days are preliminary, in brackets, with a space before it; nothing where all are final."""
        return self.language.text("waiting") if self.findings.preliminary_from else ""

    def average_relation(self, form: str = "average") -> str:
        """The latest day against the average, inside a sentence; nothing where there is none."""
        anomaly = self.anomaly
        if anomaly is None:
            return ""
        return self.language.text(
            f"{form}.{side(anomaly.value, self.decimals)}",
            size=self.language.size(anomaly.value, self.decimals),
            baseline=self.baseline,
        )

    def relation(self) -> str:
        """Both relations, joined by "and" where they point the same way and by "yet" where they do not."""
        year, average = self.year_relation(), self.average_relation()
        if not (year and average) or self.yoy is None or self.anomaly is None:
            return year or average
        ways = direction(self.yoy.difference, self.decimals) * direction(self.anomaly.value, self.decimals)
        return self.language.text("both.contrast" if ways < 0 else "both.same", year=year, average=average)

    def averaged(self) -> str:
        """The lead sentence: value, date and both differences."""
        relation = self.relation()
        return self.language.text(
            "averaged.two" if relation else "averaged.none",
            Subject=capitalised(self.subject),
            value=self.value,
            date=self.date,
            relation=relation,
        )

    def ranked(self) -> str:
        """Place for the date, and how much it will bear, or what it would need; nothing where it has none."""
        if self.study.partial:
            product = PRODUCTS.get(self.study.series.key.product)
            facts = {"first": self.language.date_long(self.findings.first_date), "baseline": self.baseline}
            return self.language.text("rank.partial", provider=product.provider if product else "", **facts)
        if self.rank is None:
            return ""
        text = standing("rank", self.rank, self.language, day=self.day_month, first=self.first_ranked)
        if not (absent := self.unranked):
            return text
        years = self.language.list(year_spans(absent))
        return f"{text} {self.language.text('rank.without', day=self.day_month, years=years)}"

    def claimed(self, form: str, found: Record, **values: Any) -> tuple[str, ...]:
        """A title of a record about the whole subject, and the same about its short name."""
        product = PRODUCTS.get(self.study.series.key.product)
        values |= {"first": self.first, "product": product.title if product else ""}
        return tuple(
            standing(form, found, self.language, Subject=capitalised(subject), Short=capitalised(self.short), **values)
            for subject in (self.subject, self.short)
        )

    def year_end(self) -> tuple[str, ...]:
        """Where the year's mean is heading, with its range, and the rank it may take; nothing where it is not known."""
        end, language = self.findings.year_end, self.language
        if not isinstance(end, YearEnd):
            return ()
        mean, low, high, to_date = (language.temperature(x, FINE) for x in (end.mean, end.low, end.high, end.to_date))
        facts = {"year": end.year, "day": self.day_month, "todate": to_date, "mean": mean, "low": low, "high": high}
        chances = [*end.chance_of_rank.values()]
        chances.append(1 - sum(chances))
        place = chances.index(max(chances)) + 1
        record = Fraction(round(chances[0] * end.years), end.years)
        message = "first" if place == 1 else "lower" if place == len(chances) else "rank"
        certain = ".none" if record == 0 else ".all" if record == 1 else ""
        rank = language.text(
            f"year_end.{message}{certain}",
            record.numerator,
            of=end.years if certain else record.denominator,
            ordinal=language.ordinal(place),
        )
        return language.text("year_end", **facts), rank

    def outlook(self) -> str:
        """The chance of being below last year's line on the day of the next issue, and what is expected of it then."""
        days = self.findings.outlook if isinstance(self.findings.outlook, tuple) else ()
        day = next((one for one in days if one.next_issue and not math.isnan(one.chance_below_last_year)), None)
        if day is None:
            return ""
        language, chance = self.language, day.chance_below_last_year
        near = min(CHANCES, key=lambda one: abs(one - Fraction(chance)))
        return language.text(
            "outlook.low" if chance < SMALL else "outlook.high" if chance > 1 - SMALL else "outlook.some",
            near.numerator,
            day=language.date_day(day.date),
            of=near.denominator,
            baseline=self.baseline,
            difference=language.difference(day.anomaly, self.decimals),
            low=language.signed(day.low, self.decimals),
            high=language.signed(day.high, self.decimals),
        )

    def month(self) -> str:
        """The last whole month: its anomaly, the change from a year before, its place; nothing if not known."""
        found, rank, language = self.findings.month, self.findings.ranks.month, self.language
        if not isinstance(found, Month) or not isinstance(rank, Rank):
            return ""
        facts = {"Month": capitalised(language.month(found.first)), "average": self._of_average(found.anomaly)}
        message = "month.alone"
        if isinstance(found.year_over_year, float):
            message = f"month.{side(found.year_over_year, 2)}"
            facts["size"] = language.size(found.year_over_year, 2)
            facts["other"] = language.month(same_day(found.first, found.first.year - 1))
        first = self._first_with(found.first)
        place = standing("rank", rank, language, day=language.month(found.first, year=False), first=first)
        return f"{language.text(message, **facts)} {place}"

    def _of_average(self, anomaly: float) -> str:
        """A month's difference from average, inside a sentence."""
        size = self.language.size(anomaly, 2)
        return self.language.text(f"of.average.{side(anomaly, 2)}", size=size, baseline=self.baseline)

    def preliminary(self) -> str:
        """How many of the last days are preliminary, as a sentence; nothing where all are final."""
        first = self.findings.preliminary_from
        if first is None:
            return ""
        days = (self.day - first).days + 1

        return self.language.text(
            "preliminary",
            days,
            numeral=self.language.text(f"numeral.{days}") if days <= NUMERALS else self.language.count(days),
        )

    def gaps(self) -> str:
        """Years that the series lacks, and days of this year, as a sentence; nothing where there are none."""
        absent = year_spans(self.findings.absent_years)
        days = [run for run in self.findings.missing if run.days >= NAMED_GAP]
        sentences = []
        if absent:
            sentences.append(self.language.text("gap.years", years=self.language.list(absent)))
        if days:
            spans = [self.language.date_range(run.first, run.last) for run in days]
            sentences.append(self.language.text("gap.days", days=self.language.list(spans)))
        return " ".join(sentences)

    def uncovered(self) -> str:
        """That the baseline asked for is not covered, as a sentence; nothing where it is."""
        if self.study.requested == self.study.baseline:
            return ""
        return (
            self.language.text(
                "note.baseline.none" if self.study.baseline is None else "note.baseline",
                requested=self.study.requested.label,
                baseline=self.baseline,
            )
            + "."
        )

    def titles(self, message: str, **values: Any) -> tuple[str, ...]:
        """A title about the whole subject, and the same about its short name."""
        return tuple(
            self.language.text(
                message,
                Subject=capitalised(subject),
                Short=capitalised(self.short),
                subject=subject,
                short=self.short,
                **values,
            )
            for subject in (self.subject, self.short)
        )

    def subtitles(self, message: str, **values: Any) -> tuple[str, ...]:
        """A subtitle that begins with the whole subject and its bounds, with its short name, then without bounds."""
        short = _headed(self.short) if self.air else self.language.text("subtitle.sea", name=self.where)
        return tuple(
            self.language.text(message, **{**values, "name": name})
            for name in (self.bounded(self.topic), self.bounded(short), _headed(self.short))
        )

    def brief(self) -> str:
        """Both differences in a few words: ``0.3 °C below 2025 and 0.6 °C above average``."""
        parts = []
        if self.yoy is not None:
            gap = self.yoy.difference
            values = {"size": self.language.size(gap, self.decimals), "other": self.yoy.other_year}
            parts.append(self.language.text(f"brief.year.{side(gap, self.decimals)}", **values))
        if self.anomaly is not None:
            parts.append(self.average_relation("brief.average"))
        if len(parts) == 2:
            return self.language.text("brief.two", one=parts[0], two=parts[1])
        return parts[0] if parts else self.briefest()

    def briefest(self) -> str:
        """The difference from average alone, or the value: never last year's alone."""
        return self.average_relation("brief.average") or self.language.text("brief.value", value=self.value)

    def alts_short(self, message: str) -> tuple[str, ...]:
        """Short alternative texts: subject, day, both differences; then ever less."""
        return tuple(
            self.language.text(message, subject=subject, day=day, relation=relation)
            for subject, day, relation in (
                (self.subject, self.date, self.brief()),
                (self.short, self.date, self.brief()),
                (self.short, self.day_month, self.brief()),
                (self.short, self.date, self.briefest()),
                (self.short, self.day_month, self.briefest()),
            )
        )


def preliminary(each: Sequence[Phrases]) -> str:
    """How many of the last days are preliminary, of each series by its name where they differ."""
    if len({phrases.preliminary() for phrases in each}) == 1:
        return each[0].preliminary()
    say = each[0].language.text
    variables = [VARIABLES[v.study.series.key.variable].option for v in each]
    alike = len(set(variables)) < len(each)
    parts = [
        say("preliminary.part", (v.day - first).days + 1, short=v.half if alike else say(f"both.{name}"))
        for v, name in zip(each, variables, strict=True)
        if v.preliminary() and (first := v.findings.preliminary_from) is not None
    ]
    return say("preliminary.each", parts=each[0].language.list(parts))


def sources(each: Sequence[Phrases]) -> str:
    """Whose data these are, a sentence for each hand that they come from."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in each:
        product = PRODUCTS.get(one.study.series.key.product)
        hands = "simulated" if one.study.simulated else origin(one.study.series)
        kind = "" if hands == "reanalyzer" else f"{hands}."
        title = product.title if product else plain(one.study.series.key.product)
        provider = product.provider if product else plain(one.study.series.source.data_source)
        found.setdefault(f"source.{kind}sentence", []).append((title, provider))
    language = each[0].language
    return " ".join(language.text(message, **products(parts, language)) for message, parts in found.items())


def products(parts: Sequence[tuple[str, str]], language: Language) -> dict[str, str]:
    """Products with their providers, the last provider apart: ``ERA5 (C3S/ECMWF) and OISST v2.1``, ``NOAA``."""
    *others, (title, provider) = dict.fromkeys(parts)
    named = [f"{name} ({of})" for name, of in others]
    return {"product": language.list([*named, title]), "provider": provider}

"""
The title of an issue: news of the last fortnight that the last issues did not bring.

`KINDS` stand in the order of their news value. Each says its wordings, fullest first, or nothing where it is not true
of the fortnight beyond the noise; the first that was not the title of one of the last four issues is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.reporter import means
from climtrack.reporter.sentences import SIDES, Phrases, side
from climtrack.vocabulary.calendar import LEAP_DAY, dayofyear_of, same_day
from climtrack.vocabulary.findings import FLOOR, Claim, Peak, Record, Study, Unknown, YearOverYear, beyond
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.vocabulary.series import Floats
from climtrack.words.language import Language, direction
from climtrack.words.standing import SUPERLATIVES, days_of, seen_from

FORTNIGHT, FEWEST = 14, 10
#: So many days a crossing of last year's line must have held, and so long it is news.
HELD, NEWS = 7, 7 + FORTNIGHT
#: "The most since" is news after so many days.
HALF_A_YEAR = 182
#: From so many days on a run, or the year so far, is worth a title.
MONTH = 30
#: Years that a place among them needs.
RANKED = 20
#: Characters of a title in each language, and where it is measured.
LIMITS: Mapping[str, int] = {"en": 90, "es": 99}

#: A difference that there never is, in degC: where the noise is not known no difference is said to be one.
UNHEARD_OF = 1000.0

#: Kinds that rank the fortnight among all years, so that none may be absent.
WHOLE = frozenset({"highest", "largest", "date", "since", "rank"})

Wordings = tuple[str, ...]
Flags = npt.NDArray[np.bool_]


def titles(phrases: Phrases) -> Wordings:
    """The title of this issue: about the whole subject, then shorter."""
    return _fitting(phrases, kind(phrases.study))


def kind(study: Study) -> str:
    """What the title of this issue is about: the first true kind not remembered, else the one told longest ago."""
    fresh = next((name for name in KINDS if name not in study.told and _pair(study, name) is not None), None)
    return fresh or max(_true(study, study.told), key=study.told[::-1].index, default="value")


def beside(phrases: Phrases, kinds: Sequence[str]) -> Wordings:
    """The title of another picture of this issue: the first true one of some kinds, else the issue's own."""
    own = kind(phrases.study)
    return _fitting(phrases, next((name for name in _true(phrases.study, kinds) if name != own), own))


def _true(study: Study, kinds: Sequence[str]) -> list[str]:
    """Kinds that say something true of the fortnight, no longer than a title may be in any language."""
    return [name for name in kinds if name in SAYS and _pair(study, name) is not None]


def _pair(study: Study, name: str) -> int | None:
    """Where the fullest facts of a kind stand that fit in every language; None where none do."""
    if name in WHOLE and (study.findings.absent_years or study.partial):
        return None
    every = {code: SAYS[name](Phrases(study, Language(code))) for code in LIMITS}
    for i in range(0, len(every["en"]), 2):  # about the whole subject, and about the place alone
        if all(
            min(map(len, every[code][i : i + 2])) <= limit - len(Phrases(study, Language(code)).late)
            for code, limit in LIMITS.items()
        ):
            return i
    return None


def _fitting(phrases: Phrases, name: str) -> Wordings:
    """Wordings of a kind that are no longer than a title may be, with the facts that every language is told."""
    if name == "value" or (i := _pair(phrases.study, name)) is None:
        return phrases.titles("title.value", value=phrases.value, day=phrases.day_month)
    limit = LIMITS[phrases.language.code[:2]] - len(phrases.late)
    return tuple(text for text in SAYS[name](phrases)[i : i + 2] if len(text) <= limit)


def _say(phrases: Phrases, message: str, early: Flags | None = None, **facts: Any) -> Wordings:
    """A title about the whole subject and about the place alone; preliminary where the days that it rests on are."""
    product = PRODUCTS.get(phrases.study.series.key.product)
    facts = {"first": phrases.first, "product": product.title if product else "", **facts}
    found = phrases.titles(f"news.{message}", **facts)
    if early is None or not early.size or not early.all():
        return found
    return tuple(phrases.language.text("news.preliminary", title=title) for title in found)


def early_days(study: Study, days: int = FORTNIGHT) -> Flags:
    """Which of the last days that have a value are preliminary."""
    return study.series.preliminary[-days:][~np.isnan(study.series.values[-days:])]


def _date(study: Study, place: int) -> dt.date:
    """Day at a place of the series, counted as a list is."""
    return study.series.end + dt.timedelta(days=place + 1)


def _extreme(phrases: Phrases, form: str, record: object, daily: Floats, claims: Collection[Claim]) -> Wordings:
    """A record in which the fortnight's highest day has a part, in the words of its claim."""
    language, last = phrases.language, daily[-FORTNIGHT:]
    if not isinstance(record, Record) or np.isnan(last).all():
        return ()
    at = int(np.nanargmax(last)) - last.size
    found = seen_from(record, _date(phrases.study, at), float(last[at]))
    if found is None or found.claim not in claims:
        return ()
    value = language.temperature(found.value, 2)
    on = language.text("title.on", max(len(found.days), 1), days=days_of(found, language, year=False))
    return tuple(title for on in (on, "") for title in phrases.claimed(form, found, value=value, on=on))


def _highest(phrases: Phrases) -> Wordings:
    """The warmest day of the series, or one level with it."""
    record, values = phrases.findings.records.warmest_day, phrases.study.series.values
    return _extreme(phrases, "title.warmest", record, values, set(Claim) - {Claim.WITHIN_NOISE})


def _largest(phrases: Phrases) -> Wordings:
    """The largest difference from average of the series, or one level with it."""
    record, values = phrases.findings.records.largest_anomaly, means.daily(phrases.study)
    return _extreme(phrases, "title.largest", record, values, set(Claim) - {Claim.WITHIN_NOISE})


def _records(phrases: Phrases) -> Wordings:
    """Days that beat that date in every earlier year, beyond the noise; 29 February is left out."""
    study, early = phrases.study, early_days(phrases.study)
    days = [day for place in range(-FORTNIGHT, 0) if study.series.value(day := _date(study, place)) is not None]
    noise = phrases.findings.revision_noise.typical
    won = np.array([
        dayofyear_of(day) != LEAP_DAY and _margin(study, day) >= (max(noise, FLOOR) if soon else FLOOR)
        for day, soon in zip(days, early, strict=True)
    ], dtype=bool)  # fmt: skip
    count = int(won.sum())
    message = "date.all" if count == len(days) else "date"
    return _say(phrases, message, early[won], n=count, days=len(days)) if count > 1 else ()


def _margin(study: Study, day: dt.date) -> float:
    """How far a day lies above that date in every earlier year."""
    row = day.year - int(study.table.years[0])
    column = study.table.values[: row + 1, dayofyear_of(day) - 1]
    return float(column[-1] - np.nanmax(column[:-1])) if not np.isnan(column[:-1]).all() else np.nan


def _crossing(phrases: Phrases) -> Wordings:
    """A crossing of last year's line that has held, while it is news."""
    yoy = phrases.yoy
    return _crossed(phrases) if yoy is not None and yoy.last_crossing is not None and yoy.run_length < NEWS else ()


def _crossed(phrases: Phrases) -> Wordings:
    """Days on one side of last year's line, where they are enough and their mean is beyond the noise."""
    yoy = phrases.yoy
    if yoy is None or yoy.run_length < HELD:
        return ()
    way = beyond(_run_mean(phrases.study, yoy), _noise(phrases))
    if not way or way != direction(yoy.difference, phrases.decimals):
        return ()
    early = early_days(phrases.study, yoy.run_length)
    days, other = phrases.language.count(yoy.run_length), phrases.other(yoy.run_length)
    beside = (_also(phrases, yoy, way, "crossing"), "")  # the caption says it where the title has no room
    return tuple(
        wording
        for also in beside
        for wording in _say(phrases, f"crossing.{SIDES[way]}", early, n=days, other=other, also=also)
    )


def _run_mean(study: Study, yoy: YearOverYear) -> float:
    """Mean difference of the days since the crossing."""
    days = [_date(study, place) for place in range(-yoy.run_length, 0)]
    pairs = [
        (study.series.value(day), study.series.value(same_day(day, day.year + yoy.other_year - yoy.date.year)))
        for day in days
    ]
    return float(np.mean([ours - theirs for ours, theirs in pairs if ours is not None and theirs is not None]))


def _since(phrases: Phrases) -> Wordings:
    """The fortnight's difference from average, the largest or smallest for half a year or more."""
    found, noise = means.fortnights(phrases.study), _noise(phrases)
    mean = float(found[-1]) if found.size else np.nan
    if np.isnan(mean) or not beyond(mean, noise):
        return ()
    earlier = found[:-FORTNIGHT]
    for way in (1, -1):
        alike = np.flatnonzero(way * earlier >= way * mean - noise)
        ago = found.size - 1 - int(alike[-1]) if alike.size else phrases.study.series.values.size
        if ago < HALF_A_YEAR:
            continue
        then = phrases.day - dt.timedelta(days=ago)
        named = (phrases.language.month(then), str(then.year)) if alike.size else (str(phrases.first),)
        most = "most" if (way > 0) is (mean > 0) else "least"
        message, size = f"since.{_way(mean)}.{most}", phrases.language.size(mean, phrases.decimals)
        early = early_days(phrases.study)
        return tuple(text for when in named for text in _say(phrases, message, early, size=size, when=when))
    return ()


def _change(phrases: Phrases) -> Wordings:
    """The change from the fortnight before, beyond the noise."""
    found = phrases.findings.direction
    if not isinstance(found.change_14d, float) or not isinstance(found.mean_14d, float):
        return ()
    way = beyond(found.change_14d, _noise(phrases))
    size, mean = phrases.language.size(found.change_14d, 2), phrases.language.difference(found.mean_14d, 2)
    early = early_days(phrases.study)
    return _say(phrases, f"change.{SIDES[way]}", early, size=size, mean=mean) if way else ()


def _rank(phrases: Phrases) -> Wordings:
    """The fortnight's place among the same days of all years, where the nearest year is not level with it."""
    study, language = phrases.study, phrases.language
    columns = [dayofyear_of(_date(study, place)) - 1 for place in range(-FORTNIGHT, 0)]
    if columns != sorted(columns):  # through New Year, where the days of one year are not side by side
        return ()
    every = study.table.values[:, columns]
    whole = (~np.isnan(every)).sum(axis=1) >= FORTNIGHT - 1
    if not whole[-1] or whole.sum() < RANKED:
        return ()
    found = np.nanmean(every[whole], axis=1)
    gaps = found[:-1] - found[-1]
    early = early_days(study)
    if np.abs(gaps).min() < max(FLOOR, phrases.findings.revision_noise.typical * bool(early.any())):
        return ()
    warm, cool = 1 + int((gaps > 0).sum()), 1 + int((gaps < 0).sum())
    place, way = (warm, "warm") if warm <= SUPERLATIVES else (cool, "cool")
    if place > SUPERLATIVES:
        return ()
    days = language.date_range(_date(study, -FORTNIGHT), phrases.day)
    ordinal = language.ordinal(place)
    return _say(phrases, f"rank.{way}{'.first' * (place == 1)}", early, ordinal=ordinal, days=days)


def _year(phrases: Phrases) -> Wordings:
    """The fortnight beside last year's."""
    yoy = phrases.yoy
    if yoy is None or isinstance(yoy.mean_14d, Unknown) or isinstance(phrases.findings.direction.noise, Unknown):
        return ()
    way = beyond(yoy.mean_14d, _noise(phrases))
    early = early_days(phrases.study)
    size = phrases.language.size(yoy.mean_14d, phrases.decimals) if way else phrases.language.size(_noise(phrases), 2)
    also = _also(phrases, yoy, way, "year")
    facts = {"size": size, "other": phrases.other()}
    beside = (also, "")[: 1 + bool(way)]  # a difference is news without the average, which the picture shows besides
    return tuple(text for one in beside for text in _say(phrases, f"year.{SIDES[way]}", early, also=one, **facts))


def _also(phrases: Phrases, yoy: YearOverYear, way: int, form: str) -> str:
    """What stands beside last year: the year's count where it points the other way, else the average."""
    language, mean = phrases.language, phrases.findings.direction.mean_14d
    if form == "crossing" and phrases.anomaly is not None:  # which lasts to this day
        mean = phrases.anomaly.value
    days = yoy.days_warmer if way < 0 else yoy.days_cooler
    if way and 2 * days > yoy.days_compared:
        return language.text(f"news.also.{SIDES[-way]}", n=days, compared=yoy.days_compared)
    if isinstance(mean, Unknown):
        return ""
    average = language.text(f"news.average.{side(mean, phrases.decimals)}", size=language.size(mean, phrases.decimals))
    return language.text(f"news.also.{form}.{'yet' if way * mean < 0 else 'and'}", average=average)


def _average(phrases: Phrases) -> Wordings:
    """The fortnight beside the average."""
    mean = phrases.findings.direction.mean_14d
    if isinstance(mean, Unknown) or isinstance(phrases.findings.direction.noise, Unknown):
        return ()
    way = beyond(mean, _noise(phrases))
    size = phrases.language.size(mean, phrases.decimals) if way else phrases.language.size(_noise(phrases), 2)
    early = early_days(phrases.study)
    return _say(phrases, f"level.{SIDES[way]}", early, size=size)


def _peak(phrases: Phrases) -> Wordings:
    """The mean of 12 months: the highest of the series, or down from it."""
    peak, language = phrases.findings.direction.peak_12m, phrases.language
    if not isinstance(peak, Peak) or peak.now <= 0:
        return ()
    now = language.size(peak.now, 2)
    if peak.date == phrases.day:
        return _say(phrases, "peak.now", size=now)
    fall = peak.anomaly - peak.now
    if not beyond(fall, _noise(phrases)):
        return ()
    return _say(phrases, "peak", size=now, fall=language.size(fall, 2), when=language.month(peak.date))


def _so_far(phrases: Phrases) -> Wordings:
    """The year so far."""
    mean, findings = phrases.findings.anomaly_year_to_date, phrases.findings
    if isinstance(mean, Unknown) or findings.days_known < MONTH or not beyond(mean, _noise(phrases)):
        return ()
    size = phrases.language.size(mean, 2)
    return _say(phrases, f"so_far.{_way(mean)}", size=size, year=phrases.day.year, day=phrases.day_month)


def _run(phrases: Phrases) -> Wordings:
    """Days in a row above average."""
    run = phrases.findings.streaks.above_average
    if run is None or run.days < MONTH or phrases.study.series.value(run.first - dt.timedelta(days=1)) is None:
        return ()  # or one that may have begun in a gap
    return _say(phrases, "run", n=phrases.language.count(run.days), when=phrases.language.month(run.first))


def _noise(phrases: Phrases) -> float:
    """From which size on a fortnight's difference is said to be one."""
    noise = phrases.findings.direction.noise
    return noise if isinstance(noise, float) else UNHEARD_OF


def _way(value: float) -> str:
    return "above" if value > 0 else "below"


#: In the order of their news value.
KINDS: Mapping[str, Callable[[Phrases], Wordings]] = {
    "highest": _highest,
    "largest": _largest,
    "date": _records,
    "crossing": _crossing,
    "since": _since,
    "change": _change,
    "rank": _rank,
    "year": _year,
    "peak": _peak,
    "average": _average,
    "so_far": _so_far,
    "run": _run,
}
#: And what other pictures may say besides.
SAYS = {**KINDS, "run beside": _crossed}

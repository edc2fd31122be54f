"""The author's three questions, answered: coming down? below last year's line? how far above the average?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from climtrack.reporter.sentences import FINE, Phrases, side
from climtrack.vocabulary.findings import Answer, Study, Unknown, YearOverYear, beyond
from climtrack.words.language import Language, capitalised, direction, rounded

#: From this difference on the site's own figure stands beside ours.
SITE_DIFFERS = 0.05
#: A step that comes more seldom than once in so many fortnights is only called rarer than that.
RARE = 100
_WAYS = {1: "rises", 0: "level", -1: "falls"}


def answers(study: Study, language: Language) -> tuple[str, ...]:
    """The three answers of the newsletter, each a question and its answer."""
    phrases = Phrases(study, language)
    three = (
        (language.text("falling.question"), falling(phrases)),
        (_below_question(phrases), below(phrases)),
        (language.text("above.question"), above(phrases)),
    )
    return tuple(f"{phrases.simulated if i == 0 else ''}{ask} {tell}" for i, (ask, tell) in enumerate(three))


def brief(studies: Sequence[Study], language: Language, *, paired: bool = True) -> tuple[str, ...]:
    """The three answers of one sentence each, of air and sea together; a sea that is not paired has a fourth."""
    each = [Phrases(study, language) for study in studies]
    paired = paired and len(each) > 1 and len({one.baseline for one in each}) == 1
    if paired and all(one.anomaly and _moved(one) and _beside(one, "post.year") for one in each):
        found = _brief_pair(*each)
    else:
        found = *_brief(each[0]), *map(_aside, each[1:])
    return f"{each[0].simulated}{found[0]}", *found[1:]


def _brief(phrases: Phrases) -> tuple[str, ...]:
    """Of one series."""
    say, found, values = phrases.language.text, phrases.findings.direction, _moved(phrases)
    names = {"subject": phrases.subject, "Subject": capitalised(phrases.subject)}
    if values is None:
        first = say("post.falling.unknown", why=phrases.language.what(cast("Unknown", found.answer)), **names)
    else:
        now = "" if found.settled is True else say("falling.now")
        first = say(f"post.falling.{found.answer}", now=now, **names, **values)
    second = _beside(phrases, "post.below")
    if not second:
        second = phrases.alone if phrases.yoy is None else latest_day(phrases, phrases.yoy)
    if phrases.anomaly is None:
        return first, second, above(phrases)
    relation = phrases.average_relation("post.average")
    facts = {"date": phrases.date, "relation": relation, "value": phrases.value, "preliminary": phrases.waiting}
    return first, second, say("post.above", **facts)


def _aside(phrases: Phrases) -> str:
    """Of the latest day of a series that is not what a post is about."""
    if phrases.anomaly is None:
        return f"{phrases.titles('title.value', value=phrases.value, day=phrases.day_month)[-1]}{phrases.waiting}."
    relation = phrases.average_relation("post.average") + phrases.waiting
    return phrases.language.text("post.aside", date=phrases.day_month, other=phrases.short, relation=relation)


def _brief_pair(air: Phrases, sea: Phrases) -> tuple[str, ...]:
    """Of air and sea, against the average that they share."""
    say = air.language.text
    moved = [say(f"post.moved.{one.findings.direction.answer}", **(_moved(one) or {})) for one in (air, sea)]
    names = {"other": sea.short, "baseline": air.baseline}
    date = "" if air.day == sea.day else say("post.pair.date", date=sea.day_month)
    return (
        say("post.pair.falling", first=moved[0], second=moved[1], **names),
        say("post.pair.below", first=_beside(air, "post.year"), second=_beside(sea, "post.year.too"), **names),
        say("post.pair.above", date=air.day_month, date2=date, first=air.average_relation("post.average") + air.waiting,
            second=sea.average_relation("post.too") + sea.waiting, **names),
    )  # fmt: skip


def _beside(phrases: Phrases, message: str) -> str:
    """The last fortnight beside last year's; nothing where it is not known."""
    yoy = phrases.yoy
    if yoy is None or isinstance(yoy.mean_14d, Unknown):
        return ""
    way = {1: "warmer", 0: "level", -1: "cooler"}[direction(yoy.mean_14d, phrases.decimals)]
    line = "post.line" if yoy.named_year is None else "post.line.other"
    return phrases.language.text(
        f"{message}.{way}",
        size=phrases.language.size(yoy.mean_14d, phrases.decimals),
        line=phrases.language.text(line, other=yoy.other_year),
        preliminary=phrases.waiting,
    )


def falling(phrases: Phrases) -> str:
    """Whether it comes down: the line itself, its difference from average, and the way from the highest 12 months."""
    return " ".join(filter(None, (_line(phrases), _change(phrases), _peak(phrases))))


def _line(phrases: Phrases) -> str:
    """What the temperature did from one fortnight to the next, and whether the season usually does so."""
    language, found = phrases.language, phrases.findings.direction
    if isinstance(found.line_14d, Unknown) or isinstance(found.noise, Unknown):
        return ""
    way = _WAYS[beyond(found.line_14d, found.noise)]
    season = "" if isinstance(found.season_14d, Unknown) else f".{_WAYS[beyond(found.season_14d, found.noise)]}"
    return language.text(
        f"falling.line.{way}{season}", size=language.size(found.line_14d, FINE), when=phrases.time_of_month
    )


def _moved(phrases: Phrases) -> dict[str, Any] | None:
    """The figures of the fortnight's answer; None where it cannot be given."""
    language, found = phrases.language, phrases.findings.direction
    if (
        isinstance(found.answer, Unknown) or isinstance(found.mean_14d, Unknown)
        or isinstance(found.change_14d, Unknown) or isinstance(found.noise, Unknown)
    ):  # fmt: skip
        return None
    return {
        "baseline": phrases.baseline,
        "mean": language.difference(found.mean_14d, FINE),
        "size": language.size(found.change_14d, FINE),
        "noise": language.size(found.noise, FINE),
        "preliminary": phrases.waiting,
    }


def _change(phrases: Phrases) -> str:
    """Yes, no or level, of the difference from average, and how usual a step of that size is."""
    found, say, values = phrases.findings.direction, phrases.language.text, _moved(phrases)
    if values is None:
        return say("falling.unknown", why=phrases.language.what(cast("Unknown", found.answer)))
    now = "" if found.settled is True else say("falling.now")
    share, often = found.share_of_steps_as_large, ""
    if isinstance(share, float) and found.answer is not Answer.LEVEL:
        n = round(1 / share) if share else 0
        message = "often" if 0 < n <= RARE else "rare" if n else "never"
        often = "" if n == 1 else say(f"falling.{message}.{found.answer}", n=n, first=phrases.first)
    return say(f"falling.{found.answer}", now=now, often=often, **values)


def fortnight(phrases: Phrases) -> str:
    """The fortnight's answer as a sentence of a caption; nothing where it cannot be given."""
    values = _moved(phrases)
    return "" if values is None else phrases.language.text(f"fortnight.{phrases.findings.direction.answer}", **values)


def _peak(phrases: Phrases) -> str:
    """How far the 12-month mean has come down from its peak."""
    language, peak = phrases.language, phrases.findings.direction.peak_12m
    if isinstance(peak, Unknown):
        return ""
    now, highest = (language.difference(value, FINE) for value in (peak.now, peak.anomaly))
    message = "falling.peak"
    if now == highest:
        message = "falling.peak.now" if peak.date == phrases.day else "falling.peak.level"
    date = language.date_long(peak.date)
    return language.text(message, now=now, baseline=phrases.baseline, peak=highest, date=date)


def _below_question(phrases: Phrases) -> str:
    """The second question, with the year's name where it is not last year."""
    yoy = phrases.yoy
    if yoy is None or yoy.other_year == phrases.day.year - 1:
        return phrases.language.text("below.question")
    return phrases.language.text("below.question.other", other=yoy.other_year)


def below(phrases: Phrases) -> str:
    """Whether it is below last year's line: the fortnight, the latest day, the year, and still above average."""
    language, yoy = phrases.language, phrases.yoy
    if yoy is None:
        return phrases.alone
    sentences = (phrases.year_mean("below.mean"), latest_day(phrases, yoy), phrases.year_contrary)
    still, cooler = "", min(phrases.year_way, direction(yoy.difference, phrases.decimals)) < 0
    if cooler and phrases.anomaly and side(phrases.anomaly.value, phrases.decimals) == "above":
        still = language.text("below.still.above", relation=phrases.average_relation("of.average"))
    return " ".join(filter(None, (*sentences, still)))


def latest_day(phrases: Phrases, yoy: YearOverYear) -> str:
    """The latest day beside last year's, and since when it has been on that side."""
    language, way = phrases.language, direction(yoy.difference, phrases.decimals)
    told = language.text("below.day", day=phrases.day_month, relation=phrases.year_relation())
    if yoy.run_length < 2 or not way:
        return f"{told}."
    if phrases.old_run:
        first = language.date_long(phrases.day - dt.timedelta(days=yoy.run_length - 1))
        older = f"below.older.{'warmer' if way > 0 else 'cooler'}"
        return f"{told}. {language.text(older, days=language.count(yoy.run_length), since=first)}"
    if yoy.last_crossing is not None:
        return told + language.text("below.since", yoy.run_length, since=language.date_day(yoy.last_crossing))
    return told + language.text("below.run", yoy.run_length)


def above(phrases: Phrases) -> str:
    """How far above the average, the site's own figure where it differs, and the place for the date."""
    language, anomaly = phrases.language, phrases.anomaly
    if anomaly is None:
        reason = language.text("above.uncovered", requested=phrases.study.requested.label)
        return " ".join(filter(None, (language.text("above.unknown", reason=reason), phrases.ranked())))
    sentences = [
        language.text(
            "above.answer",
            date=phrases.date,
            subject=phrases.subject,
            value=phrases.value,
            relation=phrases.average_relation("of.average"),
        )
    ]
    site = anomaly.site_value
    if site is not None and abs(site - anomaly.value) >= SITE_DIFFERS:
        alike = rounded(site, phrases.decimals) == rounded(anomaly.value, phrases.decimals)
        shown = language.difference(site, FINE if alike else phrases.decimals)
        sentences.append(language.text("above.site", difference=shown))
    return " ".join(filter(None, (*sentences, phrases.uncovered(), phrases.ranked(), phrases.preliminary())))

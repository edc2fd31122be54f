"""The author's three questions, answered: coming down? below last year's line? how far above the average?"""

from __future__ import annotations

import datetime as dt

from climtrack.reporter.sentences import Phrases, side
from climtrack.vocabulary.findings import Slope, Study, Verdict
from climtrack.words.language import Language, direction, rounded

#: From this difference on the site's own figure stands beside ours.
SITE_DIFFERS = 0.05
FINE = 2


def answers(study: Study, language: Language) -> tuple[str, ...]:
    """The three answers of the newsletter, each a question and its answer."""
    phrases = Phrases(study, language)
    three = (
        (language.text("falling.question"), falling(phrases)),
        (_below_question(phrases), below(phrases)),
        (language.text("above.question"), above(phrases)),
    )
    return tuple(f"{phrases.simulated if i == 0 else ''}{ask} {tell}" for i, (ask, tell) in enumerate(three))


def falling(phrases: Phrases) -> str:
    """Whether the line comes down: said of the anomaly only, with its interval, and the season named apart."""
    language, found = phrases.language, phrases.findings.direction
    verdict, slope = found.verdict, found.anomaly_slope_14d
    if not isinstance(verdict, Verdict) or not isinstance(slope, Slope):
        return language.text("falling.unknown")
    change, low, high = (rate * slope.days for rate in (slope.per_day, slope.low, slope.high))
    first = language.text(
        "falling.blurred" if slope.blurred and verdict is Verdict.STEADY else f"falling.{verdict.value}",
        days=slope.days,
        size=language.size(change, FINE),
        difference=language.difference(change, FINE),
        low=language.difference(low, FINE),
        high=language.difference(high, FINE),
    )
    raw = found.slope_14d
    if not isinstance(raw, Slope):
        return first
    total = raw.per_day * raw.days
    way = direction(total, FINE)
    if way == 0:
        return f"{first} {language.text('falling.raw.level')}"
    raw_way = language.text("falling.raw.rose" if way > 0 else "falling.raw.fell", size=language.size(total, FINE))
    if not isinstance(found.seasonal_14d, float):
        return f"{first} {language.text('falling.raw.only', raw=raw_way)}"
    share = found.seasonal_14d * raw.days / total
    message = "falling.season.against" if share < 0 else "falling.season.more" if share > 1 else "falling.share"
    return f"{first} {language.text(message, raw=raw_way, share=language.percent(100 * share))}"


def _below_question(phrases: Phrases) -> str:
    """The second question, with the year's name where it is not last year."""
    yoy = phrases.yoy
    if yoy is None or yoy.other_year == phrases.day.year - 1:
        return phrases.language.text("below.question")
    return phrases.language.text("below.question.other", other=yoy.other_year)


def below(phrases: Phrases) -> str:
    """Whether it is below last year's line, since when, on how many days, and still above average."""
    language, yoy = phrases.language, phrases.yoy
    if yoy is None:
        return phrases.alone
    way = direction(yoy.difference, phrases.decimals)
    lead = language.text(
        {-1: "below.yes", 0: "below.level", 1: "below.no"}[way], day=phrases.day_month, relation=phrases.year_relation()
    )
    if yoy.run_length > 1 and way:
        if phrases.old_run:
            first = language.date_long(phrases.day - dt.timedelta(days=yoy.run_length - 1))
            older = f"below.older.{'warmer' if way > 0 else 'cooler'}"
            lead += f". {language.text(older, days=language.count(yoy.run_length), since=first)}"
        elif yoy.last_crossing is not None:
            lead += language.text("below.since", yoy.run_length, since=language.date_day(yoy.last_crossing))
        else:
            lead += language.text("below.run", yoy.run_length)
    else:
        lead += "."
    below_days, compared = yoy.days_below_last_14, yoy.days_compared_last_14
    if below_days in {0, compared}:
        tally = language.text("below.tally.all" if below_days else "below.tally.none", compared=compared)
    else:
        tally = language.text("below.tally", below_days, compared=compared)
    if compared < 2 or (way and yoy.run_length >= compared):
        tally = ""  # a run that covers these days has said it
    if phrases.anomaly is None:
        return f"{lead} {tally}".rstrip()
    still = way < 0 and side(phrases.anomaly.value, phrases.decimals) == "above"
    place = language.text("below.still.above" if still else "below.is", relation=phrases.average_relation("of.average"))
    return " ".join(filter(None, (lead, tally, place)))


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

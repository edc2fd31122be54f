"""both: the air and the sea of a region, are they below last year's lines and how far from the average?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import figure_size, figures
from climtrack.reporter.chart import Chart, Draft, Table
from climtrack.reporter.curves import draw_rows, shown_days
from climtrack.reporter.fonts import Line
from climtrack.reporter.layout import dotted_note, missing_notes, page
from climtrack.reporter.months import NOISE, MonthPhrases
from climtrack.reporter.months import phrases as phrases_of
from climtrack.reporter.sentences import SIDES, Phrases, side
from climtrack.reporter.titles import early_days
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import AnyStudy, MonthStudy, Study, beyond
from climtrack.vocabulary.registry import VARIABLES
from climtrack.words.language import capitalised

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas

FORTNIGHT = means.FORTNIGHT
#: Last days of the two series farther apart than this are each named in the title.
APART = FORTNIGHT


def _noise(study: AnyStudy) -> float:
    found = NOISE if isinstance(study, MonthStudy) else study.findings.direction.noise
    return found if isinstance(found, float) else np.inf


def _option(study: AnyStudy) -> str:
    return VARIABLES[study.series.key.variable].option


def _sea(one: Phrases, two: Phrases, form: str) -> str:
    """What the sea is called: by its own name where that is not the air's region or all the globe."""
    own = two.study.region.name == one.study.region.name or two.study.region.width == 360
    return two.language.text(f"both.sea.{form}{'' if own else '.named'}", name=two.place.name, the=two.place.the)


def _year(phrases: Phrases) -> str:
    """The fortnight beside last year, as a clause."""
    mean = means.year_mean(phrases.study)
    if mean is None:
        return phrases.language.text("brief.value", value=phrases.value)
    way = beyond(mean, _noise(phrases.study))
    size = phrases.language.size(mean if way else _noise(phrases.study), phrases.decimals)
    return phrases.language.text(f"both.year.{SIDES[way]}", size=size, other=phrases.other())


def _average(phrases: Phrases, form: str) -> str:
    """The fortnight beside the average, as a clause."""
    mean, language = means.average_mean(phrases.study), phrases.language
    if mean is None:
        return language.text("brief.value", value=phrases.value)
    size = language.size(mean, phrases.decimals)
    return language.text(f"{form}.{side(mean, phrases.decimals)}", size=size, baseline=phrases.baseline)


def _titles(one: Phrases, two: Phrases) -> tuple[str, str]:
    """Both beside last year, with the average and without it."""
    say, pair = one.language.text, (one, two)
    names = {"air": say("both.air"), "sea": _sea(one, two, "title")}
    values: dict[str, Any] = {"Air": capitalised(names["air"]), **names, "year": _year(one), "year2": _year(two)}
    parts = [say("both.air"), say("both.sst")]
    if isinstance(two, MonthPhrases):
        values["month"] = two.language.month(two.found.month, year=False)
        if one.late:
            return (say("both.title.months.apart", **values, day=one.language.date_short(one.day)),) * 2
        averages = [means.average_mean(phrases.study) for phrases in pair]
        also = _also(pair, averages, [0, 0])
        return say("both.title.months", **values, also=also), say("both.title.months", **values, also="")
    flags = [early_days(phrases.study) for phrases in pair]
    soon = [part for part, early in zip(parts, flags, strict=True) if early.size and early.all()]
    waiting = say("both.preliminary" if len(soon) < 2 else "both.preliminary.two", what=soon[0]) if soon else ""
    if abs((one.day - two.day).days) >= APART:
        dates = {"day": one.language.date_short(one.day), "day2": one.language.date_short(two.day)}
        return (say("both.title.apart", **values, **dates),) * 2
    years, ways = [means.year_mean(phrases.study) for phrases in pair], [0, 0]
    message = "both.title.mixed"
    if years[0] is not None and years[1] is not None:
        ways = [
            beyond(mean, _noise(phrases.study)) for phrases, mean in zip(pair, years, strict=True) if mean is not None
        ]
        if ways[0] == ways[1]:
            message = f"both.title.{SIDES[ways[0]]}"
            sizes = [mean if ways[0] else _noise(phrases.study) for phrases, mean in zip(pair, years, strict=True)]
            values |= _sizes(pair, sizes) | {"other": one.other()}
    also = _also(pair, [means.average_mean(phrases.study) for phrases in pair], ways)
    return say(message, **values, also=also) + waiting, say(message, **values, also="") + waiting


def _also(pair: Sequence[Phrases], averages: Sequence[float | None], ways: Sequence[int]) -> str:
    """Both beside the average, where both are on one side of it."""
    say = pair[0].language.text
    sides = {side(mean, phrases.decimals) for phrases, mean in zip(pair, averages, strict=True) if mean is not None}
    if None in averages or len(sides) > 1 or sides == {"level"}:
        return ""
    (where,) = sides
    contrast = set(ways) == {-1 if where == "above" else 1}
    return say(f"both.also.{'yet' if contrast else 'and'}.{where}", **_sizes(pair, averages))


def _sizes(pair: Sequence[Phrases], values: Sequence[float | None]) -> dict[str, str]:
    """Two sizes, the unit behind the second."""
    one, two = (abs(value) if value is not None else np.nan for value in values)
    language = pair[0].language
    return {"one": language.number(one, pair[0].decimals), "two": language.size(two, pair[1].decimals)}


def tell(each: Sequence[Phrases]) -> Draft:
    one, two = each
    say, keys = one.language.text, [phrases.study.series.key for phrases in each]
    if keys[0].variable == keys[1].variable:
        raise RenderError("draw.both.variable")
    if one.study.baseline is None or one.study.baseline != two.study.baseline:
        raise RenderError("draw.hemispheres.baseline", north=keys[0].label, south=keys[1].label)
    full, brief = _titles(one, two)
    monthly = two if isinstance(two, MonthPhrases) else None
    kind = ".months" if monthly else ".dates" if one.day != two.day else ""
    common = {
        "name": one.place.name, "sea": _sea(one, two, "inside"), "baseline": one.baseline, "date": one.date,
        "day": one.day_month, "date2": "" if monthly else two.date, "month": monthly.month_name if monthly else "",
    }  # fmt: skip
    of_months = ".months" if monthly else ""
    averages = {"relation": _average(one, "of.average"), "relation2": _average(two, "news.average")}
    shown = {
        name: say("brief.two", one=_year(phrases), two=averages[name])
        for name, phrases in zip(averages, each, strict=True)
    }
    return Draft(
        each,
        titles=(full,),
        titles_brief=(brief,),
        subtitles=(say(f"subtitle.both{kind}", **common), say(f"subtitle.both.short{kind}", **common)),
        lead=say(f"both.lead{kind}", **shown, **common),
        lead_brief=say(f"both.lead.brief{of_months}", **shown, **common),
        extras=(monthly.nearest() if monthly else "", one.uncovered(), one.gaps(), "" if monthly else two.gaps()),
        alts_short=(
            say(f"alt.short.both{of_months}", **averages, **common), say("alt.short.both.plain", **common),
        ),
        alts=(say(f"alt.both{of_months}", **shown, **common), say(f"alt.both{of_months}", **averages, **common)),
        more=(
            one.year_mean("yoy.mean"), monthly.published() if monthly else two.year_mean("yoy.mean"), one.ranked(),
            "" if monthly else two.ranked(),
        ),
    )  # fmt: skip


def table(studies: Sequence[AnyStudy]) -> Table:
    """Difference from average of the daily series on the days of the time axis, and on the same days a year before."""
    dates = shown_days(max(study.series.end for study in studies))
    daily = [study for study in studies if isinstance(study, Study)]  # months stand in a table of their own
    names = list(map(_option, daily))
    columns = ["date", *(f"{name}_anomaly{kind}" for name in names for kind in ("", "_year_before"))]
    cells = [means.on_days(study, dates, years=years) for study in daily for years in (0, 1)]
    return columns, list(zip(np.datetime_as_string(dates).tolist(), *(row.tolist() for row in cells), strict=True))


def draw(canvas: Canvas, studies: Sequence[AnyStudy], words: Words) -> None:
    """Draw the differences of air and sea under one another, the last fortnight on a wash; months as steps."""
    language, months = canvas.language, any(isinstance(study, MonthStudy) for study in studies)
    notes = [language.text("note.fortnight.months" if months else "note.fortnight"), language.text("note.shaded")]
    notes.append(language.text("note.same.scale"))
    daily = [study for study in studies if isinstance(study, Study)]
    notes += dict.fromkeys(note for study in daily for note in dotted_note(study, language))
    notes += dict.fromkeys(note for study in daily for note in missing_notes(study, language))
    room = page(canvas, words, studies[0], notes, *studies[1:])
    heads = []
    for study in studies:
        voice, size = phrases_of(study, language), figure_size(canvas)
        short = voice.place.name if study.region.width < 360 else language.text(f"both.{_option(study)}")
        texts = (voice.heading.replace(voice.place.name, voice.where), voice.heading, capitalised(short))
        names = [Line(text, "semibold", size, canvas.theme.ink) for text in texts]
        name, other = "", voice.other()
        if isinstance(voice, MonthPhrases):  # the month once, before its figures
            month = voice.found.month
            name, other = f"{language.month_short[month.month - 1]} {month.year}", month.year - 1
        heads.append([names, *figures(canvas, study, means.year_mean(study), means.average_mean(study), other, name)])
    draw_rows(canvas, studies, room, heads, days=FORTNIGHT)


CHART = Chart("both", 5, tell, draw, table, series=(2, 2), needs="both")

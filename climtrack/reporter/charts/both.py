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
from climtrack.reporter.sentences import Phrases, side
from climtrack.reporter.titles import early_days
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study, YearOverYear, beyond
from climtrack.words.language import capitalised

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas

FORTNIGHT = means.FORTNIGHT
#: Last days of the two series farther apart than this are each named in the title.
APART = FORTNIGHT
_SIDES = {1: "above", 0: "level", -1: "below"}


def year_mean(study: Study) -> float | None:
    """The last fortnight beside the same days of last year; None where too few are known."""
    found = study.findings.year_over_year
    return found.mean_14d if isinstance(found, YearOverYear) and isinstance(found.mean_14d, float) else None


def average_mean(study: Study) -> float | None:
    """The last fortnight beside the average."""
    found = study.findings.direction.mean_14d
    return found if isinstance(found, float) else None


def _other(phrases: Phrases) -> int | str:
    """Last year as a name; in the first days of January two years are compared with."""
    if phrases.yoy is None or (phrases.day.month == 1 and phrases.day.day < FORTNIGHT):
        return phrases.language.text("news.year.before")
    return phrases.yoy.other_year


def _noise(study: Study) -> float:
    found = study.findings.direction.noise
    return found if isinstance(found, float) else np.inf


def _sea(one: Phrases, two: Phrases, form: str) -> str:
    """What the sea is called: by its own name where that is not the air's region or all the globe."""
    own = two.study.region.name == one.study.region.name or two.study.region.width == 360
    return two.language.text(f"both.sea.{form}{'' if own else '.named'}", name=two.place.name, the=two.place.the)


def _year(phrases: Phrases) -> str:
    """The fortnight beside last year, as a clause."""
    mean = year_mean(phrases.study)
    if mean is None:
        return phrases.language.text("brief.value", value=phrases.value)
    way = beyond(mean, _noise(phrases.study))
    size = phrases.language.size(mean if way else _noise(phrases.study), phrases.decimals)
    return phrases.language.text(f"both.year.{_SIDES[way]}", size=size, other=_other(phrases))


def _average(phrases: Phrases, form: str) -> str:
    """The fortnight beside the average, as a clause."""
    mean, language = average_mean(phrases.study), phrases.language
    if mean is None:
        return language.text("brief.value", value=phrases.value)
    size = language.size(mean, phrases.decimals)
    return language.text(f"{form}.{side(mean, phrases.decimals)}", size=size, baseline=phrases.baseline)


def _titles(one: Phrases, two: Phrases) -> tuple[str, str]:
    """Both beside last year, with the average and without it."""
    say, pair = one.language.text, (one, two)
    names = {"air": say("both.t2m"), "sea": _sea(one, two, "title")}
    values: dict[str, Any] = {"Air": capitalised(names["air"]), **names, "year": _year(one), "year2": _year(two)}
    parts = [say("both.t2m"), say("both.sst")]
    flags = [early_days(phrases.study) for phrases in pair]
    soon = [part for part, early in zip(parts, flags, strict=True) if early.size and early.all()]
    waiting = say("both.preliminary" if len(soon) < 2 else "both.preliminary.two", what=soon[0]) if soon else ""
    if abs((one.day - two.day).days) >= APART:
        dates = {"day": one.language.date_short(one.day), "day2": one.language.date_short(two.day)}
        return (say("both.title.apart", **values, **dates),) * 2
    years, ways = [year_mean(phrases.study) for phrases in pair], [0, 0]
    message = "both.title.mixed"
    if years[0] is not None and years[1] is not None:
        ways = [
            beyond(mean, _noise(phrases.study)) for phrases, mean in zip(pair, years, strict=True) if mean is not None
        ]
        if ways[0] == ways[1]:
            message = f"both.title.{_SIDES[ways[0]]}"
            sizes = [mean if ways[0] else _noise(phrases.study) for phrases, mean in zip(pair, years, strict=True)]
            values |= _sizes(pair, sizes) | {"other": _other(one)}
    averages = [average_mean(phrases.study) for phrases in pair]
    sides = {side(mean, phrases.decimals) for phrases, mean in zip(pair, averages, strict=True) if mean is not None}
    also = ""
    if None not in averages and len(sides) == 1 and (where := sides.pop()) != "level":
        contrast = set(ways) == {-1 if where == "above" else 1}
        average = say(f"both.average.{where}", **_sizes(pair, averages))
        also = say("both.also.yet" if contrast else "both.also.and", average=average)
    return say(message, **values, also=also) + waiting, say(message, **values, also="") + waiting


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
        raise RenderError("draw.hemispheres.baseline", north=keys[0], south=keys[1])
    full, brief = _titles(one, two)
    apart = ".dates" if one.day != two.day else ""
    common = {
        "name": one.place.name, "sea": _sea(one, two, "inside"), "baseline": one.baseline, "date": one.date,
        "day": one.day_month, "date2": two.date,
    }  # fmt: skip
    averages = {"relation": _average(one, "of.average"), "relation2": _average(two, "news.average")}
    shown = {
        name: say("brief.two", one=_year(phrases), two=averages[name])
        for name, phrases in zip(averages, each, strict=True)
    }
    return Draft(
        each,
        titles=(full,),
        titles_brief=(brief,),
        subtitles=(say(f"subtitle.both{apart}", **common), say(f"subtitle.both.short{apart}", **common)),
        lead=say(f"both.lead{apart}", **shown, **common),
        lead_brief=say("both.lead.brief", **shown, **common),
        extras=(one.uncovered(), one.gaps(), two.gaps()),
        alts_short=(say("alt.short.both", **averages, **common), say("alt.short.both.plain", **common)),
        alts=(say("alt.both", **shown, **common), say("alt.both", **averages, **common)),
        more=(one.year_mean("yoy.mean"), two.year_mean("yoy.mean"), one.ranked(), two.ranked()),
    )


def table(studies: Sequence[Study]) -> Table:
    """Difference from average of both on the days of the time axis, and on the same days a year before."""
    dates = shown_days(max(study.series.end for study in studies))
    columns = ["date", *(f"{name}_anomaly{kind}" for name in ("air", "sea") for kind in ("", "_year_before"))]
    cells = [means.on_days(study, dates, years=years) for study in studies for years in (0, 1)]
    return columns, list(zip(np.datetime_as_string(dates).tolist(), *(row.tolist() for row in cells), strict=True))


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw the differences of air and sea under one another, the last fortnight on a wash."""
    language = canvas.language
    notes = [language.text("note.fortnight"), language.text("note.shaded"), language.text("note.same.scale")]
    notes += dict.fromkeys(note for study in studies for note in dotted_note(study, language))
    notes += dict.fromkeys(note for study in studies for note in missing_notes(study, language))
    room = page(canvas, words, studies[0], notes, *studies[1:])
    heads = []
    for study in studies:
        phrases = Phrases(study, language)
        size = figure_size(canvas)
        names = [Line(text, "semibold", size, canvas.theme.ink) for text in (phrases.heading, phrases.place.name)]
        shown = figures(canvas, study, year_mean(study), average_mean(study), _other(phrases))
        heads.append([names, *shown])
    draw_rows(canvas, studies, room, heads, days=FORTNIGHT)


CHART = Chart("both", 5, tell, draw, table, series=(2, 2), needs="both")

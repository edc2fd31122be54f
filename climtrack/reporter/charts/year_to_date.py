"""year_to_date: where may this year end?"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import (
    RIGHT_GUTTER,
    KeyItem,
    Second,
    average_item,
    draw_ends,
    draw_key,
    key_extent,
    others_item,
    place_callout,
)
from climtrack.reporter.chart import Chart, Draft, Table
from climtrack.reporter.curves import (
    between_lines,
    draw_front,
    end_point,
    envelope,
    other_years,
    outside_extremes,
    trace,
)
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, outward, tick_step
from climtrack.reporter.layout import YEAR, difference_panel, dotted_note, draw_months, missing_notes, page
from climtrack.reporter.sentences import FINE, Phrases, side
from climtrack.reporter.theme import LAST_LINE, Theme
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import DAYS, dayofyear_of
from climtrack.vocabulary.findings import Claim, Rank, Study, YearEnd
from climtrack.vocabulary.series import YearTable
from climtrack.words.standing import SUPERLATIVES

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

#: A rank is a title from this chance on.
LIKELY = 0.5


def ending(study: Study) -> tuple[float, float, float] | None:
    """Anomaly expected of the whole year, and its range."""
    end, normal = study.findings.year_end, means.year_normal(study)
    return (end.mean - normal, end.low - normal, end.high - normal) if isinstance(end, YearEnd) else None


def record_year(study: Study) -> int | None:
    """The warmest whole year."""
    years = means.annual(study)
    return max(years, key=lambda year: years[year]) if years else None


def _titles(phrases: Phrases, to_date: float) -> tuple[str, ...]:
    """
    The first that holds.

    The year is whole: its rank, if it is safe, else its difference. Where it may end is known: its rank, if that is
    more likely than not, else its difference. Else the year so far.
    """
    language, findings, year = phrases.language, phrases.findings, phrases.day.year
    rank, end, expected = findings.ranks.year_to_date, findings.year_end, ending(phrases.study)
    if (phrases.day.month, phrases.day.day) == (12, 31):
        way, size = side(to_date, FINE), language.size(to_date, FINE)
        if isinstance(rank, Rank) and rank.claim is Claim.SAFE and rank.rank <= SUPERLATIVES and way == "above":
            ordinal, form = language.ordinal(rank.rank), "first" if rank.rank == 1 else "rank"
            return phrases.titles(f"title.ytd.was.{form}", year=year, size=size, ordinal=ordinal)
        return phrases.titles(f"title.ytd.whole.{way}", year=year, size=size)
    if expected is None or not isinstance(end, YearEnd):
        return phrases.titles(f"title.ytd.sofar.{side(to_date, FINE)}", year=year, size=language.size(to_date, FINE))
    way, size = side(expected[0], FINE), language.size(expected[0], FINE)
    place = max(end.chance_of_rank, key=lambda place: end.chance_of_rank[place])
    if end.chance_of_rank[place] >= LIKELY and way == "above":
        ordinal, form = language.ordinal(int(place)), "first" if place == "1" else "rank"
        return phrases.titles(f"title.ytd.{form}", year=year, size=size, ordinal=ordinal)
    return phrases.titles(f"title.ytd.heading.{way}", size=size)


def tell(each: Sequence[Phrases]) -> Draft:
    phrases = each[0]
    language, study, say = phrases.language, phrases.study, phrases.language.text
    if study.climatology is None:
        raise RenderError("draw.no_anomalies", series=study.series.key.label)
    running = means.to_date(study)
    to_date = end_point(study, running)[1]
    relation = say(f"of.average.{side(to_date, FINE)}", size=language.size(to_date, FINE), baseline=phrases.baseline)
    facts = {
        "name": phrases.topic, "baseline": phrases.baseline,
        "year": phrases.day.year, "date": phrases.date, "day": phrases.day_month, "subject": phrases.subject,
        "of": phrases.of, "relation": relation, "todate": language.difference(to_date, FINE),
    }  # fmt: skip
    expected, record = ending(study), record_year(study)
    alts = [say("alt.ytd", **facts)]
    brief = {**facts, "subject": phrases.short}
    shorts = [say("alt.short.ytd", **facts), say("alt.short.ytd", **brief), say("alt.short.ytd.brief", **brief)]
    extras = [phrases.uncovered(), phrases.gaps()]
    if expected is not None:
        mean, low, high = (language.difference(value, FINE) for value in expected)
        alts.insert(0, say("alt.ytd.range", low=low, high=high, **facts))
        extras.insert(0, say("ytd.range", mean=mean, low=low, high=high))
    more = [*phrases.year_end()[1:]]
    if record is not None and record != phrases.day.year:
        shown = language.difference(means.annual(study)[record], FINE)
        more.append(say("ytd.record", record=record, difference=shown, baseline=phrases.baseline))
    return Draft(
        each,
        titles=_titles(phrases, to_date),
        subtitles=phrases.subtitles("subtitle.ytd", **facts),
        lead=say("ytd.lead", **facts),
        extras=extras,
        alts_short=shorts,
        alts=[*alts, shorts[0]],
        more=more,
    )


def table(studies: Sequence[Study]) -> Table:
    """Mean anomaly of each year up to the latest date and as a whole; of this year, what is expected and its range."""
    (study,) = studies
    running, annual, expected = means.to_date(study), means.annual(study), ending(study)
    column, day = dayofyear_of(study.series.end) - 1, study.series.end
    rows: list[tuple[object, ...]] = []
    for year in running.years.tolist():
        known = running.row(year)[: column + 1]
        so_far = known[~np.isnan(known)][-1] if not np.isnan(known[-3:]).all() else np.nan
        whole = (annual.get(year, np.nan), np.nan, np.nan)
        rows.append((year, so_far, *(expected if year == study.year and expected else whole)))
    return ("year", f"anomaly_to_{day:%m-%d}", "anomaly_of_year", "low_9_in_10", "high_9_in_10"), rows


#: Means of fewer days than these are weather: they do not stretch the axis.
SETTLED = 20
#: Room for the bar of the range at the right edge, its width, and what its labels need beside it.
BAR_ROOM, BAR, LABELS = 14.0, 3.0, RIGHT_GUTTER + 46
RECORD_LINE = 1.2
#: Items that the key keeps.
FEWEST = 3
HEADROOM = {"wide": 0.1, "square": 0.25, "tall": 0.25, "card": 0.15}


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw the mean since 1 January of every year, and the range of the year's end at the right edge."""
    (study,) = studies
    if study.anomalies is None:
        raise RenderError("draw.no_anomalies", series=study.series.key.label)
    theme, form, language = canvas.theme, canvas.preset.form, canvas.language
    running, expected, record = means.to_date(study), ending(study), record_year(study)
    named = form in {"wide", "card"}
    room = page(canvas, words, study, [*dotted_note(study, language), *missing_notes(study, language)])
    low, high = limits(study, running)
    panel = difference_panel(
        canvas, room, YEAR, (low, high), by=tick_step(high - low), headroom=HEADROOM[form],
        right=canvas.size(LABELS) if named else BAR_ROOM,
    )  # fmt: skip
    others = other_years(study, running)
    panel.years([trace(running.row(year), leap=isleap(year)) for year in others])
    panel.average(np.array(YEAR), np.zeros(2))
    if record in others:
        panel.heavy(
            *trace(running.row(record), leap=isleap(record)), theme.secondary, RECORD_LINE, z=4, gid="record-year"
        )
    canvas.traces.append(draw_front(panel, study, running))
    draw_months(canvas, panel)
    at, value = end_point(study, running)
    area = panel.rect
    empty = outside_extremes(area, area.width, panel.ylim, *envelope(running))
    lines = [running.row(year) for year in (study.year, *_named(theme, study, running))]
    between = between_lines(area, area.width, panel.ylim, [*lines, np.zeros(DAYS)])
    if expected is not None:
        _draw_range(canvas, panel, (at, value), expected)
        for free in (empty, between):
            xs = np.array([panel.x(at), area.right])
            ys = [np.array([panel.y(value), panel.y(end)]) for end in (expected[2], expected[1])]
            free.occupy_between(xs, *ys)
    if named:
        for box in draw_ends(
            canvas, area.right + BAR_ROOM, _ends(canvas, panel, study, running), area.top, area.bottom
        ):
            empty.occupy(box.grown(2))
            between.occupy(box.grown(2))
    items = [] if named else _key(canvas, study, running, others)
    full, brief = (_callout(canvas, study, value, full=full) for full in (True, False))
    wordings = [full, brief, brief[:1]] if form == "card" else [full, brief]

    def tries() -> Iterator[tuple[Emptiness, Second | None]]:
        second = (lambda free: free.roomiest(*key_extent(canvas, items))) if items else None
        yield from ((empty, second), (between, second))
        while len(items) > FEWEST:
            items.pop()  # the grey years go first, then the average, which the subtitle names
            yield from ((empty, second), (between, second))
        yield between, None

    if place := place_callout(canvas, empty, wordings, (panel.x(at), panel.y(value)), tries()):
        draw_key(canvas, items, place)


def _named(theme: Theme, study: Study, running: YearTable) -> dict[int, tuple[str, str, float]]:
    """Last year and, where it is another one, the warmest year: ink of the text, ink and width of the line."""
    found = {study.year - 1: (theme.last_year_text, theme.last_year, LAST_LINE)}
    record = record_year(study)
    if record is not None and record != study.year:
        found.setdefault(record, (theme.secondary, theme.secondary, RECORD_LINE))
    return {year: inks for year, inks in found.items() if not np.isnan(running.row(year)).all()}


def limits(study: Study, running: YearTable) -> tuple[float, float]:
    """Limits of every mean of some weeks, and of all that has a name, rounded outward."""
    drawn = [running.values[:, SETTLED:].ravel(), running.row(study.year), running.row(study.year - 1), np.zeros(1)]
    both = np.concatenate([*drawn, np.array(ending(study) or (0.0,))])
    low, high = float(np.nanmin(both)), float(np.nanmax(both))
    return outward(low, high, tick_step(high - low) / 4)


def _draw_range(canvas: Canvas, panel: Panel, end: tuple[float, float], expected: tuple[float, float, float]) -> None:
    """Where the year may end: a bar at the right edge, and a wash from the latest point to it."""
    mean, low, high = expected
    ink, middle = canvas.theme.this_year, panel.rect.right + BAR_ROOM / 2
    panel.axes.fill_between(
        [end[0], DAYS], [end[1], low], [end[1], high], color=ink, alpha=0.12, lw=0, zorder=3.5, gid="range"
    )
    canvas.stroke([middle, middle], [panel.y(low), panel.y(high)], ink, BAR, z=6)
    canvas.stroke([middle - 4, middle + 4], [panel.y(mean), panel.y(mean)], ink, 2.0, z=6)


def _ends(canvas: Canvas, panel: Panel, study: Study, running: YearTable) -> list[tuple[float, list[Line]]]:
    """Names at the right edge: the range, last year, the warmest year, the average."""
    theme, language, card = canvas.theme, canvas.language, canvas.preset.form == "card"
    size = canvas.size(canvas.preset.type.label)
    record, expected, found = record_year(study), ending(study), []
    if expected is not None:
        low, high = (language.signed(value, FINE) for value in expected[1:])
        texts = [language.text("label.ytd.range", low=low, high=high), language.text("label.ytd.often")]
        lines = [Line(text, "regular", size, theme.ink) for text in texts]
        mean = Line(language.difference(expected[0], FINE), "bold", size, theme.ink)
        found.append((panel.y(expected[0]), lines if card else [mean, *lines]))
    for year, (ink, _, _) in _named(canvas.theme, study, running).items():
        value = float(running.row(year)[-1])
        if not np.isnan(value):
            lines = [Line(str(year), "bold", size, ink)]
            if year == record and not card:
                lines.append(Line(language.text("label.ytd.warmest"), "regular", size, ink))
            found.append((panel.y(value), lines))
    if study.climatology is not None:
        lines = [Line(study.climatology.baseline.label, "bold", size, theme.average)]
        if not card:
            lines.append(Line(language.text("label.average"), "regular", size, theme.average))
        found.append((panel.y(0.0), lines))
    return found


def _key(canvas: Canvas, study: Study, running: YearTable, others: tuple[int, ...]) -> list[KeyItem]:
    """The range, last year, the warmest year, average, the other years."""
    theme, language = canvas.theme, canvas.language
    size, expected, record = canvas.size(canvas.preset.type.label), ending(study), record_year(study)
    found = []
    if expected is not None:
        low, high = (language.signed(value, FINE) for value in expected[1:])
        text = language.text("label.ytd.range.often", low=low, high=high)
        found.append(KeyItem(Line(text, "semibold", size, theme.ink), theme.this_year, BAR))
    for year, (ink, colour, stroke) in _named(theme, study, running).items():
        text = language.text("label.ytd.warmest.of", year=year) if year == record else str(year)
        found.append(KeyItem(Line(text, "bold", size, ink), colour, stroke))
    if study.baseline is not None:
        found.append(average_item(canvas, study.baseline.label))
    return [*found, *([others_item(canvas, others, theme.newest, 0.8)] if others else [])]


def _callout(canvas: Canvas, study: Study, value: float, *, full: bool) -> list[Line]:
    """Year and its mean so far, with the date where there is room."""
    theme, kind, language = canvas.theme, canvas.preset.type, canvas.language
    text = language.difference(value, FINE)
    if full:
        text = language.text("callout.ytd", difference=text, day=language.date_short(study.findings.latest.date))
    return [
        Line(str(study.year), "bold", canvas.size(kind.callout), theme.ink),
        Line(text, "semibold", canvas.size(kind.label), theme.ink),
    ]


CHART = Chart("year_to_date", 55, tell, draw, table)

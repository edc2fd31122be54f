"""el_nino_overlay: this El Niño over the past ones, aligned on their onset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter.annotations import END_GAP, decimals_of, draw_ends, place_callout
from climtrack.reporter.chart import Chart, Draft, Table
from climtrack.reporter.curves import draw_this_year
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step
from climtrack.reporter.layout import MONTH_DROP, TICK, difference_panel, dotted_note, page
from climtrack.reporter.sentences import Phrases, plain
from climtrack.reporter.theme import mix
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Overlay, OverlayLine, Study
from climtrack.vocabulary.series import Floats
from climtrack.words.language import capitalised

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel
    from climtrack.vocabulary.findings import Overlay


def tell(each: Sequence[Phrases], *, overlay: Overlay | None = None) -> Draft:
    phrases, language, say = each[0], each[0].language, each[0].language.text
    overlay = _given(overlay)
    past = len(overlay.past)
    common = {
        "name": phrases.topic, "baseline": overlay.baseline.label, "date": phrases.date, "subject": phrases.subject,
        "of": phrases.of, "past": past,
    }  # fmt: skip
    titles: tuple[str, ...] = (say("nino.none", past),)
    lead = say("nino.lead.none", **common)
    alts = [say("alt.nino.none", **common)]
    current = overlay.current
    if current is not None and past and not np.isnan(current.values).all():
        at = int(np.flatnonzero(~np.isnan(current.values))[-1])
        now = float(current.values[at])
        others = np.array([line.values[at] for line in overlay.past])
        others = others[~np.isnan(others)]
        if others.size:
            shown = {
                "days": int(overlay.days[at]), "now": language.difference(now, phrases.decimals),
                "low": language.difference(float(others.min()), phrases.decimals),
                "high": language.difference(float(others.max()), phrases.decimals),
                "mean": language.difference(float(others.mean()), phrases.decimals), "label": plain(current.label),
            }  # fmt: skip
            common["past"] = int(others.size)
            count = int((others < now).sum())
            titles = tuple(
                say("nino.warmer", count, Subject=capitalised(name), past=others.size)
                for name in (phrases.subject, phrases.short)
            )
            lead = say("nino.lead", **shown, **common)
            alts = [say("alt.nino", **shown, **common), *alts]
    return Draft(
        phrases,
        titles=titles,
        subtitles=(say("subtitle.nino", **common),),
        lead=lead,
        extras=(say("nino.rule"), phrases.preliminary(), phrases.uncovered()),
        alts_short=(say("alt.short.nino", **common), say("alt.short.nino", **{**common, "subject": phrases.short})),
        alts=alts,
    )


MONTH = 365.25 / 12
HEADROOM = {"wide": 0.22, "square": 0.2, "tall": 0.2, "card": 0.5}
#: Past El Niños named at the right edge, the strongest first; more would be a list, not a picture.
NAMED = {"wide": 5, "square": 4, "tall": 4, "card": 3}


def _given(overlay: Overlay | None) -> Overlay:
    if overlay is None:
        raise RenderError("draw.el_nino.onsets")
    return overlay


def table(studies: Sequence[Study], *, overlay: Overlay | None = None) -> Table:
    """Anomaly of each El Niño by days since its onset."""
    del studies  # the overlay holds their anomalies
    overlay = _given(overlay)
    lines = [*overlay.past, *([overlay.current] if overlay.current is not None else [])]
    return ("days_since_onset", *(plain(line.label) for line in lines)), [
        (int(day), *(line.values[i] for line in lines)) for i, day in enumerate(overlay.days)
    ]


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, overlay: Overlay | None = None) -> None:
    """Draw the anomaly of one series around each El Niño."""
    (study,), overlay = studies, _given(overlay)
    if not overlay.past:
        raise RenderError("draw.el_nino.none", series=study.series.key.label)
    preset, theme, language, form = canvas.preset, canvas.theme, canvas.language, canvas.preset.form
    notes = list(dotted_note(study, language)) if overlay.current is not None else []
    room = page(canvas, words, study, notes)
    strongest = sorted(overlay.past, key=lambda line: -line.peak)[: NAMED[form]]
    size = canvas.size(preset.type.label)
    names = {line.label: Line(plain(line.label), "semibold", size, theme.secondary) for line in strongest}
    gutter = END_GAP + 6 + max(map(canvas.width, names.values()))
    lines = [*overlay.past, *([overlay.current] if overlay.current else [])]
    drawn = np.concatenate([line.values for line in lines])
    low, high = min(float(np.nanmin(drawn)), 0.0), max(float(np.nanmax(drawn)), 0.0)
    by = tick_step(high - low)
    xs = overlay.days.astype(np.float64)
    panel = difference_panel(
        canvas, room, (float(xs[0]), float(xs[-1]) + 1), outward(low, high, by / 4), by=by, headroom=HEADROOM[form],
        right=gutter,
    )  # fmt: skip
    area = panel.rect
    panel.average(np.array(panel.xlim), np.zeros(2))
    for line in overlay.past:
        strong = line.label in names
        colour, width = (mix(theme.newest, theme.secondary, 0.45), 1.2) if strong else (theme.newest, 0.5)
        panel.axes.plot(xs, line.values, color=colour, lw=width, zorder=2 + strong, gid=f"past-{line.label}")
    _months(canvas, panel)
    empty = Emptiness(Rect(area.left, area.top, room.right, area.bottom))
    table = np.array([line.values for line in lines])
    known = ~np.isnan(table)
    top, bottom = np.where(known, table, -np.inf).max(axis=0), np.where(known, table, np.inf).min(axis=0)
    some = known.any(axis=0)
    empty.occupy_between(
        panel.points(xs, xs)[:, 0],
        np.where(some, panel.points(xs, top)[:, 1], np.nan),
        np.where(some, panel.points(xs, bottom)[:, 1], np.nan),
    )
    zero = panel.y(0.0)
    empty.occupy(Rect(area.left, zero - 2, area.right, zero + 2))
    for box in _ends(canvas, panel, strongest, names):
        empty.occupy(box.grown(2))
    if overlay.current is not None:
        _current(canvas, study, panel, empty, overlay.current, xs)


def _months(canvas: Canvas, panel: Panel) -> None:
    """Time axis in months since the onset, which is named."""
    size, y, theme = canvas.size(canvas.preset.type.axis), panel.rect.bottom, canvas.theme
    canvas.stroke([panel.rect.left, panel.rect.right], [y, y], theme.axis, 0.9, z=3)
    taken: list[Rect] = []
    first, last = int(panel.xlim[0] / MONTH), int(panel.xlim[1] / MONTH)
    for month in (0, 6, 12, 18, *(m for m in range(first, last + 1) if m % 3 == 0)):
        if not first <= month <= last:
            continue
        x = panel.x(month * MONTH)
        canvas.stroke([x, x], [y, y + TICK], theme.axis, 0.8, z=3)
        text = canvas.language.text("picture.onset") if month == 0 else canvas.language.signed(month, 0)
        if month == 6:
            text = canvas.language.text("picture.months", months=text)
        line = Line(text, "semibold" if month == 0 else "regular", size, theme.secondary)
        width = canvas.width(line)
        spot = Rect(x - width / 2, y + 6, x + width / 2, y + canvas.size(MONTH_DROP) + 3)
        if spot.left < panel.rect.left - 12 or spot.right > canvas.preset.width - canvas.preset.margin:
            continue
        if not any(spot.grown(5, 0).touches(other) for other in taken):
            taken.append(canvas.text("month", x, y + canvas.size(MONTH_DROP), line, align="center"))


def _ends(canvas: Canvas, panel: Panel, strongest: Sequence[OverlayLine], names: dict[str, Line]) -> list[Rect]:
    """The strongest past El Niños, named where their lines leave the picture."""
    found = []
    for line in strongest:
        known = np.flatnonzero(~np.isnan(line.values))
        if known.size and known[-1] == line.values.size - 1:
            found.append((panel.y(float(line.values[known[-1]])), [names[line.label]]))
    return draw_ends(canvas, panel.rect.right, found, panel.rect.top, panel.rect.bottom)


def _current(canvas: Canvas, study: Study, panel: Panel, empty: Emptiness, current: OverlayLine, xs: Floats) -> None:
    """The El Niño under way, its last point called out."""
    theme, language, kind = canvas.theme, canvas.language, canvas.preset.type
    last = int(np.flatnonzero(~np.isnan(current.values))[-1])
    waiting = np.zeros(xs.size, dtype=bool)
    tail = study.series.preliminary[-xs.size :]
    begin = last + 1 - tail.size
    waiting[max(begin, 0) : last + 1] = tail[max(-begin, 0) :]
    draw_this_year(panel, xs, current.values, waiting)
    panel.dot(float(xs[last]), float(current.values[last]))
    canvas.traces.append(panel.points(xs, current.values))
    difference = language.difference(float(current.values[last]), decimals_of(study))
    day = language.date_short(study.findings.latest.date)
    size = canvas.size(kind.label)
    head = Line(plain(current.label), "bold", canvas.size(kind.callout), theme.ink)
    wordings = [
        [head, Line(language.text("callout.on", difference=difference, day=day), "semibold", size, theme.ink)],
        [head, Line(difference, "semibold", size, theme.ink)],
    ]
    point = (panel.x(float(xs[last])), panel.y(float(current.values[last])))
    place_callout(canvas, empty, wordings, point)


CHART = Chart("el_nino_overlay", 90, tell, draw, table, needs="nino", options=("overlay",))

"""animation: how did the years come to where they are? The year lines drawing themselves, as differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.reporter import means
from climtrack.reporter.chart import Chart, Draft
from climtrack.reporter.charts import anomaly
from climtrack.reporter.curves import day_places, shown_days
from climtrack.reporter.fonts import CAP, Line
from climtrack.reporter.geometry import Rect
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.theme import THIN_LINE, THIS_LINE, mix
from climtrack.reporter.titles import titles
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study

if TYPE_CHECKING:
    from matplotlib.artist import Artist

    from climtrack.reporter.canvas import Canvas


def tell(each: Sequence[Phrases]) -> Draft:
    draft, phrases = anomaly.tell(each), each[0]
    language = phrases.language
    common = {"years": phrases.years, "series": phrases.measured, "year": phrases.day.year, "day": phrases.day_month}
    shorts = phrases.alts_short("alt.short.animation")
    return Draft(
        each,
        titles=titles(phrases),
        subtitles=draft.subtitles,
        lead=f"{language.text('animation.lead', years=phrases.years)} {draft.lead}",
        extras=draft.extras,
        alts_short=shorts,
        alts=(
            *(language.text("alt.animation", relation=one, **common) for one in (phrases.brief(), phrases.briefest())),
            *shorts[3:],
        ),
        more=draft.more,
    )


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw the finished picture, with a thin line a year."""
    anomaly.draw(canvas, studies, words, lines=True)


#: Most frames between the finished pictures: with more years, each frame adds several.
FRAMES = 46
#: Years after which a line is as pale as the oldest.
FADED = 20


def frames(canvas: Canvas, studies: Sequence[Study]) -> Iterator[Sequence[Artist]]:
    """The lines until each year, the younger the darker, with its number where the callout of the finished one is."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    (study,), theme = studies, canvas.theme
    axes = next(axes for axes in canvas.figure.axes if axes.lines)
    callout = [(text, box.rect) for text, box in zip(canvas.texts, canvas.boxes, strict=True) if box.name == "callout"]
    hidden: list[Artist] = [
        *(line for line in axes.lines if line.get_gid() != "average"),
        *(lines for lines in axes.collections if lines.get_gid() == "years"),
        *(line for line in canvas.figure.artists if line.get_gid() == "leader"),
        *(text for text, _ in callout),
    ]
    for artist in hidden:
        artist.set_visible(False)
    wash: list[Artist] = [artist for artist in (*axes.collections, *axes.lines) if artist.get_visible()]
    # What stands above the lines: the key.
    above: list[Artist] = [artist for artist in canvas.figure.artists if artist.get_gid() == "key"]
    above += [text for text, box in zip(canvas.texts, canvas.boxes, strict=True) if box.name == "key"]
    for artist in (*wash, *above):
        artist.set_animated(True)

    dates, ago = shown_days(study.series.end), study.year - int(study.table.years[0])
    places = day_places(dates)
    rows = [np.column_stack([places, means.on_days(study, dates, years=years)]) for years in range(ago, 0, -1)]
    ends = dates[[0, -1]].astype(object)
    names = ["–".join(dict.fromkeys(str(day.year - years) for day in ends)) for years in range(ago, -1, -1)]
    older = LineCollection([], linewidths=THIN_LINE, animated=True)
    newest = Line2D([], [], color=theme.this_year, lw=THIS_LINE, solid_joinstyle="round", animated=True)
    axes.add_collection(older, autolim=False)
    axes.add_line(newest)
    line = Line(names[-1], "bold", canvas.size(canvas.preset.type.title[0]), theme.ink)
    room = callout[0][1] if callout else Rect(canvas.preset.width, 0, 0, canvas.preset.height / 2)
    left = min(room.left, canvas.preset.width - canvas.preset.margin - canvas.width(line))
    canvas.text("year", left, room.top + CAP * line.size, line)
    name = canvas.texts[-1]
    name.set_animated(True)
    inks = [mix(theme.secondary, theme.oldest, min(age / FADED, 1.0)) for age in range(ago)]
    step = max(-(-ago // FRAMES), 1)
    for last in range((ago - 1) % step, ago, step):
        older.set_segments(rows[:last])
        older.set_color(inks[last:0:-1])
        newest.set_data(*rows[last].T)
        name.set_text(names[last])
        yield older, *wash, newest, *above, name
    for artist in (older, newest, name):
        artist.remove()
    for artist in (*wash, *above):
        artist.set_animated(False)
    for artist in hidden:
        artist.set_visible(True)


CHART = Chart("animation", 100, tell, draw, presets=("motion",), frames=frames)

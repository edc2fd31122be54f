"""Finished pictures, and lines on axes of your own."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Literal

import numpy as np

from climtrack.api.data import from_array, require
from climtrack.api.findings import require_studies, study
from climtrack.vocabulary import calendar
from climtrack.vocabulary.series import year_table

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from climtrack.vocabulary.assets import Asset
    from climtrack.vocabulary.findings import Study


#: Names that an editor offers.
ChartName = Literal[
    "both", "year-lines", "anomaly", "year-over-year", "months", "hemispheres", "stripes", "year-to-date",
    "day-heatmap", "records", "since-last-issue", "animation",
]  # fmt: skip
PresetName = Literal["wide", "post", "email", "phone", "motion", "card", "panel", "strip", "grid"]


def chart(
    chart: ChartName = "year-lines",
    *studies: Study,
    preset: PresetName = "wide",
    theme: Literal["light", "dark"] = "light",
    language: Literal["en", "es", "es-MX"] = "en",
    fmt: Literal["png", "svg", "webp", "pdf", "gif", "mp4"] = "png",
) -> Asset:
    """
    A finished picture, as `climtrack report` draws it.

    Parameters
    ----------
    chart : str, default "year-lines"
        A chart of the catalogue: ``climtrack report --help`` lists them.
    *studies : Study
        From `climtrack.study`: one, or two for charts that compare; by default the air of the northern hemisphere.
    preset : str, default "wide"
        Size and composition: ``wide``, ``post``, ``email``, ``phone``, ``card``.
    theme : {"light", "dark"}, default "light"
        Colours.
    language : {"en", "es", "es-MX"}, default "en"
        Of the words in it.
    fmt : {"png", "svg", "webp", "pdf", "gif", "mp4"}, default "png"
        File format; ``gif`` and ``mp4`` only of the animation, which moves in ``webp`` too.

    Returns
    -------
    Asset
        ``data`` holds the file, ``words`` its title, caption and alt text; shown as a picture in a notebook.

    Raises
    ------
    RenderError
        If it cannot be drawn from these data.
    """
    from climtrack.reporter.render import render

    require(chart, str, "api.chart")
    require_studies(*studies)
    return render(
        chart.replace("-", "_"), studies or (study(),), preset=preset, theme=theme, language=language, fmt=fmt
    )


def plot(data: xr.DataArray, ax: Axes | None = None) -> Axes:
    """
    A line per year on your own axes: this year strongest, last year in orange, the rest in grey.

    Parameters
    ----------
    data : xarray.DataArray
        From `climtrack.open` or `climtrack.anomaly`, shape (time,).
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default new axes on a figure of their own, without pyplot.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, x in days since 1 January, for you to go on with.
    """
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from climtrack.reporter.theme import THEMES

    require(ax, Axes | None, "api.axes")

    ink = THEMES["light"]
    if ax is None:
        ax = Figure(figsize=(9, 5), layout="constrained").add_subplot()
    table = year_table(from_array(data))
    days, last = np.arange(calendar.DAYS), int(table.years[-1])
    styles = {last: (ink.this_year, 2.6, 4), last - 1: (ink.last_year, 1.7, 3)}
    for year, row in zip(table.years.tolist(), table.values, strict=True):
        color, width, order = styles.get(year, (ink.oldest, 0.6, 1))
        lived = np.delete(days, calendar.LEAP_DAY - 1) if calendar.date_of(year, calendar.LEAP_DAY) is None else days
        ax.plot(lived, row[lived], color=color, linewidth=width, zorder=order)
        if year in styles and (known := np.flatnonzero(~np.isnan(row))).size:
            end = (float(known[-1]), float(row[known[-1]]))
            ax.annotate(str(year), end, (5, 0), textcoords="offset points", color=color, va="center", weight="bold")
    ax.set_xticks([start - 1 for start in calendar.MONTH_STARTS], list("JFMAMJJASOND"), ha="left")
    ax.set_xlim(0, calendar.DAYS - 1)
    ax.set_ylabel("°C")
    title = ax.set_title(str(data.attrs.get("title", data.name or "")), loc="left")
    # matplotlib's own wrapping goes by the figure, not by the axes
    letter = 0.56 * float(title.get_fontsize()) / 72 * ax.figure.dpi
    title.set_text("\n".join(wrap(title.get_text(), max(int(ax.bbox.width / letter), 20))))
    return ax

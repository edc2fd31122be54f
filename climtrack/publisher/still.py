"""
A still of the interactive chart, as a few kilobytes of SVG: what a reader without scripts sees when no picture fits.

Same view, inks and words; all older years are one grey area from lowest to highest. Its colours come from the page's
style sheet, so that it follows the reader's theme.
"""

from __future__ import annotations

from html import escape

import numpy as np

from climtrack.publisher.texts import Texts
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, MONTH_STARTS
from climtrack.vocabulary.results import Climatology, Study
from climtrack.vocabulary.series import Floats

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 46, 74, 16, 28
#: Tenths of a pixel are drawn, as whole numbers: short, and the same on every machine.
FINE = 10


def still(study: Study, climatology: Climatology | None, alt: str, ui: Texts) -> str:
    """The chart as SVG."""
    table, year = study.table, study.year
    older = table.values[table.years < year]
    with np.errstate(all="ignore"):
        low, high = (_reduced(older, function) for function in (np.fmin, np.fmax))
    this, last = table.row(year), table.row(year - 1)
    mean = None if climatology is None else climatology.mean
    band = (
        ()
        if climatology is None
        else (climatology.mean - 2 * climatology.spread, climatology.mean + 2 * climatology.spread)
    )
    rows = [low, high, this, last, *band]
    scale = _Scale(min(float(np.nanmin(row)) for row in rows if not np.isnan(row).all()),
                   max(float(np.nanmax(row)) for row in rows if not np.isnan(row).all()))  # fmt: skip
    parts = [_axes(scale, ui), _area(scale, low, high, "older")]
    if band:
        parts.append(_area(scale, *band, "band"))
    if mean is not None:
        parts.append(_line(scale, mean, "mean"))
    parts += [_line(scale, last, "last"), _line(scale, this, "this"), _labels(scale, last, this, mean, year, ui)]
    size = f'viewBox="0 0 {WIDTH * FINE} {HEIGHT * FINE}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg class="still" {size} role="img" aria-label="{escape(alt)}">{"".join(parts)}</svg>'


def _reduced(values: Floats, function: np.ufunc) -> Floats:
    """Lowest or highest of each day over the years, NaN where there is none."""
    return np.asarray(function.reduce(values, axis=0)) if len(values) else np.full(DAYS, np.nan)


class _Scale:
    """Tenths of pixels of days and degrees."""

    def __init__(self, low: float, high: float) -> None:
        pad = max(high - low, 0.1) * 0.04
        self.low, self.high = low - pad, high + pad

    def x(self, day: int) -> int:
        """Of a day of year."""
        return round((LEFT + (day - 1) / (DAYS - 1) * (WIDTH - LEFT - RIGHT)) * FINE)

    def y(self, value: float) -> int:
        """Of a temperature."""
        return round((TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)) * FINE)


def _points(scale: _Scale, values: Floats) -> list[list[tuple[int, int]]]:
    """Runs of points; gaps end a run, but for the leap day of common years."""
    runs: list[list[tuple[int, int]]] = [[]]
    for day, value in enumerate(values.tolist(), 1):
        if value == value:
            runs[-1].append((scale.x(day), scale.y(value)))
        elif day != LEAP_DAY and runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(points: list[tuple[int, int]], start: str = "M") -> str:
    """Points as relative steps."""
    (x, y), text = points[0], ""
    for a, b in points[1:]:
        text += f"{a - x:d}{b - y:+d}" if not text else f" {a - x:d}{b - y:+d}"
        x, y = a, b
    return f"{start}{points[0][0]} {points[0][1]}" + (f"l{text}" if text else "")


def _line(scale: _Scale, values: Floats, kind: str) -> str:
    """A line, open at gaps."""
    drawn = "".join(_path(run) for run in _points(scale, values))
    return f'<path class="{kind}" d="{drawn}"/>' if drawn else ""


def _area(scale: _Scale, low: Floats, high: Floats, kind: str) -> str:
    """The area between two lines."""
    under = [point for run in _points(scale, low) for point in run]
    over = [point for run in _points(scale, high) for point in run]
    return f'<path class="{kind}" d="{_path(under)}{_path(over[::-1], "L")}z"/>' if under and over else ""


def _axes(scale: _Scale, ui: Texts) -> str:
    """Horizontal grid with its temperatures, months below."""
    step = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if (scale.high - scale.low) / s <= 7)
    lines = []
    value = np.ceil(scale.low / step) * step
    while value <= scale.high:
        y = scale.y(float(value))
        lines.append(f'<path class="grid" d="M0 {y}H{(WIDTH - RIGHT) * FINE}"/>')
        lines.append(f'<text x="0" y="{y - 40}">{ui.number(float(value), 1 if step < 1 else 0)} °C</text>')
        value += step
    foot = (HEIGHT - BOTTOM) * FINE
    lines.append(f'<path class="axis" d="M{LEFT * FINE} {foot}H{(WIDTH - RIGHT) * FINE}"/>')
    for month, (first, then) in enumerate(zip(MONTH_STARTS, (*MONTH_STARTS[1:], DAYS + 1), strict=True)):
        middle = (scale.x(first) + scale.x(then - 1)) // 2
        lines.append(f'<text class="month" x="{middle}" y="{foot + 190}">{escape(ui.months[month][:3])}</text>')
    return "".join(lines)


def _labels(scale: _Scale, last: Floats, this: Floats, mean: Floats | None, year: int, ui: Texts) -> str:
    """This year at its end; last year and the average at the right edge, kept apart."""
    end = int(np.flatnonzero(~np.isnan(this))[-1])
    x, y = scale.x(end + 1), scale.y(float(this[end]))
    out = [f'<circle class="this" cx="{x}" cy="{y}" r="40"/>']
    edge = (WIDTH - RIGHT + 6) * FINE
    rows = [(scale.y(float(row[-1])), kind, text) for row, kind, text in
            ((last, "last", str(year - 1)), (mean, "mean", ui["average"]))
            if row is not None and not np.isnan(row[-1])]  # fmt: skip
    rows.sort()
    if len(rows) == 2 and rows[1][0] - rows[0][0] < 160:
        middle = (rows[0][0] + rows[1][0]) // 2
        rows = [(middle - 80, *rows[0][1:]), (middle + 80, *rows[1][1:])]
    out += [f'<text class="{kind}" x="{edge}" y="{at + 40}">{escape(text)}</text>' for at, kind, text in rows]
    at_edge = x > edge - 600
    place = f'x="{x - 90}" y="{y - 100}" text-anchor="end"' if at_edge else f'x="{x + 90}" y="{y - 90}"'
    return "".join([*out, f'<text class="this" {place}>{year}</text>'])

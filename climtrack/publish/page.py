"""
The interactive page: one file that asks nothing of anybody.

Script, style, data and the static picture are inside it; a content security policy of hashes allows these and nothing
else. The script is our own (``web/``): a canvas over delta-coded data weighs a third of the smallest charting library
with the same data (the comparison is in ``docs/``), answers to a keyboard and a screen reader, and brings no licence.
Type comes from the reader's system, Source Sans 3 first: embedding it would cost 33 KB a page.
Every language is in the same file; a button, or ``?lang=es`` in the address, chooses.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from climtrack.publish import templates
from climtrack.publish.text import Texts, clean, clean_words, script_json, slug, source_lines, texts
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, MONTH_STARTS, dayofyear_of, same_day
from climtrack.vocabulary.findings import Climatology, Study
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Floats, Status

# The table under a chart: the last days in words.


TABLE_DAYS = 30


def table_rows(study: Study, climatology: Climatology | None, ui: Texts) -> list[list[str]]:
    """The last 30 days in words."""
    series = study.series
    rows = []
    for i in range(series.values.size - 1, max(series.values.size - 1 - TABLE_DAYS, -1), -1):
        date = series.start + np.timedelta64(i, "D").astype(object)
        value = float(series.values[i])
        before = series.value(same_day(date, date.year - 1))
        missing = value != value
        rows.append(
            [
                ui.day(date, short=True),
                ui["noData"] if missing else ui.number(value, 2),
                "–" if missing or before is None else ui.signed(value - before, 2),
                "–"
                if missing or climatology is None
                else ui.signed(value - float(climatology.mean[dayofyear_of(date) - 1]), 2),
                "–" if missing else ui["preliminary" if series.status[i] == Status.PRELIMINARY else "final"],
            ]
        )
    return rows


# Numbers as short text: what carries 86 years of days inside a page of 100 KB, read back by ``web/series.js``.


#: Printable ASCII that is safe inside JSON, HTML and a script; the first 42 digits end a number, the others go on.
DIGITS = "".join(c for c in map(chr, range(35, 127)) if c not in "&'<>\\`~")[:84]
HALF = 42
MISSING = "!"
#: Steps per degree that are tried, coarsest first: the feeds keep 2 (sea) or 3 (air) decimals.
SCALES = (100, 1_000, 10_000, 100_000)


def scale_of(values: Floats) -> int:
    """Steps per degree that hold a series exactly."""
    known = values[~np.isnan(values)]
    exact = (scale for scale in SCALES if np.allclose(known * scale, np.rint(known * scale), rtol=0, atol=1e-6))
    return next(exact, SCALES[-1])


def pack(values: Floats, scale: int) -> str:
    """Values as text: differences from day to day, folded to be positive, in base 42."""
    steps = np.rint(values * scale)
    out: list[str] = []
    last = 0
    for step in _whole(steps):
        if step is None:
            out.append(MISSING)
            continue
        folded = 2 * (step - last) if step >= last else 2 * (last - step) - 1
        last = step
        while folded >= HALF:
            folded, digit = divmod(folded, HALF)
            out.append(DIGITS[digit + HALF])
        out.append(DIGITS[folded])
    return "".join(out)


def _whole(steps: Floats) -> Iterable[int | None]:
    """Steps as Python integers, None for gaps."""
    return (None if step != step else int(step) for step in steps.tolist())


def runs(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Where flags are set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


# Parts of a page: its charts, what is said above them, what it tells machines, what surrounds it.


Sentences = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PageChart:
    """One interactive chart of a page."""

    study: Study
    words: Mapping[str, Words]  # Title, subtitle, caption and alt texts by language
    # Averages that the reader may choose from, by date (``harmonic``), the default first
    climatologies: tuple[Climatology, ...] = ()
    # Static pictures of the same, of which the widest that fits is shown where scripts do not run
    pictures: tuple[Asset, ...] = ()
    # Words that must stand beside the data, by language, the source first; our own plain ones where empty
    sources: Sentences = field(default_factory=lambda: MappingProxyType({}))
    # What is said of this series, and the age of its data, by language
    answers: Sentences = field(default_factory=lambda: MappingProxyType({}))
    # What is said of this series, and the age of its data, by language
    notices: Sentences = field(default_factory=lambda: MappingProxyType({}))

    def attribution(self, language: str) -> tuple[str, ...]:
        """Words that must stand beside the data."""
        return tuple(map(clean, self.sources.get(language, ()))) or tuple(source_lines([self.study], texts(language)))

    @property
    def id(self) -> str:
        """Region and variable: ``nh-air``."""
        return chart_id(self.study)


@dataclass(frozen=True, slots=True)
class Prose:
    """What a page says above its charts, in one language; what belongs to one series stands beside its chart."""

    title: str
    answers: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A ``<link>`` of a page's head; what is empty is left out."""

    rel: str
    href: str
    type: str = ""
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a page tells machines."""

    title: str = ""  # For the browser's tab and for search
    description: str = ""  # For the browser's tab and for search
    social: tuple[tuple[str, str], ...] = ()  # Open Graph and Twitter properties
    links: tuple[Link, ...] = ()  # Other languages, feeds, oEmbed


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the charts of a published page."""

    embedded: bool = False  # For an iframe: the chart alone
    brand: str = "climtrack"  # Name shown at the top
    home: str = ""  # Address behind it; none for a page that stands alone
    # The same page in other languages: name, address, language; buttons switch inside the page where empty
    others: tuple[tuple[str, str, str], ...] = ()
    gallery: tuple[str, ...] = ()  # Further pictures, as HTML made by `embed.figure`
    downloads: tuple[tuple[str, str], ...] = ()  # Files: words and address
    snippets: tuple[tuple[str, str], ...] = ()  # What to paste elsewhere: platform and text
    picture: str = ""  # Address of the static picture; empty where it goes into the page
    images: str = "data:"  # Sources that the content security policy allows for pictures
    social: tuple[tuple[str, str], ...] = ()  # Open Graph and Twitter properties
    links: tuple[Link, ...] = ()  # Other languages, feeds, oEmbed


def chart_id(study: Study) -> str:
    """Name of a chart in files and addresses."""
    return slug((study.region.name, VARIABLES[study.series.key.variable].option))


# A still of the interactive chart, as a few kilobytes of SVG: what a reader without scripts sees when no picture fits.
#
# Same view, inks and words; all older years are one grey area from lowest to highest. Its colours come from the page's
# style sheet, so that it follows the reader's theme.


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


_WEB = Path(__file__).parent / "web"
#: A page stays under this; what script and data leave is for the static pictures, else a still of a few kilobytes.
BUDGET = 250_000
#: Averages are sent at a millionth of a degree, so that no difference moves by more than 0.0000005.
CLIMATOLOGY_SCALE = 1_000_000
#: What surrounds the charts of a page that belongs to no site.
ALONE = Frame()


def report_html(
    charts: Sequence[PageChart],
    prose: Mapping[str, Prose],
    *,
    path: str = "report.html",
    frame: Frame = ALONE,
    overrides: Path | None = None,
) -> Asset:
    """The page of one or more series."""
    if not charts or not prose:
        raise ValueError("a page needs a chart and a language")
    languages = list(prose)
    ui = {code: texts(code) for code in languages}
    script, style = _script(), _style()
    blocks = [_block(chart, ui) for chart in charts]
    data = {"languages": languages, "words": {code: ui[code].script() for code in languages}, "charts": blocks}
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src {frame.images}; "
        "base-uri 'none'; form-action 'none'"
    )
    packed = sum(len(b["data"]) + sum(len(c["mean"]) + len(c["spread"]) for c in b["baselines"]) for b in blocks)
    budget = (BUDGET - len(script) - len(style) - packed - 8_000) // len(blocks) - 12_000 * len(languages)
    html = templates.fill(
        "page.html",
        overrides,
        languages=languages,
        ui={key: {code: ui[code][key] for code in languages} for key in ui[languages[0]].words},
        title={code: clean(text.title) for code, text in prose.items()},
        prose={code: _clean_prose(text) for code, text in prose.items()},
        head=Head(
            clean(prose[languages[0]].title), clean(charts[0].words[languages[0]].alt), frame.social, frame.links
        ),
        policy=policy,
        style=style,
        script=script,
        data=script_json(data),
        charts=[_shown(chart, ui, frame, budget) for chart in charts],
        footers={code: _footer(charts, code, ui[code]) for code in languages},
        simulated=any(chart.study.simulated for chart in charts),
        frame=frame,
        brand=clean(frame.brand, 60),
    )
    return Asset(path, "text/html; charset=utf-8", html.encode(), language=languages[0])


@cache
def _script() -> str:
    """The page's one script."""
    parts = ("series.js", "chart.js", "page.js")
    return '"use strict";\n' + "".join((_WEB / name).read_text("utf-8") for name in parts)


@cache
def _style() -> str:
    """The page's one style sheet."""
    return (_WEB / "page.css").read_text("utf-8")


def _hash(text: str) -> str:
    """Source expression of an inline element."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _clean_prose(prose: Prose) -> Prose:
    """The same without harmful characters."""
    return Prose(clean(prose.title), tuple(map(clean, prose.answers)), tuple(map(clean, prose.notices)))


def _block(chart: PageChart, ui: Mapping[str, Texts]) -> dict[str, Any]:
    """Data of one chart as the script reads them."""
    series = chart.study.series
    scale = scale_of(series.values)
    return {
        "id": chart.id,
        "start": series.start.isoformat(),
        "scale": scale,
        "data": pack(series.values, scale),
        "preliminary": runs(series.preliminary),
        "baselines": [
            {
                "label": c.baseline.label,
                "mean": pack(c.mean, CLIMATOLOGY_SCALE),
                "spread": pack(c.spread, CLIMATOLOGY_SCALE),
            }
            for c in chart.climatologies
        ],
        "titles": {
            code: {
                "title": clean(chart.words[code].title),
                "subtitle": clean(chart.words[code].subtitle),
                "source": _source(chart, code, ui[code]),
                "notice": _copernicus(chart, code),
            }
            for code in ui
        },
    }


def _shown(chart: PageChart, ui: Mapping[str, Texts], frame: Frame, budget: int) -> dict[str, Any]:
    """What the template says of one chart."""
    first = next(iter(ui))
    words = {code: clean_words(chart.words[code]) for code in ui}
    picture = _picture(chart.pictures, budget * 3 // 4)
    first_average = chart.climatologies[0] if chart.climatologies else None
    baseline = chart.climatologies[0].baseline.label if chart.climatologies else ""
    return {
        "id": chart.id,
        "title": {code: w.title for code, w in words.items()},
        "subtitle": {code: w.subtitle for code, w in words.items()},
        "alt": {code: w.alt for code, w in words.items()},
        "caption": {
            code: f"{_source(chart, code, ui[code])} {_copernicus(chart, code)}".strip()
            if frame.embedded
            else words[code].caption
            for code in ui
        },
        "said": {
            code: _clean_prose(Prose("", chart.answers.get(code, ()), chart.notices.get(code, ()))) for code in ui
        },
        "has_baseline": bool(chart.climatologies),
        "average_head": ui[first]["versusAverage"].format(baseline=baseline) if baseline else ui[first]["average"],
        "rows": table_rows(chart.study, first_average, ui[first]),
        "still": "" if picture else still(chart.study, first_average, words[first].alt, ui[first]),
        "picture": picture
        and {
            "src": frame.picture or f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}",
            "width": picture.width,
            "height": picture.height,
            "alt": clean(picture.words.alt if picture.words else words[first].alt),
        },
    }


def _picture(pictures: Sequence[Asset], most: int) -> Asset | None:
    """The widest picture that fits."""
    fitting = [p for p in pictures if p.media_type.startswith("image/") and len(p.data) <= most]
    return max(fitting, key=lambda p: (p.width, p.path), default=None)


def _source(chart: PageChart, language: str, ui: Texts) -> str:
    """The source in one sentence, after the word that the sample needs."""
    line = chart.attribution(language)[0]
    return f"{ui['simulated']} {line}" if chart.study.simulated and ui["simulated"] not in line else line


def _copernicus(chart: PageChart, language: str) -> str:
    """The sentence that Copernicus asks for, where it does."""
    return " ".join(line for line in chart.attribution(language)[1:] if "Copernicus" in line)


def _footer(charts: Sequence[PageChart], language: str, ui: Texts) -> list[str]:
    """Every source once, and how the page was made."""
    lines = dict.fromkeys(line for chart in charts for line in chart.attribution(language))
    return [*lines, ui["made"]]


def embed_html(chart: PageChart, languages: Sequence[str], *, path: str, frame: Frame) -> Asset:
    """The page for an iframe: one chart, its switches and its source."""
    prose = {code: Prose(chart.words[code].title) for code in languages}
    return report_html([chart], prose, path=path, frame=replace(frame, embedded=True))

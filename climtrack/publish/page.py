"""
The interactive page: one file that asks nothing of anybody.

Script, style, data and the static picture are inside it; a content security policy of hashes allows these and nothing
else. The script is our own (``web/``): a canvas over delta-coded data weighs a third of the smallest charting library
with the same data (the comparison is in ``docs/``), answers to a keyboard and a screen reader, and brings no licence.
Type is the pictures' own, two cuts of it (`scripts/typeface.py`).
Every language is in the same file; a button, or ``?lang=es`` in the address, chooses.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from climtrack.vocabulary.assets import Asset, Table, Words
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, MONTH_STARTS, dayofyear_of, same_day
from climtrack.vocabulary.findings import Climatology, Study
from climtrack.vocabulary.notice import clean, markdown
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Floats, Status
from climtrack.words.attribution import attribution
from climtrack.words.catalogue import catalogue
from climtrack.words.language import Language

WEB = Path(__file__).parent / "web"
#: Averages are sent at a millionth of a degree, so that no difference moves by more than 0.0000005.
CLIMATOLOGY_SCALE = 1_000_000
TABLE_DAYS = 30
HTML = "text/html; charset=utf-8"

Sentences = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PageChart:
    """One interactive chart of a page."""

    study: Study
    words: Mapping[str, Words]  # Title, subtitle, caption and alt texts by language
    # Averages that the reader may choose from, by date (``harmonic``), the default first
    climatologies: tuple[Climatology, ...] = ()
    answers: Sentences = field(default_factory=dict)  # By language
    notices: Sentences = field(default_factory=dict)  # To which day it goes, by language
    closing: Sentences = field(default_factory=dict)  # Last lines of the page, by language: more sources, its numbers
    tables: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)  # By language
    usual: int = 0  # Days by which its newest value is usually behind, at most; 0 where no round brings it newer ones

    def __post_init__(self) -> None:
        words = {code: clean_words(one) for code, one in self.words.items()}
        object.__setattr__(self, "words", words)
        for name in ("answers", "notices"):
            lines = {code: tuple(map(clean, found)) for code, found in getattr(self, name).items()}
            object.__setattr__(self, name, lines)

    @property
    def id(self) -> str:
        """Region and variable, as in files and addresses: ``nh-air``."""
        return slug((self.study.region.name, VARIABLES[self.study.series.key.variable].option))


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the charts of a published page."""

    embedded: bool = False  # For an iframe: the chart alone
    brand: str = "climtrack"  # Name shown at the top
    home: str = ""  # Address behind it; none for a page that stands alone
    # The same page in other languages: name, address, language; buttons switch inside the page where empty
    others: tuple[tuple[str, str, str], ...] = ()
    # Drawn pictures by language: the chart they belong to, a ``<figure>``, and what may be taken of it (`reuse`)
    gallery: Mapping[str, Sequence[tuple[str, str, Mapping[str, object]]]] = field(default_factory=dict)
    downloads: tuple[tuple[str, str], ...] = ()  # Files: words and address
    code: str = ""  # What to paste elsewhere for the interactive chart
    picture: str = ""  # The drawn picture as HTML, for readers without scripts; empty for a still
    social: Mapping[str, object] = field(default_factory=dict)  # What Open Graph and Twitter are told
    address: str = ""  # Where readers find the page
    links: tuple[Mapping[str, str], ...] = ()  # Attributes of each ``<link>``: other languages, feeds, oEmbed


#: What surrounds the charts of a page that belongs to no site.
ALONE = Frame()


def report_html(
    charts: Sequence[PageChart], notices: Sentences, *, path: str = "report.html", frame: Frame = ALONE
) -> Asset:
    """The page of one or more series, in the languages of the notices that stand above its charts."""
    if not charts or not notices:
        raise ValueError("a page needs a chart and a language")
    words = {code: Language(code) for code in notices}
    first, *_ = notices
    script, style = _script(), style_sheet()
    blocks = [_block(chart, words) for chart in charts]
    data = {"languages": [*words], "words": {c: _script_words(w) for c, w in words.items()}, "charts": blocks}
    html = fill(
        "page.html",
        words=words,
        first=words[first],
        notices={code: tuple(map(clean, lines)) for code, lines in notices.items()},
        head_title=charts[0].words[first].title,
        description=charts[0].words[first].alt,
        social=frame.social,
        links=frame.links,
        policy=policy(script, images="'self' data:" if frame.home else "data:"),
        style=style,
        script=script,
        data=script_json(data),
        charts=[_template_values(chart, words, frame) for chart in charts],
        footers={code: _footer(charts, language) for code, language in words.items()},
        simulated=any(chart.study.simulated for chart in charts),
        frame=frame,
        brand=clean(frame.brand, 60),
    )
    return Asset(path, HTML, html.encode(), language=first)


def embed_html(chart: PageChart, languages: Sequence[str], *, path: str, frame: Frame) -> Asset:
    """The page for an iframe: one chart, its switches and its source."""
    return report_html([chart], dict.fromkeys(languages, ()), path=path, frame=replace(frame, embedded=True))


@cache
def _templates() -> ImmutableSandboxedEnvironment:
    """
    Templates of pages, posts and feeds, in Jinja's sandbox: they read values and change nothing.

    HTML and XML escape what is filled in; in ``.md`` text goes through the filter ``markdown``. What is not known to be
    clean goes through ``clean``.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: name is None or not name.endswith(".md"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"clean": clean, "markdown": markdown}
    return environment


def fill(template: str, /, **values: Any) -> str:
    return _templates().get_template(template).render(values)


@cache
def _script() -> str:
    return '"use strict";\n' + "".join(map(script, ("series.js", "chart.js", "page.js", "age.js")))


def script(name: str) -> str:
    return (WEB / name).read_text("utf-8")


@cache
def style_sheet() -> str:
    faces = (
        f'@font-face{{font-family:"climtrack sans";font-weight:{weights};src:url(data:font/woff;base64,'
        f'{base64.b64encode((WEB / name).read_bytes()).decode()}) format("woff")}}\n'
        for name, weights in (("sans-400.woff", "400"), ("sans-600.woff", "600 700"))
    )
    return "".join(faces) + (WEB / "page.css").read_text("utf-8")


def ages(usual: int, language: Language) -> str:
    """What ``web/age.js`` chooses from: data of a day, of more days, and of more than usual."""
    one, more = catalogue(language.code)["page.age"]
    return "|".join((one, more, language.text("page.age.late", n="{n}", usual=usual)))


def policy(script: str = "", images: str = "'self' data:") -> str:
    """The content security policy of a page: its own script and style by their hashes, nothing else."""
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return (
        f"default-src 'none'; {scripts}style-src '{_hash(style_sheet())}'; img-src {images}; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def slug(parts: Iterable[str]) -> str:
    """Name that is safe as file name, address and HTML id."""
    name = re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(parts))[:80]
    return re.sub(r"\.{2,}", ".", name).strip("-.") or "x"


def script_json(value: Any) -> str:
    """JSON for a data block inside HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def clean_words(words: Words) -> Words:
    return Words(**{field.name: clean(getattr(words, field.name)) for field in fields(words)})


#: What ``web/page.js`` says; it fills in the braces itself.
_SCRIPT_WORDS = ("dayMonth", "shortDate", "average", "band", "shaded", "versus", "versusAverage", "averageOf",
                 "preliminary", "final", "noData", "keys", "mode", "lines", "language_choice", "options", "anomaly",
                 "envelope", "copied", "not_copied")  # fmt: skip


def _script_words(language: Language) -> dict[str, Any]:
    texts = catalogue(language.code)
    return {key: texts[f"page.{key}"][0] for key in _SCRIPT_WORDS} | {
        "mark": language.number(0.5)[1],
        "months": language.month_names,
        "shortMonths": language.month_short,
        "initials": language.month_initials,
    }


def _block(chart: PageChart, words: Mapping[str, Language]) -> dict[str, Any]:
    """Data of one chart as the script reads them."""
    series = chart.study.series
    scale = scale_of(series.values)
    return {
        "id": chart.id,
        "start": series.start.isoformat(),
        "scale": scale,
        "decimals": VARIABLES[series.key.variable].decimals,
        "data": pack(series.values, scale),
        "preliminary": runs(series.preliminary),
        "baselines": [
            {
                "label": c.baseline.label,
                "mean": pack(c.mean, CLIMATOLOGY_SCALE),
                "spread": pack(c.band / 2, CLIMATOLOGY_SCALE),
            }
            for c in chart.climatologies
        ],
        "titles": {
            code: {
                "title": chart.words[code].title,
                "subtitle": chart.words[code].subtitle,
                "place": heading(chart.study, language),
                "until": language.text("page.updated", date=language.date_long(chart.study.series.end)),
                "source": _source(chart, language),
                "notice": _copernicus(chart, language),
            }
            for code, language in words.items()
        },
    }


def heading(study: Study, language: Language) -> str:
    """Place and variable."""
    variable = language.text(f"page.{VARIABLES[study.series.key.variable].option}")
    bare = re.sub(r"^(?:el|la|los|las) ", "", study.region.title_es)  # a heading has no article
    place = bare[:1].upper() + bare[1:] if language.spanish else study.region.title
    return f"{place}: {variable}"


def reuse(
    chart: PageChart, words: Words, language: Language, *, subject: str, files: Sequence[tuple[str, str]] = (),
    code: str = "", page: str = "",
) -> dict[str, object]:  # fmt: skip
    """
    What a reader may take of a picture on a chart's page: its words, its files, code for a page, how to cite it.

    A picture of more than the chart's own series is cited with its caption, which names every source.
    """
    until = language.text("page.updated", date=language.date_long(chart.study.series.end))
    source = f"{until}. {_source(chart, language)}" if subject == chart.id else words.caption
    cited = language.text("page.citation", title=words.title, source=source)
    texts = {"caption": words.caption, "alt": words.alt, "code": code, "citation": f"{cited} {page}".strip()}
    texts = {kind: clean(text) if kind != "code" else text for kind, text in texts.items() if text}
    return {"kinds": ["picture", *texts], "texts": texts, "files": files}


def _template_values(chart: PageChart, words: Mapping[str, Language], frame: Frame) -> dict[str, Any]:
    """What the template says of one chart."""
    code, language = next(iter(words.items()))
    average = chart.climatologies[0] if chart.climatologies else None
    return {
        "id": chart.id,
        "title": {code: chart.words[code].title for code in words},
        "subtitle": {code: chart.words[code].subtitle for code in words},
        "until": chart.study.series.end,
        "usual": chart.usual,
        "ages": {code: ages(chart.usual, language) for code, language in words.items()},
        "caption": {
            code: f"{_source(chart, words[code])} {_copernicus(chart, words[code])}".strip()
            if frame.embedded
            else chart.words[code].caption
            for code in words
        },
        "answers": chart.answers,
        "notices": chart.notices,
        "has_baseline": average is not None,
        "average_head": language.text("page.versusAverage", baseline=average.baseline.label)
        if average
        else language.text("page.average"),
        "rows": table_rows(chart.study, average, language),
        "still": "" if frame.picture else still(chart.study, average, chart.words[code].alt, language),
        "picture": frame.picture,
        "tables": chart.tables,
        "cards": {
            code: reuse(chart, chart.words[code], language, subject=chart.id, code=frame.code, page=frame.address)
            for code, language in words.items()
        },
    }


def _source(chart: PageChart, language: Language) -> str:
    """The source in one sentence, after the word that the sample needs."""
    line = attribution(chart.study.series, language)[0]
    return f"{language.text('page.simulated')} {line}" if chart.study.simulated else line


def _copernicus(chart: PageChart, language: Language) -> str:
    """The sentence that Copernicus asks for, where it does."""
    return " ".join(line for line in attribution(chart.study.series, language)[1:] if "Copernicus" in line)


def _footer(charts: Sequence[PageChart], language: Language) -> list[str]:
    """Every source once, whether its numbers were computed twice, and how the page was made."""
    lines = dict.fromkeys(line for chart in charts for line in attribution(chart.study.series, language))
    closing = dict.fromkeys(line for chart in charts for line in chart.closing.get(language.code, ()))
    return [*lines, *closing, language.text("page.made")]


def table_rows(study: Study, climatology: Climatology | None, language: Language) -> list[list[str]]:
    """The last 30 days in words, newest first."""
    series = study.series
    rows = []
    for i in range(series.values.size - 1, max(series.values.size - 1 - TABLE_DAYS, -1), -1):
        date = series.start + np.timedelta64(i, "D").astype(object)
        day, value = f"{language.date_short(date)} {date.year}", float(series.values[i])
        if value != value:
            rows.append([day, language.text("page.noData"), "–", "–", "–"])
            continue
        before = series.value(same_day(date, date.year - 1))
        average = None if climatology is None else float(climatology.mean[dayofyear_of(date) - 1])
        status = "preliminary" if series.status[i] == Status.PRELIMINARY else "final"
        differences = ["–" if other is None else language.signed(value - other, 2) for other in (before, average)]
        rows.append([day, language.number(value, 2), *differences, language.text(f"page.{status}")])
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
    out: list[str] = []
    last = 0
    for number in np.rint(values * scale).tolist():
        if number != number:
            out.append(MISSING)
            continue
        step = int(number)
        folded = 2 * (step - last) if step >= last else 2 * (last - step) - 1
        last = step
        while folded >= HALF:
            folded, digit = divmod(folded, HALF)
            out.append(DIGITS[digit + HALF])
        out.append(DIGITS[folded])
    return "".join(out)


def runs(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Where flags are set: first index and length of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


# A still of the interactive chart, as a few kilobytes of SVG: what a reader without scripts sees when no picture fits.
#
# Same view, inks and words; all older years are one grey area from lowest to highest. Its colours come from the page's
# style sheet, so that it follows the reader's theme.


WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 46, 74, 16, 28
#: Tenths of a pixel are drawn, as whole numbers: short, and the same on every machine.
FINE = 10


def still(study: Study, climatology: Climatology | None, alt: str, language: Language) -> str:
    """The chart as SVG."""
    table, year = study.table, study.year
    older = table.values[table.years < year - 1]
    with np.errstate(all="ignore"):
        low, high = (_reduced(older, function) for function in (np.fmin, np.fmax))
    this, last = table.row(year), table.row(year - 1)
    rows = [low, high, this, last]
    mean = None
    if climatology is not None:
        mean, margin = climatology.mean, climatology.band
        rows += [mean - margin, mean + margin]
    known = [row for row in rows if not np.isnan(row).all()]
    scale = _Scale(min(float(np.nanmin(row)) for row in known), max(float(np.nanmax(row)) for row in known))
    baseline = climatology.baseline.label if climatology else ""
    parts = [_axes(scale, language), _area(scale, low, high, "older")]
    if mean is not None:
        parts += [_area(scale, rows[-2], rows[-1], "band"), _line(scale, mean, "mean")]
    parts += [_line(scale, last, "last"), _line(scale, this, "this"), _labels(scale, last, this, mean, year, baseline)]
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
        return round((LEFT + (day - 1) / (DAYS - 1) * (WIDTH - LEFT - RIGHT)) * FINE)

    def y(self, value: float) -> int:
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
    steps = [f"{c - a:d}{d - b:+d}" for (a, b), (c, d) in pairwise(points)]
    return f"{start}{points[0][0]} {points[0][1]}" + (f"l{' '.join(steps)}" if steps else "")


def _line(scale: _Scale, values: Floats, kind: str) -> str:
    drawn = "".join(_path(run) for run in _points(scale, values))
    return f'<path class="{kind}" d="{drawn}"/>' if drawn else ""


def _area(scale: _Scale, low: Floats, high: Floats, kind: str) -> str:
    under = [point for run in _points(scale, low) for point in run]
    over = [point for run in _points(scale, high) for point in run]
    return f'<path class="{kind}" d="{_path(under)}{_path(over[::-1], "L")}z"/>' if under and over else ""


def _axes(scale: _Scale, language: Language) -> str:
    """Horizontal grid with its temperatures, months below."""
    step = next(s for s in (0.1, 0.2, 0.4, 0.5, 1, 2, 4, 5, 10, 20, 50) if (scale.high - scale.low) / s <= 7)
    lines = []
    value = np.ceil(scale.low / step) * step
    while value <= scale.high:
        y = scale.y(float(value))
        lines.append(f'<path class="grid" d="M0 {y}H{(WIDTH - RIGHT) * FINE}"/>')
        lines.append(f'<text x="0" y="{y - 40}">{language.number(float(value), 1 if step < 1 else 0)} °C</text>')
        value += step
    foot = (HEIGHT - BOTTOM) * FINE
    lines.append(f'<path class="axis" d="M{LEFT * FINE} {foot}H{(WIDTH - RIGHT) * FINE}"/>')
    for name, first, then in zip(language.month_short, MONTH_STARTS, (*MONTH_STARTS[1:], DAYS + 1), strict=True):
        middle = (scale.x(first) + scale.x(then - 1)) // 2
        lines.append(f'<text class="month" x="{middle}" y="{foot + 190}">{escape(name)}</text>')
    return "".join(lines)


def _labels(scale: _Scale, last: Floats, this: Floats, mean: Floats | None, year: int, baseline: str) -> str:
    """This year at its end; last year and the average at the right edge, kept apart."""
    end = int(np.flatnonzero(~np.isnan(this))[-1])
    x, y = scale.x(end + 1), scale.y(float(this[end]))
    out = [f'<circle class="this" cx="{x}" cy="{y}" r="40"/>']
    edge = (WIDTH - RIGHT + 6) * FINE
    names = ((last, "last", str(year - 1)), (mean, "mean", baseline))
    rows = sorted(
        (scale.y(float(row[-1])), kind, text) for row, kind, text in names if row is not None and not np.isnan(row[-1])
    )
    if len(rows) == 2 and rows[1][0] - rows[0][0] < 160:
        middle = (rows[0][0] + rows[1][0]) // 2
        rows = [(middle - 80, *rows[0][1:]), (middle + 80, *rows[1][1:])]
    out += [f'<text class="{kind}" x="{edge}" y="{at + 40}">{escape(text)}</text>' for at, kind, text in rows]
    at_edge = x > edge - 600
    place = f'x="{x - 90}" y="{y - 100}" text-anchor="end"' if at_edge else f'x="{x + 90}" y="{y - 90}"'
    return "".join([*out, f'<text class="this" {place}>{year}</text>'])

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
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from climtrack.publisher import templates
from climtrack.publisher.pack import pack, runs, scale_of
from climtrack.publisher.parts import Frame, Head, PageChart, Prose
from climtrack.publisher.safe import clean, clean_words, script_json
from climtrack.publisher.still import still
from climtrack.publisher.table import table_rows
from climtrack.publisher.texts import Texts, texts
from climtrack.vocabulary.assets import Asset

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

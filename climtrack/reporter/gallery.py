"""Gallery: every chart of the catalogue on one page, for looking at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from string import Template

from climtrack.reporter.charts import CHARTS
from climtrack.reporter.theme import PRESETS
from climtrack.vocabulary.assets import Asset

PAGE = "gallery.html"
_PAGE = Template(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>climtrack gallery</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 94rem; padding: 0 1rem }
section { border-top: 1px solid #8a949c; margin-top: 2rem }
div { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start }
figure { margin: 0; max-width: 100% } img { display: block; max-width: 100%; height: auto; border: 1px solid #8a949c55 }
figcaption { font-size: .8rem; max-width: 40rem }
</style></head><body>
<h1>climtrack gallery</h1>
<p>$said Each picture at the width at which it is read.</p>
<nav>$links</nav>
$sections
</body></html>
"""
)


def gallery(pictures: Sequence[Asset], *, said: str = "") -> Asset:
    """Contact sheet of pictures that lie beside it, by chart."""
    grouped: dict[str, list[Asset]] = {name: [] for name in CHARTS}
    for asset in pictures:
        grouped[_chart(asset.path)].append(asset)
    shown = {name: assets for name, assets in grouped.items() if assets}
    links = " · ".join(f'<a href="#{name}">{escape(CHARTS[name].slug)}</a>' for name in shown)
    sections = "\n".join(_section(name, assets) for name, assets in shown.items())
    page = _PAGE.substitute(said=escape(said), links=links, sections=sections)
    return Asset(PAGE, "text/html; charset=utf-8", page.encode(), language="en")


def _chart(path: str) -> str:
    """Chart named in a file name."""
    slugs: Mapping[str, str] = {chart.slug: name for name, chart in CHARTS.items()}
    return next(slugs[part] for part in path.split(".") if part in slugs)


def _section(name: str, assets: Iterable[Asset]) -> str:
    """One chart in all its compositions."""
    figures = "\n".join(_figure(asset) for asset in assets)
    chart = CHARTS[name]
    head = f"<h2>{escape(chart.slug)}</h2><p>{escape(chart.question)}</p>"
    return f'<section id="{name}">{head}<div>{figures}</div></section>'


def _figure(asset: Asset) -> str:
    """One picture at its reading width, with the words that go with it."""
    preset = next(PRESETS[part] for part in asset.path.split(".") if part in PRESETS)
    words = asset.words
    alt, caption = (words.alt, words.caption) if words else ("", "")
    kb = f"{len(asset.data) / 1000:.0f} kB"
    return (
        f'<figure><img src="{escape(asset.path)}" width="{preset.reading:g}" loading="lazy" alt="{escape(alt)}">'
        f'<figcaption lang="{escape(asset.language)}"><code>{escape(asset.path)}</code> {kb}<br>{escape(caption)}'
        "</figcaption></figure>"
    )

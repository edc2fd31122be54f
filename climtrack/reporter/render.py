"""A chart of some studies: its words, the picture in its formats, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from climtrack.errors import ConfigError, Notice, RenderError
from climtrack.reporter.chart import Chart, fitted
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.documents.tables import COMPUTED_DECIMALS, sheet
from climtrack.reporter.months import phrases
from climtrack.reporter.theme import PRESETS, Preset, Theme, themed
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.findings import AnyStudy, MonthStudy
from climtrack.vocabulary.registry import VARIABLES, unknown_name
from climtrack.words.language import LANGUAGES, Language

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas

FORMATS: tuple[str, ...] = ("png", "svg", "webp", "pdf")
#: Those of a chart that moves; in any other of `FORMATS` it is its finished picture.
MOVING: tuple[str, ...] = ("gif", "webp", "mp4")
#: The order in which formats are made of one drawing: SVG takes the halos off, so it comes last.
LAST_CHANGES: tuple[str, ...] = ("png", "webp", "pdf", "svg")
#: Where a smaller palette does not suffice, of the years before these, in turn, every second is left out.
THIN_BEFORE = (1980, 2020)


def words(chart: str, studies: Sequence[AnyStudy], **options: Any) -> dict[str, Words]:
    """Title, subtitle, caption and alternative texts by language: all of them at once, for they are equally long."""
    tell = _known(chart).tell
    return fitted({code: tell([phrases(study, Language(code)) for study in studies], **options) for code in LANGUAGES})


def chart_table(chart: str, studies: Sequence[AnyStudy], **options: Any) -> Asset | None:
    """The numbers that a picture shows, as CSV; None where the series' own table holds them all."""
    spec = _known(chart)
    if spec.table is None:
        return None
    columns, rows = spec.table(studies, **options)
    simulated = any(study.simulated for study in studies)
    cells = ([_cell(value) for value in row] for row in rows)
    return sheet(f"{_stem(spec, studies)}.csv", columns, cells, simulated=simulated)


def _cell(value: object) -> str:
    """A value as text, a gap empty."""
    if isinstance(value, float):
        return "" if value != value else repr(round(float(value), COMPUTED_DECIMALS))
    return str(value)


def render(
    chart: str,
    studies: Sequence[AnyStudy],
    *,
    preset: str,
    theme: str | Theme,
    language: str,
    fmt: str = "png",
    **options: Any,
) -> Asset:
    (asset,) = render_formats(chart, studies, preset=preset, theme=theme, language=language, formats=(fmt,), **options)
    return asset


def render_formats(
    chart: str,
    studies: Sequence[AnyStudy],
    *,
    preset: str,
    theme: str | Theme,
    language: str,
    formats: Sequence[str],
    text: Words | None = None,
    **options: Any,
) -> tuple[Asset, ...]:
    """One picture in several formats, drawn once; `text` are its words where somebody has them already."""
    from climtrack.reporter import encode

    spec, size = _known(chart), _preset(chart, preset)
    moves = MOVING if spec.frames else ()
    known = tuple(dict.fromkeys((*FORMATS, *moves)))
    for fmt in formats:
        if fmt not in known:
            raise unknown_name("format", fmt, known)
    text = text or words(chart, studies, **options)[Language(language).code]
    canvas = draw(chart, studies, preset=preset, theme=theme, language=language, text=text, **options)
    files: dict[str, bytes] = {}
    if spec.frames and (wanted := [fmt for fmt in formats if fmt in moves]):
        files |= encode.moving(canvas, spec.frames(canvas, studies), wanted)
    for fmt in sorted(set(formats) - {*files}, key=LAST_CHANGES.index):
        png = fmt == "png"
        files[fmt] = _png(spec, studies, canvas, text, options) if png else encode.VECTORS[fmt](canvas, text)
    look = "" if canvas.theme.name == "light" else f".{canvas.theme.name}"
    stem = f"{_stem(spec, studies)}.{preset}{look}.{language}"
    return tuple(
        Asset(f"{stem}.{fmt}", encode.MEDIA_TYPES[fmt], files[fmt], language, text, *size.pixels) for fmt in formats
    )


def _png(spec: Chart, studies: Sequence[AnyStudy], canvas: Canvas, text: Words, options: dict[str, Any]) -> bytes:
    """PNG under its ceiling: with fewer colours, then with fewer of the old years; beyond it where nothing helps."""
    from climtrack.reporter import encode

    size = canvas.preset
    data = encode.smallest_png(canvas)
    for year in THIN_BEFORE if spec.thins else ():
        if len(data) <= size.ceiling * 1000:
            break
        thinned = draw(
            spec.name, studies, preset=size.name, theme=canvas.theme, language=canvas.language.code, text=text,
            thin_before=year, **options,
        )  # fmt: skip
        data = encode.smallest_png(thinned, steps=encode.STEPS[-1:])
    return data


def oversized(assets: Sequence[Asset]) -> tuple[Notice, ...]:
    """Pictures above their ceiling, which are written all the same: a page without its picture is worse."""
    found = []
    for asset in assets:
        preset = next((PRESETS[part] for part in asset.path.split(".") if part in PRESETS), None)
        if preset and asset.path.endswith((".png", ".gif")) and len(asset.data) > preset.ceiling * 1000:
            size = len(asset.data) // 1000
            found.append(Notice("draw.too_large", picture=asset.path, size=size, ceiling=preset.ceiling))
    return tuple(found)


def draw(
    chart: str,
    studies: Sequence[AnyStudy],
    *,
    preset: str,
    theme: str | Theme,
    language: str,
    text: Words | None = None,
    thin_before: int | None = None,
    **options: Any,
) -> Canvas:
    """A drawn picture, not yet a file: its figure, and the box of every text in it."""
    from climtrack.reporter.canvas import Canvas, defaults

    spec, size = _known(chart), _preset(chart, preset)
    fewest, most = spec.series
    if not fewest <= len(studies) <= most:
        how = "draw.series.between" if most > fewest else "draw.series.exactly"
        raise RenderError(how, chart=chart, fewest=fewest, most=most, count=len(studies))
    with defaults():
        canvas = Canvas(size, themed(theme) if isinstance(theme, str) else theme, Language(language))
        text = text or words(chart, studies, **options)[language]
        thinner = {} if thin_before is None else {"thin_before": thin_before}
        spec.draw(canvas, studies, text, **options, **thinner)
    return canvas


def _known(chart: str) -> Chart:
    if chart not in CHARTS:
        raise unknown_name("chart", chart.replace("_", "-"), [one.slug for one in CHARTS.values()])
    return CHARTS[chart]


def _preset(chart: str, preset: str) -> Preset:
    """A preset by name, if the chart is composed for it."""
    if preset not in PRESETS:
        raise unknown_name("preset", preset, PRESETS)
    if preset not in CHARTS[chart].presets:
        raise ConfigError("draw.not_composed", chart=chart, preset=preset, known=CHARTS[chart].presets)
    return PRESETS[preset]


def _stem(spec: Chart, studies: Sequence[AnyStudy]) -> str:
    """
    Beginning of a file's name: ``nh-air.year-lines``, of air and sea ``nh.both``.

    Preset, ``dark`` and language follow in a picture's.
    """
    if isinstance(studies[0], MonthStudy):
        return f"{studies[0].series.key.label}.{spec.slug}"
    if spec.needs == "both":
        return f"{studies[0].region.name}.{spec.slug}"
    regions = "-".join(study.region.name for study in studies)
    return f"{regions}-{VARIABLES[studies[0].series.key.variable].option}.{spec.slug}"

"""Render: chart, studies, preset, theme, language and format → Asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter.charts import CHARTS, Chart
from climtrack.reporter.presets import PRESETS, Preset
from climtrack.reporter.prose import words as written
from climtrack.reporter.theme import COLOURS, Theme, themed
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import VARIABLES
from climtrack.words.language import Language

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas

FORMATS: tuple[str, ...] = ("png", "svg", "webp", "pdf")
#: The order in which formats are made of one drawing: SVG sets its texts anew, so it comes last.
LAST_CHANGES: tuple[str, ...] = ("png", "webp", "pdf", "svg")
#: Where a smaller palette does not suffice, of the years before this one every second is left out.
THIN_BEFORE = 1980
#: Options that change the words.
TOLD = ("since", "overlay")


def render(
    chart: str,
    studies: Sequence[Study],
    *,
    preset: str,
    theme: str | Theme,
    language: str,
    fmt: str = "png",
    words: Words | None = None,
    **options: Any,
) -> Asset:
    """A finished picture."""
    (asset,) = rendered(
        chart, studies, preset=preset, theme=theme, language=language, formats=(fmt,), words=words, **options
    )
    return asset


def rendered(
    chart: str,
    studies: Sequence[Study],
    *,
    preset: str,
    theme: str | Theme,
    language: str,
    formats: Sequence[str],
    words: Words | None = None,
    **options: Any,
) -> tuple[Asset, ...]:
    """One picture in several formats, drawn once."""
    from climtrack.reporter import encode

    spec, size = known(chart, preset)
    for fmt in formats:
        if fmt not in FORMATS:
            raise ConfigError(f"format {fmt[:20]!r} is unknown", f"Choose one of {', '.join(FORMATS)}")
    told = words or _written(chart, studies, Language(language), options)
    canvas = draw(chart, studies, preset=preset, theme=theme, language=language, words=told, **options)
    files: dict[str, bytes] = {}
    for fmt in sorted(formats, key=LAST_CHANGES.index):
        if fmt == "png":
            files[fmt] = _png(chart, studies, canvas, size, told, options)
        else:
            files[fmt] = {"svg": encode.svg, "webp": encode.webp, "pdf": encode.pdf}[fmt](canvas, told)
    return tuple(
        Asset(
            path=file_name(spec, studies, preset, canvas.theme.name, language, fmt),
            media_type=encode.MEDIA_TYPES[fmt],
            data=files[fmt],
            language=language,
            words=told,
            width=size.pixels[0],
            height=size.pixels[1],
        )
        for fmt in formats
    )


def _png(
    chart: str, studies: Sequence[Study], canvas: Canvas, size: Preset, told: Words, options: Mapping[str, Any]
) -> bytes:
    """PNG under its ceiling: with fewer colours, then with fewer of the old years."""
    from climtrack.reporter import encode

    inks = [getattr(canvas.theme, role) for role in COLOURS]
    image = encode.raster(canvas)
    for colours, effort in encode.STEPS:
        data = encode.png(image, inks, colours, effort)
        if len(data) <= size.ceiling * 1000:
            return data
    if "thin_before" not in CHARTS[chart].options:
        raise _too_large(chart, size.name, data, size)
    thinned = draw(
        chart,
        studies,
        preset=size.name,
        theme=canvas.theme,
        language=canvas.language.code,
        words=told,
        thin_before=THIN_BEFORE,
        **options,
    )
    data = encode.png(encode.raster(thinned), inks, *encode.STEPS[-1])
    if len(data) > size.ceiling * 1000:
        raise _too_large(chart, size.name, data, size)
    return data


def draw(
    chart: str,
    studies: Sequence[Study],
    *,
    preset: str,
    theme: str | Theme,
    language: str,
    words: Words | None = None,
    **options: Any,
) -> Canvas:
    """A drawn picture, not yet a file: its figure, and the box of every text in it."""
    from climtrack.reporter.canvas import Canvas
    from climtrack.reporter.settings import defaults

    spec, size = known(chart, preset)
    fewest, most = spec.series
    if not fewest <= len(studies) <= most:
        raise RenderError(f"{chart} takes {fewest}{f' to {most}' if most > fewest else ''} series, not {len(studies)}")
    for name in options:
        if name not in spec.options:
            raise ConfigError(f"{chart} has no option {name[:40]!r}", f"It has {', '.join(spec.options) or 'none'}")
    with defaults():
        canvas = Canvas(size, themed(theme) if isinstance(theme, str) else theme, Language(language))
        told = words or _written(chart, studies, canvas.language, options)
        spec.draw(canvas, studies, told, **options)
    return canvas


def _written(chart: str, studies: Sequence[Study], language: Language, options: Mapping[str, Any]) -> Words:
    """Words of a picture; of its options only those that change what is said."""
    return written(chart, studies, language, **{name: options[name] for name in TOLD if name in options})


def _too_large(chart: str, preset: str, data: bytes, size: Preset) -> RenderError:
    """A PNG that nothing brings under its ceiling."""
    return RenderError(
        f"{chart} in {preset} is {len(data) // 1000} kB, more than {size.ceiling}", "Choose another preset, or SVG"
    )


def known(chart: str, preset: str) -> tuple[Chart, Preset]:
    """Chart and preset by name, if they go together."""
    if chart not in CHARTS:
        raise ConfigError(f"chart {chart[:40]!r} is unknown", f"Choose one of {', '.join(CHARTS)}")
    if preset not in PRESETS:
        raise ConfigError(f"preset {preset[:40]!r} is unknown", f"Choose one of {', '.join(PRESETS)}")
    if preset not in CHARTS[chart].presets:
        raise ConfigError(
            f"{chart} is not composed for the preset {preset!r}", f"Choose one of {', '.join(CHARTS[chart].presets)}"
        )
    return CHARTS[chart], PRESETS[preset]


def file_name(spec: Chart, studies: Sequence[Study], preset: str, theme: str, language: str, fmt: str) -> str:
    """Name of a picture: ``nh-air.year-lines.wide.en.png``; ``.dark`` before the language."""
    regions = "-".join(study.region.name for study in studies)
    variable = VARIABLES[studies[0].series.key.variable].option
    look = "" if theme == "light" else f".{theme}"
    return f"{regions}-{variable}.{spec.slug}.{preset}{look}.{language}.{fmt}"

"""Which pictures a request asks for, drawn on as many cores as help."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from climtrack.errors import ConfigError, RenderError
from climtrack.pipeline.companions import Companions
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.render import rendered
from climtrack.reporter.theme import Theme
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.results import Study

#: Below this a second process costs more than it saves.
WORTH_A_PROCESS = 4
#: Filled in workers only.
_inherited: list[Picture] = []


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """
    One picture to draw.

    Parameters
    ----------
    chart, preset, language : str
        As in the registries.
    theme : Theme
        The look.
    formats : tuple of str
        Files to make of it.
    studies : tuple of Study
        What it shows.
    options : mapping of str to Any
        What the chart alone understands.
    """

    chart: str
    studies: tuple[Study, ...]
    preset: str
    theme: Theme
    language: str
    formats: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


def charts_of(names: Iterable[str]) -> tuple[str, ...]:
    """
    Charts by name, ``all`` meaning every one.

    Parameters
    ----------
    names : iterable of str
        With hyphens, as in file names, or underscores.

    Returns
    -------
    tuple of str
        Names as the registry has them.

    Raises
    ------
    ConfigError
        If one is unknown.
    """
    import difflib

    chosen: dict[str, None] = {}
    for name in names:
        key = name.replace("-", "_")
        if key == "all":
            chosen |= dict.fromkeys(CHARTS)
        elif key in CHARTS:
            chosen[key] = None
        else:
            slugs = [chart.slug for chart in CHARTS.values()]
            near = difflib.get_close_matches(name, slugs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"unknown chart {name[:40]!r}{hint}", f"Known are {', '.join(slugs)}, all")
    return tuple(chosen)


def pictures(
    charts: Sequence[str],
    studies: Sequence[Study],
    *,
    companions: Companions,
    presets: Sequence[str],
    themes: Sequence[Theme],
    languages: Sequence[str],
    formats: Sequence[str],
) -> tuple[Picture, ...]:
    """
    Every picture of a region.

    Parameters
    ----------
    charts, presets, languages, formats : sequence of str
        Names from the registries; a chart leaves out presets that it has no composition for, unless none is left:
        then it takes its own first.
    studies : sequence of Study
        One per series of the region.
    companions : Companions
        What some charts need besides.
    themes : sequence of Theme
        Looks.

    Returns
    -------
    tuple of Picture
        In a fixed order.
    """
    found = []
    for name in charts:
        chart = CHARTS[name]
        for shown, options in companions.subjects(chart, studies):
            for preset in [one for one in presets if one in chart.presets] or chart.presets[:1]:
                found += [
                    Picture(name, shown, preset, theme, language, tuple(formats), options)
                    for theme in themes
                    for language in languages
                ]
    return tuple(found)


def draw(wanted: Sequence[Picture], *, workers: int | None = None) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    """
    Draw pictures.

    Parameters
    ----------
    wanted : sequence of Picture
        What to draw.
    workers : int, optional
        Processes; by default as many as this process may use cores, where there is enough to draw.

    Returns
    -------
    tuple of Asset
        Those that could be drawn, in order.
    tuple of str
        A line for each that could not.
    """
    count = min(workers or _cores(), len(wanted) // (WORTH_A_PROCESS // 2) or 1)
    if count < 2 or len(wanted) < WORTH_A_PROCESS or "fork" not in multiprocessing.get_all_start_methods():
        results = [_drawn(picture) for picture in wanted]
    else:
        import_module("matplotlib.backends.backend_agg")  # once, before the processes part
        import_module("climtrack.reporter.canvas")
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(count, mp_context=fork, initializer=_inherit, initargs=(wanted,)) as pool:
            try:
                results = list(pool.map(_drawn_by_number, range(len(wanted))))
            except BaseException:  # told to stop: the pool would first finish what it has begun
                for worker in multiprocessing.active_children():
                    worker.kill()
                raise
    assets = tuple(asset for result in results if not isinstance(result, str) for asset in result)
    return assets, tuple(dict.fromkeys(result for result in results if isinstance(result, str)))


def _inherit(wanted: Sequence[Picture]) -> None:
    """What a worker is to draw, had by the fork itself: nothing is copied through a pipe. It dies with its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG; Linux only
    _inherited.extend(wanted)


def _drawn_by_number(number: int) -> tuple[Asset, ...] | str:
    """One picture of a worker's."""
    return _drawn(_inherited[number])


def _drawn(picture: Picture) -> tuple[Asset, ...] | str:
    """The picture, or why there is none; one that fails leaves the others alone."""
    try:
        return rendered(
            picture.chart,
            picture.studies,
            preset=picture.preset,
            theme=picture.theme,
            language=picture.language,
            formats=picture.formats,
            **picture.options,
        )
    except RenderError as problem:
        label = picture.studies[0].series.key.label
        return f"chart {label} {CHARTS[picture.chart].slug} not drawn: {problem.what}; a picture already there stays."


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def known_presets() -> tuple[str, ...]:
    """
    Presets by name.

    Returns
    -------
    tuple of str
        Names.
    """
    return tuple(PRESETS)

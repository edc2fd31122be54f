"""Which pictures a request asks for, drawn on as many cores as help."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.language import LANGUAGES, Language
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.render import rendered
from climtrack.reporter.theme import Theme
from climtrack.stopping import undisturbed
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.results import Study
from climtrack.workers import die_with

if TYPE_CHECKING:
    from climtrack.pipeline.companions import Companions

#: With fewer pictures for each, a second process costs more than it saves.
WORTH_A_PROCESS = 2
#: Filled in workers only.
_inherited: list[Picture] = []


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture to draw."""

    chart: str
    studies: tuple[Study, ...]
    preset: str
    theme: Theme
    language: str
    formats: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)  # What the chart alone understands


def charts_of(names: Iterable[str]) -> tuple[str, ...]:
    """Charts by name, ``all`` meaning every one."""
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
    """Every picture of a region."""
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
    results = drawings(wanted, workers=workers)
    assets = tuple(asset for result in results if not isinstance(result, str) for asset in result)
    return assets, tuple(dict.fromkeys(result for result in results if isinstance(result, str)))


def drawings(wanted: Sequence[Picture], *, workers: int | None = None) -> list[tuple[Asset, ...] | str]:
    """Draw pictures, each with what became of it."""
    if not wanted:
        return []
    count = min(workers or _cores(), len(wanted) // WORTH_A_PROCESS)
    with _loaded(wanted):
        shared = count > 1 and hasattr(os, "fork")
        return _shared_out(wanted, count) if shared else [_drawn(picture) for picture in wanted]


def _shared_out(wanted: Sequence[Picture], count: int) -> list[tuple[Asset, ...] | str]:
    """Pictures drawn by several processes, which share what was there when they parted."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    fork = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(count, mp_context=fork, initializer=_inherit, initargs=(wanted, os.getpid()))
    try:
        # not `map`, which cancels what waits on its way out: the pool cannot break what is cancelled
        with undisturbed():  # what a fork calls back would swallow a wish to stop
            begun = [pool.submit(_drawn_by_number, number) for number in range(len(wanted))]
        return [one.result() for one in begun]
    except BaseException:  # told to stop: the pool would first finish what it has begun
        with undisturbed():
            for worker in multiprocessing.active_children():
                worker.kill()
            # One that was killed in the middle of a picture leaves half of it, whose rest would be waited for as long
            # as anybody could write it; nobody but this process can any more.
            pool._result_queue._writer.close()  # type: ignore[attr-defined]
        raise
    finally:
        with undisturbed():  # a pool that is left half closed complains at the very end
            pool.shutdown()


@contextmanager
def _loaded(wanted: Sequence[Picture]) -> Iterator[None]:
    """
    Modules and words, loaded before the processes part.

    All of it stays, so that the garbage collector neither runs meanwhile nor looks through it afterwards: only through
    what a picture leaves.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        import_module("climtrack.reporter.encode")
        for chart in {picture.chart for picture in wanted}:
            import_module(f"climtrack.reporter.charts.{chart}")
        for code in LANGUAGES:  # a picture's words are told in all of them, to be equally long
            Language(code).text("days", 2)
    finally:
        if collecting:
            gc.enable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _inherit(wanted: Sequence[Picture], parent: int) -> None:
    """What a worker is to draw, had by the fork itself: nothing is copied through a pipe. It dies with its parent."""
    die_with(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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
    """Presets by name."""
    return tuple(PRESETS)

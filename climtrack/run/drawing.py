"""Which pictures a request asks for, drawn on as many cores as help."""

from __future__ import annotations

import datetime as dt
import difflib
import multiprocessing
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from climtrack.config import Config, refused, theme_mistake
from climtrack.errors import ConfigError, ExtraMissing, Notice, RenderError
from climtrack.reporter.chart import Chart
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.render import MOVING, render_formats, words
from climtrack.reporter.theme import Theme, themed
from climtrack.run.run import Run
from climtrack.run.series import keys_of
from climtrack.signals import defer_signals, die_with_parent, ignore_sigint
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.findings import AnyStudy, MonthStudy, Study
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Series, SeriesKey, pairing

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

#: With fewer pictures for each, a second process costs more than it saves.
WORTH_A_PROCESS = 2
#: Presets that are offered as SVG; mail and feeds take none.
VECTOR = ("wide", "panel", "strip", "grid")


@dataclass(frozen=True, slots=True)
class Request:
    """What a report is to show."""

    regions: tuple[str, ...]
    variables: tuple[str, ...]
    languages: tuple[str, ...]
    charts: tuple[str, ...]
    presets: tuple[str, ...]
    themes: tuple[str, ...]
    formats: tuple[str, ...]
    baseline: Baseline | None  # None for the usual one that the series covers
    as_of: dt.date | None = None  # State on this day; None for the newest
    since: dt.date | None = None  # Date of the last issue; None for a fortnight ago
    outlook: bool = False  # Whether year_lines shows where the line may go
    folder: Path | None = None  # Where to write; None computes without writing
    nested: bool = False  # Whether even a single region gets a folder of its own inside `folder`
    dark_presets: tuple[str, ...] | None = None  # Presets that are drawn in the dark theme; None for all
    svg_presets: tuple[str, ...] = VECTOR  # Presets of which SVG is drawn

    def __post_init__(self) -> None:
        if "mp4" in self.formats and find_spec("av") is None:  # told before anything is asked or drawn
            raise ExtraMissing("draw.needs_av")

    def formats_of(self, chart: Chart, preset: str) -> tuple[str, ...]:
        """Of an animation all that move, MP4 where asked for, and the still for readers who prefer no motion."""
        if chart.frames is not None:
            return (*(one for one in MOVING if one != "mp4" or one in self.formats), "png")
        left_out = {"mp4"} if preset in self.svg_presets else {"mp4", "svg"}
        return tuple(one for one in self.formats if one not in left_out) or ("png",)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    chart: str
    studies: tuple[AnyStudy, ...]
    preset: str
    theme: Theme
    language: str
    formats: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)  # What the chart alone understands
    text: Words | None = None  # Its words, where it is known already that it can be drawn


@dataclass(frozen=True, slots=True, eq=False)
class ChartInputs:
    """What charts need besides their own series: the other hemisphere, the options of the request."""

    hemispheres: Mapping[str, tuple[Study, ...]]  # North and south, by variable name
    options: Mapping[str, Any]  # What was chosen for charts that understand it

    def subjects(self, chart: Chart, every: Sequence[AnyStudy]) -> list[tuple[tuple[AnyStudy, ...], dict[str, Any]]]:
        """What a chart is drawn of, with what it alone understands."""
        studies = [study for study in every if isinstance(study, Study)]
        if chart.needs == "months":
            return [((study,), {}) for study in every if isinstance(study, MonthStudy)]
        if chart.needs == "hemispheres":
            names = dict.fromkeys(study.series.key.variable for study in studies)
            return [(self.hemispheres[name], {}) for name in names if name in self.hemispheres]
        if chart.needs == "both":
            return [(pair, {})] if (pair := _air_and_sea(every)) else []
        options = {name: value for name, value in self.options.items() if name in chart.options}
        return [((study,), options) for study in studies]


def _air_and_sea(every: Sequence[AnyStudy]) -> tuple[AnyStudy, ...]:
    """Air and sea of a region: rather its own sea by month than another's by day; nothing where one is not here."""
    air = [study for study in every if study.series.key.variable == "t2m"]
    sea = [study for study in every if study.series.key.variable in {"sst", "ocean"}]
    sea.sort(key=lambda study: study.region.name != air[0].region.name and study.region.width < 360 if air else False)
    return (air[0], sea[0]) if air and sea else ()


def chart_inputs(run: Run, request: Request, series: Mapping[SeriesKey, Series]) -> ChartInputs:
    """What the charts asked for need besides their own series; what cannot be had is left out."""
    known, needs = run.known_keys(), {CHARTS[name].needs for name in request.charts}
    pairs = [pairing(name, known) for name in ("nh", "sh")] if "hemispheres" in needs else []
    needed = [key for key in keys_of(pairs, request.variables) if key.region in ("nh", "sh")]
    inputs = {key: series[key] for key in needed if key in series}
    inputs |= run.additional(key for key in needed if key not in inputs)
    found = {
        study.series.key: study
        for pair in pairs
        for study in run.studies(pair, ("air", "sst"), inputs, baseline=request.baseline, as_of=request.as_of)
    }
    halves: dict[str, list[Study]] = {}
    for key in needed:
        if key in found:
            halves.setdefault(key.variable, []).append(found[key])
    both = {name: tuple(two) for name, two in halves.items() if len(two) == 2}
    options = {"since": request.since, "outlook": request.outlook}
    return ChartInputs(MappingProxyType(both), {name: value for name, value in options.items() if value})


def charts_of(names: Iterable[str]) -> tuple[str, ...]:
    """Charts by name, ``all`` meaning every one."""
    chosen: dict[str, None] = {}
    for name in names:
        key = name.replace("-", "_")
        if key == "all":
            chosen |= dict.fromkeys(CHARTS)
        elif key in CHARTS:
            chosen[key] = None
        else:
            slugs = tuple(chart.slug for chart in CHARTS.values())
            if near := difflib.get_close_matches(name, slugs, n=1):
                raise ConfigError("draw.which_chart.near", name=name[:40], near=near[0], known=slugs)
            raise ConfigError("draw.which_chart", name=name[:40], known=slugs)
    return tuple(chosen)


def themes_of(config: Config, names: Iterable[str]) -> tuple[Theme, ...]:
    """Themes by name, with the user's own colours, typeface, credit and logo."""
    own = config.theme
    common: dict[str, object] = {"scale": own.scale} if own.scale != 1 else {}
    common |= {name: text for name, text in (("credit", own.credit), ("logo", own.logo)) if text}
    if own.font:
        folder = Path(own.font).expanduser()
        common |= {
            f"font_{name}": str(next(folder.glob(pattern), folder / pattern.replace("*", "")))
            for name, pattern in (
                ("regular", "*Regular.ttf"),
                ("semibold", "*[Ss]emi[Bb]old.ttf"),
                ("bold", "*[-_]Bold.ttf"),
                ("italic", "*It*.ttf"),
            )
        }
    try:
        return tuple(themed(name, {**common, **getattr(own, name)}) for name in names)
    except ConfigError as problem:
        raise _placed(problem, config) from problem


def _placed(problem: ConfigError, config: Config) -> ConfigError:
    """The same with file, line and key, where the choice is of config.toml: a typeface or logo that is not there."""
    mistake = theme_mistake(problem)
    if config.path is None or mistake.where[1] not in {"logo", "font"}:
        return problem
    with suppress(OSError, UnicodeDecodeError):
        return refused([mistake], config.path, config.path.read_text(encoding="utf-8-sig"))
    return problem


def pictures(
    request: Request, studies: Sequence[AnyStudy], inputs: ChartInputs, themes: Sequence[Theme]
) -> tuple[Picture, ...]:
    """Every picture of a region."""
    found = []
    for name in request.charts:
        chart = CHARTS[name]
        fitting = [one for one in request.presets if one in chart.presets] or chart.presets[:1]
        for shown, options in inputs.subjects(chart, studies):
            text: Mapping[str, Words] = {}
            with suppress(RenderError):  # drawing it says why
                text = words(name, shown, **options)
            found += [
                Picture(
                    name, shown, preset, theme, language, request.formats_of(chart, preset), options, text.get(language)
                )
                for preset in fitting
                for theme in themes
                if theme.name != "dark" or request.dark_presets is None or preset in request.dark_presets
                for language in request.languages
            ]
    return tuple(found)


def draw(batch: Sequence[Picture], *, workers: int | None = None) -> tuple[tuple[Asset, ...], tuple[Notice, ...]]:
    """Files of the pictures, and why some could not be drawn."""
    count = min(workers or _cores(), len(batch) // WORTH_A_PROCESS)
    several = count > 1 and hasattr(os, "fork")
    results = _draw_in_processes(batch, count) if several else [_draw(picture) for picture in batch]
    assets = tuple(asset for result in results if not isinstance(result, Notice) for asset in result)
    return assets, tuple(dict.fromkeys(result for result in results if isinstance(result, Notice)))


def _draw(picture: Picture) -> tuple[Asset, ...] | Notice:
    """The picture, or why there is none; one that fails leaves the others alone."""
    try:
        return render_formats(
            picture.chart,
            picture.studies,
            preset=picture.preset,
            theme=picture.theme,
            language=picture.language,
            formats=picture.formats,
            text=picture.text,
            **picture.options,
        )
    except RenderError as problem:
        label = picture.studies[0].series.key.label
        return Notice("draw.not_drawn", series=label, chart=CHARTS[picture.chart].slug, why=problem.notice)


def _draw_in_processes(batch: Sequence[Picture], count: int) -> list[tuple[Asset, ...] | Notice]:
    """Pictures drawn by several processes, which inherit them; an interrupt waits for those under way, no longer."""
    import climtrack.reporter.encode  # noqa: F401 - loaded once, before the processes part
    from climtrack.reporter.canvas import logo

    for path in {picture.theme.logo for picture in batch if picture.theme.logo}:
        logo(path)

    fork = multiprocessing.get_context("fork")
    stop = fork.Event()
    with ProcessPoolExecutor(count, fork, initializer=_inherit, initargs=(batch, stop, os.getpid())) as pool:
        try:
            with defer_signals():  # Python drops what is raised in a fork's callbacks
                results = [pool.submit(_draw_inherited, place) for place in range(len(batch))]
            return [one.result() for one in results]  # `map` would cancel those left, which a killed worker breaks
        except BaseException:  # an interrupt too: no picture is begun after it
            stop.set()
            raise


#: In a worker: what it inherited.
_inherited: Sequence[Picture] = ()
_stop: Event | None = None


def _inherit(batch: Sequence[Picture], stop: Event, parent: int) -> None:
    """Prepare a worker; what it is given comes by the fork itself, nothing of it through a pipe."""
    global _inherited, _stop
    _inherited, _stop = batch, stop
    ignore_sigint()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent(parent)


def _draw_inherited(number: int) -> tuple[Asset, ...] | Notice:
    """One picture of a worker's, or none where nobody waits for it any more."""
    return () if _stop is not None and _stop.is_set() else _draw(_inherited[number])


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

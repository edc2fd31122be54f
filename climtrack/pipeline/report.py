"""The main job: make sure the data are fresh, analyse, draw, write the report folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from climtrack.analysis.climatology import climatology
from climtrack.config import Config
from climtrack.errors import RenderError
from climtrack.pipeline.companions import companions
from climtrack.pipeline.drawing import Picture, draw, pictures
from climtrack.pipeline.looks import looks
from climtrack.pipeline.notices import stale
from climtrack.pipeline.studies import Freshness, Stock, pairings, seen_at, stock, studies_of, wanted
from climtrack.publisher.bundle import write_bundle
from climtrack.publisher.page import PageChart, Prose, report_html
from climtrack.reporter.documents import DAILY, chart_csv, facts_json, report_markdown, table_csv
from climtrack.reporter.documents.attribution import attribution
from climtrack.reporter.documents.report import data_line, pairing_note
from climtrack.reporter.language import Language
from climtrack.reporter.messages import spanish_line
from climtrack.reporter.prose import answers, words
from climtrack.reporter.theme import Theme
from climtrack.store.netcdf import Store
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.baselines import BASELINES, Baseline
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.results import Climatology, Study
from climtrack.vocabulary.series import SeriesKey


@dataclass(frozen=True, slots=True)
class Request:
    """
    What a report is to show.

    Parameters
    ----------
    regions, variables, languages, charts, presets, themes, formats : tuple of str
        As in config.toml.
    baseline : Baseline
        Years of the average.
    freshness : Freshness
        How hard to try for new data.
    as_of : date or None
        State on this day; None for the newest.
    since : date or None
        Date of the last issue; None for a fortnight ago.
    folder : Path or None
        Where to write; None computes without writing.
    nested : bool
        Whether even a single region gets a folder of its own inside `folder`.
    dark_presets : tuple of str or None
        Presets that are drawn in the dark theme; None for all.
    """

    regions: tuple[str, ...]
    variables: tuple[str, ...]
    languages: tuple[str, ...]
    charts: tuple[str, ...]
    presets: tuple[str, ...]
    themes: tuple[str, ...]
    formats: tuple[str, ...]
    baseline: Baseline
    freshness: Freshness
    as_of: dt.date | None = None
    since: dt.date | None = None
    folder: Path | None = None
    nested: bool = False
    dark_presets: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RegionReport:
    """
    One region's report.

    Parameters
    ----------
    pairing : Pairing
        Which series answer for it.
    studies : tuple of Study
        What is known.
    assets : tuple of Asset
        Everything written.
    answers : mapping of str to tuple of (str, tuple of str)
        Per language and series: the finding, and the three answers.
    folder : Path or None
        Where it was written.
    charts : tuple of PageChart
        Of the interactive page.
    prose : mapping of str to Prose
        What the page says, by language.
    """

    pairing: Pairing
    studies: tuple[Study, ...]
    assets: tuple[Asset, ...]
    answers: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    folder: Path | None
    charts: tuple[PageChart, ...]
    prose: Mapping[str, Prose]


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """
    The outcome of `report`.

    Parameters
    ----------
    regions : tuple of RegionReport
        One per region.
    lines : tuple of str
        For standard error.
    failed : bool
        Whether some series is not there or some chart not drawn.
    stale : bool
        Whether some series were not updated or are older than usual.
    simulated : bool
        Whether this is the sample.
    """

    regions: tuple[RegionReport, ...]
    lines: tuple[str, ...]
    failed: bool
    stale: bool
    simulated: bool


def report(
    request: Request,
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Report:
    """
    Answer the author's three questions for some regions, in pictures and words.

    Parameters
    ----------
    request : Request
        What to show.
    config : Config
        The settings.
    transport : callable
        Opens the way to the source.
    now : datetime
        The time.
    on_done : callable, optional
        Told of each series as it is done.

    Returns
    -------
    Report
        What was found and written.

    Raises
    ------
    ClimtrackError
        If nothing can be shown, or this computer refuses.
    """
    store = Store(config.home, known_on=request.freshness.known_on)
    now = seen_at(now, request.freshness.known_on)
    themes = looks(config, request.themes)
    pairs = pairings(request.regions, request.variables, config, store)
    keys = wanted(pairs, request.variables)
    goods = stock(
        keys,
        config=config,
        store=store,
        transport=transport,
        now=now,
        freshness=request.freshness,
        on_done=on_done,
    )
    return composed(request, pairs, goods, themes, config=config, store=store, transport=transport, now=now)


def composed(
    request: Request,
    pairs: Sequence[Pairing],
    goods: Stock,
    themes: Sequence[Theme],
    *,
    config: Config,
    store: Store,
    transport: Callable[[], Transport],
    now: dt.datetime,
) -> Report:
    """
    Analyse, draw and write what is in hand.

    Parameters
    ----------
    request : Request
        What to show.
    pairs : sequence of Pairing
        Series that answer for each region.
    goods : Stock
        Series in hand.
    themes : sequence of Theme
        Looks.
    config : Config
        The settings.
    store : Store
        The store.
    transport : callable
        Opens the way to the source, for a hemisphere that a comparing chart lacks.
    now : datetime
        The time.

    Returns
    -------
    Report
        What was found and written.

    Raises
    ------
    ClimtrackError
        If this computer refuses.
    """
    lines = [*store.notices, *goods.lines]
    beside = companions(
        request.charts,
        request.variables,
        goods,
        config=config,
        store=store,
        transport=transport,
        now=now,
        freshness=request.freshness,
        baseline=request.baseline,
        as_of=request.as_of,
        since=request.since,
    )
    failed = bool(goods.missing) and not goods.simulated
    regions = []
    for pair in pairs:
        studies = studies_of(
            pair,
            request.variables,
            goods.series,
            config=config,
            store=store,
            baseline=request.baseline,
            as_of=request.as_of,
        )
        if not studies:
            continue
        wanted_pictures = pictures(
            request.charts,
            studies,
            companions=beside,
            presets=request.presets,
            themes=themes,
            languages=request.languages,
            formats=request.formats,
        )
        if request.dark_presets is not None:
            dark = request.dark_presets
            wanted_pictures = tuple(p for p in wanted_pictures if p.theme.name != "dark" or p.preset in dark)
        drawn, undrawn = draw(wanted_pictures)
        lines.extend(undrawn)
        failed = failed or bool(undrawn)
        behind = tables(wanted_pictures, drawn)
        charts = page_charts(studies, drawn, request.languages, now=now)
        health = _health(goods, studies, seen_at(now, request.freshness.known_on))
        prose = page_prose(pair, charts, request.languages, health=health)
        papers = documents(request, pair, studies, drawn, now, health, behind)
        assets = (*drawn, *behind, *papers, report_html(charts, prose))
        folder = None
        if request.folder is not None:
            folder = request.folder / pair.region if request.nested or len(request.regions) > 1 else request.folder
            write_bundle(folder, assets)
        said = {
            code: tuple(
                (words("year_lines", [study], Language(code)).title, answers(study, Language(code)))
                for study in studies
            )
            for code in request.languages
        }
        regions.append(RegionReport(pair, studies, assets, said, folder, charts, prose))
    return Report(tuple(regions), tuple(dict.fromkeys(lines)), failed, goods.stale, goods.simulated)


def tables(wanted: Sequence[Picture], drawn: Sequence[Asset]) -> tuple[Asset, ...]:
    """
    The numbers behind the pictures that show something else than daily lines.

    Parameters
    ----------
    wanted : sequence of Picture
        What was to be drawn.
    drawn : sequence of Asset
        What could be drawn.

    Returns
    -------
    tuple of Asset
        One per chart and series, named as its pictures are.
    """
    unique = {
        (picture.chart, *(study.series.key for study in picture.studies)): picture
        for picture in wanted
        if picture.chart not in DAILY
    }
    made = []
    for one in unique.values():
        with suppress(RenderError):  # what cannot be drawn has no table either, and its line says why
            made.append(chart_csv(one.chart, one.studies, **one.options))
    return tuple(table for table in made if any(asset.path.startswith(table.path[:-3]) for asset in drawn))


def documents(
    request: Request,
    pair: Pairing,
    studies: Sequence[Study],
    drawn: Sequence[Asset],
    now: dt.datetime,
    health: Sequence[str],
    behind: Sequence[Asset] = (),
) -> tuple[Asset, ...]:
    """
    Everything of a report that is neither a picture nor the page.

    Parameters
    ----------
    request : Request
        What to show.
    pair : Pairing
        Which series answer for the region.
    studies : sequence of Study
        What is known.
    drawn : sequence of Asset
        The pictures.
    now : datetime
        The time.
    health : sequence of str
        What is older than usual.
    behind : sequence of Asset
        Tables of single pictures, to be named.

    Returns
    -------
    tuple of Asset
        Markdown, facts, tables.
    """
    return (
        report_markdown(
            pair, studies, drawn, request.languages, now=now, health=health, tables=[table.path for table in behind]
        ),
        facts_json(pair, studies),
        *(table_csv(study) for study in studies),
    )


def page_charts(
    studies: Sequence[Study], drawn: Sequence[Asset], languages: Sequence[str], *, now: dt.datetime
) -> tuple[PageChart, ...]:
    """
    Charts of a region's interactive page.

    Parameters
    ----------
    studies : sequence of Study
        What is known.
    drawn : sequence of Asset
        The pictures, of which one per series shows where scripts do not run.
    languages : sequence of str
        The first shows first.
    now : datetime
        The time, for the age of the data.

    Returns
    -------
    tuple of PageChart
        One per series.
    """
    return tuple(
        PageChart(
            study,
            {code: words("year_lines", [study], Language(code)) for code in languages},
            climatologies(study),
            tuple(asset for asset in drawn if asset.path.startswith(f"{study.series.key.label}.year-lines.")),
            {code: attribution(study, Language(code)) for code in languages},
            {code: answers(study, Language(code)) for code in languages},
            {code: (data_line(study, Language(code), now),) for code in languages},
        )
        for study in studies
    )


def _health(goods: Stock, studies: Sequence[Study], seen: dt.datetime) -> tuple[str, ...]:
    """What was unusual about a region's own sources: its report is the same alone and beside other regions."""
    if not goods.health:
        return ()
    keys = [study.series.key for study in studies]
    labels = {key.label for key in keys}
    late = stale([goods.series[key] for key in keys if key in goods.series], seen)
    return (*late, *(line for line in goods.health if line.partition(" departs ")[0] in labels))


def page_prose(
    pair: Pairing, charts: Sequence[PageChart], languages: Sequence[str], *, health: Sequence[str] = ()
) -> dict[str, Prose]:
    """
    What a region's page says above its charts.

    Parameters
    ----------
    pair : Pairing
        Which series answer for it.
    charts : sequence of PageChart
        Its charts.
    languages : sequence of str
        The first shows first.
    health : sequence of str
        What was unusual about the sources, in English; the Spanish page says it in Spanish.

    Returns
    -------
    dict of str to Prose
        By language.
    """
    notices = {
        code: (
            pairing_note(pair, Language(code)).replace("`", ""),
            *(line if code == "en" else spanish_line(line) for line in health),
        )
        for code in languages
    }
    return {
        code: Prose(charts[0].words[code].title, (), tuple(note for note in notices[code] if note))
        for code in languages
    }


def climatologies(study: Study) -> tuple[Climatology, ...]:
    """
    Averages that a reader may choose from.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    tuple of Climatology
        The report's own first, then every named one that the series covers.
    """
    if study.climatology is None:
        return ()
    others = (
        BASELINES[name]
        for name, found in study.findings.anomalies.items()
        if not isinstance(found, Unknown) and name in BASELINES and name != str(study.baseline)
    )
    return (study.climatology, *(climatology(study.table, baseline) for baseline in others))

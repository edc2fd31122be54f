"""The main job: make sure the data are fresh, analyse, draw, write the report folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from climtrack.config import Config
from climtrack.fetcher.transport import Transport
from climtrack.pipeline.drawing import draw, pictures
from climtrack.pipeline.studies import Freshness, pairings, stock, studies_of, wanted
from climtrack.publisher.bundle import write_bundle
from climtrack.reporter.documents import facts_json, report_markdown, table_csv
from climtrack.reporter.language import Language
from climtrack.reporter.prose import answers
from climtrack.store.netcdf import Store
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.results import Study
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
    folder : Path or None
        Where to write; None computes without writing.
    nested : bool
        Whether even a single region gets a folder of its own inside `folder`.
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
    folder: Path | None = None
    nested: bool = False


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
    answers : mapping of str to tuple of str
        The three answers per series, by language.
    folder : Path or None
        Where it was written.
    """

    pairing: Pairing
    studies: tuple[Study, ...]
    assets: tuple[Asset, ...]
    answers: Mapping[str, tuple[str, ...]]
    folder: Path | None


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
        Whether some series were not updated or some chart not drawn.
    stale : bool
        Whether some series are older than usual.
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
    store = Store(config.home)
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
    lines = [*store.notices, *goods.lines]
    failed = goods.failed
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
        drawn, undrawn = draw(pictures(request, pair.region, studies), config)
        lines.extend(undrawn)
        failed = failed or bool(undrawn)
        assets = (*drawn, *documents(request, pair, studies, drawn, now))
        folder = None
        if request.folder is not None:
            folder = request.folder / pair.region if request.nested or len(request.regions) > 1 else request.folder
            write_bundle(folder, assets)
        said = {
            code: tuple(sentence for study in studies for sentence in answers(study, Language(code)))
            for code in request.languages
        }
        regions.append(RegionReport(pair, studies, assets, said, folder))
    return Report(tuple(regions), tuple(dict.fromkeys(lines)), failed, goods.stale, goods.simulated)


def documents(
    request: Request, pair: Pairing, studies: Sequence[Study], drawn: Sequence[Asset], now: dt.datetime
) -> tuple[Asset, ...]:
    """
    Everything of a report that is not a picture.

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

    Returns
    -------
    tuple of Asset
        Markdown, facts, tables.
    """
    return (
        report_markdown(pair, studies, drawn, request.languages, now=now),
        facts_json(pair, studies),
        *(table_csv(study) for study in studies),
    )

"""The main job: make sure the data are fresh, analyse, draw, write the report folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from climtrack.analysis.climatology import climatology
from climtrack.config import Config
from climtrack.errors import DiskError, RenderError
from climtrack.publish.folder import write_bundle
from climtrack.publish.page import PageChart, report_html
from climtrack.reporter.answers import answers
from climtrack.reporter.documents import facts_json, report_markdown, table_csv
from climtrack.reporter.documents.report import data_line, pairing_note
from climtrack.reporter.messages import spanish_line
from climtrack.reporter.render import chart_table, words
from climtrack.reporter.theme import Theme
from climtrack.run.drawing import Picture, chart_inputs, draw, pictures, themes_of
from climtrack.run.series import Freshness, Stock, pairings, seen_at, stale, stand_ins, stock, studies_of, wanted
from climtrack.store.store import Store
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Climatology, Study, Unknown
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.registry import BASELINES, Baseline
from climtrack.vocabulary.series import SeriesKey, Transport
from climtrack.words.language import Language

# Papers: what a report says beside its pictures: Markdown, facts, tables, and the parts of its interactive page.


def tables(wanted: Sequence[Picture], drawn: Sequence[Asset]) -> tuple[Asset, ...]:
    """The numbers behind the pictures that show something else than daily lines."""
    unique = {(picture.chart, *(study.series.key for study in picture.studies)): picture for picture in wanted}
    made = []
    for one in unique.values():
        with suppress(RenderError):  # what cannot be drawn has no table either, and its line says why
            made.append(chart_table(one.chart, one.studies, **one.options))
    return tuple(
        table for table in made if table is not None and any(asset.path.startswith(table.path[:-3]) for asset in drawn)
    )


def documents(
    languages: Sequence[str],
    pair: Pairing,
    studies: Sequence[Study],
    drawn: Sequence[Asset],
    now: dt.datetime,
    health: Sequence[str],
    behind: Sequence[Asset] = (),
) -> tuple[Asset, ...]:
    """Everything of a report that is neither a picture nor the page."""
    return (
        report_markdown(
            pair, studies, drawn, languages, now=now, health=health, tables=[table.path for table in behind]
        ),
        facts_json(pair, studies),
        *(table_csv(study) for study in studies),
    )


def page_charts(
    studies: Sequence[Study], drawn: Sequence[Asset], languages: Sequence[str], *, now: dt.datetime
) -> tuple[PageChart, ...]:
    """Charts of a region's interactive page."""
    return tuple(
        PageChart(
            study,
            {code: text[code] for code in languages},
            climatologies(study),
            tuple(asset for asset in drawn if asset.path.startswith(f"{study.series.key.label}.year-lines.")),
            {code: answers(study, Language(code)) for code in languages},
            {code: (data_line(study, Language(code), now),) for code in languages},
        )
        for study in studies
        for text in (words("year_lines", [study]),)
    )


def health_of(goods: Stock, studies: Sequence[Study], seen: dt.datetime) -> tuple[str, ...]:
    """What was unusual about a region's own sources: its report is the same alone and beside other regions."""
    if goods.simulated:
        return ()
    keys = [study.series.key for study in studies]
    late = stale([goods.series[key] for key in keys if key in goods.series], seen)
    return (*late, *(goods.departures[key] for key in keys if key in goods.departures))


def page_notices(pair: Pairing, languages: Sequence[str], *, health: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """What a region's page says above its charts."""
    notices = {
        code: (
            pairing_note(pair, Language(code)).replace("`", ""),
            *(line if code == "en" else spanish_line(line, code) for line in health),
        )
        for code in languages
    }
    return {code: tuple(line for line in lines if line) for code, lines in notices.items()}


def climatologies(study: Study) -> tuple[Climatology, ...]:
    """Averages that a reader may choose from."""
    if study.climatology is None:
        return ()
    others = (
        BASELINES[name]
        for name, found in study.findings.anomalies.items()
        if not isinstance(found, Unknown) and name in BASELINES and name != str(study.baseline)
    )
    return (study.climatology, *(climatology(study.table, baseline) for baseline in others))


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
    baseline: Baseline
    freshness: Freshness  # How hard to try for new data
    as_of: dt.date | None = None  # State on this day; None for the newest
    since: dt.date | None = None  # Date of the last issue; None for a fortnight ago
    folder: Path | None = None  # Where to write; None computes without writing
    nested: bool = False  # Whether even a single region gets a folder of its own inside `folder`
    dark_presets: tuple[str, ...] | None = None  # Presets that are drawn in the dark theme; None for all


@dataclass(frozen=True, slots=True, eq=False)
class RegionReport:
    """One region's report."""

    pairing: Pairing
    studies: tuple[Study, ...]
    assets: tuple[Asset, ...]
    # Per language and series: the finding, and the three answers
    answers: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    folder: Path | None
    charts: tuple[PageChart, ...]
    notices: Mapping[str, tuple[str, ...]]  # What the page says above its charts, by language


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """The outcome of `report`."""

    regions: tuple[RegionReport, ...]
    lines: tuple[str, ...]
    failed: bool  # Whether some series is not there or some chart not drawn
    stale: bool  # Whether some series were not updated or are older than usual
    simulated: bool
    undrawn: tuple[str, ...] = ()  # Those of the lines that tell of a chart that could not be drawn
    # Why this computer could not store what is new: the report is made from what was stored
    refusal: DiskError | None = None

    @property
    def code(self) -> int:
        """Exit code of PRODUCT.md §3."""
        return 5 if self.refusal else 3 if self.failed else 0


def report(
    request: Request,
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Report:
    """Answer the author's three questions for some regions, in pictures and words."""
    store = Store(config.home, known_on=request.freshness.known_on)
    now = seen_at(now, request.freshness.known_on)
    themes = themes_of(config, request.themes)
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
    goods = replace(goods, lines=(*goods.lines, *stand_ins(pairs, config, store)))
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
    """Analyse, draw and write what is in hand."""
    lines = [*store.notices, *goods.lines]
    inputs = chart_inputs(
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
    undrawn: list[str] = []
    for pair in pairs:
        studies = studies_of(
            pair,
            request.variables,
            goods.series,
            config=config,
            store=store,
            baseline=request.baseline,
            as_of=request.as_of,
            now=seen_at(now, request.freshness.known_on),
        )
        if not studies:
            continue
        wanted_pictures = pictures(
            request.charts,
            studies,
            inputs=inputs,
            presets=request.presets,
            themes=themes,
            languages=request.languages,
            formats=request.formats,
        )
        if request.dark_presets is not None:
            dark = request.dark_presets
            wanted_pictures = tuple(p for p in wanted_pictures if p.theme.name != "dark" or p.preset in dark)
        drawn, missed = draw(wanted_pictures)
        undrawn += map(Language("en").say, missed)
        behind = tables(wanted_pictures, drawn)
        charts = page_charts(studies, drawn, request.languages, now=now)
        health = health_of(goods, studies, seen_at(now, request.freshness.known_on))
        notices = page_notices(pair, request.languages, health=health)
        papers = documents(request.languages, pair, studies, drawn, now, health, behind)
        assets = (*drawn, *behind, *papers, report_html(charts, notices))
        folder = None
        if request.folder is not None:
            folder = request.folder / pair.region if request.nested or len(request.regions) > 1 else request.folder
            write_bundle(folder, assets)
        said = {
            code: tuple((chart.words[code].title, chart.answers[code]) for chart in charts)
            for code in request.languages
        }
        regions.append(RegionReport(pair, studies, assets, said, folder, charts, notices))
    told = tuple(dict.fromkeys((*lines, *undrawn)))
    failed = failed or bool(undrawn)
    return Report(tuple(regions), told, failed, goods.stale, goods.simulated, tuple(undrawn), goods.refusal)

"""The main job: make sure the data are fresh, analyse, draw, write the report folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from climtrack.analysis.climatology import climatology
from climtrack.errors import Notice, RenderError
from climtrack.publish.folder import write_bundle
from climtrack.publish.page import PageChart, report_html
from climtrack.reporter.answers import answers
from climtrack.reporter.documents.facts import facts_json, table_csv
from climtrack.reporter.documents.report import data_line, pairing_note, report_markdown
from climtrack.reporter.render import chart_table, oversized, words
from climtrack.reporter.theme import Theme
from climtrack.run.drawing import Picture, Request, chart_inputs, draw, pictures, themes_of
from climtrack.run.run import SOME, Run
from climtrack.run.series import Line, late_notices, report_keys
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Climatology, Study, Unknown
from climtrack.vocabulary.registry import BASELINES
from climtrack.vocabulary.series import Pairing, Series, SeriesKey
from climtrack.words.language import Language


@dataclass(frozen=True, slots=True, eq=False)
class RegionReport:
    pairing: Pairing
    studies: tuple[Study, ...]
    assets: tuple[Asset, ...]
    # Per language and series: the finding, and the three answers
    answers: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    folder: Path | None
    charts: tuple[PageChart, ...]
    notices: Mapping[str, tuple[str, ...]]  # What the page says above its charts, by language
    undrawn: tuple[Line, ...] = ()  # Why pictures are missing


def report(run: Run, request: Request) -> tuple[RegionReport, ...]:
    """Answer the author's three questions for some regions, in pictures and words."""
    themes = themes_of(run.config, request.themes)  # a typeface that is not there is told before anything is asked
    pairs = run.pairings(request.regions, request.variables)
    series = run.series(report_keys(pairs, request.variables))
    run.say(*run.fallback_notices(pairs))
    return compose(run, request, pairs, series, themes)


def compose(
    run: Run,
    request: Request,
    pairs: Sequence[Pairing],
    series: Mapping[SeriesKey, Series],
    themes: Sequence[Theme],
    *,
    departures: Mapping[SeriesKey, Notice] = MappingProxyType({}),
) -> tuple[RegionReport, ...]:
    """
    Analyse, draw and write series in hand.

    `departures` tell of series that the second source contradicts. What a network did today is in no report, so that
    the same data make the same report.
    """
    inputs = chart_inputs(run, request, series)
    reports = []
    for pair in pairs:
        studies = run.studies(pair, request.variables, series, baseline=request.baseline, as_of=request.as_of)
        if studies:
            own = [series[study.series.key] for study in studies]
            health = () if run.simulated else late_notices(own, run.now)
            health += tuple(departures[one.key] for one in own if one.key in departures)
            reports.append(_region(run, request, pair, studies, pictures(request, studies, inputs, themes), health))
    return tuple(reports)


def _region(
    run: Run,
    request: Request,
    pair: Pairing,
    studies: tuple[Study, ...],
    chosen: Sequence[Picture],
    health: Sequence[Notice],
) -> RegionReport:
    """One region's pictures, documents and page, written where the request says."""
    drawn, undrawn = draw(chosen)
    run.say(*undrawn, failed=SOME if undrawn else 0)
    run.say(*oversized(drawn))
    tables = _tables(chosen, drawn)
    charts = tuple(_page_chart(study, drawn, request.languages, run.now) for study in studies)
    notices = {code: page_notices(pair, Language(code), health) for code in request.languages}
    paths = [table.path for table in tables]
    assets = (
        *drawn,
        *tables,
        report_markdown(pair, studies, drawn, request.languages, now=run.now, health=health, tables=paths),
        facts_json(pair, studies),
        *map(table_csv, studies),
        report_html(charts, notices),
    )
    folder = None
    if request.folder is not None:
        folder = request.folder / pair.region if request.nested or len(request.regions) > 1 else request.folder
        write_bundle(folder, assets)
    findings = {
        code: tuple((chart.words[code].title, chart.answers[code]) for chart in charts) for code in request.languages
    }
    return RegionReport(pair, studies, assets, findings, folder, charts, notices, undrawn)


def _tables(chosen: Sequence[Picture], drawn: Sequence[Asset]) -> tuple[Asset, ...]:
    """The numbers behind the pictures that show something else than daily lines."""
    unique = {(one.chart, *(study.series.key for study in one.studies)): one for one in chosen}
    made = []
    for one in unique.values():
        with suppress(RenderError):  # what cannot be drawn has no table either, and its line says why
            made.append(chart_table(one.chart, one.studies, **one.options))
    paths = tuple(asset.path for asset in drawn)
    return tuple(one for one in made if one is not None and any(path.startswith(one.path[:-3]) for path in paths))


def _page_chart(study: Study, drawn: Sequence[Asset], codes: Sequence[str], now: dt.datetime) -> PageChart:
    """A series' interactive chart."""
    text = words("year_lines", [study])
    return PageChart(
        study,
        {code: text[code] for code in codes},
        _climatologies(study),
        tuple(asset for asset in drawn if asset.path.startswith(f"{study.series.key.label}.year-lines.")),
        {code: answers(study, Language(code)) for code in codes},
        {code: (data_line(study, Language(code), now),) for code in codes},
    )


def page_notices(pair: Pairing, language: Language, health: Sequence[Notice]) -> tuple[str, ...]:
    """What a region's page says above its charts."""
    notices = (pairing_note(pair, language).replace("`", ""), *map(language.say, health))
    return tuple(notice for notice in notices if notice)


def _climatologies(study: Study) -> tuple[Climatology, ...]:
    """Averages that a reader may choose from."""
    if study.climatology is None:
        return ()
    others = (
        BASELINES[name]
        for name, found in study.findings.anomalies.items()
        if not isinstance(found, Unknown) and name in BASELINES and name != str(study.baseline)
    )
    return (study.climatology, *(climatology(study.table, baseline) for baseline in others))

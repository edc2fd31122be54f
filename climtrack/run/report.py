"""The main job: make sure the data are fresh, analyse, draw, write the report folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from climtrack.analysis.climatology import climatology
from climtrack.errors import Notice, RenderError
from climtrack.publish.folder import write_bundle
from climtrack.publish.page import PageChart, Prose, report_html
from climtrack.reporter.documents import DAILY, chart_csv, facts_json, report_markdown, table_csv
from climtrack.reporter.documents.attribution import attribution
from climtrack.reporter.documents.report import data_line, pairing_note
from climtrack.reporter.prose import answers, words
from climtrack.reporter.theme import Theme
from climtrack.run.drawing import Picture, companions, draw, looks, pictures
from climtrack.run.run import SOME, Run
from climtrack.run.series import keys_of, late_notices
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Climatology, Study, Unknown
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.registry import BASELINES, Baseline
from climtrack.vocabulary.series import Series, SeriesKey
from climtrack.words.language import Language

# Papers: what a report says beside its pictures: Markdown, facts, tables, and the parts of its interactive page.


def tables(pictures: Sequence[Picture], drawn: Sequence[Asset]) -> tuple[Asset, ...]:
    """The numbers behind the pictures that show something else than daily lines."""
    unique = {
        (picture.chart, *(study.series.key for study in picture.studies)): picture
        for picture in pictures
        if picture.chart not in DAILY
    }
    made = []
    for one in unique.values():
        with suppress(RenderError):  # what cannot be drawn has no table either, and its line says why
            made.append(chart_csv(one.chart, one.studies, **one.options))
    return tuple(table for table in made if any(asset.path.startswith(table.path[:-3]) for asset in drawn))


def documents(
    languages: Sequence[str],
    pair: Pairing,
    studies: Sequence[Study],
    drawn: Sequence[Asset],
    now: dt.datetime,
    health: Sequence[Notice],
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
            {code: words("year_lines", [study], Language(code)) for code in languages},
            climatologies(study),
            tuple(asset for asset in drawn if asset.path.startswith(f"{study.series.key.label}.year-lines.")),
            {code: attribution(study, Language(code)) for code in languages},
            {code: answers(study, Language(code)) for code in languages},
            {code: (data_line(study, Language(code), now),) for code in languages},
        )
        for study in studies
    )


def health_of(
    run: Run, studies: Sequence[Study], series: Mapping[SeriesKey, Series], departures: Mapping[SeriesKey, Notice]
) -> tuple[Notice, ...]:
    """What was unusual about a region's own sources: its report is the same alone and beside other regions."""
    if run.simulated:
        return ()
    keys = [study.series.key for study in studies]
    late = late_notices([series[key] for key in keys if key in series], run.now)
    return (*late, *(departures[key] for key in keys if key in departures))


def page_prose(
    pair: Pairing, charts: Sequence[PageChart], languages: Sequence[str], *, health: Sequence[Notice] = ()
) -> dict[str, Prose]:
    """What a region's page says above its charts."""
    notices = {
        code: (
            pairing_note(pair, Language(code)).replace("`", ""),
            *(Language(code).say(notice) for notice in health),
        )
        for code in languages
    }
    return {
        code: Prose(charts[0].words[code].title, (), tuple(note for note in notices[code] if note))
        for code in languages
    }


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


#: Makes pictures; gives their files, and a line for each that could not be made.
Draw = Callable[[Sequence[Picture]], tuple[tuple[Asset, ...], tuple[str, ...]]]


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
    prose: Mapping[str, Prose]  # What the page says, by language


def report(run: Run, request: Request) -> tuple[RegionReport, ...]:
    """Answer the author's three questions for some regions, in pictures and words."""
    themes = looks(run.config, request.themes)  # a typeface that is not there is told before anything is asked
    pairs = run.pairings(request.regions, request.variables)
    series = run.series(keys_of(pairs, request.variables))
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
    draw: Draw = draw,
) -> tuple[RegionReport, ...]:
    """
    Analyse, draw and write series in hand.

    `departures` tell of series that the second source contradicts. What a network did today is in no report, so that
    the same data make the same report.
    """
    beside = companions(
        run,
        request.charts,
        request.variables,
        series,
        baseline=request.baseline,
        as_of=request.as_of,
        since=request.since,
    )
    reports = []
    for pair in pairs:
        studies = run.studies(pair, request.variables, series, baseline=request.baseline, as_of=request.as_of)
        if studies:
            health = health_of(run, studies, series, departures)
            chosen = pictures(
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
                chosen = tuple(one for one in chosen if one.theme.name != "dark" or one.preset in dark)
            drawn, undrawn = draw(chosen)
            run.say(*undrawn, failed=SOME if undrawn else 0)
            reports.append(_region(run, request, pair, studies, health, chosen, drawn))
    return tuple(reports)


def _region(
    run: Run,
    request: Request,
    pair: Pairing,
    studies: Sequence[Study],
    health: Sequence[Notice],
    chosen: Sequence[Picture],
    drawn: tuple[Asset, ...],
) -> RegionReport:
    """One region's pictures, documents and page, written where the request says."""
    behind = tables(chosen, drawn)
    charts = page_charts(studies, drawn, request.languages, now=run.now)
    prose = page_prose(pair, charts, request.languages, health=health)
    beside = documents(request.languages, pair, studies, drawn, run.now, health, behind)
    assets = (*drawn, *behind, *beside, report_html(charts, prose))
    folder = None
    if request.folder is not None:
        folder = request.folder / pair.region if request.nested or len(request.regions) > 1 else request.folder
        write_bundle(folder, assets)
    finding = {
        code: tuple((chart.words[code].title, chart.answers[code]) for chart in charts) for code in request.languages
    }
    return RegionReport(pair, tuple(studies), assets, finding, folder, charts, prose)

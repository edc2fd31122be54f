"""The main job: make sure the data are fresh, analyse, draw, write the report folder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from climtrack.analysis.climatology import climatology
from climtrack.errors import Notice, RenderError
from climtrack.publish.folder import write_bundle
from climtrack.publish.page import Frame, PageChart, report_html
from climtrack.publish.site import folder_gallery
from climtrack.reporter.answers import answers
from climtrack.reporter.documents.facts import facts_json
from climtrack.reporter.documents.report import data_line, nino_note, pairing_note, report_markdown, short_tables
from climtrack.reporter.documents.tables import description, months_csv, notes, table_csv
from climtrack.reporter.months import MonthPhrases, phrases
from climtrack.reporter.render import chart_table, oversized, words
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.theme import Theme
from climtrack.run.drawing import Picture, Request, chart_inputs, draw, pictures, themes_of
from climtrack.run.run import SOME, Run
from climtrack.run.series import Line, late_notices, refreshable, usual_lag
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import AnyStudy, BaselineAnomaly, Climatology, MonthStudy, Study
from climtrack.vocabulary.registry import BASELINES
from climtrack.vocabulary.series import Pairing, Series, SeriesKey
from climtrack.words.attribution import attribution
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
    months: tuple[MonthStudy, ...] = ()  # The sea of a hemisphere where NOAA's months answer for it


def report(run: Run, request: Request) -> tuple[RegionReport, ...]:
    """Answer the author's three questions for some regions, in pictures and words."""
    themes = themes_of(run.config, request.themes)  # a typeface that is not there is told before anything is asked
    pairs, series = run.answer(request.regions, request.variables)
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
        shown = run.shown(pair, request.variables, series, baseline=request.baseline, as_of=request.as_of)
        land = run.month_study(pair, "air", series, baseline=request.baseline, as_of=request.as_of)
        if shown:
            own = [series[study.series.key] for study in shown]
            days = [study for study in shown if isinstance(study, Study)]
            late = () if run.simulated else late_notices(own, run.now)
            health = () if run.simulated else run.succession_notices(days)
            health += tuple(departures[one.key] for one in own if one.key in departures)
            chosen = pictures(request, shown, inputs, themes)
            reports.append(_region(run, request, pair, shown, land, chosen, late, health))
    return tuple(reports)


def _region(
    run: Run,
    request: Request,
    pair: Pairing,
    shown: tuple[AnyStudy, ...],
    land: MonthStudy | None,
    chosen: Sequence[Picture],
    late: Sequence[Notice],
    health: Sequence[Notice],
) -> RegionReport:
    """One region's pictures, documents and page, written where the request says."""
    studies = tuple(study for study in shown if isinstance(study, Study))
    months = [study for study in shown if isinstance(study, MonthStudy)]
    drawn, undrawn = draw(chosen)
    # that series have no baseline in common is said, but nothing has failed
    missing = [one for one in undrawn if one.facts["why"].id != "draw.hemispheres.baseline"]
    run.say(*undrawn, failed=SOME if missing else 0)
    run.say(*oversized(drawn))
    tables = _tables(chosen, drawn)
    charts = tuple(_page_chart(run, pair, study, request.languages, months) for study in studies)
    notices = {
        code: (*map(Language(code).say, health), *(_told(one, code) for one in months)) for code in request.languages
    }
    by_month = tuple(filter(None, (*months, land)))
    tables = (*map(table_csv, studies), *map(months_csv, by_month), *tables)
    about = description([one.path for one in tables], [*map(notes, studies), *map(notes, by_month)])
    paths = [one.path for one in (*tables, about)]
    assets = (
        *drawn,
        *tables,
        about,
        report_markdown(pair, shown, drawn, request.languages, now=run.now, health=(*late, *health), tables=paths),
        facts_json(pair, shown),
    )
    if charts:
        gallery = folder_gallery(assets, charts, request.languages)
        assets += (report_html(charts, notices, frame=Frame(gallery=gallery)),)
    folder = None
    if request.folder is not None:
        folder = request.folder / pair.region if request.nested or len(request.regions) > 1 else request.folder
        write_bundle(folder, assets)
    findings = {
        code: tuple(
            (voice.title(), voice.answers())
            if isinstance(voice := phrases(study, Language(code)), MonthPhrases)
            else (charts[studies.index(study)].words[code].title, charts[studies.index(study)].answers[code])
            for study in shown
        )
        for code in request.languages
    }
    return RegionReport(pair, studies, assets, findings, folder, charts, notices, undrawn, tuple(months))


def _tables(chosen: Sequence[Picture], drawn: Sequence[Asset]) -> tuple[Asset, ...]:
    """The numbers behind the pictures that show something else than daily lines."""
    unique = {(one.chart, *(study.series.key for study in one.studies)): one for one in chosen}
    made = []
    for one in unique.values():
        with suppress(RenderError):  # what cannot be drawn has no table either, and its line says why
            made.append(chart_table(one.chart, one.studies, **one.options))
    paths = tuple(asset.path for asset in drawn)
    return tuple(one for one in made if one is not None and any(path.startswith(one.path[:-3]) for path in paths))


def _page_chart(run: Run, pair: Pairing, study: Study, codes: Sequence[str], months: Sequence[MonthStudy]) -> PageChart:
    """A series' interactive chart."""
    text = words("year_lines", [study])
    sea = pair.sst in (None, study.series.key)  # what is said of the sea stands with the sea
    notices = {}
    for code in codes:
        note = pairing_note(pair, Language(code), months=bool(months)).replace("`", "") if sea else ""
        lines = data_line(study, Language(code)), note, nino_note(study, Language(code))
        notices[code] = tuple(filter(None, lines))
    return PageChart(
        study,
        {code: text[code] for code in codes},
        _climatologies(study),
        {code: answers(study, Language(code)) for code in codes},
        notices,
        tables={code: tuple(short_tables(Phrases(study, Language(code)))) for code in codes},
        closing={
            code: tuple(line for one in months for line in attribution(one.series, Language(code))) for code in codes
        },
        usual=usual_lag(study.series.key) if refreshable(study.series, run.config) else 0,
    )


def _told(months: MonthStudy, code: str) -> str:
    """What a page without a chart of months says of them."""
    voice = MonthPhrases(months, Language(code))
    return f"{voice.simulated}{voice.above()} {voice.below()}"


def _climatologies(study: Study) -> tuple[Climatology, ...]:
    """Averages that a reader may choose from."""
    if study.climatology is None:
        return ()
    others = (
        BASELINES[name]
        for name, found in study.findings.anomalies.items()
        if isinstance(found, BaselineAnomaly)
        and not math.isnan(found.spread)  # its years are ours
        and name in BASELINES
        and name != str(study.baseline)
    )
    return (study.climatology, *(climatology(study.table, baseline) for baseline in others))

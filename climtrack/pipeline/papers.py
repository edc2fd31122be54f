"""Papers: what a report says beside its pictures: Markdown, facts, tables, and the parts of its interactive page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress

from climtrack.analysis.climatology import climatology
from climtrack.errors import RenderError
from climtrack.pipeline.drawing import Picture
from climtrack.pipeline.notices import stale
from climtrack.pipeline.studies import Stock
from climtrack.publisher.parts import PageChart, Prose
from climtrack.reporter.documents import DAILY, chart_csv, facts_json, report_markdown, table_csv
from climtrack.reporter.documents.attribution import attribution
from climtrack.reporter.documents.report import data_line, pairing_note
from climtrack.reporter.language import Language
from climtrack.reporter.messages import spanish_line
from climtrack.reporter.prose import answers, words
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.baselines import BASELINES
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.results import Climatology, Study


def tables(wanted: Sequence[Picture], drawn: Sequence[Asset]) -> tuple[Asset, ...]:
    """The numbers behind the pictures that show something else than daily lines."""
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
            {code: words("year_lines", [study], Language(code)) for code in languages},
            climatologies(study),
            tuple(asset for asset in drawn if asset.path.startswith(f"{study.series.key.label}.year-lines.")),
            {code: attribution(study, Language(code)) for code in languages},
            {code: answers(study, Language(code)) for code in languages},
            {code: (data_line(study, Language(code), now),) for code in languages},
        )
        for study in studies
    )


def health_of(goods: Stock, studies: Sequence[Study], seen: dt.datetime) -> tuple[str, ...]:
    """What was unusual about a region's own sources: its report is the same alone and beside other regions."""
    if goods.simulated:
        return ()
    keys = [study.series.key for study in studies]
    late = stale([goods.series[key] for key in keys if key in goods.series], seen)
    return (*late, *(goods.departures[key] for key in keys if key in goods.departures))


def page_prose(
    pair: Pairing, charts: Sequence[PageChart], languages: Sequence[str], *, health: Sequence[str] = ()
) -> dict[str, Prose]:
    """What a region's page says above its charts."""
    notices = {
        code: (
            pairing_note(pair, Language(code)).replace("`", ""),
            *(line if code == "en" else spanish_line(line, code) for line in health),
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

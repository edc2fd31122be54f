"""Reports without their pixels: facts, tables and words of a study, as a report writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from climtrack.errors import RenderError
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.documents.facts import facts_json
from climtrack.reporter.documents.report import report_markdown
from climtrack.reporter.documents.tables import table_csv, year_tables
from climtrack.reporter.render import chart_table, words
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Pairing

#: Numbers of a report that its table of days cannot tell: by how much values still move, how outlooks have done, which
#: length of a run is round, how long ago the data end.
NOT_OF_THE_TABLE = r"\.revision_noise\.|\.outlook_score\.|\.next_milestone$|\(report\.data n\)"
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def report(study: Study, codes: tuple[str, ...] = ("en", "es")) -> tuple[Asset, ...]:
    """A report of one series: its pictures have words and no pixels."""
    key = study.series.key
    air = key.variable == "t2m"
    pair = Pairing(key.region, key if air else None, None if air else key, sea_named=False, sea_computed=False)
    pictures = tuple(_pictures(study, codes))
    document = report_markdown(pair, [study], pictures, codes, now=NOW)
    return (*pictures, *_tables(study), document, facts_json(pair, [study]), table_csv(study), *year_tables(study))


def _pictures(study: Study, codes: tuple[str, ...]) -> Iterator[Asset]:
    for name, chart in CHARTS.items():
        if chart.needs != "series":
            continue
        try:
            every = words(name, [study])
        except RenderError:
            continue
        for code in codes:
            path = f"{study.region.name}-{VARIABLES[study.series.key.variable].option}.{chart.slug}.wide.{code}.png"
            yield Asset(path, "image/png", b"", code, every[code])


def _tables(study: Study) -> Iterator[Asset]:
    for name, chart in CHARTS.items():
        if chart.table is not None and chart.needs == "series":
            try:
                table = chart_table(name, [study])
            except RenderError:
                continue
            if table is not None:
                yield table

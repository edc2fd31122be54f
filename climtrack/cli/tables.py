"""Findings as tables for people: ruled in a terminal, tab-separated in a pipe; the reason where a fact is not known."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import zip_longest
from typing import Any

from climtrack.cli.output import say
from climtrack.errors import Notice
from climtrack.reporter.sentences import place
from climtrack.vocabulary.findings import OWN, Comparison, Fact, Findings, MonthStudy, Rank, Record, Study, Unknown
from climtrack.vocabulary.registry import PRODUCTS, Baseline
from climtrack.vocabulary.series import SeriesKey
from climtrack.words.language import Language
from climtrack.words.standing import standing

Row = tuple[str, ...]
Rows = list[Row]

DASH = "–"
SHOWN_HOLDERS = 8


def table(names: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table on standard output."""
    if not sys.stdout.isatty():
        if title:
            say(title)
        for cells in (names, *rows):
            say("\t".join(cell.replace("\n", " ").replace("\t", " ") for cell in cells))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ruled = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left")
    for name in names:
        ruled.add_column(Text(name))
    for cells in rows:
        ruled.add_row(*(Text(cell) for cell in cells))
    Console().print(ruled)


def head(language: Language, *names: str) -> Row:
    """The names of columns, some of which have none."""
    return tuple(language.text(f"cell.head.{name}") if name else "" for name in names)


def rows(
    value: Any, language: Language, name: str = "", unit: str = "", facts: Mapping[str, Any] | None = None
) -> Rows:
    """
    A row for each field of a finding that declares one: its name, the figure, what stands beside it.

    `name` and `unit` are those of the field that holds the finding, `facts` what messages may name besides its own.
    """
    if value is None or isinstance(value, Unknown):
        return [(name, DASH, "" if value is None else language.what(value))] if name else []
    facts = {**(facts or {}), **shown(value, language, unit)}

    def text(message: str, **more: Any) -> str:
        return language.what(Notice(message, **{**facts, **more})) if message else ""

    found: Rows = []
    for field, spec in _declared(value):
        inner = getattr(value, field)
        if isinstance(inner, Mapping):
            for key, one in inner.items():
                found += rows(one, language, text(spec.label, key=key.replace("-", "–")), spec.unit, facts)
            continue
        if isinstance(inner, tuple) and inner and is_dataclass(inner[0]):
            for one in inner:
                found += rows(one, language, "", spec.unit, facts)
            continue
        label = name if spec.label == OWN else text(spec.label)
        if inner is None or isinstance(inner, Unknown) or (is_dataclass(inner) and not spec.text):
            found += rows(inner, language, label, spec.unit, facts)
        elif label:
            count = len(inner) if isinstance(inner, tuple) else inner
            figure = text(spec.text, n=count) if spec.text else facts[field]
            found.append((label, str(figure), text(spec.beside, n=facts.get(spec.n))))
    return found


def shown(finding: Any, language: Language, unit: str = "") -> dict[str, Any]:
    """The fields of a finding as messages name them: those that declare how as text, all others as they are."""
    declared = dict(_declared(finding))
    properties = [name for name, one in vars(type(finding)).items() if isinstance(one, property)]
    cells = {
        name: _cell(getattr(finding, name), declared.get(name), language, unit)
        for name in (*(field.name for field in fields(finding)), *properties)
    }
    return cells | ({"claim": standing("claim", finding, language)} if isinstance(finding, Rank | Record) else {})


def _declared(finding: Any) -> list[tuple[str, Fact]]:
    return [(field.name, field.metadata["fact"]) for field in fields(finding) if "fact" in field.metadata]


def listed(values: Sequence[Any], language: Language) -> str:
    """The first four of them, and how many more there are."""
    first = ", ".join(map(str, values[:4]))
    return first if len(values) <= 4 else language.text("cell.more", len(values) - 4, listed=first)


def _cell(value: Any, spec: Fact | None, language: Language, unit: str) -> Any:
    """One fact as text, in the unit that the field declares; `unit` is that of the field which holds the finding."""
    if isinstance(value, Baseline | SeriesKey):
        return value.label
    if isinstance(value, tuple):
        return listed(value, language)
    if spec is None or value is None or value == "" or isinstance(value, Notice | Mapping):
        return value
    if is_dataclass(value):
        return language.what(Notice(spec.text, **shown(value, language, unit))) if spec.text else value
    if spec.words:
        return language.text(f"{spec.words}.{value}")
    match (unit if spec.label == OWN else "") or spec.unit:
        case "temperature":
            return language.temperature(value, spec.decimals)
        case "difference":
            return language.difference(value, spec.decimals)
        case "number":
            return language.number(value, spec.decimals)
        case "signed":
            return language.signed(value, spec.decimals)
        case "percent":
            return language.percent(value, spec.decimals)
        case "percentile":
            return language.percentile(value)
        case "share":
            return language.percent(100 * value)
        case "per_day":
            return language.text("cell.per_day", value=language.signed(value, spec.decimals))
        case "per_decade":
            return language.text("cell.per_decade", value=language.difference(value, spec.decimals))
        case "month":
            return f"{value:%Y-%m}"
    return value if spec.text else language.count(value)


def heading(study: Study, language: Language) -> str:
    """What a table is about."""
    say, latest, absent = language.text, study.findings.latest, len(study.findings.absent_years)
    text = say(
        "cell.heading",
        name=place(study.region, language).name,
        quantity=say(f"quantity.{study.series.key.variable}"),
        date=latest.date,
    )
    text = say("cell.heading.preliminary", heading=text) if latest.status == "preliminary" else text
    text = say("cell.heading.absent", absent, heading=text) if absent else text
    return say("cell.simulated", heading=text) if study.simulated else text


def fact_rows(study: Study, language: Language) -> Rows:
    """Every finding of a series, and where the series is from."""
    say, source, other = language.text, study.series.source, study.findings.year_over_year
    found = rows(study.findings, language, facts={"year": study.year})
    if not isinstance(other, Unknown) and other.named_year is not None:
        from climtrack.analysis.ranking import run_above

        found += rows(run_above(study, other.named_year), language, say("cell.yoy.above", other=other.named_year))
    beside = say("cell.source.beside", url=source.url, moment=f"{source.retrieved:%Y-%m-%d %H:%M} UTC")
    return [
        *found,
        *run_rows(study, language),
        (say("cell.source"), source.data_source or study.series.key.product, beside),
    ]


def month_heading(study: MonthStudy, language: Language) -> str:
    """What a table of months is about."""
    product, month = PRODUCTS[study.series.key.product].title, language.month(study.findings.month)
    name = place(study.region, language).name
    text = language.text("cell.months.heading", name=name, month=month, product=product)
    return language.text("cell.simulated", heading=text) if study.simulated else text


def month_rows(study: MonthStudy, language: Language) -> Rows:
    """What NOAA's last whole month tells, and where it is from."""
    source = study.series.source
    beside = language.text("cell.source.beside", url=source.url, moment=f"{source.retrieved:%Y-%m-%d %H:%M} UTC")
    return [*rows(study.findings, language), (language.text("cell.source"), source.data_source, beside)]


def record_rows(study: Study, language: Language) -> Rows:
    """The three records, a column for each of their facts."""
    records, found = study.findings.records, Rows()
    three = (records.warmest_day, records.warmest_for_date, records.largest_anomaly)
    facts = shown(study.findings, language) | {"year": study.year}
    for (name, value, beside), record in zip(rows(records, language, facts=facts), three, strict=False):
        if isinstance(record, Unknown):
            found.append((name, value, beside, "", "", "", ""))
            continue
        cells = shown(record, language, "difference" if record is records.largest_anomaly else "")
        before = cells["previous"] or language.text("cell.record.none")
        margin = "" if record.previous is None else cells["margin"]
        found.append((name, value, cells["days"], cells["claim"], before, margin, cells["tied_with"]))
    return found


def streak_rows(study: Study, language: Language) -> Rows:
    """The record days of this year, and the runs."""
    found: Findings = study.findings
    facts = {"year": study.year, "baseline": found.baseline and found.baseline.label}
    days = rows(found.records, language, facts=facts)[-1]
    return [days, *rows(found.streaks, language, facts=facts), *run_rows(study, language)]


def run_rows(study: Study, language: Language) -> Rows:
    """The longest runs of record days."""
    ledger = enumerate(study.findings.records.runs, 1)
    return [row for i, run in ledger for row in rows(run, language, language.text("cell.run", rank=i))]


def holder_rows(study: Study, language: Language) -> Rows:
    """Who holds the calendar."""
    say = language.text
    warm, cold = study.findings.records.warm_holders, study.findings.records.cold_holders
    top = zip_longest(warm[:SHOWN_HOLDERS], cold[:SHOWN_HOLDERS])
    found: Rows = [
        (str(i + 1), *(say("cell.holder", year=one.year, days=say("days", one.days)) if one else "" for one in pair))
        for i, pair in enumerate(top)
    ]
    others = [sum(one.days for one in side[SHOWN_HOLDERS:]) for side in (warm, cold)]
    return [*found, (say("cell.others"), *(say("days", days) for days in others))]


def side_rows(found: Comparison, language: Language) -> Rows:
    """The sides of a comparison, a column each."""
    columns = [rows(side, language) for side in found.sides]
    return [(cells[0][0], *(cell[1] for cell in cells)) for cells in zip(*columns, strict=True)]

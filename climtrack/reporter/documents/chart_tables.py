"""The numbers behind each picture, as W3C asks beside the long description of a complex image."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.documents.tables import COLUMNS, COMPUTED_DECIMALS, head, sheet, table_csv
from climtrack.reporter.plain import plain
from climtrack.reporter.prose.since_last_issue import moment
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import VARIABLES

if TYPE_CHECKING:
    from climtrack.vocabulary.findings import Overlay

Rows = list[tuple[str, ...]]
Table = tuple[tuple[str, ...], Rows]


def _number(value: float) -> str:
    """A figure as text, a gap empty."""
    return "" if value != value else repr(round(float(value), COMPUTED_DECIMALS))


def _from(study: Study, first: dt.date) -> Rows:
    """Rows of the series' own table from a day on."""
    lines = table_csv(study).data.decode().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(first.isoformat()))
    return [tuple(line.split(",")) for line in lines[start:]]


def _this_year(studies: Sequence[Study]) -> Table:
    """The year so far, day by day."""
    study = studies[0]
    return COLUMNS, _from(study, max(dt.date(study.year, 1, 1), study.series.start))


def _hemispheres(studies: Sequence[Study]) -> Table:
    """Value and anomaly of each series on the days of this year."""
    first = dt.date(max(study.year for study in studies), 1, 1)
    days = max((study.series.end - first).days for study in studies) + 1
    columns = ["date"]
    cells: list[list[str]] = [[(first + dt.timedelta(days=i)).isoformat() for i in range(days)]]
    for study in studies:
        anomalies = means.daily(study)
        columns += [f"{plain(study.region.name)}_value", f"{plain(study.region.name)}_anomaly"]
        rows = [study.series.index(first + dt.timedelta(days=i)) for i in range(days)]
        cells.append(["" if i is None else _number(study.series.values[i]) for i in rows])
        cells.append(["" if i is None else _number(anomalies[i]) for i in rows])
    return tuple(columns), list(zip(*cells, strict=True))


def _stripes(studies: Sequence[Study]) -> Table:
    """Mean anomaly of each whole year, and of the year so far."""
    found = []
    for study in studies:
        years = means.annual(study)
        to_date = study.findings.anomaly_year_to_date
        if study.year not in years and isinstance(to_date, float):
            years[study.year] = to_date
        found.append(years)
    last = {study.year: study.series.end.isoformat() for study in studies}
    every = sorted(set().union(*found))
    rows = [
        (str(year), *(_number(years.get(year, np.nan)) for years in found), last.get(year, f"{year}-12-31"))
        for year in every
    ]
    return ("year", *(f"{plain(study.region.name)}_anomaly" for study in studies), "to"), rows


def _day_heatmap(studies: Sequence[Study]) -> Table:
    """Centred 7-day mean of the anomaly, day by day."""
    study = studies[0]
    dates = np.datetime_as_string(study.series.dates).tolist()
    return ("date", "anomaly_7_day_mean"), [
        (day, _number(mean)) for day, mean in zip(dates, means.weekly(study).tolist(), strict=True)
    ]


def _records(studies: Sequence[Study]) -> Table:
    """Dates whose record each year holds."""
    records = studies[0].findings.records
    warm = {holder.year: holder for holder in records.warm_holders}
    cold = {holder.year: holder.days for holder in records.cold_holders}
    return ("year", "warm_records", "of_them_preliminary", "cold_records"), [
        (
            str(year),
            str(warm[year].days if year in warm else 0),
            str(warm[year].preliminary if year in warm else 0),
            str(cold.get(year, 0)),
        )
        for year in sorted({*warm, *cold})
    ]


def _since(studies: Sequence[Study], *, since: dt.date | None = None) -> Table:
    """The days since a date, the day it counts from included."""
    return COLUMNS, _from(studies[0], moment(studies[0], since))


def _overlay(studies: Sequence[Study], *, overlay: Overlay | None = None) -> Table:
    """Anomaly of each El Niño by days since its onset."""
    if overlay is None:
        raise RenderError(f"{studies[0].series.key}: the overlay is lacking", "Fetch nino3.4 too")
    lines = [*overlay.past, *([overlay.current] if overlay.current is not None else [])]
    return ("days_since_onset", *(plain(line.label) for line in lines)), [
        (str(int(day)), *(_number(line.values[i]) for line in lines)) for i, day in enumerate(overlay.days)
    ]


_TABLES: Mapping[str, Callable[..., Table]] = MappingProxyType(
    {
        "year_lines": _this_year,
        "anomaly": _this_year,
        "year_over_year": _this_year,
        "hemispheres": _hemispheres,
        "stripes": _stripes,
        "day_heatmap": _day_heatmap,
        "records": _records,
        "since_last_issue": _since,
        "el_nino_overlay": _overlay,
    }
)


#: Charts of the daily lines: the series' own table holds everything that they show.
DAILY = frozenset({"year_lines", "anomaly", "year_over_year"})


def chart_csv(chart: str, studies: Sequence[Study], **options: Any) -> Asset:
    """The numbers that a picture shows."""
    if chart not in _TABLES:
        raise RenderError(f"no table for the chart {chart[:40]!r}", f"Choose one of {', '.join(_TABLES)}")
    columns, rows = _TABLES[chart](studies, **options)
    regions = "-".join(study.region.name for study in studies)
    variable = VARIABLES[studies[0].series.key.variable].option
    comments = dict.fromkeys(line for study in studies for line in head(study))
    return sheet(f"{regions}-{variable}.{chart.replace('_', '-')}.csv", comments, columns, rows)

"""Tables for other programs: CSV as any reader takes it, and what must be known of it in a file beside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.findings import AnyStudy, Climatology, MonthStudy, Study
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Baseline
from climtrack.vocabulary.series import Series
from climtrack.words.attribution import attribution
from climtrack.words.language import Language, rounded

#: Where programs look for what describes the tables of a folder (W3C, Metadata Vocabulary for Tabular Data).
DESCRIPTION = "csv-metadata.json"
#: Decimals of computed columns; the value itself is printed as it is stored.
COMPUTED_DECIMALS = 6
#: By `climtrack.vocabulary.series.Status`.
_STATUS = np.array(["missing", "final", "preliminary"], dtype=object)
_COLUMNS = {
    "climatology": "average of the baseline's years, its first 8 annual harmonics",
    "anomaly": "value minus climatology",
    "last_year": "value of the same day a year before; of 28 February for the 29th",
    "difference": "value minus last_year",
}


def by_day(series: Series, cycle: Climatology | None) -> dict[str, npt.NDArray[Any]]:
    """Columns of a table of days: value, status, average, anomaly, last year, difference; shape (time,) each."""
    dates, mean = series.dates, np.full(DAYS, np.nan) if cycle is None else cycle.mean
    years, days = calendar.year_of(dates), calendar.dayofyear(dates)
    usual, partner = mean[days - 1], np.where(days == LEAP_DAY, LEAP_DAY - 1, days)
    rows = np.full((int(years[-1] - years[0]) + 2, DAYS + 1), -1)
    rows[years - years[0] + 1, days] = np.arange(dates.size)
    before = rows[years - years[0], partner]
    earlier = np.where(before >= 0, series.values[before], np.nan)
    return {
        "date": dates,
        "value": series.values,
        "status": _STATUS[series.status],
        "climatology": usual,
        "anomaly": series.values - usual,
        "last_year": earlier,
        "difference": series.values - earlier,
    }


def _texts(values: npt.NDArray[Any], decimals: int | None = None) -> list[str]:
    """A column as text, gaps empty."""
    if values.dtype.kind == "M":
        return [*np.datetime_as_string(values)]
    if values.dtype.kind != "f":
        return [*values]
    shown = values if decimals is None else np.round(values, decimals)
    return ["" if v != v else repr(v) for v in shown.tolist()]


def sheet(path: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, simulated: bool) -> Asset:
    """A table; one of the sample says so in each row."""
    if simulated:
        columns, rows = (*columns, "simulated"), ((*row, "true") for row in rows)
    lines = map(",".join, (columns, *rows))
    return Asset(path, "text/csv; charset=utf-8", "".join(f"{line}\n" for line in lines).encode())


def day_rows(study: Study) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Names of the columns of a series day by day, and its rows as text."""
    columns = by_day(study.series, study.climatology)
    stored = ("value", "last_year")
    texts = (_texts(found, None if name in stored else COMPUTED_DECIMALS) for name, found in columns.items())
    return tuple(columns), list(zip(*texts, strict=True))


def table_csv(study: Study) -> Asset:
    """A series day by day."""
    return sheet(f"{study.series.key.stem}.csv", *day_rows(study), simulated=study.simulated)


def by_month(study: MonthStudy) -> dict[str, npt.NDArray[Any]]:
    """NOAA's months: as published, against the report's baseline, and against the same month of the year before."""
    series = study.series
    flat = study.anomalies.ravel()[series.start.month - 1 :][: series.values.size]
    before = np.concatenate([np.full(12, np.nan), series.values[:-12]])[: series.values.size]
    return {"month": series.dates, "departure": series.values, "anomaly": flat, "difference": series.values - before}


def months_csv(study: MonthStudy) -> Asset:
    """A series month by month."""
    columns = by_month(study)
    texts = (_texts(found, None if name == "departure" else COMPUTED_DECIMALS) for name, found in columns.items())
    return sheet(f"{study.series.key.label}.csv", tuple(columns), zip(*texts, strict=True), simulated=study.simulated)


def year_tables(study: Study) -> tuple[Asset, Asset]:
    """
    This year beside last year, the average and the range of all others, a row a day; and what must be known of it.

    It is what Datawrapper and Flourish draw a line chart of: small, and of the same shape every day.
    """
    year, table = study.year, study.table
    this, last, others = table.row(year), table.row(year - 1).copy(), table.values[table.years < year - 1]
    last[LEAP_DAY - 1] = last[LEAP_DAY - 2] if np.isnan(last[LEAP_DAY - 1]) else last[LEAP_DAY - 1]
    columns = {
        "this_year": this,
        "last_year": last,
        "average": np.full(DAYS, np.nan) if study.climatology is None else study.climatology.mean,
        "low": np.fmin.reduce(others, axis=0, initial=np.nan),
        "high": np.fmax.reduce(others, axis=0, initial=np.nan),
        "preliminary": np.where(study.preliminary.row(year) == 1, this, np.nan),
    }
    known = int((~np.isnan(others)).any(axis=1).sum())
    span = f"{known} years of {table.years[0]}-{year - 2}"
    meanings = {
        "this_year": f"{year}",
        "last_year": f"{year - 1}; 28 February for the 29th",
        "average": f"of {study.baseline}, its first 8 annual harmonics",
        "low": f"lowest of {span}",
        "high": f"highest of {span}",
        "preliminary": "this_year once more, on days that may still be revised",
    }
    days = ((calendar.date_of(year, n + 1), n) for n in range(DAYS))
    rows = ((day.isoformat(), *(_two(found[n]) for found in columns.values())) for day, n in days if day is not None)
    made = sheet(f"{study.series.key.stem}.year.csv", ("day", *columns), rows, simulated=study.simulated)
    return made, description([made.path], [notes(study) | {"columns": meanings}], f"{made.path}-metadata.json")


def _two(value: float) -> str:
    return "" if value != value else str(rounded(value, 2))


def provenance(series: Series, baseline: Baseline | None) -> dict[str, Any]:
    """What stands beside the numbers: whose they are and where they came from."""
    product, source = PRODUCTS.get(series.key.product), series.source
    return {
        "key": str(series.key),
        "units": "degC",
        "simulated": source.simulated,
        "baseline": str(baseline) if baseline else None,
        "source_url": source.url,
        "retrieved_at": source.retrieved.isoformat(),
        "sha256": source.sha256,
        "licence": product.licence if product else None,
        "citation": product.citation if product else None,
        "attribution": " ".join(attribution(series, Language("en"), citation=False)) if product else None,
    }


def notes(study: AnyStudy) -> dict[str, Any]:
    """What must be known of a series in a table."""
    columns = _COLUMNS
    if isinstance(study, MonthStudy):
        columns = {
            "departure": f"from the average of {study.findings.base_period}, as published",
            "anomaly": "from the same month of the baseline's years",
            "difference": "from the same month of the year before",
        }
    return {
        "title": f"{plain(study.region.title)}: {VARIABLES[study.series.key.variable].title}",
        "data_to": study.series.end.isoformat(),
        **provenance(study.series, study.baseline),
        "columns": columns,
    }


def description(tables: Sequence[str], about: Sequence[Mapping[str, Any]], path: str = DESCRIPTION) -> Asset:
    """Whose the numbers of some tables are, from where, under which terms, and what their columns hold."""
    held = {"@context": "http://www.w3.org/ns/csvw", "tables": [{"url": one} for one in tables], "notes": about}
    return Asset(path, "application/json", (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode())

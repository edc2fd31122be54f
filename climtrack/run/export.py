"""Stored series, their climatology, anomalies and history as files for other programs."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from climtrack.analysis.climatology import climatology, uncovered
from climtrack.analysis.months import month_study
from climtrack.errors import ExtraMissing, Notice
from climtrack.reporter.documents.tables import by_day, by_month, description, notes, provenance
from climtrack.run.run import Run
from climtrack.store.netcdf import to_netcdf
from climtrack.store.store import Store
from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Climatology
from climtrack.vocabulary.registry import BASELINES, DEFAULT, Baseline
from climtrack.vocabulary.series import Series, SeriesKey, year_table

FORMATS = ("csv", "netcdf", "json", "parquet")
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "netcdf": "application/netcdf",
}
#: Computed columns without the noise of binary subtraction.
_DECIMALS = {"climatology": 9, "anomaly": 9, "difference": 9, "mean": 9, "spread": 9}


def export(
    run: Run, key: SeriesKey, fmt: str, *, baseline: Baseline | None, history: bool = False
) -> tuple[Asset, ...]:
    """A stored series with its climatology and anomalies, and on demand every value ever held."""
    series = run.store.read(key)
    if key.monthly:
        return _months(run, series, fmt, baseline or DEFAULT, history=history)
    table = year_table(series)
    chosen = baseline or next((one for one in BASELINES.values() if not uncovered(table, one)), None)
    cycle = None if chosen is None else climatology(table, chosen)
    if cycle is None:
        run.say(Notice("run.no_anomalies", label=key.label))
    tables = {"history": _history(run.store, key)} if history else {}
    if fmt != "netcdf":
        daily = {"daily": pd.DataFrame(by_day(series, cycle)), **({"climatology": _cycle(cycle)} if cycle else {})}
        tables = {**daily, **tables}
    return _together(series, cycle, fmt, tables, provenance(series, chosen))


def _months(run: Run, series: Series, fmt: str, baseline: Baseline, *, history: bool) -> tuple[Asset, ...]:
    """The same of NOAA's months, whose average is that of a month."""
    key, study = series.key, month_study(series, run.config.region(series.key.region), baseline)
    tables = {"history": _history(run.store, key)} if history else {}
    if fmt != "netcdf":
        tables = {"monthly": pd.DataFrame(by_month(study)), **tables}
    return _together(series, None, fmt, tables, notes(study))


def _cycle(cycle: Climatology) -> pd.DataFrame:
    """One row a day of year; 2024 has them all."""
    days = pd.date_range("2024-01-01", "2024-12-31")
    numbers = range(1, calendar.DAYS + 1)
    columns = {"day_of_year": numbers, "month": days.month, "day": days.day, "mean": cycle.mean, "spread": cycle.spread}
    return pd.DataFrame(columns)


def _together(
    series: Series, cycle: Climatology | None, fmt: str, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]
) -> tuple[Asset, ...]:
    """Tables in a format; beside NetCDF, which has no tables, they are CSV."""
    label, form = series.key.label, "csv" if fmt == "netcdf" else fmt
    files = tuple(one for name, table in tables.items() for one in _files(f"{label}.{name}", table, about, form))
    return (Asset(f"{label}.nc", _MEDIA[fmt], to_netcdf(series, cycle)), *files) if fmt == "netcdf" else files


def _history(store: Store, key: SeriesKey) -> pd.DataFrame:
    """One row for every value ever held."""
    when = "month" if key.monthly else "date"
    known = ((one.date, one.value, one.status.name.lower(), one.seen, one.replaced) for one in store.values(key))
    found = pd.DataFrame(known, columns=[when, "value", "status", "first_seen", "replaced"])
    return found.astype({when: "datetime64[s]", "value": float, "replaced": found["first_seen"].dtype})


def _files(name: str, table: pd.DataFrame, about: Mapping[str, Any], fmt: str) -> tuple[Asset, ...]:
    """A table; beside one in CSV, which holds numbers alone, what must be known of it."""
    path, table = f"{name}.{fmt}", table.round(_DECIMALS)
    if fmt == "parquet":
        return (Asset(path, _MEDIA[fmt], _parquet(table, about)),)
    texts = {"date": "%Y-%m-%d", "month": "%Y-%m"}
    times = table.select_dtypes("datetime")
    plain = table.assign(**{str(column): times[column].dt.strftime(texts[str(column)]) for column in times})
    if fmt == "csv":
        data = plain.to_csv(index=False, lineterminator="\n").encode()
        return Asset(path, _MEDIA[fmt], data), description([path], [about], f"{path}-metadata.json")
    rows = plain.astype(object).where(plain.notna(), None).to_numpy().tolist()
    document = {"schema": "climtrack.export/1", **about, "columns": list(plain), "rows": rows}
    data = json.dumps(document, ensure_ascii=False, default=str).encode() + b"\n"
    return (Asset(path, _MEDIA[fmt], data),)


def _parquet(table: pd.DataFrame, about: Mapping[str, Any]) -> bytes:
    """A table as a Parquet file, provenance in its metadata."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as problem:
        raise ExtraMissing("run.pyarrow") from problem
    made, sink = pa.Table.from_pandas(table, preserve_index=False), io.BytesIO()
    own = {f"climtrack.{name}": str(value) for name, value in about.items()}
    pq.write_table(made.replace_schema_metadata({**made.schema.metadata, **own}), sink)
    return sink.getvalue()

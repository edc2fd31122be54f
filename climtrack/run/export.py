"""Stored series, their climatology, anomalies and history as files for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from climtrack.analysis.climatology import climatology, uncovered
from climtrack.errors import ExtraMissing, Notice
from climtrack.run.run import Run
from climtrack.store.netcdf import to_netcdf
from climtrack.store.store import Store
from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Climatology
from climtrack.vocabulary.registry import BASELINES, PRODUCTS, Baseline
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Status, year_table
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

FORMATS = ("csv", "netcdf", "json", "parquet")
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "netcdf": "application/netcdf",
}
#: A table by the names of its columns, all of equal length; None where there is nothing.
Columns = Mapping[str, Sequence[Any]]


def export(
    run: Run, key: SeriesKey, fmt: str, *, baseline: Baseline | None, history: bool = False
) -> tuple[Asset, ...]:
    """A stored series with its climatology and anomalies, and on demand every value ever held."""
    series = run.store.read(key)
    table = year_table(series)
    chosen = baseline or next((one for one in BASELINES.values() if not uncovered(table, one)), None)
    cycle = None if chosen is None else climatology(table, chosen)
    if cycle is None:
        run.say(Notice("run.no_anomalies", label=key.label))
    past = {"history": _history(run.store, key)} if history else {}
    if fmt == "netcdf":
        asset = Asset(f"{key.label}.nc", _MEDIA[fmt], to_netcdf(series, cycle))
        return asset, *(_file(name, table, series, "csv", cycle) for name, table in past.items())
    tables = {"daily": _daily(series, cycle), **({"climatology": _cycle(cycle)} if cycle else {}), **past}
    return tuple(_file(name, table, series, fmt, cycle) for name, table in tables.items())


def _daily(series: Series, cycle: Climatology | None) -> Columns:
    """One row a day."""
    columns: dict[str, Sequence[Any]] = {
        "date": series.dates.astype(object).tolist(),
        "value": _numbers(series.values),
        "status": [Status(code).name.lower() for code in series.status.tolist()],
    }
    if cycle is not None:
        mean = cycle.mean[calendar.dayofyear(series.dates) - 1]
        columns |= {"climatology": _numbers(mean, 9), "anomaly": _numbers(series.values - mean, 9)}
    return columns


def _cycle(cycle: Climatology) -> Columns:
    """One row a day of year; 2024 has them all."""
    days = [day for n in range(1, calendar.DAYS + 1) if (day := calendar.date_of(2024, n)) is not None]
    return {
        "day_of_year": list(range(1, calendar.DAYS + 1)),
        "month": [day.month for day in days],
        "day": [day.day for day in days],
        "mean": _numbers(cycle.mean, 9),
        "spread": _numbers(cycle.spread, 9),
    }


def _history(store: Store, key: SeriesKey) -> Columns:
    """One row for every value ever held."""
    known = list(store.values(key))
    return {
        "date": [one.date for one in known],
        "value": [one.value for one in known],
        "status": [one.status.name.lower() for one in known],
        "first_seen": [one.seen for one in known],
        "replaced": [one.replaced for one in known],
    }


def _numbers(values: Floats, decimals: int | None = None) -> list[float | None]:
    """Numbers for any format: stored ones as they are, computed ones without the noise of binary subtraction."""
    shown = values if decimals is None else np.round(values, decimals)
    return [None if np.isnan(v) else v for v in shown.tolist()]


def _file(name: str, table: Columns, series: Series, fmt: str, cycle: Climatology | None) -> Asset:
    path = f"{series.key.label}.{name}.{fmt}"
    provenance, rows = _provenance(series, cycle), zip(*table.values(), strict=True)
    if fmt == "json":
        document = {"schema": "climtrack.export/1", **provenance, "columns": list(table), "rows": list(rows)}
        data = json.dumps(document, ensure_ascii=False, default=str).encode() + b"\n"
    elif fmt == "parquet":
        data = _parquet(table, provenance)
    else:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table)
        writer.writerows([v.isoformat() if hasattr(v, "isoformat") else v for v in row] for row in rows)
        data = text.getvalue().encode()
    return Asset(path, _MEDIA[fmt], data)


def _provenance(series: Series, cycle: Climatology | None) -> dict[str, Any]:
    """What stands beside the numbers: whose they are and where they came from."""
    product, source = PRODUCTS.get(series.key.product), series.source
    return {
        "key": str(series.key),
        "units": "degC",
        "simulated": source.simulated,
        "baseline": str(cycle.baseline) if cycle else None,
        "source_url": source.url,
        "retrieved_at": source.retrieved.isoformat(),
        "sha256": source.sha256,
        "licence": product.licence if product else None,
        "citation": product.citation if product else None,
        "attribution": " ".join(attribution(series, Language("en"), citation=False)) if product else None,
    }


def _parquet(table: Columns, provenance: Mapping[str, Any]) -> bytes:
    """A table as a Parquet file, provenance in its metadata."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as problem:
        raise ExtraMissing("run.pyarrow") from problem
    made = pa.table({name: pa.array(list(values)) for name, values in table.items()})
    made = made.replace_schema_metadata({f"climtrack.{name}": str(value) for name, value in provenance.items()})
    sink = io.BytesIO()
    pq.write_table(made, sink)
    return sink.getvalue()

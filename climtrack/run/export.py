"""Stored series, their climatology, anomalies and history as files for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from climtrack.analysis.climatology import climatology
from climtrack.errors import BaselineNotCovered, ExtraMissing
from climtrack.store.netcdf import to_netcdf
from climtrack.store.store import Store
from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Climatology
from climtrack.vocabulary.registry import PRODUCTS, Baseline
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Status
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

Format = Literal["csv", "netcdf", "json", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "netcdf", "json", "parquet")
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "netcdf": "application/netcdf",
}


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A table, whatever it will be written as."""

    name: str  # ``daily``, ``climatology`` or ``history``
    columns: Mapping[str, Sequence[Any]]  # Columns of equal length; None where there is nothing

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The table row by row."""
        return zip(*self.columns.values(), strict=True)


def export(
    key: SeriesKey, store: Store, fmt: Format, *, baseline: Baseline, history: bool = False
) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    """A stored series with its climatology and anomalies, and on demand every value ever held."""
    series = store.read(key)
    lines: tuple[str, ...] = ()
    normal = None
    try:
        normal = climatology(series, baseline)
    except BaselineNotCovered as problem:
        lines = (f"{key.label}: exported without anomalies: {problem.what}.",)
    ledger = [_history(store, key)] if history else []
    if fmt == "netcdf":
        path = f"{key.label}.nc"
        assets = [Asset(path, _MEDIA[fmt], to_netcdf(series, normal))]
        return (*assets, *(_written(table, series, "csv", normal) for table in ledger)), lines
    tables = [_daily(series, normal), *([_cycle(normal)] if normal else []), *ledger]
    return tuple(_written(table, series, fmt, normal) for table in tables), lines


def _daily(series: Series, normal: Climatology | None) -> Columns:
    """One row a day."""
    columns: dict[str, Sequence[Any]] = {
        "date": series.dates.astype(object).tolist(),
        "value": _numbers(series.values),
        "status": [Status(code).name.lower() for code in series.status.tolist()],
    }
    if normal is not None:
        mean = normal.mean[calendar.dayofyear(series.dates) - 1]
        columns |= {"climatology": _numbers(mean, 9), "anomaly": _numbers(series.values - mean, 9)}
    return Columns("daily", columns)


def _cycle(normal: Climatology) -> Columns:
    """One row a day of year; 2024 has them all."""
    days = [day for n in range(1, calendar.DAYS + 1) if (day := calendar.date_of(2024, n)) is not None]
    return Columns(
        "climatology",
        {
            "day_of_year": list(range(1, calendar.DAYS + 1)),
            "month": [day.month for day in days],
            "day": [day.day for day in days],
            "mean": _numbers(normal.mean, 9),
            "spread": _numbers(normal.spread, 9),
        },
    )


def _history(store: Store, key: SeriesKey) -> Columns:
    """One row for every value ever held."""
    known = list(store.values(key))
    return Columns(
        "history",
        {
            "date": [one.date for one in known],
            "value": [one.value for one in known],
            "status": [one.status.name.lower() for one in known],
            "first_seen": [one.seen for one in known],
            "replaced": [one.replaced for one in known],
        },
    )


def _numbers(values: Floats, decimals: int | None = None) -> list[float | None]:
    """Numbers for any format: stored ones as they are, computed ones without the noise of binary subtraction."""
    shown = values if decimals is None else np.round(values, decimals)
    return [None if np.isnan(v) else v for v in shown.tolist()]


def _written(table: Columns, series: Series, fmt: Format, normal: Climatology | None) -> Asset:
    """A table as a file."""
    suffix = "csv" if fmt == "netcdf" else fmt
    path = f"{series.key.label}.{table.name}.{suffix}"
    told = _told(series, normal)
    if fmt == "json":
        document = {"schema": "climtrack.export/1", **told, "columns": list(table.columns), "rows": list(table.rows())}
        data = json.dumps(document, ensure_ascii=False, default=str).encode() + b"\n"
    elif fmt == "parquet":
        data = _parquet(table, told)
    else:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([v.isoformat() if hasattr(v, "isoformat") else v for v in row] for row in table.rows())
        data = text.getvalue().encode()
    return Asset(path, _MEDIA[suffix], data)


def _told(series: Series, normal: Climatology | None) -> dict[str, Any]:
    """What stands beside the numbers: whose they are and where they came from."""
    product, source = PRODUCTS.get(series.key.product), series.source
    return {
        "key": str(series.key),
        "units": "degC",
        "simulated": source.simulated,
        "baseline": str(normal.baseline) if normal else None,
        "source_url": source.url,
        "retrieved_at": source.retrieved.isoformat(),
        "sha256": source.sha256,
        "licence": product.licence if product else None,
        "citation": product.citation if product else None,
        "attribution": " ".join(attribution(series, Language("en"), citation=False)) if product else None,
    }


def _parquet(table: Columns, told: Mapping[str, Any]) -> bytes:
    """A table as a Parquet file, provenance in its metadata."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as problem:
        raise ExtraMissing(
            "Parquet needs pyarrow", "Install it, in climtrack's folder: pip install '.[parquet]'"
        ) from problem
    made = pa.table({name: pa.array(list(values)) for name, values in table.columns.items()})
    made = made.replace_schema_metadata({f"climtrack.{name}": str(value) for name, value in told.items()})
    sink = io.BytesIO()
    pq.write_table(made, sink)
    return sink.getvalue()

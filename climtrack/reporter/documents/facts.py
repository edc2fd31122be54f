"""What a report holds for programs: facts.json with the findings by name, and a series day by day as CSV."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import Notice
from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.findings import AnyStudy, Direction, MonthStudy, Slope, Study, Unknown
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Baseline
from climtrack.vocabulary.series import Pairing
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

COLUMNS = ("date", "value", "status", "climatology", "anomaly", "last_year", "difference")
#: Decimals of computed columns; the value itself is printed as it is stored.
COMPUTED_DECIMALS = 6
#: By `climtrack.vocabulary.series.Status`.
_STATUS = np.array(["missing", "final", "preliminary"], dtype=object)


def _partners(study: Study) -> npt.NDArray[np.int64]:
    """Row of each day's partner of the year before, shape (time,), -1 without one; 28 February for the 29th."""
    dates = study.series.dates
    years, days = calendar.year_of(dates), calendar.dayofyear(dates)
    days = np.where(days == calendar.LEAP_DAY, calendar.LEAP_DAY - 1, days)
    rows = np.full((int(years[-1] - years[0]) + 2, DAYS + 1), -1)
    rows[years - years[0] + 1, calendar.dayofyear(dates)] = np.arange(dates.size)
    return np.asarray(rows[years - years[0], days])


def _texts(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.object_]:
    """Numbers as text, gaps empty."""
    return np.array(["" if v != v else repr(v) for v in values.tolist()], dtype=object)


def head(study: Study) -> tuple[str, ...]:
    """What a table is and whose, for the lines above it."""
    series, key = study.series, study.series.key
    lines = (
        f"{plain(study.region.title)}: {VARIABLES[key.variable].title}, daily mean, degC",
        f"series {key}, data to {series.end}, retrieved {series.source.retrieved:%Y-%m-%d %H:%M} UTC",
        f"climatology: {study.baseline or 'none, no baseline is covered'}, first 8 annual harmonics; "
        f"computed columns to {COMPUTED_DECIMALS} decimals; gaps are empty; 29 February is compared with 28 February",
        " ".join(attribution(study.series, Language("en"))),
    )
    return ("SIMULATED DATA, not measurements", *lines) if study.simulated else lines


def sheet(path: str, comments: Iterable[str], columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Asset:
    lines = [*(f"# {line}" for line in comments), ",".join(columns), *map(",".join, rows)]
    return Asset(path, "text/csv", ("\n".join(lines) + "\n").encode())


def table_csv(study: Study) -> Asset:
    """A series day by day: value, status, average, anomaly, last year, difference."""
    series = study.series
    days = calendar.dayofyear(series.dates) - 1
    normal = study.climatology.mean if study.climatology is not None else np.full(DAYS, np.nan)
    partners = _partners(study)
    values = _texts(series.values)
    earlier = np.where(partners >= 0, series.values[partners], np.nan)
    columns = (
        np.datetime_as_string(series.dates).tolist(),
        values.tolist(),
        _STATUS[series.status].tolist(),
        _texts(np.round(normal, COMPUTED_DECIMALS))[days].tolist(),
        _texts(np.round(series.values - normal[days], COMPUTED_DECIMALS)).tolist(),
        np.where(partners >= 0, values[partners], "").tolist(),
        _texts(np.round(series.values - earlier, COMPUTED_DECIMALS)).tolist(),
    )
    return sheet(f"{series.key.stem}.csv", head(study), COLUMNS, zip(*columns, strict=True))


def months_csv(study: MonthStudy) -> Asset:
    """NOAA's months: as published, against the report's baseline, and against the same month of the year before."""
    series, product = study.series, PRODUCTS[study.series.key.product].title
    flat = study.anomalies.ravel()[study.series.start.month - 1 :][: series.values.size]
    before = np.concatenate([np.full(12, np.nan), series.values[:-12]])[: series.values.size]
    found = study.findings
    comments = (
        *(("SIMULATED DATA, not measurements",) if study.simulated else ()),
        f"{plain(study.region.title)}: {VARIABLES[series.key.variable].title}, {product}, departures in degC",
        f"series {series.key}, months to {series.dates[-1]}, retrieved {series.source.retrieved:%Y-%m-%d %H:%M} UTC",
        f"departure: from {found.base_period}, as published; anomaly: from the same month of {found.baseline}; "
        f"difference: from the same month of the year before",
        " ".join(attribution(series, Language("en"))),
    )
    rows = zip(
        np.datetime_as_string(series.dates).tolist(), _texts(series.values).tolist(),
        _texts(np.round(flat, COMPUTED_DECIMALS)).tolist(),
        _texts(np.round(series.values - before, COMPUTED_DECIMALS)).tolist(), strict=True,
    )  # fmt: skip
    return sheet(f"{series.key.label}.csv", comments, ("month", "departure", "anomaly", "difference"), rows)


SCHEMA = "climtrack.facts/1"
#: Findings whose name in the document is another.
NAMES = {"ranks": "rank"}


def to_json(value: Any) -> Any:
    """A finding as JSON has it."""
    match value:
        case Unknown():
            return {"value": None, "why": str(value)}
        case Notice():
            return str(value)
        case Baseline():
            return str(value)
        case Enum():
            return value.value
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case Direction():
            return _direction(value)
        case float() if not math.isfinite(value):
            return to_json(Unknown("unknown.not_finite"))
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(key): to_json(inner) for key, inner in value.items()}
        case tuple() | list():
            return [to_json(inner) for inner in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return {NAMES.get(name, name): to_json(getattr(value, name)) for name in names}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _direction(direction: Direction) -> dict[str, Any]:
    """Slopes as plain numbers in degC per day, each beside its interval."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(direction):
        value = getattr(direction, field.name)
        found[field.name] = value.per_day if isinstance(value, Slope) else to_json(value)
        if isinstance(value, Slope):
            found[f"{field.name}_interval"] = [value.low, value.high]
    return found


def series_facts(study: AnyStudy) -> dict[str, Any]:
    """What is known of one series."""
    key, source = study.series.key, study.series.source
    product = PRODUCTS.get(key.product)
    known = to_json(study.findings)
    if isinstance(study, MonthStudy):
        known |= {"month": f"{study.findings.month:%Y-%m}"}
    return {
        "key": str(key),
        "title": f"{plain(study.region.title)}: {VARIABLES[key.variable].title}",
        "region": key.region,
        "product": product.title if product else key.product,
        "provider": product.provider if product else plain(source.data_source),
        "attribution": " ".join(attribution(study.series, Language("en"))),
        "units": "degC",
        "source_url": plain(source.url, 2000),
        "retrieved_at": to_json(source.retrieved),
        "sha256": source.sha256,
        "notes": [plain(str(note), 300) for note in source.notes],
        **known,
    }


def facts_document(pair: Pairing, studies: Sequence[AnyStudy]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "region": pair.region,
        "as_of": to_json(max(study.as_of for study in studies)),
        "sample": any(study.simulated for study in studies),
        "baseline": str(studies[0].requested),
        "pairing": {
            "air": str(pair.air) if pair.air else None,
            "sst": str(pair.sst) if pair.sst else None,
            "sea_named": pair.sea_named,
            "sea_computed": pair.sea_computed,
        },
        "series": {
            "sst_month" if isinstance(study, MonthStudy) else VARIABLES[study.series.key.variable].option: series_facts(
                study
            )
            for study in studies
        },
    }


def facts_json(pair: Pairing, studies: Sequence[AnyStudy]) -> Asset:
    text = json.dumps(facts_document(pair, studies), ensure_ascii=False, indent=1, allow_nan=False)
    return Asset("facts.json", "application/json", f"{text}\n".encode())

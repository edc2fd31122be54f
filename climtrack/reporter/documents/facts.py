"""facts.json: the findings by name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from climtrack.errors import Notice
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import AnyStudy, Direction, MonthStudy, Slope, Unknown
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Baseline
from climtrack.vocabulary.series import Pairing
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

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

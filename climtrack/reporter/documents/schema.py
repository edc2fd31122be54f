"""The JSON Schemas of the documents for programs, made from the findings' own classes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypedDict, Union, get_args, get_origin, get_type_hints

from climtrack.errors import Notice
from climtrack.reporter.documents.facts import NAMES
from climtrack.vocabulary.findings import (
    Agreement,
    AirSea,
    Comparison,
    Direction,
    Findings,
    NinoState,
    Ranks,
    Reading,
    Records,
    RevisionNoise,
    SideBySide,
    Slope,
    Streaks,
    Unknown,
    WholeMonth,
)
from climtrack.vocabulary.registry import Baseline

Option = Literal["air", "sst"]
Schema = dict[str, Any]


class PairingFacts(TypedDict):
    """Which series answer for the region; sea_named where the sea is another region's."""

    air: str | None
    sst: str | None
    sea_named: bool
    sea_computed: bool


class SourceFacts(TypedDict):
    """What a series is, and where it is from."""

    key: Annotated[str, {"pattern": r"^[^.]+\.[^.]+\..+$"}]
    title: str
    region: str
    product: str
    provider: str
    attribution: str
    units: Literal["degC"]
    source_url: str
    retrieved_at: dt.datetime
    sha256: Annotated[str, {"pattern": "^[0-9a-f]{64}$|^$"}]
    notes: tuple[str, ...]


class SeriesFacts(SourceFacts):
    """One series, and every finding of it."""


class MonthFacts(SourceFacts):
    """NOAA's months of a hemisphere's sea, and what their last whole one tells."""


class FactsOfSeries(TypedDict, total=False):
    """By variable; the sea of a hemisphere by month beside its days, or those of the nearest sea."""

    air: SeriesFacts
    sst_month: MonthFacts
    sst: SeriesFacts


class FactsDocument(TypedDict):
    """What climtrack knows of one region on one day."""

    schema: Literal["climtrack.facts/1"]
    region: Annotated[str, {"minLength": 1}]
    as_of: dt.date
    sample: Annotated[bool, {"description": "True where the data are simulated and mean nothing."}]
    baseline: Baseline
    pairing: PairingFacts
    series: FactsOfSeries


class SeriesRecords(TypedDict):
    """One series, its records, streaks and places."""

    region: str
    title: str
    first_date: dt.date
    absent_years: tuple[int, ...]
    latest: Reading
    baseline: Baseline | None
    records: Records
    streaks: Streaks
    rank: Ranks
    revision_noise: RevisionNoise


class RecordsDocument(TypedDict):
    """Records, streaks and places of some series; records are records of this series, since its first date."""

    schema: Literal["climtrack.records/1"]
    sample: bool
    series: Annotated[Mapping[str, SeriesRecords], {"minProperties": 1}]


class CompareDocument(TypedDict):
    """Regions against one another."""

    schema: Literal["climtrack.compare/1"]
    sample: bool
    baseline: Baseline
    regions: Annotated[tuple[str, ...], {"minItems": 2}]
    variables: Mapping[Option, Comparison | Unknown]
    air_minus_sea: Mapping[str, AirSea | Unknown]
    sst_month: Mapping[str, MonthFacts]
    nino: NinoState | Unknown


class ProductsDocument(TypedDict):
    """The products of a region side by side, and the records, streaks and places of each."""

    schema: Literal["climtrack.products/1"]
    sample: bool
    side_by_side: Annotated[tuple[SideBySide, ...], {"minItems": 1}]
    series: Annotated[Mapping[str, SeriesRecords], {"minProperties": 2}]


class PublishedFigure(TypedDict):
    """A figure that somebody published."""

    key: str
    quantity: str
    period: str
    value: float
    decimals: int
    source: str


class ReconciledFigure(TypedDict):
    """A published figure beside ours, which is unknown until the period is over."""

    published: PublishedFigure
    ours: float | Unknown
    difference: float | Unknown
    agrees: bool


class CrossCheckDocument(TypedDict):
    """The stored series held against Copernicus Climate Pulse, and published figures beside ours."""

    schema: Literal["climtrack.crosscheck/1"]
    agreements: Mapping[str, Agreement | Unknown]
    published: tuple[ReconciledFigure, ...]


DOCUMENTS: Mapping[str, type] = MappingProxyType(
    {
        "facts": FactsDocument,
        "records": RecordsDocument,
        "compare": CompareDocument,
        "products": ProductsDocument,
        "crosscheck": CrossCheckDocument,
    }
)
#: The findings among the facts of a series.
_FOUND: Mapping[type, type] = MappingProxyType({SeriesFacts: Findings, MonthFacts: WholeMonth})
PROMISE = (
    "Temperatures and differences in degC at full stored precision, slopes in degC per day, dates in ISO form; a fact "
    'that cannot be known is {"value": null, "why": …}, never zero. Fields may be added within version 1; none is '
    "renamed or removed."
)
_UNITS: Mapping[str, str] = {
    "temperature": "degC", "difference": "degC", "per_day": "degC per day", "per_decade": "degC per decade",
    "percent": "percent", "share": "0 to 1",
}  # fmt: skip
_PLAIN: Mapping[type, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    NoneType: {"type": "null"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
    Notice: {"type": "string"},
    Baseline: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{4}$"},
}


def schema(name: str) -> str:
    """The JSON Schema of a document as its file, a definition a line."""
    kind = DOCUMENTS[name]
    definitions: dict[str, Schema] = {
        "Unknown": {
            "type": "object",
            "description": "A fact that cannot be known, and why.",
            "required": ["value", "why"],
            "properties": {"value": {"type": "null"}, "why": {"type": "string", "minLength": 1}},
            "additionalProperties": False,
        }
    }
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:climtrack:{name}:1",
        "title": f"climtrack.{name}/1",
        **_object(kind, definitions),
        "description": f"{kind.__doc__} {PROMISE}",
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    defs = [f"{json.dumps(key)}: {json.dumps(definitions[key], ensure_ascii=False)}" for key in sorted(definitions)]
    return "{\n" + ",\n".join(lines) + ',\n"$defs": {\n' + ",\n".join(defs) + "\n}\n}\n"


def _schema(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """The schema of a type; classes stand among the definitions under their own names."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        inner, note = arguments
        if isinstance(note, str):  # MaybeNaN
            return _schema(inner | Unknown, definitions)
        return {**_schema(inner, definitions), **note}
    if kind is Unknown:
        return {"$ref": "#/$defs/Unknown"}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(one, definitions) for one in arguments]}
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if origin is not None and issubclass(origin, Mapping):
        names = {} if arguments[0] is str else {"propertyNames": _schema(arguments[0], definitions)}
        return {"type": "object", **names, "additionalProperties": _schema(arguments[1], definitions)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}  # a class may hold its own kind
        definitions[kind.__name__] = _object(kind, definitions)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _object(kind: type, definitions: dict[str, Schema]) -> Schema:
    """The schema of a class, in the names that the documents use."""
    hints = get_type_hints(kind, include_extras=True)
    properties: dict[str, Schema] = {}
    for name, hint in hints.items():
        if get_origin(hint) is ClassVar:
            continue
        if kind is Direction and Slope in get_args(hint):  # plain numbers, each beside its interval
            properties[name] = _schema(float | Unknown, definitions) | {"description": _UNITS["per_day"]}
            properties[f"{name}_interval"] = {
                "type": "array",
                "items": {"type": "number"},
                "minItems": 2,
                "maxItems": 2,
            }
        else:
            properties[NAMES.get(name, name)] = _schema(hint, definitions)
    if is_dataclass(kind):
        for one in fields(kind):
            unit = _UNITS.get(one.metadata["fact"].unit) if "fact" in one.metadata else None
            if unit and "$ref" not in properties[one.name]:
                properties[one.name]["description"] = unit
    if kind in _FOUND:
        properties |= _object(_FOUND[kind], definitions)["properties"]
    if kind is MonthFacts:
        properties["month"] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
    whole = getattr(kind, "__total__", True)  # of a partial dictionary one entry will do
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip().split("\n")[0],
        **(
            {"required": [name for name in properties if not name.endswith("_interval")]}
            if whole
            else {"minProperties": 1}
        ),
        "properties": properties,
        "additionalProperties": True,
    }

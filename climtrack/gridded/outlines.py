"""
Irregular regions: GeoJSON outlines, and the named sets of regionmask that need no download (SREX, Giorgi, PRUDENCE).

An outline counts, in each cell, the share that it covers (`climtrack.gridded.weights`). Its edges are straight lines in
latitude and longitude; one that crosses the date line is written past 180 degrees, as GeoJSON programs do.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from climtrack.errors import ConfigError, ExtraMissing
from climtrack.vocabulary.regions import Region

#: regionmask's other sets are fetched from the network when first used, which climtrack never does.
SETS = ("srex", "giorgi", "prudence")
#: Characters of a document's own name that are used.
LONGEST = 60


def from_geojson(text: str, name: str, *, title: str = "", title_es: str = "") -> Region:
    """Region of a GeoJSON document."""
    try:
        document = json.loads(text)
        polygons = [polygon for geometry in _geometries(document) for polygon in _polygons(geometry)]
        points = [(float(x), float(y)) for polygon in polygons for ring in polygon for x, y, *_ in ring]
        if not all(map(math.isfinite, itertools.chain.from_iterable(points))):
            raise ValueError("a corner is no place")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ConfigError(f"{name}: not a GeoJSON document", "Give a Polygon or MultiPolygon in degrees") from error
    if not points or any(len(ring) < 4 for polygon in polygons for ring in polygon):
        raise ConfigError(f"{name}: the GeoJSON document holds no polygon", "Give a Polygon or MultiPolygon in degrees")
    for ring in (ring for polygon in polygons for ring in polygon):
        steps = [abs(float(two[0]) - float(one[0])) for one, two in itertools.pairwise(ring)]
        if wide := [step for step in steps if 180 < step < 360]:
            raise ConfigError(
                f"{name}: an edge spans {wide[0]:g} degrees: does it cross the date line, or the other way?",
                "Across the date line write 190 for -170; the long way set corners between",
            )
    features = document.get("features") or [document]
    own = next((f.get("properties") or {} for f in features if isinstance(f, dict)), {})
    label = title or " ".join(str(own.get("name") or own.get("NAME") or name).split())[:LONGEST]
    label = "".join(filter(str.isprintable, label))
    outline = json.dumps({"type": "MultiPolygon", "coordinates": polygons}, separators=(",", ":"))
    return outlined(name, label, title_es or label, points, outline)


def named(text: str) -> Region:
    """Region of a set that regionmask ships."""
    wanted, _, abbreviation = text.partition(":")
    if wanted not in SETS:
        raise ConfigError(
            f"there is no set of regions {wanted[:40]!r}", f"Known are {', '.join(SETS)}, or a GeoJSON file"
        )
    try:
        import regionmask
    except ImportError as error:
        raise ExtraMissing("named outlines need regionmask", "In climtrack's folder: pip install '.[grid]'") from error
    found = getattr(regionmask.defined_regions, wanted)
    by_name = {abbrev.lower(): abbrev for abbrev in found.abbrevs}
    if abbreviation.lower() not in by_name:
        raise ConfigError(f"{wanted} has no region {abbreviation[:20]!r}", f"It has {', '.join(found.abbrevs)}"[:150])
    region = found[by_name[abbreviation.lower()]]
    name = re.sub(r"[^a-z0-9.]", "", f"{wanted}.{region.abbrev.lower()}")
    return from_geojson(json.dumps(region.polygon.__geo_interface__), name, title=region.name)


def outlined(name: str, title: str, title_es: str, points: list[tuple[float, float]], outline: str) -> Region:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    if not (west >= -360 and east <= 540 and east - west <= 360 and -90 <= south < north <= 90):
        raise ConfigError(
            f"{name}: corners from {west:g} to {east:g} east, {south:g} to {north:g} north are not degrees"
        )
    return Region(name, title, title_es, south, north, west, east if east - west < 360 else west + 360, outline)


def _geometries(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if document["type"] == "FeatureCollection":
        for feature in document["features"]:
            yield from _geometries(feature)
    elif document["type"] == "Feature":
        yield from _geometries(document["geometry"]) if document["geometry"] else ()  # null: a feature without a place
    elif document["type"] == "GeometryCollection":
        for geometry in document["geometries"]:
            yield from _geometries(geometry)
    else:
        yield document


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    """Polygons of a geometry: lists of rings."""
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    return list(geometry["coordinates"]) if geometry["type"] == "MultiPolygon" else []

"""GeoJSON documents and named sets become regions."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from climtrack.errors import ConfigError
from climtrack.grids.cf import Packing
from climtrack.grids.weights import Kernel, from_geojson, grid, inside, named, plan

SQUARE = [[[0, 40], [10, 40], [10, 50], [0, 50], [0, 40]]]
POLYGON = {"type": "Polygon", "coordinates": SQUARE}


@pytest.mark.parametrize(
    "document",
    [
        POLYGON,
        {"type": "Feature", "properties": {"name": "Square"}, "geometry": POLYGON},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": None, "geometry": POLYGON}]},
        {"type": "MultiPolygon", "coordinates": [SQUARE]},
        {"type": "GeometryCollection", "geometries": [POLYGON]},
    ],
)
def test_every_kind_of_document(document: dict[str, Any]) -> None:
    """A square of ten degrees, however it is wrapped."""
    region = from_geojson(json.dumps(document), "square")
    assert (region.south, region.north, region.west, region.east) == (40, 50, 0, 10)
    assert json.loads(region.outline) == {"type": "MultiPolygon", "coordinates": [SQUARE]}
    assert region.title == ("Square" if document["type"] == "Feature" else "square")


def test_two_features_count_together() -> None:
    """A region of two islands is the mean of both by area."""
    other = {"type": "Polygon", "coordinates": [[[20, 40], [30, 40], [30, 50], [20, 50], [20, 40]]]}
    document = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": g} for g in (POLYGON, other)]}
    region = from_geojson(json.dumps(document), "islands")
    on = grid(np.arange(-85.0, 90, 10), np.arange(5.0, 360, 10))
    field = np.tile(np.arange(36.0), (18, 1))
    held = plan(on, [region])
    assert Kernel(held, Packing())(field)[0][0] == pytest.approx(1)  # columns 0 and 2
    assert np.argwhere(inside(held, 0)).tolist() == [[13, 0], [13, 2]]  # what a map shows of it


def test_where_two_features_overlap_counts_once() -> None:
    """Neither twice nor, as a shape that crosses itself would, not at all."""
    other = {"type": "Polygon", "coordinates": [[[0, 40], [20, 40], [20, 50], [0, 50], [0, 40]]]}
    document = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": g} for g in (POLYGON, other)]}
    document["features"].append({"type": "Feature", "geometry": None})  # one without a place
    region = from_geojson(json.dumps(document), "both")
    on = grid(np.arange(-85.0, 90, 10), np.arange(5.0, 360, 10))
    field = np.tile(np.arange(36.0), (18, 1))
    assert Kernel(plan(on, [region]), Packing())(field)[0][0] == pytest.approx(0.5)  # columns 0 and 1


def test_a_documents_name_is_one_short_line() -> None:
    """It goes to terminals, titles and pages."""
    document = {"type": "Feature", "properties": {"name": "Mar\n de\x1b[31m  Alborán " * 9}, "geometry": POLYGON}
    title = from_geojson(json.dumps(document), "x").title
    assert title.startswith("Mar de[31m Alborán Mar")
    assert len(title) <= 60
    assert title.isprintable()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"type": "Point", "coordinates": [0, 0]}', '{"type": "Polygon", "coordinates": [[[0, 0]]]}',
     '{"type": "Polygon", "coordinates": [[[4e6, 0], [5e6, 0], [5e6, 1e6], [4e6, 0]]]}',
     '{"type": "Feature", "geometry": null}',
     '{"type": "Polygon", "coordinates": [[[0, 0], [NaN, 0], [9, 9], [0, 9], [0, 0]]]}'],
)  # fmt: skip
def test_documents_without_a_polygon_in_degrees_are_refused(text: str) -> None:
    """Also metres instead of degrees."""
    with pytest.raises(ConfigError):
        from_geojson(text, "x")


def test_named_sets_that_need_no_download() -> None:
    """The Mediterranean of SREX; the Iberian Peninsula of PRUDENCE."""
    med, iberia = named("srex:MED"), named("prudence:ip")
    assert (med.name, med.title, med.south, med.north, med.west, med.east) == (
        "srex.med", "S. Europe/Mediterranean", 30, 45, -10, 40,
    )  # fmt: skip
    assert iberia.name == "prudence.ip"


@pytest.mark.parametrize("text", ["ar6:MED", "natural_earth:ESP", "srex:ATLANTIS"])
def test_sets_that_would_download_are_refused(text: str) -> None:
    """No host is ever asked for a polygon."""
    with pytest.raises(ConfigError):
        named(text)


def test_an_edge_that_may_run_either_way_is_asked_about() -> None:
    """From 170 to -170 is 20 degrees across the date line, or 340 the other way; 190 or corners between say which."""

    def square(*longitudes: float) -> str:
        ring = [[x, -10] for x in longitudes] + [[x, 10] for x in reversed(longitudes)] + [[longitudes[0], -10]]
        return json.dumps({"type": "Polygon", "coordinates": [ring]})

    with pytest.raises(ConfigError, match="340 degrees"):
        from_geojson(square(170, -170), "pacific")
    across = from_geojson(square(170, 190), "pacific")
    assert (across.west, across.east) == (170, 190)
    long = from_geojson(square(-170, 0, 170), "long")
    assert (long.west, long.east) == (-170, 170)
    assert from_geojson(square(-180, 180), "belt").east == 180

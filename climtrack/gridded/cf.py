"""
What a gridded file means, read from its CF metadata and never from its name.

Nothing here opens a file: a reader hands over a `Description` and the values of the small coordinate variables.
Accepted dialects: OISST as NCEI and as PSL write it, ERA5 as the Climate Data Store writes it (``time`` or
``valid_time``, `expver` as a coordinate or as a dimension), and any file with CF units on its axes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from climtrack.errors import SeriesError
from climtrack.gridded.description import Description, Var
from climtrack.gridded.packing import kelvin
from climtrack.vocabulary.variables import VARIABLES

#: Dimensions of one step besides time, latitude and longitude may be this long, except `expver`.
SINGLE = 1
NORTH = re.compile(r"degrees?_?n(orth)?", re.IGNORECASE)
EAST = re.compile(r"degrees?_?e(ast)?", re.IGNORECASE)
#: Standard names, then words of the long name, then words that rule a variable out.
WORDS: Mapping[str, tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]] = {
    "sst": (
        frozenset({"sea_surface_temperature", "sea_surface_foundation_temperature"}),
        re.compile(r"sea[ _]surface[ _](foundation )?temperature", re.IGNORECASE),
        re.compile(r"anomal|error|deviation|maximum|minimum|climatolog|long term|difference", re.IGNORECASE),
    ),
    "t2m": (
        frozenset({"air_temperature"}),
        re.compile(
            r"\b(2|two)[ _-]?(m|met(re|er)s?)\b.*temp|temp\w*\W+(at )?\(?(2|two)[ _-]?m|air temperature", re.IGNORECASE
        ),
        re.compile(r"anomal|error|deviation|dew|maximum|minimum|climatolog|potential", re.IGNORECASE),
    ),
}


def axis_of(var: Var) -> str:
    """Role of a coordinate variable."""
    units, standard = var.text("units"), var.text("standard_name")
    if standard == "latitude" or NORTH.fullmatch(units):
        return "latitude"
    if standard == "longitude" or EAST.fullmatch(units):
        return "longitude"
    if " since " in units and standard != "forecast_reference_time":
        return "time"
    return ""


def roles(var: Var, description: Description) -> tuple[str, ...]:
    """Role of each dimension of a data variable."""
    found = []
    for dim, length in zip(var.dims, var.shape, strict=True):
        coordinate = description.variables.get(dim)
        role = axis_of(coordinate) if coordinate is not None else ""
        if not role and dim in ("time", "valid_time") and length > SINGLE:
            role = "time"
        if dim == "expver":
            role = "expver"
        if not role and length > SINGLE:
            raise SeriesError(
                f"variable {var.name!r}: dimension {dim!r} of {length} is neither time, latitude nor longitude",
                "Give a regular latitude-longitude grid with one level and one member",
            )
        found.append(role)
    if found.count("latitude") != 1 or found.count("longitude") != 1:
        raise SeriesError(
            f"variable {var.name!r} has dimensions {', '.join(var.dims) or 'none'}, not a latitude and a longitude",
            "Give a regular latitude-longitude grid whose axes carry CF units",
        )
    return tuple(found)


def data_variable(description: Description, variable: str, name: str = "") -> Var:
    """The variable of a file that holds a quantity."""
    if name:
        if name not in description.variables:
            raise SeriesError(f"the file has no variable {name!r}", f"It has {_names(description)}")
        return description.variables[name]
    chosen = _fitting(description, variable)
    if not chosen and (others := [one for one in WORDS if one != variable and _fitting(description, one)]):
        raise SeriesError(
            f"the file holds {VARIABLES[others[0]].title}, not {VARIABLES[variable].title}",
            f"Choose it with --variable {others[0]}",
        )
    if len(chosen) != 1:
        found = ", ".join(var.name for var in chosen) or "none"
        raise SeriesError(
            f"which variable holds {VARIABLES[variable].title}? By its metadata: {found}",
            f"Name it (--name): the file has {_names(description)}",
        )
    return chosen[0]


def _fitting(description: Description, variable: str) -> list[Var]:
    """Variables whose metadata fit a quantity best."""
    standard, words, never = WORDS[variable]
    fits: list[tuple[int, Var]] = []
    for var in description.variables.values():
        label = f"{var.text('long_name')} {var.text('short_name')} {var.text('GRIB_name')} {var.text('GRIB_shortName')}"
        if len(var.dims) < 2 or never.search(label) or never.search(var.text("standard_name")):
            continue
        score = 2 * (var.text("standard_name") in standard) + bool(words.search(label))
        if score and kelvin(var.text("units")) is not None:
            fits.append((score, var))
    best = max((score for score, _ in fits), default=0)
    return [var for score, var in fits if score == best]


def _names(description: Description) -> str:
    """Names of the variables with at least two dimensions."""
    return ", ".join(v.name for v in description.variables.values() if len(v.dims) > 1)[:80] or "no gridded variable"


def product(description: Description) -> str:
    """Which product a file belongs to, by its own words."""
    words = " ".join(description.text(n) for n in ("title", "dataset_title", "product", "id", "source", "summary"))
    if re.search(r"oisst|optimum interpolation sea surface temperature|daily-oi", words, re.IGNORECASE):
        version = " ".join((words, description.text("History"), description.text("product_version")))
        if re.search(r"version 2\.1|v02r01|v2\.1", version, re.IGNORECASE):
            return "oisst"
        # PSL titles its files "v2" or without a number; since 2020 they hold version 2.1 throughout.
        psl = "psl" in f"{description.text('References')} {description.text('references')} {words}".lower()
        return "oisst" if psl and not re.search(r"version 2\.0", version, re.IGNORECASE) else ""
    makers = " ".join(description.text(n) for n in ("institution", "GRIB_centre", "title", "source", "history"))
    if re.search(r"era5[- ]?land", makers, re.IGNORECASE):
        return ""
    return "era5" if re.search(r"\bera5\b|ecmwf|ecmf|medium-range weather", makers, re.IGNORECASE) else ""

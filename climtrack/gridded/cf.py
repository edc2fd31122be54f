"""
What a gridded file means, read from its CF metadata and never from its name.

Nothing here opens a file: a reader hands over a `Description` and the values of the small coordinate variables.
Accepted dialects: OISST as NCEI and as PSL write it, ERA5 as the Climate Data Store writes it (``time`` or
``valid_time``, `expver` as a coordinate or as a dimension), and any file with CF units on its axes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.vocabulary.variables import OPTIONS, VARIABLES

Array = npt.NDArray[Any]
#: Stored numbers of cells never written, by type: missing where a file names no other (NetCDF Users Guide, Appendix B).
UNWRITTEN: Mapping[str, float] = {
    "i2": -(2**15) + 1, "i4": -(2**31) + 1, "i8": -(2**63) + 2, "u2": 2**16 - 1, "u4": 2**32 - 1, "u8": 2**64 - 2,
    "f4": 15 * 2.0**119, "f8": 15 * 2.0**119,
}  # fmt: skip
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


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """One variable of a file: dimensions, shape, stored type, attributes."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attrs: Mapping[str, Any]

    def text(self, name: str) -> str:
        """
        An attribute as text.

        Parameters
        ----------
        name : str
            Attribute name.

        Returns
        -------
        str
            Empty where there is none.
        """
        return as_text(self.attrs.get(name, ""))


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """A file's variables and global attributes."""

    variables: Mapping[str, Var]
    attrs: Mapping[str, Any]

    def text(self, name: str) -> str:
        """
        A global attribute as text.

        Parameters
        ----------
        name : str
            Attribute name.

        Returns
        -------
        str
            Empty where there is none.
        """
        return as_text(self.attrs.get(name, ""))


@dataclass(frozen=True, slots=True)
class Packing:
    """
    How stored numbers become degC.

    Parameters
    ----------
    scale, offset : float
        Value = stored × scale + offset, then minus 273.15 where `kelvin`.
    fills : tuple of float
        Stored numbers that mean missing.
    low, high : float
        Valid range of the stored numbers, both ends included.
    kelvin : bool
        Whether the file counts in kelvin.
    """

    scale: float = 1.0
    offset: float = 0.0
    fills: tuple[float, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    kelvin: bool = False

    def celsius(self, stored: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """
        Stored means as degC.

        Parameters
        ----------
        stored : array of float
            Means in the file's own numbers.

        Returns
        -------
        array of float
            The same in degC.
        """
        return stored * self.scale + (self.offset - (273.15 if self.kelvin else 0.0))


def as_text(value: Any) -> str:
    """
    An attribute's value as text, whatever a reader made of it.

    Parameters
    ----------
    value : object
        Text, bytes, or an array of one.

    Returns
    -------
    str
        The text.
    """
    if isinstance(value, np.ndarray):
        value = value.ravel()[0] if value.size else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def version(value: Any) -> str:
    """
    One of ERA5's versions, `expver`, as text, whether it is kept as text or as a number.

    Parameters
    ----------
    value : object
        Text, bytes or number.

    Returns
    -------
    str
        ``1`` for the final release, ``5`` for the first.
    """
    return as_text(value).strip("\0 ").lstrip("0").removesuffix(".0")


def option(variable: str) -> str:
    """
    Short name of a variable that may be given as the reader types it.

    Parameters
    ----------
    variable : str
        ``sst``, ``t2m`` or ``air``.

    Returns
    -------
    str
        ``sst`` or ``t2m``.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if variable in OPTIONS:
        return OPTIONS[variable].name
    if variable not in VARIABLES:
        raise ValueError(f"variable {variable!r} is none of {', '.join(VARIABLES)}")
    return variable


def axis_of(var: Var) -> str:
    """
    Role of a coordinate variable.

    Parameters
    ----------
    var : Var
        The variable.

    Returns
    -------
    str
        ``time``, ``latitude``, ``longitude`` or empty.
    """
    units, standard = var.text("units"), var.text("standard_name")
    if standard == "latitude" or NORTH.fullmatch(units):
        return "latitude"
    if standard == "longitude" or EAST.fullmatch(units):
        return "longitude"
    if " since " in units and standard != "forecast_reference_time":
        return "time"
    return ""


def roles(var: Var, description: Description) -> tuple[str, ...]:
    """
    Role of each dimension of a data variable.

    Parameters
    ----------
    var : Var
        The data variable.
    description : Description
        Its file.

    Returns
    -------
    tuple of str
        ``time``, ``latitude``, ``longitude``, ``expver`` or empty, one for each dimension.

    Raises
    ------
    SeriesError
        If latitude or longitude is missing or not one-dimensional, or another dimension is longer than one.
    """
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
    """
    The variable of a file that holds a quantity.

    Parameters
    ----------
    description : Description
        The file.
    variable : str
        ``sst`` or ``t2m``.
    name : str, default ""
        Its name in the file, where the metadata do not tell.

    Returns
    -------
    Var
        The data variable.

    Raises
    ------
    SeriesError
        If none or several fit.
    """
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
        if score and _temperature(var):
            fits.append((score, var))
    best = max((score for score, _ in fits), default=0)
    return [var for score, var in fits if score == best]


def _names(description: Description) -> str:
    """Names of the variables with at least two dimensions."""
    return ", ".join(v.name for v in description.variables.values() if len(v.dims) > 1)[:80] or "no gridded variable"


def _temperature(var: Var) -> bool:
    """Whether the units are those of a temperature."""
    return kelvin(var.text("units")) is not None


def kelvin(units: str) -> bool | None:
    """
    Whether units are kelvin.

    Parameters
    ----------
    units : str
        As the file writes them.

    Returns
    -------
    bool or None
        None where they are not of a temperature.
    """
    plain = re.sub(r"[\s_.°]", "", units).lower()
    if plain in {"k", "kelvin", "kelvins", "degk", "degreesk", "degreek", "degreeskelvin"}:
        return True
    if plain in {"c", "celsius", "degc", "degreec", "degreesc", "degreecelsius", "degreescelsius"}:
        return False
    return None


def packing(var: Var) -> Packing:
    """
    How a variable's stored numbers become degC.

    Parameters
    ----------
    var : Var
        The data variable.

    Returns
    -------
    Packing
        Scale, offset, missing values, valid range, units.

    Raises
    ------
    SeriesError
        If the units are not of a temperature.
    """
    hot = kelvin(var.text("units"))
    if hot is None:
        raise SeriesError(f"variable {var.name!r} is in {var.text('units')!r}, neither kelvin nor degrees Celsius")
    if as_text(var.attrs.get("_Unsigned", "")).lower() == "true":
        raise SeriesError(f"variable {var.name!r} is marked _Unsigned", "Rewrite it as signed or as float")
    fills = {_number(v) for key in ("_FillValue", "missing_value") for v in np.ravel(var.attrs.get(key, ()))}
    if not fills and (unwritten := UNWRITTEN.get(f"{var.dtype.kind}{var.dtype.itemsize}")) is not None:
        fills = {unwritten}
    # The valid range counts in stored numbers unless its type says that it was unpacked (CF 1.11 §2.5.1).
    packed = {"scale_factor", "add_offset"} & set(var.attrs)
    low, high = -np.inf, np.inf
    limits = np.ravel(var.attrs.get("valid_range", ()))
    lows, highs = (limits[:1], limits[1:2]) if limits.size == 2 else ((), ())
    for found, key in ((lows, "valid_min"), (highs, "valid_max")):
        for v in np.ravel(var.attrs.get(key, found)):
            if not packed or np.asarray(v).dtype == var.dtype:
                low, high = (_number(v), high) if key == "valid_min" else (low, _number(v))
    return Packing(
        _number(np.ravel(var.attrs.get("scale_factor", 1.0))[0]),
        _number(np.ravel(var.attrs.get("add_offset", 0.0))[0]),
        tuple(sorted(v for v in fills if not np.isnan(v))),
        low,
        high,
        hot,
    )


def _number(value: Any) -> float:
    """A stored attribute as float, whatever its type."""
    return float(value)


def product(description: Description) -> str:
    """
    Which product a file belongs to, by its own words.

    Parameters
    ----------
    description : Description
        The file.

    Returns
    -------
    str
        ``oisst`` (version 2.1), ``era5``, or empty where the file does not tell.
    """
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

"""Packing: how a file's stored numbers become degrees Celsius, and which of them are none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.gridded.description import Var, as_text

#: Stored numbers of cells never written, by type: missing where a file names no other (NetCDF Users Guide, Appendix B).
UNWRITTEN: Mapping[str, float] = {
    "i2": -(2**15) + 1, "i4": -(2**31) + 1, "i8": -(2**63) + 2, "u2": 2**16 - 1, "u4": 2**32 - 1, "u8": 2**64 - 2,
    "f4": 15 * 2.0**119, "f8": 15 * 2.0**119,
}  # fmt: skip


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


def packing_of(var: Var) -> Packing:
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
    fills = {float(v) for key in ("_FillValue", "missing_value") for v in np.ravel(var.attrs.get(key, ()))}
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
                low, high = (float(v), high) if key == "valid_min" else (low, float(v))
    return Packing(
        float(np.ravel(var.attrs.get("scale_factor", 1.0))[0]),
        float(np.ravel(var.attrs.get("add_offset", 0.0))[0]),
        tuple(sorted(v for v in fills if not np.isnan(v))),
        low,
        high,
        hot,
    )

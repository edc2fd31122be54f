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
    """How stored numbers become degC."""

    scale: float = 1.0  # Value = stored × scale + offset, then minus 273.15 where `kelvin`
    offset: float = 0.0  # Value = stored × scale + offset, then minus 273.15 where `kelvin`
    fills: tuple[float, ...] = ()  # Stored numbers that mean missing
    low: float = -np.inf  # Valid range of the stored numbers, both ends included
    high: float = np.inf  # Valid range of the stored numbers, both ends included
    kelvin: bool = False

    def celsius(self, stored: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Stored means as degC."""
        return stored * self.scale + (self.offset - (273.15 if self.kelvin else 0.0))


def kelvin(units: str) -> bool | None:
    plain = re.sub(r"[\s_.°]", "", units).lower()
    if plain in {"k", "kelvin", "kelvins", "degk", "degreesk", "degreek", "degreeskelvin"}:
        return True
    if plain in {"c", "celsius", "degc", "degreec", "degreesc", "degreecelsius", "degreescelsius"}:
        return False
    return None


def packing_of(var: Var) -> Packing:
    """How a variable's stored numbers become degC."""
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

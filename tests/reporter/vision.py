"""Colours as four kinds of vision see them."""

from __future__ import annotations

import numpy as np
from colorspacious import cspace_convert


def seen(ink: str, kind: str) -> np.ndarray:
    """A colour in CAM02-UCS, where distances are perceived differences; `kind` is a deficiency, or empty."""
    colour = np.array([int(ink[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    if kind:
        colour = np.clip(
            cspace_convert(colour, {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}, "sRGB1"), 0, 1
        )
    return np.asarray(cspace_convert(colour, "sRGB1", "CAM02-UCS"))

"""Settings: matplotlib's own defaults for the length of one picture, whatever a reader's matplotlibrc says."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl


def defaults(**changes: object) -> AbstractContextManager[None]:
    """Context in which a picture is drawn or written."""
    house: dict[Any, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")
    }
    return mpl.rc_context(house | {name.replace("__", "."): value for name, value in changes.items()})

"""What a gridded file says of itself: its variables and their attributes, whatever read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """One variable of a file: dimensions, shape, stored type, attributes."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attrs: Mapping[str, Any]

    def text(self, name: str) -> str:
        """An attribute as text."""
        return as_text(self.attrs.get(name, ""))


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """A file's variables and global attributes."""

    variables: Mapping[str, Var]
    attrs: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A global attribute as text."""
        return as_text(self.attrs.get(name, ""))


def as_text(value: Any) -> str:
    """An attribute's value as text, whatever a reader made of it."""
    if isinstance(value, np.ndarray):
        value = value.ravel()[0] if value.size else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def version(value: Any) -> str:
    """One of ERA5's versions, `expver`, as text, whether it is kept as text or as a number."""
    return as_text(value).strip("\0 ").lstrip("0").removesuffix(".0")

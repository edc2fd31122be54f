"""Counting: how many of what, as English says it in notices and reasons; readers' languages have their catalogues."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """How many of something: ``1 day``, ``2 days``, ``31,000 days``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"

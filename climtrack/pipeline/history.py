"""How published values changed, as rows and documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from climtrack.reporter.language import Language
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import SeriesKey


def version_rows(store: Store, keys: Sequence[SeriesKey], language: Language) -> list[tuple[str, ...]]:
    """The downloads that changed each series."""
    return [
        (key.label, str(one.generation), _moment(one.seen), language.count(one.days), one.source)
        for key in keys
        for one in store.history.versions(key)
    ]


def day_rows(store: Store, keys: Sequence[SeriesKey], day: dt.date, language: Language) -> list[tuple[str, ...]]:
    """Every value a day ever had."""
    return [
        (
            key.label,
            "" if one.value is None else language.number(one.value, _decimals(one.value)),
            language.text(f"cell.{one.status.name.lower()}"),
            _moment(one.seen),
            _moment(one.replaced) if one.replaced else "",
        )
        for key in keys
        for one in store.history.values(key, day)
    ]


def versions_document(store: Store, keys: Sequence[SeriesKey]) -> dict[str, Any]:
    """The downloads that changed each series, and by how much its values move, for machines."""
    series = {}
    for key in keys:
        noise = store.history.revision_noise(key)
        series[str(key)] = {
            "versions": [asdict(one) | {"seen": one.seen.isoformat()} for one in store.history.versions(key)],
            "revision_noise": asdict(noise) if noise else None,
        }
    return {"schema": "climtrack.history/1", "snapshot": store.snapshot, "series": series}


def day_document(store: Store, keys: Sequence[SeriesKey], day: dt.date) -> dict[str, Any]:
    """Every value a day ever had, for machines."""
    series = {
        str(key): [
            {
                "value": one.value,
                "status": one.status.name.lower(),
                "first_seen": one.seen.isoformat(),
                "replaced": one.replaced.isoformat() if one.replaced else None,
            }
            for one in store.history.values(key, day)
        ]
        for key in keys
    }
    return {"schema": "climtrack.history/1", "snapshot": store.snapshot, "date": day.isoformat(), "series": series}


def _decimals(value: float) -> int:
    """As many as are stored."""
    return len(f"{value:.9f}".rstrip("0").partition(".")[2])


def _moment(moment: dt.datetime) -> str:
    """As a person reads it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"

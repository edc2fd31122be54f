"""Reasons: every reason that the analysis can give has its Spanish sentence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climtrack.analysis.enso import nino_state
from climtrack.analysis.since import since
from climtrack.analysis.survey import study
from climtrack.reporter.reasons import UNTOLD, spanish_reason
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.registry import REGIONS
from tests.analysis.build import made, of

ROOT = Path(__file__).resolve().parents[2]


def _unknowns(value: Any) -> Iterator[str]:
    """Every reason inside a finding."""
    if isinstance(value, Unknown):
        yield value.why
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _unknowns(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _unknowns(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _unknowns(inner)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("era5.t2m.nh", dt.date(2020, 1, 1), dt.date(2020, 1, 5)),
        ("era5.t2m.nh", dt.date(2015, 1, 1), dt.date(2020, 2, 29)),
        ("era5.t2m.world", dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
        ("cfsr.t2m.world", dt.date(1970, 1, 1), dt.date(2020, 12, 31)),
        ("oisst.sst.gom", dt.date(1981, 9, 1), dt.date(2020, 5, 5)),
        ("oisst.sst.nino3.4", dt.date(1985, 1, 1), dt.date(2020, 5, 5)),
    ],
)
def test_every_reason_of_a_study(key: str, first: dt.date, last: dt.date) -> None:
    """Short, partial and foreign series leave many questions open; none stays without words."""
    found = study(made(first, last, key=key), REGIONS[key.split(".", 2)[2]])
    reasons = set(_unknowns((found.findings, nino_state(found), since(found, last))))
    assert reasons
    for why in reasons:
        spanish = spanish_reason(why)
        assert spanish != UNTOLD, why
        assert not re.search(r"\b(the|years?|absent|only|days|not)\b", spanish), spanish


def test_gaps_are_told() -> None:
    """Missing weeks and years, in Spanish with their numbers."""
    values = np.zeros(20_000)
    values[15_000:16_000] = np.nan
    values[-40:-5] = np.nan
    for why in set(_unknowns(study(of(dt.date(1960, 1, 1), values), REGIONS["nh"]).findings)):
        spanish = spanish_reason(why)
        assert spanish != UNTOLD, why
        assert re.findall(r"\d+", why) == re.findall(r"\d+", spanish) or "1850" in why


def test_every_reason_in_the_source_has_a_pattern() -> None:
    """Each ``Unknown("…")`` of the analysis, its blanks filled with numbers, is known."""
    texts = {
        re.sub(r"\{[^}]*\}", "2001-02-03", text)
        for path in sorted((ROOT / "climtrack" / "analysis").glob("*.py"))
        for text in re.findall(r'Unknown\(f?"([^"]*)"\)', path.read_text(encoding="utf-8"))
    }
    plain = {text for text in texts if "2001-02-03" not in text}
    assert len(plain) > 8
    for text in plain:
        assert spanish_reason(text) != UNTOLD, text


def test_a_baseline_that_is_not_covered() -> None:
    """All parts of the sentence."""
    assert spanish_reason(
        "1981-2010 not covered: year 1990 absent; 1981 has only 122 days, and 3 more years lack days"
    ) == ("1981–2010 no está cubierto: falta el año 1990; 1981 solo tiene 122 días, y a otros 3 años les faltan días")

"""Symptoms: what an examination found, each with its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a symptom matters."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was looked at."""

    topic: str  # What was looked at, in a word or two: ``clock``, ``store``, ``nh-air``
    severity: Severity
    what: str  # What was found, one sentence without a full stop
    remedy: str = ""  # What the user can do, one sentence without a full stop
    fix: str = ""  # Name of a repair that the program can safely do by itself; empty where there is none

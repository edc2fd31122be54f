"""config.toml fuzzed at length: any file is settings that a round can begin with, or refused in short lines."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from climtrack.config import template
from tests.following import fuzzed
from tests.test_config import documents, judged

pytestmark = pytest.mark.soak
SECONDS = float(os.environ.get("CLIMTRACK_SOAK_SECONDS", "600"))
EXAMPLES, MUTATIONS = 20_000, 50_000
Record = Callable[[str, object], None]


def test_grammar_of_settings(tmp_path: Path, record_property: Record) -> None:
    """20,000 documents of known tables with values of any kind (5 minutes)."""
    good = []

    def one(text: str) -> None:
        good.append(judged(tmp_path, text))

    health = list(HealthCheck)
    settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=health)(
        given(documents())(one)
    )()
    record_property("documents", len(good))
    record_property("fit for a round", sum(good))
    assert len(good) >= EXAMPLES
    assert 0 < sum(good) < len(good)


def test_mutations_of_settings(tmp_path: Path, record_property: Record) -> None:
    """The commented file with a few bytes or lines changed, 50,000 times; none takes half a second (10 minutes)."""
    rng, slowest, good = random.Random(7), 0.0, 0
    commented = template("en").encode()
    lines = commented.splitlines(keepends=True)
    for _ in range(MUTATIONS):
        body = bytearray(b"".join(rng.sample(lines, rng.randrange(1, 12))) if rng.random() < 0.5 else commented)
        for _ in range(rng.choice((1, 1, 2, 5))):
            i = rng.randrange(len(body) or 1)
            change: Any = rng.choice((bytes([rng.randrange(256)]), b"", b"[", b"]", b'"', b"=", b"\n", b"9" * 30, b"."))
            body[i : i + rng.choice((0, 1, 9))] = change
        start = time.thread_time()
        good += judged(tmp_path, bytes(body))
        slowest = max(slowest, time.thread_time() - start)
    for name, number in (("mutations", MUTATIONS), ("fit for a round", good), ("slowest, s", round(slowest, 3))):
        record_property(name, number)
    assert slowest < 0.5
    assert 0 < good < MUTATIONS


def test_settings_by_following_the_code(tmp_path: Path, record_property: Record) -> None:
    """Atheris on config.toml finds nothing that ends in a traceback or takes 5 s (10 minutes)."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "template").write_bytes(template("en").encode())
    for number, part in enumerate(template("en").split("\n\n")):
        (corpus / f"part{number}").write_text(part)
    record_property("runs", fuzzed("tests.fuzz_config", corpus, SECONDS, longest=8000))
    record_property("corpus", len(list(corpus.iterdir())))

"""
The long fuzzing of the readers: F7 in full.

A grammar of rows, names and layouts (hypothesis), mutations of real-shaped files, and a fuzzer that follows the code.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from climtrack.errors import SourceChanged
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.vocabulary.series import SeriesKey, Source
from tests.faults import FAULTS, NATLAN, WORLD, Copy, genuine
from tests.fetcher import test_reanalyzer as grammar
from tests.following import fuzzed

pytestmark = pytest.mark.soak
#: Seconds for the fuzzer that follows the code; the mutations have three times as many.
SECONDS = float(os.environ.get("CLIMTRACK_SOAK_SECONDS", "600"))
#: Enough, where the machine is fast enough for them.
MUTATIONS = 5_000_000
EXAMPLES = 200_000
DAY = dt.date(2026, 1, 4)
SOURCE = Source("https://example.org/x", dt.datetime(2026, 1, 4, tzinfo=dt.UTC), "0" * 64)
WORDS = (
    b"null", b"NaN", b"-", b"1e999", b'"', b"[", b"]", b"{", b"}", b",", b":", b"Preliminary", b'"2026"', b"0" * 9,
    b"\xff", b"\xed\xa0\x80", b"\\ud800", b'"data":', b'"name":', b"\n", b"true", b"1991-2020", b" ",
)  # fmt: skip


Record = Callable[[str, object], None]


def short(body: bytes) -> bytes:
    """A real-shaped file of the last three year rows and what follows, so that many fit into a minute."""
    lines = body.splitlines(keepends=True)
    return b"".join([lines[0], *lines[-8:]])


SEEDS = (genuine(WORLD, DAY), short(genuine(NATLAN, DAY)), short(genuine(WORLD, DAY)), short(genuine(NATLAN, DAY)))


def mutated(rng: random.Random) -> bytes:
    """A file with a few places changed."""
    body = bytearray(rng.choice(SEEDS[1:] if rng.random() < 0.98 else SEEDS))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        i, j = rng.randrange(len(body) or 1), rng.randrange(len(body) or 1)
        match rng.randrange(6):
            case _ if not body:
                break
            case 0:
                body[i] = rng.randrange(256)
            case 1:
                body[i:i] = rng.choice(WORDS)
            case 2:
                del body[i : i + rng.choice((1, 2, 7, 400, 9000))]
            case 3:
                word = rng.choice(WORDS)
                body[i : i + len(word)] = word
            case 4:
                body[i:i] = body[j : j + rng.choice((1, 30, 3000))]
            case _:
                body[i] ^= 1 << rng.randrange(8)
    return bytes(body)


@pytest.mark.parametrize(
    ("fuzz", "strategy", "share"),
    [
        (grammar.test_fuzz_tables, grammar.tables, 0.7),
        (grammar.test_fuzz_almost_json, st.text(alphabet='[]{}",:0123456789.-eE+ \\untrfalsN', max_size=300), 0.2),
        (grammar.test_fuzz_anything, st.binary(max_size=200), 0.1),
    ],
)
def test_grammar(fuzz: Any, strategy: st.SearchStrategy[Any], share: float, record_property: Record) -> None:
    """F7: 200,000 tables and near-tables: read or refused, twice alike, whatever the order of rows (20 minutes)."""
    count = 0

    def counted(example: Any) -> None:
        nonlocal count
        count += 1
        fuzz.hypothesis.inner_test(example)

    wanted = int(EXAMPLES * share)
    health = list(HealthCheck)
    settings(max_examples=wanted, deadline=None, database=None, suppress_health_check=health)(
        given(strategy)(counted)
    )()
    record_property("examples", count)
    assert count >= wanted


def test_mutations(record_property: Record) -> None:
    """
    F7: 5,000,000 mutations, or 30 minutes of them.

    Only the one error leaves the reader, none takes a second, and what is read is finite and dated.
    """
    rng = random.Random(20260822)
    key = SeriesKey("oisst", "sst", "natlan")
    until, slowest, count, read = time.monotonic() + 3 * SECONDS, 0.0, 0, 0
    while count < MUTATIONS and time.monotonic() < until:
        body = mutated(rng)
        start = time.thread_time()
        try:
            series = series_from_payload(body, key, SOURCE)
        except SourceChanged as refused:
            line = str(refused)
            if not line.isprintable() or len(line) > 122:
                pytest.fail(repr(line))
        else:
            read += 1
            assert np.isfinite(series.values[series.status > 0]).all()
        slowest = max(slowest, time.thread_time() - start)
        count += 1
    for name, number in (("mutations", count), ("read", read), ("slowest, s", round(slowest, 3))):
        record_property(name, number)
    assert slowest < 1.0
    assert count > min(MUTATIONS - 1, 100 * SECONDS)
    assert 0 < read < count


def test_following_the_code(tmp_path: Path, record_property: Record) -> None:
    """F7: atheris, which keeps what reaches new code, finds nothing that crashes, hangs or grows (10 minutes)."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for i, seed in enumerate(SEEDS[1:]):
        (corpus / f"seed{i}").write_bytes(seed)
    (corpus / "pulse").write_bytes(b"# x\ndate,2t,clim_91-20,ano_91-20,status\n2024-02-27,13.42,12.70,0.72,FINAL\n")
    for name in ("numbers as text", "data as one text", "unknown row", "year twice, equal"):
        (corpus / name.replace(" ", "-")).write_bytes(short(FAULTS[name].make(Copy.of(NATLAN, DAY))))
    runs = fuzzed("tests.fetcher.fuzz_reader", corpus, SECONDS, longest=40_000)
    record_property("runs", runs)
    record_property("corpus", len(list(corpus.iterdir())))

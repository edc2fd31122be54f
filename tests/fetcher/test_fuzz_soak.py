"""The long fuzzing: mutations of real-shaped files by the hundred thousand, and a fuzzer that follows the code."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from climtrack.errors import SourceChanged
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.vocabulary.series import SeriesKey, Source
from tests.faults import FAULTS, NATLAN, WORLD, Copy, genuine

pytestmark = pytest.mark.soak
#: Seconds for each of the two; `make soak` gives them ten minutes with CLIMTRACK_SOAK_SECONDS=600.
SECONDS = float(os.environ.get("CLIMTRACK_SOAK_SECONDS", "60"))
DAY = dt.date(2026, 1, 4)
SOURCE = Source("https://example.org/x", dt.datetime(2026, 1, 4, tzinfo=dt.UTC), "0" * 64)
WORDS = (
    b"null", b"NaN", b"-", b"1e999", b'"', b"[", b"]", b"{", b"}", b",", b":", b"Preliminary", b'"2026"', b"0" * 9,
    b"\xff", b"\xed\xa0\x80", b"\\ud800", b'"data":', b'"name":', b"\n", b"true", b"1991-2020", b" ",
)  # fmt: skip


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


def test_mutations() -> None:
    """Only the one error leaves the reader, none takes a second, and what is read is finite and dated."""
    rng = random.Random(20260822)
    key = SeriesKey("oisst", "sst", "natlan")
    until, slowest, count, read = time.monotonic() + SECONDS, 0.0, 0, 0
    while time.monotonic() < until:
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
    assert slowest < 1.0
    assert count > 100 * SECONDS
    assert 0 < read < count


def test_following_the_code(tmp_path: Path) -> None:
    """atheris, which keeps what reaches new code, finds nothing that crashes, hangs or grows."""
    pytest.importorskip("atheris")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for i, seed in enumerate(SEEDS[1:]):
        (corpus / f"seed{i}").write_bytes(seed)
    (corpus / "pulse").write_bytes(b"# x\ndate,2t,clim_91-20,ano_91-20,status\n2024-02-27,13.42,12.70,0.72,FINAL\n")
    for name in ("numbers as text", "data as one text", "unknown row", "year twice, equal"):
        (corpus / name.replace(" ", "-")).write_bytes(short(FAULTS[name].make(Copy.of(NATLAN, DAY))))
    run = subprocess.run(
        [sys.executable, "-m", "tests.fetcher.fuzz_reader", str(corpus), f"-max_total_time={int(SECONDS)}",
         "-timeout=5", "-rss_limit_mb=1024", "-max_len=40000", f"-artifact_prefix={tmp_path}/"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=SECONDS + 120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    assert "DONE" in run.stderr or "Done" in run.stderr

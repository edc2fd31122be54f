"""
At the door: what climtrack costs, as whole processes, against references timed in the same run.

``python -m benchmarks.door [ROUNDS]`` stores the simulated sample in a temporary folder, runs every command in turn,
round after round, and writes the medians and their ratios into ``docs/benchmarks.md``.
"""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from climtrack.fetcher.endpoints import ENDPOINTS
from climtrack.sample import payload

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
TODAY = dt.date(2026, 11, 20)
PYTHON = [sys.executable]
CLIMTRACK = [sys.executable, "-m", "climtrack"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def fill(home: Path, folder: Path) -> None:
    """Store the sample through the real download, on loopback."""
    for key, endpoint in ENDPOINTS.items():
        file = folder / endpoint.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(payload(key, TODAY))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        subprocess.run([*CLIMTRACK, "fetch"], env=environment(home) | {"CLIMTRACK_BASE_URL": address}, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        server.shutdown()


def environment(home: Path) -> dict[str, str]:
    """The same for every process."""
    return dict(os.environ) | {
        "CLIMTRACK_HOME": str(home),
        "CLIMTRACK_NOW": f"{TODAY}T18:00:00Z",
        "PYTHONPATH": str(ROOT),
    }


def wall(command: Sequence[str], env: Mapping[str, str], folder: Path) -> float:
    """Milliseconds of a whole process."""
    began = time.perf_counter()
    subprocess.run(command, env=env, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - began)


def measure(rounds: int) -> dict[str, float]:
    """Medians of interleaved runs, in milliseconds."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        home, out = work / "home", work / "out"
        out.mkdir()
        fill(home, work / "site")
        env = environment(home)
        one = ["--region", "nh", "--variable", "air", "--chart", "year-lines", "--preset", "wide", "--lang", "en"]
        commands: dict[str, list[str]] = {
            "python -c pass": [*PYTHON, "-c", "pass"],
            "climtrack --version": [*CLIMTRACK, "--version"],
            "climtrack --help": [*CLIMTRACK, "--help"],
            "climtrack status": [*CLIMTRACK, "status"],
            "climtrack report, one chart": [*CLIMTRACK, "report", "--offline", *one, "--out", str(out / "one")],
            "the job": [*PYTHON, "-m", "benchmarks.job", str(home), str(out)],
            "straightforward": [*PYTHON, "-m", "benchmarks.straightforward", str(home), str(out)],
        }
        times: dict[str, list[float]] = {title: [] for title in commands}
        costs: list[dict[str, float]] = []
        for _ in range(rounds):
            for title, command in commands.items():
                times[title].append(wall(command, env, work))
            told = subprocess.run([*PYTHON, "-m", "benchmarks.job", str(home), "parts"], env=env, cwd=work, check=True,
                                  capture_output=True, text=True)  # fmt: skip
            costs.append(json.loads(told.stdout))
        found = {title: statistics.median(values) for title, values in times.items()}
        for part in ("import", "rasterise", "encode"):
            found[part] = statistics.median(cost[part] for cost in costs)
        return found


def table(found: Mapping[str, float], rounds: int) -> str:
    """The page's table, with each goal beside what was reached."""
    bare = found["python -c pass"]
    total = bare + found["import"] + found["rasterise"] + found["encode"]
    rows = [
        ("`climtrack --version`", found["climtrack --version"], "`python -c pass`", bare, 3.0),
        ("`climtrack --help`", found["climtrack --help"], "`python -c pass`", bare, 3.5),
        ("the job", found["the job"], "the straightforward script", found["straightforward"], 0.35),
        ("the job", found["the job"], "start + import + rasterise + encode, alone", total, 1.25),
    ]
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {rounds} interleaved runs of whole "
        f"processes, {dt.datetime.now(dt.UTC):%d %B %Y}.",
        "",
        "| what | ms | against | ms | ratio | goal |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {what} | {ms:.0f} | {ref} | {base:.0f} | {ms / base:.2f} | ≤ {goal} |"
            for what, ms, ref, base, goal in rows
        ),
        "",
        f"Beside them: `climtrack status` {found['climtrack status']:.0f} ms; `climtrack report` of one series with a "
        f"picture {found['climtrack report, one chart']:.0f} ms. Of the job's parts: import {found['import']:.0f} ms, "
        f"rasterise {found['rasterise']:.0f}, encode {found['encode']:.0f}.",
    ]
    return "\n".join(lines)


def main(rounds: int) -> None:
    """Measure, and put the table between its marks in the page."""
    text = table(measure(rounds), rounds)
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split("<!-- door -->\n", 1)
    tail = rest.split("<!-- /door -->", 1)[1]
    PAGE.write_text(f"{head}<!-- door -->\n{text}\n<!-- /door -->{tail}", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)

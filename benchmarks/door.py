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
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from climtrack.fetcher.fetch import SOURCES
from climtrack.fetcher.reanalyzer import SIMULATED
from climtrack.fetcher.sample import payload

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
TODAY = dt.date(2026, 11, 20)
PYTHON = [sys.executable]
CLIMTRACK = [sys.executable, "-m", "climtrack"]
JOB = [sys.executable, "-m", "benchmarks.job"]
#: Runs of `publish`, which takes as long as all other commands together.
SITES = 3


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def fill(env: Mapping[str, str], folder: Path) -> None:
    """Store the sample through the real download, on loopback; not marked as simulated, for such is never published."""
    for key, endpoint in (one for source in SOURCES for one in source.ENDPOINTS.items()):
        file = folder / endpoint.path.format(year=TODAY.year)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(payload(key, TODAY).replace(SIMULATED.encode(), b""))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        subprocess.run([*CLIMTRACK, "fetch"], env={**env, "CLIMTRACK_BASE_URL": address}, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        server.shutdown()


def environment(home: Path, bytecode: Path) -> dict[str, str]:
    """The same for every process; what is imported is compiled once, as where a package is installed."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {
        "CLIMTRACK_HOME": str(home),
        "CLIMTRACK_NOW": f"{TODAY}T18:00:00Z",
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(bytecode),
    }


@dataclass(frozen=True, slots=True)
class Cost:
    """What a whole process and its children cost in milliseconds: by the clock, and of processor time."""

    wall: float
    processor: float


def spend(command: Sequence[str], env: Mapping[str, str], folder: Path, cores: int) -> Cost:
    """Run a process on so many cores."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(ours)[:cores])
    try:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    finally:
        os.sched_setaffinity(0, ours)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(1000 * wall, 1000 * (used.ru_utime + used.ru_stime))


def warm(costs: Mapping[str, Sequence[Cost]]) -> dict[str, Cost]:
    """The medians of each but for its first."""
    return {
        title: Cost(
            statistics.median(one.wall for one in runs[1:]), statistics.median(one.processor for one in runs[1:])
        )
        for title, runs in costs.items()
    }


def measure(rounds: int) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """Medians of interleaved runs, after one that counts for nothing, and of the parts."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        home, out = work / "home", work / "out"
        out.mkdir()
        env = environment(home, work / "bytecode")
        fill(env, work / "site")
        series = work / "series"
        subprocess.run([*CLIMTRACK, "export", "--format", "netcdf", "--out", str(series)], env=env, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        air = ["--offline", "--region", "nh", "--variable", "air"]
        one = [*air, "--chart", "year-lines", "--preset", "wide", "--lang", "en", "--out", str(out / "one")]
        site = [*CLIMTRACK, "publish", str(out / "site"), *air, "--chart", "all", "--lang", "en,es"]
        commands: dict[str, tuple[list[str], int, int]] = {
            "python -c pass": ([*PYTHON, "-c", "pass"], 2, rounds),
            "version": ([*CLIMTRACK, "--version"], 2, rounds),
            "help": ([*CLIMTRACK, "--help"], 2, rounds),
            "status": ([*CLIMTRACK, "status"], 2, rounds),
            "facts": ([*CLIMTRACK, "facts", *air], 2, rounds),
            "one chart": ([*CLIMTRACK, "report", *one], 2, rounds),
            "the job": ([*JOB, str(home), str(out), "2"], 2, rounds),
            "the job, one process": ([*JOB, str(home), str(out), "1"], 2, rounds),
            "straightforward": ([*PYTHON, "-m", "benchmarks.straightforward", str(series), str(out)], 2, rounds),
            "publish, one core": (site, 1, SITES),
            "publish": (site, 2, SITES),
        }
        costs: dict[str, list[Cost]] = {title: [] for title in commands}
        parts: dict[str, list[Cost]] = {}
        for run in range(rounds + 1):
            for title, (command, cores, most) in commands.items():
                if run <= most:
                    shutil.rmtree(out / "site", ignore_errors=True)
                    costs[title].append(spend(command, env, work, cores))
            told = subprocess.run([*JOB, str(home)], env=env, cwd=work, check=True, capture_output=True, text=True)
            for part, cost in json.loads(told.stdout).items():
                parts.setdefault(part, []).append(Cost(*cost))
        return warm(costs), warm(parts)


def table(found: Mapping[str, Cost], parts: Mapping[str, Cost], rounds: int) -> str:
    """The page's table, with each goal beside what was reached."""
    bare, job, publish = found["python -c pass"], found["the job"], found["publish"]
    alone, core = found["the job, one process"], found["publish, one core"]
    sums = Cost(*(sum(getattr(one, clock) for one in (bare, *parts.values())) for clock in ("wall", "processor")))
    theirs = "start + import + rasterise + encode, alone"
    rows = [
        ("`climtrack --version`", found["version"].wall, "`python -c pass`", bare.wall, "≤ 3"),
        ("`climtrack --help`", found["help"].wall, "`python -c pass`", bare.wall, "≤ 3.5"),
        ("the job", job.wall, "the straightforward script", found["straightforward"].wall, "≤ 0.35"),
        ("the job", job.wall, theirs, sums.wall, "–"),
        ("the job in one process, processor time", alone.processor, theirs, sums.processor, "–"),
        ("`climtrack publish` on one core", core.wall, "on two", publish.wall, "≥ 1.6"),
    ]
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {rounds} interleaved runs of whole "
        f"processes ({min(SITES, rounds)} of `publish`), {dt.datetime.now(dt.UTC):%d %B %Y}.",
        "",
        "| what | ms | against | ms | ratio | goal |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {what} | {ms:.0f} | {ref} | {base:.0f} | {ms / base:.2f} | {goal} |"
            for what, ms, ref, base, goal in rows
        ),
        "",
        f"Beside them: `climtrack status` {found['status'].wall:.0f} ms, `facts` of one series "
        f"{found['facts'].wall:.0f}, `report` of one series with a picture {found['one chart'].wall:.0f}. Alone: "
        f"{', '.join(f'{name} {cost.processor:.0f} ms' for name, cost in parts.items())}.",
    ]
    return "\n".join(lines)


def main(rounds: int) -> None:
    """Measure, and put the table between its marks in the page."""
    text = table(*measure(rounds), rounds)
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split("<!-- door -->\n", 1)
    tail = rest.split("<!-- /door -->", 1)[1]
    PAGE.write_text(f"{head}<!-- door -->\n{text}\n<!-- /door -->{tail}", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)

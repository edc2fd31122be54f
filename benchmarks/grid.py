"""
`make bench-grid`: our reduction beside CDO, naive xarray and a bare inflate loop, in one interleaved run.

Everything is timed as whole processes on the same made-up files (packed shorts, deflate 4 with shuffle, one chunk a
day): wall clock, processor seconds and peak memory of each, median of the rounds. Goals are ratios within the run, from
``python -m benchmarks.grid [--rounds 3] [--folder DIR] [--out docs/benchmarks-grid.md]``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.grid_jobs import NINE
from climtrack.vocabulary.registry import REGIONS

YEARS = (2021, 2022, 2023)
COPIES = 11
#: Jobs done on one year and on three.
OURS, UNHASHED = "ours {}, 1 thread", "ours {}, 1 thread, no hash"
INFLATE, MASKS, BOXES = "inflate {}", "xarray {}, nine masks", "xarray {}, nine boxes"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds on the wall and of the processor, peak MB, and what it printed."""

    wall: float
    cpu: float
    peak: float
    said: str = ""


def run(*command: str, cwd: Path = ROOT) -> Cost:
    """One process, measured by the kernel."""
    import time

    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.PIPE, env=environment)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        error = child.stderr.read().decode() if child.stderr else ""
        if child.returncode:
            raise SystemExit(f"{' '.join(command)[:200]}\n{error}")
        out.seek(0)
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read().decode().strip())


def job(name: str, *arguments: object) -> tuple[str, ...]:
    """A job of `benchmarks.grid_jobs` as a command."""
    return (sys.executable, "-m", "benchmarks.grid_jobs", name, *map(str, arguments))


def cdo(region: str, source: str, out: Path) -> tuple[str, ...]:
    """CDO's mean over one region, in float64, without which it would round to the packing's hundredths."""
    box = REGIONS[region]
    cut = f"-sellonlatbox,{box.west:g},{box.east:g},{box.south:g},{box.north:g}"
    return ("cdo", "-s", "-O", "-b", "F64", "fldmean", *((cut,) if region != "world" else ()), source, str(out))


def prepared(folder: Path) -> tuple[list[Path], list[Path]]:
    """Three made-up years and a week of daily files, written once by a process of its own."""
    run(*job("prepare", folder, *YEARS))
    week = [folder / f"oisst-avhrr-v02r01.202401{day:02d}.nc" for day in range(1, 8)]
    return [folder / f"sst.day.mean.{year}.nc" for year in YEARS], week


def median(costs: Sequence[Cost]) -> Cost:
    """Median of each figure."""
    return Cost(
        statistics.median(c.wall for c in costs),
        statistics.median(c.cpu for c in costs),
        statistics.median(c.peak for c in costs),
        costs[-1].said,
    )


def measure(folder: Path, rounds: int) -> dict[str, Cost]:
    """All commands, round after round."""
    years, week = prepared(folder)
    out = folder / "out.nc"
    links = []
    for i in range(COPIES):
        link = folder / f"copy{i:02d}.nc"
        if not link.is_symlink():
            link.symlink_to(years[-1])
        links.append(link)
    year, regions = str(years[-1]), ",".join(NINE)
    commands: dict[str, Sequence[tuple[str, ...]]] = {
        "start": [job("start")],
        "inflate 1 year": [job("inflate", year)],
        "inflate 3 years": [job("inflate", *years)],
        "ours 1 year, 1 thread": [job("reduce", "threads", 1, 9, "hash", year)],
        "ours 1 year, 2 threads": [job("reduce", "threads", 2, 9, "hash", year)],
        "ours 1 year, one region, 1 thread": [job("reduce", "threads", 1, 1, "hash", year)],
        "ours 1 year, 1 thread, no hash": [job("reduce", "threads", 1, 9, "no", year)],
        "ours 3 years, 1 thread, no hash": [job("reduce", "threads", 1, 9, "no", *years)],
        "ours 3 years, 1 thread": [job("reduce", "threads", 1, 9, "hash", *years)],
        "command line 1 year, 2 threads": [
            (
                sys.executable,
                "-m",
                "climtrack",
                "grid",
                "reduce",
                year,
                "--region",
                regions,
                "--csv",
                str(folder / "o.csv"),
            )
        ],
        "cdo 1 year, one region": [cdo("nh", year, out)],
        "cdo 1 year, nine regions": [cdo(name, year, out) for name in NINE],
        "xarray 1 year, nine masks": [job("naive", "masks", year)],
        "xarray 3 years, nine masks": [job("naive", "masks", *years)],
        "xarray 1 year, nine boxes": [job("naive", "boxes", year)],
        "xarray 3 years, nine boxes": [job("naive", "boxes", *years)],
        "ours 4015 days, 1 thread": [job("reduce", "threads", 1, 9, "hash", *links)],
        "ours 4015 days, 2 threads": [job("reduce", "threads", 2, 9, "hash", *links)],
        "ours 4015 days, 2 processes": [job("reduce", "processes", 2, 9, "hash", *links)],
        "dask cluster of 2, 4015 days": [job("cluster", 2, *links)],
        "ours 1095 days, 2 threads": [job("reduce", "threads", 2, 9, "hash", *links[:3])],
        "ours week": [job("reduce", "threads", 2, 9, "hash", *week)],
        "cdo week, one region": [
            ("cdo", "-s", "-O", "-b", "F64", "fldmean", "-selname,sst", "-cat", " ".join(map(str, week)), str(out))
        ],
        "ours climatology of cells": [job("climatology", folder / "clim.nc", YEARS[0], YEARS[-1], *years)],
        "cdo ydaymean": [("cdo", "-s", "-O", "ydaymean", "-cat", " ".join(map(str, years)), str(out))],
        "ours year over year": [job("difference", out, years[2], years[1])],
        "cdo sub": [("cdo", "-s", "-O", "sub", str(years[2]), str(years[1]), str(out))],
    }
    seen: dict[str, list[Cost]] = {name: [] for name in commands}
    for n in range(rounds):
        for name, several in commands.items():
            parts = [run(*command) for command in several]
            seen[name].append(
                Cost(sum(p.wall for p in parts), sum(p.cpu for p in parts), max(p.peak for p in parts), parts[-1].said)
            )
            print(f"round {n + 1}: {name}: {seen[name][-1]}", file=sys.stderr)
    found = {name: median(costs) for name, costs in seen.items()}
    found["reference"] = run(*job("reference", year))
    return found


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: number, what, figure here, limit, and whether less is better."""

    number: str
    what: str
    value: float
    limit: float
    less: bool = True

    def row(self) -> str:
        """As a line of the table."""
        met = self.value <= self.limit if self.less else self.value >= self.limit
        figure = f"{self.value:.1e}" if 0 < self.value < 0.001 else f"{self.value:.2f}"
        sign = "≤" if self.less else "≥"
        return f"| {self.number} | {self.what} | {sign} {self.limit:g} | {figure} | {'yes' if met else '**no**'} |"


def extra(found: dict[str, Cost], name: str) -> float:
    """CPU seconds of the 730 days that a job on three years has more than on one."""
    return found[name.format("3 years")].cpu - found[name.format("1 year")].cpu


def goals(found: dict[str, Cost]) -> list[Goal]:
    """Every goal that is measured here."""
    bare, plain, ours, naive = (extra(found, name) for name in (INFLATE, UNHASHED, OURS, MASKS))
    one, two = found["ours 1 year, 1 thread"], found["ours 1 year, 2 threads"]
    cdo_one, cdo_nine = found["cdo 1 year, one region"], found["cdo 1 year, nine regions"]
    inside = {name: float(cost.said.split()[1]) for name, cost in found.items() if name.startswith("ours 4015")}
    threads = inside["ours 4015 days, 2 threads"]
    cluster = float(found["dask cluster of 2, 4015 days"].said)
    grown = found["ours 4015 days, 2 threads"].peak - found["ours 1095 days, 2 threads"].peak
    hashes = {found[name].said.split()[0] for name in inside}
    loaded = found["ours week"].said.split()[2].strip("-")
    cells, week = found["ours climatology of cells"], found["ours week"].wall / found["cdo week, one region"].wall
    years = found["ours year over year"].cpu / found["cdo sub"].cpu
    return [
        Goal("1", "nine regions, CPU per extra day / bare libdeflate loop (no numba)", plain / bare, 2.3),
        Goal("1", "the same with the SHA-256 of every file, as provenance keeps it", ours / bare, 2.3),
        Goal("2", "nine regions of a year, whole process / one CDO fldmean, wall", one.wall / cdo_one.wall, 0.5),
        Goal("2", "the same in CPU seconds", one.cpu / cdo_one.cpu, 0.5),
        Goal("2", "the same on 2 threads, wall", two.wall / cdo_one.wall, 0.35),
        Goal("3", "nine CDO commands / ours, whole process, CPU", cdo_nine.cpu / one.cpu, 15, less=False),
        Goal(
            "3", "xarray weighted mean, a mask for each region / ours, CPU per extra day", naive / ours, 10, less=False
        ),
        Goal("4", "peak memory of a year on 2 threads, MB", two.peak, 120),
        Goal("4", "peak memory of 4,015 days minus that of 1,095, MB", grown, 5),
        Goal("5", "2 threads / 1, 4,015 days, speed", inside["ours 4015 days, 1 thread"] / threads, 1.6, less=False),
        Goal("5", "dask cluster of 2 / 2 threads, 4,015 days, wall, cluster already up", cluster / threads, 1.2),
        Goal("6", "a week's update, nine regions / CDO, one region, wall", week, 1),
        Goal("6", "of xarray, dask, numba, pandas it imports", len(loaded.split(",")) if loaded else 0, 0),
        Goal("7", "largest relative difference from plain float64", float(found["reference"].said), 1e-12),
        Goal("7", "different results of 1 and 2 threads and 2 processes, besides the first", len(hashes) - 1, 0),
        Goal("8", "climatology of cells, 3 years / cdo ydaymean, CPU", cells.cpu / found["cdo ydaymean"].cpu, 0.4),
        Goal("8", "its peak memory, MB", cells.peak, 300),
        Goal("8", "year over year / cdo sub, CPU", years, 0.6),
    ]


def boxes_line(found: dict[str, Cost]) -> str:
    """What a day costs each, and what goal 3 would be against a user who cuts boxes by slices."""
    ours, masks, boxes, bare = (1000 / 730 * extra(found, name) for name in (OURS, MASKS, BOXES, INFLATE))
    return (
        f"CPU of an extra day: ours {ours:.1f} ms, inflating alone {bare:.1f} ms, xarray {masks:.1f} ms with masks, "
        f"which serve any shape of region, and {boxes:.1f} ms where boxes are cut out by slices: "
        f"{boxes / ours:.1f} times ours, and {boxes / bare:.1f} times what inflating alone takes."
    )


def page(found: dict[str, Cost], rounds: int) -> str:
    """The results as a page."""
    version = subprocess.run((shutil.which("cdo") or "cdo", "--version"), capture_output=True, text=True, check=False)
    named = (version.stderr or version.stdout).splitlines()[0]
    lines = [
        "# Grids: speed and memory, measured",
        "",
        f"`make bench-grid` wrote this page on {dt.date.today()}: {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {named}; medians of {rounds} interleaved rounds of whole processes. "
        "Absolute times are this machine's; the ratios are the point.",
        "",
        "Data: made-up years of 720 × 1440 packed shorts, deflate 4 with shuffle, one chunk a day (0.7 MB stored).",
        "",
        "## Goals",
        "",
        "| # | what | goal | here | met |",
        "| --- | --- | ---: | ---: | --- |",
        *(goal.row() for goal in goals(found)),
        "",
        f"Load of the machine over the last quarter of an hour: {os.getloadavg()[2]:.1f} on {os.cpu_count()} cores. "
        "Above the number of cores, other work shared them: then wall-clock ratios of threads and clusters say "
        "little, CPU ratios still much.",
        "",
        boxes_line(found),
        "",
        "## Every command",
        "",
        "| command | wall s | CPU s | peak MB |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak:.0f} |"
            for name, cost in found.items()
            if name != "reference"
        ),
        "",
        "Peak memory is that of the parent process: for processes and clusters each worker holds as much again.",
        "",
        "## Repeat it",
        "",
        "```",
        "apt-get install cdo",
        "pip install '.[grid]'   # in climtrack's folder",
        "make bench-grid        # about 15 minutes and 2 GB of disk",
        "```",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "climtrack-bench-grid")
    parser.add_argument("--out", type=Path, default=None)
    chosen = parser.parse_args()
    if shutil.which("cdo") is None:
        raise SystemExit("cdo is not installed: apt-get install cdo")
    chosen.folder.mkdir(parents=True, exist_ok=True)
    text = page(measure(chosen.folder, chosen.rounds), chosen.rounds)
    print(text)
    if chosen.out is not None:
        chosen.out.write_text(text)


if __name__ == "__main__":
    main()

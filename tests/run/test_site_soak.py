"""A site over years, and a site that is injured; by `make soak`."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from climtrack.config import Config
from climtrack.publish.folder import LISTS, LOCK, STAGING, Folder
from climtrack.publish.site import DATED, NAME
from climtrack.reporter.chart import COMMON
from climtrack.run import publish
from climtrack.run.refresh import unattended_round
from climtrack.run.run import Run
from climtrack.run.series import english
from tests.run.site import NOON, Site, settings
from tests.test_serve import ask, wait
from tests.test_serve_soak import PROGRAM, memory

pytestmark = pytest.mark.soak
DAY = dt.timedelta(days=1)
YEARS = 5


def shown_at(config: Config, folder: Path) -> Config:
    """The same, published into a folder, and held against no second source."""
    return config.model_copy(
        update={
            "publish": config.publish.model_copy(update={"folder": str(folder)}),
            "refresh": config.refresh.model_copy(update={"publish": True}),
            "fetch": config.fetch.model_copy(update={"cross_check": False}),
        }
    )


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds and peak memory in MB of a process of its own and of those that it starts."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status, used = os.wait4(pid, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def a_round(config: Config, now: dt.datetime) -> None:
    run = Run(config, now, transport=Site(now.date()))
    unattended_round(run)
    assert run.outcome.code == 0, [english(line) for line in run.outcome.notices]


def aged(root: Path, today: dt.date) -> None:
    """As many dated pictures as five years of such days leave, each with bytes of its own."""
    models = [(path, path.read_bytes()) for path in sorted(root.glob("2*/*.png"))]
    for age in range(1, YEARS * 365):
        folder = root / (today - age * DAY - 30 * DAY).isoformat()
        folder.mkdir()
        for path, data in models:
            other = data + age.to_bytes(8)
            *stem, _, suffix = path.name.split(".")
            name = ".".join((*stem, hashlib.sha256(other).hexdigest()[:12], suffix))
            (folder / name).write_bytes(other)


def served(root: Path) -> float:
    """Memory in MB of the server once everything that changes was asked for, and dated pictures beyond its cache."""
    command = [sys.executable, "-c", PROGRAM, str(root)]
    path = os.pathsep.join(p for p in sys.path if p)
    paths = [*Folder(root).read().files, *(str(one.relative_to(root)) for one in sorted(root.glob("2*/*.png"))[:1500])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path})
    with process:
        assert process.stdout
        address = process.stdout.readline().strip()
        wait(address)
        assert {ask(address, f"/{one}")[0] for one in paths} == {200}
        used = memory(process.pid)
        process.terminate()
    return used


def test_five_years_of_default_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """
    Files and bytes of a year; a round and the server on a site of five years beside those on a new one.

    Rounds draw one chart, so that what else they do is not lost in the drawing.
    """
    new, old, cost = tmp_path / "new", tmp_path / "old", dict[tuple[str, str], tuple[float, float]]()

    def config(folder: Path) -> Config:
        one = shown_at(Config(home=folder / "home"), folder / "site")
        return one.model_copy(update={"refresh": one.refresh.model_copy(update={"charts": ("both",)})})

    monkeypatch.setattr(publish, "PRESETS", COMMON)
    a_round(config(new), NOON)
    files, size = Folder(new / "site").read().months["2026-07"]
    record_property("dated pictures of a year", f"{365 * files}, {365 * size / 1e6:.0f} MB")
    assert 365 * files <= 7500  # and those that change
    assert 365 * size <= 450e6
    shutil.copytree(new, old)
    aged(old / "site", NOON.date())
    a_round(config(old), NOON)  # lists what it finds
    site = Folder(old / "site").read()
    record_property("five years", f"{site.count} files, {site.size / 1e6:.0f} MB")
    assert site.count > 1820 * files
    for name in ("a day's round", "a round without news"):
        for folder in (new, old):
            cost[name, folder.name] = measured(lambda folder=folder: a_round(config(folder), NOON + DAY))
    for folder in (new, old):
        cost["serve", folder.name] = 1.0, served(folder / "site")
    for (name, which), (cpu, most) in cost.items():
        record_property(f"{name}, {which}", f"{cpu:.2f} CPU s, {most:.0f} MB")
    for name, which in cost:
        assert cost[name, which][0] <= 1.5 * cost[name, "new"][0], name
        assert cost[name, which][1] <= 1.5 * cost[name, "new"][1], name


INJURIES: dict[str, Callable[[Path, random.Random], object]] = {
    "flipped": lambda file, rng: flipped(file, rng.randrange(file.stat().st_size)),
    "cut": lambda file, rng: os.truncate(file, rng.randrange(file.stat().st_size)),
    "zeroed": lambda file, _: file.write_bytes(bytes(file.stat().st_size)),
    "gone": lambda file, _: file.unlink(),
    "replaced": lambda file, rng: file.write_bytes(rng.randbytes(99)),
    "a folder": lambda file, _: (file.unlink(), file.mkdir()),
    "a link": lambda file, _: (file.unlink(), file.symlink_to("/etc/passwd")),
}


def flipped(file: Path, place: int) -> None:
    """One bit of a file the other way."""
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


def targets(root: Path) -> dict[str, list[Path]]:
    """What may be injured, by kind."""
    every = [path for path in root.rglob("*") if path.is_file() and path.name != LOCK and path.stat().st_size]
    dated = [path for path in every if DATED.fullmatch(path.relative_to(root).as_posix())]
    lists = [path for path in every if path.name == NAME or LISTS in path.parts]
    return {"list": lists, "dated": dated, "page": [path for path in every if path not in {*dated, *lists}]}


def unfinished(root: Path, rng: random.Random) -> None:
    """What a kill and a bad disk may leave of a publication."""
    if (root / STAGING).exists():
        return
    if rng.random() < 0.2:
        (root / STAGING).write_bytes(b"?")
        return
    (root / STAGING).mkdir()
    (root / STAGING / "0").write_bytes(rng.randbytes(999))
    if rng.random() < 0.7:
        (root / STAGING / "journal.json").write_bytes(b'{"moves": {"index.html": ".climtrack-staging/0"}}')


def test_two_hundred_injuries(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """The next day's round publishes whatever was done to it: lists and pages whole again, pictures too or told of."""
    root, site, rng, counts = tmp_path / "site", Site(NOON.date(), since=1990), random.Random(11), Counter[str]()
    config = shown_at(settings(tmp_path / "home", "natlan"), root)
    hurt: dict[Path, bytes] = {}
    for day in (*range(80), *range(145, 450, 61)):
        now = NOON + day * DAY
        site.today = now.date()
        run = Run(config, now, transport=site)
        unattended_round(run)
        for path in root.glob(f"{now - DAY:%Y-%m-%d}/*"):
            os.utime(path, (now.timestamp(), now.timestamp()))  # where both lists of a month are lost, this tells when
        said = "\n".join(english(line) for line in run.outcome.notices)
        assert run.outcome.code == 0, said
        assert Folder(root).read().published == now.isoformat(), "frozen"
        assert not (root / STAGING).exists()
        assert {path for path in Folder(root).faults() if not DATED.fullmatch(path) and "/2026-" not in path} == set()
        for path, data in list(hurt.items()):
            if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
                counts["pictures drawn again"] += 1
                del hurt[path]
        if "damaged or gone" in said:
            counts["rounds that told of damage"] += 1
        for _ in range(3 if 3 <= day < 70 else 0):
            kind = rng.choice(("list", "list", "dated", "dated", "page", "staging"))
            counts[kind] += 1
            if kind == "staging":
                unfinished(root, rng)
                continue
            path = rng.choice(targets(root)[kind])
            if kind == "dated":
                hurt.setdefault(path, path.read_bytes())
            INJURIES[rng.choice(list(INJURIES))](path, rng)
    faults = {root / path for path in Folder(root).faults()}
    assert {path for path in hurt if os.path.lexists(path)} <= faults <= hurt.keys()
    assert not hurt or counts["rounds that told of damage"]
    counts["pictures told of"] = len(hurt)
    for name, count in counts.items():
        record_property(name, count)

"""A backfill says how much, computes every region at once, leaves no files, and goes on where it was stopped."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.cli.app import main
from climtrack.config import Config, load
from climtrack.errors import ConfigError, SeriesError, SourceUnavailable, StoreBusy
from climtrack.grids.download import PLACES, Policy
from climtrack.run import grids
from climtrack.run import grids as run
from climtrack.run import refresh as later
from climtrack.run.fetch import fetch
from climtrack.run.grids import StoredSeries, keep
from climtrack.run.run import Run
from climtrack.run.series import english
from climtrack.run.status import alarms, status
from climtrack.store.store import Store
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Payload, Series, SeriesKey, Source, Status
from climtrack.words.language import Language
from tests.conftest import ROOT
from tests.loopback import serving

NOW = dt.datetime(2024, 1, 10, 17, tzinfo=dt.UTC)
FIRST = dt.date(2023, 12, 28)
NH = SeriesKey("oisst", "sst", "nh")
HALVES = (REGIONS["nh"], REGIONS["sh"])
QUICK = Policy("climtrack/test", connect=60, read=60, attempts=2, patience=0.01)
Configure = Callable[[str], Config]


@pytest.fixture(scope="module")
def ncei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks of daily files as NCEI lays them out, the last days preliminary."""
    root = tmp_path_factory.mktemp("ncei")
    for i in range(13):
        day = FIRST + dt.timedelta(days=i)
        early = i >= 9
        name = f"oisst-avhrr-v02r01.{day:%Y%m%d}{'_preliminary' if early else ''}.nc"
        (root / f"{day:%Y%m}").mkdir(exist_ok=True)
        synthetic.write_ncei_day(root / f"{day:%Y%m}" / name, np.datetime64(day), 36, 72, preliminary=early)
    return root


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Settings that point a place to a loopback server."""

    def made(base: str, place: str = "ncei") -> Config:
        (tmp_path / "config.toml").write_text(f'[grid]\nbases = {{ {place} = "{base}" }}\n')
        return load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path / "home")})

    return made


def work(config: Config, until: dt.date = dt.date(2024, 1, 9), **options: object) -> grids.Job:
    """A backfill of the served days."""
    chosen = {"rule": "exact"} | options
    return grids.job(Run(config, NOW), "ncei", HALVES, FIRST, until, **chosen)  # type: ignore[arg-type]


def test_a_backfill_equals_a_reduction_of_the_same_files(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """Value for value, status for status; nothing is left of the downloads; every address and hash is kept."""
    said: list[grids.Estimate] = []
    with serving(ncei) as (base, log):
        config = configure(base)
        found = run.backfill(Run(config, NOW), work(config), policy=QUICK, tell=said.append)
    assert [str(one.series.key) for one in found] == ["oisst.sst.nh", "oisst.sst.sh"]
    held = Store(config.home).read(NH)
    other = load(None, {"CLIMTRACK_HOME": str(tmp_path / "other")})
    plain = grids.reduce(Run(other, NOW), [str(ncei)], HALVES, "sst")[0].series
    assert held.digest == plain.digest
    assert held.status.tolist() == [Status.FINAL] * 9 + [Status.PRELIMINARY] * 4
    assert list((config.home / "grids" / "passing").iterdir()) == []
    listed = held.source.details["files"].splitlines()
    assert len(listed) == 13
    assert all(base in line for line in listed)
    assert (said[0].files, said[0].days, said[0].seconds) == (13, 13, None)
    assert said[0].gigabytes == pytest.approx(13 * 1.6 / 1000)
    assert Language("en").say(said[0].notice) == (
        "ncei: 13 files, 21 MB, for 13 days; 2 seconds at 10 MB/s, 21 seconds at 1 MB/s; measured with the first file."
    )
    assert said[1].files == 12
    assert said[1].seconds is not None
    assert all("climtrack" in agent for _, _, agent in log)


def test_it_goes_on_where_it_was_stopped(ncei: Path, configure: Configure) -> None:
    """Stopped by the user after five files: what was done is stored, the next run asks for the rest only."""

    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with serving(ncei) as (base, _):
        config = configure(base)
        with pytest.raises(KeyboardInterrupt):
            run.backfill(Run(config, NOW), work(config), policy=QUICK, progress=stop)
        assert Store(config.home).read(NH).values.size == 5
    with serving(ncei) as (base, log):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config), policy=QUICK)
    asked = [path for path, code, _ in log if code == 200]
    assert len(asked) == 8
    assert "20240102.nc" in min(asked)  # two at a time: in whatever order
    assert Store(config.home).read(NH).values.size == 13


def test_a_stop_while_storing_is_heard_when_all_is_stored(
    ncei: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last storing is interrupted, and its repetition by the impatient: what is said of it is true."""
    tries = []

    def stored(*words: Any) -> tuple[StoredSeries, ...]:
        tries.append(1)
        signal.raise_signal(signal.SIGINT)
        return keep(*words)

    monkeypatch.setattr(run, "keep", stored)
    with serving(ncei) as (base, _):
        config = configure(base)
        with pytest.raises(KeyboardInterrupt):
            run.backfill(Run(config, NOW), work(config), policy=QUICK)
    assert len(tries) == 2
    assert Store(config.home).read(NH).values.size == 13


def test_what_is_done_reaches_the_store_while_the_run_goes_on(ncei: Path, configure: Configure) -> None:
    """After every interval of work, so that a run that is killed has lost minutes at most."""
    seen: list[int] = []

    def look(done: int, total: int) -> None:
        store = Store(config.home)
        seen.append(store.read(NH).values.size if NH in store else 0)

    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(
            Run(config, NOW), work(config, dt.date(2024, 1, 1)), policy=QUICK, progress=look, every=0.0
        )  # fmt: skip
    assert seen[0] == 0
    assert 1 <= seen[-1] <= 4
    assert Store(config.home).read(NH).values.size == 5


def test_a_stop_by_signal_stores_what_is_done(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """SIGTERM to the real command: one line, 130, the store as far as the journal, and the rest by the same command."""
    first, told = FIRST.strftime("%Y%m%d"), threading.Event()
    with serving(ncei, gate=lambda path: first in path or told.wait(60)) as (base, _):
        config = configure(base)
        command = [
            sys.executable, "-m", "climtrack", "grid", "backfill", "sst", "--since", str(FIRST), "--until",
            "2024-01-09", "--config", str(tmp_path / "config.toml"),
        ]  # fmt: skip
        home = {"CLIMTRACK_HOME": str(config.home), "CLIMTRACK_NOW": NOW.isoformat(), "PYTHONPATH": str(ROOT)}
        environment = os.environ | home | {"LC_ALL": "C.UTF-8"}
        journal = config.home / "grids" / "oisst.sst.daily.exact.jsonl"
        running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while running.poll() is None and not (journal.is_file() and b"\n" in journal.read_bytes()):
            time.sleep(0.005)
        running.terminate()
        told.set()
        _, said = running.communicate(timeout=120)
        noted = len(journal.read_bytes().splitlines())
        assert (running.returncode, Store(config.home).read(NH).values.size) == (130, noted)
        assert "interrupted; " in said.splitlines()[-1]
        assert said.splitlines()[-1].endswith("stored; the same command goes on.")
        subprocess.run(command, env=environment, capture_output=True, check=True)
    assert Store(config.home).read(NH).values.size == 13


def test_a_series_held_in_another_form_keeps_none_out(
    ncei: Path,
    configure: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The site's North Atlantic stays; the hemisphere is stored, the refused one named in one line, the end is 3."""
    config = configure("http://127.0.0.1:9/")
    natlan = SeriesKey("oisst", "sst", "natlan")
    source = Source("https://example.org/natlan.json", NOW, "0" * 64)
    served = Series(natlan, FIRST, np.full(13, 20.0), np.full(13, Status.FINAL, dtype=np.int8), source)
    with Store(config.home).writer(NOW) as writer:
        writer.put(served)
    for name, value in {"HOME": config.home, "CONFIG": tmp_path / "config.toml", "NOW": NOW.isoformat()}.items():
        monkeypatch.setenv(f"CLIMTRACK_{name}", str(value))
    with pytest.raises(SystemExit) as left:
        main(["grid", "reduce", str(ncei), "--region", "nh,natlan"])
    assert left.value.code == 3
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert len(err.splitlines()) == 1
    assert "held already" in err
    assert Store(config.home).read(natlan).digest == served.digest
    assert Store(config.home).read(NH).values.size == 13


def test_a_line_cut_by_a_kill_is_done_again(ncei: Path, configure: Configure) -> None:
    """The journal's torn last line costs one file; those before it stay."""
    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config, dt.date(2023, 12, 30)), policy=QUICK)
        journal = next((config.home / "grids").glob("*.jsonl"))
        journal.write_bytes(journal.read_bytes()[:-40])
    with serving(ncei) as (base, log):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config, dt.date(2023, 12, 30)), policy=QUICK)
    assert [path[-11:] for path, code, _ in log if code == 200] == ["20231230.nc"]
    assert len(journal.read_bytes().splitlines()) == 3


def test_another_region_costs_no_download(ncei: Path, configure: Configure) -> None:
    """All named regions were computed in the same pass."""
    with serving(ncei) as (base, log):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config, dt.date(2024, 1, 5)), policy=QUICK)
        before = len(log)
        other = grids.job(Run(config, NOW), "ncei", (REGIONS["tropics"],), FIRST, dt.date(2024, 1, 5), rule="exact")
        run.backfill(Run(config, NOW), other, policy=QUICK)
        assert len(log) == before
    assert Store(config.home).read(SeriesKey("oisst", "sst", "tropics")).values.size == 9


def test_a_failing_server_keeps_what_came(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """A file that is a web page ends the run with its reason; the days before it are stored."""
    copy = tmp_path / "copy"
    for path in ncei.rglob("*.nc"):
        (copy / path.parent.name).mkdir(parents=True, exist_ok=True)
        (copy / path.parent.name / path.name).symlink_to(path)
    bad = copy / "202401" / "oisst-avhrr-v02r01.20240101.nc"
    bad.unlink()
    bad.write_text("<html>lapse in appropriation</html>")
    with serving(copy) as (base, _):
        config = configure(base)
        with pytest.raises(Exception, match="no NetCDF"):
            run.backfill(Run(config, NOW), work(config), policy=QUICK)
    assert str(Store(config.home).read(NH).end) == "2023-12-31"


def test_nobody_answering_is_said(configure: Configure) -> None:
    """Connection refused: one line, nothing stored."""
    config = configure("http://127.0.0.1:9/")
    with pytest.raises(SourceUnavailable):
        run.backfill(Run(config, NOW), work(config), policy=QUICK)
    assert Store(config.home).keys() == ()


def test_a_file_of_another_day_is_refused(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """The date inside the file counts, not its name."""
    copy = tmp_path / "copy" / "202312"
    copy.mkdir(parents=True)
    wrong = next(ncei.rglob("*20231229.nc"))
    (copy / "oisst-avhrr-v02r01.20231228.nc").symlink_to(wrong)
    with serving(tmp_path / "copy") as (base, _):
        config = configure(base)
        with pytest.raises(SeriesError, match="not 2023-12-28"):
            run.backfill(Run(config, NOW), work(config, FIRST), policy=QUICK)


def spoilt(ncei: Path, copy: Path, *days: str) -> Path:
    """The place with some files cut to two thirds, as the server has them itself."""
    for path in ncei.rglob("*.nc"):
        (copy / path.parent.name).mkdir(parents=True, exist_ok=True)
        there = copy / path.parent.name / path.name
        if any(day in path.name for day in days):
            there.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        else:
            there.symlink_to(path)
    return copy


def test_a_damaged_file_does_not_hold_back_the_days_after_it(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """All others are stored, it is named, nothing is left on disk, and the next run asks for it alone."""
    with serving(spoilt(ncei, tmp_path / "copy", "20231230", "20240102")) as (base, _):
        config = configure(base)
        with pytest.raises(SeriesError, match=r"2 files left out: .*20231230") as named:
            run.backfill(Run(config, NOW), work(config), policy=QUICK)
    assert named.value.remedy == "The same command asks again"
    held = Store(config.home).read(NH)
    assert np.flatnonzero(np.isnan(held.values)).tolist() == [2, 5]
    assert held.values.size == 13
    assert list((config.home / "grids" / "passing").iterdir()) == []
    with serving(ncei) as (base, log):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config), policy=QUICK)
    assert len([path for path, code, _ in log if code == 200]) == 2
    assert not np.isnan(Store(config.home).read(NH).values).any()


def test_a_round_passes_over_a_damaged_day(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """The days after it are stored, and the round names it."""
    with serving(ncei) as (base, _):
        config = configure(base)
        early = dt.datetime(2024, 1, 4, 17, tzinfo=dt.UTC)
        run.backfill(Run(config, early), work(config, dt.date(2024, 1, 3)), policy=QUICK)
    with serving(spoilt(ncei, tmp_path / "copy", "20240105")) as (base, _):
        config = configure(base)
        updates = later.increments(Run(config, NOW), QUICK)
    assert {"1 file left out" in str(one.error) for one in updates} == {True}
    held = Store(config.home).read(NH)
    assert (str(held.end), int(np.isnan(held.values).sum())) == ("2024-01-09", 1)


def test_a_place_of_damaged_files_is_given_up(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """Three in a row: what came before is stored, forty years more are not asked for."""
    days = ("20231229", "20231230", "20231231", "20240101", "20240102", "20240103")
    with serving(spoilt(ncei, tmp_path / "copy", *days)) as (base, log):
        config = configure(base)
        with pytest.raises(SeriesError, match="3 files left out"):
            run.backfill(Run(config, NOW), work(config), policy=QUICK)
    assert sum(code == 200 for _, code, _ in log) <= 6  # two are on their way meanwhile
    assert Store(config.home).read(NH).values.size == 1


def test_the_daily_increment_brings_new_days_and_final_values(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """Sixteen days after a backfill to 6 January: its preliminary day is asked for as final; new ones come."""
    with serving(ncei) as (base, _):
        config = configure(base)
        early = dt.datetime(2024, 1, 7, 17, tzinfo=dt.UTC)
        run.backfill(Run(config, early), work(config, dt.date(2024, 1, 6)), policy=QUICK)
    assert str(Store(config.home).read(NH).end) == "2024-01-06"
    copy = tmp_path / "later" / "202401"
    copy.mkdir(parents=True)
    for path in (ncei / "202401").iterdir():
        (copy / path.name).symlink_to(path)
    synthetic.write_ncei_day(copy / "oisst-avhrr-v02r01.20240106.nc", np.datetime64("2024-01-06"), 36, 72)
    with serving(tmp_path / "later") as (base, log):
        config = configure(base)
        found = later.increments(Run(config, NOW + dt.timedelta(days=12)), QUICK)
        assert [path[-22:] for path, _, _ in log if "20240106" in path] == ["hrr-v02r01.20240106.nc"]
    assert len(found) == 2
    held = Store(config.home).read(NH)
    assert str(held.end) == "2024-01-09"
    assert held.status.tolist() == [Status.FINAL] * 10 + [Status.PRELIMINARY] * 3


def test_a_day_costs_three_requests_and_a_repeated_round_one(configure: Configure, tmp_path: Path) -> None:
    """A held preliminary day is left alone for 14 days, then its final file is asked for; nothing is fetched twice."""
    site, today = tmp_path / "site", dt.date(2024, 1, 20)

    def publish(now: dt.date) -> None:
        """Preliminary to yesterday, final to 15 days ago, as the server lists them."""
        for age in range(1, 19):
            day = now - dt.timedelta(days=age)
            stem = site / f"{day:%Y%m}" / f"oisst-avhrr-v02r01.{day:%Y%m%d}"
            stem.parent.mkdir(parents=True, exist_ok=True)
            path = stem.with_name(f"{stem.name}{'_preliminary' if age < 15 else ''}.nc")
            if not path.exists():
                synthetic.write_ncei_day(path, np.datetime64(day), 18, 36, preliminary=age < 15)

    with serving(site) as (base, log):
        config = configure(base)
        for i, expected in enumerate((None, 3, 3)):
            moment = dt.datetime.combine(today + dt.timedelta(days=i), dt.time(17), dt.UTC)
            publish(moment.date())
            before = len(log)
            if expected is None:
                job = grids.job(Run(config, NOW), "ncei", HALVES, today - dt.timedelta(days=18), today, rule="exact")
                run.backfill(Run(config, moment), job, policy=QUICK)
                continue
            assert [one.error for one in later.increments(Run(config, moment), QUICK)] == [None, None]
            assert len(log) - before == expected  # the new day, the day that became final, the one before its time
            later.increments(Run(config, moment), QUICK)
            work_again = grids.job(
                Run(config, NOW), "ncei", HALVES, today - dt.timedelta(days=18), moment.date(), rule="exact"
            )
            run.backfill(Run(config, moment), work_again, policy=QUICK)
            assert len(log) - before <= expected + 1 + 3  # the day before its time; today, which nobody has yet
        received = [path for path, code, _ in log if code == 200]
    assert len(received) == len(set(received))
    held = Store(config.home).read(NH)
    assert held.status.tolist() == [Status.FINAL] * 6 + [Status.PRELIMINARY] * 14


def test_an_increment_does_nothing_where_nothing_was_computed(configure: Configure) -> None:
    """And asks nobody."""
    assert later.increments(Run(configure("http://127.0.0.1:9/"), NOW)) == ()


def test_yearly_files_mark_their_newest_days_preliminary(tmp_path: Path, configure: Configure) -> None:
    """PSL does not say so; the newest 16 days before the run count as preliminary and are asked again."""
    site = tmp_path / "psl"
    site.mkdir()
    synthetic.write_psl_year(site / "sst.day.mean.2023.nc", 2023, 36, 72)
    with serving(site) as (base, log):
        config = configure(base, "psl")  # type: ignore[call-arg]
        job = grids.job(Run(config, NOW), "psl", HALVES, dt.date(2023, 1, 1), dt.date(2023, 12, 31), rule="exact")
        run.backfill(Run(config, NOW), job, policy=QUICK)
        held = Store(config.home).read(NH)
        assert held.values.size == 365
        assert int(held.preliminary.sum()) == 7  # 25 to 31 December, less than 17 days before 10 January
        run.backfill(Run(config, NOW + dt.timedelta(days=30)), job, policy=QUICK)
        run.backfill(Run(config, NOW + dt.timedelta(days=31)), job, policy=QUICK)
        assert len(log) == 2
    assert not Store(config.home).read(NH).preliminary.any()


def test_a_refresh_brings_the_computed_series_up_to_date(ncei: Path, configure: Configure) -> None:
    """As updates beside those of the site; a place that does not answer is named and leaves the series alone."""
    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(Run(config, NOW - dt.timedelta(days=4)), work(config, dt.date(2024, 1, 4)), policy=QUICK)
        updates = later.increments(Run(config, NOW), QUICK)
    assert [(str(one.key), one.added, one.error) for one in updates] == [
        ("oisst.sst.nh", 5, None), ("oisst.sst.sh", 5, None),
    ]  # fmt: skip
    after = NOW + dt.timedelta(days=3)
    config = configure("http://127.0.0.1:9/")
    failed = later.increments(Run(config, after), QUICK)
    assert all(one.error is not None for one in failed)
    assert all(one.series is not None and str(one.series.end) == "2024-01-09" for one in failed)


def test_a_killed_backfill_goes_on_and_never_fills_the_disk(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """SIGKILL at three places of the real command: never more than two whole files and two parts; every day once."""
    with serving(ncei) as (base, log):
        config = configure(base)
        command = [
            sys.executable, "-m", "climtrack", "grid", "backfill", "sst", "--since", str(FIRST), "--until",
            "2024-01-04", "--config", str(tmp_path / "config.toml"),
        ]  # fmt: skip
        home = {"CLIMTRACK_HOME": str(config.home), "CLIMTRACK_NOW": NOW.isoformat(), "PYTHONPATH": str(ROOT)}
        passing = config.home / "grids" / "passing"
        journal = config.home / "grids" / "oisst.sst.daily.exact.jsonl"
        for upto in (1, 3, 5):
            running = subprocess.Popen(command, env=os.environ | home, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while running.poll() is None:
                held = list(passing.iterdir()) if passing.is_dir() else []
                assert len([path for path in held if path.suffix == ".nc"]) <= 3, held
                if journal.is_file() and journal.read_bytes().count(b"\n") >= upto:
                    running.kill()
            running.communicate()
        done = subprocess.run(command, env=os.environ | home, capture_output=True, text=True, check=True)
    assert "8 days, 2023-12-28 to 2024-01-04" in done.stdout
    assert [path for path in passing.iterdir() if path.suffix == ".nc"] == []
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()]
    days = [day[0] for line in lines for day in line["days"]]
    assert sorted(days) == sorted(set(days))
    asked = [path for path, code, _ in log if code == 200]
    assert len(asked) <= 8 + 3 * 3  # a file on its way when the run was killed is asked for again
    other = load(None, {"CLIMTRACK_HOME": str(tmp_path / "other")})
    files = [str(path) for path in sorted(ncei.rglob("*.nc"))[:8]]
    plain = grids.reduce(Run(other, NOW), files, HALVES, "sst")[0].series
    assert Store(config.home).read(NH).digest == plain.digest


def test_one_backfill_at_a_time(ncei: Path, configure: Configure) -> None:
    """Two would write into the same passing files; whoever asks how much is left disturbs nobody."""

    def second(done: int, total: int) -> None:
        if done == 1:
            with pytest.raises(StoreBusy, match="another backfill"):
                run.backfill(Run(config, NOW), work(config), policy=QUICK)
            assert grids.estimate(Run(config, NOW), work(config)).files == 12

    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config), policy=QUICK, progress=second)
    assert grids.estimate(Run(config, NOW), work(config)).files == 0
    assert grids.estimate(Run(config, NOW + dt.timedelta(days=13)), work(config)).files == 4  # may be final


def test_an_estimate_leaves_a_torn_journal_alone(ncei: Path, configure: Configure) -> None:
    """Its last line may be one that another run is writing at this moment."""
    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config, dt.date(2023, 12, 30)), policy=QUICK)
    journal = next((config.home / "grids").glob("*.jsonl"))
    torn = journal.read_bytes()[:-40]
    journal.write_bytes(torn)
    assert grids.estimate(Run(config, NOW), work(config, dt.date(2023, 12, 30))).files == 1
    assert journal.read_bytes() == torn


def test_parts_that_can_be_continued_are_kept(ncei: Path, configure: Configure) -> None:
    """Whole files of a killed run go, so do old parts; the two newest stay for the backfill that they belong to."""
    with serving(ncei) as (base, _):
        config = configure(base)
        passing = config.home / "grids" / "passing"
        passing.mkdir(parents=True)
        for i, name in enumerate(("a.nc.part", "a.nc.etag", "b.nc.part", "c.nc.part", "d.nc")):
            (passing / name).write_bytes(b"CDF")
            os.utime(passing / name, (i, i))
        run.backfill(Run(config, NOW), work(config, FIRST), policy=QUICK)
    assert sorted(path.name for path in passing.iterdir()) == ["b.nc.part", "c.nc.part"]


def test_one_series_that_cannot_be_kept_up_does_not_hold_the_others(
    ncei: Path, configure: Configure, tmp_path: Path
) -> None:
    """One that fell behind by a year, one of another grid, one that no round names: the hemispheres go on."""
    with serving(ncei) as (base, _):
        configure(base)
        with (tmp_path / "config.toml").open("a") as file:
            file.write('[refresh]\nregions = ["nh", "sh", "tropics", "world"]\n')
        config = load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path / "home")})
        run.backfill(Run(config, NOW - dt.timedelta(days=4)), work(config, dt.date(2024, 1, 4)), policy=QUICK)
        held = Store(config.home).read(NH)
        was = replace(held.source, details=MappingProxyType({**held.source.details, "reached_present": "yes"}))
        old = replace(
            held, key=SeriesKey("oisst", "sst", "tropics"), start=held.start - dt.timedelta(days=365), source=was
        )
        once = replace(held, key=SeriesKey("oisst", "sst", "srex.med"))
        coarse = replace(held.source, details=MappingProxyType({**held.source.details, "grid": "another"}))
        other = replace(held, key=SeriesKey("oisst", "sst", "world"), source=coarse)
        with Store(config.home).writer(NOW) as writer:
            for one in (old, once, other):
                writer.put(one)
        updates = {one.key.region: one for one in later.increments(Run(config, NOW), QUICK)}
    assert sorted(updates) == ["nh", "sh", "tropics", "world"]
    assert [updates[name].added for name in ("nh", "sh")] == [5, 5]
    assert [updates[name].error for name in ("nh", "sh")] == [None] * 2
    assert "days ago" in str(updates["tropics"].error)
    assert "another way" in str(updates["world"].error)


def test_a_series_of_chosen_years_is_left_alone_and_judged_by_nobody(ncei: Path, configure: Configure) -> None:
    """Computed years later than it ends: no round asks for its days, nor calls it late, nor doubts the clock."""
    with serving(ncei) as (base, log):
        config = configure(base)
        moment = NOW + dt.timedelta(days=2058)
        run.backfill(Run(config, moment), work(config), policy=QUICK)
        before = len(log)
        assert later.increments(Run(config, moment), QUICK) == ()
        assert len(log) == before
    looking = Run(config, moment)
    seen = status(looking)
    assert [(row.key.region, row.judged, row.age) for row in seen.rows] == [("nh", False, 2063), ("sh", False, 2063)]
    assert not any("clock" in line or "no new data" in line for line in map(english, seen.notices))
    told = map(english, alarms(looking, seen))
    assert [line.partition(":")[0] for line in told] == ["never received"]  # the air, which was not fetched here


def test_a_series_that_reached_the_present_stays_one(ncei: Path, configure: Configure) -> None:
    """A place that gives nothing new for months leaves it behind; that is told, not taken for a choice of years."""
    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(Run(config, NOW), work(config, dt.date(2024, 1, 7)), policy=QUICK)
        run.backfill(Run(config, NOW + dt.timedelta(days=200)), work(config), policy=QUICK)
    (first, _) = later.increments(Run(config, NOW + dt.timedelta(days=200)), QUICK)
    assert "days ago" in str(first.error)
    assert status(Run(config, NOW + dt.timedelta(days=200))).rows[0].judged


def test_a_region_of_ones_own_is_used_like_any_other(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """Reduced from files, then in a report and in facts, without the source being asked for what it does not have."""
    base = "http://127.0.0.1:9/"
    configure(base)
    with (tmp_path / "config.toml").open("a") as file:
        file.write('[regions.pacific]\ntitle = "Pacific"\ntitle_es = "el Pacífico"\nsouth = -20\nnorth = 20\n')
        file.write("west = 160\neast = -140\n")
    config = load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path / "home"), "CLIMTRACK_BASE_URL": base})
    box = grids.region("pacific", config)
    grids.reduce(Run(config, NOW), [str(ncei)], [box], "sst")

    class Nobody:
        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
            """Fails."""
            raise AssertionError("the source was asked")

    looking = Run(config, NOW, transport=Nobody())
    key = SeriesKey("oisst", "sst", "pacific")
    assert looking.series([key])[key].values.size == 13
    assert not looking.simulated
    assert fetch(looking, ["pacific"], {"sst"}) == ()


def test_an_estimate_counts_as_english_does() -> None:
    """One second is not one seconds."""
    place = PLACES["ncei"]
    assert "about 1 second at" in Language("en").say(grids.Estimate(place, 1, 1, 0.0016, 1.2).notice)
    assert "about 2 minutes at" in Language("en").say(grids.Estimate(place, 1, 1, 0.0016, 100.0).notice)


@pytest.mark.parametrize(
    ("source", "until", "words"),
    [
        ("nasa", FIRST, "no place"),
        ("ncei", FIRST - dt.timedelta(days=1), "lies after"),
    ],
)
def test_mistakes_are_named(source: str, until: dt.date, words: str) -> None:
    """Unknown place, an end before the beginning."""
    with pytest.raises(ConfigError, match=words):
        grids.job(Run(load(None, {}), NOW), source, (REGIONS["nh"],), FIRST, until, rule="exact")

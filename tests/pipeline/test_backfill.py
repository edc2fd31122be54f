"""A backfill says how much, computes every region at once, leaves no files, and goes on where it was stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.config import Config, load
from climtrack.errors import ConfigError, SeriesError, SourceUnavailable
from climtrack.gridded.downloads import Policy
from climtrack.pipeline import backfill as run
from climtrack.pipeline import grid
from climtrack.pipeline import increment as later
from climtrack.store.netcdf import Store
from climtrack.vocabulary.regions import REGIONS
from climtrack.vocabulary.series import SeriesKey, Status
from tests.loopback import serving

NOW = dt.datetime(2024, 1, 10, 17, tzinfo=dt.UTC)
FIRST = dt.date(2023, 12, 28)
NH = SeriesKey("oisst", "sst", "nh")
HALVES = (REGIONS["nh"], REGIONS["sh"])
QUICK = Policy("climtrack/test", connect=2, read=2, attempts=2, patience=0.01)
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


def work(config: Config, until: dt.date = dt.date(2024, 1, 9), **options: object) -> run.Job:
    """A backfill of the served days."""
    chosen = {"rule": "exact"} | options
    return run.job("ncei", HALVES, FIRST, until, config, **chosen)  # type: ignore[arg-type]


def test_a_backfill_equals_a_reduction_of_the_same_files(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """Value for value, status for status; nothing is left of the downloads; every address and hash is kept."""
    said: list[run.Estimate] = []
    with serving(ncei) as (base, log):
        config = configure(base)
        found = run.backfill(work(config), config=config, now=NOW, policy=QUICK, tell=said.append)
    assert [str(one.reduced.series.key) for one in found] == ["oisst.sst.nh", "oisst.sst.sh"]
    held = Store(config.home).read(NH)
    other = load(None, {"CLIMTRACK_HOME": str(tmp_path / "other")})
    plain = grid.reduce([str(ncei)], HALVES, "sst", config=other, now=NOW)[0].reduced.series
    assert held.digest == plain.digest
    assert held.status.tolist() == [Status.FINAL] * 9 + [Status.PRELIMINARY] * 4
    assert list((config.home / "grids" / "passing").iterdir()) == []
    listed = held.source.details["files"].splitlines()
    assert len(listed) == 13
    assert all(base in line for line in listed)
    assert (said[0].files, said[0].days, said[0].seconds) == (13, 13, None)
    assert said[0].gigabytes == pytest.approx(13 * 1.6 / 1000)
    assert said[0].line() == (
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
            run.backfill(work(config), config=config, now=NOW, policy=QUICK, progress=stop)
        assert Store(config.home).read(NH).values.size == 5
    with serving(ncei) as (base, log):
        config = configure(base)
        run.backfill(work(config), config=config, now=NOW, policy=QUICK)
    asked = [path for path, code, _ in log if code == 200]
    assert len(asked) == 8
    assert "20240102.nc" in min(asked)  # two at a time: in whatever order
    assert Store(config.home).read(NH).values.size == 13


def test_a_line_cut_by_a_kill_is_done_again(ncei: Path, configure: Configure) -> None:
    """The journal's torn last line costs one file; those before it stay."""
    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(work(config, dt.date(2023, 12, 30)), config=config, now=NOW, policy=QUICK)
        journal = next((config.home / "grids").glob("*.jsonl"))
        journal.write_bytes(journal.read_bytes()[:-40])
    with serving(ncei) as (base, log):
        config = configure(base)
        run.backfill(work(config, dt.date(2023, 12, 30)), config=config, now=NOW, policy=QUICK)
    assert [path[-11:] for path, _, _ in log] == ["20231230.nc"]
    assert len(journal.read_bytes().splitlines()) == 3


def test_another_region_costs_no_download(ncei: Path, configure: Configure) -> None:
    """All named regions were computed in the same pass."""
    with serving(ncei) as (base, log):
        config = configure(base)
        run.backfill(work(config, dt.date(2024, 1, 5)), config=config, now=NOW, policy=QUICK)
        before = len(log)
        other = run.job("ncei", (REGIONS["tropics"],), FIRST, dt.date(2024, 1, 5), config, rule="exact")
        run.backfill(other, config=config, now=NOW, policy=QUICK)
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
            run.backfill(work(config), config=config, now=NOW, policy=QUICK)
    assert str(Store(config.home).read(NH).end) == "2023-12-31"


def test_nobody_answering_is_said(configure: Configure) -> None:
    """Connection refused: one line, nothing stored."""
    config = configure("http://127.0.0.1:9/")
    with pytest.raises(SourceUnavailable):
        run.backfill(work(config), config=config, now=NOW, policy=QUICK)
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
            run.backfill(work(config, FIRST), config=config, now=NOW, policy=QUICK)


def test_the_daily_increment_brings_new_days_and_final_values(ncei: Path, configure: Configure, tmp_path: Path) -> None:
    """After a backfill to 6 January: the preliminary days are asked again, new ones come, the rest is left alone."""
    with serving(ncei) as (base, _):
        config = configure(base)
        early = dt.datetime(2024, 1, 7, 17, tzinfo=dt.UTC)
        run.backfill(work(config, dt.date(2024, 1, 6)), config=config, now=early, policy=QUICK)
    assert str(Store(config.home).read(NH).end) == "2024-01-06"
    copy = tmp_path / "later" / "202401"
    copy.mkdir(parents=True)
    for path in (ncei / "202401").iterdir():
        (copy / path.name).symlink_to(path)
    synthetic.write_ncei_day(copy / "oisst-avhrr-v02r01.20240106.nc", np.datetime64("2024-01-06"), 36, 72)
    with serving(tmp_path / "later") as (base, log):
        config = configure(base)
        found = later.increment(config=config, now=NOW, policy=QUICK)
        assert {path[-11:-3] for path, _, _ in log if "preliminary" not in path} == {
            "20240106", "20240107", "20240108", "20240109",
        }  # fmt: skip
    assert len(found) == 2
    held = Store(config.home).read(NH)
    assert str(held.end) == "2024-01-09"
    assert held.status.tolist() == [Status.FINAL] * 10 + [Status.PRELIMINARY] * 3


def test_an_increment_does_nothing_where_nothing_was_computed(configure: Configure) -> None:
    """And asks nobody."""
    assert later.increment(config=configure("http://127.0.0.1:9/"), now=NOW) == ()


def test_yearly_files_mark_their_newest_days_preliminary(tmp_path: Path, configure: Configure) -> None:
    """PSL does not say so; the newest 16 days before the run count as preliminary and are asked again."""
    site = tmp_path / "psl"
    site.mkdir()
    synthetic.write_psl_year(site / "sst.day.mean.2023.nc", 2023, 36, 72)
    with serving(site) as (base, log):
        config = configure(base, "psl")  # type: ignore[call-arg]
        job = run.job("psl", HALVES, dt.date(2023, 1, 1), dt.date(2023, 12, 31), config, rule="exact")
        run.backfill(job, config=config, now=NOW, policy=QUICK)
        held = Store(config.home).read(NH)
        assert held.values.size == 365
        assert int(held.preliminary.sum()) == 7  # 25 to 31 December, less than 17 days before 10 January
        run.backfill(job, config=config, now=NOW + dt.timedelta(days=30), policy=QUICK)
        run.backfill(job, config=config, now=NOW + dt.timedelta(days=31), policy=QUICK)
        assert len(log) == 2
    assert not Store(config.home).read(NH).preliminary.any()


def test_mistakes_are_named(configure: Configure) -> None:
    """Unknown place, a stride for whole files, an end before the beginning."""
    config = configure("http://127.0.0.1:9/")
    for options, words in (
        ({"source": "nasa"}, "no place"),
        ({"stride": 4}, "saves nothing"),
        ({"until": FIRST - dt.timedelta(days=1)}, "lies after"),
    ):
        chosen = {"source": "ncei", "until": FIRST, "stride": 1} | options
        with pytest.raises(ConfigError, match=words):
            run.job(chosen["source"], HALVES, FIRST, chosen["until"], config, rule="exact", stride=chosen["stride"])  # type: ignore[arg-type]


def test_a_refresh_brings_the_computed_series_up_to_date(ncei: Path, configure: Configure) -> None:
    """As updates beside those of the site; a place that does not answer is named and leaves the series alone."""
    with serving(ncei) as (base, _):
        config = configure(base)
        run.backfill(work(config, dt.date(2024, 1, 4)), config=config, now=NOW - dt.timedelta(days=4), policy=QUICK)
        updates = later.increments(config=config, now=NOW, policy=QUICK)
    assert [(str(one.key), one.added, one.error) for one in updates] == [
        ("oisst.sst.nh", 5, None), ("oisst.sst.sh", 5, None),
    ]  # fmt: skip
    after = NOW + dt.timedelta(days=3)
    config = configure("http://127.0.0.1:9/")
    failed = later.increments(config=config, now=after, policy=QUICK)
    assert all(one.error is not None for one in failed)
    assert all(one.series is not None and str(one.series.end) == "2024-01-09" for one in failed)

"""The doctor looks at everything, hides nothing, and changes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from climtrack.config import Config, load
from climtrack.fetcher.sample import SampleTransport
from climtrack.publish.folder import Folder
from climtrack.run import doctor
from climtrack.run.doctor import Check, Severity
from climtrack.run.run import Run
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.registry import FEEDS
from climtrack.vocabulary.series import Payload, SeriesKey

NOW = dt.datetime(2026, 8, 20, 17, tzinfo=dt.UTC)
NH = SeriesKey("era5", "t2m", "nh")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Built-in settings in a folder of their own."""
    file = tmp_path / "config.toml"
    file.write_text(f'[publish]\nfolder = "{tmp_path / "site"}"\n')
    return load(file, {"CLIMTRACK_HOME": str(tmp_path / "home")})


def problems(checks: Iterable[Check]) -> list[Check]:
    """What matters."""
    return [check for check in checks if check.severity is Severity.PROBLEM]


def test_a_healthy_computer(config: Config) -> None:
    """Every topic is looked at, nothing is a problem, nothing is written, and each line says something."""
    told: list[str] = []
    found = doctor.run_checks(config, now=NOW, on_done=told.append)
    assert not problems(found)
    sources = {"oisst grids", *(name.partition(".")[0] for name in FEEDS)}
    assert {"versions", "config", "time zone", "data folder", "disk", "published folder", "fonts", "store"} == {
        check.topic for check in found
    } - sources
    assert sources < {check.topic for check in found}
    assert told == ["versions", "config", "folder", "fonts", "store", "site", "sources"]
    assert not config.home.exists()


def test_feeds_are_looked_at_one_by_one(config: Config) -> None:
    """Each feed has its own line; one that fails hides no other."""
    keys = [NH, SeriesKey("oisst", "sst", "gom"), SeriesKey("oisst", "sst", "natlan")]

    class Holed(SampleTransport):
        """The sample without the Gulf of Maine."""

        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
            """The answer."""
            return super().get("missing" if "gom" in path else path)

    found = doctor.run_checks(config, now=NOW, transport=Holed(NOW.date()), keys=keys)
    topics = [check.topic for check in found]
    assert "nh-air" in topics
    assert "natlan-sst" in topics
    assert any("simulated" in check.what for check in found)
    assert [s.topic for s in problems(found) if s.topic != "network"] == ["gom-sst"]


def test_damage_is_found_and_mended(config: Config) -> None:
    """A damaged file of the store is a problem that the next refresh mends from its copy, and then there is none."""
    Run(config, NOW, transport=SampleTransport(NOW.date())).update([NH])
    assert not problems(doctor.run_checks(config, now=NOW))
    file = config.home / "climtrack.sqlite"
    file.write_bytes(file.read_bytes()[:-100])
    found = doctor.run_checks(config, now=NOW)
    (problem, *_) = problems(found)
    assert problem.topic == "store"
    assert "next refresh" in problem.remedy
    assert any(check.what == "0 series are stored and whole" for check in found)
    Run(config, NOW, transport=SampleTransport(NOW.date())).update([NH])
    assert not problems(doctor.run_checks(config, now=NOW))


def test_wrong_clock(config: Config) -> None:
    """A clock before the newest data, or years after it, is told with both dates."""
    Run(config, NOW, transport=SampleTransport(NOW.date())).update([NH])
    for year in (1970, 2036):
        (problem,) = problems(doctor.run_checks(config, now=NOW.replace(year=year)))
        assert problem.topic == "clock"
        assert f"clock says {year}-08-20; newest data 2026-08-14" in problem.what


def test_folders_that_cannot_be(config: Config, tmp_path: Path) -> None:
    """A file where the data folder belongs is a problem of its own."""
    (tmp_path / "home").write_text("in the way")
    assert any("is a file, not a folder" in problem.what for problem in problems(doctor.check_folders(config)))


def test_little_space(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is nearly full is told with how much is free."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 3_000_000}))
    problem, *_ = problems(doctor.check_folders(config))
    assert problem.what.startswith("3 MB free")


def test_the_site_is_looked_at_whole(config: Config, tmp_path: Path) -> None:
    """How large it is; whatever of it is not as it was published is a problem, an old picture too."""
    data = b"picture"
    old = Asset(f"2024-01-05/p.{hashlib.sha256(data).hexdigest()[:12]}.png", "image/png", data)
    folder = Folder(tmp_path / "site")
    folder.publish(lambda before: (replace(before), [old, Asset("index.html", "text/html", data)]), now=NOW)
    (good,) = doctor.check_site(config)
    assert (good.severity, good.what) == (Severity.GOOD, "2 files published, 0 MB")
    (folder.root / old.path).write_bytes(b"?")
    (problem,) = problems(doctor.check_site(config))
    assert problem.what == f"1 file of the site is damaged or gone: {old.path}"
    assert "climtrack publish" in problem.remedy


def test_old_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """An HTTP client older than its last known hole is a problem."""
    monkeypatch.setattr(doctor, "version", lambda name: "2.6.2" if name == "urllib3" else "9999.9.9")
    (problem,) = problems(doctor.check_versions())
    assert problem.what == "urllib3 2.6.2 is older than 2.6.3"
    assert "urllib3>=2.6.3" in problem.remedy


def test_missing_font_of_ones_own(tmp_path: Path) -> None:
    """A font named in config.toml that is not there is a problem."""
    file = tmp_path / "config.toml"
    file.write_text('[theme]\nfont = "My.ttf"\n')
    (problem,) = problems(doctor.check_fonts(load(file, {"CLIMTRACK_HOME": str(tmp_path)})))
    assert "My.ttf" in problem.what


def test_a_font_folder_that_is_there_is_no_problem(tmp_path: Path) -> None:
    """`font` names a folder, as config.toml says; what the charts can draw with, the doctor must not call missing."""
    from climtrack.reporter.fonts import font_file
    from climtrack.reporter.theme import themed

    file = tmp_path / "config.toml"
    file.write_text(f'[theme]\nfont = "{font_file(themed("light"), "regular").parent}"\n')
    assert not problems(doctor.check_fonts(load(file, {"CLIMTRACK_HOME": str(tmp_path)})))


def test_the_published_folder_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that is looked at is the one that is published to."""
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "config.toml"
    file.write_text('[publish]\nfolder = "~/site"\n')
    found = doctor.check_folders(load(file, {"CLIMTRACK_HOME": str(tmp_path / "home")}))
    (seen,) = (one.what for one in found if one.topic == "published folder")
    assert seen == f"{tmp_path / 'site'} can be made"


def test_document(config: Config) -> None:
    """For machines: every finding with its severity, and how many are problems."""
    found = doctor.run_checks(config, now=NOW)
    document = json.loads(json.dumps(doctor.document(found, NOW)))
    assert document["schema"] == "climtrack.doctor/1"
    assert document["problems"] == 0
    assert len(document["findings"]) == len(found)
    assert {"topic", "also", "severity", "what", "remedy"} == set(document["findings"][0])


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (PermissionError(13, "Permission denied", "/somewhere/manifest.json"), "/somewhere/manifest.json (owner"),
        (OSError(5, "Input/output error"), "input/output error"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
)
def test_what_breaks_one_look_hides_no_other(
    config: Config, monkeypatch: pytest.MonkeyPatch, problem: Exception, said: str
) -> None:
    """A disk that refuses, or a bug, is a finding with its remedy; the looks before and after it are all there."""

    def refuse(_: Config) -> tuple[Check, ...]:
        raise problem

    monkeypatch.setattr(doctor, "check_folders", refuse)
    told: list[str] = []
    found = doctor.run_checks(config, now=NOW, on_done=told.append)
    assert told == ["versions", "config", "folder", "fonts", "store", "site", "sources"]
    assert {"versions", "config", "folder", "fonts", "store"} <= {check.topic for check in found}
    (finding,) = problems(found)
    assert finding.topic == "folder"
    assert said in finding.what
    assert finding.remedy

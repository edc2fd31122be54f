"""How a run ends: with which exit code, and what it tells where there is nothing to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from climtrack import errors
from climtrack.config import load
from climtrack.errors import Notice, SeriesNotFound
from climtrack.run.facts import region_studies
from climtrack.run.fetch import fetch
from climtrack.run.run import ALL, SOME, Outcome, Run
from climtrack.run.series import english
from climtrack.store.store import Store
from climtrack.vocabulary.registry import DEFAULT
from climtrack.vocabulary.series import SeriesKey
from tests.run.site import AIR, NATLAN, NOON, Site, down, settings

OWN = (
    '[regions.bering]\ntitle = "Bering Sea"\ntitle_es = "mar de Bering"\nsouth = 52\nnorth = 66\nwest = 162\n'
    "east = -157\n"
    '[[endpoints]]\nkey = "oisst.sst.bering"\npath = "clim/sst_daily/json_2clim/oisst2.1_bering_sst_day.json"\n'
)


@pytest.mark.parametrize(
    ("outcome", "code", "strict"),
    [
        (Outcome(), 0, 0),
        (Outcome(stale=True), 0, 3),
        (Outcome(failed=SOME, stale=True), 3, 3),
        (Outcome(failed=ALL), 4, 4),
        (Outcome(failed=SOME, refusal=errors.DiskError("full")), 5, 5),
        (Outcome(failed=ALL, refusal=errors.ConfigError("typo")), 4, 4),
        (Outcome(failed=SOME, interrupted=True), 130, 130),
    ],
)
def test_the_gravest_thing_decides(outcome: Outcome, code: int, strict: int) -> None:
    """Some missing 3, all 4, this computer 5; old data count only where --strict asks."""
    assert (outcome.code, outcome.strict_code) == (code, strict)


def test_every_error_has_the_code_that_the_manual_gives_it() -> None:
    """Usage 2, nothing to show 4, this computer 5, another refresh 6."""
    codes = {
        errors.ConfigError: 2, errors.AnalysisError: 2, errors.SourceChanged: 4, errors.SourceUnavailable: 4,
        errors.SeriesNotFound: 4, errors.StoreDamaged: 5, errors.StoreNewer: 5, errors.DiskError: 5,
        errors.StoreBusy: 6,
    }  # fmt: skip
    assert {kind: kind("x").exit_code for kind in codes} == codes


def test_the_same_is_told_once(tmp_path: Path) -> None:
    """A notice is known by its id and its facts."""
    run = Run(settings(tmp_path), NOON, offline=True)
    for names in (["nh-air"], ["nh-air"], ["sh-air"]):
        run.say(Notice("run.never_received", names=names))
    assert [english(line) for line in run.outcome.notices] == ["never received: nh-air.", "never received: sh-air."]


def test_an_own_series_has_no_sample(tmp_path: Path) -> None:
    """Nothing stored and offline: an error instead of a report of nothing; beside another region, a line."""
    file = tmp_path / "config.toml"
    file.write_text(OWN, encoding="utf-8")
    config = load(file, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    with pytest.raises(SeriesNotFound) as problem:
        region_studies(Run(config, NOON, offline=True), ["bering"], ["sst"], baseline=DEFAULT)
    assert str(problem.value) == (
        "bering-sst: the source was not asked, and nothing is stored. Run it once without --offline."
    )
    assert problem.value.exit_code == 4
    run = Run(config, NOON, offline=True)
    found = region_studies(run, ["bering", "natlan"], ["sst"], baseline=DEFAULT)
    assert [len(studies) for _, studies in found] == [0, 1]
    assert run.outcome.code == 3
    assert any(english(line).startswith("bering-sst: ") for line in run.outcome.notices)


def test_what_nobody_foresaw_in_one_series(tmp_path: Path) -> None:
    """Its traceback is in the log, its line says what to do, and the other series is stored."""
    site = Site(NOON.date(), since=2000)

    def broken(key: SeriesKey, body: bytes) -> bytes:
        if key == NATLAN:
            raise ZeroDivisionError("of a kind never seen")
        return body

    site.mood = broken
    config = settings(tmp_path)
    with Run(config, NOON, transport=site) as run:
        fetch(run, ["natlan", "gom"], ("sst",))
    assert run.outcome.code == 3
    (line,) = map(english, run.outcome.notices)
    assert line == (
        "natlan-sst: not updated: this program stumbled over the answer (ZeroDivisionError). Nothing is stored. "
        "Please report it: `climtrack doctor`."
    )
    assert [key.region for key in Store(config.home)] == ["gom"]
    log = (config.home / "log/climtrack.log").read_text()
    assert "Traceback" in log
    assert "of a kind never seen" in log


def test_each_series_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many steps of a run need it."""
    config, site = settings(tmp_path), Site(NOON.date())
    Run(config, NOON, transport=site).update([AIR])
    run = Run(config, NOON, offline=True)
    read: list[SeriesKey] = []
    real = run.store.read
    monkeypatch.setattr(run.store, "read", lambda key: (read.append(key), real(key))[1])
    for _ in range(3):
        region_studies(run, ["nh"], ["air"], baseline=DEFAULT)
        run.additional([AIR])
    assert AIR in read
    assert len(read) == len(set(read))


def test_what_completes_a_chart_is_asked_for_in_silence(tmp_path: Path) -> None:
    """It cannot be had, and nothing is told of it, nor is it a failure."""
    site = Site(NOON.date())
    site.mood = down
    run = Run(settings(tmp_path), NOON, transport=site)
    assert run.additional([AIR]) == {}
    assert site.asked == [AIR]
    assert (run.outcome.notices, run.outcome.code) == ((), 0)

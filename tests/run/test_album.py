"""Pictures are drawn again when anything they are made from has changed, or the file is not whole, and only then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from climtrack.config import Config
from climtrack.run import drawing
from climtrack.run.publish import publish_round
from climtrack.run.refresh import Round, refresh
from climtrack.run.run import Run
from climtrack.run.series import english
from tests.run.site import NOON, Site, down, settings

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def go(config: Config, site: Site, now: dt.datetime = NOON) -> Round:
    """A round into the report folder."""
    run = Run(config, now, transport=site)
    done = refresh(run, None)
    assert run.outcome.code == 0
    return done


def pictures(folder: Path) -> dict[str, bytes]:
    """Every picture below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}


def test_an_unchanged_round_draws_nothing_and_shows_the_same(tmp_path: Path) -> None:
    """The second round takes both pictures from where they are, words included; a new day draws what it changes."""
    config, site, report = settings(tmp_path / "home"), Site(NOON.date()), tmp_path / "report"
    first = go(config, site)
    before = {path: path.read_bytes() for path in report.rglob("*") if path.is_file()}
    again = go(config, site, NOON + HOUR)
    assert [(one.pictures, one.drawn) for one in (first, again)] == [(2, 2), (2, 0)]
    assert {path: path.read_bytes() for path in report.rglob("*") if path.is_file()} == before
    site.today = NOON.date() + DAY
    later = go(config, site, NOON + DAY)
    assert (later.pictures, later.drawn) == (2, 2)
    fresh = settings(tmp_path / "other" / "home")
    go(fresh, site, NOON + DAY)
    assert pictures(tmp_path / "other" / "report") == pictures(report)


def test_pictures_say_their_age_while_the_source_stays_away(tmp_path: Path) -> None:
    """Nothing is drawn while the delay is the usual one; later both, each day anew."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    site.mood = down
    drawn = [refresh(Run(config, NOON + days * DAY, transport=site), None).drawn for days in (1, 30, 30, 31)]
    assert drawn == [0, 2, 0, 2]


def test_a_series_that_did_not_change_is_not_drawn(tmp_path: Path) -> None:
    """New air, the sea as it was: one of two."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    old = Site(NOON.date())
    site.today = NOON.date() + DAY
    site.mood = lambda key, body: body if key.variable == "t2m" else old.get_body(key)
    assert go(config, site, NOON + DAY).drawn == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"),
        lambda path: path.write_bytes(b""),
    ],
    ids=["gone", "one byte", "empty"],
)
def test_a_picture_that_is_not_whole_is_made_again(tmp_path: Path, harm: Callable[[Path], object]) -> None:
    """That one and no other."""
    config, site, report = settings(tmp_path / "home"), Site(NOON.date()), tmp_path / "report"
    go(config, site)
    before = pictures(report)
    harm(report / "nh" / "natlan-sst.year-lines.email.en.png")
    assert go(config, site, NOON + HOUR).drawn == 1
    assert pictures(report) == before


def test_another_look_another_climtrack_or_no_list_draws_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credit line, a later release, a torn or forged list."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    signed = config.model_copy(update={"theme": config.theme.model_copy(update={"credit": "A. Author"})})
    assert go(signed, site, NOON + HOUR).drawn == 2
    assert go(signed, site, NOON + HOUR).drawn == 0
    with monkeypatch.context() as later:
        later.setattr(drawing, "_maker", lambda: "another")
        assert go(signed, site, NOON + HOUR).drawn == 2
    file = config.home / drawing.FILE
    whole = file.read_bytes()
    assert len(drawing._read(file)) == 2
    for spoiled in (b"", b"[]", b"\xff", b"{}", whole[:-9], whole.replace(b"image/png", b"text/html")):
        file.write_bytes(spoiled)
        assert drawing._read(file) == {}
    assert go(signed, site, NOON + HOUR).drawn == 2
    assert len(drawing._read(file)) == 2


def test_the_site_is_mended_picture_by_picture(tmp_path: Path) -> None:
    """A byte of a dated picture, which mails point at, and a latest one that is gone: as they were after the round."""
    config, site, root = settings(tmp_path / "home", "natlan"), Site(NOON.date()), tmp_path / "site"
    config = config.model_copy(update={"publish": config.publish.model_copy(update={"folder": str(root)})})

    def publish(now: dt.datetime) -> Round:
        run = Run(config, now, transport=site)
        done = refresh(run, publish_round)
        assert run.outcome.code == 0
        return done

    first = publish(NOON)
    before = pictures(root)
    assert (first.published, first.drawn, len(before)) == (True, first.pictures, 2 * first.pictures)
    dated = next(root.glob("2026-*/*.wide.en.*.png"))
    dated.write_bytes(dated.read_bytes()[:-1] + b"!")
    (root / "latest" / "natlan-sst.year-lines.phone.en.png").unlink()
    again = publish(NOON + HOUR)
    assert again.drawn == 1
    assert pictures(root) == before


@pytest.mark.parametrize("place", [".", "..", "series", "log/site"])
def test_no_site_is_published_into_the_data_folder(tmp_path: Path, place: str) -> None:
    """Nor around it, nor into a part of it: exit 3, the data stored, not one file of a site."""
    config = settings(tmp_path / "all" / "home", "natlan", folder=tmp_path / "report")
    chosen = config.publish.model_copy(update={"folder": str(config.home / place)})
    run = Run(config.model_copy(update={"publish": chosen}), NOON, transport=Site(NOON.date()))
    done = refresh(run, publish_round)
    assert (run.outcome.code, done.published) == (3, False)
    assert any("is the data folder" in english(line) for line in run.outcome.notices)
    assert not list(tmp_path.rglob("index.html"))


def test_every_value_a_picture_is_made_of_has_a_name() -> None:
    """Equal values have equal names, others others; what is no value has none."""
    assert drawing._named((1, 1.5, None, "a")) == drawing._named((1, 1.5, None, "a"))
    different = [(1,), (1.0,), (True,), ("1",), (None,), (dt.date(2026, 1, 1),), ({"a": 1},), ({"a": 2},), ((1,),)]
    assert len({drawing._named(value) for value in different}) == len(different)
    with pytest.raises(TypeError, match="no value"):
        drawing._named(object())

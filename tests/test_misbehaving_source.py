"""
The whole way down: `climtrack fetch` meets a misbehaving site.

For each fault: the exit code, one line of at most 200 characters that says what happened, what is used instead with its
date and what to do, and a store that holds exactly what it held. World air misbehaves, the world's sea is well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from climtrack.cli.app import main
from climtrack.fetcher import noaa
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.store.store import Store
from climtrack.vocabulary.series import SeriesKey
from tests.fakes_server import FakeSite, Fault, Talk, status
from tests.faults import FAULTS, WORLD, Copy, genuine
from tests.fetcher.test_transport import LASTING, PASSING

SEA = SeriesKey("oisst", "sst", "world2")
MONTHS = SeriesKey("noaaglobaltemp", "land_ocean", "world")
AIR_PATH, SEA_PATH, MONTHS_PATH = ENDPOINTS[WORLD].path, ENDPOINTS[SEA].path, noaa.ENDPOINTS[MONTHS].path
#: Those that differ most; the others are tried in the soak.
CHOSEN = {
    "cut in half",
    "no field data",
    "leap slot",
    "year twice, different",
    "another source",
    "simulated",
    "kelvin at the end",
    "days ahead",
    "history moved",
    "year missing",
    "three weeks older",
    "on the wire: refuses this program",
    "on the wire: address gone",
    "on the wire: always 500",
    "on the wire: asks to wait a day",
    "on the wire: round in circles",
    "on the wire: to another host",
    "on the wire: to an address that is none",
    "on the wire: web page",
    "on the wire: gzip bomb",
    "on the wire: reset at once",
    "on the wire: stalls at once",
    "on the wire: header bomb",
}


#: A good answer is waited for however slow the computer; what never comes, only where nothing else is tried.
PATIENT = "[fetch]\nconnect_timeout = 30\nread_timeout = 30\ntotal_timeout = 120\n"
HASTY = "[fetch]\nconnect_timeout = 2\nread_timeout = 2\ntotal_timeout = 5\n"


class Field:
    """A store that was filled yesterday, and the site of today."""

    def __init__(self, folder: Path, site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site, self.home = site, folder / "home"
        self.settings = folder / "config.toml"
        self.settings.write_text(PATIENT)
        monkeypatch.setenv("CLIMTRACK_HOME", str(self.home))
        monkeypatch.setenv("CLIMTRACK_CONFIG", str(self.settings))
        monkeypatch.setenv("CLIMTRACK_BASE_URL", site.url)
        self.today = dt.datetime.now(dt.UTC).date()
        yesterday = self.today - dt.timedelta(days=1)
        site.put(AIR_PATH, genuine(WORLD, yesterday))
        site.put(SEA_PATH, genuine(SEA, yesterday))
        site.put(MONTHS_PATH.format(year=self.today.year), genuine(MONTHS, yesterday))

    def fetch(self) -> int:
        """Exit code of `climtrack fetch world`."""
        with pytest.raises(SystemExit) as left:
            main(["fetch", "world"])
        return int(left.value.code or 0)

    def held(self) -> dict[SeriesKey, str]:
        """Digest of each stored series."""
        store = Store(self.home)
        return {key: store.read(key).digest for key in store}


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """The field, filled once: what is refused leaves it as it was."""
    with FakeSite() as site, pytest.MonkeyPatch.context() as monkeypatch:
        made = Field(tmp_path_factory.mktemp("field"), site, monkeypatch)
        assert made.fetch() == 0
        yield made


def refused() -> list[object]:
    """Every fault that must be refused: payloads and wires."""
    names = [
        *(n for n, f in FAULTS.items() if f.outcome == "refused" and not f.sea_only),
        *(f"on the wire: {n}" for n in LASTING if n != "not modified, unasked"),
    ]
    return [pytest.param(name, marks=[] if name in CHOSEN else [pytest.mark.soak]) for name in names]


@pytest.mark.parametrize("name", refused())
def test_refused(name: str, field: Field, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3, one good line, the store as it was; and no temporary file is left."""
    before = field.held()
    if name in FAULTS:
        body = FAULTS[name].make(Copy.of(WORLD, field.today))
        fault: Fault = status("200 OK", "Content-Type: application/json", body=body)
    else:
        fault = LASTING[name.removeprefix("on the wire: ")].fault
    field.site.fault(AIR_PATH, fault)
    field.settings.write_text(HASTY if "stalls" in name or "drips" in name else PATIENT)
    code = field.fetch()
    field.settings.write_text(PATIENT)
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("world-air")]
    field.site.faults.clear()
    _forget_the_wish(field)
    assert code == 3 or (code == 4 and "wait" in name)  # the other request may come after the wish
    assert len(lines) == 1
    (line,) = lines
    assert len(line) <= 200
    assert line.isprintable()
    end = Store(field.home).read(WORLD).end
    assert "not updated: " in line
    assert f"Using data as of {end}" in line
    assert line.endswith(".")
    assert line.count(". ") >= 2, "the remedy is missing"
    assert field.held() == before
    assert not list(field.home.rglob("*.part"))


def _forget_the_wish(field: Field) -> None:
    """A wish to be left alone is obeyed by later runs; the next fault is another server's."""
    if any(Store(field.home).health(key).not_before for key in (WORLD, SEA, MONTHS)):
        with Store(field.home).writer(dt.datetime.now(dt.UTC)) as writer:
            for key in (WORLD, SEA, MONTHS):
                writer.confirm(key)


@pytest.mark.parametrize(
    "name", ["500 once", "reset once", "web page once", "403 for libraries", "circles for libraries"]
)
def test_passing(name: str, field: Field, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault that passes is not worth a word."""
    field.site.requests.clear()
    field.site.fault(AIR_PATH, PASSING[name])
    assert field.fetch() == 0
    field.site.faults.clear()
    assert "not updated" not in capsys.readouterr().err


def test_wish_is_obeyed_by_the_next_run(field: Field, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked to wait an hour, the next run does not ask at all, and says until when."""
    field.site.fault(AIR_PATH, status("429 Too Many", "Retry-After: 3600"))
    assert field.fetch() in {3, 4}  # the other request may come after the wish
    assert "asks to wait 1 h" in capsys.readouterr().err
    field.site.requests.clear()
    assert field.fetch() in {3, 4}
    assert not field.site.asked(AIR_PATH)
    assert "not to be called before" in capsys.readouterr().err
    field.site.faults.clear()
    _forget_the_wish(field)


def test_accepted_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is understood is taken, once; a slightly older copy afterwards changes nothing."""
    with FakeSite() as site:
        field = Field(tmp_path, site, monkeypatch)
        assert field.fetch() == 0
        before = field.held()
        site.put(AIR_PATH, FAULTS["numbers as text"].make(Copy.of(WORLD, field.today)))
        assert field.fetch() == 0
        after = field.held()
        assert after[WORLD] != before[WORLD]
        assert after[SEA] == before[SEA]
        site.put(AIR_PATH, genuine(WORLD, field.today - dt.timedelta(days=2)))
        assert field.fetch() == 0
        assert field.held() == after


def test_not_modified_although_it_is(field: Field) -> None:
    """A 304 is believed while the data held are as new as they can be: nothing is lost."""
    before = field.held()
    field.site.put(AIR_PATH, genuine(WORLD, field.today))
    field.site.fault(AIR_PATH, lambda talk: talk.send(b"HTTP/1.1 304 Not Modified\r\n\r\n"))
    assert field.fetch() == 0
    field.site.faults.clear()
    assert field.held() == before
    assert field.site.asked(AIR_PATH)[-1].headers["if-none-match"]


def test_not_modified_for_ever_behind_a_broken_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held data older than the usual delay are asked for in full: what came meanwhile arrives. Then as before."""
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=20)

    def cache(talk: Talk) -> bool:
        """Not modified, whatever there is; what is asked in full goes through."""
        if "if-none-match" not in talk.request.headers and "if-modified-since" not in talk.request.headers:
            return True
        talk.send(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        return False

    with FakeSite() as site:
        field = Field(tmp_path, site, monkeypatch)
        assert field.fetch() == 0
        site.put(AIR_PATH, genuine(WORLD, later.date()))
        site.fault(AIR_PATH, cache)
        before = field.held()
        assert field.fetch() == 0
        assert field.held() == before
        monkeypatch.setenv("CLIMTRACK_NOW", later.isoformat())
        site.requests.clear()
        assert field.fetch() == 0
        (asked,) = site.asked(AIR_PATH)
        assert "if-none-match" not in asked.headers
        assert Store(field.home).read(WORLD).end > later.date() - dt.timedelta(days=10)
        site.requests.clear()
        assert field.fetch() == 0
        (asked,) = site.asked(AIR_PATH)
        assert asked.headers["if-none-match"]

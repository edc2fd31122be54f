"""The examination of hosts and feeds names every difference from what is known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from climtrack.fetcher.http import HttpPolicy
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.run.doctor import KNOWN, Severity, check_feed, check_hosts, layout
from climtrack.vocabulary.series import Payload, SeriesKey
from tests.fakes_server import FakeSite, status
from tests.faults import FAULTS, NATLAN, WORLD, Copy, genuine

NOW = dt.datetime(2026, 8, 20, 17, tzinfo=dt.UTC)
PATH = "x.json"


class Answer:
    """A transport that has one answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """The answer, to an unconditional request only."""
        assert not etag
        assert not last_modified
        return Payload(f"https://example.org/{path}", self.body)


def found(key: SeriesKey, body: bytes) -> list[tuple[str, str]]:
    """Severity and words of what is found in a body."""
    return [(str(s.severity), s.what) for s in check_feed(ENDPOINTS[key], None, transport=Answer(body), now=NOW)]


@pytest.mark.parametrize("key", [WORLD, NATLAN], ids=str)
def test_as_known(key: SeriesKey) -> None:
    """The feed as it is known gives one good line with the newest day."""
    newest = "2026-08-14" if key == WORLD else "2026-08-19"
    assert found(key, genuine(key, NOW.date())) == [("good", f"data to {newest}, laid out as known")]


@pytest.mark.parametrize(("name", "key", "words"), [
    ("unknown row", NATLAN, "other rows 2030 outlook, Preliminary, 1982-2010"),
    ("first years missing", WORLD, "first year 1943 instead of 1940"),
    ("extra fields", WORLD, "fields data, data_source, meta, name, units instead of data, data_source, name"),
    ("numbers as text", WORLD, "empty slots null, text"),
    ("rows reversed", NATLAN, "other rows 1991-2020, 1982-2010, Preliminary"),
    ("Preliminary renamed", NATLAN, "other rows Provisional, 1982-2010, 1991-2020 instead of Preliminary"),
])  # fmt: skip
def test_changed_but_read(name: str, key: SeriesKey, words: str) -> None:
    """A feed that is read although it has changed says what has changed, and asks for word of it."""
    body = FAULTS[name].make(Copy.of(key, NOW.date()))
    checks = list(check_feed(ENDPOINTS[key], None, transport=Answer(body), now=NOW))
    assert checks[0].severity is Severity.GOOD
    (told,) = [s for s in checks if words in s.what]
    assert told.severity is Severity.NOTE
    assert "report" in told.remedy


@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if f.outcome == "refused" and not f.sea_only][:30])
def test_not_read(name: str) -> None:
    """A feed that cannot be read is one problem with its remedy."""
    body = FAULTS[name].make(Copy.of(WORLD, NOW.date()))
    (check,) = check_feed(ENDPOINTS[WORLD], None, transport=Answer(body), now=NOW)
    assert check.severity is Severity.PROBLEM
    assert check.topic == "world-air"
    assert check.what
    assert check.remedy


def test_hosts() -> None:
    """A good host and its clock; one that is down is a note while another answers, a problem when none does."""
    with FakeSite() as good, FakeSite() as bad:
        now = dt.datetime.now(dt.UTC)
        date = now.strftime("Date: %a, %d %b %Y %H:%M:%S GMT")
        good.fault(PATH, status("200 OK", date, body=b"[1]"))
        bad.fault(PATH, status("403 Forbidden"))
        both = check_hosts(HttpPolicy((good.url, bad.url)), PATH, now=now)
        assert [(s.topic, s.severity) for s in both] == [
            ("network", Severity.GOOD), ("clock", Severity.GOOD), ("network", Severity.NOTE),
        ]  # fmt: skip
        (alone,) = check_hosts(HttpPolicy((bad.url,)), PATH, now=now)
        assert alone.severity is Severity.PROBLEM
        assert "refused this program" in alone.what
        for wrong, severity in ((dt.timedelta(hours=1), Severity.NOTE), (dt.timedelta(days=-3650), Severity.PROBLEM)):
            clock = check_hosts(HttpPolicy((good.url,)), PATH, now=now + wrong)[1]
            assert clock.severity is severity
            assert "this computer's clock says" in clock.what
            assert "NTP" in clock.remedy
        shunned = check_hosts(HttpPolicy((good.url,), user_agent="python-requests/2"), PATH, now=now)[0]
        assert "python" in shunned.what


@pytest.mark.shared
def test_real_feeds_are_as_known(shared_data: Path) -> None:
    """The copies of August 2026 and the world's air of 2024 are laid out exactly as the table says."""
    for path in sorted((shared_data / "climate_reanalyzer/2026-08-22").rglob("*.json")):
        assert layout(path.read_bytes()) == KNOWN["sst"]
    air = shared_data / "climate_reanalyzer/2024-09-04/clim/t2_daily/json/era5_world_t2_day.json"
    assert layout(air.read_bytes()) == KNOWN["t2m"]
    old = shared_data / "climate_reanalyzer/2023-12-01/clim/t2_daily/json/cfsr_world_t2_day.json"
    assert sum(layout(old.read_bytes())[aspect] != value for aspect, value in KNOWN["t2m"].items()) >= 3

"""Many series at once: each with its own outcome, politely, and never for long."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections import Counter

from climtrack.errors import SourceUnavailable
from climtrack.fetcher.fetch import Answer, fetch_all
from climtrack.fetcher.http import Http, HttpPolicy
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.fetcher.sample import KEYS, SampleTransport, payload
from climtrack.vocabulary.series import Payload, Series, SeriesKey
from tests.conftest import ROOT
from tests.fakes_server import PATIENCE, Clock, FakeSite, status
from tests.faults import genuine

TODAY = dt.date(2026, 8, 20)
NOW = dt.datetime(2026, 8, 20, 17, tzinfo=dt.UTC)
NOTHING: dict[SeriesKey, Series] = {}


def http(site: FakeSite, **changes: float) -> Http:
    """The network by a clock of its own: no limit of time is met because the computer is slow."""
    clock = Clock()
    patient = {"connect_timeout": 30, "read_timeout": 30} | changes
    return Http(HttpPolicy((site.url,), **patient), sleep=clock.sleep, monotonic=clock)  # type: ignore[arg-type]


def test_second_round_costs_nothing() -> None:
    """Thirteen good answers, then thirteen times 304: under 10 kB, two connections, one request each."""
    with FakeSite() as site:
        for key in KEYS:
            site.put(ENDPOINTS[key].path, genuine(key, TODAY))
        held: dict[SeriesKey, Series] = {}
        seen: list[SeriesKey] = []
        with http(site) as network:
            first = fetch_all(
                ENDPOINTS.values(), held.get, transport=network, now=NOW, on_done=lambda o: seen.append(o.key)
            )
        assert [outcome.key for outcome in first] == list(ENDPOINTS)
        assert set(seen) == set(ENDPOINTS)
        for outcome in first:
            assert outcome.series is not None
            held[outcome.key] = outcome.series
            assert outcome.series.source.retrieved == NOW
            assert outcome.series.source.url == site.url + ENDPOINTS[outcome.key].path
            assert not outcome.series.source.simulated
        assert len(site.requests) == 13
        site.requests.clear()
        with http(site) as network:
            second = fetch_all(ENDPOINTS.values(), held.get, transport=network, now=NOW)
        assert all(outcome.unchanged and outcome.error is None for outcome in second)
        assert len(site.requests) == 13
        sent = sum(len(k) + len(v) + 4 for r in site.requests for k, v in r.headers.items())
        assert sent + 13 * 120 < 10_000
        assert len({request.connection for request in site.requests}) <= 2


def test_one_bad_series_stops_no_other() -> None:
    """A missing file, a web page and a broken line leave the ten others good, and each is told apart."""
    with FakeSite() as site:
        for key in KEYS:
            site.put(ENDPOINTS[key].path, genuine(key, TODAY))
        bad = [ENDPOINTS[key] for key in KEYS[2:5]]
        del site.bodies[bad[0].path]
        site.put(bad[1].path, b"<html>maintenance</html>")
        site.fault(bad[2].path, lambda talk: talk.reset())
        with http(site) as network:
            outcomes = {o.key: o for o in fetch_all(ENDPOINTS.values(), NOTHING.get, transport=network, now=NOW)}
    assert sum(outcome.series is not None for outcome in outcomes.values()) == 10
    for endpoint, words in zip(bad, ("404", "web page", "broke off"), strict=True):
        error = outcomes[endpoint.key].error
        assert error is not None
        assert words in error.what
        assert error.url.endswith(endpoint.path)
    assert outcomes[bad[1].key].error.body.startswith(b"<html>")  # type: ignore[union-attr]


def test_all_hanging() -> None:
    """Of thirteen endpoints that never answer the first two are waited for in full, the others once and briefly."""
    with FakeSite() as site:
        site.fault("*", lambda talk: talk.stall())
        with http(site, read_timeout=0.1) as network:
            outcomes = fetch_all(ENDPOINTS.values(), NOTHING.get, transport=network, now=NOW)
        asked = sorted(Counter(request.path for request in site.requests).values())
        assert asked[:11] == [1] * 11
        assert max(asked) <= 4
        assert all(isinstance(outcome.error, SourceUnavailable) for outcome in outcomes)
        assert len({outcome.error.what for outcome in outcomes if outcome.error}) <= 2


def test_time_of_the_true_policy() -> None:
    """By the real limits, two paths may take 30 s each, at once, and ten more 4 s each, two at once: under 60 s."""
    from climtrack.fetcher import http

    rest = -(-(12 - http.CONNECTIONS) // http.CONNECTIONS)
    assert HttpPolicy().total_timeout + rest * http.BRIEF < 60


def test_what_nobody_foresaw_is_one_outcome() -> None:
    """An exception that is none of ours is told of its series, with its traceback; the twelve others are good."""
    key = KEYS[3]

    class Broken(SampleTransport):
        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
            if path == ENDPOINTS[key].path:
                raise ZeroDivisionError
            return super().get(path)

    answers = {o.key: o for o in fetch_all(ENDPOINTS.values(), NOTHING.get, transport=Broken(TODAY), now=NOW)}
    error = answers.pop(key).error
    assert str(error).startswith("this program stumbled over the answer (ZeroDivisionError).")
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert all(one.series is not None for one in answers.values())


def test_sample_is_marked() -> None:
    """Series of the sample say so themselves, and never take the place of real ones."""
    outcomes = fetch_all(ENDPOINTS.values(), NOTHING.get, transport=SampleTransport(TODAY), now=NOW)
    assert all(o.series is not None and o.series.source.simulated for o in outcomes)
    few, real = [ENDPOINTS[key] for key in (KEYS[0], KEYS[-1])], dict[SeriesKey, Series]()
    with FakeSite() as site:
        for one in few:
            site.put(one.path, genuine(one.key, TODAY))
        with http(site) as network:
            for outcome in fetch_all(few, real.get, transport=network, now=NOW):
                assert outcome.series is not None
                real[outcome.key] = outcome.series
    mixed = fetch_all(few, real.get, transport=SampleTransport(TODAY), now=NOW)
    assert all(o.error is not None and "simulated" in o.error.what for o in mixed)
    simulated = {o.key: o.series for o in outcomes}

    class Site:
        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
            assert not etag
            key = next(key for key in KEYS if ENDPOINTS[key].path == path)
            return Payload("https://example.org/" + path, genuine(key, dt.date(2026, 7, 1)))

    back = fetch_all(few, simulated.get, transport=Site(), now=NOW)
    assert all(o.series is not None and not o.series.source.simulated for o in back)


def test_accepted_once() -> None:
    """What a person accepts is let through: a changed past, days missing, a much older copy; never the future."""
    key = KEYS[0]
    mine = fetch_all([ENDPOINTS[key]], NOTHING.get, transport=SampleTransport(TODAY), now=NOW)[0].series
    assert mine is not None

    def ask(body: bytes, accept: bool, now: dt.datetime = NOW) -> Answer:
        class One:
            def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
                return Payload("sample:x", body)

        chosen = frozenset({key}) if accept else frozenset()
        return fetch_all([ENDPOINTS[key]], {key: mine}.get, transport=One(), now=now, accept=chosen)[0]

    changed = payload(key, TODAY).replace(b"11.", b"12.")
    assert ask(changed, accept=False).error is not None
    outcome = ask(changed, accept=True)
    assert outcome.series is not None
    assert any("past values revised" in str(note) for note in outcome.notes)
    assert ask(payload(key, dt.date(2026, 9, 30)), accept=True).error is not None


def test_refused_body_travels_with_the_error() -> None:
    """The head of what was refused, at most 64 kB, and its address."""
    with FakeSite() as site:
        key = KEYS[0]
        site.put(ENDPOINTS[key].path, genuine(key, dt.date(2026, 12, 1)))
        with http(site) as network:
            error = fetch_all([ENDPOINTS[key]], NOTHING.get, transport=network, now=NOW)[0].error
    assert error is not None
    assert "in the future" in error.what
    assert error.body == genuine(key, dt.date(2026, 12, 1))[:65_536]
    assert error.url.startswith("http://127.0.0.1")


SCRIPT = """
import datetime as dt, sys
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.fetcher.fetch import fetch_all
from climtrack.fetcher.http import Http, HttpPolicy
with Http(HttpPolicy((sys.argv[1],), read_timeout=900, total_timeout=900)) as network:
    fetch_all(ENDPOINTS.values(), lambda key: None, transport=network, now=dt.datetime.now(dt.UTC))
"""


def test_interrupted() -> None:
    """Ctrl-C ends a run at once, not when the servers' quarter of an hour is over."""
    with FakeSite() as site:
        site.fault("*", lambda talk: talk.stall())
        run = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, site.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        while not site.requests and run.poll() is None:
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        _, problem = run.communicate(timeout=PATIENCE)
        assert b"KeyboardInterrupt" in problem
        assert run.returncode != 0


def test_status_faults_are_not_parsed() -> None:
    """An error page is never taken for data, even if it looks like it."""
    key = KEYS[0]
    with FakeSite() as site:
        site.fault(ENDPOINTS[key].path, status("500 Oh", body=genuine(key, TODAY)))
        with http(site) as network:
            outcome = fetch_all([ENDPOINTS[key]], NOTHING.get, transport=network, now=NOW)[0]
    assert outcome.series is None
    assert outcome.error is not None

"""Notices: given within their time or said to have failed, whatever a command or a webhook does; and given once."""

from __future__ import annotations

import datetime as dt
import json
import os
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from climtrack.config import NotifySettings
from climtrack.errors import Notice
from climtrack.fetcher import http
from climtrack.run import refresh
from climtrack.run import refresh as module
from climtrack.run.refresh import Round, notify
from climtrack.run.run import Run
from climtrack.run.schedule import read
from climtrack.words.language import Language
from tests.fakes_server import FakeSite
from tests.run.site import NOON, Site, settings

HOUR = dt.timedelta(hours=1)


def said(problems: tuple[Notice, ...]) -> list[str]:
    """In English."""
    return [Language("en").say(problem) for problem in problems]


@contextmanager
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSite]:
    """A webhook on this computer whose certificate is believed."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    monkeypatch.setattr(http, "trust", lambda: client)
    with FakeSite(tls=server) as site:
        yield site


@pytest.mark.parametrize(
    ("command", "words", "spanish"),
    [
        ((sys.executable, "-c", "import sys; sys.exit(sys.stdin.read() != '{\"a\": 1}')"), "", ""),
        (("no-such-program",), "notify.command failed: there is no such program.", "no existe ese programa"),
        (("/",), "notify.command failed: it may not be run.", "no se permite ejecutarlo"),
        (("false",), "notify.command ended with 1.", "notify.command terminó con 1."),
        (
            ("sh", "-c", "kill -9 $$"),
            "notify.command was ended by signal 9.",
            "a notify.command lo terminó la señal 9.",
        ),
    ],
)
def test_a_command_is_given_the_document_or_said_to_have_failed(
    command: tuple[str, ...], words: str, spanish: str
) -> None:
    """One line in either language."""
    given, problems = notify(NotifySettings(command=command), {"a": 1})
    assert given is not bool(words)
    assert " ".join(said(problems)).startswith(words)
    assert spanish in " ".join(map(Language("es").say, problems))


def test_a_file_that_is_no_program_is_said_to_be_none(tmp_path: Path) -> None:
    """A script without its first line."""
    script = tmp_path / "script"
    script.write_text("echo hello")
    script.chmod(0o755)
    (problem,) = notify(NotifySettings(command=(str(script),)), {})[1]
    line = Language("en").say(problem)
    assert line.startswith("notify.command failed: it is neither a program nor a script that names one.")
    assert "no es un programa" in Language("es").say(problem)


def test_what_a_command_prints_goes_nowhere() -> None:
    """A command that prints without end would fill the memory within its time."""
    null = "os.stat(os.devnull).st_rdev"
    nowhere = f"import os; raise SystemExit(any(os.fstat(n).st_rdev != {null} for n in (1, 2)))"
    assert notify(NotifySettings(command=(sys.executable, "-c", nowhere)), {}) == (True, ())


def test_a_command_that_hangs_ends_with_all_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell waits for a child of its own: both are gone."""
    monkeypatch.setattr(module, "PATIENCE", 1)
    number = tmp_path / "number"
    given, problems = notify(NotifySettings(command=("sh", "-c", f"sleep 600 & echo $! > {number}; wait")), {})
    assert not given
    assert said(problems) == ["notify.command did not end within 1 s. Check [notify] in config.toml."]
    process = int(number.read_text())

    def alive() -> bool:
        with suppress(ProcessLookupError):
            os.kill(process, 0)
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        return False

    for _ in range(1000):
        if not alive():
            return
        time.sleep(0.01)
    raise AssertionError(f"process {process} lives on")


def test_a_command_that_leaves_one_behind_is_not_waited_for() -> None:
    """What it started in the background may go on."""
    assert notify(NotifySettings(command=("sh", "-c", "sleep 5 &")), {})[0]


def test_a_webhook_is_given_the_document_and_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 is well; a redirect or an error is a line; the certificate is checked as the source's is."""
    with hook(monkeypatch) as site:
        site.fault("good", lambda talk: talk.answer("200 OK"))
        site.fault("moved", lambda talk: talk.answer("302 Found", b"", f"Location: {site.url}elsewhere"))
        site.fault("bad", lambda talk: talk.answer("500 No"))
        assert notify(NotifySettings(webhook=f"{site.url}good"), {}) == (True, ())
        for name, status in (("moved", 302), ("bad", 500)):
            given, problems = notify(NotifySettings(webhook=f"{site.url}{name}"), {})
            assert not given
            assert said(problems) == [f"notify.webhook answered {status}. Check [notify] in config.toml."]
        assert not site.asked("elsewhere")
        asked = site.asked("good")[0]
    assert (asked.headers["template"], asked.headers["message"]) == ("yes", "{{.text}}")  # for ntfy


def test_a_webhook_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes in time, the whole never: the round goes on."""
    monkeypatch.setattr(module, "PATIENCE", 1)
    with hook(monkeypatch) as site:
        site.fault("drip", lambda talk: talk.drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 60_000, 0.05))
        _, problems = notify(NotifySettings(webhook=f"{site.url}drip"), {})
    assert said(problems) == [
        "notify.webhook failed: the server did not answer within 1 s. Check [notify] in config.toml."
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Apprise's own
def test_apprise_gives_the_text_to_each_address_and_no_password_to_anybody_else(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """One that takes it is enough; a service that refuses and an address without sense are a line each."""
    pytest.importorskip("apprise")
    document = {"event": "failure", "text": "climtrack: rounds have failed\nnh-air was not updated."}
    with FakeSite() as site:
        site.fault("good", lambda talk: talk.answer("200 OK"))
        site.fault("bad", lambda talk: talk.answer("403 Forbidden"))
        host = site.url.removeprefix("http://")
        urls = (f"json://me:geheim@{host}good", f"json://me:geheim@{host}bad", "telepathy://geheim")
        given, problems = notify(NotifySettings(urls=urls), document)
        sent = json.loads(site.asked("good")[0].body)
    assert given
    assert (sent["message"], sent["type"]) == (document["text"], "failure")
    assert said(problems) == [
        "address 2 of notify.urls failed: the service did not take it. Try it by hand: apprise -b test ADDRESS.",
        "address 3 of notify.urls is none that Apprise knows. Check [notify] in config.toml, or CLIMTRACK_NOTIFY.",
    ]
    assert "geheim" not in caplog.text + "".join(capfd.readouterr())


def test_without_apprise_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback, and not silence: each round says so, also one that goes well."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    told = ["notify.urls needs Apprise. Install it, in climtrack's folder: pip install '.[notify]'."]
    mine = NotifySettings(urls=("mailto://a:b@example.org",))
    assert said(notify(mine, {})[1]) == told
    monkeypatch.setattr(refresh, "refresh", lambda _: Round())
    run = Run(settings(tmp_path / "home").model_copy(update={"notify": mine}), NOON, transport=Site(NOON.date()))
    refresh.unattended_round(run)
    assert [Language("en").say(line) for line in run.outcome.notices] == told
    assert run.outcome.code == 0


def test_one_way_that_works_is_enough() -> None:
    """The other is a line; with none at all there is nothing to give."""
    given, problems = notify(NotifySettings(command=("true",), webhook="https://127.0.0.1:9/hook"), {})
    assert given
    assert said(problems) == [
        "notify.webhook failed: the server refused the connection. Check [notify] in config.toml."
    ]
    assert notify(NotifySettings(), {}) == (True, ())


def test_a_notice_that_nobody_got_is_given_with_the_next_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network that took the source away takes the webhook too: the failure is told later, the recovery as well."""
    gate, notices = tmp_path / "gate", tmp_path / "notices"
    script = f"test -e {gate} && cat >> {notices} && echo >> {notices}"
    config = settings(tmp_path / "home").model_copy(update={"notify": NotifySettings(command=("sh", "-c", script))})
    trouble = 4

    def failing(run: Run) -> Round:
        run.say(failed=trouble)
        return Round()

    monkeypatch.setattr(refresh, "refresh", failing)

    def told(hour: int) -> list[str]:
        refresh.unattended_round(Run(config, NOON + hour * HOUR, transport=Site(NOON.date())))
        lines = notices.read_text().splitlines() if notices.exists() else []
        return [json.loads(line)["event"] for line in lines]

    assert [told(0), told(1), told(2)] == [[], [], []]
    gate.touch()
    assert told(3) == told(4) == ["failure"]
    gate.unlink()
    trouble = 0
    assert told(5) == ["failure"]
    assert read(config.home).notified
    gate.touch()
    assert told(6) == told(7) == ["failure", "recovery"]

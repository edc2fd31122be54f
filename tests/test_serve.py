"""The built-in server over a real socket on loopback."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from climtrack.errors import ConfigError, DiskError, ExtraMissing
from climtrack.publish import server
from climtrack.publish.folder import Folder
from climtrack.publish.server import Responder, ServeSettings, background, listen
from climtrack.publish.site import Publication
from climtrack.vocabulary.assets import Asset

NOW = dt.datetime(2024, 7, 11, 17, 0, tzinfo=dt.UTC)
#: Seconds after which a server or a client is given up.
PATIENCE = 240.0


def publish(root: Path, text: str) -> list[Asset]:
    """A page, its picture under a dated name and under a stable one, and data; all say the same text."""
    picture = text.encode() * 20_000
    files = [
        Asset(f"2024-07-05/p.{hashlib.sha256(picture).hexdigest()[:12]}.png", "image/png", picture),
        Asset("latest/p.png", "image/png", picture),
        Asset("data/nh/facts.json", "application/json", json.dumps({"text": text}).encode()),
        Asset("embed/p.html", "text/html; charset=utf-8", f"<p>{text}".encode()),
        Asset("a/index.html", "text/html; charset=utf-8", f"<p>{text * 500}".encode()),
        Asset("index.html", "text/html; charset=utf-8", f"<p>{text * 500}".encode()),
        Asset("404.html", "text/html; charset=utf-8", b"<h1>404</h1>"),
    ]

    def build(before: Publication) -> tuple[Publication, list[Asset]]:
        return Publication(files=before.files, regions={"nh-air": "2024-07-05"}, usual={"nh-air": 10}), files

    Folder(root).publish(build, now=NOW)
    return files


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published site with strangers in its folder."""
    folder = tmp_path_factory.mktemp("served")
    publish(folder, "aaaa")
    (folder / ".env").write_text("SECRET")
    (folder / "stranger.txt").write_text("SECRET")
    (folder / "link.html").symlink_to(folder / "stranger.txt")
    (folder.parent / "outside.txt").write_text("SECRET")
    return folder


@pytest.fixture(scope="module")
def url(root: Path) -> Iterator[str]:
    """Its server."""
    with background(root, ServeSettings(port=0), now=lambda: NOW + dt.timedelta(hours=1)) as address:
        wait(address)
        yield address


def wait(address: str, status: int = 200) -> None:
    """Until the server answers so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if ask(address, "/")[0] == status:
                return
        time.sleep(0.02)
    raise AssertionError("the server did not start")


def ask(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own; header names with underscores."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_host="host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_it_serves_what_is_published_and_nothing_else(url: str) -> None:
    """Pages, folders, pictures; strangers, links, dot files, our own list and lock do not exist."""
    assert ask(url, "/")[0] == 200
    assert ask(url, "/a/")[2] == ask(url, "/a/index.html")[2]
    status, headers, _ = ask(url, "/a")
    assert (status, headers["location"]) == (308, "a/")
    for path in ("/.env", "/stranger.txt", "/link.html", "/publication.json", "/.climtrack-lock", "/data/", "/latest",
                 "/../outside.txt", "/%2e%2e/outside.txt", "//etc/passwd", "/a/../stranger.txt",
                 "/a/%2e%2e%2fstranger.txt", "/index.html/", "/index.html%00",
                 "/INDEX.HTML", "/a//index.html", "/..%5coutside.txt"):  # fmt: skip
        status, _, data = ask(url, path)
        assert status == 404, path
        assert b"SECRET" not in data


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(path=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60))
def test_no_path_leaves_the_list_or_upsets_the_server(url: str, path: str) -> None:
    """Any path: a published file, 308, 404, or 400 for what is no request; never 5xx, never a stranger."""
    status, _, data = ask(url, "/" + path)
    assert status in {200, 308, 400, 404}
    assert b"SECRET" not in data


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [("GET", "/", {}, 200), ("HEAD", "/", {}, 200), ("GET", "/nothing", {}, 404), ("POST", "/", {}, 405),
     ("OPTIONS", "/latest/p.png", {}, 405), ("PROPFIND", "/", {}, 405),
     ("GET", "/latest/p.png", {"if_none_match": "*"}, 304), ("GET", "/latest/p.png", {"range": "bytes=0-3"}, 206),
     ("GET", "/latest/p.png", {"range": "bytes=99999999-"}, 416),
     ("GET", "*", {}, 404), ("OPTIONS", "*", {}, 405), ("GET", "/%0aX", {}, 404), ("POST", "/%0d%0aX", {}, 405),
     ("GET", "/healthz", {}, 200), ("GET", "/metrics", {}, 200), ("GET", "/", {"host": "evil.example"}, 421)],
)  # fmt: skip
def test_every_answer_has_the_headers_that_keep_readers_safe(
    url: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """nosniff, a policy, no referrer, caching said, no server name, no cookie, whatever the status."""
    got, answer, data = ask(url, path, method, **headers)
    assert got == status
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["referrer-policy"] == "no-referrer"
    assert answer["content-security-policy"].startswith("default-src 'none'")
    assert "cache-control" in answer
    assert not {"server", "set-cookie", "x-powered-by"} & answer.keys()
    assert ("access-control-allow-origin" in answer) == (path == "/latest/p.png" and method == "GET")
    assert "evil" not in str(answer) + data.decode("latin-1")
    if method == "HEAD":
        assert data == b""
        assert int(answer["content-length"]) == len(ask(url, path)[2])


def test_forwarded_names_and_absolute_forms_are_not_believed(url: str) -> None:
    """Neither a proxy's header nor a full address in the request line changes what is sent."""
    plain = ask(url, "/")[2]
    assert ask(url, "/", x_forwarded_host="evil.example", x_forwarded_proto="gopher", forwarded="host=evil")[2] == plain
    status, headers, data = ask(url, "http://evil.example/a", host="localhost")
    assert b"evil" not in data + str(headers).encode()
    assert status in {308, 404}


def test_health_and_metrics(url: str) -> None:
    """Age of data and of the publication; counters that Prometheus reads."""
    health = json.loads(ask(url, "/healthz")[2])
    assert (health["status"], health["seconds_since_refresh"], health["data_age_days"]) == ("ok", 3600, 6)
    assert health["data_to"] == {"nh-air": "2024-07-05"}
    assert (health["worst"], health["usual_age_days"]) == ("nh-air", 10)
    text = ask(url, "/metrics")[2].decode()
    assert "climtrack_stale 0\n" in text
    assert 'climtrack_data_timestamp_seconds{series="nh-air"} 1720137600' in text
    assert re.search(r'climtrack_requests_total\{status="200"\} \d+', text)
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) climtrack_\w+ .+|climtrack_\w+(\{\w+=\"[^\"]*\"\})? \d+(\.\d+)?", line), (
            line
        )


@pytest.mark.parametrize("years", [-50, 10])
def test_a_clock_that_is_wrong_gives_no_age(root: Path, years: int) -> None:
    """Before the data, or years after them: neither fresh nor old."""
    responder = Responder(root, frozenset(), lambda: NOW.replace(year=NOW.year + years))
    responder.look()
    answer = responder.health()
    health = json.loads(answer.data)
    assert (health["data_to"], health["data_age_days"]) == ({"nh-air": "2024-07-05"}, None)
    assert (answer.status, health["status"]) == (503, "clock wrong")


def test_a_site_that_nobody_keeps_up_says_so(root: Path, tmp_path: Path) -> None:
    """503 beyond the usual delay of its worst series and two days, and without a publication for two daily rounds."""

    def asked(root: Path, **later: float) -> tuple[int, str, str, int]:
        responder = Responder(root, frozenset(), lambda: NOW + dt.timedelta(**later))
        responder.look()
        answer = responder.health()
        health = json.loads(answer.data)
        assert f"climtrack_stale {int(answer.status == 503)}\n" in responder.metrics()
        return answer.status, health["status"], health["worst"], health["data_age_days"]

    assert asked(root, hours=49) == (200, "ok", "nh-air", 8)
    assert asked(root, hours=50) == (503, "stale", "nh-air", 8)
    days = {"nh-air": "2024-07-01", "natlan-sst": "2024-07-04", "old-sst": "2023-01-01"}
    plan = Publication(regions=days, usual={"nh-air": 10, "natlan-sst": 5})  # the last is of no round any more
    Folder(tmp_path).publish(lambda _: (plan, []), now=NOW)
    assert asked(tmp_path) == (200, "ok", "natlan-sst", 7)
    assert asked(tmp_path, days=1) == (503, "stale", "natlan-sst", 8)


def test_readers_meet_whole_publications_while_new_ones_appear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four readers, at least thirty publications: every body is one text throughout, its tag is right, no failure."""
    monkeypatch.setattr(server, "WATCH", 0.02)  # most publications are met, not each tenth
    publish(tmp_path, "0000")
    seen = {path: {b"0000"} for path in ("/", "/a/", "/latest/p.png", "/data/nh/facts.json")}
    failures: list[str] = []
    done = threading.Event()
    with background(tmp_path, ServeSettings(port=0), now=lambda: NOW) as address:
        wait(address)

        def read(path: str) -> None:
            parts = urlsplit(address)
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
            while not done.is_set():
                connection.request("GET", path)
                answer = connection.getresponse()
                data = answer.read()
                texts = set(re.findall(rb"[0-9]{4}", data))
                tag = answer.headers["etag"].strip('"')
                if answer.status != 200 or len(texts) != 1 or tag != hashlib.sha256(data).hexdigest()[:32]:
                    failures.append(f"{path}: {answer.status} {sorted(texts)[:3]}")
                seen[path].update(texts)
                time.sleep(0.002)  # else they leave the publications no room
            connection.close()

        readers = [threading.Thread(target=read, args=(path,)) for path in seen]
        for reader in readers:
            reader.start()
        try:
            number, end = 0, time.monotonic() + PATIENCE
            while number < 30 or not all(len(texts) >= 4 for texts in seen.values()):
                assert time.monotonic() < end, {path: len(texts) for path, texts in seen.items()}
                number += 1
                publish(tmp_path, f"{number:04d}")
                time.sleep(0.02)
            while not all(f"{number:04d}".encode() in texts for texts in seen.values()):
                assert time.monotonic() < end, "the last publication was never seen"
                time.sleep(0.05)
        finally:
            done.set()
            for reader in readers:
                reader.join()
    assert failures == []


def test_broken_and_slow_clients_do_not_hold_up_others(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half-open, dawdling, resetting, over-long, nonsensical: a normal request is answered while all of them stay."""
    for limit in ("HEADER_SECONDS", "READER_SECONDS"):
        monkeypatch.setattr(f"climtrack.publish.server.{limit}", 10 * PATIENCE)  # so none is sent away before
    parts = urlsplit(url)
    where = (parts.hostname or "", parts.port or 0)
    held = [socket.create_connection(where) for _ in range(100)]
    for number, client in enumerate(held):
        client.sendall(b"GET / HT" if number % 2 else b"GET /latest/p.png HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for _ in range(100):
        client = socket.create_connection(where)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(b"GET /latest/p.png HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.close()
    with socket.create_connection(where) as client:
        with contextlib.suppress(OSError):
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: " + b"a" * 70_000 + b"\r\n\r\n")
        client.settimeout(PATIENCE)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(100).startswith(b"HTTP/1.1 431 ")
    with socket.create_connection(where) as client:
        client.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        client.settimeout(PATIENCE)
        refusal = client.recv(1000)
        assert refusal.startswith(b"HTTP/1.1 400 ")
        assert b"nosniff" in refusal
    assert ask(url, "/")[0] == 200
    for client in held:
        client.close()


def test_a_damaged_file_is_never_sent(tmp_path: Path) -> None:
    """A dated picture changed on disk answers 503 with a time to come back; the rest goes on."""
    picture = publish(tmp_path, "bbbb")[0]
    earlier = picture.path.replace(hashlib.sha256(picture.data).hexdigest()[8:12] + ".png", ".png")
    (tmp_path / earlier).write_bytes(picture.data)  # as climtrack 0.1.0 named it
    (tmp_path / picture.path).write_bytes(b"damaged")
    with background(tmp_path, ServeSettings(port=0), now=lambda: NOW) as address:
        wait(address)
        status, headers, data = ask(address, "/" + picture.path)
        assert (status, headers["retry-after"]) == (503, "600")
        assert b"damaged" not in data[:7]
        assert ask(address, "/" + earlier)[2] == picture.data
        assert ask(address, "/" + picture.path.replace("2024-07-05", "2024-07-04"))[0] == 404
        assert ask(address, "/latest/p.png")[0] == 200


def test_before_the_first_publication_there_is_an_answer(tmp_path: Path) -> None:
    """503 with a picture where a picture was asked for; then the site appears without a restart."""
    with background(tmp_path / "site", ServeSettings(port=0), now=lambda: NOW) as address:
        wait(address, 503)
        status, headers, data = ask(address, "/latest/nh-air.year-lines.wide.en.png")
        assert (status, headers["content-type"], headers["retry-after"]) == (503, "image/svg+xml", "600")
        assert b"No data yet" in data
        assert ask(address, "/healthz")[0] == 503
        publish(tmp_path / "site", "cccc")
        wait(address)


def test_a_taken_port_and_a_foreign_address_are_one_line() -> None:
    """What happened and what to try."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DiskError, match=rf"port {port} is in use. Try --port {port + 1}"):
            listen(ServeSettings(port=port))
    with pytest.raises((ConfigError, DiskError), match=r"no address of this computer|cannot be used"):
        listen(ServeSettings(host="203.0.113.7", port=0))


def test_a_missing_extra_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without uvicorn: what to install, exit code 2, nothing else tried."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with (
        pytest.raises(ExtraMissing, match=r"pip install '\.\[serve\]'"),
        background(tmp_path, ServeSettings(port=0), now=lambda: NOW),
    ):
        pass


def test_without_the_fast_parser_it_serves_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uvicorn's own parser takes over where httptools is not installed."""
    monkeypatch.setitem(sys.modules, "uvicorn.protocols.http.httptools_impl", None)
    publish(tmp_path, "eeee")
    with background(tmp_path, ServeSettings(port=0), now=lambda: NOW) as address:
        wait(address)
        status, headers, _ = ask(address, "/latest/p.png")
        assert (status, headers["x-content-type-options"]) == (200, "nosniff")


def test_it_stops_gracefully_when_told(tmp_path: Path) -> None:
    """SIGTERM in a process of its own: exit code 0, nothing on standard error."""
    publish(tmp_path, "dddd")
    program = (
        "import datetime, pathlib, sys; from climtrack.publish.server import serve, ServeSettings\n"
        "serve(pathlib.Path(sys.argv[1]), ServeSettings(port=0), now=lambda: datetime.datetime.now(datetime.UTC),\n"
        "      ready=lambda url: print(url, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    ) as process:  # fmt: skip
        assert process.stdout
        wait(process.stdout.readline().strip())
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")

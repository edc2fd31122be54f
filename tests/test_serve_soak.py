"""RELIABILITY V2–V4 at their full size, against a server in a process of its own; by `make soak`."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_serve import ask, publish, wait

pytestmark = pytest.mark.soak

PROGRAM = (
    "import datetime, pathlib, sys; from climtrack.publish.server import serve, ServeSettings\n"
    "serve(pathlib.Path(sys.argv[1]), ServeSettings(port=0), now=lambda: datetime.datetime.now(datetime.UTC),\n"
    "      ready=lambda url: print(url, flush=True))"
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str, int]]:
    """A site, its address, and the process that serves it."""
    publish(tmp_path, "0000")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    path = os.pathsep.join(p for p in sys.path if p)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path})
    assert process.stdout
    address = process.stdout.readline().strip()
    wait(address)
    yield tmp_path, address, process.pid
    assert process.poll() is None, "the server died"
    process.terminate()
    assert process.wait(15) == 0
    process.stdout.close()


def memory(process: int) -> float:
    """Resident memory in MB."""
    fields = Path(f"/proc/{process}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def place(address: str) -> tuple[str, int]:
    """Host and port."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    return host, int(port)


def test_v2_slow_and_broken_clients(
    served: tuple[Path, str, int], record_property: Callable[[str, object], None]
) -> None:
    """
    600 half-open, 200 slow readers, 1,000 resets, 64 KB headers, 10,000 mutated requests (seconds).

    Others are answered within half a second throughout, and memory does not grow.
    """
    _, address, process = served
    where, rng, slowest = place(address), random.Random(1), 0.0
    for path in ("/", "/a/", "/latest/p.png", "/data/nh/facts.json"):
        ask(address, path)
    before = memory(process)

    def normal() -> None:
        nonlocal slowest
        begin = time.monotonic()
        assert ask(address, "/a/")[0] == 200
        slowest = max(slowest, time.monotonic() - begin)

    held = [socket.create_connection(where) for _ in range(800)]
    for number, client in enumerate(held):
        if number < 600:
            client.sendall(b"GET / HTTP/1.1\r\nHo"[: rng.randrange(1, 18)])
        else:
            client.sendall(b"GET /latest/p.png HTTP/1.1\r\nHost: localhost\r\n\r\n")
    normal()
    for number in range(1000):
        client = socket.create_connection(where)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(b"GET /latest/p.png HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.close()
        if number % 100 == 0:
            normal()
    good = b"GET /latest/p.png?x=1 HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-9\r\nAccept-Encoding: gzip\r\n\r\n"
    for number in range(10_000):
        request = bytearray(good)
        for _ in range(rng.randrange(1, 8)):
            request[rng.randrange(len(request))] = rng.randrange(256)
        if number % 500 == 0:
            request = bytearray(b"GET / HTTP/1.1\r\nX: " + b"a" * 65_536 + b"\r\n\r\n")
        with contextlib.suppress(OSError), socket.create_connection(where, timeout=0.05) as client:
            client.sendall(request)
            answer = client.recv(64)
            assert not answer or answer.startswith(b"HTTP/1.1 ")
            assert not answer.startswith(b"HTTP/1.1 5"), bytes(request)
        if number % 500 == 0:
            normal()
    normal()
    for client in held:
        client.close()
    grown = memory(process) - before
    record_property("slowest answer to others, s", round(slowest, 3))
    record_property("memory grown, MB", round(grown, 1))
    assert slowest <= 0.5
    assert grown <= 20


def test_v3_pages_are_never_torn(served: tuple[Path, str, int], record_property: Callable[[str, object], None]) -> None:
    """
    200,000 requests while charts are replaced 500 times (half a minute).

    Whole bodies, right tags, 304 never for changed bytes.
    """
    root, address, _ = served
    done, bad, count = threading.Event(), list[str](), [0]

    def read(path: str) -> None:
        connection = http.client.HTTPConnection(*place(address), timeout=20)
        tag, held = "", b""
        while not (done.is_set() and count[0] >= 200_000) and not bad:
            connection.request("GET", path, headers={"If-None-Match": tag} if tag else {})
            answer = connection.getresponse()
            data, new = answer.read(), answer.headers["etag"]
            count[0] += 1
            if answer.status == 304:
                if new != tag:
                    bad.append(f"304 of another tag for {path}")
                continue
            if answer.status != 200 or new.strip('"') != hashlib.sha256(data).hexdigest()[:32]:
                bad.append(f"{path}: {answer.status}, tag and body disagree")
            if (new == tag) != (data == held):
                bad.append(f"{path}: the tag changed without the bytes, or the bytes without the tag")
            tag, held = new, data
        connection.close()

    def replace() -> None:
        for number in range(1, 501):
            publish(root, f"{number:04d}")
            time.sleep(0.02)
        done.set()

    readers = [threading.Thread(target=read, args=(p,)) for p in ("/", "/a/", "/latest/p.png", "/data/nh/facts.json")]
    writer = threading.Thread(target=replace)
    for thread in (*readers, writer):
        thread.start()
    for thread in (writer, *readers):
        thread.join()
    record_property("requests", count[0])
    assert bad == []
    assert count[0] >= 200_000


def test_v4_no_path_leads_out(served: tuple[Path, str, int]) -> None:
    """20,000 paths of dots, slashes, escapes and names that exist: never a foreign byte, never 5xx (half a minute)."""
    root, address, _ = served
    (root / ".env").write_text("SECRET")
    (root.parent / "secret").write_text("SECRET")
    (root / "a/link").symlink_to(root.parent / "secret")
    rng = random.Random(2)
    parts = ["..", ".", "", "a", "latest", "data", "link", ".env", "%2e%2e", "%2f", "%5c", "\\", "%00", "secret",
             "index.html", "publication.json", ".climtrack-lock", "etc", "passwd", "%c0%ae", "~", ";", "?", "#", "%",
             "%zz", "%c3%a9"]  # fmt: skip
    asked = 0
    while asked < 20_000:
        path = "/" + "/".join(rng.choice(parts) for _ in range(rng.randrange(1, 7)))
        with contextlib.suppress(http.client.InvalidURL):
            status, _, data = ask(address, path)
            assert status in {200, 308, 400, 404}, path
            assert b"SECRET" not in data, path
            asked += 1

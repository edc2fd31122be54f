"""Files arrive whole or not at all, are continued where they stopped, and from no other host."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from climtrack.errors import SourceChanged, SourceUnavailable
from climtrack.grids.download import Downloader, Policy

BODY = b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 4000
POLICY = Policy("climtrack/test (+https://example.org/)", connect=60, read=60, attempts=3, patience=1)
Answer = Callable[[BaseHTTPRequestHandler, int], None]


def whole(handler: BaseHTTPRequestHandler, body: bytes = BODY, *, stated: int | None = None, tag: str = '"a"') -> None:
    """A complete answer, or a part where a part is asked for."""
    asked = handler.headers.get("Range", "")
    begin = int(asked[6:-1]) if asked and handler.headers.get("If-Range") == tag else 0
    handler.send_response(206 if begin else 200)
    if begin:
        handler.send_header("Content-Range", f"bytes {begin}-{len(BODY) - 1}/{len(BODY)}")
    handler.send_header("Content-Length", str((len(BODY) if stated is None else stated) - begin))
    handler.send_header("ETag", tag)
    handler.end_headers()
    if handler.command == "GET":
        handler.wfile.write(body[begin:])


def status(code: int, **headers: str) -> Answer:
    """An answer without a body."""

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@contextmanager
def server(*answers: Answer) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A server that gives these answers in turn, the last one for ever; and the list of requests."""
    log: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            log.append((self.command, self.path, self.headers.get("Range", "")))
            assert "climtrack" in self.headers["User-Agent"]
            answers[min(len(log), len(answers)) - 1](self, len(log))

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/data/", log
        running.shutdown()
        thread.join()


def downloader(base: str) -> Downloader:
    """Without waiting between attempts."""
    return Downloader(base, POLICY, sleep=lambda _: None)


def test_a_file_arrives_whole_with_its_hash(tmp_path: Path) -> None:
    """Bytes, size, hash; nothing else left in the folder."""
    with server(lambda h, _: whole(h)) as (base, log):
        got = downloader(base).fetch(("a.nc",), tmp_path)
    assert got is not None
    assert (got.path.read_bytes(), got.size, got.sha256) == (BODY, len(BODY), hashlib.sha256(BODY).hexdigest())
    assert [p.name for p in tmp_path.iterdir()] == ["a.nc"]
    assert log == [("GET", "/data/a.nc", "")]


def test_a_cut_connection_is_continued(tmp_path: Path) -> None:
    """The second request asks for the rest only."""
    with server(lambda h, _: whole(h, BODY[:500_000]), lambda h, _: whole(h)) as (base, log):
        got = downloader(base).fetch(("a.nc",), tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
    assert log[1][2].startswith("bytes=")
    assert 0 < int(log[1][2][6:-1]) <= 500_000


def test_a_file_that_changed_meanwhile_begins_anew(tmp_path: Path) -> None:
    """Another ETag: the whole file again, not a mixture."""
    old = b"\x89HDF\r\n\x1a\n" + b"x" * (len(BODY) - 8)
    answers = (lambda h, _: whole(h, old[:500_000], tag='"old"'), lambda h, _: whole(h, tag='"new"'))
    with server(*answers) as (base, _):
        got = downloader(base).fetch(("a.nc",), tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY


def test_another_part_than_asked_for_is_not_joined(tmp_path: Path) -> None:
    """A proxy that answers 206 with the beginning: the sizes would fit, the bytes would not."""

    def wrong(handler: BaseHTTPRequestHandler, _: int) -> None:
        begin = int(handler.headers["Range"][6:-1])
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 0-{len(BODY) - begin - 1}/{len(BODY)}")
        handler.send_header("Content-Length", str(len(BODY) - begin))
        handler.end_headers()
        handler.wfile.write(BODY[: len(BODY) - begin])

    with server(lambda h, _: whole(h, BODY[:500_000]), wrong, lambda h, _: whole(h)) as (base, log):
        got = downloader(base).fetch(("a.nc",), tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
    assert [bool(part) for _, _, part in log] == [False, True, False]


def test_an_interrupted_run_is_continued_by_the_next(tmp_path: Path) -> None:
    """What one run left is the start of the other."""
    with (
        server(lambda h, _: whole(h, BODY[:300_000])) as (base, _),
        pytest.raises(SourceUnavailable, match=r"did not give a\.nc"),
    ):
        Downloader(base, Policy("climtrack", attempts=1), sleep=lambda _: None).fetch(("a.nc",), tmp_path)
    with server(lambda h, _: whole(h)) as (base, log):
        got = downloader(base).fetch(("a.nc",), tmp_path)
    assert got is not None
    assert got.path.read_bytes() == BODY
    assert log[0][2] != ""


def test_the_preliminary_file_is_taken_where_there_is_no_final_one(tmp_path: Path) -> None:
    """404 for the first name, the file for the second; 404 for all is no error."""
    with server(status(404), lambda h, _: whole(h)) as (base, log):
        got = downloader(base).fetch(("a.nc", "a_preliminary.nc"), tmp_path)
    assert got is not None
    assert got.path.name == "a_preliminary.nc"
    assert len(log) == 2
    with server(status(404)) as (base, _):
        assert downloader(base).fetch(("a.nc", "b.nc"), tmp_path) is None


@pytest.mark.parametrize("code", [500, 502, 503, 429])
def test_a_passing_failure_is_cured(code: int, tmp_path: Path) -> None:
    """One failure, then the file."""
    with server(status(code, Retry_After="1"), lambda h, _: whole(h)) as (base, log):
        got = downloader(base).fetch(("a.nc",), tmp_path)
    assert got is not None
    assert len(log) == 2


def test_a_failing_server_is_left_after_a_few_requests(tmp_path: Path) -> None:
    """Three requests, one line."""
    with server(status(503)) as (base, log), pytest.raises(SourceUnavailable) as caught:
        downloader(base).fetch(("a.nc",), tmp_path)
    assert len(log) == 3
    assert len(str(caught.value)) <= 200


@pytest.mark.parametrize("body", [b"<html>Houston, we've had a problem</html>", b'{"error": 1}'])
def test_a_web_page_with_status_200_is_refused(body: bytes, tmp_path: Path) -> None:
    """Not a byte of it is taken for data."""
    with server(lambda h, _: whole(h, body, stated=len(body))) as (base, _), pytest.raises(SourceChanged):
        downloader(base).fetch(("a.nc",), tmp_path)
    assert not (tmp_path / "a.nc").exists()


def test_an_answer_without_a_size_is_refused(tmp_path: Path) -> None:
    """A cut file could not be told from a whole one."""

    def unsized(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY)

    with server(unsized) as (base, _), pytest.raises(SourceUnavailable, match="size"):
        downloader(base).fetch(("a.nc",), tmp_path)


def test_no_other_host_is_asked(tmp_path: Path) -> None:
    """A redirect to another port is named and not followed; one on the same host is followed."""
    with server(lambda h, _: whole(h)) as (other, planted):
        with server(status(302, Location=other)) as (base, _), pytest.raises(SourceUnavailable, match="not followed"):
            downloader(base).fetch(("a.nc",), tmp_path)
        assert planted == []
    with server(status(301, Location="/moved/a.nc"), lambda h, _: whole(h)) as (base, log):
        assert downloader(base).fetch(("a.nc",), tmp_path) is not None
    assert log[1][1] == "/moved/a.nc"


def test_sizes_are_asked_without_downloading() -> None:
    """HEAD; nothing where the server does not know."""
    with server(lambda h, _: whole(h), status(404)) as (base, log):
        asking = downloader(base)
        assert asking.size("a.nc") == len(BODY)
        assert asking.size("b.nc") is None
    assert [entry[0] for entry in log] == ["HEAD", "HEAD"]

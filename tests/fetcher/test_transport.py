"""The network misbehaves; the answer is always one clear error in bounded time, or the data."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import random
import select
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import trustme

from climtrack.errors import FetchError, SourceChanged, SourceUnavailable
from climtrack.fetcher.http import Http, HttpPolicy, loopback
from tests.fakes_server import Clock, FakeSite, Fault, Talk, once, status

PATH = "clim/t2_daily/json/era5_world_t2_day.json"
BODY = b'[\n{"name":"1940","data":[' + b"12.345," * 30_000 + b"null]}\n]\n"
TOTAL = 30.0
HTML = b"<!DOCTYPE html><html><title>Houston, we've had a problem</title></html>"


@pytest.fixture
def site() -> Iterator[FakeSite]:
    """A site with one good file."""
    with FakeSite() as running:
        running.put(PATH, BODY)
        yield running


def policy(*sites: FakeSite) -> HttpPolicy:
    """Limits that no answer of these sites comes near, however slow the computer."""
    return HttpPolicy(tuple(s.url for s in sites), connect_timeout=30, read_timeout=30, total_timeout=TOTAL)


def http(*sites: FakeSite, clock: Clock | None = None, **changes: object) -> Http:
    """The network by a clock of its own: pauses cost nothing, and only what never answers is waited for in earnest."""
    chosen, clock = replace(policy(*sites), **changes), clock or Clock()  # type: ignore[arg-type]
    return Http(chosen, sleep=clock.sleep, monotonic=clock, rng=random.Random(1))


def endless(talk: Talk) -> None:
    """A body without end."""
    talk.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not talk.site.closing.is_set():
        try:
            talk.sock.sendall(b"[" + b"1.0," * 16_000)
        except OSError:
            return


def endless_chunks(talk: Talk) -> None:
    """Chunks without end."""
    talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not talk.site.closing.is_set():
        try:
            talk.sock.sendall(b"fffc\r\n" + b"1.0," * 16_383 + b"\r\n")
        except OSError:
            return


def chunk_line(talk: Talk) -> None:
    """The length of a chunk, without end."""
    talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not talk.site.closing.is_set():
        try:
            talk.sock.sendall(b"0" * 65_536)
        except OSError:
            return


def header_bomb(talk: Talk) -> None:
    """Headers without end."""
    talk.send(b"HTTP/1.1 200 OK\r\n")
    while not talk.site.closing.is_set():
        try:
            talk.sock.sendall(b"".join(b"X-%d: %s\r\n" % (i, b"y" * 900) for i in range(64)))
        except OSError:
            return


def bomb() -> bytes:
    """64 MB of blanks in 64 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_048_576) for _ in range(64)) + packer.flush()


def raw(data: bytes) -> Fault:
    """Bytes, and the connection closed."""
    return lambda talk: talk.send(data)


def zipped(body: bytes, encoding: str = "gzip") -> Fault:
    """A body that calls itself encoded."""
    return status("200 OK", f"Content-Encoding: {encoding}", body=body)


def half_then(end: str) -> Fault:
    """Half a body, then nothing, the end, or a broken connection."""

    def fault(talk: Talk) -> None:
        talk.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY[: len(BODY) // 2])
        if end == "stall":
            talk.stall()
        elif end == "reset":
            talk.reset()

    return fault


def choosy(refused: Fault) -> Fault:
    """Refuse programs that do not say who they are, as the site has been seen to do."""
    words = ("curl", "wget", "python", "urllib", "requests", "httpx")

    def fault(talk: Talk) -> bool | None:
        agent = talk.request.headers.get("user-agent", "").lower()
        return refused(talk) if not agent or any(word in agent for word in words) else True

    return fault


TO_ITSELF = status("302 Found", f"Location: /{PATH}")


@dataclass(frozen=True)
class Case:
    """
    A fault of the wire, the words that must name it, and the most requests it may cost.

    `read_timeout` is short where no byte will ever come; `step` is what each look at the clock costs where they drip.
    """

    fault: Fault
    words: str
    requests: int = 4
    kind: type[FetchError] = SourceUnavailable
    read_timeout: float = 30.0
    step: float = 0.0


_numbers = itertools.count()


LASTING = {
    "refuses this program": Case(status("403 Forbidden", body=HTML), "refused this program (403)", 1),
    "asks for a password": Case(status("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"'), "refused this", 1),
    "address gone": Case(status("404 Not Found", body=HTML), "no longer exists (404)", 1),
    "address retired": Case(status("410 Gone"), "no longer exists (410)", 1),
    "teapot": Case(status("418 I'm a teapot"), "status 418", 1),
    "no content": Case(status("204 No Content"), "status 204", 1),
    "partial content": Case(status("206 Partial Content", body=b"[1"), "status 206", 1),
    "not modified, unasked": Case(raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "status 304", 1),
    "always 500": Case(status("500 Internal Server Error"), "error of its own (500)"),
    "always 503": Case(status("503 Service Unavailable"), "error of its own (503)"),
    "asks to wait a day": Case(status("429 Too Many Requests", "Retry-After: 86400"), "asks to wait 24 h (429)", 1),
    "asks to wait for ever": Case(
        status("503 Busy", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"), "asks to wait 31 days", 1
    ),
    "asked too often": Case(status("429 Too Many Requests", "Retry-After: soon"), "asked too often (429)"),
    "round in circles": Case(TO_ITSELF, "redirected in circles", 4),
    "ever onwards": Case(lambda t: t.answer("302 Found", b"", f"Location: /{PATH}?{next(_numbers)}"), "circles", 4),
    "to another scheme": Case(status("301 Moved", "Location: https://127.0.0.1/x"), "pointed to another place", 1),
    "to another host": Case(
        status("302 Found", "Location: http://169.254.169.254/latest"), "(http://169.254.169.254)", 1
    ),
    "to an address that is none": Case(
        status("302 Found", "Location: http://[::1:bad/"), "not valid HTTP", 1, SourceChanged
    ),
    "to another port": Case(status("307 Moved", "Location: http://127.0.0.1:1/x"), "(http://127.0.0.1:1)", 1),
    "to a file": Case(status("308 Moved", "Location: file:///etc/passwd"), "pointed to another place (file://)", 1),
    "to a name with a password": Case(status("302 Found", "Location: http://u:p@10.0.0.1/"), "(http://10.0.0.1)", 1),
    "web page": Case(status("200 OK", "Content-Type: text/html", body=HTML), "received a web page instead of data"),
    "web page called JSON": Case(status("200 OK", "Content-Type: application/json", body=HTML), "a web page"),
    "empty": Case(status("200 OK"), "empty answer"),
    "damaged gzip": Case(zipped(b"\x1f\x8b\x08\x00" + b"\xff" * 400), "damaged (gzip)"),
    "gzip cut short": Case(zipped(gzip.compress(BODY)[:-20]), "damaged (gzip)"),
    "not gzip at all": Case(zipped(BODY), "damaged (gzip)"),
    "gzip with a tail": Case(zipped(gzip.compress(BODY) + b"and more"), "damaged (gzip)"),
    "gzip bomb": Case(zipped(bomb()), "answer larger than 4 MB", 1, SourceChanged),
    "brotli": Case(zipped(b"x" * 90, "br"), "an encoding that was not asked for (br)", 1, SourceChanged),
    "length says 5 GB": Case(
        lambda t: t.answer("200 OK", b"[", length=5_000_000_000), "larger than 4 MB", 1, SourceChanged
    ),
    "body without end": Case(endless, "larger than 4 MB", 1, SourceChanged),
    "chunks without end": Case(endless_chunks, "larger than 4 MB", 1, SourceChanged),
    "chunk length without end": Case(chunk_line, "", 1, SourceChanged),
    "two lengths": Case(
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n[1]"), "not valid HTTP", 1, SourceChanged
    ),
    "no length, cut": Case(half_then("close"), "cut short"),
    "reset at once": Case(lambda t: t.reset(), "broke off the connection"),
    "reset in the middle": Case(half_then("reset"), "broke off the connection"),
    "closed at once": Case(lambda _: None, "broke off the connection"),
    "stalls at once": Case(lambda t: t.stall(), "did not answer within 30 s", read_timeout=0.1),
    "stalls in the middle": Case(half_then("stall"), "did not answer within 30 s", read_timeout=0.1),
    "drips its headers": Case(
        lambda t: t.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 900, 0.02), "kept sending for 30 s", 1, step=1.0
    ),
    "drips its body": Case(
        lambda t: t.drip(b"HTTP/1.1 200 OK\r\n\r\n" + BODY, 0.02), "kept sending for 30 s", 1, step=1.0
    ),
    "header bomb": Case(header_bomb, "not valid HTTP", 1, SourceChanged),
    "a header of 1 MB": Case(
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n"), "not valid HTTP", 1, SourceChanged
    ),
    "not HTTP": Case(raw(b"220 ftp.example.org ready\r\n"), "not valid HTTP", 1, SourceChanged),
    "bad chunk": Case(raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n[1]\r\n"), "cut short"),
}

PASSING = {
    "500 once": once(status("500 Internal Server Error")),
    "502 twice": once(status("502 Bad Gateway", body=HTML), 2),
    "busy, asks to wait a second": once(status("503 Service Unavailable", "Retry-After: 1")),
    "asked too often once": once(status("429 Too Many Requests")),
    "reset once": once(lambda t: t.reset()),
    "closed once": once(lambda _: None),
    "stalls once": once(lambda t: t.stall()),
    "cut short once": once(half_then("close")),
    "damaged gzip once": once(zipped(b"\x1f\x8b\x08\x00rubbish")),
    "web page once": once(status("200 OK", "Content-Type: text/html", body=HTML)),
    "empty once": once(status("200 OK")),
    "redirect on the site": once(status("301 Moved", f"Location: /{PATH}?v=2"), 3),
    "403 for libraries": choosy(status("403 Forbidden")),
    "circles for libraries": choosy(TO_ITSELF),
}


@pytest.mark.parametrize("name", LASTING)
def test_lasting_fault(name: str, site: FakeSite) -> None:
    """One error of the right kind, in one printable line, with its address, in time, and without a needless request."""
    case = LASTING[name]
    site.fault("*", case.fault)
    clock = Clock(case.step)
    start = clock.now
    with http(site, clock=clock, read_timeout=case.read_timeout) as network, pytest.raises(case.kind) as caught:
        network.get(PATH)
    assert clock.now - start < TOTAL + 5 * case.step
    assert case.words in caught.value.what
    assert caught.value.remedy
    assert caught.value.url.startswith(site.url)
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) <= 122, line
    assert len(site.requests) <= case.requests
    assert len(caught.value.body) <= 65_536


@pytest.mark.parametrize("name", PASSING)
def test_passing_fault(name: str, site: FakeSite) -> None:
    """A fault that passes is cured within the run, by at most four requests."""
    site.fault(PATH, PASSING[name])
    site.put(f"{PATH}?v=2", BODY)
    with http(site, read_timeout=1.0 if "stalls" in name else 30.0) as network:
        got = network.get(PATH)
    assert got is not None
    assert got.body == BODY
    assert len(site.requests) <= 4


def test_good_answer(site: FakeSite) -> None:
    """The body and its validators, whether packed or plain."""
    for compress in (True, False):
        site.compress = compress
        with http(site) as network:
            got = network.get(PATH)
        assert got is not None
        assert got.body == BODY
        assert got.url == site.url + PATH
        assert got.etag.startswith('"')


def test_manners(site: FakeSite) -> None:
    """Every request says who asks and how to reach them, and carries neither cookie nor password."""
    site.fault("x", status("200 OK", "Set-Cookie: id=1", body=b"[1]"))
    with http(site, user_agent="climtrack/1 (+https://example.org/)") as network:
        network.get("x")
        network.get(PATH)
        with pytest.raises(SourceUnavailable):
            network.get("y")
    for request in site.requests:
        assert request.headers["user-agent"] == "climtrack/1 (+https://example.org/)"
        assert request.headers["accept-encoding"] == "gzip"
        assert not {"cookie", "authorization", "referer"} & set(request.headers)


def test_conditional(site: FakeSite) -> None:
    """With the validators of the last answer, nothing is sent again, over the same connection."""
    with http(site) as network:
        got = network.get(PATH)
        assert got is not None
        assert network.get(PATH, etag=got.etag, last_modified=got.last_modified) is None
    assert len({request.connection for request in site.requests}) == 1


def test_validators_are_not_trusted(site: FakeSite) -> None:
    """A validator that could not be sent back as it came is not kept."""
    site.fault(PATH, status("200 OK", f"ETag: {'x' * 300}", "Last-Modified: caf\xe9", body=b"[1]"))
    with http(site) as network:
        got = network.get(PATH)
    assert got is not None
    assert (got.etag, got.last_modified) == ("", "")


def test_mirror_stands_in(site: FakeSite) -> None:
    """The second host is asked when the first gives no answer, and only then."""
    with FakeSite() as mirror:
        mirror.put(PATH, BODY)
        with http(site, mirror) as network:
            network.get(PATH)
        assert not mirror.requests
        for fault in (status("500 Oh"), lambda t: t.reset(), status("200 OK", body=HTML)):
            site.fault(PATH, fault)
            with http(site, mirror) as network:
                got = network.get(PATH)
            assert got is not None
            assert got.url == mirror.url + PATH
        before = len(mirror.requests)
        for refusal in ("403 Forbidden", "404 Not Found"):
            site.fault(PATH, status(refusal))
            with http(site, mirror) as network, pytest.raises(SourceUnavailable):
                network.get(PATH)
        assert len(mirror.requests) == before


def test_dead_host_is_asked_last(site: FakeSite) -> None:
    """A host that did not answer costs its time once: the mirror is asked first from then on."""
    with FakeSite() as mirror:
        for path in "abc":
            mirror.put(path, BODY)
        site.fault("*", lambda t: t.reset())
        with http(site, mirror) as network:
            for path in "abc":
                assert network.get(path) is not None
        assert {request.path for request in site.requests} == {"a"}
        assert len(mirror.requests) == 3


def test_both_hosts_silent(site: FakeSite) -> None:
    """With both hosts failing, four requests in all, and the first host's error is the one told."""
    with FakeSite() as mirror:
        site.fault(PATH, status("502 Bad Gateway"))
        mirror.fault(PATH, status("500 Oh"))
        with http(site, mirror) as network, pytest.raises(SourceUnavailable, match="502"):
            network.get(PATH)
        assert (len(site.requests), len(mirror.requests)) == (2, 2)


def test_nobody_listens() -> None:
    """A closed port is told as such."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # nobody else gets it meanwhile, and nobody listens at it
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with (
            Http(HttpPolicy((url,)), sleep=lambda _: None) as network,
            pytest.raises(SourceUnavailable, match="refused the connection"),
        ):
            network.get(PATH)


def test_asked_to_wait_is_obeyed_by_the_whole_run(site: FakeSite) -> None:
    """After 'come back in an hour' no further request is made to that host in this run, whatever the path."""
    site.fault("*", status("429 Too Many", "Retry-After: 3600"))
    with http(site) as network:
        for path in (PATH, "a", "b"):
            with pytest.raises(SourceUnavailable, match="asks to wait 1 h") as caught:
                network.get(path)
            assert caught.value.retry_after == pytest.approx(3600, abs=2)
    assert len(site.requests) == 1


def test_short_wait_is_kept(site: FakeSite) -> None:
    """'Retry-After: 1' is answered by a pause of a second, no less and no more."""
    site.fault(PATH, once(status("503 Busy", "Retry-After: 1")))
    clock = Clock()
    with http(site, clock=clock) as network:
        network.get(PATH)
    assert len(site.requests) == 2
    assert clock.slept == [1.0]


def test_dead_source_is_not_asked_for_ever(site: FakeSite) -> None:
    """After a path without any answer the further ones cost one short try each; an answer ends that."""
    site.fault("*", lambda t: t.reset())
    with http(site) as network:
        for path in "abcd":
            with pytest.raises(SourceUnavailable):
                network.get(path)
        assert [len(site.asked(path)) for path in "bcd"] == [1, 1, 1]
        site.faults.clear()
        network.get(PATH)
        site.fault("e", status("500 Oh"))
        with pytest.raises(SourceUnavailable):
            network.get("e")
    assert len(site.asked("e")) > 1


def test_memory_stays_small(site: FakeSite) -> None:
    """A gzip bomb of 64 MB and a body without end cost a few megabytes."""
    for fault in (zipped(bomb()), endless, header_bomb, chunk_line):
        site.fault(PATH, fault)
        tracemalloc.start()
        with http(site) as network, pytest.raises(FetchError):
            network.get(PATH)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 24e6


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "ftp://climatereanalyzer.org/", "file:///etc/", "https://user:pw@example.org/",
     "http://10.0.0.1/", "http://169.254.169.254/", "https://example.org", "https://example.org/?x=1/", "http://[::]/",
     "http://localhost.example.org/"],
)  # fmt: skip
def test_addresses_that_are_not_asked(url: str) -> None:
    """Plain HTTP is for this computer's loopback only, and passwords, other schemes and queries for nobody."""
    with pytest.raises(ValueError, match="no https address"):
        HttpPolicy((url,))


@pytest.mark.parametrize("ip", ["10.1.2.3", "192.168.0.5", "169.254.169.254", "127.0.0.1", "0.0.0.0", "::1", "fe80::1",
                                "::ffff:10.0.0.1", "100.64.0.1", "224.0.0.1"])  # fmt: skip
def test_names_that_stand_for_the_local_network(ip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public name that resolves to a local address is not contacted."""
    family = 10 if ":" in ip else 2
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(family, 1, 6, "", (ip, 443))])
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("contacted"))
    with (
        Http(HttpPolicy(("https://climatereanalyzer.org/",))) as network,
        pytest.raises(SourceUnavailable, match="address of the local network"),
    ):
        network.get(PATH)


def test_unknown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without an address is told as such."""
    import socket

    def nobody(*a: object, **k: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", nobody)
    policy = HttpPolicy(("https://climatereanalyzer.org/",))
    with Http(policy, sleep=lambda _: None) as network, pytest.raises(SourceUnavailable, match="was not found"):
        network.get(PATH)


def test_slow_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that hangs does not outlast the deadline: the answer is there while it still hangs."""
    over, ended = threading.Event(), threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: (over.wait(600), ended.set()))
    quick = HttpPolicy(("https://climatereanalyzer.org/",), total_timeout=0.2)
    with Http(quick) as network, pytest.raises(SourceUnavailable, match="did not answer"):
        network.get(PATH)
    assert not ended.is_set()
    over.set()


#: Headers that the client acts on, and what makes each of them hard to read.
ACTED_ON: dict[str, tuple[str, ...]] = {
    "Location": ("http://[::1:bad/", "http://[", "//", "", "http://a:99999/", "http://\u00ff/", "javascript:1", "?\x00",
                 "http://127.0.0.1:x/", "http://%/", "\\\\a", "#" * 3000),
    "Content-Length": ("-1", "1e3", "", "0x10", "9" * 400, "+5", "5, 6", "\u0665", " 7 7", "nan"),
    "Retry-After": ("-5", "9" * 39, "1e9", "Thu, 01 Jan 0001 00:00:00 -2400", "Sat, 99 Foo 99999 99:99:99 GMT",
                    "\u0665", "Sat, 21 Nov 2026 10:00:00 +9999", "inf", ";"),
    "ETag": ('"\u00ff"', "\x01", '"' * 300, "W/", "\x7f"),
    "Last-Modified": ("never", "\u00a0", "0" * 300),
    "Date": ("\x0b", "Thu, 01 Jan 0001 00:00:00 GMT", "now"),
    "Content-Encoding": ("gzip", "x-gzip", "br", "gzip, gzip", "GZIP ", "\u00ff", "identity;", "deflate" * 99),
    "Content-Type": ("text/html", ";;", "application/json; charset=\u00ff", "", "TEXT/HTML ;"),
    "Transfer-Encoding": ("chunked", "chunked, chunked", "gzip", "CHUNKED", "x"),
    "Connection": ("close", "keep-alive, close", "\x02"),
}  # fmt: skip


def odd_answer(rng: random.Random) -> bytes:
    """A status, and headers one or more of which nobody expects."""
    state = rng.choice(
        ("200", "200", "200", "301", "302", "304", "307", "404", "429", "503", "000", "99", "1000", "2 0")
    )
    lines = [f"HTTP/1.1 {state} {rng.choice(('OK', '', 'x' * 99))}"]
    for name in rng.sample(sorted(ACTED_ON), rng.choice((1, 1, 2, 3))):
        value = rng.choice(ACTED_ON[name])
        if value and rng.random() < 0.3:
            i = rng.randrange(len(value))
            value = value[:i] + chr(rng.randrange(1, 256)) + value[i + rng.randrange(2) :]
        lines += [f"{name}{rng.choice((': ', ':', ' : '))}{value}"] * rng.choice((1, 1, 1, 2))
    return (
        "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + rng.choice((BODY[:999], b"", b"4\r\n[1]\n\r\n"))
    )


def fuzz_headers(site: FakeSite, count: int) -> int:
    """Data, nothing new or the one error, whatever the headers; how many answers were data."""
    rng, taken = random.Random(20261121), 0
    site.fault(PATH, lambda talk: talk.send(answer))
    for _ in range(count):
        answer = odd_answer(rng)
        with http(site) as network:
            try:
                taken += network.get(PATH, etag='"x"') is not None
            except FetchError as refused:
                line = str(refused)
                if not line.isprintable() or len(line) > 122:
                    pytest.fail(repr((answer, line)))
    return taken


def test_fuzz_headers(site: FakeSite) -> None:
    """Headers are read as carefully as bodies."""
    assert 0 < fuzz_headers(site, 150) < 150


@pytest.mark.soak
def test_fuzz_headers_for_long(site: FakeSite) -> None:
    """The same with 20,000 answers."""
    assert fuzz_headers(site, 20_000) > 1000


def test_loopback_is_named_not_resolved() -> None:
    """Only localhost and literals are this computer; a name that resolves there is not."""
    assert loopback("localhost")
    assert loopback("127.0.0.2")
    assert loopback("[::1]")
    assert not loopback("localtest.me")
    assert not loopback("0.0.0.0")


NOW = dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("name", "words", "clock"),
    [("self-signed", "signed by", False), ("expired", "has expired", True), ("future", "not valid yet", True),
     ("other name", "for another name", False)],
)  # fmt: skip
def test_certificates(name: str, words: str, clock: bool) -> None:
    """A certificate that proves nothing is refused with the reason, and the clock where that may be it."""
    authority, stranger = trustme.CA(), trustme.CA()
    day = dt.timedelta(days=1)
    cert = {
        "self-signed": lambda: stranger.issue_cert("localhost"),
        "expired": lambda: authority.issue_cert("localhost", not_before=NOW - 9 * day, not_after=NOW - 2 * day),
        "future": lambda: authority.issue_cert("localhost", not_before=NOW + 2 * day, not_after=NOW + 9 * day),
        "other name": lambda: authority.issue_cert("example.org"),
    }[name]()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    cert.configure_cert(server)
    authority.configure_trust(client)
    with FakeSite(tls=server) as site:
        site.put(PATH, BODY)
        network = Http(policy(site), sleep=lambda _: None, tls=client)
        with network, pytest.raises(SourceUnavailable, match=words) as caught:
            network.get(PATH)
        assert ("this computer's clock says" in caught.value.what) is clock
        assert "ignore" not in str(caught.value).lower()
        assert len(str(caught.value)) <= 122
        assert not site.requests


def test_a_proxy_by_explicit_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked to connect to the source, whose certificate is checked through it; the environment's is not asked."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("example.org").configure_cert(server)
    authority.configure_trust(client)
    asked: list[bytes] = []

    def relay(listener: socket.socket, port: int) -> None:
        near, _ = listener.accept()
        with near, socket.create_connection(("127.0.0.1", port)) as far:
            asked.append(near.recv(1000))
            near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while ready := select.select((near, far), (), (), 5)[0]:
                for one in ready:
                    if not (piece := one.recv(1 << 16)):
                        return
                    (far if one is near else near).sendall(piece)

    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with FakeSite(tls=server) as site, socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=relay, args=(listener, site.port), daemon=True).start()
        site.put(PATH, BODY)
        through = HttpPolicy(("https://example.org/",), proxy=f"http://127.0.0.1:{listener.getsockname()[1]}")
        with Http(through, tls=client) as network:
            assert network.get(PATH) is not None
    assert asked[0].startswith(b"CONNECT example.org:443 HTTP/1.")


def test_good_certificate() -> None:
    """Over TLS too the connection is used again, and a drip is ended."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    with FakeSite(tls=server) as site:
        site.put(PATH, BODY)
        site.fault("slow", lambda t: t.drip(b"HTTP/1.1 200 OK\r\n\r\n" + BODY, 0.02))
        clock = Clock()
        with Http(policy(site), monotonic=clock, tls=client) as network:
            got = network.get(PATH)
            assert got is not None
            assert network.get(PATH, etag=got.etag) is None
            clock.step = 1.0
            with pytest.raises(SourceUnavailable, match="kept sending"):
                network.get("slow")
        assert len({request.connection for request in site.asked(PATH)}) == 1

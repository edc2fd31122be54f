"""HTTP as values: conditions, ranges, encodings, policies."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.publish import server
from climtrack.publish.server import Answer, Body, answer, body
from climtrack.publish.site import Record
from climtrack.vocabulary.assets import Asset

PNG = Asset("latest/p.png", "image/png", bytes(range(200)))
PAGE = Asset(
    "index.html",
    "text/html; charset=utf-8",
    b'<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:">'
    + b"text " * 2000,
)


def made(file: Asset) -> Body:
    """The file as the server holds it."""
    return body(Record.of(file), file.data)


def asked(file: Asset, **headers: str) -> Answer:
    """Answer to a request with these headers."""
    return answer(file.path, made(file), {name.replace("_", "-"): value for name, value in headers.items()})


def header(found: Answer, name: str) -> str:
    """One header, once."""
    (value,) = [v.decode() for n, v in found.headers if n == name.encode()]
    return value


def test_a_file_comes_whole_with_its_headers() -> None:
    """Type, length, tag, lifetime; a picture is for every site."""
    found = asked(PNG)
    assert (found.status, found.data) == (200, PNG.data)
    assert header(found, "content-type") == "image/png"
    assert header(found, "content-length") == "200"
    assert header(found, "cache-control") == "public, max-age=3600"
    assert header(found, "access-control-allow-origin") == "*"
    assert header(found, "cross-origin-resource-policy") == "cross-origin"
    assert header(found, "content-security-policy") == "default-src 'none'; frame-ancestors 'self'"


def test_dated_names_are_kept_for_ever() -> None:
    """Their bytes never change."""
    found = asked(Asset("2024-07-05/p.0a1b2c3d.png", "image/png", b"x"))
    assert header(found, "cache-control") == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"x", {tag}', "*", '"x",W/{tag} , "y"'])
def test_what_has_not_changed_is_not_sent(form: str) -> None:
    """304 with the tag, without a body; a foreign tag gets everything."""
    tag = header(asked(PNG), "etag")
    found = asked(PNG, if_none_match=form.format(tag=tag))
    assert (found.status, found.data) == (304, b"")
    assert header(found, "etag") == tag
    assert asked(PNG, if_none_match='"other"').status == 200


def test_tags_differ_where_bytes_differ() -> None:
    """Other bytes, other tag; the compressed form has its own."""
    changed = Asset(PNG.path, PNG.media_type, PNG.data + b"!")
    assert header(asked(changed), "etag") != header(asked(PNG), "etag")
    assert header(asked(PAGE, accept_encoding="gzip"), "etag") != header(asked(PAGE), "etag")


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [("bytes=0-9", 206, 0, 9), ("bytes=190-", 206, 190, 199), ("bytes=-5", 206, 195, 199),
     ("bytes=150-999", 206, 150, 199), ("bytes=-999", 206, 0, 199)],
)  # fmt: skip
def test_parts_are_sent_as_asked(wanted: str, status: int, first: int, last: int) -> None:
    """First and last byte included, as RFC 9110 §14 counts them."""
    found = asked(PNG, range=wanted)
    assert (found.status, found.data) == (status, PNG.data[first : last + 1])
    assert header(found, "content-range") == f"bytes {first}-{last}/200"


@pytest.mark.parametrize("wanted", ["bytes=200-", "bytes=999-1000", "bytes=-0"])
def test_parts_behind_the_end_are_refused(wanted: str) -> None:
    """416 with the size."""
    found = asked(PNG, range=wanted)
    assert (found.status, found.data) == (416, b"")
    assert header(found, "content-range") == "bytes */200"


@pytest.mark.parametrize("wanted", ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=-", ""])
def test_ranges_that_mean_nothing_here_are_ignored(wanted: str) -> None:
    """Everything is sent, as the RFC allows."""
    assert asked(PNG, range=wanted).status == 200


def test_a_part_of_something_else_is_not_sent() -> None:
    """If-Range with an old tag gets the whole new file."""
    tag = header(asked(PNG), "etag")
    assert asked(PNG, range="bytes=0-9", if_range=tag).status == 206
    assert asked(PNG, range="bytes=0-9", if_range='"old"').status == 200


@pytest.mark.parametrize(
    ("accept", "packed"), [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br", False)]
)
def test_pages_are_compressed_for_those_who_take_it(accept: str, packed: bool) -> None:
    """Vary says so either way; parts are cut from the plain form."""
    found = asked(PAGE, accept_encoding=accept)
    assert (gzip.decompress(found.data) if packed else found.data) == PAGE.data
    assert header(found, "vary") == "accept-encoding"
    assert asked(PAGE, accept_encoding=accept, range="bytes=0-9").data == PAGE.data[:10]


def test_policies_by_kind() -> None:
    """A page brings its own and may be framed by itself only; an embed by anybody; SVG may do nothing."""
    assert header(asked(PAGE), "content-security-policy") == "default-src 'none'; img-src data:; frame-ancestors 'self'"
    embed = asked(Asset("embed/nh-air.html", PAGE.media_type, PAGE.data))
    assert header(embed, "content-security-policy") == "default-src 'none'; img-src data:"
    assert header(embed, "cross-origin-resource-policy") == "cross-origin"
    svg = header(asked(Asset("latest/p.svg", "image/svg+xml", b"<svg/>")), "content-security-policy")
    assert svg.endswith("; sandbox")
    assert "script" not in svg
    assert not [v for n, v in asked(PAGE).headers if n == b"access-control-allow-origin"]


@pytest.mark.parametrize(
    ("host", "answered"),
    [("127.0.0.1:8000", True), ("localhost", True), ("LOCALHOST:1", True), ("[::1]:8000", True), ("", True),
     ("charts.example.org", True), ("evil.example", False),
     ("127.0.0.1.evil.example", False), ("localhost:8000@evil", False),
     ("evil.example:80", False), ("localhost, evil", False)],
)  # fmt: skip
def test_only_this_computers_names_are_answered(host: str, answered: bool) -> None:
    """What a rebinding page would send is refused; the configured public name is not."""
    assert server.host_allowed(host, frozenset({*server.LOOPBACK, "charts.example.org"})) is answered


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_header_breaks_an_answer(wanted: str, match: str, accept: str) -> None:
    """Whatever is sent, the body is the file, a part of it, or nothing."""
    found = asked(PNG, range=wanted, if_none_match=match, accept_encoding=accept)
    assert found.status in {200, 206, 304, 416}
    assert found.data in PNG.data

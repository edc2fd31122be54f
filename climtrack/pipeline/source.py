"""The way to the source, opened only when something is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from climtrack.config import Config
from climtrack.pipeline.update import http_policy
from climtrack.vocabulary.payload import Transport


@contextmanager
def open_transport(
    config: Config, *, offline: bool, base_urls: tuple[str, ...] = ()
) -> Iterator[Callable[[], Transport]]:
    """HTTP transport that opens at its first use and closes with the block."""
    with ExitStack() as stack:
        opened: list[Transport] = []

        def transport() -> Transport:
            if offline:
                raise AssertionError("the source was asked although the run is offline")
            if not opened:
                from climtrack.fetcher.transport import Http  # urllib3: only when something is asked

                policy = http_policy(config)
                opened.append(stack.enter_context(Http(replace(policy, base_urls=base_urls) if base_urls else policy)))
            return opened[0]

        yield transport


@contextmanager
def second_source(config: Config) -> Iterator[Callable[[], Transport] | None]:
    """
    HTTP transport to Climate Pulse, where config.toml wants the cross-check.

    A source on this computer's loopback is a test or a rehearsal: then nobody outside is asked either.
    """
    address = config.fetch.cross_check_url
    rehearsal = all(url.startswith("http://") for url in config.fetch.base_urls)
    if not config.fetch.cross_check or (rehearsal and not address.startswith("http://")):
        yield None
        return
    with open_transport(config, offline=False, base_urls=(address,)) as transport:
        yield transport

"""The way to the source, opened only when something is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from climtrack.config import Config
from climtrack.fetcher.transport import Http, Transport
from climtrack.pipeline.update import http_policy


@contextmanager
def open_transport(
    config: Config, *, offline: bool, base_urls: tuple[str, ...] = ()
) -> Iterator[Callable[[], Transport]]:
    """
    HTTP transport that opens at its first use and closes with the block.

    Parameters
    ----------
    config : Config
        The settings.
    offline : bool
        Whether asking is a mistake of ours.
    base_urls : tuple of str, optional
        Other addresses than the source's: those of the second source.

    Yields
    ------
    callable
        Gives the transport.
    """
    with ExitStack() as stack:
        opened: list[Transport] = []

        def transport() -> Transport:
            if offline:
                raise AssertionError("the source was asked although the run is offline")
            if not opened:
                policy = http_policy(config)
                opened.append(stack.enter_context(Http(replace(policy, base_urls=base_urls) if base_urls else policy)))
            return opened[0]

        yield transport

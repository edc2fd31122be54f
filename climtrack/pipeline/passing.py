"""Files that pass through this computer: fetched from a public place, read, deleted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from climtrack.config import Config
from climtrack.files import make_folder, remove
from climtrack.gridded import catalogue
from climtrack.gridded.catalogue import Item, Place
from climtrack.gridded.downloads import Downloader, Policy, Received
from climtrack.pipeline.grid import program_version

AGENT = "climtrack/{version} (+https://pypi.org/project/climtrack/; gridded data for regional means)"
#: Waits for a file; None where the place has none of its names.
Arrival = Callable[[], Received | None]


def address(place: str, config: Config) -> str:
    """Where a place of the catalogue is."""
    return {str(name): base for name, base in config.grid.bases.items()}.get(place, catalogue.PLACES[place].base)


def default_policy(config: Config) -> Policy:
    """How servers are asked, as config.toml says."""
    return Policy(config.fetch.user_agent or AGENT.format(version=program_version()))


def arriving(place: Place, todo: Sequence[Item], folder: Path, policy: Policy) -> Generator[tuple[Item, Arrival]]:
    """Files on their way: the next two are fetched while one is at work."""
    if place.opendap:
        for item in todo:
            yield item, partial(Received, place.base + item.paths[0], Path(), "", 0)
        return
    make_folder(folder)
    _tidied(folder, todo)
    downloader = Downloader(place.base, policy)
    waiting: list[tuple[Item, Future[Received | None]]] = []
    with contextlib.closing(downloader), ThreadPoolExecutor(2, thread_name_prefix="download") as pool:
        try:
            for item in todo:
                waiting.append((item, pool.submit(downloader.fetch, item.paths, folder)))
                if len(waiting) > 1:
                    ready, future = waiting.pop(0)
                    yield ready, future.result
            for ready, future in waiting:
                yield ready, future.result
        finally:
            downloader.stop()
            pool.shutdown(wait=True, cancel_futures=True)


def _tidied(folder: Path, todo: Sequence[Item]) -> None:
    """
    Remove what a killed run left, but for the parts of files that can be continued.

    Those are the ones still wanted, and the two newest of others: a refresh in the middle of a long backfill must not
    throw away half a year of it.
    """
    wanted = {path.rsplit("/", 1)[-1] for item in todo for path in item.paths}
    found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    parts = [path.stem for path in found if path.suffix == ".part"]
    kept = wanted | set([name for name in parts if name not in wanted][:2])
    for left in found:
        if left.suffix not in (".part", ".etag") or left.stem not in kept:
            remove(left)

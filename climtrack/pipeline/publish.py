"""Reports become a site: the corridor from the analysis to the published folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from climtrack.config import Config
from climtrack.errors import PublishError
from climtrack.files import shortened
from climtrack.pipeline.report import RegionReport, Report, Request, report
from climtrack.publisher.folder import Bounds, Folder, Published
from climtrack.publisher.site import Edition, SiteSettings, builder
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.series import SeriesKey

#: Formats that a site needs: pages, phones, mail, link previews.
PRESETS = ("wide", "post", "email", "phone", "card")
#: Folders of the store, which hold no site.
PARTS = ("series", "rejects", "damaged", "log")
#: Those that dark readers of the site see.
DARK = ("post",)


@dataclass(frozen=True, slots=True, eq=False)
class Publishing:
    """The outcome of `publish`."""

    report: Report  # What was found and drawn
    published: Published
    folder: Path


def publish(
    request: Request,
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    folder: Path | None = None,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Publishing:
    """Bring the static site up to date for some regions; all others stay as they are."""
    done = report(for_site(request), config=config, transport=transport, now=now, on_done=on_done)
    return publish_report(done, request.languages, config=config, now=now, folder=folder)


def for_site(request: Request) -> Request:
    """A report's request as a site needs it."""
    return replace(
        request,
        presets=tuple(dict.fromkeys((*PRESETS, *request.presets))),
        themes=("light", "dark"),
        dark_presets=DARK,
        formats=tuple(dict.fromkeys(("png", *request.formats))),
        freshness=replace(request.freshness, sample=False),
        folder=None,
    )


def publish_report(
    done: Report, languages: tuple[str, ...], *, config: Config, now: dt.datetime, folder: Path | None = None
) -> Publishing:
    """Publish a report that was made for a site."""
    if done.simulated or not done.regions:
        raise PublishError("there are no real data to publish", "Run `climtrack fetch` where the source can be reached")
    root = folder if folder is not None else site_folder(config)
    _apart(root, config.home)
    settings = SiteSettings(config.publish.public_url, config.publish.title, languages)
    bounds = Bounds(config.publish.max_megabytes * 1_000_000, config.publish.prune)
    editions = [edition(one, config) for one in done.regions]
    published = Folder(root).publish(builder(editions, settings), now=now, bounds=bounds)
    return Publishing(done, published, root)


def _apart(root: Path, home: Path) -> None:
    """Readers are never given the data folder: a web server before the site would show all of it."""
    site, store = root.resolve(), home.resolve()
    if store.is_relative_to(site) or any(site.is_relative_to(store / name) for name in PARTS):
        raise PublishError(
            f"the site's folder {shortened(root, 60)} is the data folder, or one that climtrack keeps in it",
            "Choose a folder of its own in [publish]",
        )


def publish_round(done: Report, config: Config, now: dt.datetime) -> tuple[str, ...]:
    """Publish what an unattended round has drawn."""
    return publish_report(done, config.report.languages, config=config, now=now).published.notes


def site_folder(config: Config) -> Path:
    """Where the site is, as config.toml says."""
    return Path(config.publish.folder).expanduser()


def edition(one: RegionReport, config: Config) -> Edition:
    """A region's report as the site takes it."""
    return Edition(
        config.region(one.pairing.region),
        max(study.series.end for study in one.studies),
        max(study.series.source.retrieved for study in one.studies),
        one.charts,
        dict(one.prose),
        tuple(asset for asset in one.assets if asset.media_type.startswith("image/")),
        tuple(asset for asset in one.assets if asset.path == "facts.json" or asset.path.endswith(".csv")),
    )

"""Reports become a site: the corridor from the analysis to the published folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from climtrack.analysis.survey import study as survey
from climtrack.config import Config
from climtrack.errors import ClimtrackError, ConfigError, PublishError
from climtrack.files import shortened
from climtrack.publish.folder import Bounds, Folder, Published, write_bundle
from climtrack.publish.post import UPLOADED, Changes, Picture, PostPart, PostPicture, Subject, changes, post, snippet
from climtrack.publish.site import Addresses, Edition, PictureName, SiteSettings, builder, dated
from climtrack.publish.site import embed as embed_address
from climtrack.publish.site import page as page_address
from climtrack.run.report import RegionReport, Request, report
from climtrack.run.run import Run
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Series

# Reports become posts and snippets: what goes into a newsletter, with addresses that readers can reach.


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """The outcome of `write_post`."""

    regions: tuple[RegionReport, ...]  # What was found and drawn
    files: tuple[Asset, ...]  # The posts and, beside them, their pictures
    folder: Path  # Where they were written


def write_post(
    run: Run, request: Request, since: dt.date | None, *, folder: Path, overrides: Path | None = None
) -> Posts:
    """
    A ready section for each region and language, in Markdown and HTML.

    Pictures lead to the published site where `public_url` is set and stand at its dated addresses; else they are files
    beside the post.
    """
    regions, config = report(run, replace(request, folder=None)), run.config
    public = Addresses(config.publish.public_url) if config.publish.public_url and not run.simulated else None
    written: list[Asset] = []
    for one in regions:
        place = folder / one.pairing.region if len(regions) > 1 else folder
        told = {study.series.key: since_then(run, study, since, request.baseline) for study in one.studies}
        files: list[Asset] = [asset for asset in one.assets if asset.media_type.startswith("image/")]
        for code in request.languages:
            parts = [_part(one, n, code, told[s.series.key], public) for n, s in enumerate(one.studies)]
            page = public.absolute(page_address(one.charts[0].id, code, config.report.languages[0])) if public else ""
            files += post(parts, code, page=page, overrides=overrides)
        write_bundle(place, files)
        written += files
    return Posts(regions, tuple(written), folder)


def since_then(run: Run, study: Study, since: dt.date | None, baseline: Baseline) -> Changes | None:
    """What changed in a series since a day."""
    if since is None:
        return None
    known: Series | None = None
    if not study.simulated:
        with suppress(ClimtrackError):  # the history may be younger than the last issue
            known = run.store.history.known_on(study.series.key, since)
    if known is None and not study.series.start <= since < study.series.end:
        return None
    series = study.series.upto(since) if known is None else known
    if series.end > study.series.end:  # a post of an earlier day than the last issue
        return None
    watched = known is not None or study.simulated
    return changes(
        survey(series, study.region, baseline=baseline),
        study,
        watched=watched,
        issue=since if watched else None,
    )


def _part(one: RegionReport, number: int, code: str, told: Changes | None, public: Addresses | None) -> PostPart:
    """One series of a post in one language: its pictures in the first preset drawn, compared regions with the first."""
    study, chart = one.studies[number], one.charts[number]
    title, said = one.answers[code][number]
    ids, day = {c.id for c in one.charts}, max(s.series.end for s in one.studies)
    shown: dict[str, PostPicture] = {}
    for asset in one.assets:
        name = PictureName.parse(asset.path)
        if name is None or (name.language, name.theme, name.suffix) != (code, "light", "png"):
            continue
        if name.subject == chart.id or (number == 0 and name.subject not in ids):
            src = public.absolute(dated(asset, day)) if public else asset.path
            shown.setdefault(f"{name.subject}.{name.chart}", PostPicture(asset, src))
    return PostPart(study, title, said, tuple(shown.values()), told, chart.attribution(code))


def snippets(run: Run, request: Request, platforms: Sequence[str], *, folder: Path) -> tuple[tuple[str, str, str], ...]:
    """
    What to paste, for every chart, language and platform.

    Without a `public_url` a picture has no address: platforms that take a file get one in `folder`, the others are
    refused rather than given an address that reaches this computer only.
    """
    config = run.config
    public = Addresses(config.publish.public_url) if config.publish.public_url else None
    hosted = [platform for platform in platforms if platform not in UPLOADED]
    if hosted and public is None:
        raise ConfigError(
            f"{', '.join(hosted)}: shows pictures from a public address, and public_url is not set in config.toml",
            "Set it and run `climtrack publish`, or upload the pictures that `climtrack post` writes",
        )
    regions = report(run, replace(request, folder=None))
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for one in regions:
        for label, subject in _subjects(one, config.report.languages[0], public, folder):
            for platform in platforms:
                # A frame holds the interactive chart, one per series and language, whatever picture was asked for.
                what = f"{subject.frame} {subject.language}" if platform == "iframe" else label
                found.setdefault((platform, what), (label, platform, snippet(platform, subject)))
    run.say(*(_unpublished(regions, config) if public else _written(regions, folder)))
    return tuple(found.values())


def _written(regions: Sequence[RegionReport], folder: Path) -> tuple[str, ...]:
    """Write the pictures that wait for their upload, and say where."""
    files = [asset for one in regions for asset in one.assets if PictureName.parse(asset.path) is not None]
    write_bundle(folder, files)
    return tuple(f"{folder / asset.path}: written, to be uploaded or put beside your text." for asset in files)


def _unpublished(regions: Sequence[RegionReport], config: Config) -> tuple[str, ...]:
    """A line where pictures are not at their addresses yet: what is mailed must exist before it is sent."""
    site = Path(config.publish.folder).expanduser()
    absent = [
        asset.path
        for one in regions
        for asset in one.assets
        if PictureName.parse(asset.path) is not None
        and not (site / dated(asset, max(study.series.end for study in one.studies))).is_file()
    ]
    if not absent:
        return ()
    return (f"{len(absent)} of these pictures are not in {site} yet: run `climtrack publish` before you send them.",)


def _subjects(one: RegionReport, default: str, public: Addresses | None, folder: Path) -> list[tuple[str, Subject]]:
    """Every chart in every language with its pictures' addresses, or their files in a folder while there are none."""
    day = max(study.series.end for study in one.studies)
    ids = {chart.id for chart in one.charts}
    groups: dict[tuple[str, str, str], list[tuple[PictureName, Asset]]] = {}
    for asset in one.assets:
        name = PictureName.parse(asset.path)
        if name is not None and (name.theme, name.suffix) == ("light", "png") and asset.words is not None:
            groups.setdefault((name.subject, name.chart, name.language), []).append((name, asset))
    found = []
    for (subject, chart, code), drawn in groups.items():
        owner = subject if subject in ids else one.charts[0].id
        pictures = {
            name.preset: Picture(
                public.absolute(dated(asset, day)) if public else (folder / asset.path).as_posix(),
                asset.width,
                asset.height,
            )
            for name, asset in drawn
        }
        words = drawn[0][1].words
        if words is not None:
            page = public.absolute(page_address(owner, code, default)) if public else ""
            frame = public.absolute(embed_address(owner)) if public else ""
            found.append((f"{subject}.{chart}.{code}", Subject(pictures, words, code, page, frame)))
    return found


#: Formats that a site needs: pages, phones, mail, link previews.
PRESETS = ("wide", "post", "email", "phone", "card")
#: Folders of the store, which hold no site.
PARTS = ("series", "rejects", "damaged", "log")
#: Those that dark readers of the site see.
DARK = ("post",)


@dataclass(frozen=True, slots=True, eq=False)
class Publishing:
    """The outcome of `publish`."""

    regions: tuple[RegionReport, ...]  # What was found and drawn
    published: Published
    folder: Path


def publish(run: Run, request: Request, folder: Path | None = None) -> Publishing:
    """Bring the static site up to date for some regions; all others stay as they are."""
    return publish_report(run, report(run, for_site(request)), request.languages, folder=folder)


def for_site(request: Request) -> Request:
    """A report's request as a site needs it."""
    return replace(
        request,
        presets=tuple(dict.fromkeys((*PRESETS, *request.presets))),
        themes=("light", "dark"),
        dark_presets=DARK,
        formats=tuple(dict.fromkeys(("png", *request.formats))),
        folder=None,
    )


def publish_report(
    run: Run, regions: tuple[RegionReport, ...], languages: tuple[str, ...], *, folder: Path | None = None
) -> Publishing:
    """Publish a report that was made for a site."""
    config = run.config
    if run.simulated or not regions:
        raise PublishError("there are no real data to publish", "Run `climtrack fetch` where the source can be reached")
    root = folder if folder is not None else site_folder(config)
    _apart(root, config.home)
    settings = SiteSettings(config.publish.public_url, config.publish.title, languages)
    bounds = Bounds(config.publish.max_megabytes * 1_000_000, config.publish.prune)
    editions = [edition(one, config) for one in regions]
    published = Folder(root).publish(builder(editions, settings), now=run.now, bounds=bounds)
    run.say(*published.notes)
    return Publishing(regions, published, root)


def _apart(root: Path, home: Path) -> None:
    """Readers are never given the data folder: a web server before the site would show all of it."""
    site, store = root.resolve(), home.resolve()
    if store.is_relative_to(site) or any(site.is_relative_to(store / name) for name in PARTS):
        raise PublishError(
            f"the site's folder {shortened(root, 60)} is the data folder, or one that climtrack keeps in it",
            "Choose a folder of its own in [publish]",
        )


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

"""Reports become a site, a post, or snippets: from the analysis to readers."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from climtrack.analysis.survey import study as survey
from climtrack.config import Config
from climtrack.errors import BaselineNotCovered, ClimtrackError, ConfigError, Notice, PublishError
from climtrack.fetcher.reanalyzer import payload
from climtrack.files import shortened
from climtrack.publish.folder import Folder, Published, write_bundle, write_issue
from climtrack.publish.page import heading
from climtrack.publish.post import PLATFORMS, Figure, Issue, PostPart, changes, changes_heading, credit, post
from climtrack.publish.site import PictureName, RegionPage, Site, builder, dated, drawings, figures
from climtrack.reporter.answers import brief
from climtrack.reporter.documents.tables import DESCRIPTION, year_tables
from climtrack.reporter.months import MonthPhrases
from climtrack.reporter.titles import kind
from climtrack.run.check import check_assets
from climtrack.run.drawing import ChartInputs, Request, charts_of, draw, pictures, themes_of
from climtrack.run.report import RegionReport, report
from climtrack.run.run import Run
from climtrack.run.series import VARIABLES, keys_of
from climtrack.store.store import Store, source_to_json
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import AnyStudy, Study
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.vocabulary.series import Pairing, Series
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

#: Formats that a site needs: pages, phones, mail, link previews.
PRESETS = ("wide", "post", "email", "phone", "card")
#: Those that dark readers of the site see.
DARK = ("post", "phone")
#: Words of a short post in each language, at most: where a language needs more, air and sea are paired in none.
WORDS = 150
#: Folders of the store, which hold no site.
PARTS = ("series", "rejects", "damaged", "log")


def site_folder(config: Config) -> Path:
    """Where the site is, as config.toml says."""
    return Path(config.publish.folder).expanduser()


def _public(config: Config) -> Site | None:
    """The site whose addresses readers can reach, if there is one."""
    settings = config.publish
    return Site(settings.public_url, settings.title, config.report.languages) if settings.public_url else None


def _day(one: RegionReport) -> dt.date:
    """The day under which a region's pictures are published."""
    return max(study.series.end for study in one.studies or one.months)


def _pictures(one: RegionReport) -> tuple[Asset, ...]:
    return tuple(asset for asset in one.assets if asset.media_type.startswith(("image/", "video/")))


@dataclass(frozen=True, slots=True)
class Written:
    """One region's post, in every language."""

    issues: tuple[Issue, ...]
    files: tuple[Asset, ...]


def write_post(
    run: Run, request: Request, since: dt.date | None, folder: Path, *, long: bool = False, inline: bool = False
) -> Mapping[Path, Written]:
    """
    A ready section of each region, by the folder of its issue: Markdown and HTML in each language, and their pictures.

    It is short and has one picture, unless a long one or charts are asked for. Pictures lead to the published site
    where `public_url` is set and stand at its dated addresses; else they are files beside the post, and the one since
    the last issue begins on its day: `since`, else the one remembered. Those of an `inline` post are in its HTML.
    """
    today = request.as_of or run.now.date()
    pairs = run.pairings(request.regions, request.variables)
    last = {pair.region: since or _remembered(run, pair, request, today) for pair in pairs}
    charts = request.charts or tuple(dict.fromkeys(_usual(run, pair, request.variables) for pair in pairs))
    # The site's own picture begins a fortnight ago.
    drawn_since = None if _public(run.config) else max(filter(None, last.values()), default=None)
    regions = report(run, replace(request, charts=charts, since=drawn_since, folder=None))
    written = {}
    for one in regions:
        issues = [_last_issue(study, last[one.pairing.region], run.config, request) for study in one.studies]
        posts = _posts(run, one, request, issues, long=long)
        if not (long or run.simulated) and any(len(post(each)[0].data.split()) > WORDS for each in posts):
            posts = _posts(run, one, request, issues, long=long, paired=False)
        shown = {asset.path: asset for each in posts for asset in each.pictures.values()}
        if not run.simulated:
            _keep_dated(run, one, [*shown.values()])
        files = (*(asset for each in posts for asset in post(each, inline=inline)), *shown.values())
        place = folder / f"{today}-{one.pairing.region}"
        beside = dict(write_issue(place, files))
        run.say(*(Notice("publish.beside", file=path, beside=new) for path, new in beside.items()))
        written[place] = Written(posts, tuple(replace(file, path=beside.get(file.path, file.path)) for file in files))
        if not run.simulated:
            run.remember((study.series.key, study.series.end, kind(study), today) for study in one.studies)
    return written


def _usual(run: Run, pair: Pairing, variables: Sequence[str]) -> str:
    """The one picture of a short post: air and sea together, where there are both and the site shows them so."""
    settings = run.config
    shown = _public(settings) is None or "both" in charts_of(settings.refresh.charts or settings.report.charts)
    return "both" if shown and len(keys_of([pair], variables)) == 2 else "year_lines"


def _remembered(run: Run, pair: Pairing, request: Request, today: dt.date) -> dt.date | None:
    """Day of the last issue about a region."""
    days = (run.store.last_issue(key, today) for key in keys_of([pair], request.variables))
    return max(filter(None, days), default=None)


def _last_issue(
    study: Study, since: dt.date | None, config: Config, request: Request
) -> tuple[Study | None, dt.date | None]:
    """What was known of a series on a day, and that day if this was stored then."""
    if since is None:
        return None, None
    known: Series | None = None
    if not study.simulated:
        with suppress(ClimtrackError):  # the history may be younger than the last issue
            known = Store(config.home, known_on=since).read(study.series.key)
    if known is None and not study.series.start <= since < study.series.end:
        return None, None
    series = study.series.upto(since) if known is None else known
    if series.end > study.series.end:  # a post of an earlier day than the last issue
        return None, None
    seen = known is not None or study.simulated
    try:
        before = survey(series, study.region, baseline=request.baseline)
    except BaselineNotCovered:  # its last year was not over then
        before = survey(series, study.region)
    return before, since if seen else None


def _posts(
    run: Run,
    one: RegionReport,
    request: Request,
    issues: Sequence[tuple[Study | None, dt.date | None]],
    *,
    long: bool,
    paired: bool = True,
) -> tuple[Issue, ...]:
    """A region's post in each language; in a short one air and sea share three answers unless told otherwise."""
    public, drawn = None if run.simulated else _public(run.config), _pictures(one)
    if not drawn and not request.charts:  # what was to be shown together cannot be
        alone = replace(request, charts=("year_lines",) if one.studies else ("months",))
        first: Sequence[AnyStudy] = one.studies or one.months
        chosen = pictures(alone, first[:1], ChartInputs({}, {}), themes_of(run.config, request.themes))
        drawn, _ = draw(chosen)
    posts = list[Issue]()

    def placed(some: Sequence[Asset]) -> dict[str, Asset]:
        return {public.absolute(dated(p, _day(one))) if public else p.path: p for p in some}

    for code in request.languages:
        language, parts = Language(code), list[PostPart]()
        seas = [MonthPhrases(months, language) for months in one.months]
        for n, study in enumerate(one.studies if long else one.studies[:1]):
            mine = [p for subject, p in _first_sizes(drawn, code) if not long or _belongs(subject, n, one)]
            mine = mine if long or request.charts else mine[:1]
            answers = one.charts[n].answers[code] if long else brief(one.studies, language, paired=paired)
            if seas and not long:  # which tell of the sea, were it not for a pair
                answers = *answers[:3], *(sea.brief() for sea in seas)
            told_of = (study,) if long else one.studies
            late = *_overdue(told_of, language), *_successors(run, told_of, request, language)
            page = public.absolute(public.page(one.charts[n].id, code)) if public else ""
            part = PostPart(heading(study, language), (*late, *answers), placed(mine), page=page)
            before, issue = issues[n]
            if long and before is not None:
                told = changes_heading(before, issue, language), changes(before, study, issue, language)
                part = replace(part, changes_heading=told[0], changes=told[1])
            parts.append(part)
        if long or not parts:
            mine = [] if parts else [p for _, p in _first_sizes(drawn, code)]
            parts += [PostPart(sea.heading, sea.answers(long=long), placed(mine)) for sea in seas]
        sources = credit([study.series for study in one.studies], language)
        if long or not sources:
            every = [*(study.series for study in one.studies), *(months.series for months in one.months)]
            lines = (line for single in every for line in attribution(single, language, citation=long))
            sources = (*dict.fromkeys(lines), *([language.text("page.made")] if one.studies else ()))
        title = one.charts[0].words[code].title if one.charts else seas[0].title()
        posts.append(Issue(title, parts, sources, code, long, parts[0].page))
    return tuple(posts)


def _overdue(studies: Sequence[Study], language: Language) -> tuple[str, ...]:
    """That the two weeks of a post are not the latest two; the series is named where the other is up to date."""
    late = sorted((study for study in studies if study.overdue), key=lambda study: study.overdue)
    if not late:
        return ()
    of = f" ({heading(late[0], language)})" if len(late) < len(studies) else ""
    return (language.text("post.overdue", late[0].overdue, of=of),)


def _successors(run: Run, studies: Sequence[Study], request: Request, language: Language) -> Iterator[str]:
    """That other products answer than in the last issue."""
    today = request.as_of or run.now.date()
    for key in (study.series.key for study in studies):
        before = [one for one in run.others(key) if run.store.last_issue(one, today)]
        if before and run.store.last_issue(key, today) is None:
            names = [PRODUCTS[one.product].title for one in (key, before[0])]
            yield language.text("post.product", product=names[0], other=names[1])


def _first_sizes(drawn: Sequence[Asset], code: str) -> list[tuple[str, Asset]]:
    """Pictures in one language, each in the first size drawn, with what they are of."""
    found = []
    for (subject, _, language), sizes in drawings(drawn).items():
        plain = (asset for name, asset in sizes.items() if (name.theme, name.suffix) == ("light", "png"))
        if language == code and (first := next(plain, None)):
            found.append((subject, first))
    return found


def _belongs(subject: str, n: int, one: RegionReport) -> bool:
    """Whether a picture belongs to the part of a series; those of several regions stand with the first."""
    own = [chart.id for chart in one.charts]
    return subject == own[n] or (n == 0 and subject not in own)


def snippets(run: Run, request: Request, platforms: Sequence[str], folder: Path) -> tuple[tuple[str, str, str], ...]:
    """
    What to paste: picture, platform and snippet of each.

    Without a `public_url` a picture has no address: platforms that take a file get one in `folder`, the others are
    refused rather than given an address that reaches this computer only.
    """
    public = _public(run.config)
    hosted = tuple(platform for platform in platforms if not PLATFORMS[platform].upload)
    if hosted and public is None:
        raise ConfigError("publish.no_address", platforms=hosted)
    regions = report(run, replace(request, folder=None))
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for one in regions:
        for name, (owner, figure) in _figures(one, public, folder).items():
            label = f"{name.subject}.{name.chart}.{name.language}"
            for platform in platforms:
                # A frame holds the interactive chart, one per series and language, whatever picture was asked for.
                what = f"{owner} {name.language}" if platform == "iframe" else label
                found.setdefault((platform, what), (label, platform, PLATFORMS[platform].snippet(figure)))
    if public:
        for one in regions:
            _keep_dated(run, one, _pictures(one))
    else:
        run.say(*_to_upload(regions, folder))
    return tuple(found.values())


def _figures(one: RegionReport, public: Site | None, folder: Path) -> Mapping[PictureName, tuple[str, Figure]]:
    """A region's charts with their public addresses, or their files in a folder while there are none."""
    if public is None:
        return figures(one.assets, one.charts, Site(), lambda p: (folder / p.path).as_posix(), lambda _: "")
    day = _day(one)
    return figures(one.assets, one.charts, public, lambda p: public.absolute(dated(p, day)), public.absolute)


def _to_upload(regions: Sequence[RegionReport], folder: Path) -> tuple[Notice, ...]:
    """Write the pictures that wait for their upload, and say where."""
    files = [asset for one in regions for asset in _pictures(one)]
    write_bundle(folder, files)
    return tuple(Notice("publish.to_upload", file=folder / asset.path) for asset in files)


def _keep_dated(run: Run, one: RegionReport, shown: Sequence[Asset]) -> None:
    """Put pictures into the site at the dated addresses that a mail shows, or say that they are not there."""
    site = Folder(site_folder(run.config))
    files = [replace(picture, path=dated(picture, _day(one))) for picture in shown]
    absent = [file for file in files if not (site.root / file.path).is_file()]
    if not absent or _public(run.config) is None:
        return
    try:
        if site.read().published:
            site.add(absent, now=run.now)
            return
    except ClimtrackError as problem:
        run.say(problem)
    run.say(Notice("publish.absent", n=len(absent), folder=site.root))


def for_site(request: Request) -> Request:
    """A report's request as a site needs it."""
    return replace(
        request,
        presets=tuple(dict.fromkeys((*PRESETS, *request.presets))),
        themes=("light", "dark"),
        dark_presets=DARK,
        formats=tuple(dict.fromkeys(("png", "svg", *request.formats))),
        folder=None,
    )


def publish(run: Run, request: Request, folder: Path | None = None) -> Published:
    """Bring the static site up to date for some regions; all others stay as they are."""
    return publish_report(run, report(run, for_site(request)), request.languages, folder)


def publish_report(
    run: Run, regions: Sequence[RegionReport], languages: tuple[str, ...], folder: Path | None = None
) -> Published:
    """Publish a report that was made for a site; a region that is told by month alone has no page."""
    regions = [one for one in regions if one.studies]
    if run.simulated or not regions:
        raise PublishError("publish.no_data")
    config = run.config
    root, settings = folder or site_folder(config), config.publish
    _refuse_data_folder(root, config.home)
    years = [tuple(asset for study in one.studies for asset in year_tables(study)) for one in regions]
    closing = _checked(run, regions, years)
    pages = [
        RegionPage(
            config.region(one.pairing.region),
            _day(one),
            max(study.series.source.retrieved for study in one.studies),
            tuple(
                replace(chart, closing={code: (*chart.closing[code], *closing.get(code, ())) for code in chart.closing})
                for chart in one.charts
            ),
            one.notices,
            _pictures(one),
            (*(asset for asset in one.assets if asset.path.endswith((".csv", "facts.json", DESCRIPTION))), *tables),
            tuple(asset for study in one.studies for asset in shared(study)),
        )
        for one, tables in zip(regions, years, strict=True)
    ]
    site = Site(settings.public_url, settings.title, languages)
    published = Folder(root).publish(
        builder(pages, site), now=run.now, max_bytes=settings.max_megabytes * 1_000_000, prune=settings.prune,
        redraw=lambda lost: redrawn(run, [one.pairing.region for one in regions], lost),
    )  # fmt: skip
    run.say(*published.notices)
    return published


def redrawn(run: Run, regions: Sequence[str], lost: Mapping[str, str]) -> list[Asset]:
    """Dated pictures drawn again from what was known when they were published, of those that come out as they were."""
    found = []
    for moment in sorted(set(lost.values())):
        parts = [path.split(".") for path, when in lost.items() if when == moment]
        names = [name for *stem, _, suffix in parts if (name := PictureName.parse(".".join((*stem, suffix))))]
        then = Run(run.config, run.now, offline=True, sample=False, known_on=dt.datetime.fromisoformat(moment))
        with suppress(ClimtrackError):  # what cannot be had is told of as damaged
            request = Request(
                regions=tuple(regions),
                variables=VARIABLES,
                languages=run.config.report.languages,
                charts=charts_of(dict.fromkeys(name.chart for name in names)),
                presets=tuple(dict.fromkeys(name.preset for name in names)),
                themes=("light",),
                formats=tuple(dict.fromkeys(name.suffix for name in names)),
                baseline=run.config.report.years,
            )
            drawn = [(dated(asset, _day(one)), asset) for one in report(then, request) for asset in _pictures(one)]
            found += [replace(asset, path=path) for path, asset in drawn if path in lost]
    return found


def shared(study: Study) -> tuple[Asset, ...]:
    """A series computed here as other installations take it: as the site writes its own, its hash, where it is from."""
    series = study.series
    if "weights" not in series.source.details:
        return ()
    name, body = f"{series.key}.json", payload(series)
    sha256 = hashlib.sha256(body).hexdigest()
    origin = {
        "schema": "climtrack.series/1",
        "key": str(series.key),
        "sha256": sha256,
        "first_date": series.start.isoformat(),
        "last_date": series.end.isoformat(),
        "attribution": " ".join(attribution(series, Language("en"))),
        "source": json.loads(source_to_json(series.source)),
    }
    return (
        Asset(name, "application/json", body),
        Asset(f"{name}.sha256", "text/plain; charset=utf-8", f"{sha256}  {name}\n".encode()),
        Asset(f"{series.key}.provenance.json", "application/json", json.dumps(origin, indent=1).encode()),
    )


def _checked(
    run: Run, regions: Sequence[RegionReport], years: Sequence[Sequence[Asset]]
) -> Mapping[str, tuple[str, ...]]:
    """How many numbers were computed twice, by language; where two computations differ, nothing is published."""
    result = check_assets([(*one.assets, *tables) for one, tables in zip(regions, years, strict=True)])
    if result.differing:
        first = result.differing[0]
        raise PublishError(
            "publish.differs", wrong=len(result.differing), n=result.checked, where=first.where,
            printed=first.printed, recounted=first.recounted,
        )  # fmt: skip
    languages = map(Language, regions[0].notices)
    day = run.now.date()
    return {one.code: (one.text("page.checked", result.checked, date=one.date_long(day)),) for one in languages}


def _refuse_data_folder(root: Path, home: Path) -> None:
    """Readers are never given the data folder: a web server before the site would show all of it."""
    site, store = root.resolve(), home.resolve()
    if store.is_relative_to(site) or any(site.is_relative_to(store / name) for name in PARTS):
        raise PublishError("publish.data_folder", folder=shortened(root))

"""A ready section for a newsletter: answers, pictures, what changed since the last issue, source and method."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType

import numpy as np

from climtrack.errors import ConfigError, PublishError
from climtrack.publish import templates
from climtrack.publish.text import Texts, clean, clean_words, markdown, source_lines, texts
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.findings import Rank, Run, Streaks, Study
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Series, Status

# Snippets: what each platform takes, with the alt text that belongs to the picture.
#
# Platforms differ in what they keep (``CHARTS.md`` §3): mail takes one hosted PNG, Substack an upload and no
# markup, WordPress takes its own block comments, Ghost shows HTML cards on the web and pictures in mail.


#: Gmail clips messages near 102 KB of HTML; a snippet is a small part of one.
MAIL_CAPTION = 400
GHOST_ALT = 191


@dataclass(frozen=True, slots=True)
class Picture:
    """A published picture."""

    url: str  # Full address, or relative within the site
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Subject:
    """One chart in one language with everything a snippet may need."""

    # By preset: ``wide``, ``post``, ``email``, ``phone``, ``card`` and those of single charts
    pictures: Mapping[str, Picture]
    words: Words  # Caption and alt texts
    language: str
    page: str  # Address of the interactive page; empty where the site has no public address
    frame: str  # Address of the page for an iframe; empty likewise

    @property
    def ui(self) -> Texts:
        """Words of its language."""
        return texts(self.language)

    def picture(self, *presets: str) -> Picture:
        """The first of these presets that there is."""
        for preset in presets:
            if preset in self.pictures:
                return self.pictures[preset]
        raise PublishError(
            f"no picture in preset {' or '.join(presets)} is published", f"Draw it: --preset {presets[0]}"
        )


#: Compositions that a page or post shows at full width, best first: those of charts with their own format come last.
WIDE = ("wide", "post", "panel", "strip", "grid", "email")
POST = ("post", "wide", "panel", "strip", "grid", "email")
MAIL = ("email", "post", "wide", "panel", "strip", "grid")


def figure(subject: Subject, *, lazy: bool = True) -> str:
    """``<figure>`` for a web page: the phone's own composition on phones, two sizes of the wide one elsewhere."""
    words = clean_words(subject.words)
    main = subject.picture(*POST)
    phone = subject.pictures.get("phone")
    both = [subject.pictures[name] for name in ("post", "wide") if name in subject.pictures]
    sizes = (
        f' srcset="{", ".join(f"{escape(p.url)} {p.width}w" for p in both)}" sizes="(min-width: 760px) 728px, 96vw"'
        if len(both) == 2
        else ""
    )
    narrow = 'media="(max-width: 480px)"'
    source = (
        f'<source {narrow} srcset="{escape(phone.url)}" width="{phone.width}" height="{phone.height}">' if phone else ""
    )
    loading = ' loading="lazy"' if lazy else ""
    return (
        f'<figure><picture>{source}<img src="{escape(main.url)}"{sizes} width="{main.width}" height="{main.height}"'
        f'{loading} decoding="async" alt="{escape(words.alt)}"></picture>'
        f"<figcaption>{escape(words.caption)}{_link(subject)}</figcaption></figure>\n"
    )


def _link(subject: Subject) -> str:
    """The way to the interactive page, where there is one."""
    return f' <a href="{escape(subject.page)}">{escape(subject.ui["data_and_chart"])}</a>' if subject.page else ""


def _email(subject: Subject) -> str:
    """One hosted picture that any mail program shows, and a caption that reads well as a bare paragraph."""
    words, picture = clean_words(subject.words), subject.picture(*MAIL)
    caption = words.caption if len(words.caption) <= MAIL_CAPTION else words.caption[: MAIL_CAPTION - 1] + "…"
    return (
        f'<a href="{escape(subject.page)}"><img src="{escape(picture.url)}" width="600" alt="{escape(words.alt)}" '
        'style="width:100%;max-width:600px;height:auto;border:0"></a>\n'
        f'<p style="font-size:14px;line-height:1.4">{escape(caption)}{_link(subject)}</p>\n'
    )


def iframe(subject: Subject) -> str:
    """``<iframe>`` with the interactive chart."""
    title = escape(clean_words(subject.words).alt_short)
    return (
        f'<iframe src="{escape(subject.frame)}?lang={escape(subject.language)}" title="{title}" loading="lazy" '
        'style="width:100%;aspect-ratio:16/10;min-height:420px;border:0"></iframe>\n'
    )


def _markdown(subject: Subject) -> str:
    """Picture with a link, caption in italics."""
    words, picture = clean_words(subject.words), subject.picture(*POST)
    image = f"![{markdown(words.alt)}](<{_angle(picture.url)}>)"
    linked = f"[{image}](<{_angle(subject.page)}>)" if subject.page else image
    return f"{linked}\n\n" + (f"*{markdown(words.caption)}*\n" if words.caption else "")


def _quarto(subject: Subject) -> str:
    """Figure with its own alternative text."""
    words, picture = clean_words(subject.words), subject.picture(*WIDE)
    return f'![{markdown(words.caption)}](<{_angle(picture.url)}>){{fig-alt="{_quoted(words.alt)}"}}\n'


def _hugo(subject: Subject) -> str:
    """Hugo's own figure shortcode; the caption is rendered as Markdown there."""
    words, picture = clean_words(subject.words), subject.picture(*WIDE)
    values = {
        "src": picture.url,
        "link": subject.page,
        "alt": words.alt,
        "caption": markdown(words.caption),
        "loading": "lazy",
        "width": str(picture.width),
        "height": str(picture.height),
    }
    inside = " ".join(f'{name}="{_quoted(_no_shortcode(value))}"' for name, value in values.items() if value)
    return f"{{{{< figure {inside} >}}}}\n"


def _wordpress(subject: Subject) -> str:
    """An image block, as the block editor writes it; an upload of the same file works as well."""
    words, picture = clean_words(subject.words), subject.picture(*WIDE)
    return (
        '<!-- wp:image {"sizeSlug":"full","linkDestination":"custom"} -->\n'
        f'<figure class="wp-block-image size-full"><a href="{escape(subject.page)}">'
        f'<img src="{escape(picture.url)}" alt="{escape(words.alt)}"/></a>'
        f'<figcaption class="wp-element-caption">{escape(words.caption)}</figcaption></figure>\n'
        "<!-- /wp:image -->\n"
    )


def _ghost(subject: Subject) -> str:
    """Two HTML cards: the chart for the web, the picture for mail (each card has a switch for where it shows)."""
    words, picture = clean_words(subject.words), subject.picture(*MAIL)
    alt = words.alt if len(words.alt) <= GHOST_ALT else words.alt_short
    return (
        f"<!--kg-card-begin: html-->\n{iframe(subject)}<!--kg-card-end: html-->\n"
        f'<figure class="kg-card kg-image-card kg-card-hascaption"><a href="{escape(subject.page)}">'
        f'<img src="{escape(picture.url)}" class="kg-image" alt="{escape(alt)}" loading="lazy" '
        f'width="{picture.width}" height="{picture.height}"></a>'
        f"<figcaption>{escape(words.caption)}</figcaption></figure>\n"
    )


def _substack(subject: Subject) -> str:
    """Substack takes no markup: the picture is uploaded, alt text and caption are pasted into their fields."""
    words, picture = clean_words(subject.words), subject.picture(*POST)
    fields = (
        (subject.ui["substack_picture" if subject.page else "substack_file"], picture.url),
        (subject.ui["substack_alt"], words.alt),
        (subject.ui["substack_caption"], words.caption),
        (subject.ui["substack_link"], subject.page),
    )
    return "".join(f"{name}\n{value}\n\n" for name, value in fields if value)


def _angle(url: str) -> str:
    """Address inside the angle brackets of a Markdown link."""
    return url.replace("<", "%3C").replace(">", "%3E").replace("\n", "").replace(" ", "%20")


def _quoted(text: str) -> str:
    """Text inside double quotes with backslash escapes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _no_shortcode(text: str) -> str:
    """Text in which Hugo finds no shortcode of its own."""
    return text.replace("{{", "{ {").replace("}}", "} }").replace(">}", "> }")


Snippet = Callable[[Subject], str]

PLATFORMS: Mapping[str, Snippet] = MappingProxyType(
    {
        "substack": _substack,
        "ghost": _ghost,
        "wordpress": _wordpress,
        "email": _email,
        "markdown": _markdown,
        "html": figure,
        "iframe": iframe,
        "quarto": _quarto,
        "hugo": _hugo,
    }
)


#: Presets that a platform's snippet shows; none for an iframe, but its words come with a picture, so the smallest.
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "substack": ("post",),
        "ghost": ("email",),
        "wordpress": ("wide",),
        "email": ("email",),
        "markdown": ("post",),
        "html": ("post", "wide", "phone"),
        "iframe": ("card",),
        "quarto": ("wide",),
        "hugo": ("wide",),
    }
)

#: Platforms that take the picture as a file, by upload or beside the text; the others show it from its address.
UPLOADED = frozenset({"substack", "markdown", "html", "quarto", "hugo"})


def snippet(platform: str, subject: Subject) -> str:
    """What to paste."""
    if platform not in PLATFORMS:
        raise ConfigError(f"no snippet for {platform[:30]!r}", f"Use one of {', '.join(PLATFORMS)}")
    return PLATFORMS[platform](subject)


# What changed between two issues of a newsletter: new days, revised days, moves in rank, streaks begun and ended.


#: Streaks that are told of, by name in `Streaks`.
TOLD = ("record_days", "below_last_year", "above_last_year", "above_average")


@dataclass(frozen=True, slots=True)
class StreakMove:
    """A streak that goes on, began or ended; `run` is as it is now, or as it was when it last was told of."""

    name: str
    move: str
    run: Run


@dataclass(frozen=True, slots=True)
class Changes:
    """One series, between two days."""

    since: dt.date  # Last day of the data that are compared with
    new: Run | None  # Days that came since; `days` counts those with a value
    finalised: int  # Days that were preliminary then and are final now
    revised: int  # Days known then whose value is another now
    largest: float  # Largest of these revisions, degC, without its sign
    # Place of the year so far, then and now; None where either is not known or the year is another
    rank: tuple[Rank, Rank] | None
    streaks: tuple[StreakMove, ...]
    watched: bool = True  # Whether revisions would have been seen: False where nothing was stored at the last issue
    issue: dt.date | None = None  # Day of the last issue; None where it is not known what was stored then


def changes(before: Study, now: Study, *, watched: bool = True, issue: dt.date | None = None) -> Changes:
    """Compare what is known with what was known."""
    old, new = before.series, now.series
    revised, largest, finalised = _revisions(old, new)
    places = (before.findings.ranks.year_to_date, now.findings.ranks.year_to_date)
    then, today = places
    same_year = isinstance(then, Rank) and isinstance(today, Rank) and then.last.year == today.last.year
    return Changes(
        old.end,
        _new_days(old.end, new),
        finalised,
        revised,
        largest,
        (then, today) if same_year and isinstance(then, Rank) and isinstance(today, Rank) else None,
        _streaks(before.findings.streaks, now.findings.streaks),
        watched,
        issue,
    )


def _new_days(end: dt.date, series: Series) -> Run | None:
    """Days with a value behind the last one known then."""
    if series.end <= end:
        return None
    first = series.index(end + dt.timedelta(days=1)) or 0
    known = int(np.count_nonzero(~np.isnan(series.values[first:])))
    return Run(end + dt.timedelta(days=1), series.end, known)


def _revisions(old: Series, new: Series) -> tuple[int, float, int]:
    """Days whose value moved, by how much at most, and days that became final."""
    first = max(old.start, new.start)
    days = (min(old.end, new.end) - first).days + 1
    if days <= 0:
        return 0, 0.0, 0
    there, here = (first - old.start).days, (first - new.start).days
    then, now = old.values[there : there + days], new.values[here : here + days]
    moved = np.abs(now - then)
    # Half a thousandth: less is not a revision but the way a number was written.
    revised = np.nan_to_num(moved, nan=0.0) > 0.0005
    settled = (old.status[there : there + days] == Status.PRELIMINARY) & (
        new.status[here : here + days] == Status.FINAL
    )
    return int(revised.sum()), float(moved[revised].max(initial=0.0)), int(settled.sum())


def _streaks(before: Streaks, now: Streaks) -> tuple[StreakMove, ...]:
    """Each streak that was running then or is running now."""
    found = []
    for name in TOLD:
        then, today = getattr(before, name), getattr(now, name)
        if today is not None and then is not None and today.first == then.first:
            found.append(StreakMove(name, "goes_on", today))
            continue
        if then is not None:
            found.append(StreakMove(name, "ended", then))
        if today is not None:
            found.append(StreakMove(name, "began", today))
    return tuple(found)


def heading(found: Changes, ui: Texts) -> str:
    """What the changes are counted from: the last issue and the data it had, or these data alone."""
    if found.issue is None:
        return ui["changes"].format(date=ui.day(found.since))
    return ui["changes_issue"].format(issue=ui.day(found.issue), date=ui.day(found.since))


def sentences(found: Changes, ui: Texts) -> tuple[str, ...]:
    """The changes in words."""
    said = []
    if found.new is None:
        said.append(ui["changes_no_new_days"])
    elif found.new.first == found.new.last:
        said.append(ui["changes_new_day"].format(first=ui.day(found.new.first)))
    else:
        said.append(
            ui["changes_new_days"].format(n=found.new.days, first=ui.day(found.new.first), last=ui.day(found.new.last))
        )
    if found.revised:
        key = "changes_revised_one" if found.revised == 1 else "changes_revised"
        said.append(ui[key].format(n=found.revised, most=ui.degrees(found.largest)))
    else:
        said.append(ui["changes_not_revised" if found.watched else "changes_unwatched"])
    if found.finalised:
        key = "changes_final_one" if found.finalised == 1 else "changes_final"
        said.append(ui[key].format(n=found.finalised))
    if found.rank:
        then, today = found.rank
        key = "changes_rank_same" if then.rank == today.rank else "changes_rank"
        said.append(ui[key].format(rank=today.rank, of=today.of, before=then.rank, date=ui.day(then.last)))
    for streak in found.streaks:
        run, name = streak.run, ui[f"streak_{streak.name}"]
        one = "_one" if run.days == 1 else ""
        said.append(
            ui[f"streak_{streak.move}{one}"].format(
                name=name, days=run.days, first=ui.day(run.first), last=ui.day(run.last)
            )
        )
    return tuple(said)


@dataclass(frozen=True, slots=True)
class PostPicture:
    asset: Asset
    src: str  # Address, or file name beside the post


@dataclass(frozen=True, slots=True, eq=False)
class PostPart:
    """One series of a post, in the language of the post."""

    study: Study
    title: str
    answers: tuple[str, ...]
    pictures: tuple[PostPicture, ...]
    changes: Changes | None = None  # Since the last issue; None for a first issue
    sources: tuple[str, ...] = ()  # Words that must stand beside the data; our own plain ones where empty


def post(
    parts: Sequence[PostPart], language: str, *, page: str = "", overrides: Path | None = None
) -> tuple[Asset, Asset]:
    """The section as Markdown and as HTML."""
    if not parts:
        raise ValueError("a post needs a series")
    ui = texts(language)
    values = {
        "language": language,
        "ui": ui,
        "title": clean(parts[0].title),
        "page": page,
        "parts": [_shown(part, ui, language) for part in parts],
        "sources": [*dict.fromkeys(line for part in parts for line in _sources(part, ui)), ui["made"]],
    }
    return (
        Asset(
            f"post.{language}.md",
            "text/markdown; charset=utf-8",
            templates.fill("post.md", overrides, **values).encode(),
            language,
        ),
        Asset(
            f"post.{language}.html",
            "text/html; charset=utf-8",
            templates.fill("post.html", overrides, **values).encode(),
            language,
        ),
    )


def _shown(part: PostPart, ui: Texts, language: str) -> dict[str, object]:
    """What the templates say of one series."""
    option = VARIABLES[part.study.series.key.variable].option
    region = part.study.region
    bare = re.sub(r"^(?:el|la|los|las) ", "", region.title_es)  # a heading has no article
    place = region.title if language == "en" else bare[:1].upper() + bare[1:]
    return {
        "name": clean(f"{place}: {ui[option]}"),
        "answers": [clean(answer) for answer in part.answers],
        "changes": sentences(part.changes, ui) if part.changes else (),
        "changes_title": heading(part.changes, ui) if part.changes else "",
        "pictures": [
            {
                "src": picture.src,
                "width": picture.asset.width,
                "height": picture.asset.height,
                "alt": clean(picture.asset.words.alt) if picture.asset.words else "",
                "caption": clean(picture.asset.words.caption) if picture.asset.words else "",
            }
            for picture in part.pictures
        ],
    }


def _sources(part: PostPart, ui: Texts) -> tuple[str, ...]:
    """Words that must stand beside the data of one series."""
    return tuple(map(clean, part.sources)) or tuple(source_lines([part.study], ui))

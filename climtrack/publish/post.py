"""What an author pastes: snippets for each platform, and a ready section for a newsletter."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

import numpy as np

from climtrack.errors import PublishError
from climtrack.publish import templates
from climtrack.publish.page import HTML, clean_words
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.findings import Rank, Run, Streaks, Study
from climtrack.vocabulary.notice import clean, markdown
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Series, Status
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

# Snippets: what each platform takes, with the alt text that belongs to the picture.
#
# Platforms differ in what they keep: mail takes one hosted PNG, Substack an upload and no markup, WordPress takes its
# own block comments, Ghost shows HTML cards on the web and pictures in mail.


#: Gmail clips messages near 102 KB of HTML; a snippet is a small part of one.
MAIL_CAPTION = 400
GHOST_ALT = 191
#: Presets that a page or post shows at full width, best first: those of charts with their own format come last.
WIDE = ("wide", "post", "panel", "strip", "grid", "email")
POST = ("post", "wide", "panel", "strip", "grid", "email")
MAIL = ("email", "post", "wide", "panel", "strip", "grid")


@dataclass(frozen=True, slots=True)
class Picture:
    """A published picture."""

    path: str  # In the site, relative to a page, or the full address
    width: int
    height: int
    size: int = 0  # Bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart in one language with everything a snippet may need."""

    pictures: Mapping[str, Picture]  # By preset: ``wide``, ``post``, ``email``, ``phone``, ``card``, those of charts
    words: Words  # Caption and alt texts
    language: str
    page: str  # Address of the interactive page; empty where the site has no public address
    frame: str  # Address of the page for an iframe; empty likewise

    def picture(self, presets: Sequence[str]) -> Picture:
        """The first of these presets that there is."""
        for preset in presets:
            if preset in self.pictures:
                return self.pictures[preset]
        raise PublishError("publish.picture", preset=presets[0])

    def text(self, message: str) -> str:
        return Language(self.language).text(message)


def figure_html(figure: Figure) -> str:
    """``<figure>`` for a web page: the phone's own composition on phones, two sizes of the wide one elsewhere."""
    words, main, phone = clean_words(figure.words), figure.picture(POST), figure.pictures.get("phone")
    both = [figure.pictures[name] for name in ("post", "wide") if name in figure.pictures]
    sizes = (
        f' srcset="{", ".join(f"{escape(p.path)} {p.width}w" for p in both)}" sizes="(min-width: 760px) 728px, 96vw"'
        if len(both) == 2
        else ""
    )
    narrow = 'media="(max-width: 480px)"'
    source = (
        f'<source {narrow} srcset="{escape(phone.path)}" width="{phone.width}" height="{phone.height}">'
        if phone
        else ""
    )
    return (
        f'<figure><picture>{source}<img src="{escape(main.path)}"{sizes} width="{main.width}" height="{main.height}"'
        f' loading="lazy" decoding="async" alt="{escape(words.alt)}"></picture>'
        f"<figcaption>{escape(words.caption)}{_link(figure)}</figcaption></figure>\n"
    )


def _link(figure: Figure) -> str:
    """The way to the interactive page, where there is one."""
    return f' <a href="{escape(figure.page)}">{escape(figure.text("page.data_and_chart"))}</a>' if figure.page else ""


def _email(figure: Figure) -> str:
    """One hosted picture that any mail program shows, and a caption that reads well as a bare paragraph."""
    words, picture = clean_words(figure.words), figure.picture(MAIL)
    caption = words.caption if len(words.caption) <= MAIL_CAPTION else words.caption[: MAIL_CAPTION - 1] + "…"
    return (
        f'<a href="{escape(figure.page)}"><img src="{escape(picture.path)}" width="600" alt="{escape(words.alt)}" '
        'style="width:100%;max-width:600px;height:auto;border:0"></a>\n'
        f'<p style="font-size:14px;line-height:1.4">{escape(caption)}{_link(figure)}</p>\n'
    )


def iframe(figure: Figure) -> str:
    """``<iframe>`` with the interactive chart."""
    title = escape(clean_words(figure.words).alt_short)
    return (
        f'<iframe src="{escape(figure.frame)}?lang={escape(figure.language)}" title="{title}" loading="lazy" '
        'style="width:100%;aspect-ratio:16/10;min-height:420px;border:0"></iframe>\n'
    )


def _markdown(figure: Figure) -> str:
    """Picture with a link, caption in italics."""
    words = clean_words(figure.words)
    image = f"![{markdown(words.alt)}](<{_angle(figure.picture(POST).path)}>)"
    linked = f"[{image}](<{_angle(figure.page)}>)" if figure.page else image
    return f"{linked}\n\n" + (f"*{markdown(words.caption)}*\n" if words.caption else "")


def _quarto(figure: Figure) -> str:
    """Figure with its own alternative text."""
    words, path = clean_words(figure.words), figure.picture(WIDE).path
    return f'![{markdown(words.caption)}](<{_angle(path)}>){{fig-alt="{_quoted(words.alt)}"}}\n'


def _hugo(figure: Figure) -> str:
    """Hugo's own figure shortcode; the caption is rendered as Markdown there."""
    words, picture = clean_words(figure.words), figure.picture(WIDE)
    values = {
        "src": picture.path,
        "link": figure.page,
        "alt": words.alt,
        "caption": markdown(words.caption),
        "loading": "lazy",
        "width": str(picture.width),
        "height": str(picture.height),
    }
    inside = " ".join(f'{name}="{_quoted(_no_shortcode(value))}"' for name, value in values.items() if value)
    return f"{{{{< figure {inside} >}}}}\n"


def _wordpress(figure: Figure) -> str:
    """An image block, as the block editor writes it; an upload of the same file works as well."""
    words, picture = clean_words(figure.words), figure.picture(WIDE)
    return (
        '<!-- wp:image {"sizeSlug":"full","linkDestination":"custom"} -->\n'
        f'<figure class="wp-block-image size-full"><a href="{escape(figure.page)}">'
        f'<img src="{escape(picture.path)}" alt="{escape(words.alt)}"/></a>'
        f'<figcaption class="wp-element-caption">{escape(words.caption)}</figcaption></figure>\n'
        "<!-- /wp:image -->\n"
    )


def _ghost(figure: Figure) -> str:
    """Two HTML cards: the chart for the web, the picture for mail (each card has a switch for where it shows)."""
    words, picture = clean_words(figure.words), figure.picture(MAIL)
    alt = words.alt if len(words.alt) <= GHOST_ALT else words.alt_short
    return (
        f"<!--kg-card-begin: html-->\n{iframe(figure)}<!--kg-card-end: html-->\n"
        f'<figure class="kg-card kg-image-card kg-card-hascaption"><a href="{escape(figure.page)}">'
        f'<img src="{escape(picture.path)}" class="kg-image" alt="{escape(alt)}" loading="lazy" '
        f'width="{picture.width}" height="{picture.height}"></a>'
        f"<figcaption>{escape(words.caption)}</figcaption></figure>\n"
    )


def _substack(figure: Figure) -> str:
    """Substack takes no markup: the picture is uploaded, alt text and caption are pasted into their fields."""
    words = clean_words(figure.words)
    rows = (
        ("picture" if figure.page else "file", figure.picture(POST).path),
        ("alt", words.alt),
        ("caption", words.caption),
        ("link", figure.page),
    )
    return "".join(f"{figure.text(f'embed.substack.{name}')}\n{value}\n\n" for name, value in rows if value)


def _angle(url: str) -> str:
    """Address inside the angle brackets of a Markdown link."""
    return url.replace("<", "%3C").replace(">", "%3E").replace("\n", "").replace(" ", "%20")


def _quoted(text: str) -> str:
    """Text inside double quotes with backslash escapes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _no_shortcode(text: str) -> str:
    """Text in which Hugo finds no shortcode of its own."""
    return text.replace("{{", "{ {").replace("}}", "} }").replace(">}", "> }")


PLATFORMS: Mapping[str, Callable[[Figure], str]] = MappingProxyType(
    {
        "substack": _substack,
        "ghost": _ghost,
        "wordpress": _wordpress,
        "email": _email,
        "markdown": _markdown,
        "html": figure_html,
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


# What changed between two issues of a newsletter: new days, revised days, moves in rank, streaks.


#: Streaks that an issue speaks of, by name in `Streaks`.
STREAKS = ("record_days", "below_last_year", "above_last_year", "above_average")


@dataclass(frozen=True, slots=True)
class StreakMove:
    """A streak that goes on, began or ended; `run` is as it is now, or as it was at the last issue."""

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
    then, today = before.findings.ranks.year_to_date, now.findings.ranks.year_to_date
    known = isinstance(then, Rank) and isinstance(today, Rank) and then.last.year == today.last.year
    return Changes(
        old.end,
        _new_days(old.end, new),
        finalised,
        revised,
        largest,
        (then, today) if known and isinstance(then, Rank) and isinstance(today, Rank) else None,
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
    moved = np.abs(new.values[here : here + days] - old.values[there : there + days])
    # Half a thousandth: less is not a revision but the way a number was written.
    revised = np.nan_to_num(moved, nan=0.0) > 0.0005
    settled = (old.status[there : there + days] == Status.PRELIMINARY) & (
        new.status[here : here + days] == Status.FINAL
    )
    return int(revised.sum()), float(moved[revised].max(initial=0.0)), int(settled.sum())


def _streaks(before: Streaks, now: Streaks) -> tuple[StreakMove, ...]:
    """Each streak that was running then or is running now."""
    found = []
    for name in STREAKS:
        then, today = getattr(before, name), getattr(now, name)
        if today is not None and then is not None and today.first == then.first:
            found.append(StreakMove(name, "goes_on", today))
            continue
        if then is not None:
            found.append(StreakMove(name, "ended", then))
        if today is not None:
            found.append(StreakMove(name, "began", today))
    return tuple(found)


def heading(found: Changes, language: Language) -> str:
    """What the changes are counted from: the last issue and the data it had, or these data alone."""
    date = language.date_long(found.since)
    if found.issue is None:
        return language.text("post.changes", date=date)
    return language.text("post.changes.issue", issue=language.date_long(found.issue), date=date)


def sentences(found: Changes, language: Language) -> tuple[str, ...]:
    """The changes in words."""
    text, day = language.text, language.date_long
    if found.new is None:
        lines = [text("post.new.none")]
    elif found.new.first == found.new.last:
        lines = [text("post.new.day", first=day(found.new.first))]
    else:
        lines = [
            text("post.new.days", n=found.new.days, first=day(found.new.first), last=day(found.new.last)),
        ]
    if found.revised:
        lines.append(text("post.revised", found.revised, most=language.temperature(found.largest, 2)))
    else:
        lines.append(text("post.revised.none" if found.watched else "post.revised.unknown"))
    if found.finalised:
        lines.append(text("post.final", found.finalised))
    if found.rank:
        then, today = found.rank
        message = "post.rank.same" if then.rank == today.rank else "post.rank"
        lines.append(text(message, rank=today.rank, of=today.of, before=then.rank, date=day(then.last)))
    for streak in found.streaks:
        run, name = streak.run, text(f"post.streak.{streak.name}")
        lines.append(text(f"post.streak.{streak.move}", run.days, name=name, first=day(run.first), last=day(run.last)))
    return tuple(lines)


@dataclass(frozen=True, slots=True, eq=False)
class PostPart:
    """One series of a post, in the language of the post."""

    study: Study
    title: str
    answers: tuple[str, ...]
    pictures: Mapping[str, Asset]  # By address, or file name beside the post
    changes: Changes | None = None  # Since the last issue; None for a first issue


def post(parts: Sequence[PostPart], code: str, *, page: str = "") -> tuple[Asset, Asset]:
    """The section as Markdown and as HTML."""
    if not parts:
        raise ValueError("a post needs a series")
    language = Language(code)
    sources = dict.fromkeys(line for part in parts for line in attribution(part.study.series, language))
    values = {
        "language": code,
        "text": language.text,
        "title": clean(parts[0].title),
        "page": page,
        "parts": [_shown(part, language) for part in parts],
        "sources": [*sources, language.text("page.made")],
    }
    return (
        Asset(f"post.{code}.md", "text/markdown; charset=utf-8", templates.fill("post.md", **values).encode(), code),
        Asset(f"post.{code}.html", HTML, templates.fill("post.html", **values).encode(), code),
    )


def _shown(part: PostPart, language: Language) -> dict[str, object]:
    """What the templates say of one series."""
    region = part.study.region
    bare = re.sub(r"^(?:el|la|los|las) ", "", region.title_es)  # a heading has no article
    place = bare[:1].upper() + bare[1:] if language.spanish else region.title
    return {
        "name": clean(f"{place}: {language.text(f'page.{VARIABLES[part.study.series.key.variable].option}')}"),
        "answers": [clean(answer) for answer in part.answers],
        "changes": sentences(part.changes, language) if part.changes else (),
        "changes_title": heading(part.changes, language) if part.changes else "",
        "pictures": [
            {
                "src": address,
                "width": asset.width,
                "height": asset.height,
                "alt": clean(asset.words.alt) if asset.words else "",
                "caption": clean(asset.words.caption) if asset.words else "",
            }
            for address, asset in part.pictures.items()
        ],
    }

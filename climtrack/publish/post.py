"""What an author pastes: snippets for each platform, and a ready section for a newsletter."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

import numpy as np

from climtrack.errors import PublishError
from climtrack.publish.page import HTML, clean_words, fill
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.findings import Rank, Study
from climtrack.vocabulary.notice import markdown
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.vocabulary.series import Series, Status
from climtrack.words.attribution import attribution, copernicus, origin
from climtrack.words.language import Language
from climtrack.words.standing import begun, standing

# Snippets: what each platform takes, with the alt text that belongs to the picture.
#
# Platforms differ in what they keep: mail takes one hosted PNG, Substack an upload and no markup, WordPress takes its
# own block comments, Ghost shows HTML cards on the web and pictures in mail.


#: Gmail clips messages near 102 KB of HTML; a snippet is a small part of one.
MAIL_CAPTION = 400
GHOST_ALT = 191
#: Presets that a page or post shows at full width, best first: those of charts with their own format come last.
WIDE = ("wide", "post", "panel", "strip", "grid", "email")
POST = ("post", "wide", "panel", "strip", "grid", "email", "motion")
MAIL = ("email", "post", "wide", "panel", "strip", "grid", "motion")


@dataclass(frozen=True, slots=True)
class Picture:
    path: str  # In the site, relative to a page, or the full address
    width: int
    height: int
    size: int = 0  # Bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart in one language with everything a snippet may need."""

    # By preset: ``wide``, ``post``, ``email``, ``phone``, ``card``, those of charts; ``still`` is that of an animation
    pictures: Mapping[str, Picture]
    words: Words  # Caption and alt texts
    language: str
    page: str  # Address of the interactive page; empty where the site has no public address
    frame: str  # Address of the page for an iframe; empty likewise

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", clean_words(self.words))

    def picture(self, presets: Sequence[str]) -> Picture:
        """The first of these presets that there is."""
        for preset in presets:
            if preset in self.pictures:
                return self.pictures[preset]
        raise PublishError("publish.picture", preset=presets[0])

    def text(self, message: str) -> str:
        return Language(self.language).text(message)


def picture_html(figure: Figure, *, dark: bool = False) -> str:
    """``<picture>``: the phone's own composition on phones, two sizes of the wide one elsewhere; dark where asked."""
    words, main = figure.words, figure.picture(POST)
    both = [figure.pictures[name] for name in ("post", "wide") if name in figure.pictures]
    sizes = (
        f' srcset="{", ".join(f"{escape(p.path)} {p.width}w" for p in both)}" sizes="(min-width: 760px) 728px, 96vw"'
        if len(both) == 2
        else ""
    )
    narrow, night = "(max-width: 480px)", "(prefers-color-scheme: dark)"
    sources = (("(prefers-reduced-motion: reduce)", "still"),
               (f"{narrow} and {night}", "phone.dark"), (narrow, "phone"), (night, "post.dark"))  # fmt: skip
    return "".join((
        "<picture>",
        *(_source(media, figure.pictures[name]) for media, name in sources
          if name in figure.pictures and (dark or "dark" not in name)),
        f'<img src="{escape(main.path)}"{sizes} width="{main.width}" height="{main.height}"',
        f' loading="lazy" decoding="async" alt="{escape(words.alt)}"></picture>',
    ))  # fmt: skip


def _source(media: str, picture: Picture) -> str:
    mark = "data-dark " if "dark" in media else ""
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<source {mark}media="{media}" srcset="{escape(picture.path)}" {size}>'


def figure_html(figure: Figure, *, dark: bool = False) -> str:
    """``<figure>`` for a web page; `dark` where the page itself follows the reader's theme."""
    caption = f"{escape(figure.words.caption)}{_link(figure)}"
    return f"<figure>{picture_html(figure, dark=dark)}<figcaption>{caption}</figcaption></figure>\n"


def _link(figure: Figure) -> str:
    """The way to the interactive page, where there is one."""
    return f' <a href="{escape(figure.page)}">{escape(figure.text("page.data_and_chart"))}</a>' if figure.page else ""


def _email(figure: Figure) -> str:
    """One hosted picture that any mail program shows, and a caption that reads well as a bare paragraph."""
    words, picture = figure.words, figure.picture(MAIL)
    caption = words.caption if len(words.caption) <= MAIL_CAPTION else words.caption[: MAIL_CAPTION - 1] + "…"
    return (
        f'<a href="{escape(figure.page)}"><img src="{escape(picture.path)}" width="600" alt="{escape(words.alt)}" '
        'style="width:100%;max-width:600px;height:auto;border:0"></a>\n'
        f'<p style="font-size:14px;line-height:1.4">{escape(caption)}{_link(figure)}</p>\n'
    )


def iframe(figure: Figure) -> str:
    """``<iframe>`` with the interactive chart, high enough at any width."""
    title = escape(figure.words.alt_short)
    return (
        f'<iframe src="{escape(figure.frame)}?lang={escape(figure.language)}" title="{title}" loading="lazy" '
        'style="width:100%;height:500px;border:0"></iframe>\n'
    )


#: Gives a frame the height that it asks for; where a platform takes scripts out, its own height stays.
RESIZE = (
    '<script>addEventListener("message",function(e){try{var m=JSON.parse(e.data);if(m.context=="iframe.resize")'
    'document.querySelectorAll("iframe").forEach(function(f){if(f.contentWindow==e.source)'
    'f.style.height=m.height+"px"})}catch(x){}})</script>\n'
)


def _markdown(figure: Figure) -> str:
    """Picture with a link, caption in italics."""
    words = figure.words
    image = f"![{markdown(words.alt)}](<{_angle(figure.picture(POST).path)}>)"
    linked = f"[{image}](<{_angle(figure.page)}>)" if figure.page else image
    return f"{linked}\n\n" + (f"*{markdown(words.caption)}*\n" if words.caption else "")


def _quarto(figure: Figure) -> str:
    """Figure with its own alternative text."""
    words, path = figure.words, figure.picture(WIDE).path
    return f'![{markdown(words.caption)}](<{_angle(path)}>){{fig-alt="{_quoted(words.alt)}"}}\n'


def _hugo(figure: Figure) -> str:
    """Hugo's own figure shortcode; the caption is rendered as Markdown there."""
    words, picture = figure.words, figure.picture(WIDE)
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
    words, picture = figure.words, figure.picture(WIDE)
    return (
        '<!-- wp:image {"sizeSlug":"full","linkDestination":"custom"} -->\n'
        f'<figure class="wp-block-image size-full"><a href="{escape(figure.page)}">'
        f'<img src="{escape(picture.path)}" alt="{escape(words.alt)}"/></a>'
        f'<figcaption class="wp-element-caption">{escape(words.caption)}</figcaption></figure>\n'
        "<!-- /wp:image -->\n"
    )


def _ghost(figure: Figure) -> str:
    """Two HTML cards: the chart for the web, the picture for mail (each card has a switch for where it shows)."""
    words, picture = figure.words, figure.picture(MAIL)
    alt = words.alt if len(words.alt) <= GHOST_ALT else words.alt_short
    return (
        f"<!--kg-card-begin: html-->\n{iframe(figure)}{RESIZE}<!--kg-card-end: html-->\n"
        f'<figure class="kg-card kg-image-card kg-card-hascaption"><a href="{escape(figure.page)}">'
        f'<img src="{escape(picture.path)}" class="kg-image" alt="{escape(alt)}" loading="lazy" '
        f'width="{picture.width}" height="{picture.height}"></a>'
        f"<figcaption>{escape(words.caption)}</figcaption></figure>\n"
    )


def _substack(figure: Figure) -> str:
    """Substack takes no markup: the picture is uploaded, alt text and caption are pasted into their fields."""
    words = figure.words
    rows = (
        ("picture" if figure.page else "file", figure.picture(MAIL).path),
        ("wide", figure.pictures["post"].path if "post" in figure.pictures else ""),
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


@dataclass(frozen=True, slots=True)
class Platform:
    """Where an author pastes."""

    snippet: Callable[[Figure], str]
    presets: tuple[str, ...]  # Pictures that its snippet shows
    upload: bool = False  # Whether it takes the picture as a file; the others show it from its address


PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {
        "substack": Platform(_substack, ("email", "post"), upload=True),
        "ghost": Platform(_ghost, ("email",)),
        "wordpress": Platform(_wordpress, ("wide",)),
        "email": Platform(_email, ("email",)),
        "markdown": Platform(_markdown, ("post",), upload=True),
        "html": Platform(figure_html, ("post", "wide", "phone"), upload=True),
        "iframe": Platform(
            lambda figure: iframe(figure) + RESIZE, ("card",)
        ),  # It shows none, but its words come with a picture: the smallest
        "quarto": Platform(_quarto, ("wide",), upload=True),
        "hugo": Platform(_hugo, ("wide",), upload=True),
    }
)


#: Streaks that an issue speaks of, by name in `Streaks`.
STREAKS = ("record_days", "below_last_year", "above_last_year", "above_average")


def changes_heading(before: Study, issue: dt.date | None, language: Language) -> str:
    """What the changes are counted from: the last issue and the data it had, or these data alone."""
    date = language.date_long(before.series.end)
    if issue is None:
        return language.text("post.changes", date=date)
    return language.text("post.changes.issue", issue=language.date_long(issue), date=date)


def changes(before: Study, now: Study, issue: dt.date | None, language: Language) -> tuple[str, ...]:
    """What changed since what was known, a sentence each; revisions are not claimed where nothing was kept then."""
    text, day = language.text, language.date_long
    lines = [_new_days(before.series.end, now.series, language)]
    revised, largest, settled = _revisions(before.series, now.series)
    if revised:
        lines.append(text("post.revised", revised, most=language.temperature(largest, 2)))
    else:
        lines.append(text("post.revised.none" if issue else "post.revised.unknown"))
    if settled:
        lines.append(text("post.final", settled))
    then, today = before.findings.ranks.year_to_date, now.findings.ranks.year_to_date
    if isinstance(then, Rank) and isinstance(today, Rank) and then.last.year == today.last.year:
        place = standing("post.rank", today, language, year=today.last.year)
        moved = then.rank != today.rank
        lines.append(place + (" " + text("post.was", before=then.rank, date=day(then.last))) * moved)
    for name in STREAKS:
        old, new = getattr(before.findings.streaks, name), getattr(now.findings.streaks, name)
        moves = [("ended", old), ("began", new)]
        if old and new and old.first == new.first:
            moves = [("goes_on", new)]
        average = {} if now.baseline is None else {"baseline": now.baseline.label}
        streak = text(f"post.streak.{name}", **average)
        for move, run in moves:
            if run:  # as it is now, or as it was when it was last told of
                days = {"first": begun(run, now, language), "last": day(run.last), **average}
                if move == "began" and run.days == 1:
                    lines.append(text(f"post.streak.{name}.first", **days))
                    continue
                lines.append(text(f"post.streak.{move}", run.days, name=streak, **days))
    return tuple(lines)


def _new_days(end: dt.date, series: Series, language: Language) -> str:
    """How many days with a value came after the last one known then."""
    first = end + dt.timedelta(days=1)
    if series.end < first:
        return language.text("post.new.none")
    if series.end == first:
        return language.text("post.new.day", first=language.date_long(first))
    known = np.count_nonzero(~np.isnan(series.values[series.index(first) or 0 :]))
    days = {"first": language.date_long(first), "last": language.date_long(series.end)}
    return language.text("post.new.days", n=int(known), **days)


def _revisions(old: Series, new: Series) -> tuple[int, float, int]:
    """Days whose value moved, by how much at most, and days that became final."""
    first = max(old.start, new.start)
    days = max((min(old.end, new.end) - first).days + 1, 0)
    then = slice((first - old.start).days, (first - old.start).days + days)
    now = slice((first - new.start).days, (first - new.start).days + days)
    moved = np.abs(new.values[now] - old.values[then])
    revised = np.nan_to_num(moved, nan=0.0) > 0.0005  # less is not a revision but the way a number was written
    settled = (old.status[then] == Status.PRELIMINARY) & (new.status[now] == Status.FINAL)
    return int(revised.sum()), float(moved[revised].max(initial=0.0)), int(settled.sum())


@dataclass(frozen=True, slots=True, eq=False)
class PostPart:
    """What a post says of a series, or of air and sea together, in the language of the post."""

    heading: str
    answers: tuple[str, ...]
    pictures: Mapping[str, Asset]  # By address, or file name beside the post
    changes_heading: str = ""
    changes: tuple[str, ...] = ()  # Since the last issue
    page: str = ""  # Address of its interactive page, where there is one


def embedded(picture: Asset) -> str:
    """Address that holds the picture itself."""
    return f"data:{picture.media_type};base64,{b64encode(picture.data).decode()}"


def credit(series: Sequence[Series], language: Language) -> tuple[str, ...]:
    """Whose data these are, as short as their licences let it be."""
    known = {one.key.product: PRODUCTS[one.key.product] for one in series if origin(one) == "reanalyzer"}
    named = language.list([f"{product.title} ({product.provider})" for product in known.values()])
    others = (attribution(one, language, citation=False)[0] for one in series if origin(one) != "reanalyzer")
    licences = (copernicus(one.key.product, one.end, language, short=True) for one in series)
    lines = (
        language.text("post.source", products=named) if known else "",
        *others,
        *(f"{one}." for one in licences if one),
    )
    return tuple(dict.fromkeys(filter(None, lines)))


@dataclass(frozen=True, slots=True, eq=False)
class Issue:
    """A post in one language; a long one has its alternative texts in full."""

    title: str
    parts: Sequence[PostPart]
    sources: Sequence[str]
    language: str
    long: bool = False
    page: str = ""  # Address of the interactive page, where there is one

    @property
    def pictures(self) -> Mapping[str, Asset]:
        return {source: picture for part in self.parts for source, picture in part.pictures.items()}


def post(issue: Issue, *, inline: bool = False) -> tuple[Asset, Asset]:
    """The section as Markdown and as HTML; pictures in the HTML of an `inline` one travel with a copy and paste."""
    code = issue.language
    values = {"issue": issue, "language": Language(code), "inline": inline, "embedded": embedded}
    return (
        Asset(f"post.{code}.md", "text/markdown; charset=utf-8", fill("post.md", **values).encode(), code),
        Asset(f"post.{code}.html", HTML, fill("post.html", **values).encode(), code),
    )

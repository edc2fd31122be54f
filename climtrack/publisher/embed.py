"""
Snippets: what each platform takes, with the alt text that belongs to the picture.

Platforms differ in what they keep (``CHARTS.md`` §3): mail takes one hosted PNG, Substack an upload and no
markup, WordPress takes its own block comments, Ghost shows HTML cards on the web and pictures in mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from climtrack.errors import ConfigError, PublishError
from climtrack.publisher.safe import clean_words, markdown
from climtrack.publisher.texts import Texts, texts
from climtrack.vocabulary.assets import Words

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

"""What a map of marine heatwaves says."""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.reporter.places import contracted, place
from climtrack.reporter.plain import plain
from climtrack.reporter.prose.field_map import early, where
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.fields import Extreme, HeatwaveMap
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES
from climtrack.vocabulary.series import Status
from climtrack.words.language import Language


def words(shown: HeatwaveMap, language: Language) -> Words:
    """Title, subtitle, caption and alt texts of a map of marine heatwaves."""
    named = [
        language.text("heat.part", share=share, category=language.text(f"heat.category.{i + 1}"))
        for i, share in enumerate(whole(shown.shares, language))
        if shown.shares[i] > 0
    ]
    values = {
        "place": plain(place(shown.region, language).name),
        "the": plain(place(shown.region, language).the),
        "of": contracted("de", plain(place(shown.region, language).the)),
        "early": early(shown.status, language),
        "share": percent(shown.share, language),
        "baseline": shown.baseline.label,
        "date": language.date_long(shown.date),
        "parts": ", ".join(named),
        "strongest": strongest(shown.strongest, language) if shown.strongest is not None else "",
        "source": source(shown, language),
    }
    state = "some" if shown.strongest is not None else "none"
    values["title"] = language.text(f"heat.title.{state}", **values)
    subtitle = "heat.subtitle.preliminary" if shown.status == Status.PRELIMINARY else "heat.subtitle"
    return Words(
        values["title"],
        language.text(subtitle, **values),
        language.text(f"heat.caption.{state}", **values),
        language.text(f"heat.alt.short.{state}", **values),
        language.text(f"heat.alt.{state}", **values),
        language.text(f"heat.long.{state}", **values),
    )


def whole(shares: Sequence[float], language: Language) -> tuple[str, ...]:
    """Shares in whole percent that add up to their rounded sum."""
    exact = [100 * share for share in shares]
    rounded = [int(part) for part in exact]
    rest = round(sum(exact)) - sum(rounded)
    for i in sorted(range(len(exact)), key=lambda i: rounded[i] - exact[i])[: max(rest, 0)]:
        rounded[i] += 1
    return tuple(_percent(part, share, language) for part, share in zip(rounded, shares, strict=True))


def percent(share: float, language: Language) -> str:
    """A share in whole percent."""
    return _percent(round(100 * share), share, language)


def _percent(rounded: int, share: float, language: Language) -> str:
    """A rounded share; nothing is called nothing that is there."""
    return language.percent(rounded) if rounded or not share else f"<{language.percent(1)}"


def strongest(extreme: Extreme, language: Language) -> str:
    """Where the sea is most times above its threshold, as a sentence without its full stop."""
    value = language.difference(extreme.value, VARIABLES["sst"].decimals)
    return language.text("heat.strongest", value=value, where=where(extreme, language))


def source(shown: HeatwaveMap, language: Language) -> str:
    """Whose data and whose method these are."""
    product = PRODUCTS[shown.product]
    return language.text("heat.source", product=product.title, provider=product.provider)

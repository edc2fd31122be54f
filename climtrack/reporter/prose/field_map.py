"""What a map of anomalies says."""

from __future__ import annotations

from climtrack.reporter.places import contracted, place
from climtrack.reporter.plain import plain
from climtrack.reporter.prose.voice import side
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.fields import Extreme, FieldMap
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES
from climtrack.vocabulary.series import Status
from climtrack.words.language import Language

#: Above this share of values a region counts as known whole: what is left is rounding.
WHOLE = 0.9995


def words(shown: FieldMap, language: Language) -> Words:
    """Title, subtitle, caption and alt texts of a map."""
    decimals = VARIABLES[shown.variable].decimals
    preliminary = shown.status == Status.PRELIMINARY
    values = {
        "place": plain(place(shown.region, language).name),
        "the": plain(place(shown.region, language).the),
        "of": contracted("de", plain(place(shown.region, language).the)),
        "area": area(shown, language),
        "size": language.size(shown.mean, decimals),
        "baseline": shown.baseline.label,
        "date": language.date_long(shown.date),
        "mean": language.difference(shown.mean, decimals),
        "share": share(shown, language),
        "warmest": language.difference(shown.warmest.value, decimals),
        "warmest_at": where(shown.warmest, language),
        "coldest": language.difference(shown.coldest.value, decimals),
        "coldest_at": where(shown.coldest, language),
        "source": source(shown, language),
        "early": early(shown.status, language),
        "within": language.text("map.early.within") if preliminary else "",
    }
    title = language.text(f"map.title.{shown.variable}.{side(shown.mean, decimals)}", **values)
    values["title"] = title
    # Inside a sentence the share begins with a small letter; after a full stop with a capital.
    within = values | {"share": values["share"][0].lower() + values["share"][1:]}
    return Words(
        title,
        language.text(f"map.subtitle{'.preliminary' if preliminary else ''}", **values),
        language.text("map.caption", **values),
        language.text("map.alt.short", **within),
        language.text("map.alt", **(values if language.spanish else within)),
        language.text("map.long", **values),
    )


def share(shown: FieldMap, language: Language) -> str:
    """How much of the area is warmer than average, as a sentence without its full stop."""
    return language.text("map.share", share=language.percent(100 * shown.warmer), area=area(shown, language))


def area(shown: FieldMap, language: Language) -> str:
    """What a mean or a share is of: all of the region, or as much of it as has values."""
    return language.text("map.area" if shown.coverage > WHOLE else f"map.area.{shown.variable}")


def early(status: Status, language: Language) -> str:
    """What follows the date of preliminary data."""
    return language.text("map.early") if status == Status.PRELIMINARY else ""


def where(extreme: Extreme, language: Language) -> str:
    """A place in whole degrees: ``42° N, 61° W``, ``42° N, 61° O``."""
    west = "O" if language.spanish else "W"
    lat = f"{abs(extreme.latitude):.0f}°\u00a0{'N' if extreme.latitude >= 0 else 'S'}"
    lon = f"{abs(extreme.longitude):.0f}°\u00a0{'E' if extreme.longitude >= 0 else west}"
    return language.text("map.where", lat=lat, lon=lon)


def source(shown: FieldMap, language: Language) -> str:
    """Whose data these are; Climate Reanalyzer has no part in a map computed from the product's own grids."""
    product = PRODUCTS[shown.product]
    return language.text("map.source", product=product.title, provider=product.provider)

"""Attribution: whose data these are, as their licences ask to have it said; the only place that says it."""

from __future__ import annotations

import datetime as dt

from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.vocabulary.series import COMPUTED, Series
from climtrack.words.language import Language


def origin(series: Series) -> str:
    """Whose hands the data came through: ``reanalyzer``, ``pulse``, ``noaa``, or ``computed`` from grids."""
    if series.key.monthly:
        return "noaa"
    if series.key.product == "climate-pulse":
        return "pulse"
    return "computed" if series.key in COMPUTED or series.source.details else "reanalyzer"


def copernicus(product: str, newest: dt.date, language: Language, *, short: bool = False) -> str:
    """
    The sentence that Copernicus asks for, or that config.toml gives a product; nothing where no licence asks for one.

    Its year is that in which the information was generated, hence that of the newest value shown: a picture, a page and
    an export of the same days say the same year, whenever they were downloaded or made.
    """
    known = PRODUCTS.get(product)
    if known is None or not known.copernicus:
        return plain(known.attribution, 200) if known else ""
    return language.text("picture.copernicus" if short else "report.copernicus", year=newest.year)


def attribution(series: Series, language: Language, *, citation: bool = True) -> tuple[str, ...]:
    """Sentences that must stand beside everything made from these data, the source first."""
    product, kind = PRODUCTS.get(series.key.product), origin(series)
    source = language.text(
        "report.attribution" if kind == "reanalyzer" else f"report.attribution.{kind}",
        product=product.title if product else plain(series.key.product),
        provider=product.provider if product else plain(series.source.data_source),
    )
    reference = (
        language.text("report.citation", citation=product.citation) if citation and product and product.citation else ""
    )
    return tuple(line for line in (source, copernicus(series.key.product, series.end, language), reference) if line)

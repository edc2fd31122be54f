"""Where the data come from, in the words that must stand beside them."""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.publisher.safe import clean
from climtrack.publisher.texts import Texts
from climtrack.vocabulary.pairing import COMPUTED
from climtrack.vocabulary.products import PRODUCTS
from climtrack.vocabulary.results import Study


def source_line(study: Study, ui: Texts) -> str:
    """Where the data come from, in one sentence."""
    key = study.series.key
    product = PRODUCTS.get(key.product)
    title, provider = (product.title, product.provider) if product else (key.product, study.series.source.data_source)
    made = key in COMPUTED or study.series.source.details
    sentence = ui["computed" if made else "source"].format(title=clean(title), provider=clean(provider))
    return f"{ui['simulated']} {sentence}" if study.simulated else sentence


def source_lines(studies: Sequence[Study], ui: Texts) -> list[str]:
    """Sources, and the sentence that Copernicus asks for."""
    lines = list(dict.fromkeys(source_line(study, ui) for study in studies))
    known = [(PRODUCTS.get(study.series.key.product), study.series.source.retrieved.year) for study in studies]
    years = [year for product, year in known if product is not None and product.copernicus]
    return [*lines, *([ui["copernicus"].format(year=max(years))] if years else [])]

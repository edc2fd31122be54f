"""Attribution: whose data these are, as their licences ask to have it said."""

from __future__ import annotations

from climtrack.reporter.sentences import Phrases, plain
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.words.language import Language


def attribution(study: Study, language: Language) -> tuple[str, ...]:
    """Words that must stand beside everything made from these data."""
    voice = Phrases(study, language)
    product = PRODUCTS.get(study.series.key.product)
    kind = {"computed": ".computed", "pulse": ".pulse"}.get(voice.origin, "")
    told = [
        language.text(
            f"report.attribution{kind}",
            product=product.title if product else plain(study.series.key.product),
            provider=product.provider if product else plain(study.series.source.data_source),
        )
    ]
    if (product is not None and product.copernicus) or voice.origin == "pulse":
        told.append(language.text("report.copernicus", year=study.as_of.year))
    if product is not None:
        told.append(language.text("report.citation", citation=product.citation))
    return tuple(told)

"""What NOAA's months tell of a hemisphere's sea, in sentences that always name product and month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from climtrack.reporter.sentences import Phrases, place, side
from climtrack.vocabulary.findings import AnyStudy, MonthStudy, Unknown, WholeMonth, beyond
from climtrack.vocabulary.registry import PRODUCTS, REGIONS
from climtrack.words.language import Language, capitalised
from climtrack.words.standing import standing

#: A change from one month to the next that is smaller is called level, degC.
NOISE = 0.05


@dataclass(frozen=True, slots=True)
class MonthPhrases(Phrases):
    """A hemisphere's months in one language."""

    study: MonthStudy  # type: ignore[assignment]

    @property
    def found(self) -> WholeMonth:
        return self.study.findings

    @property
    def product(self) -> str:
        return PRODUCTS[self.study.series.key.product].title

    @property
    def month_name(self) -> str:
        """``July 2026``."""
        return self.language.month(self.found.month)

    def other(self, days: int = 14) -> str:
        """The same month of last year."""
        del days
        return self.language.month(self.found.month.replace(year=self.found.month.year - 1))

    @property
    def baseline(self) -> str:
        return self.found.baseline.label

    @property
    def years(self) -> str:
        return f"{self.study.years[0]}–{self.study.years[-1]}"

    @property
    def way(self) -> str:
        """Beside last year's month: ``above``, ``level``, ``below``, or ``alone`` where that is not known."""
        change = self.found.year_over_year
        return "alone" if isinstance(change, Unknown) else side(change, self.decimals)

    @property
    def facts(self) -> dict[str, Any]:
        """What the sentences name."""
        found, language = self.found, self.language
        change = found.year_over_year
        return {
            "month": self.month_name, "other": self.other(), "product": self.product, "baseline": self.baseline,
            "years": self.years, "subject": self.subject, "Short": capitalised(self.short), "name": self.place.name,
            "of": self.of, "relation": self.relation(),
            "anomaly": language.difference(found.anomaly, self.decimals),
            "size": "" if isinstance(change, Unknown) else language.size(change, self.decimals),
        }  # fmt: skip

    def relation(self) -> str:
        """Its difference from average."""
        found = self.found
        size = self.language.size(found.anomaly, self.decimals)
        return self.language.text(f"of.average.{side(found.anomaly, self.decimals)}", size=size, baseline=self.baseline)

    def preliminary(self) -> str:
        return ""

    @property
    def late(self) -> str:
        return ""  # a title of months names its month

    def title(self) -> str:
        """The finding."""
        return self.language.text(f"months.title.{self.way}", **self.facts)

    def brief(self) -> str:
        """The month beside last year's, as one sentence with its source."""
        month = self.language.month(self.found.month, year=False)
        return self.language.text(f"months.brief.{self.way}", **self.facts | {"month": month})

    def falling(self) -> str:
        """Whether it comes down: from one month to the next."""
        language, found = self.language, self.found
        if isinstance(found.change, Unknown):
            return self.above()
        answer = {1: "no", 0: "level", -1: "yes"}[beyond(found.change, NOISE)]
        before = language.month(found.month - dt.timedelta(days=1))
        return language.text(
            f"months.falling.{answer}", before=before,
            **self.facts | {"size": language.size(found.change, self.decimals)},
            noise=language.size(NOISE, self.decimals),
        )  # fmt: skip

    def below(self) -> str:
        """Whether it is below last year, and whether the nearest daily series says so too."""
        told = self.language.text(f"months.year.{self.way}", **self.facts)
        return " ".join(filter(None, (told, self.nearest())))

    def nearest(self) -> str:
        """The same month of the daily series, and that the two went opposite ways where they did."""
        language, near = self.language, self.found.nearest
        if near is None:
            return ""
        own = near.key.region == self.study.series.key.region
        kind, way = "daily" if own else "nearest", side(near.year_over_year, self.decimals)
        the = place(REGIONS[near.key.region], language).the
        facts = self.facts | {
            "Sea": capitalised(the), "sea": the,
            "product": PRODUCTS[near.key.product].title, "size": language.size(near.year_over_year, self.decimals),
            "preliminary": language.text("waiting") if near.preliminary else "",
        }  # fmt: skip
        told = language.text(f"months.{kind}.{way}", **facts)
        return f"{told} {language.text(f'months.{kind}.differs', **facts)}" if near.differs else told

    def above(self) -> str:
        """How far above average, and its place among all years."""
        found, name = self.found, self.language.month(self.found.month, year=False)
        where = standing("months.place", found.rank, self.language, name=name, product=self.product, first=found.first)
        return self.language.text("months.above", place=where, **self.facts)

    def published(self) -> str:
        """The figure as NOAA publishes it."""
        found = self.found
        departure = self.language.difference(found.departure, self.decimals)
        return self.language.text("months.published", departure=departure, base=found.base_period.label, **self.facts)

    def answers(self, *, long: bool = True) -> tuple[str, ...]:
        """The three questions of the newsletter, answered by months; a short post leaves its place out."""
        say = self.language.text
        above = self.above() if long else say("months.brief.alone", **self.facts)
        three = (("falling", self.falling()), ("below", self.below()), ("above", above))
        return tuple(
            f"{self.simulated if i == 0 else ''}{say(f'{name}.question')} {told}"
            for i, (name, told) in enumerate(three)
        )


def phrases(study: AnyStudy, language: Language) -> Phrases:
    """One study in one language, of days or of months."""
    return MonthPhrases(study, language) if isinstance(study, MonthStudy) else Phrases(study, language)

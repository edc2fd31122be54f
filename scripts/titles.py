"""
The titles that issues would have had: 54 fortnights of world air, and the seven seas of August 2026.

``python -m scripts.titles`` reads the stored copies of the feed, as the back-tests do, and writes docs/titles.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.backtest import series
from climtrack.analysis.survey import study
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.titles import kind, titles
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import REGIONS
from climtrack.words.language import Language

PAGE = Path(__file__).parents[1] / "docs" / "titles.md"
AIR, FORTNIGHTS = "era5.t2m.world", [dt.date(2024, 1, 5) + dt.timedelta(days=14 * i) for i in range(54)]
SEAS = tuple(f"oisst.sst.{name}" for name in ("world2", "natlan", "natlsp", "atlhmdr", "gomex", "gom", "nino3.4"))
AUGUST = (dt.date(2026, 8, 7), dt.date(2026, 8, 21))
#: Issues whose kinds are not said again, as `post` keeps them.
REMEMBERED = 4
HEAD = """# Titles

What the titles of past issues would have been: `python -m scripts.titles` writes this page from real copies of the
source. Each names a place and a number, is true of the fortnight that ends on its date, and is not of a kind that one
of the four issues before it had.
"""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a newsletter, and its title in both languages."""

    study: Study
    kind: str
    english: str
    spanish: str


def issues(key: str, days: Sequence[dt.date]) -> Iterator[Issue]:
    """The titles of one newsletter, each with the memory of those before."""
    whole, told = series(key), ()
    for day in days:
        made = replace(study(whole, REGIONS[whole.key.region], as_of=day), told=told[-REMEMBERED:])
        english, spanish = (titles(Phrases(made, Language(code)))[0] for code in ("en", "es"))
        told = (*told, kind(made))
        yield Issue(made, told[-1], english, spanish)


def table(found: Sequence[Issue]) -> str:
    rows = (f"| {one.study.series.end} | {one.english} | {one.spanish} |" for one in found)
    return "\n".join(("| data to | English | Spanish |", "| --- | --- | --- |", *rows))


def main() -> None:
    seas = [one for key in SEAS for one in issues(key, AUGUST)]
    parts = [HEAD, "## World air, January 2024 to January 2026\n", table(list(issues(AIR, FORTNIGHTS)))]
    parts += ["\n## Seven seas, August 2026\n", table(seas)]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

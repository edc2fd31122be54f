"""report.md: answers, pictures, numbers, sources, in each language."""

import datetime as dt
import re

from climtrack.errors import Notice
from climtrack.reporter import render
from climtrack.reporter.documents.report import data_line, nino_note, report_markdown
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Episode, NinoState, Phase, Unknown
from climtrack.vocabulary.series import SeriesKey, pairing
from climtrack.words.language import Language
from tests.reporter import made

NOW = dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC)
EN, ES = Language("en"), Language("es")


def report(*studies, languages=("en", "es"), now=NOW, region="nh", **more):
    """The report of some studies with one picture each, in two sizes."""
    pictures = [
        Asset(f"{study.series.key.label}.year-lines.{preset}.{code}.png", "image/png", b"", code,
              render.words("year_lines", [study])[code])
        for study in studies for preset in ("wide", "email") for code in languages
    ]  # fmt: skip
    pair = pairing(region, [study.series.key for study in studies])
    return report_markdown(pair, studies, pictures, languages, now=now, **more).data.decode()


def test_the_age_of_the_data_is_said():
    """Date of the data and of their retrieval, to the letter."""
    study = made.study(latest=made.Reading(dt.date(2026, 7, 5), 21.9), end=dt.date(2026, 7, 5))
    source = made.replace(study.series.source, retrieved=dt.datetime(2026, 7, 11, 16, 42, tzinfo=dt.UTC))
    study = made.replace(study, series=made.replace(study.series, source=source))
    now = dt.datetime(2026, 7, 11, 18, tzinfo=dt.UTC)
    assert data_line(study, EN, now) == "Data to 5 July 2026, retrieved 11 July 2026 16:42 UTC, 6 days old"
    assert data_line(study, ES, now) == (
        "Datos hasta el 5 de julio de 2026, descargados el 11 de julio de 2026 a las 16:42 UTC; son de hace 6 días"
    )
    assert "old" not in data_line(study, EN, now - dt.timedelta(days=400))


def test_el_nino_by_the_index():
    """Before five seasons in a row, after them, on the other side, and neither."""
    season = dt.date(2026, 5, 1), dt.date(2026, 7, 1)
    episode = Episode(Phase.LA_NINA, season[0], season[1], 6, -1.1, season[0], complete=False)
    for roni, phase, n, whole, told in (
        (
            0.98,
            Phase.EL_NINO,
            1,
            None,
            "El Niño conditions by NOAA's relative index (RONI): +0.98\xa0°C in May–July 2026. Five",
        ),
        (
            -1.1,
            Phase.LA_NINA,
            6,
            episode,
            "La Niña by NOAA's relative index (RONI): −1.10\xa0°C in May–July 2026; overlapping",
        ),
        (
            0.2,
            Phase.NEUTRAL,
            3,
            None,
            "Neither El Niño nor La Niña by NOAA's relative index (RONI): +0.20\xa0°C in May–July",
        ),
    ):
        state = NinoState(
            *season, roni, phase, n, None, whole, Notice("finding.nino_rule", threshold=0.5), Unknown("unknown.no_nino")
        )
        study = made.study(nino=state)
        assert told in report(study).replace("\\", "")
        assert nino_note(study, ES)
    assert nino_note(made.study(), EN) == ""


def test_both_languages_stand_in_one_file():
    """A section each, with its own pictures."""
    text = report(made.study())
    english, spanish = text.split("\n---\n")
    assert english.startswith("# Northern Hemisphere: data to 17 November 2026\n")
    assert "\n# Hemisferio norte: datos hasta el 17 de noviembre de 2026\n" in spanish
    assert "(nh-air.year-lines.wide.en.png)" in english
    assert ".en.png" not in spanish
    assert "[nh-air.year-lines.email.es.png](nh-air.year-lines.email.es.png)" in spanish
    assert english.count("Is the line coming down?") == 1


def test_every_picture_has_its_alternative_text_and_caption():
    """In the report's language."""
    study = made.study()
    words = render.words("year_lines", [study])[EN.code]
    text = report(study, languages=("en",))
    assert re.findall(r"!\[(.*?)\]\(", text) == [words.alt]
    assert words.caption in text.replace("\\", "")


def test_sources_are_named():
    """Climate Reanalyzer, product, provider, and the sentence that Copernicus asks for."""
    text = report(made.study())
    assert "Climate Reanalyzer (Climate Change Institute, University of Maine), from ERA5 (C3S/ECMWF)" in text
    assert "Contains modified Copernicus Climate Change Service information 2026" in text
    assert "Contiene información modificada" in text
    assert "Source health: nothing unusual" in text
    assert "sea disagrees" in report(made.study(), health=[Notice("sea disagrees")])


def test_the_sea_that_stands_in_is_explained():
    """The North Atlantic for nh, the air alone for sh, nothing for the world."""
    sea = made.study("natlan", "oisst.sst.natlan", start=dt.date(1982, 1, 1))
    text = report(made.study(), sea)
    assert "The sea in this report is the North Atlantic" in text
    assert "## North Atlantic: sea surface" in text
    assert "Copernicus" in text
    south = report(made.study("sh", "era5.t2m.sh"), region="sh")
    assert "shows the air alone" in south
    assert "muestra solo el aire" in south
    world = [made.study("world", "era5.t2m.world"), made.study("world2", "oisst.sst.world2", start=dt.date(1982, 1, 1))]
    assert "climtrack grid" not in report(*world, region="world")


def test_a_computed_sea_says_so():
    """Not Climate Reanalyzer's, but ours from NOAA's grids."""
    text = report(made.study(), made.study("nh", "oisst.sst.nh", start=dt.date(1982, 1, 1)))
    assert "computed by climtrack from NOAA’s OISST grids" in text
    assert "OISST v2.1 (NOAA); regional mean computed by climtrack" in text
    assert SeriesKey.parse("oisst.sst.nh").label in text


def test_the_sample_is_called_what_it_is():
    """In both languages, above everything."""
    text = report(made.study(simulated=True))
    assert "**SIMULATED DATA" in text
    assert "**DATOS SIMULADOS" in text


def test_the_same_day_gives_the_same_bytes():
    """An hour later nothing has changed."""
    assert report(made.study()) == report(made.study(), now=NOW + dt.timedelta(hours=1))


def test_tables_are_well_formed():
    """Every row has as many cells as its head."""
    for block in re.findall(r"(?:^\|.*\n)+", report(made.study()), re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(cells) == 1

"""The post this project grew from, in words: the Northern Hemisphere and the North Atlantic in early July 2024."""

import datetime as dt

import pytest

from climtrack.analysis.survey import study
from climtrack.errors import BaselineNotCovered
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.reporter import render
from climtrack.reporter.answers import answers
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import SeriesKey, Source
from climtrack.words.language import Language

pytestmark = pytest.mark.shared
FOLDER = "climate_reanalyzer_constructed/2024-07-05/clim"
FILES = {
    "era5.t2m.nh": "t2_daily/json/era5_nh_t2_day.json",
    "oisst.sst.natlan": "sst_daily/json_2clim/oisst2.1_natlan_sst_day.json",
}
SOURCE = Source("https://climatereanalyzer.org/", dt.datetime(2024, 7, 11, 16, 42, tzinfo=dt.UTC), "0" * 64)


def seen(shared_data, name, baseline):
    """A study of a snapshot as of 5 July 2024."""
    key = SeriesKey.parse(name)
    series = series_from_payload((shared_data / FOLDER / FILES[name]).read_bytes(), key, SOURCE)
    return study(series, REGIONS[key.region], baseline=Baseline.parse(baseline), as_of=dt.date(2024, 7, 5))


def told(found, language):
    """Words and answers with ordinary spaces."""
    words = render.words("year_lines", [found])[language]
    lines = (words.title, words.caption, *answers(found, Language(language)))
    return [line.replace("\u00a0", " ") for line in lines]


def test_the_air_of_the_north(shared_data):
    """21.895 °C, 1.075 °C above 1979–2000 by the site's own reckoning, a little below 5 July 2023."""
    title, caption, falling, below, above = told(seen(shared_data, "era5.t2m.nh", "1979-2000"), "en")
    assert title == "Northern Hemisphere air is down 0.11 °C against average in two weeks, to +1.12 °C"
    assert "averaged 21.9 °C on 5 July 2024: 0.1 °C below the same day of 2023, yet 1.1 °C above" in caption
    assert "The series has no data for 2001–2022." in caption
    assert falling.startswith("Is the line coming down? It rises, as usual in early July: by 0.68 °C in two weeks.")
    assert "average, yes: the last 14 days averaged +1.12 °C, 0.11 °C less than the 14 before" in falling
    assert "No: the last 14 days averaged 0.1 °C above those of a year before: 8 days warmer and 6 cooler." in below
    assert "On 5 July it was 0.1 °C below the same day of 2023" in below
    assert "It is still 1.1 °C above the 1979–2000 average." in below
    assert "second-warmest 5 July of 24 in this series, since 1979" in above


def test_a_baseline_with_absent_years_is_refused_with_those_that_are_covered(shared_data):
    """1991–2020 lacks 2001–2020 in that file."""
    with pytest.raises(BaselineNotCovered, match="1979-2000"):
        seen(shared_data, "era5.t2m.nh", "1991-2020")


def test_the_north_atlantic(shared_data):
    """About a quarter of a degree below a year before on 4 July, preliminary, and still far above its average."""
    title, caption, *_, below, above = told(seen(shared_data, "oisst.sst.natlan", "1991-2020"), "es")
    assert title == "El Atlántico norte lleva 15 días por debajo de 2023, pero lo superó 166 de 186 días"
    assert "el 4 de julio de 2024: 0,23 °C menos que el mismo día de 2023, pero 0,81 °C más" in caption
    assert "Los últimos 14 días son provisionales." in caption
    assert "como todos los días desde el 20 de junio (15 días)." in below  # the run says what a tally would
    assert above.endswith("Los últimos 14 días son provisionales.")

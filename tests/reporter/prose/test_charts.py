"""What each chart says, worked out by hand: title, caption, alternative text, edge cases."""

import datetime as dt
from dataclasses import replace

import pytest

from climtrack.errors import RenderError
from climtrack.reporter import means, render
from climtrack.reporter.answers import answers
from climtrack.reporter.charts import day_heatmap
from climtrack.reporter.sentences import Phrases
from climtrack.vocabulary.findings import Holder, Reading, Run, Trend, YearEnd
from climtrack.words.language import Language
from tests.reporter import made

EN, ES = Language("en"), Language("es")


def both(chart, *studies, **options):
    """Words in English and Spanish with ordinary spaces."""

    def plain(words):
        return type(words)(*(getattr(words, name).replace("\u00a0", " ") for name in type(words).__slots__))

    return [plain(render.words(chart, studies, **options)[language.code]) for language in (EN, ES)]


def test_anomaly_counts_the_days():
    """Every day of the year on one side is the finding while nothing moves."""
    english, spanish = both("anomaly", made.study())
    assert english.title == "Northern Hemisphere air was 0.6 °C above average over two weeks"
    assert spanish.title.endswith("del hemisferio norte: dos semanas 0,6 °C sobre la media")
    assert "The mean difference of 2026 so far is +0.8 °C, and all 321 days were above average." in english.caption
    assert "y los 321 días quedaron por encima de la media." in spanish.caption
    first = both("anomaly", made.study(days_above_average=1, days_known=1))
    assert not any("1 of 1" in text.caption + text.alt or "1 de 1" in text.caption + text.alt for text in first)


def test_anomaly_says_where_it_is_going():
    """The fortnight's change beyond the noise stands in the caption."""
    told, dicho = both("anomaly", made.study(direction=made.direction(-0.2)))
    assert "0.20 °C" in told.caption
    assert "0,20 °C" in dicho.caption


def test_year_over_year_is_the_voice_of_the_page():
    """The average stands beside it."""
    english, spanish = both("year_over_year", made.study())
    assert english.title == "Northern Hemisphere air was 0.3 °C below 2025 over two weeks, yet above on 170 of 321 days"
    assert spanish.title.startswith(
        "El aire del hemisferio norte: dos semanas 0,3 °C por debajo de 2025, pero lo superó"
    )
    assert english.caption.startswith("Northern Hemisphere air averaged 0.3 °C less over the last 14 days than a year")
    assert "On 17 November the difference from 2025 was −0.3 °C." in english.long
    assert "Of the 321 days compared: 170 days warmer and 151 cooler." in english.caption  # the year points elsewhere
    assert "as on every day since 18 October (31 days)." in english.long
    assert "It remains 0.6 °C above the 1991–2020 average." in english.caption
    assert "De los 321 días comparados: 170 días más cálidos y 151 más fríos." in spanish.caption
    assert "la mayor diferencia, +1,2 °C, fue el 6 de febrero" in spanish.alt


def test_year_over_year_level_and_single():
    """Rounded to 0.0 is level, whatever the sign behind it; one day is no run."""
    for hidden in (0.04, -0.04, 0.0):
        english, spanish = both("year_over_year", made.study(year_over_year=made.yoy(hidden)))
        assert english.title.endswith("was within 0.05 °C of 2025 over two weeks and 0.6 °C above average")
        assert "la misma media que un año antes" in spanish.caption
        assert "El 17 de noviembre estaba al nivel de 2025." in spanish.caption
        assert "0.0" not in english.caption
    mixed = made.yoy(-0.3, run=1, days_below_last_14=9, days_above_last_14=4, days_level_last_14=1)
    single, uno = both("year_over_year", made.study(year_over_year=mixed))
    assert "than a year before: 9 days cooler, 4 warmer and 1 level." in single.caption
    assert "un año antes: 9 días más fríos, 4 más cálidos y 1 igual." in uno.caption


def test_a_run_older_than_the_year_is_told_with_its_first_day():
    """33 days below by 3 January: one number in title, caption and answer, and 2 December as its beginning."""
    day = dt.date(2026, 1, 3)
    yoy = made.yoy(-0.3, run=33, crossing=dt.date(2025, 12, 2), date=day, days_warmer=0, days_cooler=3, days_compared=3)
    study = made.study(year_over_year=yoy, latest=Reading(day, 12.6), preliminary_from=None, days_known=3)
    english, spanish = both("year_over_year", study)
    # three bars show no more
    assert english.title.startswith("Northern Hemisphere air was 0.3 °C below a year earlier over two weeks")
    assert "Each of the past 33 days, since 2 December 2025, has been cooler than a year earlier." in english.long
    assert "Los últimos 33 días, desde el 2 de diciembre de 2025, han sido todos más fríos" in spanish.long
    assert "every day is cooler" not in english.alt  # the bars are those of twelve months
    assert "each of the last 12 months’ days" in english.subtitle
    assert "All 3 days compared were cooler." in english.caption
    assert "Each of the past 33 days, since 2 December 2025, has been cooler" in answers(study, EN)[1]
    assert "Los últimos 33 días, desde el 2 de diciembre de 2025," in answers(study, ES)[1]


def test_a_run_older_than_the_year_has_a_title_that_the_bars_show():
    """400 days on 17 November: the picture shows 321 of them, so the title speaks of this year, the caption of all."""
    yoy = made.yoy(0.3, run=400, crossing=dt.date(2025, 10, 14), days_warmer=321, days_cooler=0)
    english, spanish = both("year_over_year", made.study(year_over_year=yoy))
    assert english.title == "Northern Hemisphere air was 0.3 °C above 2025 over two weeks and 0.6 °C above average"
    assert "dos semanas 0,3 °C por encima de 2025 y 0,6 °C sobre la media" in spanish.title
    assert "Each of the past 400 days, since 14 October 2025," in english.long
    said = answers(made.study(year_over_year=yoy), EN)[1]
    assert "Each of the past 400 days, since 14 October 2025, has been warmer" in said


def test_a_named_year_is_named():
    """Beside 2016 the sentence says 2016, not a year earlier."""
    yoy = made.yoy(-0.3, run=5, other_year=2016, crossing=None)
    english, spanish = both("year_over_year", made.study(year_over_year=yoy))
    assert "0.3 °C below 2016 over two weeks" in english.title
    assert "0,3 °C menos de media que en 2016" in spanish.caption
    assert "esos días de 2016" in answers(made.study(year_over_year=yoy), ES)[1]


def test_a_finished_year_is_not_so_far():
    """On 31 December days and mean are those of the year; the day before they are so far."""
    for day, so_far in ((30, True), (31, False)):
        date = dt.date(2025, 12, day)
        found = Reading(date, 9.0, "final")
        study = made.study(latest=found, days_known=334 + day, days_above_average=66, preliminary_from=None)
        english, spanish = both("anomaly", study)
        assert ("so far" in english.long) is ("en lo que va" in spanish.long) is so_far


def test_year_over_year_on_a_leap_day_names_its_partner():
    """29 February is compared with 28 February, and said so."""
    day = dt.date(2024, 2, 29)
    yoy = made.yoy(-0.3, date=day, partner=dt.date(2023, 2, 28), other_year=2023, leap_day=True)
    study = made.study(latest=Reading(day, 9.0), days_known=60, year_over_year=yoy, preliminary_from=None)
    english, spanish = both("year_over_year", study)
    assert "29 February is compared with 28 February." in english.caption
    assert "El 29 de febrero se compara con el 28 de febrero." in spanish.caption
    lines, lineas = both("year_lines", study)
    assert "0.3 °C below 28 February 2023" in lines.caption
    assert "0,3 °C menos que el 28 de febrero de 2023" in lineas.caption


def pair(north, south):
    """Two studies, by their fortnight's difference from average and from last year."""
    course = made.direction()
    return [
        made.study(
            region,
            f"era5.t2m.{region}",
            direction=made.replace(course, mean_14d=a),
            year_over_year=made.yoy(mean_14d=y),
        )
        for region, (a, y) in (("nh", north), ("sh", south))
    ]


@pytest.mark.parametrize(
    ("north", "south", "english", "spanish"),
    [
        ((0.6, -0.3), (0.6, 0.1),
         "Both hemispheres: two weeks warmer than average; only the north cooler than a year before",
         "Los dos hemisferios: dos semanas sobre la media; solo el norte, más frío que hace un año"),
        ((0.6, 0.3), (0.6, -0.1),
         "Both hemispheres: two weeks warmer than average; only the south cooler than a year before",
         "Los dos hemisferios: dos semanas sobre la media; solo el sur, más frío que hace un año"),
        ((0.6, -0.3), (0.6, -0.1), "Both hemispheres: two weeks warmer than average, yet cooler than a year before",
         "Los dos hemisferios: dos semanas sobre la media, pero más frías que hace un año"),
        ((0.6, 0.3), (0.6, 0.1), "Both hemispheres: two weeks warmer than average and than a year before",
         "Los dos hemisferios: dos semanas más cálidas que la media y que hace un año"),
        ((0.6, 0.01), (0.6, 0.1), "Both hemispheres were warmer than average over two weeks",
         "Los dos hemisferios, dos semanas por encima de la media"),
        ((-0.6, 0.3), (-0.6, 0.1), "Both hemispheres were cooler than average over two weeks",
         "Los dos hemisferios, dos semanas por debajo de la media"),
        ((0.6, -0.3), (-0.1, 0.1),
         "The north was 0.6 °C above average; the south was 0.1 °C below average over two weeks",
         "El norte estuvo 0,6 °C sobre la media; el sur estuvo 0,1 °C bajo la media en la quincena"),
        ((0.6, -0.3), (0.04, 0.1),
         "The north was 0.6 °C above average; the south was level with its average over two weeks",
         "El norte estuvo 0,6 °C sobre la media; el sur estuvo en su media en la quincena"),
    ],
)  # fmt: skip
def test_hemispheres_lead_with_the_contrast(north, south, english, spanish):
    """Never last year without the average."""
    told, dicho = both("hemispheres", *pair(north, south))
    assert (told.title, dicho.title) == (english, spanish)
    for text in (told.caption, told.alt):
        assert text.count("average") >= 2


def test_hemispheres_that_end_on_different_days_say_both():
    """Each with its own date."""
    north, south = pair((0.6, -0.3), (0.6, 0.1))
    early = made.study("sh", "era5.t2m.sh", latest=Reading(dt.date(2026, 11, 15), 15.0))
    english, spanish = both("hemispheres", north, early)
    assert "Data to 17 November (the north) and 15 November 2026 (the south)" in english.subtitle
    assert "15,0 °C el 15 de noviembre de 2026" in spanish.caption
    with pytest.raises(RenderError, match="two series"):
        both("hemispheres", south)


def warming(rate, region="nh"):
    """A study with a trend of so many degrees a decade."""
    trend = Trend(1940, 2025, rate, rate - 0.05, rate + 0.05, 0.5, 30.0)
    return made.study(region, f"era5.t2m.{region}", trend=trend)


@pytest.mark.parametrize(
    ("north", "south", "english"),
    [
        (0.3, 0.15, "The north is warming about twice as fast as the south"),
        (0.15, 0.3, "The south is warming about twice as fast as the north"),
        (0.3, 0.1, "The north is warming 3.0 times as fast as the south"),
        (0.2, 0.18, "The north and the south are warming at about the same pace"),
    ],
)
def test_stripes_compare_trends(north, south, english):
    """Where both are beyond doubt."""
    told, _ = both("stripes", warming(north), warming(south, "sh"))
    assert told.title == english


def test_stripes_of_one_series_give_the_change_of_its_decades():
    """The made series warms by 1.5 °C in 31,000 days: 76 years between the decades' middles make 1.34 °C."""
    english, spanish = both("stripes", made.study())
    assert english.title == "Northern Hemisphere air has warmed by 1.3 °C since 1940–1949"
    assert spanish.title == "El aire del hemisferio norte se ha calentado 1,3 °C desde 1940–1949"
    assert "From 1940–1949 to 2016–2025 the mean of Northern Hemisphere air changed by +1.34 °C." in english.caption
    assert "Ed Hawkins" in english.caption
    assert "2026, to 17 November" in english.caption
    short, _ = both("stripes", made.study(start=dt.date(2010, 1, 1)))
    assert short.title == "Northern Hemisphere air, year by year"


def ended(ranks, change=0.7, low=0.6):
    """A study whose year is expected so far above the 1991–2020 average."""
    study = made.study()
    normal = means.year_normal(study)
    return made.study(
        year_end=YearEnd(2026, 9.0, 321, normal + change, normal + low, normal + change + 0.1, 0.9, 30, ranks)
    )


def test_year_to_date_says_where_the_year_may_end():
    """The rank from an even chance on, else the difference; the range with its level; nothing of it where unknown."""
    ranks = dict.fromkeys("12345", 0.0)
    english, spanish = both("year_to_date", ended({**ranks, "1": 0.1, "2": 0.7, "3": 0.2}))
    assert english.title == "Northern Hemisphere air is on course for its second-warmest year, 0.70 °C above average"
    assert spanish.title.endswith("va camino de su segundo año más cálido, 0,70 °C por encima de la media")
    assert "9 times in 10 between +0.60 °C and +0.80 °C" in english.caption
    assert "9 de cada 10 veces entre +0,60 °C y +0,80 °C" in spanish.caption
    assert "a record in 1 case of 10." in english.long
    assert "batiría el récord en 1 de cada 10 casos." in spanish.long
    assert "ends, 9 times in 10, between +0.60 °C and +0.80 °C" in english.alt
    english, spanish = both("year_to_date", ended({**ranks, "4": 0.4, "5": 0.3}))
    assert english.title == "Northern Hemisphere air is heading for a year 0.70 °C above average"
    assert "none of the 30 years of comparison would take it to the record" in english.long
    assert "ninguno de los 30 años de comparación lo llevaría al récord" in spanish.long
    certain, _ = both("year_to_date", ended({**ranks, "1": 1.0}))
    assert "Each of the 30 years of comparison would make it the warmest year of the series." in certain.long
    lower, _ = both("year_to_date", ended(ranks, -0.2, -0.3))
    assert lower.title == "Northern Hemisphere air is heading for a year 0.20 °C below average"
    assert "Most likely it is not among the five warmest years of the series" in lower.long
    unknown, _ = both("year_to_date", made.study())
    so_far = means.daily(made.study())[-321:].mean()
    assert unknown.title == f"In 2026 so far, Northern Hemisphere air is {so_far:.2f} °C above average"
    assert "9 times in 10" not in unknown.caption + unknown.alt + unknown.long
    whole, _ = both(
        "year_to_date", made.study(end=(day := dt.date(2025, 12, 31)), latest=Reading(day, 9.0), preliminary_from=None)
    )
    assert whole.title.startswith("In 2025, Northern Hemisphere air was 0.")


def test_the_heatmap_says_when_the_cold_went():
    """The made series crosses its average in 2005, give or take the drift of the season in the leap cycle."""
    english, spanish = both("day_heatmap", made.study())
    assert english.title == "Northern Hemisphere air was below average on only 21 of the 3,653 days of 2016–2025"
    assert spanish.title == "El aire del hemisferio norte quedó bajo la media solo 21 de los 3653 días de 2016–2025"
    assert "on 100% of days in 1940–1949 and on 1% in 2016–2025" in english.caption
    assert "become rare after 2007" in english.alt


def test_the_heatmap_gives_a_share(monkeypatch):
    """Of a subject, and of the place alone."""
    monkeypatch.setattr(day_heatmap, "VANISHED", 0.0)
    sea = made.study("natlan", "oisst.sst.natlan", start=dt.date(1982, 1, 1))
    titles = day_heatmap.tell([Phrases(sea, ES)]).titles
    assert titles[0].startswith("La temperatura superficial del Atlántico norte superó la media en ")
    assert titles[1].startswith("El Atlántico norte superó la media en ")


def test_records_name_the_holder_and_the_series():
    """This year, last holder, ties; records of this series only."""
    held = replace(
        made.findings().records,
        warm_holders=(Holder(2024, 209), Holder(2025, 79), Holder(2026, 28, 5)),
        cold_holders=(Holder(1971, 36), Holder(1967, 36)),
    )
    english, spanish = both("records", made.study(records=held))
    assert english.title == "2024 still holds 209 of the 316 daily heat records of Northern Hemisphere air"
    assert spanish.title == "2024 conserva 209 de los 316 récords diarios de calor del aire del hemisferio norte"
    assert "2026 holds 28 record highs, 5 of them preliminary." in english.caption
    assert "Los récords son solo de esta serie, que empieza en 1940" in spanish.caption
    joint, _ = both("records", made.study(records=replace(held, warm_holders=(Holder(2025, 90), Holder(2024, 90)))))
    assert joint.title == "2024 and 2025 hold 90 each of the 180 daily heat records of Northern Hemisphere air"
    now, ahora = both("records", made.study(records=replace(held, warm_holders=(Holder(2026, 100, 100),))))
    assert now.title == "2026 already holds 100 of the 100 daily heat records of Northern Hemisphere air"
    assert "todos provisionales" in ahora.caption
    with pytest.raises(RenderError, match="no records"):
        both("records", made.study())


def test_since_the_last_issue_speaks_of_the_anomaly_only():
    """A seasonal fall is not "coming down"."""
    study = made.study()
    english, spanish = both("since_last_issue", study, since=dt.date(2026, 11, 3))
    assert english.title == "Northern Hemisphere air has held at +0.36 °C against average (preliminary)"
    assert spanish.title == "El aire del hemisferio norte: la anomalía se mantiene en +0,36 °C (provisional)"
    assert english.caption.startswith("14 new days since 3 November:")
    assert spanish.caption.startswith("14 días nuevos desde el 3 de noviembre:")
    nothing, nada = both("since_last_issue", study, since=made.DAY)
    assert nothing.title == "No new day: Northern Hemisphere air at +0.36 °C against average (preliminary)"
    assert nada.title == "Ningún día nuevo: el aire del hemisferio norte, +0,36 °C frente a la media (provisional)"
    assert both("since_last_issue", study)[0] == english
    few, _ = both("since_last_issue", study, since=dt.date(2026, 11, 14))
    assert few.title == english.title  # three days are no mean: the fortnight's, and what is new is counted
    assert few.caption.startswith("3 new days since 14 November:")
    with pytest.raises(RenderError, match="begins on 1940-01-01"):
        both("since_last_issue", study, since=dt.date(1939, 1, 1))
    with pytest.raises(RenderError, match="no average"):
        both("since_last_issue", made.study(baseline=None))


def test_gaps_are_told():
    """Days of this year, and years the file lacks."""
    one = dt.date(2026, 6, 1)
    missing = (Run(dt.date(2026, 5, 3), dt.date(2026, 5, 7), 5), Run(one, one, 1))
    gaps = {"missing": missing, "absent_years": tuple(range(2001, 2023))}
    english, spanish = both("anomaly", made.study(preliminary_from=None, **gaps))
    assert "The series has no data for 2001–2022. There are no data for 3–7 May." in english.caption
    assert "No hay datos de 3–7 may." in spanish.caption


def test_southern_seasons_are_never_named_without_their_hemisphere():
    """No text says summer or winter alone."""
    for chart in ("year_lines", "anomaly", "year_over_year"):
        for told in both(chart, made.study("sh", "era5.t2m.sh")):
            for word in ("summer", "winter", "verano", "invierno"):
                assert word not in told.long

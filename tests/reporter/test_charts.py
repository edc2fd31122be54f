"""Each chart draws what the numbers say: its artists are asked."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.lines import Line2D
from PIL import Image, ImageChops, ImageFilter

from climtrack.analysis.survey import study
from climtrack.errors import RenderError
from climtrack.reporter import annotations, curves, means
from climtrack.reporter.answers import answers
from climtrack.reporter.canvas import Canvas
from climtrack.reporter.charts import CHARTS, anomaly, year_to_date
from climtrack.reporter.charts.day_heatmap import smoothed
from climtrack.reporter.encode import raster
from climtrack.reporter.render import draw, render, words
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import dayofyear_of
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Series, trimmed
from climtrack.words.language import Language
from tests.reporter.pictures import combinations_of, faults, subject
from tests.reporter.studies import sample, series

BASELINES = Path(__file__).parent / "baseline_images"


def line(canvas: Canvas, gid: str, panel: int = 0) -> Line2D:
    """A line of a panel by its name."""
    return next(artist for artist in canvas.figure.axes[panel].lines if artist.get_gid() == gid)


def said(canvas: Canvas, name: str) -> list[str]:
    """Texts of one kind."""
    return [box.text for box in canvas.boxes if box.name == name]


def altered(one: Series, missing: tuple[tuple[dt.date, dt.date], ...] = (), **values: float) -> Study:
    """The study of a series with some days missing and some values changed (day of 2026 as ``d1117``)."""
    numbers, status = one.values.copy(), one.status.copy()
    for first, last in missing:
        span = slice((first - one.start).days, (last - one.start).days + 1)
        numbers[span], status[span] = np.nan, 0
    for name, value in values.items():
        numbers[(dt.date(2026, int(name[1:3]), int(name[3:])) - one.start).days] = value
    return study(trimmed(one.key, one.start, numbers, status, one.source), REGIONS[one.key.region])


def test_year_lines_draws_the_table() -> None:
    """This year, last year, average and 85 thin lines are the study's own numbers; 29 February is stepped over."""
    one = sample()
    canvas = draw("year_lines", [one], preset="wide", theme="light", language="en")
    ys = np.asarray(line(canvas, "this-year").get_ydata())
    np.testing.assert_array_equal(ys, np.delete(one.table.row(2026), 59))
    assert line(canvas, "this-year").get_linewidth() == 2.6
    assert line(canvas, "last-year").get_linewidth() == 1.7
    assert one.climatology is not None
    np.testing.assert_array_equal(np.asarray(line(canvas, "average").get_ydata()), one.climatology.mean)
    assert len(canvas.figure.axes[0].collections[0].get_paths()) == 85
    end = line(canvas, "end")
    assert (end.get_xdata()[0], end.get_ydata()[0]) == curves.end_point(one, one.table)


def test_preliminary_days_are_dotted() -> None:
    """The dotted part begins on the last final day, and the note says what it is."""
    one = sample("natlan", "sst")
    canvas = draw("year_lines", [one], preset="wide", theme="light", language="en")
    dotted = np.asarray(line(canvas, "preliminary").get_ydata())
    solid = np.asarray(line(canvas, "this-year").get_ydata())
    assert np.isfinite(dotted).sum() == one.series.preliminary.sum() + 1
    assert np.isfinite(dotted[np.isfinite(solid)]).sum() == 1
    assert line(canvas, "preliminary").get_linestyle() != "-"
    assert "Dotted end: preliminary" in " ".join(said(canvas, "notes"))


def test_gaps_stay_open_and_are_named() -> None:
    """Missing days break the line; three or more are named, a single one is not."""
    one = altered(
        series("nh"), ((dt.date(2026, 5, 3), dt.date(2026, 5, 7)), (dt.date(2026, 8, 14), dt.date(2026, 8, 14)))
    )
    canvas = draw("year_lines", [one], preset="wide", theme="light", language="en")
    ys = np.asarray(line(canvas, "this-year").get_ydata())
    assert np.isnan(ys[122:127]).all()  # 3–7 May: days 123–127 of a common year
    assert np.isnan(ys).sum() == np.isnan(np.delete(one.table.row(2026), 59)).sum()
    notes = " ".join(said(canvas, "notes"))
    assert "No data 3–7 May" in notes
    assert "14 Aug" not in notes


def test_absent_years_are_absent() -> None:
    """Years that the file lacks are not drawn, and the note names them and the average used instead."""
    one = altered(series("nh"), ((dt.date(2001, 1, 1), dt.date(2022, 12, 31)),))
    assert one.baseline != Baseline(1991, 2020)
    canvas = draw("year_lines", [one], preset="wide", theme="light", language="en")
    assert len(canvas.figure.axes[0].collections[0].get_paths()) == 85 - 22
    notes = " ".join(said(canvas, "notes"))
    assert "2001–2022" in notes
    assert "The series does not cover 1991–2020" in notes


def test_without_any_baseline() -> None:
    """Where no baseline is covered the flagship stands without average; the charts that need one say what to do."""
    one = altered(series("nh"), ((dt.date(1940, 1, 1), dt.date(2015, 12, 31)),))
    assert one.climatology is None
    for preset in ("wide", "phone", "card"):
        canvas = draw("year_lines", [one], preset=preset, theme="light", language="es")
        assert len(canvas.figure.axes) == 1
        assert not any("media" in text for text in said(canvas, "key") + said(canvas, "end"))
    for chart in ("anomaly", "day_heatmap", "stripes", "since_last_issue"):
        with pytest.raises(RenderError):
            render(chart, [one], preset="wide", theme="light", language="en")
    with pytest.raises(RenderError):
        render("hemispheres", [one, sample("sh")], preset="panel", theme="light", language="en")


def test_one_missing_day_of_last_year_is_a_gap_and_named() -> None:
    """A year that lacks this one date is drawn without that bar; picture, caption and answer say which day it is."""
    end = series("nh").end
    before = end.replace(year=end.year - 1)
    one = altered(series("nh"), ((before, before),))
    whole = sample(as_of=end).findings.year_over_year
    canvas = draw("year_over_year", [one], preset="wide", theme="light", language="en")
    assert said(canvas, "callout") == []
    counted = int(said(canvas, "tally")[0].split(" of ")[1].split()[0])
    assert counted == whole.days_compared - 1
    assert f"No data in {before.year} for {end.day} Nov" in " ".join(said(canvas, "notes"))
    spanish = words("year_over_year", [one])["es"]
    assert f"{before.year} no tiene valor del {end.day} de noviembre" in spanish.caption
    assert f"cada día de {end.year} menos la misma fecha de {before.year}" in spanish.subtitle
    (below,) = [text for text in answers(one, Language("en")) if text.startswith("Is it below")]
    assert f"{before.year} has no value for {end.day} November, so this day cannot be compared" in below


def test_a_year_without_any_partner_is_refused() -> None:
    """No bar at all is no picture; the line says what to draw instead."""
    year = series("nh").end.year - 1
    one = altered(series("nh"), ((dt.date(year, 1, 1), dt.date(year, 12, 31)),))
    with pytest.raises(RenderError, match=f"no value of {year} on this day of year. Draw anomaly instead"):
        draw("year_over_year", [one], preset="wide", theme="light", language="en")
    assert "There is no line of last year" in answers(one, Language("en"))[1]


@pytest.mark.parametrize("preset", ["phone", "card", "email", "post"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_whole_year_of_bars_leaves_room_for_every_text(preset: str, language: str) -> None:
    """On 31 December bars fill the width: both tallies and the last value still stand, on their own sides."""
    for region, variable, size in (("nh", "t2m", 1.0), ("natlan", "sst", 1.0), ("nh", "t2m", -3.0)):
        raw = series(region, variable)
        values = raw.values.copy()
        stop = (dt.date(2025, 12, 31) - raw.start).days + 1
        wave = size * (1 + 0.2 * np.cos(np.arange(365) / 9.0))
        values[stop - 365 : stop] = values[stop - 730 : stop - 365] + wave
        one = study(trimmed(raw.key, raw.start, values[:stop], raw.status[:stop], raw.source), REGIONS[region])
        canvas = draw("year_over_year", [one], preset=preset, theme="light", language=language)
        assert len(said(canvas, "tally")) == 2
        assert len(said(canvas, "panel-value" if preset == "card" else "callout")) >= 2
        assert faults(canvas) == []


def test_limits_are_those_of_every_language() -> None:
    """The words of a language move no axis, on a phone as in a mail."""
    for region in ("world", "nh", "sh", "arctic"):
        told = words("year_lines", [sample(region)])
        for preset in ("phone", "email"):
            shown = [
                draw("year_lines", [sample(region)], preset=preset, theme="light", language=code, text=told[code])
                for code in ("en", "es")
            ]
            assert len({canvas.figure.axes[0].get_ylim() for canvas in shown}) == 1, (region, preset)


def test_series_of_any_length_and_shape() -> None:
    """A single day, some weeks, two years, a constant: drawn, or refused in one line, never broken."""
    whole = series("nh")
    pieces = {dt.date(2026, 1, 1): 1, dt.date(2026, 10, 1): 40, dt.date(2025, 1, 1): 680, dt.date(1990, 6, 15): 13200}
    made = [
        replace(whole, start=first, values=whole.values[i : i + days], status=whole.status[i : i + days])
        for first, days in pieces.items()
        for i in ((first - whole.start).days,)
    ]
    made.append(replace(made[-1], values=np.full(13200, 15.0)))
    drawn = 0
    for one in made:
        told: dict[str, Words] = {}
        for chart, preset, shown, options in combinations_of([study(one, REGIONS["nh"])]):
            try:
                told[chart] = told.get(chart) or words(chart, shown, **options)["en"]
                canvas = draw(chart, shown, preset=preset, theme="light", language="en", text=told[chart], **options)
            except RenderError:
                continue
            drawn += 1
            assert not faults(canvas), (chart, preset, one.start)
    assert drawn >= 100


@pytest.mark.parametrize("chart", ["year_lines", "anomaly"])
def test_january_and_february_show_the_last_twelve_months(chart: str) -> None:
    """Until 28 February differences run through New Year, this line and that of a year earlier; then not."""
    one = sample(as_of=dt.date(2026, 1, 28))
    canvas, panel = draw(chart, [one], preset="wide", theme="light", language="en"), -1
    this, before, last = (
        np.asarray(line(canvas, gid, panel).get_ydata()) for gid in ("this-year", "before", "last-year")
    )
    assert (np.isfinite(this).sum(), np.isfinite(before).sum(), last.size) == (28, 338, 365)
    daily, day = means.daily(one), (dt.date(2026, 1, 24) - one.series.start).days
    assert (this[-5], last[-5]) == (daily[day], daily[day - 365])
    assert "2026" in said(canvas, "month") or chart == "year_lines"
    if chart == "year_lines":
        assert said(canvas, "head") == ["Difference from the 1991–2020 average, last 12 months"]
    later = draw(chart, [sample(as_of=dt.date(2026, 3, 1))], preset="wide", theme="light", language="en")
    assert np.isfinite(np.asarray(line(later, "this-year", panel).get_ydata())).sum() == 60
    assert "before" not in [artist.get_gid() for artist in later.figure.axes[panel].lines]


def test_limits_do_not_move_from_issue_to_issue() -> None:
    """Two issues a fortnight apart share scale and composition, so that pictures compare."""
    shown = [
        draw("year_lines", [sample(as_of=day)], preset="wide", theme="light", language="en").figure.axes
        for day in (dt.date(2025, 10, 3), dt.date(2025, 10, 17))
    ]
    assert shown[0][0].get_ylim() == shown[1][0].get_ylim()
    assert len(shown[0]) == len(shown[1]) == 2
    low, high = curves.absolute_limits(sample(), 0.0)
    assert low <= np.nanmin(sample().table.values)
    assert high >= np.nanmax(sample().table.values)
    below, above = curves.difference_limits(sample())
    assert below < 0 < above


def test_level_is_said_in_words() -> None:
    """A difference that rounds to nothing is "level", never +0.0."""
    end = sample().series.end
    value = series("nh").value(end.replace(year=2025))
    assert value is not None
    one = altered(series("nh"), **{f"d{end:%m%d}": value + 0.04})
    english = draw("year_lines", [one], preset="wide", theme="light", language="en")
    spanish = draw("year_lines", [one], preset="wide", theme="light", language="es")
    assert "level with 2025" in said(english, "panel-value")
    assert "al nivel de 2025" in said(spanish, "panel-value")


def test_the_record_is_named_at_its_peak() -> None:
    """Value and date, as far as the claim bears, whichever year holds it; the callout says it of the latest day."""
    canvas = draw("year_lines", [sample(as_of=dt.date(2026, 1, 9))], preset="wide", theme="light", language="en")
    assert said(canvas, "record") == ["Warmest day: 22.49\u00a0°C, 17 Jul 2023; 20 Jul 2024 within 0.01\u00a0°C"]
    hot = draw("year_lines", [altered(series("nh"), d0801=22.9)], preset="wide", theme="light", language="es")
    assert said(hot, "record") == ["Día más cálido: 22,90\u00a0°C, 1 ago 2026"]
    assert said(hot, "callout")[0] == "2026"
    end = altered(series("nh"), d1117=22.9)
    assert said(draw("year_lines", [end], preset="wide", theme="light", language="en"), "record") == []


def test_sea_surface_has_two_decimals() -> None:
    """Hundredths for the sea, tenths for the air, a comma in Spanish."""
    sea = draw("year_lines", [sample("natlan", "sst")], preset="email", theme="light", language="es")
    value = sample("natlan", "sst").findings.latest.value
    assert f"{value:.2f}".replace(".", ",") + "\u00a0°C" in said(sea, "callout")


def test_only_simulated_data_say_so() -> None:
    """True data carry no warning but their source (that simulated ones do is held where every picture is drawn)."""
    source = replace(series("nh").source, simulated=False)
    one = study(replace(series("nh"), source=source), REGIONS["nh"])
    canvas = draw("year_lines", [one], preset="card", theme="light", language="en")
    assert not said(canvas, "warning")
    source_lines = " ".join(said(canvas, "source"))
    assert "Copernicus" in source_lines
    assert f"{one.series.end.day} November 2026" in source_lines  # a card has no subtitle to say how far the data go


def test_old_data_say_so_everywhere() -> None:
    """Every chart in every preset, in no more room than there is; in Spanish, and in English once a chart."""
    for name, chart in CHARTS.items():
        shown, options = subject(name, [sample("nh"), sample("sh"), sample("natlan", "sst")])
        late = [
            replace(one, series=replace(one.series, source=replace(one.series.source, simulated=False)), overdue=23)
            for one in shown
        ]
        end = late[0].series.end
        until = f"Data to {end.day} {end:%B} {end.year}"
        warnings = {"en": f"{until}: older than usual", "es": "más antiguos de lo habitual"}
        told = words(name, late, **options)
        for preset in chart.presets:
            for language in ("es", "en") if preset == chart.presets[0] else ("es",):
                text = told[language]
                canvas = draw(name, late, preset=preset, theme="light", language=language, text=text, **options)
                assert any(warnings[language] in one for one in said(canvas, "warning")), (name, preset)
                assert not faults(canvas), (name, preset)


def test_year_over_year_bars_are_the_differences() -> None:
    """Red above zero, blue below; tallies and last value are the findings'."""
    one = sample()
    canvas = draw("year_over_year", [one], preset="wide", theme="light", language="en")
    bars = np.delete(one.table.row(2026) - one.table.row(2025), 59)
    warm, cold = canvas.figure.axes[0].collections[:2]
    assert warm.get_paths()[0].vertices[:, 1].max() == pytest.approx(np.nanmax(bars))
    assert cold.get_paths()[0].vertices[:, 1].min() == pytest.approx(np.nanmin(bars))
    found = one.findings.year_over_year
    assert said(canvas, "tally") == [
        f"Warmer than 2025: {found.days_warmer} of {found.days_compared} days",
        f"Cooler than 2025: {found.days_cooler} days",
    ]


def test_the_leap_day_has_the_bar_that_the_tally_counts() -> None:
    """29 February 2024 faces 28 February 2023 in bar, tally and note; one day is a day."""
    one = sample(as_of=dt.date(2024, 3, 20))
    canvas = draw("year_over_year", [one], preset="wide", theme="light", language="en")
    found = one.findings.year_over_year
    assert found.days_compared == 31 + 29 + 20
    height = one.series.value(dt.date(2024, 2, 29)) - one.series.value(dt.date(2023, 2, 28))
    bars = canvas.figure.axes[0].collections[0 if height > 0 else 1].get_paths()[0].vertices
    for edge in (59, 60):  # the 60th bar of the year
        assert any(y == pytest.approx(height) for y in bars[bars[:, 0] == edge, 1])
    assert said(canvas, "tally")[0].endswith(f" of {found.days_compared} days")
    assert "29 February is compared with 28 February" in " ".join(said(canvas, "notes"))
    young = draw("year_over_year", [sample(as_of=dt.date(2026, 1, 1))], preset="wide", theme="light", language="en")
    assert any(text.endswith(" of 365 days") for text in said(young, "tally"))


def test_hemispheres_share_their_scales() -> None:
    """Same limits in both columns, the key on the left only, the southern winter named."""
    canvas = draw("hemispheres", [sample("nh"), sample("sh")], preset="panel", theme="dark", language="es")
    north, north_lower, south, south_lower = canvas.figure.axes
    assert north.get_ylim() == south.get_ylim()
    assert north_lower.get_ylim() == south_lower.get_ylim()
    assert "invierno austral" in said(canvas, "season")
    right = max(box.rect.left for box in canvas.boxes if box.name == "head")
    assert all(box.rect.right < right for box in canvas.boxes if box.name == "key")
    with pytest.raises(RenderError, match="one variable"):
        draw("hemispheres", [sample("nh"), sample("natlan", "sst")], preset="panel", theme="light", language="en")


@pytest.mark.parametrize("preset", ["wide", "phone", "card"])
def test_a_degree_is_as_high_in_air_as_in_sea(preset: str) -> None:
    canvas = draw("both", [sample("nh"), sample("natlan", "sst")], preset=preset, theme="light", language="es")
    air, sea = canvas.figure.axes
    assert air.get_ylim() == sea.get_ylim()
    assert air.get_position().height == pytest.approx(sea.get_position().height, abs=1e-3)


@pytest.mark.parametrize("preset", ["wide", "post", "panel", "phone"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_hemispheres_name_their_baseline(preset: str, language: str) -> None:
    """Where the curve leaves no room for the key, a heading does."""
    canvas = draw("hemispheres", [sample("nh"), sample("sh")], preset=preset, theme="light", language=language)
    assert any("1991–2020" in text for text in said(canvas, "key") + said(canvas, "subtitle"))


def test_a_few_weeks_have_dates_under_them() -> None:
    """A fortnight and the month before it: dates a week apart, or two, to the last day, never the month alone."""
    one = sample(as_of=dt.date(2026, 8, 21))
    for preset, language, days in (
        ("wide", "en", ["31 Jul", "7 Aug", "14 Aug", "21 Aug"]), ("phone", "es", ["24 jul", "7 ago", "21 ago"]),
    ):  # fmt: skip
        canvas = draw("since_last_issue", [one], preset=preset, theme="light", language=language)
        assert said(canvas, "month")[-len(days) :] == days


def test_the_hemispheres_share_their_anomaly_limits() -> None:
    """North and south by themselves take the same limits where both stay within two degrees."""
    quiet = [altered(series(region), ((dt.date(1940, 1, 1), dt.date(1990, 12, 31)),)) for region in ("nh", "sh")]
    assert anomaly.limits(quiet[0]) == anomaly.limits(quiet[1])
    assert anomaly.limits(sample("tropics")) != anomaly.limits(quiet[0])


def test_colour_classes_by_hand() -> None:
    """Sixteen equal classes from −1 to 1; beyond takes the last, zero the first warm one, NaN none."""
    found = annotations.colour_classes(np.array([-2.0, -1.0, -0.01, 0.0, 0.124, 0.126, 0.99, 3.0, np.nan]), 1.0)
    assert found.tolist() == [0, 0, 7, 8, 8, 9, 15, 15, -1]


def test_stripes_are_the_annual_means() -> None:
    """One stripe a year with the colour of its mean, this year's so far included."""
    one = sample()
    canvas = draw("stripes", [one], preset="strip", theme="light", language="en")
    assert {"1940", "1960", "1980", "2000", "2026"} <= set(said(canvas, "year"))
    found = means.annual(one)
    assert max(found, key=lambda year: found[year]) in range(2015, 2027)
    assert "Hawkins" in " ".join(said(canvas, "notes"))


def test_the_year_to_date_ends_in_its_range() -> None:
    """The line ends at the mean so far, the wash at the range; a year that lacks January has no line."""
    one = sample()
    canvas = draw("year_to_date", [one], preset="wide", theme="light", language="en")
    running, to_date = means.to_date(one), one.findings.anomaly_year_to_date
    assert isinstance(to_date, float)
    assert running.row(2026)[320 + 1] == pytest.approx(to_date)  # 17 November is day 322
    assert f"+{to_date:.2f} °C to 17 Nov" in [text.replace("\u00a0", " ") for text in said(canvas, "callout")]
    wash = next(c for c in canvas.figure.axes[0].collections if c.get_gid() == "range")
    ending = year_to_date.ending(one)
    assert ending is not None
    ys = wash.get_paths()[0].vertices[:, 1]
    assert (ys.min(), ys.max()) == pytest.approx(ending[1:])
    assert any("9 times in 10" in text for text in said(canvas, "end"))
    gap = altered(series("nh"), ((dt.date(2020, 1, 5), dt.date(2020, 1, 20)),))
    held = means.to_date(gap).row(2020)
    assert not np.isnan(held[:4]).any()
    assert np.isnan(held[20:]).all()


def test_heatmap_rows_are_weekly_means() -> None:
    """A constant anomaly stays what it is; a missing day is missing; 29 February of common years is filled."""
    one = altered(series("nh"), ((dt.date(2026, 5, 3), dt.date(2026, 5, 7)),))
    years, values = smoothed(one)
    row = values[years.tolist().index(2026)]
    assert np.isnan(row[123:128]).all()
    assert np.isfinite(row[59])
    assert one.anomalies is not None
    day = 200
    assert row[day] == pytest.approx(np.mean(one.anomalies.row(2026)[day - 3 : day + 4]))


def test_records_close_the_sum() -> None:
    """Bars and "all other years" make up 365 on both sides; this year is always named."""
    canvas = draw("records", [sample()], preset="wide", theme="light", language="en")
    counts = [int(text) for text in said(canvas, "count")]
    others = [int(text.rsplit(" ", 1)[1]) for text in said(canvas, "others")]
    assert sum(counts) + sum(others) == 2 * 365
    assert "2026" in said(canvas, "year")


def test_since_compares_the_days_since_with_as_many_before() -> None:
    """Both means stand in the picture, and without a date those of the fortnight."""
    one = sample()
    assert one.anomalies is not None
    anomaly = one.anomalies.row(2026)[: dayofyear_of(one.series.end)]
    for since, days in ((one.series.end - dt.timedelta(days=16), 16), (None, 14)):
        canvas = draw("since_last_issue", [one], preset="wide", theme="light", language="en", since=since)
        text = " ".join(said(canvas, "callout"))
        assert f"{np.nanmean(anomaly[-days:]):+.2f}\u00a0°C, the last {days} days" in text
        assert f"{np.nanmean(anomaly[-2 * days : -days]):+.2f}\u00a0°C, the {days} days before" in text


@pytest.mark.parametrize(
    ("chart", "preset", "theme"),
    [("year_lines", "phone", "light"), ("anomaly", "card", "dark"), ("stripes", "card", "light"),
     ("hemispheres", "phone", "light"), ("records", "card", "light")],
)  # fmt: skip
def test_pictures_look_as_they_did(chart: str, preset: str, theme: str) -> None:
    """Blurred to a third, a picture differs from its baseline by less than a shade; CLIMTRACK_RENEW=1 renews them."""
    shown, options = subject(chart, [sample("nh"), sample("sh")])
    path = BASELINES / f"{chart}_{preset}_{theme}.png"
    if os.environ.get("CLIMTRACK_RENEW") == "1":
        path.write_bytes(render(chart, shown, preset=preset, theme=theme, language="en", **options).data)
    now = raster(draw(chart, shown, preset=preset, theme=theme, language="en", **options)).convert("RGB")
    then = Image.open(path).convert("RGB")
    assert now.size == then.size
    third = (now.width // 3, now.height // 3)
    small = [picture.filter(ImageFilter.BoxBlur(2)).resize(third) for picture in (now, then)]
    difference = np.asarray(ImageChops.difference(*small), dtype=float)
    assert np.sqrt((difference**2).mean()) < 3

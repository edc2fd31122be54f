"""Figures that Copernicus, NOAA and the University of Maine published, to hold ours against."""

from __future__ import annotations

from climtrack.vocabulary.context import Published
from climtrack.vocabulary.series import SeriesKey

_AIR = SeriesKey("era5", "t2m", "world")
_NORTH = SeriesKey("era5", "t2m", "nh")
_CFSR = SeriesKey("cfsr", "t2m", "world")
_ATLANTIC = SeriesKey("oisst", "sst", "natlan")
_OCEAN = SeriesKey("oisst", "sst", "world2")
#: Copernicus's own sea surface is ERA5's, which no series of the site carries: only Climate Pulse does.
_ERA5_SEA = SeriesKey("climate-pulse", "sst", "world2")

_JULY24 = "C3S statement, 25 July 2024"
_NOV23 = "C3S news item, 21 November 2023"
_JULY_BULLETIN = "C3S bulletin, 8 July 2024"
_AUG_BULLETIN = "C3S bulletin, August 2024"
_MARCH_BULLETIN = "C3S bulletin, 7 March 2024"
_YEAR23 = "C3S, 9 January 2024"
_YEAR24 = "C3S, 10 January 2025"
_MAINE = "University of Maine, July 2023"
_WATCH = "University of Maine, 12 April 2023"
_NCEI = "NOAA NCEI, 29 July 2023"
_POST = "the newsletter post of July 2024 that climtrack grew from"

_NOVEMBER = (
    "published from provisional data against the normal then in use; Copernicus's own file of February 2024 gives "
    "+1.16 and +1.15 °C above 1991–2020 for 17 and 18 November, and ours lie within 0.01 °C of that"
)
_COUNT = (
    "four of the days lie less than 0.012 °C above the bar, closer than the two reductions of the same ERA5 hours "
    "agree (0.03 °C at most); Copernicus counts one of them out"
)

_BY_SLOT = "day above 1979–2000, by the site's slots"
_DAY, _ABOVE = "daily mean", "day above 1991–2020"
_PRE = "above 1850–1900"
_MONTH, _YEAR = "monthly mean", "annual mean"

PUBLISHED: tuple[Published, ...] = (
    Published(_AIR, "record day", "mean", "2024-07-22", 17.16, 2, _JULY24),
    Published(_AIR, _DAY, "mean", "2024-07-23", 17.15, 2, _JULY24),
    Published(_AIR, "record day, first figure", "mean", "2024-07-22", 17.15, 2, "C3S, 24 July 2024"),
    Published(_AIR, _DAY, "mean", "2024-07-21", 17.09, 2, _JULY24),
    Published(_AIR, "record day before July 2024", "mean", "2023-07-06", 17.08, 2, _JULY24),
    Published(_AIR, "record day before July 2023", "mean", "2016-08-13", 16.80, 2, "C3S, July 2024"),
    Published(_AIR, "days above the record of August 2016", "days above 16.797", "2023-07-03/2024-07-21", 57, 0,
              "C3S, 24 July 2024", _COUNT),
    Published(_AIR, "days above the record of August 2016", "days above 16.797", "2023-07-03/2023-07-31", 29, 0,
              "C3S, August 2023"),
    Published(_AIR, _ABOVE, "day anomaly", "2023-11-17", 1.17, 2, _NOV23, _NOVEMBER),
    Published(_AIR, f"day {_PRE}", "day preindustrial", "2023-11-17", 2.07, 2, _NOV23, _NOVEMBER),
    Published(_AIR, f"day {_PRE}, provisional", "day preindustrial", "2023-11-18", 2.06, 2, _NOV23, _NOVEMBER),
    Published(_AIR, _MONTH, "mean", "2023-07", 16.95, 2, "C3S, August 2023"),
    Published(_AIR, _MONTH, "mean", "2019-07", 16.63, 2, "C3S, August 2023"),
    Published(_AIR, _MONTH, "mean", "2024-07", 16.91, 2, _AUG_BULLETIN),
    Published(_AIR, _MONTH, "mean", "2024-06", 16.66, 2, _JULY_BULLETIN),
    Published(_AIR, "month above 1991–2020", "anomaly", "2024-06", 0.67, 2, _JULY_BULLETIN),
    Published(_AIR, f"month {_PRE}", "preindustrial", "2024-06", 1.50, 2, _JULY_BULLETIN),
    Published(_AIR, f"month {_PRE}", "preindustrial", "2024-07", 1.48, 2, _AUG_BULLETIN),
    Published(_AIR, _MONTH, "mean", "2024-02", 13.54, 2, _MARCH_BULLETIN),
    Published(_AIR, "month above 1991–2020", "anomaly", "2024-02", 0.81, 2, _MARCH_BULLETIN),
    Published(_AIR, "record months in a row", "record months", "2023-06-01/2024-06-30", 13, 0, _JULY_BULLETIN),
    Published(_AIR, f"12 months {_PRE}", "preindustrial", "2023-07-01/2024-06-30", 1.64, 2, _JULY_BULLETIN),
    Published(_AIR, _YEAR, "mean", "2023", 14.98, 2, _YEAR23),
    Published(_AIR, _YEAR, "mean", "2016", 14.81, 2, _YEAR23),
    Published(_AIR, _YEAR, "mean", "2024", 15.10, 2, _YEAR24),
    Published(_AIR, f"year {_PRE}", "preindustrial", "2023", 1.48, 2, _YEAR23),
    Published(_AIR, f"year {_PRE}", "preindustrial", "2024", 1.60, 2, _YEAR24),
    Published(_AIR, "2023 minus 2016", "minus 2016", "2023", 0.17, 2, _YEAR23),
    Published(_AIR, "1991–2020 above 1850–1900", "offset", "1991-2020", 0.88, 2, "C3S convention"),
    Published(_CFSR, "daily mean (CFSR)", "mean", "2023-07-03", 17.01, 2, _MAINE),
    Published(_CFSR, "daily mean (CFSR)", "mean", "2023-07-04", 17.18, 2, _MAINE),
    Published(_CFSR, "daily mean (CFSR)", "mean", "2023-07-05", 17.18, 2, _MAINE),
    Published(_CFSR, "daily mean (CFSR)", "mean", "2023-07-06", 17.23, 2, _MAINE),
    Published(_CFSR, "days above every earlier day (CFSR)", "days above before 2023", "2023-07-01/2023-07-24", 22, 0,
              "University of Maine, 27 July 2023"),
    Published(_OCEAN, "daily mean, early April", "warmest", "2023-04-01/2023-04-06", 21.1, 1, _WATCH),
    Published(_OCEAN, "record day before 2023", "warmest", "2016-03", 21.0, 1, _WATCH),
    Published(_ERA5_SEA, "record day (ERA5 sea)", "mean", "2023-07-31", 20.96, 2, "C3S, 4 August 2023"),
    Published(_ERA5_SEA, "daily mean (ERA5 sea)", "mean", "2023-08-04", 20.98, 2, "C3S, 7 August 2023"),
    Published(_ERA5_SEA, "record day before 2023 (ERA5 sea)", "warmest", "2016", 20.95, 2, "C3S, August 2023"),
    Published(_ERA5_SEA, "monthly mean (ERA5 sea)", "mean", "2024-02", 21.06, 2, _MARCH_BULLETIN),
    Published(_ERA5_SEA, "monthly mean (ERA5 sea)", "mean", "2023-08", 20.98, 2, _MARCH_BULLETIN),
    Published(_ERA5_SEA, "record day (ERA5 sea)", "warmest", "2024-02/2024-03", 21.09, 2, "BBC from C3S, May 2024"),
    Published(_ERA5_SEA, "monthly mean (ERA5 sea)", "mean", "2024-06", 20.85, 2, _JULY_BULLETIN),
    Published(_ERA5_SEA, "record streak begun on 4 May 2023, to 21 February 2024", "record run",
              "2023-05-04/2024-02-21", 294, 0,
              "BBC from C3S, May 2024"),
    Published(_ATLANTIC, "record day", "mean", "2023-07-26", 24.9, 1, _NCEI),
    Published(_ATLANTIC, "record day before July 2023", "warmest", "2022-09", 24.89, 2, _NCEI),
    Published(_NORTH, _DAY, "mean", "2023-07-01", 21.7, 1, _POST),
    Published(_NORTH, _BY_SLOT, "site anomaly 1979-2000", "2023-07-01", 1.1, 1, _POST),
    Published(_NORTH, _DAY, "mean", "2023-07-31", 22.7, 1, _POST),
    Published(_NORTH, _BY_SLOT, "site anomaly 1979-2000", "2023-07-31", 1.4, 1, _POST),
)  # fmt: skip

"""
Reasons: why a finding cannot be known, in Spanish.

The analysis gives its reasons as English sentences with numbers in them; the patterns here are those sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

UNTOLD = "los datos no bastan"

#: English pattern → Spanish sentence; the groups are numbers, years and dates.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        r"no baseline is covered": "ningún periodo de referencia está cubierto",
        r"no baseline is covered, so season and anomaly cannot be told apart": (
            "ningún periodo de referencia está cubierto, así que no se puede separar la estación de la anomalía"
        ),
        r"no other year has this date": "ningún otro año tiene esta fecha",
        r"no other year to compare with": "no hay otro año con el que comparar",
        r"no new day since then": "no hay días nuevos desde entonces",
        r"only 1 complete year since (\d+)": r"solo hay 1 año completo desde \1",
        r"only (\d+) complete years since (\d+)": r"solo hay \1 años completos desde \2",
        r"only 1 complete year before (\d+)": r"solo hay 1 año completo antes de \1",
        r"only (\d+) complete years before (\d+)": r"solo hay \1 años completos antes de \2",
        r"(\d+) of the years (\d+)[-–](\d+) are absent": r"faltan \1 de los años \2–\3",
        r"only 1 of the last (\d+) days has a value": r"solo 1 de los últimos \1 días tiene valor",
        r"only (\d+) of the last (\d+) days have a value": r"solo \1 de los últimos \2 días tienen valor",
        r"no value of (\S+) on this day of year": r"no hay valor de \1 en este día del año",
        r"no value between (\S+) and (\S+)": r"no hay valores entre \1 y \2",
        r"no value on (\S+)": r"no hay valor el \1",
        r"the series does not reach back to (\S+)": r"la serie no llega hasta \1",
        r"more than a tenth of (\S+) to (\S+) is missing": r"falta más de una décima parte de \1 a \2",
        r"marine heatwaves are defined for the sea surface": (
            "las olas de calor marinas se definen para la superficie del mar"
        ),
        r"no baseline is covered by .*": "ningún periodo de referencia está cubierto por todas las series",
        r"fewer than three whole months": "no hay tres meses completos",
        r"the hemispheres' anomalies have opposite signs": "las anomalías de los hemisferios tienen signos opuestos",
        r"the world and both hemispheres of one variable are needed": (
            "hacen falta el mundo y los dos hemisferios de una misma variable"
        ),
        r"the offsets to (\S+) are known for air temperature, not for the sea surface": (
            r"la diferencia con \1 se conoce para la temperatura del aire, no para la superficie del mar"
        ),
        r"the offsets to (\S+) are known for the whole world only, not for a part of it": (
            r"la diferencia con \1 solo se conoce para el mundo entero, no para una parte"
        ),
        r"the offsets to (\S+) do not belong to (\S+)": r"la diferencia con \1 no corresponde a \2",
        r"no value of (\d+)": r"no hay valores de \1",
        r"the series ends on (\S+)": r"la serie acaba el \1",
        r"change from preliminary to final, 20 copies of the feed, August 2026": (
            "cambio de provisional a definitivo, 20 copias de la fuente, agosto de 2026"
        ),
        r"no value changed between five copies of the world series, February 2024 to February 2026": (
            "ningún valor cambió entre cinco copias de la serie mundial, de febrero de 2024 a febrero de 2026"
        ),
        r"measured here since (\S+)": r"medido aquí desde el \1",
        r"Categories are made for local series: .*": (
            "las categorías están pensadas para series locales: la media de una cuenca varía poco de un año a otro y, "
            "con la tendencia al calentamiento, casi todos los días superan el umbral y las categorías se saturan; "
            "dicen más el puesto y el percentil"
        ),
        r"three-month means of the Niño 3\.4 anomaly, .*": (
            "medias trimestrales de la anomalía de Niño 3.4, respecto a la climatología de la propia región, de "
            "±0,5 °C o más; cinco solapadas y seguidas son un episodio"
        ),
        r"of these regions only (.+) has such a series": r"de estas regiones solo \1 tiene una serie así",
        r"no (?:series )?(\S+) (?:at hand|is stored)": r"no se dispone de \1",
    }
)

#: The parts of a sentence that says why a baseline is not covered, in the order in which they are replaced.
_UNCOVERED = (
    (r"^shifting baseline ", ""),
    (r"(\d{4})[-–](\d{4}) not covered: ", r"\1–\2 no está cubierto: "),
    (r"years ([\d–, …]+) absent", r"faltan los años \1"),
    (r"year (\d+) absent", r"falta el año \1"),
    (r"(\d{4}) has only 1 day\b", r"\1 solo tiene 1 día"),
    (r"(\d{4}) has only (\d+) days", r"\1 solo tiene \2 días"),
    (r", and 1 more year lacks days", ", y a 1 año más le faltan días"),
    (r", and (\d+) more years lack days", r", y a otros \1 años les faltan días"),
)


def spanish_reason(why: str) -> str:
    """A reason of the analysis in Spanish."""
    if " not covered: " in why:
        for part, spanish in _UNCOVERED:
            why = re.sub(part, spanish, why)
        return why
    if borrowed := re.fullmatch(r"taken from (\S+): (.*)", why):
        return f"tomado de {borrowed[1]}: {spanish_reason(borrowed[2])}"
    for pattern, spanish in REASONS.items():
        found = re.fullmatch(pattern, why)
        if found:
            return found.expand(spanish)
    return UNTOLD

"""Products: the data sets as published, each with the words its licence asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Product:
    """A data set as published."""

    name: str  # Short name used in keys
    title: str  # Name as a reader knows it
    provider: str  # Who makes it, short
    licence: str  # Terms under which it may be used
    citation: str  # Reference in the field's own form
    copernicus: bool  # Whether the Copernicus sentence must stand beside everything made from it
    # Whose service the daily series come from
    by_way_of: str = "Climate Reanalyzer (Climate Change Institute, University of Maine)"

    def attribution(self, year: int) -> str:
        """Words that must stand beside everything made from this product."""
        if not self.copernicus:
            return f"Source: {self.by_way_of}, from {self.title} ({self.provider})."
        return (
            f"Source: {self.by_way_of}, from {self.title} ({self.provider}). Contains modified Copernicus "
            f"Climate Change Service information {year}; neither the European Commission nor ECMWF is "
            "responsible for any use of it."
        )


PRODUCTS: Mapping[str, Product] = MappingProxyType(
    {
        p.name: p
        for p in (
            Product(
                "era5",
                "ERA5",
                "C3S/ECMWF",
                "CC-BY 4.0 (Copernicus products licence), attribution required",
                "Hersbach, H. et al. (2020): The ERA5 global reanalysis. Q. J. R. Meteorol. Soc., 146, "
                "1999–2049, doi:10.1002/qj.3803",
                copernicus=True,
            ),
            Product(
                "oisst",
                "OISST v2.1",
                "NOAA",
                "public domain (US Government)",
                "Huang, B. et al. (2021): Improvements of the Daily Optimum Interpolation Sea Surface "
                "Temperature (DOISST) Version 2.1. J. Climate, 34, 2923–2939, doi:10.1175/JCLI-D-20-0166.1",
                copernicus=False,
            ),
            Product(
                "cfsr",
                "CFSR/CFSv2",
                "NOAA NCEP",
                "public domain (US Government)",
                "Saha, S. et al. (2010): The NCEP Climate Forecast System Reanalysis. Bull. Amer. Meteor. "
                "Soc., 91, 1015–1058, doi:10.1175/2010BAMS3001.1",
                copernicus=False,
            ),
            Product(
                "climate-pulse",
                "ERA5",
                "C3S/ECMWF",
                "CC-BY 4.0 (Copernicus products licence), attribution required",
                "Copernicus Climate Change Service (C3S): Climate Pulse, daily series from ERA5, "
                "https://pulse.climate.copernicus.eu",
                copernicus=True,
                by_way_of="Copernicus Climate Pulse",
            ),
        )
    }
)

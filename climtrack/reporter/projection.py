"""
Projections: maps on which equal areas of the Earth are equal areas of the picture.

A hemisphere is Lambert's azimuthal projection about its pole, a smaller region the same about its own middle, the whole
Earth Mollweide's. Formulas: Snyder (1987), Map Projections: a working manual, USGS PP 1395, §24 and §31.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary.registry import Region

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Projection:
    """A map projection with the window that is shown."""

    kind: str
    latitude: float  # Middle of the map in degrees
    longitude: float  # Middle of the map in degrees
    left: float  # Window in units of the Earth's radius
    right: float  # Window in units of the Earth's radius
    bottom: float  # Window in units of the Earth's radius
    top: float  # Window in units of the Earth's radius

    @property
    def ratio(self) -> float:
        """Width over height."""
        return (self.right - self.left) / (self.top - self.bottom)

    def forward(self, latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
        """Places on the map."""
        phi, lam = np.deg2rad(latitude), np.deg2rad((longitude - self.longitude + 180) % 360 - 180)
        if self.kind == "mollweide":
            theta = phi.copy()
            for _ in range(12):  # Newton's method; at the poles it is exact from the start
                slope = 2 + 2 * np.cos(2 * theta)
                step = (2 * theta + np.sin(2 * theta) - np.pi * np.sin(phi)) / np.where(slope < 1e-9, 1, slope)
                theta = np.where(slope < 1e-9, theta, theta - step)
            return 2 * np.sqrt(2) / np.pi * lam * np.cos(theta), np.sqrt(2) * np.sin(theta)
        phi0 = np.deg2rad(self.latitude)
        cosine = np.sin(phi0) * np.sin(phi) + np.cos(phi0) * np.cos(phi) * np.cos(lam)
        with np.errstate(divide="ignore", invalid="ignore"):
            k = np.where(cosine > -0.999, np.sqrt(2 / (1 + cosine)), np.nan)
        return (
            k * np.cos(phi) * np.sin(lam),
            k * (np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(lam)),
        )

    def inverse(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Places on Earth."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.kind == "mollweide":
                theta = np.arcsin(y / np.sqrt(2))
                phi = np.arcsin((2 * theta + np.sin(2 * theta)) / np.pi)
                lam = np.pi * x / (2 * np.sqrt(2) * np.cos(theta))
                outside = (np.abs(lam) > np.pi) | np.isnan(phi)
            else:
                rho = np.hypot(x, y)
                c = 2 * np.arcsin(rho / 2)
                phi0 = np.deg2rad(self.latitude)
                ratio = np.where(rho > 1e-12, y * np.sin(c) / np.where(rho > 1e-12, rho, 1), 0)
                phi = np.arcsin(np.clip(np.cos(c) * np.sin(phi0) + ratio * np.cos(phi0), -1, 1))
                lam = np.arctan2(x * np.sin(c), rho * np.cos(phi0) * np.cos(c) - y * np.sin(phi0) * np.sin(c))
                outside = np.isnan(c)
        latitude, longitude = np.rad2deg(phi), (np.rad2deg(lam) + self.longitude + 180) % 360 - 180
        return np.where(outside, np.nan, latitude), np.where(outside, np.nan, longitude)


def projection(region: Region) -> Projection:
    """The projection that suits a region."""
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
    if (width >= 300 and region.south >= 0) or (width >= 300 and region.north <= 0):
        north = region.south >= 0
        far = region.south if north else -region.north
        radius = 2 * np.sin(np.deg2rad(90 - far) / 2)
        # Greenwich points down in the north and up in the south: Europe and Africa stand as they are read.
        return Projection("azimuthal", 90.0 if north else -90.0, 0.0, -radius, radius, -radius, radius)
    middle = (region.west + width / 2 + 180) % 360 - 180
    if width > 180:
        height = np.sqrt(2) * 1.0
        return Projection("mollweide", 0.0, 0.0, -2 * np.sqrt(2), 2 * np.sqrt(2), -height, height)
    whole = Projection("azimuthal", (region.south + region.north) / 2, middle, -2, 2, -2, 2)
    edge = np.linspace(0, 1, 50)
    lat = region.south + (region.north - region.south) * np.concatenate((edge, edge, 0 * edge, 0 * edge + 1))
    lon = region.west + width * np.concatenate((0 * edge, 0 * edge + 1, edge, edge))
    x, y = whole.forward(lat, lon)
    pad = 0.03 * max(np.ptp(x), np.ptp(y))
    return Projection(
        "azimuthal", whole.latitude, middle,
        float(x.min() - pad), float(x.max() + pad), float(y.min() - pad), float(y.max() + pad),
    )  # fmt: skip

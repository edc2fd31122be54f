"""Real series, read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from climtrack.vocabulary.series import Series
from tests.analysis.build import real

AIR = "clim/t2_daily/json/era5_{}_t2_day.json"
SEA = "clim/sst_daily/json_2clim/oisst2.1_{}_sst_day.json"


@pytest.fixture(scope="session")
def snapshot(shared_data: Path) -> Callable[[str, str], Series]:
    """Reader of (folder, key) that keeps what it has read."""
    held: dict[tuple[str, str], Series] = {}

    def read(folder: str, key: str) -> Series:
        if (folder, key) not in held:
            product, _, region = key.split(".", 2)
            path = shared_data / folder / (AIR if product == "era5" else SEA).format(region)
            held[folder, key] = real(path, key)
        return held[folder, key]

    return read


@pytest.fixture(scope="session")
def world(snapshot: Callable[[str, str], Series]) -> Series:
    """World air to 2 February 2026."""
    return snapshot("climate_reanalyzer_constructed/2026-02-08", "era5.t2m.world")


@pytest.fixture(scope="session")
def northern(snapshot: Callable[[str, str], Series]) -> Series:
    """Northern Hemisphere air to 5 July 2024, years 2001–2022 absent."""
    return snapshot("climate_reanalyzer_constructed/2024-07-05", "era5.t2m.nh")

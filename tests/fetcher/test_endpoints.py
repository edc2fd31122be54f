"""The table of addresses is complete and well formed."""

from __future__ import annotations

import pytest

from climtrack.fetcher.reanalyzer import BASE_URLS, ENDPOINTS
from climtrack.vocabulary.registry import PRODUCTS, REGIONS, VARIABLES
from climtrack.vocabulary.series import SeriesKey


def test_the_thirteen_live_series() -> None:
    """Six of air and seven of sea, by the addresses that are live."""
    assert len(ENDPOINTS) == 13
    assert ENDPOINTS[SeriesKey("era5", "t2m", "nh")].path == "clim/t2_daily/json/era5_nh_t2_day.json"
    path = ENDPOINTS[SeriesKey("oisst", "sst", "nino3.4")].path
    assert path == "clim/sst_daily/json_2clim/oisst2.1_nino3.4_sst_day.json"
    assert all(url.startswith("https://") and url.endswith("/") for url in BASE_URLS)


@pytest.mark.parametrize("key", ENDPOINTS, ids=str)
def test_each_series_is_of_the_vocabulary(key: SeriesKey) -> None:
    """Product, variable and region are registered, and the levels lie inside the variable's own limits."""
    endpoint = ENDPOINTS[key]
    assert key.product in PRODUCTS
    assert key.region in REGIONS
    assert endpoint.levels is not None
    low, high = VARIABLES[key.variable].plausible
    assert low <= endpoint.levels[0] < endpoint.levels[1] <= high

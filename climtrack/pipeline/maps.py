"""A day cell by cell, against its average or its threshold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError
from climtrack.gridded import weights
from climtrack.gridded.cells import CellClimatology
from climtrack.gridded.downloads import Policy
from climtrack.gridded.kernel import Kernel
from climtrack.gridded.packing import Packing
from climtrack.pipeline.climatologies import Counting, climatology, threshold
from climtrack.pipeline.day_field import DayField, day_field
from climtrack.pipeline.passing import default_policy
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.fields import Extreme, FieldMap, HeatwaveMap
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Floats, Source
from climtrack.vocabulary.variables import short_name


def field_maps(
    day: dt.date,
    regions: Sequence[Region],
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    paths: Sequence[str] = (),
    name: str = "",
    product: str = "",
    policy: Policy | None = None,
    tell: Callable[[str], None] = lambda _: None,
    progress: Counting | None = None,
) -> tuple[FieldMap, ...]:
    """A day's anomalies over some regions; its field is fetched and read once for all."""
    policy = policy or default_policy(config)
    one = day_field(day, variable, config, now, paths, name, product, policy, tell)
    normal = climatology(
        one.file.product, one.file.variable, baseline, config=config, now=now, policy=policy, tell=tell,
        progress=progress,
    )  # fmt: skip
    one.refuse_another_grid(normal.latitude, normal.longitude)
    anomaly = one.values.astype(np.float64) - normal.day(day)
    source = one.source(now, {"climatology": str(baseline)})
    return tuple(_summed(one, region, day, baseline, normal, anomaly, source) for region in regions)


def heatwave_maps(
    day: dt.date,
    regions: Sequence[Region],
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    paths: Sequence[str] = (),
    name: str = "",
    product: str = "",
    policy: Policy | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[HeatwaveMap, ...]:
    """
    Where a day finds the sea of some regions above the threshold of marine heatwaves, and how far.

    References
    ----------
    .. [1] Hobday, A. J. et al. (2018), Categorizing and naming marine heatwaves, Oceanography, 31(2), 162-173.
    """
    if short_name(variable) != "sst":
        raise ConfigError("marine heatwaves are the sea's", "Leave --heatwave out, or use --variable sst")
    if not paths:
        threshold("oisst", "sst", baseline, day, config=config)  # is missed before anything is downloaded
    one = day_field(day, variable, config, now, paths, name, product, policy or default_policy(config), tell)
    bar = threshold(one.file.product, "sst", baseline, day, config=config)
    one.refuse_another_grid(bar.latitude, bar.longitude)
    above, reach = one.values.astype(np.float64) - bar.mean, bar.high.astype(np.float64) - bar.mean
    known = np.isfinite(above) & np.isfinite(reach)
    times = np.where(known & (reach > 0), above / np.where(reach > 0, reach, 1), 0)
    over = known & (above > reach)
    category = np.where(over, np.clip(np.floor(times), 1, 4), 0).astype(np.int8)
    grid = weights.grid(bar.latitude, bar.longitude)
    source = one.source(now, {"threshold": f"{baseline}, percentile {bar.percentile:g}, {bar.window} days"})

    def told(region: Region) -> HeatwaveMap:
        plan = weights.plan(grid, [region])
        kernel, inside = Kernel(plan, Packing()), weights.inside(plan, 0)
        shares = [float(kernel(np.where(known, category == which, np.nan))[0][0]) for which in (1, 2, 3, 4)]
        if np.isnan(shares[0]):
            raise SeriesError(f"region {region.name!r} has no value on {day}", "Choose a region of the sea")
        most = int(np.argmax(np.where(inside & over, times, -np.inf)))
        row, column = np.unravel_index(most, times.shape)
        place = Extreme(float(above[row, column]), float(bar.latitude[row]), float(bar.longitude[column]))
        return HeatwaveMap(
            one.file.product, "sst", region, day, one.status, baseline, bar.latitude, bar.longitude,
            np.where(inside & known, category, np.int8(-1)), (shares[0], shares[1], shares[2], shares[3]),
            place if sum(shares) > 0 else None,
            source,
        )  # fmt: skip

    return tuple(told(region) for region in regions)


def _summed(
    one: DayField,
    region: Region,
    day: dt.date,
    baseline: Baseline,
    normal: CellClimatology,
    anomaly: Floats,
    source: Source,
) -> FieldMap:
    """The field with what can be said of it in numbers."""
    plan = weights.plan(weights.grid(normal.latitude, normal.longitude), [region])
    mean, coverage = Kernel(plan, Packing())(anomaly)
    share, _ = Kernel(plan, Packing())(np.where(np.isnan(anomaly), np.nan, (anomaly > 0).astype(np.float64)))
    if np.isnan(mean[0]):
        raise SeriesError(f"region {region.name!r} has no value on {day}", "Choose a region of this variable")
    shown = np.where(weights.inside(plan, 0), anomaly, np.nan)

    def extreme(place: int) -> Extreme:
        row, column = np.unravel_index(place, shown.shape)
        return Extreme(float(shown[row, column]), float(normal.latitude[row]), float(normal.longitude[column]))

    return FieldMap(
        one.file.product, one.file.variable, region, day, one.status, baseline, normal.latitude, normal.longitude,
        shown, float(mean[0]), float(share[0]), extreme(int(np.nanargmax(shown))), extreme(int(np.nanargmin(shown))),
        source, float(coverage[0]),
    )  # fmt: skip

# %% [markdown]
# # 2. Anomalies and baselines
#
# An anomaly is a value minus its climatology: the mean annual cycle over a baseline. Change the baseline and the anomaly changes,
# though not one degree was measured differently.
#
# Simulated sample; leave out `sample=True` for real data.

# %%
import numpy as np

import climtrack

air = climtrack.open("air", "world", sample=True)
air

# %% [markdown]
# ## A climatology
#
# The mean of each calendar day over thirty years, smoothed by its first eight harmonics: what varies over less than six weeks is the
# weather of single years.

# %%
normal = climtrack.climatology(air, "1991-2020")
print(f"coldest day of the average year {int(normal.idxmin())}, warmest {int(normal.idxmax())}")
print(f"range {float(normal.max() - normal.min()):.2f} °C")

# %% [markdown]
# ## Three baselines, one day

# %%
for years in climtrack.BASELINES:
    warm = climtrack.anomaly(air, years)
    print(f"{years}: {float(warm[-1]):+.3f} °C")

# %% [markdown]
# Over its own baseline an anomaly averages to zero: a check that costs one line.

# %%
warm = climtrack.anomaly(air, "1991-2020")
inside = warm.sel(time=slice("1991", "2020"))
print(f"{float(inside.mean()):+.5f} °C")
assert abs(float(inside.mean())) < 0.001

# %% [markdown]
# ## The site's own rule
#
# Climate Reanalyzer counts days from 1 January, so that after February a leap year's day meets the next calendar day's normal. Both rules,
# side by side:

# %%
site = climtrack.anomaly(air, "1991-2020", method="site")
difference = (site - warm).values
print(f"typical difference {np.sqrt(np.nanmean(difference**2)):.3f} °C, largest {np.nanmax(np.abs(difference)):.3f} °C")

# %% [markdown]
# ## What the file says
#
# The metadata travel with the numbers: the unit is one of differences, and the baseline is named.

# %%
{key: warm.attrs[key] for key in ("units", "units_metadata", "cell_methods", "baseline")}

# %%
axes = climtrack.plot(warm)
axes.axhline(0, linewidth=0.8, linestyle="dashed")
axes.figure

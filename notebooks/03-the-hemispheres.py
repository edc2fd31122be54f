# %% [markdown]
# # 3. The hemispheres compared
#
# When it is summer in one half of the Earth it is winter in the other. Temperatures cannot be compared directly; differences from
# average can.
#
# Simulated sample; leave out `sample=True` for real data.

# %%
import climtrack

both = climtrack.compare("nh", "sh", sample=True)
both

# %% [markdown]
# ## Two annual cycles
#
# The north, with most of the land, swings about twice as far as the south.

# %%
year = both.temperature.sel(time=slice("2023", "2023"))
for region in both.region.values:
    line = year.sel(region=region)
    warmest = str(line.idxmax("time").values)[:10]
    print(f"{region}: {float(line.max() - line.min()):.1f} °C from coldest to warmest day, warmest on {warmest}")

# %% [markdown]
# ## Which half is further above its average?

# %%
annual = both.anomaly.groupby("time.year").mean()
annual.sel(year=slice(2014, 2024)).to_pandas().T.round(2)

# %% [markdown]
# ## Do they move together?
#
# Correlation of the yearly differences from average, and what is left of it once each one's own trend is taken away.

# %%
known = annual.dropna("year")
north, south = known.sel(region="nh"), known.sel(region="sh")


def without_trend(line):
    fit = line.polyfit("year", 1).polyfit_coefficients
    return line - (fit.sel(degree=1) * line.year + fit.sel(degree=0))


def correlation(one, other):
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / ((one**2).sum() * (other**2).sum()) ** 0.5)


print(f"with the trend {correlation(north, south):.2f}")
print(f"without it     {correlation(without_trend(north), without_trend(south)):.2f}")

# %% [markdown]
# ## Side by side

# %%
from matplotlib.figure import Figure

figure = Figure(figsize=(11, 4), layout="constrained")
left, right = figure.subplots(1, 2, sharey=True)
air = climtrack.open("air", ["nh", "sh"], sample=True)
for axes, region in ((left, "nh"), (right, "sh")):
    climtrack.plot(climtrack.anomaly(air[region]), axes)
    axes.set_title(climtrack.REGIONS[region].title, loc="left")
figure

# %% [markdown]
# # 5. Your own chart
#
# climtrack's charts are made for newsletters. When you need another one, take the numbers as xarray and draw it yourself, or start from its
# axes.
#
# Simulated sample; leave out `sample=True` for real data.

# %%
from tempfile import TemporaryDirectory

from matplotlib.figure import Figure

import climtrack

air = climtrack.open("air", "nh", sample=True)

# %% [markdown]
# ## On your own axes
#
# `climtrack.plot` draws a line per year on any axes and gives them back; what you add goes on top.

# %%
figure = Figure(figsize=(8, 4.5), layout="constrained")
axes = figure.add_subplot()
climtrack.plot(air, axes)
normal = climtrack.climatology(air, "1991-2020")
axes.plot(normal.dayofyear - 1, normal, color="#1F5A8A", linestyle="dashed", label="1991–2020")
axes.set_xlim(150, 250)
axes.set_ylim(float(normal[150:250].min()) - 1, float(normal[150:250].max()) + 2)
axes.set_title("Midsummer, SIMULATED", loc="left")
axes.legend(frameon=False)
figure

# %% [markdown]
# ## From xarray
#
# The Julys of each decade.

# %%
monthly = air.resample(time="MS").mean()
july = monthly.sel(time=monthly.time.dt.month == 7)
july.groupby(july.time.dt.year // 10 * 10).mean().to_pandas().round(2)

# %% [markdown]
# ## A house chart in another size, theme and language

# %%
study = climtrack.study("air", "nh", sample=True)
picture = climtrack.chart("year-lines", study, preset="phone", theme="dark", language="es")
with TemporaryDirectory() as folder:
    path = picture.save(folder)
    print(f"{path.name}: {picture.width} × {picture.height} pixels, {len(picture.data) // 1024} KB")
picture

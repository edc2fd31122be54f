# %% [markdown]
# # 1. The fortnight's question
#
# Each fortnight a newsletter asks: is this year's line coming down? Is it below last year's? How far above the average are we?
# Here are the three answers for the air of the northern hemisphere, and the picture that goes with them.
#
# Everything below uses the **simulated sample**, so it runs without a network and means nothing. For real data
# leave out `sample=True`.

# %%
import climtrack

study = climtrack.study("air", "nh", sample=True)
findings = study.findings
study

# %% [markdown]
# ## Is it coming down?
#
# A hemisphere falls and rises with its seasons, so the fall of the temperature says little. What counts is the difference from
# average: the mean of the last fortnight against that of the fortnight before. Less than the noise is level.

# %%
direction = findings.direction
print(f"temperature {direction.line_14d:+.2f} °C in two weeks, of which the season {direction.season_14d:+.2f}")
print(f"anomaly     {direction.change_14d:+.2f} °C, to {direction.mean_14d:+.2f}; level below {direction.noise:.2f}: {direction.answer}")
print(f"as large in {direction.share_of_steps_as_large:.0%} of fortnights at this time of year")
print(direction.peak_12m)

# %% [markdown]
# ## Is it below last year?

# %%
year = findings.year_over_year
print(f"{year.mean_14d:+.2f} °C over 14 days: {year.days_below_last_14} below, {year.days_above_last_14} above")
side = "warmer" if year.difference > 0 else "cooler"
print(f"{abs(year.difference):.2f} °C {side} than on {year.partner}, {year.run_length} days in a row")
print(f"{year.days_warmer} days of this year were warmer, {year.days_cooler} cooler, {year.days_level} level")

# %% [markdown]
# ## How far above the average?
#
# Never without its baseline: the same day is further above 1979–2000 than above 1991–2020.

# %%
for name, found in findings.anomalies.items():
    if found.known:
        print(f"{name}: {found.value:+.2f} °C, percentile {found.percentile:.0f}")
    else:
        print(f"{name}: unknown, {found}")

# %% [markdown]
# ## The picture
#
# A finished file with its words: title, caption, and alt text for those who do not see it.

# %%
picture = climtrack.chart("year-lines", study, preset="post", language="en")
picture

# %%
print(picture.words.title)
print(picture.words.caption)
print(f"alt: {picture.words.alt}")

# %%
print(climtrack.chart("year-lines", study, preset="post", language="es").words.caption)

"""Which fact stands in which field of which message of the catalogues."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

#: Messages, their fields, and the facts of which the field may hold any: `anomalies.*` is that of the report's baseline,
#: `[]` every one of a list, `said` what `recount.said` adds. Of several lines the first holds.
RULES: tuple[tuple[str, str, str], ...] = (
    ("averaged.* title.warmest.* title.value brief.value since.lead above.answer hemi.*", "value value2", "latest.value"),
    ("preliminary", "n numeral", "said.preliminary_days"),
    ("rank.*", "of", "rank.day.of"),
    ("rank.* title.rank", "rank ordinal", "rank.day.rank"),
    # Against last year
    ("title.year.level.*", "size", "anomalies.*.value"),
    ("year.* brief.year.* title.year.* yoy.lead.*", "size difference", "year_over_year.difference"),
    ("alt.yoy.*", "n", "year_over_year.run_length said.day_of_year"),
    ("below.since below.run yoy.lead.* title.run.*", "n", "year_over_year.run_length"),
    ("below.older.*", "days", "year_over_year.run_length"),
    ("below.tally", "n", "year_over_year.days_below_last_14"),
    ("below.tally*", "compared", "year_over_year.days_compared_last_14"),
    ("yoy.tally*", "compared", "year_over_year.days_compared"),
    ("yoy.warmer", "n", "year_over_year.days_warmer"),
    ("yoy.cooler", "n", "year_over_year.days_cooler"),
    ("yoy.widest alt.yoy.*", "difference", "year_over_year.warmest.difference year_over_year.coldest.difference"),
    # Against the average
    ("average.* brief.average.* of.average.* title.average.* title.start.* title.largest.* note.was.* note.still.*",
     "size", "anomalies.*.value"),
    ("above.site", "difference", "anomalies.*.site_value"),
    ("anomaly.mean* title.most*", "n", "days_above_average"),
    ("alt.lines.some alt.anomaly", "above", "days_above_average"),
    ("anomaly.mean*", "mean", "anomaly_year_to_date"),
    ("anomaly.largest", "difference", "records.largest_anomaly.value"),
    # Years, weeks, records
    ("stripes.todate", "difference", "anomaly_year_to_date"),
    ("stripes.lead* stripes.change stripes.warmed stripes.cooled alt.stripes alt.short.stripes",
     "size difference difference2 changes", "said.stripes.change"),
    ("heatmap.lead heatmap.share alt.heatmap", "share share2", "said.weeks.below[] said.weeks.above[]"),
    ("alt.heatmap.rare", "rare", "said.weeks.rare_after"),
    ("records.* alt.records alt.short.records", "total", "said.dates_of_records"),
    ("records.lead records.still records.already records.joint alt.records alt.short.records", "n",
     "records.warm_holders[].days"),
    ("records.lead alt.records alt.short.records", "m", "records.cold_holders[].days"),
    # Since a day
    ("since.* alt.since alt.short.since", "now", "anomalies.*.value"),
    ("since.* alt.since alt.short.since", "then", "said.since.anomaly_then"),
    ("since.lead", "n", "said.since.new"),
    ("since.below", "n", "said.since.below"),
    ("since.below*", "compared", "said.since.compared"),
    # Tables' last lines
    ("report.trend stripes.trend", "trend", "trend.per_decade"),
    ("report.trend stripes.trend", "low", "trend.low"),
    ("report.trend stripes.trend", "high", "trend.high"),
    ("report.shifting", "difference", "spread.shifting_value"),
    ("report.shifting", "percentile", "spread.shifting_percentile"),
    ("report.preindustrial", "value", "preindustrial.value"),
    ("report.preindustrial", "todate", "preindustrial.year_to_date"),
    ("report.preindustrial", "n", "preindustrial.days_above_1_5"),
    ("report.preindustrial", "days", "preindustrial.days"),
    ("report.noise", "largest", "revision_noise.largest"),
)  # fmt: skip


def facts_of(message: str, field: str) -> Sequence[str]:
    """Names of the facts that a field of a message may hold; none where no rule speaks of it."""
    for messages, fields, facts in RULES:
        if field in fields.split() and any(fnmatchcase(message, one) for one in messages.split()):
            return facts.split()
    return ()

"""Which fact stands in which field of which message of the catalogues."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from functools import cache

#: Messages, their fields, and the facts of which the field may hold any: `anomalies.*` is that of the report's
#: baseline, `[]` every one of a list, `said` what `recount.said` adds; ``month.*>`` is inside such a message. Of
#: several lines the first holds; a field of which none speaks may hold any fact of its kind.
RULES: tuple[tuple[str, str, str], ...] = (
    ("averaged.* title.value brief.value since.lead above.answer hemi.*",
     "value value2", "latest.value"),
    ("preliminary", "numeral", "said.preliminary_days"),
    ("alt.lines.*>days alt.anomaly*>days anomaly.mean*>days", "n", "days_known"),
    # NOAA's months
    ("rank.other", "rank", "rank.month.other.rank"),
    ("rank.other", "of", "rank.month.other.of"),
    ("months.place.*", "of", "rank.of"),
    ("months.place.*", "rank ordinal", "rank.rank"),
    ("months.*>of.average.*", "size", "anomaly"),
    ("months.falling.* months.alt.brief", "anomaly", "anomaly"),
    ("months.falling.*", "size", "change"),
    ("months.falling.*", "noise", "said.noise"),
    ("months.nearest.* months.daily.*", "size", "nearest.year_over_year"),
    ("months.published", "departure", "departure"),
    ("months.title.* months.year.* months.alt.*", "size", "year_over_year"),
    # Places
    ("rank.rival", "ordinal", "rank.day.rival_rank rank.month.rival_rank"),
    ("rank.*", "of", "rank.day.of month.of"),
    ("rank.*", "rank ordinal", "rank.day.rank month.rank"),
    ("rank.near.*", "noise", "rank.day.noise rank.month.noise"),
    # Air and sea, the fortnight of each
    ("both.also.*", "one two", "direction.mean_14d anomaly"),
    ("both.lead*>news.average.* alt.*both*>news.average.* both.lead*>of.average.* alt.*both*>of.average.* "
     "alt.*both*>brief.average.*", "size", "direction.mean_14d anomaly"),
    ("both.title.level", "one two", "direction.noise"),
    ("both.title.*", "one two", "year_over_year.mean_14d"),
    ("both.year.level", "size", "direction.noise said.noise"),
    ("both.year.*", "size", "year_over_year.mean_14d year_over_year"),
    # Posts
    ("post.falling.* post.moved.*", "size", "direction.change_14d"),
    ("post.falling.*", "mean", "direction.mean_14d"),
    ("post.falling.* post.moved.*", "noise", "direction.noise"),
    ("post.below.* post.year.*", "size", "year_over_year.mean_14d"),
    ("post.average.* post.too.*", "size", "anomalies.*.value"),
    ("post.above", "value", "latest.value"),
    # Against last year
    ("year.* brief.year.*", "size", "year_over_year.difference"),
    ("alt.yoy.*", "n", "year_over_year.run_length said.day_of_year"),
    ("below.since below.run", "n", "year_over_year.run_length"),
    ("below.older.*", "days", "year_over_year.run_length"),
    ("below.mean.* yoy.mean.*", "size", "year_over_year.mean_14d"),
    ("below.mean.*>tally.*warmer yoy.mean.*>tally.*warmer", "n", "year_over_year.days_above_last_14"),
    ("below.mean.*>tally.*cooler yoy.mean.*>tally.*cooler", "n", "year_over_year.days_below_last_14"),
    ("below.mean.*>tally.*level yoy.mean.*>tally.*level", "n", "year_over_year.days_level_last_14"),
    ("year.contrary>tally.*warmer yoy.tally>tally.*warmer", "n", "year_over_year.days_warmer"),
    ("year.contrary>tally.*cooler yoy.tally>tally.*cooler", "n", "year_over_year.days_cooler"),
    ("year.contrary>tally.*level yoy.tally>tally.*level", "n", "year_over_year.days_level"),
    ("yoy.tally*", "compared", "year_over_year.days_compared"),
    ("yoy.day", "difference", "year_over_year.difference"),
    ("yoy.widest alt.yoy.*", "difference", "year_over_year.warmest.difference year_over_year.coldest.difference"),
    # Titles
    ("title.warmest.*", "value", "said.news.highest"),
    ("title.largest.*", "value", "said.news.largest"),
    ("news.date*", "n", "said.news.records"),
    ("news.date*", "days", "said.news.known"),
    ("news.crossing.*", "n", "year_over_year.run_length"),
    ("news.also.above", "n", "year_over_year.days_warmer"),
    ("news.also.below", "n", "year_over_year.days_cooler"),
    ("news.also.*", "compared", "year_over_year.days_compared"),
    ("news.change.*", "size", "direction.change_14d"),
    ("news.change.*", "mean", "direction.mean_14d"),
    ("news.rank.*", "ordinal", "said.news.place[]"),
    ("news.year.level news.level.level", "size", "direction.noise"),
    ("news.year.*", "size", "year_over_year.mean_14d"),
    ("news.average.*", "size", "direction.mean_14d anomalies.*.value"),
    ("news.since.* news.level.* title.average.*", "size", "direction.mean_14d"),
    ("news.peak*", "size", "direction.peak_12m.now"),
    ("news.peak*", "fall", "said.news.fall"),
    ("news.so_far.*", "size", "anomaly_year_to_date"),
    ("news.run", "n", "streaks.above_average.days"),
    # Coming down
    ("falling.line.*", "size", "direction.line_14d"),
    ("falling.often.*", "n", "said.often"),
    ("falling.peak*", "now", "direction.peak_12m.now"),
    ("falling.peak*", "peak", "direction.peak_12m.anomaly"),
    ("falling.* fortnight.*", "mean", "direction.mean_14d"),
    ("falling.* fortnight.*", "size", "direction.change_14d"),
    ("falling.* fortnight.*", "noise", "direction.noise"),
    ("outlook.*", "n of", "said.outlook[]"),
    ("outlook.*", "difference", "said.issue.anomaly"),
    ("outlook.*", "low", "said.issue.low"),
    ("outlook.*", "high", "said.issue.high"),
    # Against the average
    ("ytd.*>of.average.* alt.ytd*>of.average.*", "size", "anomaly_year_to_date"),
    ("*.ytd*", "todate", "anomaly_year_to_date"),
    ("ytd.*", "mean", "said.ytd.mean"),
    ("*.ytd* ytd.*", "low", "said.ytd.low"),
    ("*.ytd* ytd.*", "high", "said.ytd.high"),
    ("title.ytd.whole.* title.ytd.was.* title.ytd.sofar.*", "size", "anomaly_year_to_date"),
    ("title.ytd.was.rank", "ordinal", "rank.year_to_date.rank"),
    ("title.ytd.*", "size", "said.ytd.mean"),
    ("title.ytd.rank", "ordinal", "said.year_end.likeliest"),
    ("ytd.record", "difference", "said.years[]"),
    ("month.*>average.* month.*>of.average.*", "size", "month.anomaly"),
    ("month.*", "size", "month.year_over_year"),
    ("average.* brief.average.* of.average.* title.start.* note.was.* note.still.*",
     "size", "anomalies.*.value"),
    ("above.site", "difference", "anomalies.*.site_value"),
    ("anomaly.mean* alt.anomaly", "n above", "days_above_average"),
    ("alt.lines.some", "above", "days_above_average"),
    ("anomaly.mean*", "mean", "anomaly_year_to_date"),
    ("anomaly.largest.*", "difference", "records.largest_anomaly.value"),
    # Years, weeks, records
    ("stripes.todate", "difference", "anomaly_year_to_date"),
    ("stripes.lead* stripes.change stripes.warmed stripes.cooled alt.stripes alt.short.stripes",
     "size difference difference2 changes", "said.stripes.change"),
    ("heatmap.*>share.exact alt.heatmap>share.exact", "percent", "said.weeks.below[] said.weeks.above[]"),
    ("heatmap.lead heatmap.share alt.heatmap", "share share2", "said.weeks.below[] said.weeks.above[]"),
    ("heatmap.few heatmap.none", "n days", "said.weeks.few[]"),
    ("alt.heatmap.rare", "rare", "said.weeks.rare_after"),
    ("records.* alt.records alt.short.records", "total", "said.records.dates"),
    ("records.this*", "n held", "said.records.own[]"),
    ("records.lead records.still records.already records.joint alt.records alt.short.records", "n",
     "records.warm_holders[].days"),
    ("records.lead alt.records alt.short.records", "m", "records.cold_holders[].days"),
    # Since a day
    ("since.nothing* since.unknown* alt.since.day alt.short.since.day", "now", "anomalies.*.value"),
    ("since.* alt.since alt.short.since*", "now", "said.since.now[]"),
    ("since.* alt.since alt.short.since*", "then", "said.since.then[]"),
    ("since.* alt.since", "days", "said.since.days[]"),
    ("since.lead", "n", "said.since.new"),
    ("since.year.*", "size", "said.since.beside"),
    ("since.year.*>tally.*", "n", "said.since.tally[]"),
    # The last lines of the tables
    ("stripes.trend", "trend", "trend.per_decade"),
    ("report.trend.span", "trend", "trend.per_decade trend_30y.per_decade"),
    ("report.trend.span stripes.trend", "low", "trend.low trend_30y.low"),
    ("report.trend.span stripes.trend", "high", "trend.high trend_30y.high"),
    ("report.shifting", "difference", "spread.shifting_value"),
    ("report.shifting", "percentile", "spread.shifting_percentile"),
    ("report.preindustrial", "value", "preindustrial.value"),
    ("report.preindustrial", "todate", "preindustrial.year_to_date"),
    ("report.preindustrial", "n", "preindustrial.days_above_1_5"),
    ("report.preindustrial", "days", "preindustrial.days"),
    ("report.noise", "n", "revision_noise.days"),
    ("report.noise", "typical", "revision_noise.typical"),
    ("report.noise", "largest", "revision_noise.largest"),
    ("report.noise", "bias", "revision_noise.bias"),
    ("year_end", "todate", "year_end.to_date"),
    ("year_end", "mean", "year_end.mean"),
    ("year_end", "low", "year_end.low"),
    ("year_end", "high", "year_end.high"),
    ("year_end.*", "n of", "said.year_end.records[] year_end.years"),
    ("year_end.*", "ordinal", "said.year_end.likeliest"),
)  # fmt: skip


@cache
def facts_of(message: str, field: str, around: frozenset[str]) -> Sequence[str]:
    """Names of the facts that a field of a message, inside others, may hold; none where no rule speaks of it."""
    for messages, fields, facts in RULES:
        if field in fields.split() and any(_fits(one, message, around) for one in messages.split()):
            return facts.split()
    return ()


def _fits(pattern: str, message: str, around: Collection[str]) -> bool:
    outer, _, inner = pattern.rpartition(">")
    return fnmatchcase(message, inner) and (not outer or any(fnmatchcase(one, outer) for one in around))

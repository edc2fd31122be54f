"""hemispheres in words: are both halves doing the same? The contrast leads; both differences always stand together."""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.errors import RenderError
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.voice import Voice, side
from climtrack.reporter.prose.year_lines import brief, briefest
from climtrack.words.language import capitalised, direction

HALVES = {"nh", "sh"}


def _titles(one: Voice, two: Voice) -> tuple[str, ...]:
    """Both against the average, then against last year where that says more."""
    say = one.language.text
    shorts = {"short": one.short, "Short": capitalised(one.short), "short2": two.short}
    if one.anomaly is None or two.anomaly is None:
        return (say("hemi.values", value=one.value, value2=two.value, **shorts),)
    sides = {side(voice.anomaly.value, voice.decimals) for voice in (one, two) if voice.anomaly is not None}
    each = say("hemi.each", relation=briefest(one), relation2=briefest(two), **shorts)
    halves = {one.study.region.name, two.study.region.name} == HALVES
    if not halves or sides not in ({"above"}, {"below"}):
        return (each,)
    if sides == {"below"}:
        return (say("hemi.below"),)
    if one.yoy is None or two.yoy is None or any(v.yoy and v.yoy.other_year != v.day.year - 1 for v in (one, two)):
        return (say("hemi.above"),)
    ways = [direction(voice.yoy.difference, voice.decimals) for voice in (one, two) if voice.yoy is not None]
    if ways == [-1, -1]:
        return (say("hemi.above.cooler"),)
    if ways == [1, 1]:
        return (say("hemi.above.warmer"),)
    if -1 in ways:
        return (say("hemi.above.only", short=(one if ways[0] < 0 else two).short), say("hemi.above"))
    return (say("hemi.above"),)


def tell(voices: Sequence[Voice]) -> Story:
    """What ``hemispheres`` says."""
    if len(voices) != 2:
        raise RenderError(f"hemispheres compares two series, not {len(voices)}", "Give both, for example nh and sh")
    one, two = voices
    say = one.language.text
    apart = one.day != two.day
    common = {
        "quantity": one.quantity, "Quantity": capitalised(one.quantity), "years": one.years, "date": one.date,
        "date2": two.date, "name": one.place.name, "name2": two.place.name, "short": one.short, "short2": two.short,
    }  # fmt: skip
    relations = {"relation": brief(one), "relation2": brief(two)}
    lead = say(
        "hemi.lead.dates" if apart else "hemi.lead",
        Subject=capitalised(one.subject), subject2=two.subject, value=one.value, value2=two.value, date=one.date,
        date2=two.date, **relations,
    )  # fmt: skip
    same = one.baseline == two.baseline
    baselines = ""
    if one.baseline and two.baseline:
        message = "hemi.baseline" if same else "hemi.baselines"
        baselines = say(message, baseline=one.baseline, baseline2=two.baseline)
    return story(
        one,
        titles=_titles(one, two),
        subtitles=(
            say("subtitle.pair.dates" if apart else "subtitle.pair", **common),
            say("subtitle.pair.short", **common),
        ),
        lead=lead,
        extras=(baselines, one.preliminary() if one.preliminary() == two.preliminary() else "", one.uncovered()),
        alts_short=(
            say("alt.short.hemi", short=one.short, short2=two.short, **relations),
            say("alt.short.hemi", short=one.short, short2=two.short, relation=briefest(one),
                relation2=briefest(two)),
            say("alt.short.hemi.plain", **common),
        ),
        alts=(say("alt.hemi", the=one.place.the, the2=two.place.the, **relations),),
    )  # fmt: skip

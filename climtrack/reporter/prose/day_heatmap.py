"""day_heatmap in words: when in the calendar did the warming happen?"""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.reporter import means
from climtrack.reporter.places import contracted
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.titles import worded
from climtrack.reporter.prose.voice import Voice
from climtrack.words.language import capitalised

#: Cold spells have all but vanished below this share of the last ten years' days; they are rare below the other.
VANISHED = 0.05
RARE = 0.1


def _rare_after(shares: dict[int, float]) -> int | None:
    """The last year in which values below average were not rare; None where it is the first or the last one."""
    common = [year for year, share in shares.items() if share >= RARE]
    return common[-1] if common and common[-1] != list(shares)[-1] else None


def tell(voices: Sequence[Voice]) -> Story:
    """What ``day_heatmap`` says."""
    voice, language, say = voices[0], voices[0].language, voices[0].language.text
    the = voice.short
    common = {
        "name": voice.topic, "baseline": voice.baseline, "date": voice.date, "years": voice.years,
        "subject": voice.subject, "of": voice.of, "the": the, "of_the": contracted("de", the),
    }  # fmt: skip
    shares = means.share_below(voice.study) if voice.study.climatology is not None else {}
    spans = means.decades(shares)
    titles = worded(voice, "heatmap.plain")
    lead = say("heatmap.lead.plain", **common)
    alts = [say("alt.heatmap.plain", **common)]
    if spans is not None:
        first, last = (f"{a}–{b}" for a, b in spans)
        early, late = (means.span_mean(shares, span) for span in spans)
        figures = {
            "first": first,
            "last": last,
            "share": language.percent(100 * early),
            "share2": language.percent(100 * late),
        }
        if late < VANISHED:
            titles = (say("heatmap.vanished", **common),)
        else:
            titles = worded(voice, "heatmap.share", share=language.percent(100 * (1 - late)), last=last, warmer=1.0)
        lead = say("heatmap.lead", **figures, **common)
        rare = _rare_after(shares)
        alts = [
            say("alt.heatmap.rare", rare=rare, **common)
            if rare is not None
            else say("alt.heatmap", **figures, **common),
            *alts,
        ]
    above, below = means.first_above_last_below(voice.study)
    turned = ""
    if above is not None and below is not None:
        turned = say("heatmap.first", above=language.date_long(above), below=language.date_long(below))
    return story(
        voice,
        titles=titles,
        subtitles=(say("subtitle.heatmap", **common), say("subtitle.heatmap.short", **common)),
        lead=lead,
        extras=(voice.uncovered(), voice.gaps(), turned, voice.preliminary()),
        alts_short=(
            say("alt.short.heatmap", **common),
            say("alt.short.heatmap", **{**common, "subject": the, "of": contracted("de", the)}),
            say("alt.short.heatmap.plain", **{**common, "subject": the, "of": contracted("de", the)}),
        ),
        alts=[capitalised(alt) for alt in alts],
    )

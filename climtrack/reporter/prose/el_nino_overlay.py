"""el_nino_overlay in words: this year over past El Niños, aligned on their onset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter.plain import plain
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.voice import Voice
from climtrack.words.language import capitalised

if TYPE_CHECKING:
    from climtrack.vocabulary.findings import Overlay


def tell(voices: Sequence[Voice], *, overlay: Overlay | None = None) -> Story:
    """What ``el_nino_overlay`` says."""
    voice, language, say = voices[0], voices[0].language, voices[0].language.text
    if overlay is None:
        raise RenderError(
            "el_nino_overlay takes its onsets from Niño 3.4", "Fetch nino3.4 too: climtrack fetch nino3.4"
        )
    past = len(overlay.past)
    common = {
        "name": voice.topic, "baseline": overlay.baseline.label, "date": voice.date, "subject": voice.subject,
        "of": voice.of, "past": past,
    }  # fmt: skip
    titles: tuple[str, ...] = (say("nino.none", past),)
    lead = say("nino.lead.none", **common)
    alts = [say("alt.nino.none", **common)]
    current = overlay.current
    if current is not None and past and not np.isnan(current.values).all():
        at = int(np.flatnonzero(~np.isnan(current.values))[-1])
        now = float(current.values[at])
        others = np.array([line.values[at] for line in overlay.past])
        others = others[~np.isnan(others)]
        if others.size:
            shown = {
                "days": int(overlay.days[at]), "now": language.difference(now, voice.decimals),
                "low": language.difference(float(others.min()), voice.decimals),
                "high": language.difference(float(others.max()), voice.decimals),
                "mean": language.difference(float(others.mean()), voice.decimals), "label": plain(current.label),
            }  # fmt: skip
            common["past"] = int(others.size)
            count = int((others < now).sum())
            titles = tuple(
                say(
                    "nino.warmer", count, Subject=capitalised(name), past=others.size, warmer=voice.adjective(1.0, name)
                )
                for name in (voice.subject, voice.short)
            )
            lead = say("nino.lead", **shown, **common)
            alts = [say("alt.nino", **shown, **common), *alts]
    return story(
        voice,
        titles=titles,
        subtitles=(say("subtitle.nino", **common),),
        lead=lead,
        extras=(say("nino.rule"), voice.preliminary(), voice.uncovered()),
        alts_short=(say("alt.short.nino", **common), say("alt.short.nino", **{**common, "subject": voice.short})),
        alts=alts,
    )

"""Pictures of maps: drawn, written with their words beside them, told to machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from climtrack.files import make_folder, write_whole
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import FieldMap, HeatwaveMap


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A map and its pictures."""

    map: FieldMap | HeatwaveMap
    pictures: tuple[Asset, ...]

    def document(self) -> dict[str, Any]:
        """What the map says, for machines."""
        shown = self.map
        words = {one.language: one.words for one in self.pictures if one.words is not None}
        if isinstance(shown, FieldMap):
            numbers = {
                "mean": shown.mean,
                "coverage": shown.coverage,
                "warmer_share": shown.warmer,
                "warmest": asdict(shown.warmest),
                "coldest": asdict(shown.coldest),
            }
        else:
            named = zip(("moderate", "strong", "severe", "extreme"), shown.shares, strict=True)
            numbers = {
                "heatwave_share": shown.share,
                "categories": dict(named),
                "strongest": asdict(shown.strongest) if shown.strongest is not None else None,
            }
        return {
            "region": shown.region.name,
            "variable": shown.variable,
            "product": shown.product,
            "date": shown.date.isoformat(),
            "status": shown.status.name.lower(),
            "baseline": str(shown.baseline),
            **numbers,
            "source_url": shown.source.url,
            "sha256": shown.source.sha256,
            "pictures": [one.path for one in self.pictures],
            "words": {language: asdict(told) for language, told in words.items()},
        }


def draw(
    shown: FieldMap | HeatwaveMap,
    folder: Path,
    *,
    languages: Sequence[str],
    presets: Sequence[str],
    themes: Sequence[str],
) -> Drawn:
    """Pictures of a map, each with its words beside it."""
    from climtrack.reporter.field_map import render_map
    from climtrack.reporter.heatwave_map import render_heatwaves

    looks = [
        {"language": language, "preset": preset, "theme": theme}
        for language in languages
        for preset in presets
        for theme in themes
    ]
    pictures = tuple(
        render_map(shown, **look) if isinstance(shown, FieldMap) else render_heatwaves(shown, **look) for look in looks
    )
    make_folder(folder)
    for one in pictures:
        write_whole(folder / one.path, one.data)
        if one.words is not None:
            text = f"{one.words.caption}\n\nAlt: {one.words.alt}\n"
            write_whole(folder / f"{one.path}.txt", text.encode())
    return Drawn(shown, pictures)

"""DOOR: a folder of finished files, each of them whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from climtrack.files import make_folder, write_whole
from climtrack.vocabulary.assets import Asset


def write_bundle(folder: Path, assets: Iterable[Asset]) -> None:
    """Write files into a folder, leaving those that already hold the same bytes alone."""
    for asset in assets:
        target = folder / asset.path
        make_folder(target.parent)
        if not (target.is_file() and target.read_bytes() == asset.data):
            write_whole(target, asset.data)

"""Asset: a finished file in memory, with the words that go with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from climtrack.errors import ConfigError

#: A table in words: its title, the heads of its columns, its rows.
Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Words:
    """What a picture says, for those who see it and those who do not."""

    title: str  # The finding, without a full stop
    subtitle: str  # What is measured, where, which years, data to
    caption: str  # Sentences for under the picture, source included
    alt_short: str  # At most 125 characters
    alt: str  # At most 300 characters
    long: str  # At most 1000 characters


@dataclass(frozen=True, slots=True)
class Asset:
    """A finished file."""

    path: str  # Relative path with forward slashes
    media_type: str
    data: bytes
    language: str = ""  # Language of its words; empty where it has none
    words: Words | None = None
    width: int = 0
    height: int = 0

    def _repr_mimebundle_(self, **_: object) -> dict[str, bytes | str]:
        text = self.media_type.startswith("text/") or self.media_type.endswith(("json", "svg+xml"))
        return {self.media_type: self.data.decode() if text else self.data}

    def save(self, path: str | Path = ".") -> Path:
        """
        Write the file.

        Parameters
        ----------
        path : str or Path, default "."
            Its name, or a folder that exists, where it gets its own.

        Returns
        -------
        Path
            Where it is.

        Raises
        ------
        ConfigError
            If the name ends in that of another format.
        """
        target, own = Path(path), Path(self.path)
        if target.is_dir():
            target = target / own.name
        if target.suffix != own.suffix:
            found, wanted = own.suffix[1:].upper(), target.suffix[1:]
            raise ConfigError("api.suffix", file=target.name[:60], found=found, wanted=wanted)
        target.write_bytes(self.data)
        return target

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

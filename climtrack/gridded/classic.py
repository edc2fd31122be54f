"""How long a NetCDF-3 file has to be: the netCDF library reads what is cut off as zeros and says nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import BinaryIO

#: Bytes of each external type, by its number.
WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}


@dataclass(slots=True)
class _Header:
    """A header being read; counts take 8 bytes in the 64-bit data format, offsets in all but the first."""

    file: BinaryIO
    version: int

    def number(self, size: int = 0) -> int:
        """The next number."""
        size = size or (8 if self.version == 5 else 4)
        data = self.file.read(size)
        if len(data) != size:
            raise EOFError("the header is cut short")
        return int.from_bytes(data, "big")

    def skip(self, size: int) -> None:
        """Over some bytes, filled up to whole words."""
        self.file.seek(-(-size // 4) * 4, 1)

    def count(self) -> int:
        """Elements of the next list."""
        self.number(4)
        return self.number()

    def attributes(self) -> None:
        """Over a list of attributes."""
        for _ in range(self.count()):
            self.skip(self.number())
            width = WIDTHS[self.number(4)]
            self.skip(width * self.number())


def expected_size(file: BinaryIO) -> int:
    """
    Bytes that a NetCDF-3 file must have at the least, by its header.

    References
    ----------
    .. [1] NetCDF Users Guide, File Format Specifications: the classic format, its 64-bit offset and data variants.
    """
    version = file.read(4)[3]
    header = _Header(file, version)
    records = header.number()
    lengths = []
    for _ in range(header.count()):
        header.skip(header.number())
        lengths.append(header.number())
    header.attributes()
    fixed, along = 0, []
    for _ in range(header.count()):
        header.skip(header.number())
        shape = [lengths[header.number()] for _ in range(header.number())]
        header.attributes()
        width = WIDTHS[header.number(4)]
        header.number()  # the size it states is of no use beyond 4 GB
        begin = header.number(4 if version == 1 else 8)
        if shape and not shape[0]:
            along.append((begin, width * math.prod(shape[1:])))
        else:
            fixed = max(fixed, begin + width * math.prod(shape))
    if not along or not records or records == (1 << (64 if version == 5 else 32)) - 1:  # being streamed: unknown
        return max(fixed, file.tell())
    # One record variable alone is not filled up to whole words.
    step = along[0][1] if len(along) == 1 else sum(-(-size // 4) * 4 for _, size in along)
    return max(fixed, file.tell(), *(begin + (records - 1) * step + size for begin, size in along))

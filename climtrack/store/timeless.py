"""
An HDF5 file without the time at which it was made, so that the same series gives the same bytes.

NetCDF's C library leaves such times out of what it writes to disk, but not of what it builds in memory. They stand in
the header of the root group (HDF5 File Format Specification 3.0, IV.A.1.b, version 2), under a checksum.
"""

from __future__ import annotations

_SIGNATURE, _TIMES, _PHASES = b"OHDR\x02", 0x20, 0x10
_WORD = 0xFFFFFFFF
#: Bits by which lookup3 turns its three words, by turns.
_MIX, _FINAL = (4, 6, 8, 16, 19, 4), (14, 11, 25, 16, 4, 14, 24)


def timeless(data: bytes) -> bytes:
    """The file with zeros for the times of its root group."""
    start = int.from_bytes(data[36:44], "little")
    flags = data[start + 5] if data[start : start + 5] == _SIGNATURE else 0
    if not flags & _TIMES:
        return data
    sized = start + (26 if flags & _PHASES else 22)
    width = 1 << (flags & 3)
    end = sized + width + int.from_bytes(data[sized : sized + width], "little")
    if _checksum(data[start:end]) != data[end : end + 4]:
        return data
    header = data[start : start + 6] + bytes(16) + data[start + 22 : end]
    return data[:start] + header + _checksum(header) + data[end + 4 :]


def _checksum(data: bytes) -> bytes:
    """What HDF5 checks its headers by: lookup3 of Bob Jenkins, 2006, in the public domain."""
    words = [(0xDEADBEEF + len(data)) & _WORD] * 3
    for place in range(0, len(data), 12):
        block = data[place : place + 12].ljust(12, b"\0")
        words = [(word + int.from_bytes(block[4 * n : 4 * n + 4], "little")) & _WORD for n, word in enumerate(words)]
        if place + 12 < len(data):
            for n, bits in enumerate(_MIX):
                one, two, three = n % 3, (n + 1) % 3, (n + 2) % 3
                words[one] = (words[one] - words[three] & _WORD) ^ _turned(words[three], bits)
                words[three] = words[three] + words[two] & _WORD
    for n, bits in enumerate(_FINAL):
        one, two = (n + 2) % 3, (n + 1) % 3
        words[one] = (words[one] ^ words[two]) - _turned(words[two], bits) & _WORD
    return words[2].to_bytes(4, "little")


def _turned(word: int, bits: int) -> int:
    """The word with its bits moved up, those that fall out coming in below."""
    return (word << bits | word >> 32 - bits) & _WORD

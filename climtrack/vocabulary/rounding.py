"""
The one rule by which a number becomes print.

Once, from full precision, half away from zero, as a spreadsheet and a school do, so that a figure and its opposite
always print alike. Binary dust beyond the ninth decimal is dropped first: 21.895 − 20.82 is 1.075 on paper, so it
prints as 1.08 on every page, in every picture and at every prompt.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: float, decimals: int) -> Decimal:
    """A number as it will be printed."""
    exact = Decimal(repr(round(float(value), 9)))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0

"""What does the patient pay? (F1-F8)"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from rulebook.money import times


class FeeRow(NamedTuple):
    """`kr` None with per "product": the price is the article's own."""

    kr: int | None
    per: Literal["withdrawal", "product"]


def kronor(row: FeeRow, price_per_package: float | None, packages: int) -> float | None:
    """F1-F6: a fee per withdrawal does not grow with the packages; a fee per product is the price times packages."""
    if row.per == "withdrawal":
        return row.kr
    price = price_per_package if row.kr is None else row.kr
    return None if price is None else times(price, packages)


def total(charged: Iterable[int]) -> int:
    """F7, F8: kronor in all, of fees that were charged."""
    return sum(charged)

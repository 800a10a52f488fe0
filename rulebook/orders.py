"""What becomes one order, and may it still be changed? (W8, W9, D30)"""

from collections.abc import Sequence


def group_by_payer(payers: Sequence[str]) -> list[list[int]]:
    """W9: the indexes of the lines of each order, in the order the payers first appear."""
    groups: dict[str, list[int]] = {}
    for index, payer in enumerate(payers):
        groups.setdefault(payer, []).append(index)
    return list(groups.values())


_TOO_LATE = {
    "ordered": "already_sent",
    "out_for_delivery": "out_for_delivery",
    "delivered": "out_for_delivery",
    "cancelled": "cancelled",
}


def why_not_changed(status: str) -> str | None:
    """W8, D30: None while the order has not been sent; then a cancellation and every change are too late alike."""
    return _TOO_LATE.get(status)

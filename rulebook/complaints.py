"""Where does a complaint go, and is it in time? (C1-C5)"""

from collections.abc import Collection
from datetime import date
from typing import Literal

from rulebook.facts import Article

Route = Literal["defect_report", "deviation_report", "contact_supplier", "return", "not_returnable"]
KINDS = ("defect", "wrong_address", "missing", "late", "wrong_article", "wrong_number", "damaged", "return")


def route(
    kind: str,
    article: Article,
    *,
    leftover: bool,
    supplier_kinds: Collection[str],
    no_return_kinds: Collection[str],
    leftovers_returnable: bool,
) -> Route:
    """C2 for a defect only: a delivery of the same article gone wrong is a deviation like any other."""
    if kind == "defect":
        return "contact_supplier" if article.kind in supplier_kinds else "defect_report"
    if kind == "return":
        kept = article.kind in no_return_kinds or (leftover and not leftovers_returnable)
        return "not_returnable" if kept else "return"
    return "deviation_report"


def is_late(discovered: date | None, day: date, complaint_days: int | None) -> bool:
    """C1, C4. Never late where the day of discovery or the region's deadline is not known."""
    return discovered is not None and complaint_days is not None and (day - discovered).days > complaint_days

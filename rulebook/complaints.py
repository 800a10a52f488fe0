"""Where does a complaint go, and is it in time? (C1-C5)"""

from collections.abc import Collection
from datetime import date, timedelta

from rulebook.facts import Article, ComplaintRoute

_RULES: dict[ComplaintRoute, tuple[str, ...]] = {
    "defect_report": ("C1", "C7"),
    "contact_supplier": ("C2",),
    "deviation_report": ("C3", "C4"),
    "return": ("C4", "C5"),
    "not_returnable": ("C5",),
}


def route(
    kind: str,
    article: Article,
    *,
    leftover: bool,
    supplier_kinds: Collection[str],
    no_return_kinds: Collection[str],
    leftovers_returnable: bool,
) -> ComplaintRoute:
    """C2 for a defect only: a delivery of the same article gone wrong is a deviation like any other."""
    if kind == "defect":
        return "contact_supplier" if article.kind in supplier_kinds else "defect_report"
    if kind == "return":
        kept = article.kind in no_return_kinds or (leftover and not leftovers_returnable)
        return "not_returnable" if kept else "return"
    return "deviation_report"


def rules_of(route: ComplaintRoute) -> tuple[str, ...]:
    """C1-C5, C7: what the route follows from."""
    return _RULES[route]


def has_deadline(route: ComplaintRoute) -> bool:
    """C1, C4: for what is reported; who returns something, or turns to the supplier, reports nothing."""
    return route in ("defect_report", "deviation_report")


def last_day(discovered: date | None, complaint_days: int | None) -> date | None:
    """C1, C4, and so by when (C6). None where the day of discovery or the region's deadline is not known."""
    if discovered is None or complaint_days is None:
        return None
    return discovered + timedelta(days=complaint_days)


def is_late(last: date | None, day: date) -> bool:
    """C1, C4. Never late where there is no last day."""
    return last is not None and day > last

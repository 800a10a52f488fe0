"""What a visit was about, in codes, so that nobody need tell it again. Nothing that the patient has written."""

from typing import Any

from ordering.model import Visit
from ordering.ports import Transaction
from rulebook.facts import UNDER_WAY

_MOST = 3
# Questions that are about an order under way, when the patient has one.
_ABOUT_AN_ORDER = frozenset(
    ["ask_order_status", "cancel_order", "change_delivery", "change_address", "report_deviation"]
)


async def summary(tx: Transaction, visit: Visit) -> dict[str, Any]:
    """{"intents": the last few, "orders": numbers, "complaint": case number or None}."""
    intents = list(visit.state.get("about") or [])[-_MOST:]
    told: dict[str, Any] = {"intents": intents, "orders": [], "complaint": None}
    if visit.person_id is None:
        return told
    orders = await tx.orders.of_person(visit.person_id)
    newest = next((order for order in orders if order.status in UNDER_WAY), None)
    made_here = [one.number for one in orders if one.channel == visit.channel and one.confirmed_at >= visit.started_at]
    told["orders"] = made_here[:_MOST]
    if newest and not made_here and _ABOUT_AN_ORDER.intersection(intents):
        told["orders"] = [newest.number]
    complaints = await tx.complaints.of_person(visit.person_id)
    told["complaint"] = next(
        (one.case_number for one in complaints if one.visit_id == visit.id and one.status != "cancelled"), None
    )
    return told

"""Taking an order back while it may still be undone (W8)."""

from ordering.model import Order
from ordering.ports import Sealer, Transaction
from ordering.use_cases.change_order import pass_on
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say
from rulebook.facts import UNDER_WAY


def cancellable(case: PatientCase) -> list[Order]:
    """Orders that the rules let the patient cancel now."""
    return [
        order
        for order in case.orders
        if order.status in UNDER_WAY and case.book.change(status=order.status, what="cancel").allowed
    ]


def undoable(case: PatientCase) -> Order | None:
    """The newest order that was made so lately that the patient has been told that it may be undone."""
    return next((one for one in cancellable(case) if one.send_after is not None and one.send_after > case.now), None)


async def cancel_order(tx: Transaction, case: PatientCase, number: str, *, message_id: str, sealer: Sealer) -> Say:
    """Cancels the patient's own order with that number; passes the wish on when it is too late."""
    order = next((order for order in case.orders if order.number == number), None)
    if order is None:
        return Say("utter_no_order_to_cancel")
    decision = case.book.change(status=order.status, what="cancel")
    if decision.allowed and await tx.orders.set_status(order.id, was=("confirmed",), to="cancelled", now=case.now):
        return Say("utter_order_cancelled", {"number": order.number})
    if order.status == "cancelled":
        return Say("utter_order_cancelled", {"number": order.number})
    return await pass_on(tx, case, order, what="cancel", text=None, message_id=message_id, sealer=sealer)

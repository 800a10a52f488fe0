"""Taking back an order that is not yet on its way (W8)."""

from actions.turn import Events, PatientAction, Turn
from ordering.use_cases.cancel_order import cancel_order, cancellable
from ordering.use_cases.patient_case import UNDER_WAY, PatientCase
from ordering.use_cases.questions import products_of
from ordering.use_cases.said import Say


class CancelOrder(PatientAction):
    """Asks about each order that may be cancelled; a picked number (`choice: cancel_order=1234567`) cancels it."""

    def name(self) -> str:
        return "action_cancel_order"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        picked = [
            value.partition("=")[2] for value in turn.message.values("choice") if value.startswith("cancel_order=")
        ]
        if picked:
            turn.tell([await cancel_order(turn.tx, case, picked[0])])
            return []
        orders = cancellable(case)
        if orders:
            order = orders[0]
            values = {"number": order.number, "products": products_of(case, order)}
            turn.tell([Say("utter_ask_cancel_order", values)])
        elif any(order.status in UNDER_WAY for order in case.orders):
            turn.tell([Say("utter_order_too_late_to_cancel", {"number": case.orders[0].number})])
        else:
            turn.tell([Say("utter_no_order_to_cancel")])
        return []

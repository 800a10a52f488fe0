"""Taking back an order that is not yet on its way (W8)."""

from rasa_sdk.events import FollowupAction

from actions.turn import Events, PatientAction, Turn, leave_form
from ordering.model import Order
from ordering.use_cases.cancel_order import cancel_order, cancellable
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.questions import products_of
from ordering.use_cases.said import Say
from rulebook.facts import UNDER_WAY


class CancelOrder(PatientAction):
    """Asks about each order that may be cancelled; a picked number (`choice: cancel_order=1234567`) cancels it."""

    def name(self) -> str:
        return "action_cancel_order"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        values = turn.message.values("choice")
        picked = [value.partition("=")[2] for value in values if value.startswith("cancel_order=")]
        if picked:
            turn.tell([await cancel_order(turn.tx, case, picked[0])])
        orders = [order for order in cancellable(case) if order.number not in picked]
        if orders:
            return ask_to_take_back(turn, case, orders[0])
        if not picked:
            turn.tell([too_late(case)])
        return []


def ask_to_take_back(turn: Turn, case: PatientCase, order: Order) -> Events:
    """One question at a time: an order being made is kept and offered again."""
    turn.tell([Say("utter_ask_cancel_order", {"number": order.number, "products": products_of(case, order)})])
    return leave_form()


class ChangeOrder(PatientAction):
    """Another address or delivery: for the order being made, else for the newest one under way (W8, D30)."""

    def name(self) -> str:
        return "action_change_order"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        order = next((order for order in case.orders if order.status in UNDER_WAY), None)
        if order is None or (case.draft and case.draft.begun):
            return [FollowupAction("order_form")]
        decision = case.book.change(status=order.status, what="address")
        response = "utter_change_possible" if decision.allowed else f"utter_change_{decision.reason}"
        turn.tell([Say(response, {"number": order.number})])
        return []


def too_late(case: PatientCase) -> Say:
    under_way = next((order for order in case.orders if order.status in UNDER_WAY), None)
    if under_way is None:
        return Say("utter_no_order_to_cancel")
    return Say("utter_order_too_late_to_cancel", {"number": under_way.number})

"""Taking back an order that is not yet on its way (W8)."""

import re

from rasa_sdk.events import FollowupAction

from actions.order_slots import go_on_with_order
from actions.turn import Events, PatientAction, Turn, leave_form, service, somebody_elses_is_done
from ordering.model import Order
from ordering.use_cases.cancel_order import cancel_order, cancellable
from ordering.use_cases.change_order import What, may_change, pass_on, reopen, under_way
from ordering.use_cases.edit_draft import edit
from ordering.use_cases.patient_case import PatientCase, save
from ordering.use_cases.pickup import fill_nearest_points
from ordering.use_cases.questions import products_of
from ordering.use_cases.said import Say
from ordering.use_cases.saved_address import forget_address, save_address
from ordering.use_cases.trust import CHANGES, ORDERS

_STOP = r"(?:avbryt\w*|avboka\w*|avbeställ\w*|ångra\w*|avsluta\w*|sluta|stoppa?|cancel|stop|undo)"
_NOT_TO_STOP = re.compile(
    rf"\b{_STOP} (?:(?:den|det|beställningen|ordern|något|it|anything) )?(?:inte|ej|not)\b"
    rf"|\b(?:inte|ej|aldrig|not|don'?t|never)(?: (?:att|ska|vill|du|want to|to|you))* {_STOP}\b",
    re.IGNORECASE,
)


class CancelOrder(PatientAction):
    """Asks about each order that may be cancelled: `choice: cancel_order=1234567` cancels it, `keep_order=1234567`
    lets it be."""

    needs = CHANGES

    def name(self) -> str:
        return "action_cancel_order"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        picked = [value.split("=") for value in turn.message.values("choice")]
        answered = next((value for name, value in picked if name in ("cancel_order", "keep_order")), None)
        says = []
        if ["cancel_order", answered] in picked:
            number, message_id = str(answered), turn.message.id
            says = [await cancel_order(turn.tx, case, number, message_id=message_id, sealer=service().sealer)]
            somebody_elses_is_done(turn, case)
        elif answered or declines_to_stop(turn.message.text):
            says = [Say("utter_order_stays")]
        turn.tell(says)
        if says and answered is None:
            return go_on_with_order(case)
        if orders := _still_to_ask_about(case, answered):
            return ask_to_take_back(turn, case, orders[0])
        if not says:
            turn.tell([await _too_late(turn, case)])
        return []


def _still_to_ask_about(case: PatientCase, answered: str | None) -> list[Order]:
    """The orders that may be cancelled, from the one after the order that was just answered about."""
    numbers = [order.number for order in case.orders]
    after = numbers.index(answered) + 1 if answered in numbers else 0
    asked = case.orders[:after]
    return [order for order in cancellable(case) if order not in asked]


def declines_to_stop(words: str) -> bool:
    """ "avbryt inte", "I do not want to cancel": the words of stopping, to the opposite."""
    return bool(_NOT_TO_STOP.search(words))


def ask_to_take_back(turn: Turn, case: PatientCase, order: Order) -> Events:
    """One question at a time: an order being made is kept and offered again."""
    turn.tell([Say("utter_ask_cancel_order", {"number": order.number, "products": products_of(case, order)})])
    return leave_form()


class ChangeOrder(PatientAction):
    """Something else than was ordered: in the order being made, else in the newest one under way (W8, D30).

    What is placed asks for more than what is being made.

    Choices: `change_order=<number>` or `any`; `save_address=<number>`, `yes`, or `forget` (W12).
    """

    needs = ORDERS

    def name(self) -> str:
        return "action_change_order"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        choices = dict(value.split("=", 1) for value in turn.message.values("choice") if "=" in value)
        if wish := choices.get("save_address"):
            case.require(CHANGES)
            turn.tell([await _about_address(turn, case, wish)])
            return []
        number = choices.get("change_order", "")
        order = under_way(case, number if number.isdigit() else None)
        if order is None or (case.draft and case.draft.begun):
            return [FollowupAction("order_form")]
        case.require(CHANGES)
        if not may_change(case, order):
            turn.tell([await pass_on_wish(turn, case, order, _what(turn, choices))])
            return []
        says = [*reopen(case, order), *edit(case, turn.message).says]
        await fill_nearest_points(case, service().pickup_points)
        if not await save(turn.tx, case):
            says = [Say("utter_changed_meanwhile")]
        turn.tell(says)
        return [FollowupAction("order_form")]


def _what(turn: Turn, choices: dict[str, str]) -> What:
    if "change_order" in choices:
        return "amount"
    return "address" if turn.message.intent == "change_address" else "option"


async def _about_address(turn: Turn, case: PatientCase, wish: str) -> Say:
    if wish == "forget":
        return await forget_address(turn.tx, case)
    return await save_address(turn.tx, case, wish if wish.isdigit() else None)


async def pass_on_wish(turn: Turn, case: PatientCase, order: Order, what: What) -> Say:
    text = turn.message.text
    told = None if text.startswith("/") else text
    sealer = service().sealer
    return await pass_on(turn.tx, case, order, what=what, text=told, message_id=turn.message.id, sealer=sealer)


async def _too_late(turn: Turn, case: PatientCase) -> Say:
    order = under_way(case)
    return await pass_on_wish(turn, case, order, "cancel") if order else Say("utter_no_order_to_cancel")

"""Placing a withdrawal: every message edits the draft, and the draft says what to ask next (W7-W12, V1-V5)."""

from datetime import timedelta

from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, SlotSet

from actions import complaint
from actions.cancel_order import ask_to_take_back, declines_to_stop, pass_on_wish
from actions.order_slots import draft_lines, go_on_with_order, question_slots
from actions.turn import Events, PatientAction, Turn, leave_form, service, somebody_elses_is_done
from ordering.model import Order
from ordering.use_cases.cancel_order import undoable
from ordering.use_cases.change_order import What, ask_to_change, may_change, reopen, replaced, under_way
from ordering.use_cases.complain import give_up_complaint
from ordering.use_cases.edit_draft import corrects_an_amount, edit
from ordering.use_cases.explain import blocked
from ordering.use_cases.order_words import adds_to_the_order
from ordering.use_cases.patient_case import PatientCase, save
from ordering.use_cases.picked_answers import begin_anew
from ordering.use_cases.pickup import fill_nearest_points
from ordering.use_cases.place_order import just_placed, place_order
from ordering.use_cases.questions import invoiced, products_of
from ordering.use_cases.read_back import read_back
from ordering.use_cases.said import Say
from ordering.use_cases.saved_address import ask_to_save, forget_address, typed_address
from ordering.use_cases.trust import CHANGES, ORDERS

# What belongs to the order; anything else is answered by its own rule, and the form then asks again.
_ABOUT_THE_ORDER = frozenset(
    [
        "order_products",
        "same_as_last_time",
        "choose_variants",
        "choose_delivery",
        "change_delivery",
        "change_address",
        "inform",
        "affirm",
        "deny",
    ]
)
_NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope"})
# What stops the order, or leaves it for a complaint, is done only when Rasa is sure that it was said.
_SURE = 0.6
# A question about how things work names products, numbers and ways of delivery, and wants none of them.
_ONLY_ASKS = "ask_how_it_works"
# So does "I have only three left", when Rasa is sure of it.
_TELLS_OF_NEED = "ask_urgent_delivery"
_NEVER_EDITS = frozenset(["cancel", "go_back", "cancel_order", "report_defect", "report_deviation", "return_products"])


class ValidateOrderForm(PatientAction):
    needs = ORDERS

    def name(self) -> str:
        return "validate_order_form"

    def unknown(self) -> Events:
        return [SlotSet("requested_slot", None)]

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        asked_before = turn.tracker.get_slot("requested_slot")
        if not turn.answers_the_patient and case.draft:
            return question_slots(case, case.question)
        gone = case.draft is None and asked_before and asked_before != "lines"
        if gone and turn.answers_the_patient and turn.message.intent not in _ABOUT_THE_ORDER:
            return [*question_slots(case, asked_before), ActionExecutionRejected("order_form")]
        if gone:
            turn.tell([Say("utter_changed_meanwhile")])
            return question_slots(case, None)
        starting = asked_before is None
        if order := _wished_otherwise(turn, case, starting=starting):
            if not may_change(case, order):
                return await self._pass_on(turn, case, order)
            turn.tell(reopen(case, order))
        elif case.draft is None and not case.can_take():
            turn.tell([*blocked(case, turn.message.values("product")), *ask_to_change(case)])
            return question_slots(case, None)
        return await self._edit(turn, case, starting=starting)

    async def _pass_on(self, turn: Turn, case: PatientCase, order: Order) -> Events:
        """An order that was only begun to hear the wish is not left open."""
        case.draft = None
        await save(turn.tx, case)
        what: What = "amount" if turn.message.values("product") or turn.message.values("flavour") else "option"
        turn.tell([await pass_on_wish(turn, case, order, what)])
        return question_slots(case, None)

    async def _edit(self, turn: Turn, case: PatientCase, *, starting: bool) -> Events:
        message = turn.message
        sure = message.confidence >= _SURE and not corrects_an_amount(message)
        if message.intent == _ONLY_ASKS or (message.intent in (_TELLS_OF_NEED, *_NEVER_EDITS) and sure):
            return [*question_slots(case, case.question), ActionExecutionRejected("order_form")]
        if starting and case.question == "resume":
            return question_slots(case, "resume")  # begun in another visit: offered before anything is made of it
        if "save_address=forget" in message.values("choice"):
            case.require(CHANGES)
            turn.tell([await forget_address(turn.tx, case)])
            return question_slots(case, case.question)
        before = draft_lines(case, case.draft) if case.draft else ""
        result = edit(case, message)
        if result.dropped:
            await turn.tx.orders.drop_draft(case.person.id)
            turn.tell([dropped(case)])
            somebody_elses_is_done(turn, case)
            return question_slots(case, None)
        if result.left:
            turn.tell([Say("utter_order_kept"), *turn.what_next()])
            return question_slots(case, None)
        await fill_nearest_points(case, service().pickup_points)
        if not await save(turn.tx, case):
            turn.tell([Say("utter_changed_meanwhile")])
            return question_slots(await turn.case(), None)
        turn.tell(result.says or _changed_to(case, before, corrected=corrects_an_amount(message)))
        if result.confirmed:
            return question_slots(case, None)
        events = question_slots(case, case.question)
        # Whatever Rasa made of the sentence: if it told something for the order, it has been understood.
        told_something = message.intent in _NOT_UNDERSTOOD and result.changed
        of_the_order = message.intent in _ABOUT_THE_ORDER or message.intent in _NEVER_EDITS
        if not of_the_order and not told_something and not starting:
            events.append(ActionExecutionRejected("order_form"))
        elif not result.changed and not starting and message.intent != "order_products":
            turn.tell([Say("utter_not_understood")])
        return events


class AskConfirm(PatientAction):
    needs = ORDERS

    def name(self) -> str:
        return "action_ask_confirm"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        if case.draft is None:
            return []
        case.draft.read_back = case.draft.fingerprint()
        await save(turn.tx, case)
        turn.tell([Say("utter_read_lines", {"lines": draft_lines(case, case.draft)}), *read_back(case, case.draft)])
        turn.tell([Say("utter_ask_confirm_code" if turn.visit.channel == "sms" else "utter_ask_confirm")])
        return []


class PlaceOrder(PatientAction):
    """Runs when the form has ended. Everything that a yes needs is checked again here."""

    needs = ORDERS

    def name(self) -> str:
        return "action_place_order"

    async def act(self, turn: Turn) -> Events:
        # Where the form could not even start it has already said why.
        case = await turn.case_or_none()
        return await self.for_patient(turn, case) if case else []

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        if turn.message.intent != "affirm" and "confirm=yes" not in turn.message.values("choice"):
            return []
        undo = timedelta(minutes=service().settings.undo_minutes)
        placed = await place_order(turn.tx, case, undo=undo, sealer=service().sealer)
        turn.tell(placed.says)
        if placed.orders:
            turn.tell(receipts(case, placed.orders))
            turn.tell(await _keep_address(turn, case, placed.orders[0]))
            somebody_elses_is_done(turn, case)
            return []
        return go_on_with_order(case)


class AnswerYesOrNo(PatientAction):
    """A yes or no when nothing was asked: a second yes hears of the order that the first one made."""

    needs = ORDERS

    def name(self) -> str:
        return "action_yes_or_no"

    async def act(self, turn: Turn) -> Events:
        case = await turn.case_or_none()
        if case is None:  # nothing of anybody's is asked for
            turn.tell(self._nothing(turn))
            return []
        return await self.for_patient(turn, case)

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        orders = just_placed(case) if turn.message.intent == "affirm" else []
        turn.tell(receipts(case, orders) if orders else self._nothing(turn))
        return []

    @staticmethod
    def _nothing(turn: Turn) -> list[Say]:
        declined = [Say("utter_as_it_was")] if turn.message.intent == "deny" else []
        return [*declined, *turn.what_next()]


class GoBack(PatientAction):
    needs = ORDERS

    def name(self) -> str:
        return "action_go_back"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        if turn.tracker.active_loop_name == complaint.FORM:
            return await complaint.step_back(turn, case)
        asked = case.question
        before = draft_lines(case, case.draft) if case.draft else ""
        if case.draft is None or not case.draft.go_back():
            order = None if case.draft and case.draft.begun else undoable(case)
            if order:
                return ask_to_take_back(turn, case, order)
            turn.tell([Say("utter_nothing_to_go_back_to")])
            return []
        case.draft.seen = turn.message.id
        await fill_nearest_points(case, service().pickup_points)
        await save(turn.tx, case)
        turn.tell(_changed_to(case, before, corrected=case.question == asked))
        return question_slots(case, case.question)


class Cancel(PatientAction):
    """Stops what is going on, or begins the order anew. The draft stays nowhere: the patient said stop."""

    needs = ORDERS

    def name(self) -> str:
        return "action_cancel"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        if "start_over=yes" in turn.message.values("choice") and case.draft:
            return await self._start_over(turn, case)
        if declines_to_stop(turn.message.text):
            turn.tell([Say("utter_as_it_was"), *([] if turn.tracker.active_loop_name else turn.what_next())])
            return []
        telling = turn.tracker.active_loop_name == complaint.FORM
        if await give_up_complaint(turn.tx, case, turn.message.id, telling=telling):
            turn.tell([Say("utter_complaint_dropped")])
            return [*leave_form(), *go_on_with_order(case)]
        order = None if case.draft else undoable(case)
        if order:
            return ask_to_take_back(turn, case, order)
        await turn.tx.orders.drop_draft(case.person.id)
        turn.tell([dropped(case)])
        somebody_elses_is_done(turn, case)
        return leave_form()

    async def _start_over(self, turn: Turn, case: PatientCase) -> Events:
        begin_anew(case)
        await save(turn.tx, case)
        return [ActiveLoop("order_form"), *question_slots(case, case.question)]


def _wished_otherwise(turn: Turn, case: PatientCase, *, starting: bool) -> Order | None:
    """The order under way that a wish is about, while none is being made: how it comes, what to add (W8, D30)."""
    message, order = turn.message, under_way(case)
    if order is None or message.values("choice") or (case.draft and case.draft.begun):
        return None
    if adds_to_the_order(message.text) and not case.can_take():
        return order
    if message.values("product") or message.values("flavour"):
        return None
    changes = message.intent in ("change_delivery", "change_address")
    return order if changes or (starting and message.intent == "choose_delivery") else None


def _changed_to(case: PatientCase, before: str, *, corrected: bool) -> list[Say]:
    """What an amount that was taken back has become; the read-back tells it by itself."""
    if case.draft is None or case.question == "confirm":
        return []
    now = draft_lines(case, case.draft)
    told = corrected and before not in ("", now) and all(line.taken for line in case.draft.lines)
    return [Say("utter_changed_to", {"lines": now})] if told else []


async def _keep_address(turn: Turn, case: PatientCase, order: Order) -> list[Say]:
    """Saves a typed address if the patient has said so, else asks (W12)."""
    if typed_address(case, order) and case.draft and case.draft.keep_address:
        await turn.tx.people.save_address(case.person.id, typed_address(case, order))
        return [Say("utter_address_saved")]
    return ask_to_save(case, order)


def dropped(case: PatientCase) -> Say:
    """What giving up the draft means: an order that it was to change holds as before."""
    if case.draft is None:
        return Say("utter_nothing_to_cancel")
    old = replaced(case)
    return Say("utter_change_dropped", {"number": old[0].number}) if old else Say("utter_order_dropped")


def receipts(case: PatientCase, orders: list[Order]) -> list[Say]:
    """One receipt for each order: number, products, expected day, and the fee where there is one (F7)."""
    says = []
    for order in orders:
        values = {"number": order.number, "products": products_of(case, order)}
        response = "utter_receipt_no_day"
        if order.expected_latest:
            response, values["expected"] = "utter_receipt", case.worded(order.expected_latest)
        elif order.expected_earliest:
            response, values["expected"] = "utter_receipt_earliest", case.worded(order.expected_earliest)
        says.append(Say(response, values))
        if order.fee_kr is not None:
            says.append(Say(invoiced("utter_receipt_fee", case), {"fee": str(order.fee_kr)}))
    minutes = service().settings.undo_minutes
    if any(order.status == "confirmed" for order in orders) and minutes:
        says.append(Say("utter_receipt_undo", {"minutes": str(minutes)}))
    return says

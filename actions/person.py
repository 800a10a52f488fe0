"""A person, please: transferred, given the number, or called back. Also offered when we do not understand.

The questions are asked by a form of their own; what it interrupted is taken up again afterwards.
"""

import re

from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, SlotSet

from actions.order_slots import go_on_with_order, question_slots
from actions.turn import Events, Turn, VisitAction, leave_form, service
from ordering.model import Callback
from ordering.use_cases import call_back
from ordering.use_cases.call_back import Calling, Heard, Told
from ordering.use_cases.complain import next_question
from ordering.use_cases.customer_service import opening_hours
from ordering.use_cases.said import Say
from ordering.use_cases.trust import ORDERS
from ordering.use_cases.visit_summary import summary

FORM = "callback_form"
_CALL_ME = re.compile(
    r"\bring (?:upp )?(?:mig|oss|tillbaka)\b|\bringa (?:upp )?(?:mig|oss|tillbaka)\b|\bringa upp\b|\buppringd\w*\b"
    r"|\bring upp\b|\bringer (?:upp )?(?:mig|oss)\b|\bcall (?:me|us|back)\b|\bcall me back\b|\bcallback\b",
    re.IGNORECASE,
)
_DO_NOT_CALL = re.compile(
    r"\b(?:inte|ej|avboka\w*|slipper?|don'?t|do not|cancel|no longer)\b.*(?:\bring\w*|uppring\w*|samtal\w*|\bcall\w*)"
    r"|(?:\bring\w*|uppringd).*\b(?:inte|ej)\b",
    re.IGNORECASE,
)
# May answer the open question; any other intent is answered by its own rule.
_MAY_ANSWER = frozenset(["inform", "affirm", "deny", "nlu_fallback", "out_of_scope", "thank"])
_NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope"})
_TIMES = (call_back.WHEN, call_back.TIME)
# An offer is dropped when the patient goes on to something else.
_OFFERS = (call_back.OFFER, call_back.BOOKED)
_ORDERS = frozenset(["order_products", "same_as_last_time", "choose_variants", "choose_delivery"])
# Their rules lead into another form; with the call still open, two questions would be asked at once.
_LEAD_AWAY = _ORDERS | frozenset(
    (
        *("change_delivery", "change_address", "cancel_order", "order_for_someone_else"),
        *("report_defect", "report_deviation", "return_products"),
    )
)


async def calling(turn: Turn) -> Calling:
    transfer = turn.visit.region in service().settings.transfer_numbers
    return await call_back.calling(turn.tx, service().book, turn.visit, now=turn.now, transfer=transfer)


async def open_question(turn: Turn) -> Events:
    """Takes up the form whose question is open: the callback's, the complaint's, or the order's."""
    callback = await turn.tx.callbacks.asking(turn.visit.id)
    if callback:
        return ask(callback.asking)
    case = await turn.case_or_none()
    if case is None:
        return []
    complaint = await turn.tx.complaints.current(case.person.id, visit_id=turn.visit.id)
    if complaint and (asked := next_question(case, complaint)):
        return [ActiveLoop("complaint_form"), SlotSet("requested_slot", asked)]
    # An order begun in another visit is offered, not forced upon the patient.
    if case.question == "resume" and turn.visit.state.get("asked") != "resume":
        return []
    if (
        case.draft
        and case.question
        and not case.draft.begun
        and _ORDERS.intersection(turn.visit.state.get("about", ()))
    ):
        return [ActiveLoop("order_form"), *question_slots(case, case.question)]
    return go_on_with_order(case)


def ask(question: str | None) -> Events:
    return [ActiveLoop(FORM), SlotSet("requested_slot", question)]


class TalkToHuman(VisitAction):
    """choice person=unasked: we have failed to understand; =unanswered: nobody took the call that was transferred;
    callback=take_back: the booked call is not wanted any more."""

    needs = ORDERS

    def name(self) -> str:
        return "action_talk_to_human"

    async def act(self, turn: Turn) -> Events:
        c, picked = await calling(turn), set(turn.message.values("choice"))
        open_one = await turn.tx.callbacks.asking(turn.visit.id)
        if "callback=take_back" in picked or _DO_NOT_CALL.search(turn.message.text):
            return await self._take_back(turn, c)
        wants = bool(_CALL_ME.search(turn.message.text))
        if not picked and not wants and c.may_transfer:
            if open_one:
                await call_back.leave(c, open_one, turn.message.id)
            return [*transfer(turn, [Say("utter_transfer")]), *leave_form()]
        if open_one and turn.tracker.active_loop_name == FORM:
            return await self._insists(turn, c, open_one, understood="person=unasked" not in picked)
        complains = turn.message.intent == "complain_about_assistant"
        if complains:
            turn.tell([Say("utter_sorry")])
        about = await summary(turn.tx, turn.visit)
        callback = await call_back.begin(c, turn.message.id, wants=wants, about=about, text=turn.message.text)
        if callback.asking == call_back.BOOKED:
            turn.tell([call_back.told_when(c, callback, "utter_callback_already")])
        elif "person=unasked" in picked:
            turn.tell([Say("utter_person_offered")])
        elif "person=unanswered" in picked:
            turn.tell([Say("utter_transfer_unanswered")])
        elif not wants:
            hours = opening_hours(turn.here.book, turn.visit.region, turn.local, turn.visit.language)
            turn.tell(hours[:1] if complains else [Say("utter_human"), *hours[:1]])
        elif callback.asking == call_back.WHEN and call_back.names_a_closed_time(c, turn.message.text):
            turn.tell([Say("utter_callback_not_open")])
        return ask(callback.asking)

    async def _insists(self, turn: Turn, c: Calling, callback: Callback, *, understood: bool) -> Events:
        """The question about the call is open already."""
        if understood:
            turn.tell([call_back.reach(c)])
            return []
        heard = await call_back.give_up(c, callback, turn.message.id)
        tell(turn, heard)
        return ask(heard.callback.asking) if heard.callback.asking else await go_on(turn, heard.callback)

    async def _take_back(self, turn: Turn, c: Calling) -> Events:
        callback = await call_back.booked(c) or await turn.tx.callbacks.asking(turn.visit.id)
        if callback is None:
            turn.tell([Say("utter_callback_none")])
        else:
            turn.tell(await call_back.take_back(c, callback, turn.message.id))
        return await go_on(turn, None)


class ValidateCallbackForm(VisitAction):
    needs = ORDERS

    def name(self) -> str:
        return "validate_callback_form"

    async def act(self, turn: Turn) -> Events:
        callback = await turn.tx.callbacks.asking(turn.visit.id)
        if callback is None:
            return await self._over(turn)
        if not turn.answers_the_patient:
            return question(callback)
        c, intent = await calling(turn), turn.message.intent
        if intent in ("cancel", "go_back"):
            return await self._steered(turn, c, callback)
        heard = await call_back.answer(c, callback, told(turn, callback)) if _may_answer(turn, callback) else None
        if heard and heard.understood:
            return transfer(turn, heard.says) if heard.transfer else question(tell(turn, heard))
        if heard and intent in _MAY_ANSWER - _NOT_UNDERSTOOD:
            turn.tell([Say("utter_not_understood")])
            return question(callback)
        leaves = callback.asking in _OFFERS and intent not in _NOT_UNDERSTOOD | {"talk_to_human"}
        if intent in _LEAD_AWAY or leaves:
            await call_back.leave(c, callback, turn.message.id)
            return [*leave_form(), *await open_question(turn), ActionExecutionRejected(FORM)]
        return [*question(callback), ActionExecutionRejected(FORM)]

    async def _steered(self, turn: Turn, c: Calling, callback: Callback) -> Events:
        if turn.message.intent == "go_back":
            callback = await call_back.one_step_back(c, callback, turn.message.id)
        else:
            callback = await call_back.leave(c, callback, turn.message.id)
        if callback.asking is None:
            turn.tell([Say("utter_callback_stays" if callback.status == "booked" else "utter_callback_left")])
        return question(callback)

    async def _over(self, turn: Turn) -> Events:
        """Nothing is open any more; a message that booked and comes again hears the same again."""
        c = await calling(turn)
        callback = await call_back.booked(c)
        if callback and callback.seen == turn.message.id:
            return question(tell(turn, Heard(callback, [call_back.told_when(c, callback)])))
        return [*leave_form(), *await open_question(turn), ActionExecutionRejected(FORM)]


class AfterCallback(VisitAction):
    """Goes on with what was interrupted."""

    needs = ORDERS

    def name(self) -> str:
        return "action_after_callback"

    async def act(self, turn: Turn) -> Events:
        callback = await call_back.booked(await calling(turn))
        return await go_on(turn, callback if callback and callback.seen == turn.message.id else None)


async def go_on(turn: Turn, booked: Callback | None) -> Events:
    """With what was interrupted; else asks what to do, unless a call has just been booked."""
    resumed = await open_question(turn)
    if not resumed and not (booked and booked.status == "booked"):
        turn.tell(turn.what_next())
    return [*leave_form(), *resumed]


def question(callback: Callback) -> Events:
    """Within the form: its next question, None when it is done."""
    return _settled(callback.asking)


def _settled(asked: str | None) -> Events:
    # A form that sets no slot of its own has heard nothing, to Rasa, and is passed over for another rule.
    return [SlotSet(call_back.OFFER, None), SlotSet("requested_slot", asked)]


def told(turn: Turn, callback: Callback) -> Told:
    message = turn.message
    picked = [value.partition("=") for value in message.values("choice")]
    choice = next((value for question, _, value in picked if question == callback.asking), None)
    return Told(message.id, message.intent, message.text, choice)


def _may_answer(turn: Turn, callback: Callback) -> bool:
    """A time may be taken for anything by Rasa ("torsdag klockan tio"), but a question is none."""
    message = turn.message
    if message.intent in _MAY_ANSWER or (message.intent == "talk_to_human" and callback.asking == call_back.OFFER):
        return not any(value.startswith("person=") for value in message.values("choice"))
    return callback.asking in _TIMES and bool(message.text) and not message.text.endswith("?")


def tell(turn: Turn, heard: Heard) -> Callback:
    """Tells what came of it. A booking is confirmed by SMS, which the gateway words and sends."""
    turn.tell(heard.says)
    if heard.callback.status == "booked" and heard.callback.asking is None:
        turn.dispatcher.utter_message(json_message={"callback": heard.callback.id})
    return heard.callback


def transfer(turn: Turn, says: list[Say]) -> Events:
    """The gateway connects the call; if nobody answers it asks for a person again (person=unanswered)."""
    turn.tell(says)
    turn.dispatcher.utter_message(json_message={"transfer": True})
    return _settled(None)

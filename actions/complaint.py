"""A complaint, asked about like an order: the use case says what to ask next (C1-C7)."""

from datetime import timedelta

from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, SlotSet

from actions.order_slots import go_on_with_order
from actions.turn import Events, PatientAction, Turn, VisitAction, service
from ordering.asking import asks
from ordering.model import Complaint
from ordering.use_cases.complain import KINDS, Heard, hear, leave, next_question, one_step_back, tells_something
from ordering.use_cases.complain_answers import answer
from ordering.use_cases.complain_days import is_to_come
from ordering.use_cases.complain_words import Told, wants_to_order
from ordering.use_cases.how_it_works import how_it_works, returns_in_general
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say
from ordering.use_cases.trust import COMPLAINS, ORDERS
from ordering.use_cases.whose import about_own

FORM = "complaint_form"
# What may be an answer to a question with choices; anything else is answered by its own rule, and then it asks again.
_MAY_ANSWER = frozenset(
    [
        *KINDS,
        "inform",
        "affirm",
        "deny",
        "nlu_fallback",
        "out_of_scope",
        "order_products",
        "same_as_last_time",
        "choose_variants",
        "choose_delivery",
    ]
)
# Said instead of what is wrong, in a few words: answered by their own rules.
_SOMETHING_ELSE = frozenset(
    ["cancel", "talk_to_human", "help", "repeat", "go_back", "emergency", "goodbye", "ask_opening_hours", "ask_is_bot"]
)
# Their rules begin an order; as a question ("how do I order?") they are answered with how things work.
_WOULD_BE_TAKEN_FOR_ORDERS = frozenset(
    ["order_products", "same_as_last_time", "choose_variants", "choose_delivery", "inform"]
)
_ORDERS = frozenset({"order_products", "same_as_last_time"})
# Their rules lead into the order form; with the complaint still open, two questions would be asked at once.
_LEAD_TO_THE_ORDER = frozenset({"change_delivery", "change_address", "order_for_someone_else"})
_SHORT = 5
_SURE = 0.6


def told(turn: Turn) -> Told:
    message = turn.message
    choices = (value.partition("=") for value in message.values("choice"))
    return Told(
        message_id=message.id,
        intent=message.intent,
        text=message.text,
        products=tuple(dict.fromkeys(message.values("product"))),
        flavours=tuple(message.values("flavour")),
        choices=tuple((question, value) for question, _, value in choices),
    )


async def listen(turn: Turn, case: PatientCase, *, begin: bool, again: bool = False) -> Heard | None:
    """Hears the message, and answers it when nothing more is to be asked."""
    wait = timedelta(minutes=service().settings.visit_silence_minutes)
    heard = await hear(turn.tx, case, told(turn), sealer=service().sealer, wait=wait, begin=begin, again=again)
    if heard and heard.question is None:
        turn.tell(answer(case, heard.complaint))
    return heard


def ask(question: str | None, *, missed: str | None = None) -> Events:
    """`missed`: the question whose answer was just not understood."""
    return [SlotSet("requested_slot", question), SlotSet("complaint_missed", missed)]


class Complain(PatientAction):
    needs = COMPLAINS

    def name(self) -> str:
        return "action_complain"

    async def act(self, turn: Turn) -> Events:
        message = turn.message
        general = message.intent == "return_products" and asks(message.text) and not about_own(message)
        if turn.visit.person_id is None and general:
            turn.tell([*returns_in_general(turn.here), Say("utter_offer_return")])
            return []
        return await super().act(turn)

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        heard = await listen(turn, case, begin=True)
        return [ActiveLoop(FORM), *ask(heard.question)] if heard and heard.question else []


class ValidateComplaintForm(PatientAction):
    needs = COMPLAINS

    def name(self) -> str:
        return "validate_complaint_form"

    def unknown(self) -> Events:
        return ask(None)

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        complaint = await turn.tx.complaints.current(case.person.id, visit_id=turn.visit.id)
        question = next_question(case, complaint) if complaint else None
        missed = turn.tracker.get_slot("complaint_missed")
        if complaint and question and not turn.answers_the_patient:
            return ask(question, missed=missed)
        if complaint and question and _to_order(turn, case, complaint, question):
            return await self._leave(turn, case)
        if complaint and question and not _answers(turn, case, complaint, question):
            if turn.message.intent in _WOULD_BE_TAKEN_FOR_ORDERS:
                turn.tell(how_it_works(turn.here, []))
                return ask(question)
            return [*ask(question), ActionExecutionRejected(FORM)]
        to_come = question == "complaint_discovered" and is_to_come(turn.message.text, case.day)
        again = missed is not None and missed == question and not to_come
        heard = await listen(turn, case, begin=False, again=again)
        if heard is None:
            turn.tell([Say("utter_nothing_to_cancel")])
            return ask(None)
        if to_come and heard.question == question:
            turn.tell([Say("utter_complaint_day_to_come")])
            return ask(question)
        if heard.understood:
            return ask(heard.question)
        turn.tell([Say("utter_not_understood")])
        return ask(heard.question, missed=heard.question)

    async def _leave(self, turn: Turn, case: PatientCase) -> Events:
        """The patient would rather order now: the complaint is received as it is, and the order begins."""
        complaint = await leave(turn.tx, case, told(turn), sealer=service().sealer)
        turn.tell(answer(case, complaint) if complaint else [])
        return [ActiveLoop(None), *ask(None), ActionExecutionRejected(FORM)]


def _to_order(turn: Turn, case: PatientCase, complaint: Complaint, question: str) -> bool:
    message = turn.message
    if question == "complaint_text":
        return False
    if message.intent in _ORDERS:
        return wants_to_order(message.text)
    sure = message.intent in _LEAD_TO_THE_ORDER and message.confidence >= _SURE
    return sure and not tells_something(case, complaint, told(turn))


def _answers(turn: Turn, case: PatientCase, complaint: Complaint, question: str) -> bool:
    """What is wrong is told in any words, however Rasa takes them; so is an answer that is one all the same."""
    message = turn.message
    if question == "complaint_text":
        return message.intent not in _SOMETHING_ELSE or len(message.text.split()) > _SHORT
    question_of_theirs = asks(message.text) or (message.intent.startswith("ask_") and message.confidence >= _SURE)
    if (message.intent in _MAY_ANSWER and not asks(message.text)) or message.intent in _LEAD_TO_THE_ORDER:
        return True
    leaves = message.intent in ("cancel", "go_back", "talk_to_human", "emergency", "help", "repeat")
    if message.intent in _MAY_ANSWER:  # "can I get a new one?" is a wish, and "is it too late?" no answer
        return tells_something(case, complaint, told(turn))
    return not question_of_theirs and not leaves and tells_something(case, complaint, told(turn))


async def step_back(turn: Turn, case: PatientCase) -> Events:
    """Takes back the last answer of the complaint that is being told."""
    question = await one_step_back(turn.tx, case, told(turn))
    if question is None:
        turn.tell([Say("utter_nothing_to_go_back_to")])
        return []
    return ask(question)


class AfterComplaint(VisitAction):
    """Goes on with an order that was interrupted by the complaint."""

    needs = ORDERS

    def name(self) -> str:
        return "action_after_complaint"

    async def act(self, turn: Turn) -> Events:
        case = await turn.case_or_none()
        return go_on_with_order(case) if case else []

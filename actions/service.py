"""What anybody may ask, known or not: greeting, how things work, opening hours, another language."""

import re
from dataclasses import replace

from rasa_sdk.events import FollowupAction, SlotSet

from actions.order_slots import go_on_with_order, question_slots
from actions.turn import Events, Turn, VisitAction, leave_form
from ordering import wording
from ordering.asking import may_ask
from ordering.use_cases import how_it_works
from ordering.use_cases.customer_service import opening_hours_asked
from ordering.use_cases.patient_case import save
from ordering.use_cases.picked_answers import PickedAnswers
from ordering.use_cases.questions import new_prescription
from ordering.use_cases.said import Say
from ordering.use_cases.trust import ANYBODY, ORDERS, READS

_WHY = re.compile(
    r"(?:\w+ )?(?:varför|why|how come|hur kommer det sig|vad beror det|av vilken anledning)\b", re.IGNORECASE
)
_FAREWELL = re.compile(
    r"\b(?:hej ?då|adjö|farväl|vi hörs|ha det|hej ?hej|tack (?:och |så )?hej|good ?bye|bye|see you)\b", re.IGNORECASE
)
_SURE = 0.6
_NOT = frozenset(["inte", "ingen", "ej", "not", "no", "dont", "doesnt", "cant", "cannot"])


class Greet(VisitAction):
    """Greets, and offers to go on with an order that was begun in another visit (W8)."""

    needs = ORDERS

    def name(self) -> str:
        return "action_greet"

    async def act(self, turn: Turn) -> Events:
        if turn.tracker.active_loop_name:  # it asks again by itself
            turn.tell([Say("utter_hello")])
            return []
        case = await turn.case_or_none()
        if case and case.draft and case.draft.begun:
            turn.tell([Say("utter_hello")])
            return go_on_with_order(case)
        turn.tell([Say("utter_greet"), *turn.what_next()])
        return []


class Help(VisitAction):
    """In the middle of a question: how to answer it, and the ways out of it. Otherwise: what can be done here."""

    needs = ANYBODY

    def name(self) -> str:
        return "action_help"

    async def act(self, turn: Turn) -> Events:
        turn.tell([Say("utter_help_here" if turn.tracker.active_loop_name else "utter_help")])
        return []


class NotUnderstood(VisitAction):
    """What Rasa makes nothing of begins an order all the same when it names what is ordered, and how many or how."""

    needs = ANYBODY

    def name(self) -> str:
        return "action_not_understood"

    async def act(self, turn: Turn) -> Events:
        message = turn.message
        named = message.values("product") or message.values("flavour")
        told = message.values("amount") or message.values("delivery")
        if message.intent == "nlu_fallback" and named and told and not may_ask(message.text):
            return [FollowupAction("order_form")]
        beyond_us = message.intent == "out_of_scope" and message.confidence >= _SURE
        turn.tell([Say("utter_out_of_scope" if beyond_us else "utter_fallback")])
        return []


class Goodbye(VisitAction):
    """In the middle of an order it means that nothing more is wanted of it, unless it is plainly a goodbye."""

    needs = ORDERS

    def name(self) -> str:
        return "action_goodbye"

    async def act(self, turn: Turn) -> Events:
        case = await turn.case_or_none() if turn.tracker.active_loop_name == "order_form" else None
        if case is None:
            turn.tell([Say("utter_goodbye")])
            return []
        if case.draft and case.draft.begun and _FAREWELL.search(turn.message.text):
            case.draft.visit_id = None  # left: it is offered when the next order begins, and not asked about before
            await save(turn.tx, case)
            turn.tell([Say("utter_order_kept"), Say("utter_goodbye")])
            return leave_form()
        if case.draft:
            PickedAnswers(case, case.draft).enough()
            await save(turn.tx, case)
        return question_slots(case, case.question)


class Repeat(VisitAction):
    """In the middle of a question the form asks it again by itself."""

    needs = ANYBODY

    def name(self) -> str:
        return "action_repeat"

    async def act(self, turn: Turn) -> Events:
        if not turn.tracker.active_loop_name:
            turn.tell(turn.what_next())
        return []


class AskOpeningHours(VisitAction):
    needs = ANYBODY

    def name(self) -> str:
        return "action_opening_hours"

    async def act(self, turn: Turn) -> Events:
        asked = turn.message.text
        turn.tell(opening_hours_asked(turn.here.book, turn.visit.region, turn.local, turn.visit.language, asked=asked))
        return []


class AskUrgentDelivery(VisitAction):
    needs = ANYBODY

    def name(self) -> str:
        return "action_urgent_delivery"

    async def act(self, turn: Turn) -> Events:
        turn.tell(how_it_works.urgent_delivery(turn.here))
        return []


class HowItWorks(VisitAction):
    """The same for everybody (I7), but for the day that a known patient has to wait for."""

    needs = READS

    def name(self) -> str:
        return "action_how_it_works"

    async def act(self, turn: Turn) -> Events:
        topics = turn.message.values("topic")
        if not topics and _WHY.match(turn.message.text):
            if turn.tracker.active_loop_name:  # why that question is asked is not known here
                turn.tell([Say("utter_help_here")])
                return []
            topics = ["why_waiting"]
        case = await turn.case_or_none()
        turn.tell(how_it_works.how_it_works(turn.here, topics, case=case))
        return []


class AskNewPrescription(VisitAction):
    needs = READS

    def name(self) -> str:
        return "action_new_prescription"

    async def act(self, turn: Turn) -> Events:
        case = await turn.case_or_none()
        turn.tell(new_prescription(turn.here, case, turn.message.values("product")))
        return []


class SwitchLanguage(VisitAction):
    """Says in the new language that it is spoken now, or which ones there are.

    The gateway has changed over already where a language was asked for plainly, and then sends no words.
    """

    needs = ANYBODY

    def name(self) -> str:
        return "action_switch_language"

    async def act(self, turn: Turn) -> Events:
        language = turn.visit.language
        events: Events = []
        if turn.message.text:
            named = _language_named(turn)
            if named is None:
                turn.tell([Say("utter_languages")])
                return []
            language = named
            await turn.tx.conversations.save_visit(replace(turn.visit, language=language))
            turn.dispatcher.utter_message(json_message={"language": language})
            events = [SlotSet("language", language)]
        says = [Say("utter_switch_language"), *([] if turn.tracker.active_loop_name else turn.what_next())]
        turn.tell(Say(say.response, {**say.values, "language": language}) for say in says)
        return events


def _language_named(turn: Turn) -> str | None:
    """The only language of ours that the message names, in whatever words; None too when it says "not"."""
    said = re.findall(r"[^\W_]+", turn.message.text.lower().replace("'", "").replace("’", ""))
    told = [one for one in turn.message.entities if one["entity"] == "language" and not one.get("role")]
    called = [*(str(one["value"]) for one in told), *said]
    named = {language for word in called if (language := wording.language_called(word))}
    return named.pop() if len(named) == 1 and not _NOT.intersection(said) else None

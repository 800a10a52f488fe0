"""A new sender id takes the open question with it: callback, complaint and draft live in the database."""

from rasa_sdk.events import ActionExecuted, SessionStarted, SlotSet

from actions.person import open_question
from actions.turn import Events, Turn, VisitAction, service
from ordering.use_cases.trust import ORDERS


class SessionStart(VisitAction):
    needs = ORDERS

    def name(self) -> str:
        return "action_session_start"

    async def act(self, turn: Turn) -> Events:
        contact = service().book.customer_service(region=turn.visit.region, day=turn.local.date())
        events: Events = [SessionStarted(), SlotSet("service_phone", contact.phone)]
        return [*events, *await open_question(turn), ActionExecuted("action_listen")]

"""A new sender id takes the open question with it: the draft and the complaint live in the database."""

from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet

from actions.order_slots import go_on_with_order
from actions.turn import Events, Turn, VisitAction, service
from ordering.use_cases.complain import next_question


class SessionStart(VisitAction):
    def name(self) -> str:
        return "action_session_start"

    async def act(self, turn: Turn) -> Events:
        contact = service().book.customer_service(region=turn.visit.region, day=turn.local.date())
        events: Events = [SessionStarted(), SlotSet("service_phone", contact.phone)]
        if turn.visit.person_id is not None:
            events += await self._open_question(turn)
        return [*events, ActionExecuted("action_listen")]

    async def _open_question(self, turn: Turn) -> Events:
        case = await turn.case()
        complaint = await turn.tx.complaints.current(case.person.id, visit_id=turn.visit.id)
        if complaint and (question := next_question(case, complaint)):
            return [ActiveLoop("complaint_form"), SlotSet("requested_slot", question)]
        # An order begun in another visit is offered, not forced upon the patient.
        return [] if case.question == "resume" else go_on_with_order(case)

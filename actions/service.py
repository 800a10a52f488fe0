"""What anybody may ask, known or not: greeting, opening hours, a person."""

from actions.order_slots import go_on_with_order
from actions.turn import Events, Turn, VisitAction, service
from ordering.use_cases.questions import opening_hours
from ordering.use_cases.said import Say
from rulebook.facts import Article


class Greet(VisitAction):
    """Greets, and offers to go on with an order that was begun in another visit (W8)."""

    def name(self) -> str:
        return "action_greet"

    async def act(self, turn: Turn) -> Events:
        if turn.visit.person_id is not None:
            case = await turn.case()
            if case.draft and case.draft.begun:
                turn.tell([Say("utter_hello")])
                return go_on_with_order(case)
        turn.tell([Say("utter_greet"), Say("utter_what_next")])
        return []


class Help(VisitAction):
    """In the middle of a question: how to answer it, and the ways out of it. Otherwise: what can be done here."""

    def name(self) -> str:
        return "action_help"

    async def act(self, turn: Turn) -> Events:
        turn.tell([Say("utter_help_here" if turn.tracker.active_loop_name else "utter_help")])
        return []


class Repeat(VisitAction):
    """In the middle of a question the form asks it again by itself."""

    def name(self) -> str:
        return "action_repeat"

    async def act(self, turn: Turn) -> Events:
        if not turn.tracker.active_loop_name:
            turn.tell([Say("utter_what_next")])
        return []


class AskOpeningHours(VisitAction):
    def name(self) -> str:
        return "action_opening_hours"

    async def act(self, turn: Turn) -> Events:
        turn.tell(opening_hours(service().book, turn.visit.region, turn.local, turn.visit.language))
        return []


class AskUrgentDelivery(VisitAction):
    """Whether a patient may ask for it here, and what to do instead (D12)."""

    def name(self) -> str:
        return "action_urgent_delivery"

    async def act(self, turn: Turn) -> Events:
        decision = service().book.urgent(
            region=turn.visit.region, day=turn.local.date(), asked_by="patient", article=Article()
        )
        here = decision.reason != "not_in_this_region"
        turn.tell([Say("utter_urgent_delivery" if here else "utter_urgent_not_known_here")])
        return []


class TalkToHuman(VisitAction):
    def name(self) -> str:
        return "action_talk_to_human"

    async def act(self, turn: Turn) -> Events:
        turn.tell([Say("utter_human")])
        turn.tell(opening_hours(service().book, turn.visit.region, turn.local, turn.visit.language))
        return []

"""What anybody may ask, known or not: greeting, how things work, opening hours, a person."""

from actions.order_slots import go_on_with_order
from actions.turn import Events, Turn, VisitAction
from ordering.use_cases import how_it_works
from ordering.use_cases.customer_service import opening_hours
from ordering.use_cases.questions import new_prescription
from ordering.use_cases.said import Say


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
        turn.tell([Say("utter_greet"), *turn.what_next()])
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
            turn.tell(turn.what_next())
        return []


class AskOpeningHours(VisitAction):
    def name(self) -> str:
        return "action_opening_hours"

    async def act(self, turn: Turn) -> Events:
        turn.tell(opening_hours(turn.here.book, turn.visit.region, turn.local, turn.visit.language))
        return []


class AskUrgentDelivery(VisitAction):
    def name(self) -> str:
        return "action_urgent_delivery"

    async def act(self, turn: Turn) -> Events:
        turn.tell(how_it_works.urgent_delivery(turn.here))
        return []


class HowItWorks(VisitAction):
    """The same for everybody (I7), but for the day that a known patient has to wait for."""

    def name(self) -> str:
        return "action_how_it_works"

    async def act(self, turn: Turn) -> Events:
        case = await turn.case() if turn.visit.person_id is not None else None
        turn.tell(how_it_works.how_it_works(turn.here, turn.message.values("topic"), case=case))
        return []


class AskNewPrescription(VisitAction):
    def name(self) -> str:
        return "action_new_prescription"

    async def act(self, turn: Turn) -> Events:
        case = await turn.case() if turn.visit.person_id is not None else None
        turn.tell(new_prescription(turn.here, case, turn.message.values("product")))
        return []


class TalkToHuman(VisitAction):
    def name(self) -> str:
        return "action_talk_to_human"

    async def act(self, turn: Turn) -> Events:
        turn.tell([Say("utter_human")])
        turn.tell(opening_hours(turn.here.book, turn.visit.region, turn.local, turn.visit.language))
        return []

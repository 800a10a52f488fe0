"""A complaint in the patient's own words (C1, C3, C6)."""

from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, SlotSet

from actions.order_slots import go_on_with_order
from actions.turn import Events, PatientAction, Turn
from ordering.model import Complaint
from ordering.use_cases.complain import KINDS, begin_complaint, complete_complaint
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say

# Said instead of what is wrong: answered by their own rules.
_SOMETHING_ELSE = frozenset({"cancel", "talk_to_human", "help", "repeat", "go_back", "emergency"})
# The first words were all that the patient had to say.
_NOTHING_MORE = frozenset({"affirm", "deny", "order_products", "thank", "goodbye"})
_SHORT = 5


def received(complaint: Complaint) -> Say:
    return Say("utter_complaint_received", {"case_number": complaint.case_number})


class Complain(PatientAction):
    def name(self) -> str:
        return "action_complain"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        kind = KINDS.get(turn.message.intent, "other")
        complaint = await begin_complaint(turn.tx, case, kind=kind, text=turn.message.text)
        if complaint.text is None:
            words = SlotSet("complaint_begun", turn.message.text)
            return [ActiveLoop("complaint_form"), SlotSet("requested_slot", "complaint_text"), words]
        turn.tell([received(complaint)])
        return []


class ValidateComplaintForm(PatientAction):
    def name(self) -> str:
        return "validate_complaint_form"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        ask = SlotSet("requested_slot", "complaint_text")
        message = turn.message
        if not turn.answers_the_patient:
            return [ask, SlotSet("complaint_begun", turn.tracker.get_slot("complaint_begun"))]
        if message.intent in _SOMETHING_ELSE and len(message.text.split()) <= _SHORT:
            return [ask, ActionExecutionRejected("complaint_form")]
        begun = turn.tracker.get_slot("complaint_begun")
        nothing_more = begun and message.intent in _NOTHING_MORE and len(message.text.split()) <= _SHORT
        words = "\n".join(part for part in (begun, "" if nothing_more else message.text) if part and part != "-")
        complaint = await complete_complaint(turn.tx, case, words)
        turn.tell([received(complaint) if complaint else Say("utter_nothing_to_cancel")])
        return [SlotSet("requested_slot", None), SlotSet("complaint_begun", None)]


class AfterComplaint(PatientAction):
    """Goes on with an order that was interrupted by the complaint."""

    def name(self) -> str:
        return "action_after_complaint"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        return go_on_with_order(case)

"""Ordering for a patient one is close to (W11)."""

from rasa_sdk.events import FollowupAction

from actions.turn import Events, PatientAction, Turn
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say


class OrderForSomeoneElse(PatientAction):
    """The gateway finds out whom it is about; the order then begins, also when the speaker picks themselves."""

    def name(self) -> str:
        return "action_order_for_someone_else"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        just_told_whom = turn.visit.state.get("whom") == turn.message.id
        if case.by_proxy or just_told_whom:
            return [FollowupAction("order_form")]
        if await turn.tx.people.represented_by(case.speaker.id):
            turn.dispatcher.utter_message(json_message={"need": "who"})
        else:
            turn.tell([Say("utter_nobody_else")])
        return []

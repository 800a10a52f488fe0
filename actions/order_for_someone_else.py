"""Whom the visit is about: ordering for a patient one is close to, and going over to another (W11)."""

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


class ChangePerson(PatientAction):
    """ "Byt person", "det gäller mig själv": the gateway asks whom it is about, where it may be several."""

    def name(self) -> str:
        return "action_change_person"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        if turn.visit.state.get("whom") == turn.message.id:
            turn.tell(turn.what_next())
        elif case.by_proxy or await turn.tx.people.represented_by(case.speaker.id):
            turn.dispatcher.utter_message(json_message={"need": "who"})
        else:
            turn.tell([Say("utter_nobody_else")])
        return []

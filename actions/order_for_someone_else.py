"""Whom the visit is about: ordering for a patient one is close to, and going over to another (W11)."""

import re

from rasa_sdk.events import FollowupAction

from actions.turn import Events, PatientAction, Turn, service
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say
from ordering.use_cases.trust import SPEAKS, represented

_FOR_ME = re.compile(r"\b(?:åt|för) mig\b(?! själv)|\b(?:for|on behalf of) me\b|\bmy behalf\b", re.IGNORECASE)


class OrderForSomeoneElse(PatientAction):
    """The gateway finds out whom it is about; the order then begins, also when the speaker picks themselves."""

    needs = SPEAKS

    def name(self) -> str:
        return "action_order_for_someone_else"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        if _FOR_ME.search(turn.message.text):
            turn.tell([Say("utter_others_for_you")])
            return []
        just_told_whom = turn.visit.state.get("whom") == turn.message.id
        if case.by_proxy or just_told_whom:
            return [FollowupAction("order_form")]
        if await _represents(turn, case):
            turn.dispatcher.utter_message(json_message={"need": "who"})
        else:
            turn.tell([Say("utter_nobody_else")])
        return []


class ChangePerson(PatientAction):
    """ "Byt person", "det gäller mig själv": the gateway asks whom it is about, where it may be several."""

    needs = SPEAKS

    def name(self) -> str:
        return "action_change_person"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        if turn.visit.state.get("whom") == turn.message.id:
            turn.tell(turn.what_next())
        elif case.by_proxy or await _represents(turn, case):
            turn.dispatcher.utter_message(json_message={"need": "who"})
        else:
            turn.tell([Say("utter_nobody_else")])
        return []


async def _represents(turn: Turn, case: PatientCase) -> bool:
    return bool(await represented(turn.tx, service().book, case.speaker.id, day=case.day))

"""Questions about the patient's own prescriptions and orders. Answered in one turn."""

import re

from actions.turn import Events, PatientAction, Turn
from ordering import wiring
from ordering.use_cases import questions
from ordering.use_cases.access_log import asks_who_has_read, who_has_read
from ordering.use_cases.how_it_works import fees_in_general
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say
from ordering.use_cases.trust import READS, READS_MORE
from ordering.use_cases.whose import about_own

_HOW_LONG = re.compile(r"\b(?:hur lång tid|hur länge|hur snabbt|how long|how fast|how soon)\b", re.IGNORECASE)


class AskNextWithdrawal(PatientAction):
    needs = READS

    def name(self) -> str:
        return "action_next_withdrawal"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        turn.tell(questions.next_withdrawal(case, turn.message.values("product")))
        return []


class AskPrescriptions(PatientAction):
    needs = READS

    def name(self) -> str:
        return "action_prescriptions"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        turn.tell(questions.prescriptions(case))
        return []


class AskOrderStatus(PatientAction):
    needs = READS

    def name(self) -> str:
        return "action_order_status"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        says = questions.order_status(case)
        nothing_comes = [say.response for say in says] == ["utter_no_order_under_way"]
        turn.tell([Say("utter_would_come_depends")] if nothing_comes and _HOW_LONG.search(turn.message.text) else says)
        return []


class AskPrivacy(PatientAction):
    """How data is used, to anybody; who has read it (the access log), to the patient."""

    needs = READS_MORE

    def name(self) -> str:
        return "action_privacy"

    async def act(self, turn: Turn) -> Events:
        if not asks_who_has_read(turn.message.text):
            turn.tell([Say("utter_privacy")])
            return []
        return await super().act(turn)

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        turn.tell([await who_has_read(turn.tx, turn.visit, now=wiring.utc_now())])
        return []


class AskFee(PatientAction):
    needs = READS

    def name(self) -> str:
        return "action_fee"

    async def act(self, turn: Turn) -> Events:
        if turn.visit.person_id is None and not about_own(turn.message):
            turn.tell([*fees_in_general(turn.here), Say("utter_offer_own_fees")])
            return []
        return await super().act(turn)

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        turn.tell(questions.fees(case))
        return []

"""Questions about the patient's own prescriptions and orders. Answered in one turn."""

from actions.turn import Events, PatientAction, Turn
from ordering import wiring
from ordering.use_cases import questions
from ordering.use_cases.access_log import asks_who_has_read, who_has_read
from ordering.use_cases.how_it_works import fees_in_general
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say
from ordering.use_cases.whose import about_own


class AskNextWithdrawal(PatientAction):
    def name(self) -> str:
        return "action_next_withdrawal"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        turn.tell(questions.next_withdrawal(case, turn.message.values("product")))
        return []


class AskPrescriptions(PatientAction):
    def name(self) -> str:
        return "action_prescriptions"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        turn.tell(questions.prescriptions(case))
        return []


class AskOrderStatus(PatientAction):
    def name(self) -> str:
        return "action_order_status"

    async def for_patient(self, turn: Turn, case: PatientCase) -> Events:
        turn.tell(questions.order_status(case))
        return []


class AskPrivacy(PatientAction):
    """How data is used, to anybody; who has read it (the access log), to the patient."""

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

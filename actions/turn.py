"""What every action does around its use case: find the visit, open a transaction, tell what came of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ordering import wiring
from ordering.local_time import STOCKHOLM
from ordering.model import Visit
from ordering.ports import PickupPoints, Sealer, Stores, Transaction
from ordering.settings import Settings, get_settings
from ordering.use_cases import customer_service
from ordering.use_cases.access_log import InVisit
from ordering.use_cases.how_it_works import Here
from ordering.use_cases.patient_case import PatientCase, load
from ordering.use_cases.said import Message, Say
from ordering.use_cases.trust import Needs, NotProved, NotTheirs
from rulebook import Rulebook

Events = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Service:
    """What the actions work with; made once for each process."""

    settings: Settings
    stores: Stores
    book: Rulebook
    pickup_points: PickupPoints
    sealer: Sealer


@lru_cache(maxsize=1)
def service() -> Service:
    settings = get_settings()
    return Service(
        settings=settings,
        stores=wiring.build_stores(settings),
        book=wiring.build_book(settings),
        pickup_points=wiring.build_pickup_points(settings),
        sealer=wiring.build_sealer(settings),
    )


@dataclass(slots=True)
class Turn:
    """One action call: its name and needs, an open transaction, the visit, what was understood, and where to speak."""

    action: str
    needs: Needs
    tx: Transaction
    visit: Visit
    now: datetime
    tracker: Tracker
    dispatcher: CollectingDispatcher

    @property
    def local(self) -> datetime:
        return self.now.astimezone(STOCKHOLM)

    @property
    def here(self) -> Here:
        """The rules that hold for this visit now, whoever is speaking."""
        return Here(service().book, self.visit.region, self.local.date(), self.visit.language)

    def what_next(self) -> list[Say]:
        return customer_service.what_next(service().book, self.visit.region, self.local.date(), self.visit.channel)

    @property
    def message(self) -> Message:
        latest = self.tracker.latest_message
        return Message(
            id=str(latest.get("message_id") or ""),
            intent=str((latest.get("intent") or {}).get("name") or ""),
            confidence=float((latest.get("intent") or {}).get("confidence") or 1.0),
            entities=sorted(latest.get("entities") or [], key=lambda entity: entity.get("start", 0)),
            text=str(latest.get("text") or ""),
        )

    @property
    def answers_the_patient(self) -> bool:
        """False when a form runs again after another action of this turn, only to repeat its question."""
        for event in reversed(self.tracker.events):
            if event["event"] == "user":
                break
            if event["event"] == "action" and event["name"] not in ("action_listen", self.tracker.active_loop_name):
                return False
        return True

    def tell(self, says: Iterable[Say]) -> None:
        for say in says:
            self.dispatcher.utter_message(response=say.response, **say.values)

    async def case(self) -> PatientCase:
        """What is known of the patient of the visit; noted in the access log. Raises NotProved, NotTheirs."""
        detail = service().settings.sms_detail_in(self.visit.region)
        case = await load(self.tx, service().book, self.visit, needs=self.needs, now=self.now, sms_detail=detail)
        speaker = InVisit(self.visit, self.message.intent)
        await self.tx.access_log.add(speaker.sees(self.action, now=wiring.utc_now()))
        return case

    async def case_or_none(self) -> PatientCase | None:
        """For what is told to anybody, with more for whom it concerns."""
        try:
            return await self.case()
        except (NotProved, NotTheirs):
            return None


class VisitAction(Action, ABC):
    """An action about the visit that Rasa's sender id stands for. Anybody may use it, known or not.

    needs: what it asks for before it tells or changes anything that is a patient's; each action states its own.
    """

    needs: ClassVar[Needs]

    def unknown(self) -> Events:
        """What happens in Rasa when more proof, or a right, is needed first."""
        return []

    @abstractmethod
    async def act(self, turn: Turn) -> Events:
        """Runs the use case. One transaction: it commits when this returns and is undone when it raises."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        try:
            return await self._run(dispatcher, tracker)
        except NotProved:
            dispatcher.messages.clear()
            dispatcher.utter_message(json_message={"need": "identity"})
        except NotTheirs:
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_not_theirs")
        return self.unknown()

    async def _run(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        async with service().stores.begin() as tx:
            visit = await tx.conversations.visit_by_sender(tracker.sender_id)
            if visit is None:
                raise LookupError("no visit has this sender id")
            now = await wiring.now(tx, service().settings)
            turn = Turn(self.name(), self.needs, tx, visit, now, tracker, dispatcher)
            tx.access_log.acting(InVisit(visit, turn.message.intent))
            return await self.act(turn)


class PatientAction(VisitAction, ABC):
    """An action about the patient's own things. Until it is proved enough who speaks, the gateway is to find out."""

    @abstractmethod
    async def for_patient(self, turn: Turn, case: PatientCase) -> Events: ...

    async def act(self, turn: Turn) -> Events:
        return await self.for_patient(turn, await turn.case())


def somebody_elses_is_done(turn: Turn, case: PatientCase) -> None:
    """Tells the gateway that the next message may be about the speaker again (W11)."""
    if case.by_proxy:
        turn.dispatcher.utter_message(json_message={"settled": True})


def leave_form() -> Events:
    return [ActiveLoop(None), SlotSet("requested_slot", None)]

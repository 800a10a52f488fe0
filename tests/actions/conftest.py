"""Runs actions as the action server does, on a real database with the demo people in it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.turn import service
from ordering.importing import load_demo
from ordering.settings import get_settings
from ordering.store.migrations import upgrade
from rulebook.identity_numbers import parse_identity


class Rasa:
    """The part of Rasa that calls actions: keeps the slots and the active loop that the events set."""

    def __init__(self, executor: ActionExecutor) -> None:
        self.executor = executor
        self.slots: dict[str, Any] = {}
        self.loop: str | None = None
        self.sender = ""
        self.visit: Any = None
        self.messages = 0

    async def begin(
        self,
        identity: str | None = None,
        *,
        region: str = "vg",
        channel: Any = "chat",
        proof: str = "code",
        speaker: str | None = None,
    ):
        now = datetime.now(UTC)
        async with service().stores.begin() as tx:

            async def found(number: str):
                parsed = parse_identity(number, today=now.date())
                return await tx.people.by_identity(region, parsed.value)

            person = await found(identity) if identity else None
            speaking = await found(speaker) if speaker else person
            self.messages += 1
            thread = await tx.conversations.thread(
                channel=channel, region=region, key=f"t{self.messages}", address=None
            )
            self.sender = f"sender-{self.messages}"
            visit = await tx.conversations.start_visit(thread, sender_id=self.sender, now=now)
            if person:
                visit = replace(visit, person_id=person.id, speaker_id=speaking.id, proof=proof)
                await tx.conversations.save_visit(visit)
            self.visit = visit

    async def call(self, action: str, intent: str = "inform", *entities: tuple[str, str], text: str = "-", first=True):
        """The action's responses. first=False: it runs again in the same turn."""
        self.messages += first
        latest = {
            "message_id": f"m{self.messages}",
            "intent": {"name": intent},
            "entities": [{"entity": name, "value": value} for name, value in entities],
            "text": text,
        }
        tracker = {
            "sender_id": self.sender,
            "slots": self.slots,
            "latest_message": latest,
            "latest_action_name": self.loop,
            "active_loop": {"name": self.loop} if self.loop else {},
            "events": [] if first else [{"event": "action", "name": "action_of_this_turn"}],
            "paused": False,
            "followup_action": None,
        }
        call = {"next_action": action, "sender_id": self.sender, "tracker": tracker, "domain": {}, "version": "3.6.21"}
        result = await self.executor.run(call)
        assert result is not None
        result = result.model_dump()
        for event in result["events"]:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            if event["event"] == "active_loop":
                self.loop = event["name"]
        self.events = [event["event"] for event in result["events"]]
        return [response.get("response") or response.get("custom") for response in result["responses"]]

    async def answer(
        self, intent: str = "inform", *entities: tuple[str, str], text: str = "-", form: str = "order_form"
    ):
        """An answer inside a form."""
        self.loop = form
        return await self.call(f"validate_{form}", intent, *entities, text=text)

    async def pick(self, choice: str):
        return await self.answer("inform", ("choice", choice))

    @property
    def asked(self) -> str | None:
        return self.slots.get("requested_slot")


@pytest.fixture
async def rasa(tmp_path, monkeypatch):
    monkeypatch.setenv("PAFYLL_DEMO", "true")
    monkeypatch.setenv("PAFYLL_VAR_FOLDER", str(tmp_path))
    monkeypatch.setenv("PAFYLL_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/test.sqlite3")
    get_settings.cache_clear()
    service.cache_clear()
    await upgrade(get_settings().database_url)
    await load_demo(service().stores, today=datetime.now(UTC).date())
    executor = ActionExecutor()
    executor.register_package("actions")
    yield Rasa(executor)
    await service().stores.close()
    get_settings.cache_clear()
    service.cache_clear()

"""What answers in Rasa's place where everything must happen in one process and in a known order.

Understanding is a table; the actions, what they read and write, and the wording are the real ones. Whatever it keeps of
a conversation may be lost at any moment, as when a Rasa process dies.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import yaml
from rasa_sdk.executor import ActionExecutor

from api.texts import DOMAIN, load_texts

MEANS = {
    "hej": "greet",
    "beställ": "order_products",
    "avbryt beställningen": "cancel_order",
    "avbryt": "cancel",
    "ja": "affirm",
    "nej": "deny",
}
FORM = "order_form"
NOT_VALUES = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"}
BUTTONS = {
    name: variations[0].get("buttons", [])
    for name, variations in yaml.load(DOMAIN.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["responses"].items()
}


@dataclass(slots=True)
class Conversation:
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None


class Edge:
    """For httpx.MockTransport. `before` and `after` are awaited around the actions of a turn."""

    def __init__(self, executor: ActionExecutor) -> None:
        self._executor = executor
        self.conversations: dict[str, Conversation] = {}
        self.before: Callable[[], Awaitable[None]] | None = None
        self.after: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if request.url.path.endswith("/parse"):
            return httpx.Response(200, json=[{"name": "nlu_fallback", "confidence": 0.0} for _ in body["texts"]])
        if self.before:
            await self.before()
        if body["conversation"] not in self.conversations:
            known = self.conversations[body["conversation"]] = Conversation()
            latest = {"message_id": body["message"], "intent": {"name": ""}, "entities": [], "text": "-"}
            await self._call("action_session_start", body, known, latest)
        said = await self._turn(body, self.conversations[body["conversation"]])
        if self.after:
            await self.after()
        return httpx.Response(200, json={"responses": said, "intent": {"name": "x", "confidence": 1.0}, "failed": []})

    async def _turn(self, body: dict[str, Any], known: Conversation) -> list[dict[str, Any]]:
        text = str(body.get("text") or "")
        intent = body.get("intent") or MEANS.get(text.casefold(), "inform")
        entities = body.get("entities") or _told(text, known)
        latest = {"message_id": body["message"], "intent": {"name": intent}, "entities": entities, "text": text or "-"}
        if intent in ("cancel_order", "cancel"):
            said = await self._call(f"action_{intent}", body, known, latest)
        elif intent == "greet":
            said = [{"text": "Hej!"}]
        elif known.loop is None and intent in ("affirm", "deny"):
            said = await self._call("action_yes_or_no", body, known, latest)
        else:
            said = await self._form(body, known, latest)
        return [_worded(one, known.slots, body) for one in said]

    async def _form(self, body: dict[str, Any], known: Conversation, latest: dict[str, Any]) -> list[dict[str, Any]]:
        known.loop = FORM
        said = await self._call(f"validate_{FORM}", body, known, latest)
        if known.slots.get("requested_slot") is None:
            known.loop = None
            said += await self._call("action_place_order", body, known, latest, first=False)
            if known.loop is None:
                return said
        asks = known.slots["requested_slot"]
        if asks == "confirm":
            return said + await self._call("action_ask_confirm", body, known, latest, first=False)
        return [*said, {"response": f"utter_ask_{asks}"}]

    async def _call(
        self, action: str, body: dict[str, Any], known: Conversation, latest: dict[str, Any], *, first: bool = True
    ) -> list[dict[str, Any]]:
        tracker = {
            "sender_id": body["conversation"],
            "slots": known.slots,
            "latest_message": latest,
            "latest_action_name": known.loop,
            "active_loop": {"name": known.loop} if known.loop else {},
            "events": [] if first else [{"event": "action", "name": "action_of_this_turn"}],
            "paused": False,
            "followup_action": None,
        }
        call = {"next_action": action, "sender_id": body["conversation"], "tracker": tracker, "domain": {}}
        result = await self._executor.run(call)
        assert result is not None
        done = result.model_dump()
        for event in done["events"]:
            if event["event"] == "slot":
                known.slots[event["name"]] = event["value"]
            if event["event"] == "active_loop":
                known.loop = event["name"]
        return list(done["responses"])


def _told(text: str, known: Conversation) -> list[dict[str, str]]:
    """Free words say nothing here; asked for an amount or flavours, they mean all of it."""
    choice = {"amount": "amount=all", "variants": "variants=same", "variant_amount": "variant_amount=rest"}
    asked = known.slots.get("requested_slot")
    return [{"entity": "choice", "value": choice[asked]}] if asked in choice else []


def _worded(said: dict[str, Any], slots: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    name = said.get("response")
    if not name:
        return {key: said[key] for key in ("text", "custom") if said.get(key)}
    values = slots | {key: value for key, value in said.items() if key not in NOT_VALUES}
    text = load_texts().say(name, channel=body["channel"], language=body["language"], **values)
    buttons = [{key: value.format(**values) for key, value in button.items()} for button in BUTTONS[name]]
    return {"text": text, "utter_action": name, "buttons": buttons}

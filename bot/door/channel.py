"""The gateway's door into Rasa: one message in, everything that is to be said out, or what failed.

Named in credentials.yml. Takes nobody's word for anything but the gateway's, and listens on loopback only.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.door.failures import Answer, tell_failures, too_many_actions
from bot.door.quiet import kind_and_place, log_no_texts_of_errors, patients_are_heard
from bot.door.speed import make_quick
from bot.door.turn import BadTurn, Turn, read_texts, read_turn
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

log = logging.getLogger(__name__)

NOT_UNDERSTOOD = "nlu_fallback"
RANKING_KEPT = 3
# A goodbye ends a call, so one that is only guessed is none.
GOODBYE, SURE = "goodbye", 0.6
EMERGENCY, OUT_OF_SCOPE = "emergency", "out_of_scope"
SURE_OF_NO_DANGER, CHANCE_OF_DANGER = 0.7, 0.01

make_quick()
tell_failures()
log_no_texts_of_errors()


class Door(InputChannel):
    """`POST /webhooks/gateway/turn`, `POST /webhooks/gateway/parse` and `GET /webhooks/gateway/ready`."""

    @classmethod
    def name(cls) -> str:
        return "gateway"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        door = Blueprint("gateway")

        @door.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            is_ready = _agent(request) is not None
            return response.json({"ready": is_ready}, 200 if is_ready else 503)

        @door.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            patients_are_heard()
            agent = _agent(request)
            if agent is None:
                return _failed(503, "no model")
            try:
                asked = read_turn(
                    json.loads(request.body),
                    intents=frozenset(agent.domain.intents),
                    entities=frozenset(agent.domain.entities),
                )
            except BadTurn as error:
                return _failed(400, str(error))
            except ValueError:
                return _failed(400, "body is not JSON")
            return await answered(agent, asked, on_new_message)

        @door.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            patients_are_heard()
            agent = _agent(request)
            if agent is None:
                return _failed(503, "no model")
            try:
                texts = read_texts(json.loads(request.body))
            except BadTurn as error:
                return _failed(400, str(error))
            except ValueError:
                return _failed(400, "body is not JSON")
            return response.json([await intent_of(agent, text) for text in texts])

        return door


async def intent_of(agent: Agent, text: str) -> dict[str, Any]:
    """What a part of a message would mean by itself. Nothing is said or remembered."""
    if not text:
        return {"name": NOT_UNDERSTOOD, "confidence": 0.0}
    parsed = await agent.processor.parse_message(UserMessage(text))
    return {key: parsed["intent"].get(key) for key in ("name", "confidence")}


async def answered(agent: Agent, asked: Turn, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> HTTPResponse:
    """Run the turn. 200 with responses and the intent; 502 with what failed, and whatever was said before that."""
    agent.processor.on_circuit_break = too_many_actions
    answer = Answer(asked.channel)
    intent: dict[str, Any] = {"name": asked.intent, "confidence": 0.0}
    try:
        parsed = await understood(agent, asked)
        intent = {key: parsed["intent"].get(key) for key in ("name", "confidence")}
        await on_new_message(
            UserMessage(
                parsed["text"],
                answer,
                asked.conversation,
                parsed,
                asked.channel,
                asked.message,
                {"language": asked.language, "channel": asked.channel},
            )
        )
    except Exception as error:
        log.error("a turn failed: %s", kind_and_place(error))
        answer.failure(type(error).__name__)
    if not answer.responses:
        answer.failure("nothing answered")
    body = {"responses": answer.responses, "intent": intent, "failed": answer.failed}
    return response.json(body, 502 if answer.failed else 200)


async def understood(agent: Agent, asked: Turn) -> dict[str, Any]:
    """What the message means, with the language as an entity, so that it is a slot before anything is said.

    A key or a click says its meaning itself. Silence means nothing, and would break the classifier.
    """
    if asked.text:
        parsed = await agent.processor.parse_message(UserMessage(asked.text))
        if parsed["intent"]["name"] in (GOODBYE, EMERGENCY) and parsed["intent"]["confidence"] < SURE:
            parsed["intent"] = {"name": NOT_UNDERSTOOD, "confidence": parsed["intent"]["confidence"]}
        if asked.alarming and not _surely_something_else(parsed):
            parsed["intent"] = {"name": EMERGENCY, "confidence": 1.0}
    else:
        intent = {"name": asked.intent or NOT_UNDERSTOOD, "confidence": 1.0}
        parsed = {"text": "", "intent": intent, "intent_ranking": [intent], "entities": asked.entities}
    return {
        "text": parsed["text"],
        "intent": parsed["intent"],
        "intent_ranking": parsed.get("intent_ranking", [])[:RANKING_KEPT],
        # The role tells it from a language that the message names.
        "entities": [*parsed["entities"], {"entity": "language", "role": "visit", "value": asked.language}],
    }


def _surely_something_else(parsed: dict[str, Any]) -> bool:
    """Whether a sign of danger is none after all. What we do not answer is mostly about health."""
    intent = parsed["intent"]
    if intent["name"] in (EMERGENCY, NOT_UNDERSTOOD, OUT_OF_SCOPE) or intent["confidence"] < SURE_OF_NO_DANGER:
        return False
    chances = {one["name"]: one["confidence"] for one in parsed.get("intent_ranking", ())}
    return bool(chances.get(EMERGENCY, 0.0) < CHANCE_OF_DANGER)


def _agent(request: Request) -> Agent | None:
    agent = request.app.ctx.agent
    return agent if agent is not None and agent.is_ready() else None


def _failed(status: int, what: str) -> HTTPResponse:
    return response.json({"responses": [], "intent": None, "failed": [what]}, status)

"""The way to the Rasa process: one message in, what is to be said out, or RasaFailed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from api.gateway.memory import Ask
from ordering.model import Visit

# Shorter than Rasa keeps an idle connection, so that a message never meets one that is being closed.
_KEEP_ALIVE_SECONDS = 4.0


class RasaFailed(Exception):
    """Rasa is down, too slow, or could not finish the turn. The text tells what failed, never what was said."""


@dataclass(frozen=True, slots=True)
class Utterance:
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()  # (title, payload)
    custom: dict[str, Any] = field(default_factory=dict)
    name: str = ""  # of the response: "utter_ask_lines"


@dataclass(frozen=True, slots=True)
class Answered:
    """What Rasa said to a message, and the intent that it took it for."""

    said: tuple[Utterance, ...]
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Meant:
    """The intent that Rasa takes a text for, and how sure it is (0 to 1)."""

    name: str
    confidence: float


class RasaClient:
    """Keeps its connections. Close it with `close()`."""

    def __init__(self, url: str, *, timeout_seconds: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._timeout = timeout_seconds
        self._http = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(timeout_seconds),
            limits=httpx.Limits(max_connections=64, keepalive_expiry=_KEEP_ALIVE_SECONDS),
            transport=transport,
        )

    async def turn(self, visit: Visit, message: str, ask: Ask) -> Answered:
        """What Rasa says to one message of a visit. `message` is an id; the same id changes a draft only once."""
        body: dict[str, Any] = {
            "conversation": visit.sender_id,
            "message": message,
            "channel": visit.channel,
            "language": visit.language,
        }
        if ask.intent:
            body |= {
                "intent": ask.intent,
                "entities": [{"entity": name, "value": value} for name, value in ask.entities],
            }
        else:
            body |= {"text": ask.text or "", "alarming": ask.alarming}
        return _answered(await self._post("turn", body))

    async def parse(self, texts: Sequence[str]) -> list[Meant]:
        """What each text would mean by itself. Nothing is said to anybody, and nothing remembered."""
        answer = await self._post("parse", {"texts": list(texts)})
        try:
            answer.raise_for_status()
            return [Meant(str(one["name"]), float(one["confidence"] or 0)) for one in answer.json()]
        except (httpx.HTTPError, ValueError, TypeError, KeyError):
            raise RasaFailed(f"status {answer.status_code}, and no intents to read") from None

    async def _post(self, what: str, body: dict[str, Any]) -> httpx.Response:
        path = f"/webhooks/gateway/{what}"
        try:
            async with asyncio.timeout(self._timeout):
                try:
                    return await self._http.post(path, json=body)
                except (httpx.RemoteProtocolError, httpx.ReadError):
                    # The connection was closed under us; the same message id makes a second try harmless.
                    return await self._http.post(path, json=body)
        except TimeoutError:
            raise RasaFailed("no answer in time") from None
        except httpx.HTTPError as error:
            raise RasaFailed(type(error).__name__) from None

    async def close(self) -> None:
        await self._http.aclose()


def _answered(answer: httpx.Response) -> Answered:
    try:
        body = answer.json()
        failed = "; ".join(str(one) for one in body.get("failed") or ())
        said = tuple(_utterance(one) for one in body.get("responses") or ())
        intent = str((body.get("intent") or {}).get("name") or "")
    except (ValueError, AttributeError, TypeError, KeyError):
        raise RasaFailed(f"status {answer.status_code}, and no answer to read") from None
    if answer.status_code != httpx.codes.OK or failed:
        raise RasaFailed(f"status {answer.status_code}: {failed or 'no reason given'}")
    if not any(one.text or one.custom for one in said):
        raise RasaFailed("nothing was answered")
    return Answered(said, intent)


def _utterance(said: dict[str, Any]) -> Utterance:
    return Utterance(
        text=str(said.get("text") or ""),
        buttons=tuple((str(one["title"]), str(one["payload"])) for one in said.get("buttons") or ()),
        custom=dict(said.get("custom") or {}),
        name=str(said.get("utter_action") or ""),
    )

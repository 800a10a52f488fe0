"""Failures that Rasa logs and then forgets, told to the door.

Rasa goes on after an action has raised, and answers 200 with whatever was said before, or nothing at all. The patient
would then hear half an answer, or silence, and nobody would try again.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.actions.action import ActionBotResponse, ActionExecutionRejection, RemoteAction
from rasa.core.actions.loops import LoopAction
from rasa.core.channels.channel import OutputChannel


class Answer(OutputChannel):
    """Collects what one turn says, and what went wrong in it. `name()` is the patient's channel, so that Rasa picks
    the wording made for that channel."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.responses: list[dict[str, Any]] = []
        self.failed: list[str] = []

    def name(self) -> str:  # type: ignore[override]
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        told = {key: message[key] for key in ("text", "buttons", "custom", "utter_action") if message.get(key)}
        if told.keys() - {"utter_action"}:
            self.responses.append(told)

    def failure(self, what: str) -> None:
        if what not in self.failed:
            self.failed.append(what)


def telling(run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """An action's `run` that tells the Answer before the exception goes on. A rejection is not a failure: it is how
    an action leaves the word to a rule."""

    async def run_and_tell(self: Any, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> Any:
        try:
            return await run(self, output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            if isinstance(output_channel, Answer) and not getattr(error, "told", False):
                output_channel.failure(f"{self.name()}: {type(error).__name__}")
                error.told = True  # type: ignore[attr-defined]  # a form and its validation are one failure
            raise

    run_and_tell.tells = True  # type: ignore[attr-defined]
    return run_and_tell


def tell_failures() -> None:
    for action in (RemoteAction, ActionBotResponse, LoopAction):
        if not getattr(action.run, "tells", False):
            action.run = telling(action.run)


def too_many_actions(tracker: Any, output_channel: Any, nlg: Any) -> None:
    """Rasa's circuit breaker: rules that follow each other in a ring."""
    if isinstance(output_channel, Answer):
        output_channel.failure("too many actions")

"""Wording from domain.yml that refuses to say half a sentence."""

import copy
import re
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

PAYLOAD = re.compile(r"/[a-z_]+(\{[^{}]*\})?")
HOLE = re.compile(r"(?<!\{)\{([^\n{}]+)\}(?!\})")


class HalfSaid(LookupError):
    """The response is missing, or a value in it is: the patient would read "{fee}" or "None"."""


class Responses(TemplatedNaturalLanguageGenerator):
    """As Rasa's own, but raises HalfSaid where Rasa says nothing, leaves a brace, or says "None"."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        super().__init__(domain.responses if domain else {})

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any]:
        slots = tracker.current_slot_values()
        values = {**slots, **kwargs}  # what an action gives goes first, in conditions too
        chosen = self._random_response_for(utter_action, output_channel, values)
        if chosen is None:
            raise HalfSaid(f"{utter_action} has no wording for {output_channel}")
        missing = sorted(name for name in holes(chosen) if values.get(name) is None)
        if missing:
            raise HalfSaid(f"{utter_action} lacks {', '.join(missing)}")
        response = self.generate_from_chosen(chosen, slots, kwargs)
        said = [value for value in values.values() if isinstance(value, str) and "{" in value]
        if any(_brace_left(text, said) for text in _texts(response)):
            raise HalfSaid(f"{utter_action} has a brace left")
        return response

    def generate_from_chosen(
        self, chosen: dict[str, Any], slots: dict[str, Any], given: dict[str, Any]
    ) -> dict[str, Any]:
        """The wording filled with values; `chosen` itself, which belongs to the domain, stays as it is."""
        return self._fill_response(copy.deepcopy(chosen), slots, **given)


def holes(response: dict[str, Any]) -> set[str]:
    """Names in single braces, in all that the patient may read or press."""
    return {name for text in _texts(response) for name in HOLE.findall(text)}


def _brace_left(text: str, said: list[str]) -> bool:
    """A brace that the patient's own words brought along, or that belongs to a button's payload, is none of ours."""
    if PAYLOAD.fullmatch(text):
        return False
    for value in said:
        text = text.replace(value, "")
    return "{" in text


def _texts(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [text for key, value in part.items() if key not in {"condition", "metadata"} for text in _texts(value)]
    if isinstance(part, list):
        return [text for value in part for text in _texts(value)]
    return []

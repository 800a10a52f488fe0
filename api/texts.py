"""The texts a patient meets, for doors that answer without Rasa. They stand in domain.yml with all the others.

A response has variations; which one is said follows the same order as in Rasa: language and channel, channel,
language, neither. The language is the response condition on the slot `language`; without it a text is Swedish.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DOMAIN = Path(__file__).resolve().parent.parent / "domain.yml"
_PLACE = re.compile(r"\{(\w+)\}")


class TextError(LookupError):
    """A text is missing, or a value for it is. The message names the response, never its values."""


class Texts:
    """The responses of one domain, as read from YAML: {name: [variation, ...]}."""

    def __init__(self, responses: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        self._responses = {name: tuple(variations) for name, variations in responses.items()}
        self._chosen: dict[tuple[str, str, str], str] = {}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._responses)

    def say(self, name: str, *, channel: str, language: str, **values: object) -> str:
        """The text of response `name` with `values` filled in. TextError when text or value is missing."""
        template = self.template(name, channel=channel, language=language)

        def value(match: re.Match[str]) -> str:
            if match[1] not in values:
                raise TextError(f"{name}: no value for {match[1]}")
            return str(values[match[1]])

        return _PLACE.sub(value, template)

    def template(self, name: str, *, channel: str, language: str) -> str:
        """The text with its {places} still open."""
        key = (name, channel, language)
        if key not in self._chosen:
            self._chosen[key] = self._choose(name, channel, language)
        return self._chosen[key]

    def _choose(self, name: str, channel: str, language: str) -> str:
        fitting = [one for one in self._responses.get(name, ()) if _fits(one, channel, language)]
        if not fitting:
            raise TextError(f"{name}: no text for {channel} in {language}")
        text = str(max(fitting, key=_weight).get("text") or "")
        if not text or re.search(r"[{}]", _PLACE.sub("", text)):
            raise TextError(f"{name}: empty, or a brace that is no place for a value")
        return text


def _fits(variation: Mapping[str, Any], channel: str, language: str) -> bool:
    if variation.get("channel") not in (None, channel):
        return False
    return all(
        condition["name"] == "language" and condition["value"] == language
        for condition in variation.get("condition") or ()
    )


def _weight(variation: Mapping[str, Any]) -> tuple[bool, bool]:
    return variation.get("channel") is not None, bool(variation.get("condition"))


@cache
def load_texts(path: Path = DOMAIN) -> Texts:
    """The texts of the product, read once."""
    with path.open(encoding="utf-8") as file:
        return Texts(yaml.load(file, Loader=yaml.CSafeLoader)["responses"])


def say(name: str, *, channel: str, language: str, **values: object) -> str:
    """`Texts.say` on the texts of the product."""
    return load_texts().say(name, channel=channel, language=language, **values)

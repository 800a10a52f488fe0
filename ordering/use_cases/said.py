"""What is said: a message as it was understood, and what a use case wants told, which is never a sentence."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """`response` stands in domain.yml; `values` fill its braces and are already worded for the language."""

    response: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """What Rasa understood, and how sure it is (0 to 1). `entities`: {"entity", "value"} in the order of the text."""

    id: str
    intent: str
    entities: list[dict[str, Any]]
    text: str = ""
    confidence: float = 1.0

    def values(self, name: str) -> list[str]:
        return [str(entity["value"]) for entity in self.entities if entity["entity"] == name]

    def heard(self, name: str) -> dict[str, str]:
        """{the words of the text: the value they stand for} of one kind of entity."""
        return {
            self.text[entity["start"] : entity["end"]]: str(entity["value"])
            for entity in self.entities
            if entity["entity"] == name and "start" in entity and "end" in entity
        }

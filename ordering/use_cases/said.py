"""What a use case wants told: the name of a response in domain.yml and its values, never a sentence."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Say:
    """`response` stands in domain.yml; `values` fill its braces and are already worded for the language."""

    response: str
    values: dict[str, str] = field(default_factory=dict)

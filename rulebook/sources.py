"""Where a rule or a value comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """`document` is an id among the documents; `decided_by` where the source says who."""

    document: str
    heading: str
    decided_by: str | None = None
    note: str | None = None

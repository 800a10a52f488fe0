"""Golden conversations: what the patient says or keys, and exactly what the service answers. One file for each.

    shows: what this conversation is there for
    who: anna                     a name in people.py
    region: vg
    language: sv                  that the conversation ends in
    at: 2030-03-05 10:00          the clock, which stands still (Stockholm)
    segments_at_most: 3           (SMS) that the longest answer may cost
    turns:
    - service: Välkommen ...      the call or the chat begins
    - patient: "[1]"              keys on the phone, or a click; by its words where the choice has any: "[ja]"
      service: [one, two]         several when several things were said
      sms: ...                    what comes to the patient's mobile besides
    - event: 20 minutes pass      see playing.py
    outcome: [...]                what is in the database at the end

What is random has a name: {order 1}, {case 1}, {code 1}, {yes 1}. The service lines, sms and outcome are written by
`make transcripts`, never by hand; everything else is.
"""

import difflib
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.conversations import people
from tests.conversations.people import Patient

FOLDER = Path(__file__).with_name("golden")
CHANNELS = ("sms", "voice", "chat")
MOMENT = "%Y-%m-%d %H:%M"
MORE = ("att höra resten", "fler val", "hearing the rest", "more choices")  # keys that lead on in what is long
WIDE = 10_000  # so that a sentence stands on one line


@dataclass(frozen=True)
class Turn:
    """One of `patient` and `event` is there, neither where the service speaks first."""

    patient: str | None = None
    event: str | None = None
    service: tuple[str, ...] = ()
    sms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Golden:
    path: Path
    shows: str
    who: str
    region: str
    language: str
    at: datetime
    turns: tuple[Turn, ...]
    outcome: tuple[str, ...] = ()
    segments_at_most: int | None = None
    transfer_ends: str = "completed"
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        return self.path.parent.name

    @property
    def name(self) -> str:
        return f"{self.channel}/{self.path.stem}"

    @property
    def patient(self) -> Patient:
        found: Patient = getattr(people, self.who.upper())
        return found

    @property
    def messages(self) -> list[str]:
        """The patient's, after having shown who it is and after what happened last; turning a page is none."""
        said: list[str] = []
        for turn in self.turns:
            if turn.patient is not None and turn.patient[1:-1] not in MORE:
                said.append(turn.patient)
            if turn.event or (turn.patient or "").strip("[]").startswith("{code"):
                said = []
        return said

    def with_turns(self, turns: list[Turn], **changes: Any) -> "Golden":
        return replace(self, turns=tuple(turns), **changes)


def all_golden(channel: str = "*") -> list[Golden]:
    return [read(path) for path in sorted(FOLDER.glob(f"{channel}/*.yml"))]


def read(path: Path) -> Golden:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["at"] = datetime.strptime(content["at"], MOMENT)  # noqa: DTZ007  local, as it is written
    content["turns"] = tuple(_turn(one) for one in content["turns"])
    content["outcome"] = tuple(content.pop("outcome", ()))
    return Golden(path=path, **content)


def text_of(golden: Golden) -> str:
    """As the file holds it."""
    content: dict[str, Any] = {
        "shows": golden.shows,
        "who": golden.who,
        "region": golden.region,
        "language": golden.language,
        "at": golden.at.strftime(MOMENT),
    }
    if golden.transfer_ends != "completed":
        content["transfer_ends"] = golden.transfer_ends
    if golden.segments_at_most is not None:
        content["segments_at_most"] = golden.segments_at_most
    content["turns"] = [_plain(turn) for turn in golden.turns]
    content["outcome"] = list(golden.outcome)
    return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDE)


def difference(expected: Golden, heard: Golden) -> str:
    """Nothing, or what is no longer as the file says."""
    lines = [text_of(one).splitlines() for one in (expected, heard)]
    return "\n".join(difflib.unified_diff(*lines, "the file", "the service", lineterm="", n=6))


def _turn(content: dict[str, Any]) -> Turn:
    said = {name: _several(content.pop(name, ())) for name in ("service", "sms")}
    return Turn(**content, **said)


def _several(said: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _plain(turn: Turn) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name in ("event", "patient"):
        if (words := getattr(turn, name)) is not None:
            content[name] = words
    for name in ("service", "sms"):
        if said := getattr(turn, name):
            content[name] = said[0] if len(said) == 1 else list(said)
    return content


class _Dumper(yaml.SafeDumper):
    """Several lines as a block, lists without indentation."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)

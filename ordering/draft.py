"""The order being made, and what to ask next. Pure: the draft is the truth, the dialogue only follows it.

A draft is stored as JSON (`to_json`, `from_json`) in the order row with status `new` (W8). The questions in
`QUESTIONS` are the slots of the Rasa form; `next_question` says which of them is due.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

QUESTIONS = (
    "resume",
    "lines",
    "variants",
    "variant_amount",
    "amount",
    "more_lines",
    "delivery",
    "address",
    "new_address",
    "outside_region",
    "dwelling",
    "door_code",
    "name_on_door",
    "co_name",
    "pickup_point",
    "notify_by",
    "mobile",
    "email",
    "guardian_name",
    "receiver_name",
    "name_in_note",
    "note_to_driver",
    "change",
    "confirm",
)

# Answers to these go straight into the draft: Rasa is only told that something was answered.
PRIVATE = frozenset(
    {
        "address",
        "new_address",
        "door_code",
        "co_name",
        "pickup_point",
        "mobile",
        "email",
        "guardian_name",
        "receiver_name",
        "note_to_driver",
    }
)

UNDO_STEPS = 10


@dataclass(slots=True)
class DraftLine:
    """One prescription line in the draft. `flavour` is picked and waits for its number of packages.

    `enough` means that the patient is content with fewer than the line allows (W7, V2).
    """

    line_id: int
    packages: int | None = None
    variants: dict[str, int] = field(default_factory=dict)
    flavour: str | None = None
    enough: bool = False

    @property
    def taken(self) -> int:
        return sum(self.variants.values()) if self.variants else (self.packages or 0)


@dataclass(slots=True)
class Draft:
    """`visit_id`: where it was last touched; another visit offers to go on with it.

    `read_back` is the fingerprint of what was read back to the patient: a yes counts for that only.
    """

    lines: list[DraftLine] = field(default_factory=list)
    lines_done: bool = False
    option: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    asking: str | None = None  # a question the patient has opened again: "new_address", "change", "mobile" ...
    read_back: str | None = None
    visit_id: int | None = None
    replaces: list[int] = field(default_factory=list)  # orders, not yet sent, that this one changes (W8)
    keep_address: bool = False  # save the address typed for this order when it is placed (W12)
    seen: str | None = None  # id of the last message that changed the draft: the same message changes it once
    undo: list[dict[str, Any]] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        return bool(self.lines)

    def to_json(self) -> dict[str, Any]:
        # What can be undone is never changed afterwards, so it is not copied.
        return asdict(replace(self, undo=[])) | {"undo": list(self.undo)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Draft":
        return cls(**{**content, "lines": [DraftLine(**line) for line in content["lines"]]})

    def snapshot(self) -> dict[str, Any]:
        """Everything that "go back" restores."""
        content = self.to_json()
        for key in ("undo", "seen", "visit_id", "read_back"):
            content.pop(key)
        return content

    def fingerprint(self) -> str:
        """What the order would be. A yes counts only for the fingerprint that was read back."""
        order = {"lines": [asdict(line) for line in self.lines], "option": self.option, "details": self.details}
        return hashlib.sha256(json.dumps(order, sort_keys=True).encode()).hexdigest()[:16]

    def forget_delivery(self) -> None:
        """Asks for the delivery anew. The note to the driver stays: it was not what was wrong."""
        note = self.details.get("note_to_driver")
        self.option, self.details = None, {"note_to_driver": note} if note else {}

    def deliver(self, option: str, details: dict[str, Any]) -> None:
        """Another way of delivery with what is known of it; the note to the driver stays as it is in this draft."""
        self.forget_delivery()
        note = self.details
        self.option = option
        self.details = {
            name: value for name, value in details.items() if name not in ("note_to_driver", "label")
        } | note

    def remember(self, before: dict[str, Any]) -> None:
        self.undo = [*self.undo, before][-UNDO_STEPS:]

    def go_back(self) -> bool:
        """Takes the last change away. False when there is none."""
        if not self.undo:
            return False
        *rest, before = self.undo
        restored = Draft.from_json({**before, "visit_id": self.visit_id})
        self.lines, self.lines_done, self.option = restored.lines, restored.lines_done, restored.option
        self.details, self.asking, self.read_back, self.undo = restored.details, restored.asking, None, rest
        return True


class Circumstances(Protocol):
    """What the draft is held against: the patient's lines and the region's rules on this day."""

    def still_to_take(self, draft: Draft) -> list[int]:
        """Ids of lines that may be taken now and are not in the draft."""
        ...

    def max_packages(self, line_id: int) -> int: ...
    def has_variants(self, line_id: int) -> bool: ...
    def missing_details(self, draft: Draft) -> tuple[str, ...]:
        """Delivery details that the chosen option still needs, in the order to ask (delivery_check)."""
        ...

    def region_matters(self, draft: Draft) -> bool:
        """Whether it must be known if the address lies outside the region (D6)."""
        ...

    def home_matters(self, draft: Draft) -> bool:
        """Whether the kind of home, and the way in, must be known (D34)."""
        ...

    def options(self, draft: Draft) -> list[str]:
        """The delivery options that every line in the draft allows."""
        ...


def line_question(line: DraftLine, circumstances: Circumstances) -> str | None:
    """What is still to be said about one line."""
    if circumstances.has_variants(line.line_id):
        if line.flavour:
            return "variant_amount"
        done = line.enough and line.variants
        return None if done or line.taken >= circumstances.max_packages(line.line_id) else "variants"
    return None if line.packages else "amount"


def current_line(draft: Draft, circumstances: Circumstances) -> DraftLine | None:
    """The line that the next question is about."""
    return next((line for line in draft.lines if line_question(line, circumstances)), None)


def delivery_question(draft: Draft, circumstances: Circumstances) -> str | None:
    if draft.option not in circumstances.options(draft):
        return "delivery"
    missing = circumstances.missing_details(draft)
    if "address" in missing:
        return "address"
    if circumstances.region_matters(draft) and "outside_region" not in draft.details:
        return "outside_region"
    if circumstances.home_matters(draft) and "dwelling" not in draft.details:
        return "dwelling"
    if circumstances.home_matters(draft) and draft.details["dwelling"] == "flat" and "door_code" not in draft.details:
        return "door_code"
    if not missing:
        return None
    return "name_in_note" if missing[0] == "note_to_driver" else missing[0]  # D28: asked about, not written


def next_question(draft: Draft | None, circumstances: Circumstances, *, visit_id: int) -> str | None:
    """The one question to ask now; None when there is no draft. A complete draft asks `confirm`."""
    if draft is None:
        return None
    if draft.begun and draft.visit_id != visit_id:
        return "resume"
    if not draft.lines:
        return "lines"
    if draft.asking:
        return draft.asking
    line = current_line(draft, circumstances)
    if line:
        return line_question(line, circumstances)
    if not draft.lines_done and circumstances.still_to_take(draft):
        return "more_lines"
    return delivery_question(draft, circumstances) or "confirm"

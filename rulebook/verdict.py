"""What the rules answer. Reasons and codes are those of the rule catalogue's cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Verdict = Literal["allowed", "refused"]


@dataclass(frozen=True, slots=True)
class Decision:
    """May it be done? `reason` is None when allowed.

    `possible_from`: the first day it becomes possible, where waiting helps (too_early, not_yet_valid).
    `numbers` explains a withdrawal: period_days, fraction ("2/3" or None), waiting_days, last_withdrawal,
    days_left (until possible_from), last_valid_day, taking_fewer, asked and not_taken (packages, None while not
    said), on_its_way_since (day of the order that blocks, None if on another line), waiting_until (first day by
    the waiting time alone) and expires_first (the line ends before possible_from). Empty where nothing may be told.
    `rules`: the ids that decided; when allowed, those that were met.
    """

    verdict: Verdict
    reason: str | None = None
    possible_from: date | None = None
    withdrawals_left: int | None = None
    max_packages: int | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class SameAgain:
    """The last choice on the line: what can be had again, and what can not. Both empty: there is no last choice."""

    variants: dict[str, int] = field(default_factory=dict)
    unavailable: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """The name line and the c/o line of the parcel; None is an empty (or not yet known) line."""

    name: str | None = None
    co: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryCheck:
    """Is the delivery complete and allowed? `missing` in the order to ask, `tell` the message codes to say.

    `suits` False: this option works badly at this home, so offer another (D34).
    """

    verdict: Verdict
    reason: str | None = None
    missing: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    label: Label = field(default_factory=Label)
    suits: bool = True

    @property
    def allowed(self) -> bool:
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class DeliveryDay:
    """First and last day to promise; None where the region states none."""

    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """Is the order later than it may be, and must the patient be contacted?"""

    overdue: bool
    contact_patient: bool


@dataclass(frozen=True, slots=True)
class Fee:
    """Kronor for the patient. `kr` None: the sources give no fee, or (per product) the article carries no price."""

    kr: int | None = None
    per: Literal["withdrawal", "product"] | None = None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Local times "HH:MM" on working days; `lunch` is closed from .. to."""

    opens: str
    closes: str
    lunch: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """`open` None: hours unknown, promise nothing. `opens`: local time of the next opening, when closed."""

    open: bool | None = None
    opens: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustomerService:
    """How patients reach customer service. `menu`: keypad choice -> topic. `busy`: codes such as monday_morning."""

    phone: str
    email: str
    hours: OpeningHours | None = None
    phone_prescribers: str | None = None
    menu: Mapping[str, str] = field(default_factory=dict)
    busy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prescribing:
    """May it be prescribed? `packages` and `pieces` per withdrawal, None where they cannot be worked out."""

    verdict: Verdict
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    packages: int | None = None
    pieces: float | None = None

    @property
    def allowed(self) -> bool:
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Where a complaint goes; `late`: past the region's last day (it is recorded all the same)."""

    route: Literal["defect_report", "deviation_report", "contact_supplier", "return", "not_returnable"]
    late: bool

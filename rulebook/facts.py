"""What a caller tells the rules. What is left out is unknown, or has its ordinary value.

Codes are those of the rule catalogue's glossary; days are local days in Europe/Stockholm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ROLES = ("patient", "representative", "orderer", "prescriber", "customer_service")
WITHOUT_FULL_RECORD = (
    "asylum_seeker",
    "without_permit",
    "other_region",
    "protected",
    "no_address",
    "reserve_number",
    "not_found",
)
PRESCRIBER_ROLES = ("physician", "dietitian", "orderer")
STATUSES = ("new", "confirmed", "ordered", "out_for_delivery", "delivered", "cancelled")
UNDER_WAY = frozenset({"confirmed", "ordered", "out_for_delivery"})
KINDS = ("ordinary", "cgm", "insulin_pump", "exemption", "made_to_order")
ASKERS = ("patient", "prescriber", "orderer")
NOTIFY_BY = ("sms", "email", "letter")
COMPLAINT_KINDS = (
    "defect",
    "wrong_address",
    "missing",
    "late",
    "wrong_article",
    "wrong_number",
    "damaged",
    "return",
)
type ComplaintRoute = Literal["defect_report", "deviation_report", "contact_supplier", "return", "not_returnable"]
COMPLAINT_ROUTES: tuple[str, ...] = get_args(ComplaintRoute.__value__)
OPTIONS = (
    "outside_door",
    "outside_door_sms",
    "booked_day",
    "driver_calls_signature",
    "pickup_point",
    "unit",
    "urgent",
    "joint",
)


@dataclass(frozen=True, slots=True)
class Person:
    """The patient. `born` None: age unknown, taken as an adult's."""

    born: date | None = None
    name: str | None = None
    asylum_seeker: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for the withdrawal. `prescribed_this`: wrote the very line it is about."""

    role: str = "patient"
    prescribed_this: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A prescription line. `variants`: those in stock, for an article whose variant is chosen at withdrawal."""

    written: date
    area: str
    article: str
    days_per_withdrawal: int
    withdrawals: int
    packages_per_withdrawal: int
    variants: tuple[str, ...] = ()
    voided: date | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One earlier order on the line. `day` is the day of the order, `status` one of STATUSES."""

    day: date
    status: str
    packages: int | None = None
    variants: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked for. Neither packages nor variants: not said yet, so the amount is not judged.

    `override_by`: who goes past the block of an article on its way.
    """

    packages: int | None = None
    variants: Mapping[str, int] = field(default_factory=dict)
    joint_order: bool = False
    override_by: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """`kind` is one of KINDS. `price_kr` per package, `warn_above` packages per withdrawal."""

    kind: str = "ordinary"
    supplier: str | None = None
    name: str | None = None
    subgroup: str | None = None
    price_kr: float | None = None
    stocked: bool | None = None
    on_urgent_list: bool | None = None
    warn_above: int | None = None


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article of the range, as it is searched for."""

    number: str
    name: str
    supplier_number: str | None = None
    area: str | None = None
    subgroup: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryDetails:
    """What is known of one delivery; None (or blank) is not known yet. `door_code` "none": there is no code."""

    address: str | None = None
    dwelling: str | None = None  # house / flat
    door_code: str | None = None
    entry_phone: bool | None = None
    name_on_door: bool | None = None
    co_name: str | None = None
    notify_by: str | None = None  # sms / email / letter
    mobile: str | None = None
    email: str | None = None
    contact_name: str | None = None
    pickup_point: str | None = None
    receiver_name: str | None = None
    guardian_name: str | None = None
    note_to_driver: str | None = None
    outside_region: bool | None = None


@dataclass(frozen=True, slots=True)
class Prescriber:
    """Who prescribes; `role` is one of PRESCRIBER_ROLES.

    `rights` to prescribe (seeing a product area is none) and the customer numbers of the `units` that have named
    them; None: not known, so not judged.
    """

    role: str
    granted_under_16: bool = False
    rights: frozenset[str] | None = None
    units: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a line is to give: packages per withdrawal, or pieces per day with the pieces in a package."""

    days_per_withdrawal: int | None = None
    withdrawals: int | None = None
    packages_per_withdrawal: int | None = None
    pieces_per_day: float | None = None
    pieces_per_package: int | None = None

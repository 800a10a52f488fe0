"""Articles, prescription lines and orders."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

OrderStatus = Literal["new", "confirmed", "ordered", "out_for_delivery", "delivered", "cancelled"]


@dataclass(frozen=True, slots=True)
class Variant:
    code: str
    name: str  # as a patient says it, Swedish
    in_stock: bool = True


@dataclass(frozen=True, slots=True)
class Article:
    """`product` is the everyday kind ("näringsdryck") that a short SMS may name."""

    number: str
    region: str
    name: str
    product: str
    area: str
    kind: str = "ordinary"  # ordinary / cgm / insulin_pump / exemption / made_to_order
    subgroup: str | None = None
    supplier: str | None = None
    supplier_contact: str | None = None
    pieces_per_package: int = 1
    price_kr: int | None = None  # per package (F4, P4)
    supplier_number: str | None = None  # the supplier's own (P13)
    warn_above: int | None = None  # packages per withdrawal (P5)
    stocked: bool | None = None  # by the distributor; None: not known (D16)
    variants: tuple[Variant, ...] = ()  # not empty: generic, flavour is chosen at withdrawal (V1)


@dataclass(frozen=True, slots=True)
class Line:
    """A prescription line with its article, and the payer of its unit and area (W9)."""

    id: int
    person_id: int
    number: int  # as on the prescription receipt: 1, 2, 3 ...
    article: Article
    unit: str  # customer number, six digits
    unit_name: str
    payer: str
    written: date
    days_per_withdrawal: int
    withdrawals: int
    packages_per_withdrawal: int
    prescription_type: str | None = None
    voided: date | None = None
    block_lifted: bool = False  # by customer service, for the next withdrawal (W6)


@dataclass(frozen=True, slots=True)
class OrderLine:
    line_id: int
    article_number: str
    packages: int
    variants: dict[str, int] = field(default_factory=dict)  # variant code -> packages


@dataclass(frozen=True, slots=True)
class Order:
    """An order the patient has said yes to (never the draft, which has status `new`)."""

    id: int
    number: str  # the receipt number a patient is told: seven digits
    person_id: int
    region: str
    status: OrderStatus
    payer: str
    channel: str
    ordered_by: int | None  # the person who said yes; None for orders made elsewhere
    day: date  # the local day that counts for W1
    confirmed_at: datetime
    option: str
    details: dict[str, Any]
    lines: tuple[OrderLine, ...]
    fee_kr: int | None = None
    expected_earliest: date | None = None
    expected_latest: date | None = None
    send_after: datetime | None = None  # end of the undo window
    delivered_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What `confirm` gives the store to write; the store gives it id and number."""

    person_id: int
    region: str
    payer: str
    channel: str
    ordered_by: int
    day: date
    confirmed_at: datetime
    send_after: datetime
    option: str
    details: dict[str, Any]
    lines: tuple[OrderLine, ...]
    fee_kr: int | None
    expected_earliest: date | None
    expected_latest: date | None
    idempotency_key: str  # unique: "<draft id>:<fingerprint of the draft>:<payer>"


@dataclass(frozen=True, slots=True)
class DraftRow:
    """The row of an order being made (status `new`): one per patient. `content` is ordering.draft.Draft as JSON."""

    id: int
    person_id: int
    version: int
    content: dict[str, Any]

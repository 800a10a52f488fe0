"""What the ordering rooms talk about: plain values, no behaviour that needs a database or a clock.

Days are local days in Europe/Stockholm; moments are timezone-aware UTC datetimes.
Codes (areas, options, statuses, reasons) are those of the rule catalogue in rulebook/parameters.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Channel = Literal["sms", "voice", "chat"]
OrderStatus = Literal["new", "confirmed", "ordered", "out_for_delivery", "delivered", "cancelled"]
SmsDetail = Literal["full", "short", "neutral"]


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    postal_code: str  # five digits, no space
    city: str


@dataclass(frozen=True, slots=True)
class Person:
    """A patient, or someone close who orders for a patient. `mobile` is E.164."""

    id: int
    region: str
    identity_number: str  # 12 digits, a reserve number, or 8 digits of an LMA number (I1, I2)
    given_name: str
    family_name: str
    born: date | None
    asylum_seeker: bool = False
    protected: bool = False
    address: Address | None = None  # as registered
    saved_address: Address | None = None  # for deliveries, saved by the patient (W12)
    co_name: str | None = None
    door_code: str | None = None
    mobile: str | None = None
    email: str | None = None
    language: str = "sv"
    sms_detail: SmsDetail | None = None  # None: as the region has it (PAFYLL_SMS_DETAIL)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


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


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a patient says is wrong, or wants to give back (C1-C7).

    status: open while questions remain (it counts all the same), received, referred (to the supplier, or about
    something that cannot be returned: nothing was opened), cancelled by the patient.
    kind: one of rulebook.facts.COMPLAINT_KINDS, None while or if it is not known. text: the patient's own words.
    article_number, order_id: what it is about, as far as is known; product: what the patient called something that
    is none of their articles. wanted: new_delivery / return / report.
    discovered: the day, where it was told. discovered_before: told only to be before that day.
    route, late: the rulebook's answer to what is known so far.
    answered: questions that were put and answered, in order, whether or not the patient knew.
    seen: id of the last message that changed it, so that the same message changes it once.
    """

    id: int
    case_number: str  # "R" and six digits
    person_id: int
    region: str
    channel: str
    opened_at: datetime
    visit_id: int
    status: Literal["open", "received", "referred", "cancelled"] = "open"
    kind: str | None = None
    text: str | None = None
    article_number: str | None = None
    order_id: int | None = None
    product: str | None = None
    wanted: str | None = None
    leftover: bool | None = None
    discovered: date | None = None
    discovered_before: date | None = None
    route: str | None = None
    late: bool = False
    answered: tuple[str, ...] = ()
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """A patient who wants customer service to call.

    status: asked while it is being settled, booked, left (nothing came of it), withdrawn by the patient, closed by
    staff. asking: the question that is open, also while a booked one is changed (ordering.use_cases.call_back).
    person_id: None for somebody who is not known. day, starts, ends: the window in local time ("08:00"), None where
    none is promised. number: whom to call, E.164; own: it is the registered mobile, or the one that they used.
    about: what the visit was about, in codes: {"intents": [...], "orders": [...], "complaint": "R123456" or None}.
    seen: id of the last message that changed it, so that the same message changes it once.
    """

    id: int
    region: str
    channel: str
    visit_id: int
    opened_at: datetime
    language: str = "sv"
    person_id: int | None = None
    status: Literal["asked", "booked", "left", "withdrawn", "closed"] = "asked"
    asking: str | None = None
    day: date | None = None
    starts: str | None = None
    ends: str | None = None
    looked_at: date | None = None  # a day that was named before its window is chosen
    any_time: bool = False
    number: str | None = None
    own: bool = False
    about: dict[str, Any] = field(default_factory=dict)
    seen: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody has read or changed something about a patient. Codes only, nothing that the patient has said.

    who: "patient", "representative" (`speaker_id` is the person who speaks) or the name of a caller of the REST
    interface. channel: sms / voice / chat / rest / command. what: what was done, the name of an action or a route.
    why: what it was for, the intent that it answered or the caller's role.
    """

    at: datetime
    region: str
    person_id: int
    who: str
    channel: str
    what: str
    why: str
    speaker_id: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of one person on one channel. Rasa knows only `sender_id`, which changes within the visit too.

    `person_id` is the patient the visit is about, None until identity is known.
    `speaker_id` is who is speaking (the patient or someone close).
    `proof` says how: "code" (one-time code), "number" (an SMS from a registered mobile: may read the
    short form and order with the code of the read-back), or None.
    `state` belongs to the gateway (identity step, choices last offered, failure counters): JSON.
    """

    id: int
    thread_id: int
    region: str
    channel: Channel
    sender_id: str
    turns: int  # turns under the present sender_id
    started_at: datetime
    last_at: datetime
    language: str = "sv"
    person_id: int | None = None
    speaker_id: int | None = None
    proof: str | None = None
    ended_at: datetime | None = None
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thread:
    """All visits of one address: an SMS number pair, a call, or a chat session. Its lease keeps messages in order."""

    id: int
    channel: Channel
    region: str
    key: str  # unique with channel: "<from>><to>", the CallSid, or the chat session id
    address: str | None  # the patient's phone number, E.164; None in chat


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An incoming message. The readable text is only in `sealed` (encrypted) until it has been handled."""

    id: int
    thread_id: int
    provider_id: str
    status: Literal["received", "done", "dead"]
    attempts: int
    received_at: datetime
    sealed: bytes | None
    reply: dict[str, Any] | None  # what was answered (voice and chat), so that a repeat gets the same
    due_at: datetime | None = None  # when it is to be tried (again)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An outgoing message. `sealed` is the encrypted payload, wiped when sent.

    kind: sms / distributor / mail. status: pending, sending, sent, unknown (to be reconciled), dead.
    """

    id: int
    kind: str
    recipient: str
    sender: str | None
    status: str
    attempts: int
    due_at: datetime
    sealed: bytes | None
    key: str  # unique: the same thing is never put in twice
    order_id: int | None = None
    provider_id: str | None = None
    unasked: bool = False  # an SMS that goes only to those who have not said STOPP


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A six-digit login code. `person_id` is None for someone we do not know, who meets the same questions."""

    id: int
    visit_id: int
    person_id: int | None
    digest: str
    expires_at: datetime
    tries: int
    used: bool


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call to the phone line. sid: Twilio's id of it.

    transferred_at: when it was first passed on to customer service; answered_at: when somebody took it there.
    status, seconds: how Twilio says that it ended, and how long it was. followed_at: when it was looked at afterwards.
    """

    sid: str
    region: str
    began_at: datetime
    transferred_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    status: str | None = None
    seconds: int | None = None
    followed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A person's PIN code, as a digest. wrong: how many wrong ones were tried in a row, the last at `wrong_at`."""

    person_id: int
    salt: str
    digest: str
    set_at: datetime
    set_by: str
    wrong: int = 0
    wrong_at: datetime | None = None

"""Patients, those who speak for them, and what is kept about who has read or changed what."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

SmsDetail = Literal["full", "short", "neutral"]
Right = Literal["order", "read", "complain"]
RIGHTS: tuple[Right, ...] = get_args(Right)
Kinship = Literal["parent", "relative", "assistant", "guardian"]


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
class Representation:
    """What somebody may do for a patient (W11), and until which day, that day included; None: until it is ended.

    kind: a parent speaks for a child until it is of age. registered_by: a caller of the REST interface, None for what
    came by import.
    """

    patient_id: int
    representative_id: int
    kind: Kinship = "relative"
    may: frozenset[Right] = frozenset(RIGHTS)
    until: date | None = None
    registered_by: str | None = None
    registered_at: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody has read or changed something about a patient. Codes only, nothing that the patient has said.

    who: "patient", "representative" (`speaker_id` is the person who speaks), the name of a caller of the REST
    interface, "import", "operator" (a command), or "service" (what it does by itself).
    channel: sms / voice / chat / rest / command / worker. what: the kind of data, one of
    ordering.use_cases.access_log.KINDS. did: what is changed is seen too.
    why: what it was for, the intent that it answered, the caller's roles, or what the service does.
    """

    at: datetime
    region: str
    person_id: int
    who: str
    channel: str
    what: str
    why: str
    speaker_id: int | None = None
    did: Literal["read", "changed"] = "read"

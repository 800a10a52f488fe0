"""What customer service or the region takes up with a patient: complaints, and calls back."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a patient says is wrong, or wants to give back (C1-C7).

    status: open while questions remain (it counts all the same), received, referred (to the supplier, or about
    something that cannot be returned: nothing was opened), cancelled by the patient, closed by staff.
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
    status: Literal["open", "received", "referred", "cancelled", "closed"] = "open"
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
    closed_at: datetime | None = None
    closed_by: str | None = None


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

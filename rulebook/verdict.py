"""What the rules answer: always a value, also a refusal. Reasons and codes are those of the rule catalogue's cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal

from rulebook.facts import Amount, ComplaintRoute
from rulebook.sources import Source

Verdict = Literal["allowed", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Why the answer is what it is. Two answers are equal when what they say is, whatever the reasons.

    `rules`: the ids that decided; when allowed, those that were met. `numbers`: what was looked at and worked out,
    by name, as each answer describes. `sources`: of those rules, in the region and on the day of the question.
    """

    rules: tuple[str, ...] = field(default=(), compare=False)
    numbers: Mapping[str, Any] = field(default_factory=dict, compare=False)
    sources: tuple[Source, ...] = field(default=(), compare=False)

    def plain(self) -> dict[str, Any]:
        """The whole answer as JSON has it: days and times in ISO form, sets as sorted lists."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(_plain(item) for item in value)
    if isinstance(value, list | tuple) and not hasattr(value, "_asdict"):
        return [_plain(item) for item in value]
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}


@dataclass(frozen=True, slots=True)
class Decision(Answer):
    """May it be done? `reason` is None when allowed.

    `possible_from`: the first day it becomes possible, where waiting helps (too_early, not_yet_valid).
    `numbers` explains a withdrawal: period_days, fraction ("2/3" or None), waiting_days, last_withdrawal,
    days_left (until possible_from), last_valid_day, taking_fewer, asked and not_taken (packages, None while not
    said), on_its_way_since (day of the order that blocks, None if on another line), waiting_until (first day by
    the waiting time alone) and expires_first (the line ends before possible_from). Empty where nothing may be told.
    `numbers` of the other decisions are the parameters and facts that were compared.
    """

    verdict: Verdict
    reason: str | None = None
    possible_from: date | None = None
    withdrawals_left: int | None = None
    max_packages: int | None = None

    @property
    def allowed(self) -> bool:
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class SameAgain(Answer):
    """The last choice on the line: what can be had again, and what can not. Both empty: there is no last choice."""

    variants: dict[str, int] = field(default_factory=dict)
    unavailable: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split(Answer):
    """Indexes of the lines of each order, in the order the payers first appear."""

    groups: tuple[tuple[int, ...], ...]

    @property
    def orders(self) -> int:
        return len(self.groups)


@dataclass(frozen=True, slots=True)
class ParameterValue(Answer):
    """A value as written in the file, None where there is none. `numbers`: unit, and from (None: undated)."""

    value: Any


@dataclass(frozen=True, slots=True)
class Label:
    """The name line and the c/o line of the parcel; None is an empty (or not yet known) line."""

    name: str | None = None
    co: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryOptions(Answer):
    """What a patient may choose; empty for a product area that the region does not have."""

    options: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeliveryCheck(Answer):
    """Is the delivery complete and allowed? `missing` in the order to ask, `tell` the message codes to say.

    `suits` False: this option works badly at this home, so offer another (D34). `numbers`: option, offered
    (all for the article), offered_in_region, required (details), minor.
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
class DeliveryDay(Answer):
    """First and last day to promise; None where the region states none.

    `numbers`: ordered, day_zero, counted_from, received_before, earliest_working_days, latest_working_days and
    days_off (weekdays that are no working days, from day_zero to the last day).
    """

    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Overdue(Answer):
    """Is the order later than it may be, and must the patient be contacted?

    `numbers`: promised_days, limit_days, last_day (in time), target_days and target_day (the distributor's agreement,
    D16), special (not stocked, so it may take longer).
    """

    overdue: bool
    contact_patient: bool


@dataclass(frozen=True, slots=True)
class Fee(Answer):
    """Kronor for the patient. `kr` None: the sources give no fee, or (per product) the article carries no price.

    `numbers`: price_kr, packages, age, asylum_seeker, and invoiced (how it is charged, such as monthly).
    """

    kr: float | None = None
    per: Literal["withdrawal", "product"] | None = None


@dataclass(frozen=True, slots=True)
class FeesCharged(Answer):
    """`total_kr` of the orders whose fee is known; `numbers`: orders (how many)."""

    total_kr: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Local times "HH:MM" on working days; `lunch` is closed from .. to."""

    opens: str
    closes: str
    lunch: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Opening(Answer):
    """`open` None: hours unknown, promise nothing. `opens`: local time of the next opening, when closed.

    `numbers`: working_day, and hours (OpeningHours or None).
    """

    open: bool | None = None
    opens: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustomerService:
    """How patients reach customer service. `menu`: keypad choice -> topic. `busy`: codes such as monday_morning.

    `mailbox`: where deviation reports go (S6). `answer_target`: percent of the calls answered, within minutes (S4).
    """

    phone: str
    email: str
    hours: OpeningHours | None = None
    phone_prescribers: str | None = None
    menu: Mapping[str, str] = field(default_factory=dict)
    busy: tuple[str, ...] = ()
    mailbox: str | None = None
    answer_target: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Prescribing(Answer):
    """May it be prescribed? `packages` and `pieces` per withdrawal, None where they cannot be worked out.

    `cost_kr` per withdrawal, None where the article carries no price (P4). `numbers`: protected, days (per withdrawal
    times withdrawals), max_days, age, physician_below_age, highest_age, warn_above, right (that is needed), rights and
    units (the prescriber's), unit, duties (P17).
    """

    verdict: Verdict
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    packages: int | None = None
    pieces: float | None = None
    cost_kr: float | None = None

    @property
    def allowed(self) -> bool:
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class Copy(Answer):
    """May the line be copied to a new prescription (P9)? `reason` still_active: it must be voided first.

    `amount`: what the new one is filled in with. `numbers`: ended (voided, expired, none_left, or None).
    """

    verdict: Verdict
    reason: str | None
    amount: Amount

    @property
    def allowed(self) -> bool:
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class Exemption(Answer):
    """May an article outside the range be ordered (P14)? `missing`: what the form lacks.

    `lapsed`: it has not been prescribed for so long that the prescriber must ask anew. `numbers`: needed, link_months,
    last_prescribed.
    """

    verdict: Verdict
    reason: str | None = None
    missing: tuple[str, ...] = ()
    lapsed: bool = False

    @property
    def allowed(self) -> bool:
        return self.verdict == "allowed"


@dataclass(frozen=True, slots=True)
class Complaint(Answer):
    """Where a complaint goes; `late`: past `last_day` (it is recorded all the same).

    `last_day` None: the day of discovery is not known, or the region states no deadline. `numbers`: complaint_days,
    discovered.
    """

    route: ComplaintRoute
    late: bool
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Registration(Answer):
    """How somebody whom the population register does not give is registered (I2-I6, I9, I11).

    `by` form: the prescriber's form to customer service; customer_service: registers by hand; not_in_system: cannot
    be; None: the region states nothing. `unit`: the customer number that is used. `name`: as it is registered, None
    where none was given. `card_valid`: whether the card holds, None where no card is needed; without its last day no.
    `withdrawals`: the most that one prescription may have. `label`: who stands on the name line and the c/o line.
    `care`: all, or cannot_wait as the prescriber judges (I10).
    """

    by: Literal["form", "customer_service", "not_in_system"] | None = None
    approved_by: str | None = None
    unit: str | None = None
    name: str | None = None
    card_valid: bool | None = None
    withdrawals: int | None = None
    label: Label | None = None
    care: Literal["all", "cannot_wait"] | None = None

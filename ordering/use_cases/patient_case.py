"""One patient's lines, orders and draft, held against the region's rules on one day. Every use case starts here."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ordering import rule_facts, wording
from ordering.draft import Draft, DraftLine, current_line, next_question
from ordering.local_time import STOCKHOLM
from ordering.model import RIGHTS, Address, Article, DraftRow, Line, Order, Person, Right, SmsDetail, Variant, Visit
from ordering.ports import Transaction
from ordering.use_cases.trust import Needs, NotProved, check, rights
from rulebook import Rulebook, facts
from rulebook.verdict import Copy, Decision, DeliveryCheck, Overdue, Prescribing, SameAgain

# The way most patients choose first.
_OPTION_ORDER = (
    "outside_door",
    "outside_door_sms",
    "booked_day",
    "driver_calls_signature",
    "pickup_point",
    "unit",
)


@dataclass(frozen=True, slots=True)
class LineState:
    """A line and whether it may be taken now. `under_way`: the order that blocks its article (W5)."""

    line: Line
    decision: Decision
    under_way: Order | None


def written_address(address: Address) -> str:
    return f"{address.street}, {address.postal_code[:3]} {address.postal_code[3:]} {address.city}"


class PatientCase:
    """Made by `load`. `draft` is a working copy; `row` is what the database holds (for compare-and-swap)."""

    def __init__(
        self,
        *,
        book: Rulebook,
        visit: Visit,
        person: Person,
        lines: list[Line],
        orders: list[Order],
        row: DraftRow | None,
        now: datetime,
        speaker: Person,
        default_sms_detail: SmsDetail,
        may: frozenset[Right] = frozenset(RIGHTS),
    ) -> None:
        self.book, self.visit, self.person, self.orders, self.row, self.now = book, visit, person, orders, row, now
        self.region = person.region
        self.local = now.astimezone(STOCKHOLM)
        self.day: date = self.local.date()
        self.speaker, self.default_sms_detail, self.may = speaker, default_sms_detail, may
        self.draft = Draft.from_json(row.content) if row else None
        self.rule_person = rule_facts.of_person(person)
        self.lines = lines
        self.reckon()

    def reckon(self) -> None:
        """Holds every line against the orders that count: those that the draft is to replace do not (W8)."""
        replaced = self.draft.replaces if self.draft else []
        self.counting = [o for o in self.orders if not (o.id in replaced and o.status == "confirmed")]
        self.states = {line.id: self._state(line) for line in self.lines}

    def require(self, needs: Needs) -> None:
        """Raises what trust.check raises, where a use case comes to what asks for more than it began with."""
        check(self.visit, self.may, needs)

    def _state(self, line: Line) -> LineState:
        under_way = next(
            (
                order
                for order in self.counting
                if order.status in facts.UNDER_WAY
                and any(taken.article_number == line.article.number for taken in order.lines)
            ),
            None,
        )
        return LineState(line, self.decide(line, facts.Want(), under_way), under_way)

    def decide(self, line: Line, want: facts.Want, under_way: Order | None) -> Decision:
        if line.block_lifted:
            want = replace(want, override_by="customer_service")
        return self.book.withdraw(
            region=self.region,
            day=self.day,
            person=self.rule_person,
            line=rule_facts.of_line(line),
            history=self.history(line),
            want=want,
            actor=facts.Actor("representative" if self.by_proxy else "patient"),
            on_the_way=under_way is not None,
        )

    def history(self, line: Line) -> list[facts.Withdrawn]:
        return rule_facts.of_orders(line, self.counting)

    def last_choice(self, line: Line) -> SameAgain:
        """The variants of the last withdrawal on this line (V5), by variant code."""
        return self.book.same_as_last_time(line=rule_facts.of_line(line), history=self.history(line))

    def copy(self, line: Line) -> Copy:
        """May the prescriber renew the line by copying it (P9)?"""
        return self.book.copy(
            region=self.region, day=self.day, line=rule_facts.of_line(line), history=self.history(line)
        )

    def prescribed_by(self, role: str, line: Line) -> Prescribing:
        """Could somebody in this role prescribe the line to the patient again (P6, P7)?"""
        return self.book.prescribe(
            region=self.region,
            day=self.day,
            prescriber=facts.Prescriber(role),
            person=self.rule_person,
            area=line.article.area,
            article=rule_facts.of_article(line.article),
            amount=self.copy(line).amount,
            prescription_type=line.prescription_type,
        )

    def overdue(self, order: Order) -> Overdue | None:
        """Whether the order is late (D16, D17). None: no time was promised."""
        if order.expected_latest is None:
            return None
        lines = [self.states[taken.line_id].line for taken in order.lines if taken.line_id in self.states]
        return self.book.overdue_order(
            region=self.region,
            day=self.day,
            items=[(line.article.area, rule_facts.of_article(line.article), line.prescription_type) for line in lines],
            ordered=order.day,
            status=order.status,
        )

    # What the draft asks of its circumstances (ordering.draft.Circumstances).

    def can_take(self) -> list[LineState]:
        return [state for state in self.states.values() if state.decision.allowed]

    def still_to_take(self, draft: Draft) -> list[int]:
        drafted = {line.line_id for line in draft.lines}
        return [state.line.id for state in self.can_take() if state.line.id not in drafted]

    def max_packages(self, line_id: int) -> int:
        return self.states[line_id].line.packages_per_withdrawal

    def has_variants(self, line_id: int) -> bool:
        return bool(self.states[line_id].line.article.variants)

    def options(self, draft: Draft) -> list[str]:
        """The delivery options that every line in the draft allows."""
        allowed: set[str] | None = None
        for line in self._drafted_lines(draft):
            of_line = self.book.delivery_options(
                region=self.region,
                day=self.day,
                area=line.article.area,
                article=rule_facts.of_article(line.article),
                prescription_type=line.prescription_type,
            ).options
            allowed = set(of_line) if allowed is None else allowed & of_line
        return [option for option in _OPTION_ORDER if option in (allowed or set())]

    def _drafted_lines(self, draft: Draft) -> list[Line]:
        return [self.states[line.line_id].line for line in draft.lines if line.line_id in self.states]

    def checks(self, draft: Draft, **changed: Any) -> list[DeliveryCheck]:
        """delivery_check for every drafted line, with `changed` details laid over the draft's."""
        if draft.option is None:
            return []
        details = rule_facts.of_details({**draft.details, **changed})
        return [
            self.book.delivery_check(
                region=self.region,
                day=self.day,
                area=line.article.area,
                article=rule_facts.of_article(line.article),
                option=draft.option,
                person=self.rule_person,
                details=details,
            )
            for line in self._drafted_lines(draft)
        ]

    def missing_details(self, draft: Draft) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for check in self.checks(draft) for name in check.missing))

    def home_matters(self, draft: Draft) -> bool:
        """Whether the option suits some homes only (D34): then house or flat, and the way in, must be known."""
        return not self._suits(draft, dwelling="flat", door_code="none", entry_phone=True)

    def suits(self, draft: Draft) -> bool:
        return self._suits(draft)

    def _suits(self, draft: Draft, **changed: Any) -> bool:
        return all(check.suits for check in self.checks(draft, **changed))

    def region_matters(self, draft: Draft) -> bool:
        """Only for an address typed for this order, and only where it would change what the patient is told."""
        if not draft.details.get("address_changed"):
            return False
        inside, outside = self.checks(draft, outside_region=False), self.checks(draft, outside_region=True)
        return any(a.tell != b.tell for a, b in zip(inside, outside, strict=True))

    def mobile_matters(self, draft: Draft) -> bool:
        """Whether somebody will call or write to the mobile: without one, something would be missing or different."""
        return any(
            a.missing != b.missing or a.tell != b.tell
            for a, b in zip(self.checks(draft), self.checks(draft, mobile=None), strict=True)
        )

    def tell(self, draft: Draft) -> tuple[str, ...]:
        """Message codes that the patient must hear before saying yes."""
        return tuple(dict.fromkeys(code for check in self.checks(draft) for code in check.tell))

    # What is known of the people

    @property
    def sms_detail(self) -> SmsDetail:
        return self.person.sms_detail or self.default_sms_detail

    @property
    def names_products(self) -> bool:
        """False where an SMS may tell no more than the numbers of the prescription lines."""
        return self.visit.channel != "sms" or self.sms_detail != "neutral"

    @property
    def contact_mobile(self) -> str | None:
        return self.person.mobile or self.speaker.mobile

    @property
    def by_proxy(self) -> bool:
        """Someone close is ordering for the patient (W11)."""
        return self.speaker.id != self.person.id

    def known_details(self, option: str) -> dict[str, Any]:
        """What need not be asked, since it is read back: the registered mobile, for options that use one."""
        return {"mobile": self.contact_mobile} if self.contact_mobile else {}

    def last_delivery(self, draft: Draft) -> Order | None:
        """The newest order made here whose way of delivery fits this draft."""
        options = self.options(draft)
        return next((order for order in self.orders if order.option in options and order.channel != "elsewhere"), None)

    def variants_in_stock(self, line_id: int) -> list[Variant]:
        return [variant for variant in self.states[line_id].line.article.variants if variant.in_stock]

    def label(self, line: Line) -> str:
        """What the line may be called in this visit."""
        visit, kind = self.visit, line.article.product
        others = [state.line for state in self.states.values() if state.line.id != line.id]
        return wording.product(
            line,
            channel=visit.channel,
            detail=self.sms_detail,
            language=visit.language,
            also_another=any(other.article.product == kind for other in others),
        )

    def described(self, line: Line, packages: int, variants: dict[str, int]) -> str:
        """ "10 näringsdryck (4 choklad och 6 vanilj)", as far as this channel may say it."""
        text = self.label(line)
        if packages:
            text = wording.packages(packages, text, self.visit.language)
        return f"{text} ({self.flavours(line.article, variants)})" if variants else text

    def flavours(self, article: Article, chosen: dict[str, int]) -> str:
        """ "4 choklad och 6 vanilj"; "4 och 6" where no product may be named: flavours tell what it is."""
        if self.names_products:
            return wording.flavours(article, chosen, self.visit.language)
        return wording.listing(map(str, chosen.values()), self.visit.language)

    def flavour_asked(self, line: DraftLine) -> str | None:
        """The flavour whose amount is asked for, as this channel may name it."""
        variants = self.states[line.line_id].line.article.variants
        asked = next((variant for variant in variants if variant.code == line.flavour), None)
        if asked is None:
            return None
        language = self.visit.language
        return wording.flavour(asked, language) if self.names_products else wording.that_kind(language)

    def counted(self, number: int, what: str) -> str:
        return wording.counted(number, what, self.visit.language)

    def worded(self, day: date) -> str:
        return wording.day(day, self.visit.language, today=self.day)

    # Questions

    @property
    def question(self) -> str | None:
        return next_question(self.draft, self, visit_id=self.visit.id)

    @property
    def current(self) -> DraftLine | None:
        return current_line(self.draft, self) if self.draft else None

    def drop_lines_no_longer_possible(self) -> list[LineState]:
        """Takes out of the draft what can no longer be taken (ordered elsewhere, expired meanwhile)."""
        if self.draft is None:
            return []
        gone = [
            line
            for line in self.draft.lines
            if line.line_id not in self.states or not self.states[line.line_id].decision.allowed
        ]
        self.draft.lines = [line for line in self.draft.lines if line not in gone]
        return [self.states[line.line_id] for line in gone if line.line_id in self.states]


async def load(
    tx: Transaction, book: Rulebook, visit: Visit, *, needs: Needs, now: datetime, sms_detail: SmsDetail = "short"
) -> PatientCase:
    """The case of the visit's patient, for a use case that asks for `needs`.

    `sms_detail` is the service's setting, for patients who have none of their own.
    Raises NotProved (also for whom nobody may know of, and where the right to speak for the patient has ended) and
    NotTheirs.
    """
    if visit.person_id is None:
        raise NotProved
    person = await tx.people.get(visit.person_id)
    other = visit.speaker_id is not None and visit.speaker_id != person.id
    speaker = await tx.people.get(visit.speaker_id) if other and visit.speaker_id else person
    may = await rights(tx, book, patient=person, speaker=speaker, day=now.astimezone(STOCKHOLM).date())
    if may is None:
        raise NotProved
    check(visit, may, needs)
    return PatientCase(
        book=book,
        visit=visit,
        person=person,
        speaker=speaker,
        may=may,
        default_sms_detail=sms_detail,
        lines=await tx.people.lines(visit.person_id),
        orders=await tx.orders.of_person(visit.person_id),
        row=await tx.orders.draft(visit.person_id),
        now=now,
    )


async def save(tx: Transaction, case: PatientCase) -> bool:
    """Writes the draft. False: it was changed on another channel meanwhile."""
    if case.draft is None:
        if case.row is not None:
            await tx.orders.drop_draft(case.person.id)
            case.row = None
        return True
    row = await tx.orders.save_draft(
        case.person.id, case.draft.to_json(), version=case.row.version if case.row else None, now=case.now
    )
    if row is not None:
        case.row = row
    return row is not None

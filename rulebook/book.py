"""The rulebook as everyone else sees it: one method per question, by region and day."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from rulebook import decisions, delivery_decisions, fees, opening_hours, orders, people
from rulebook.errors import UnknownRegion
from rulebook.facts import (
    STOCKHOLM,
    Actor,
    Amount,
    Article,
    DeliveryDetails,
    Line,
    Person,
    Prescriber,
    Want,
    Withdrawn,
)
from rulebook.parameter_files import DatedParameter, RegionParameters, read_folder
from rulebook.parameter_values import Parameters
from rulebook.situations import Situation, first_fit
from rulebook.verdict import (
    Complaint,
    CustomerService,
    Decision,
    DeliveryCheck,
    DeliveryDay,
    Fee,
    Opening,
    Overdue,
    Prescribing,
    SameAgain,
)
from rulebook.working_days import is_working_day

_PARAMETERS = Path(__file__).parent / "parameters"


def _local(moment: datetime) -> datetime:
    """A moment without a zone is local already."""
    return moment if moment.tzinfo is None else moment.astimezone(STOCKHOLM)


class Rulebook:
    """Every method is pure: same arguments, same answer. A region that has no file raises UnknownRegion."""

    def __init__(self, regions: dict[str, RegionParameters]) -> None:
        self._regions = regions

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(self._regions)

    def region_name(self, region: str) -> str:
        return self._region(region).name

    def _region(self, region: str) -> RegionParameters:
        try:
            return self._regions[region]
        except KeyError:
            raise UnknownRegion(region) from None

    def _on(self, region: str, day: date) -> Parameters:
        return self._region(region).on(day)

    # Withdrawals and orders

    def withdraw(
        self,
        *,
        region: str,
        day: date,
        person: Person,
        line: Line,
        history: Sequence[Withdrawn],
        want: Want,
        actor: Actor = Actor(),  # noqa: B008  (frozen)
        on_the_way: bool = False,
    ) -> Decision:
        """May this line be withdrawn from on this day (W1-W7, W10, V1-V4, P2, P8, P12, I5)?

        `on_the_way`: the same article is under way on another line. A protected person's decision carries nothing.
        """
        return decisions.withdraw(
            self._on(region, day),
            day=day,
            person=person,
            line=line,
            history=history,
            want=want,
            actor=actor,
            on_the_way=on_the_way,
        )

    def same_as_last_time(self, *, line: Line, history: Sequence[Withdrawn]) -> SameAgain:
        """What was chosen last time on this line, and what of it is gone (V5)."""
        return decisions.same_as_last_time(line=line, history=history)

    def split(self, payers: Sequence[str]) -> list[list[int]]:
        """Indexes of the lines of each order: one order per payer (W9)."""
        return orders.group_by_payer(payers)

    def change(self, *, status: str, what: str) -> Decision:
        """May the order still be changed (W8, D30)? `what`: cancel, address, option or notification, all alike."""
        return decisions.change(status=status)

    # Delivery

    def delivery_options(
        self, *, region: str, day: date, area: str, article: Article, prescription_type: str | None = None
    ) -> frozenset[str]:
        """What a patient may choose (D1, D5, D20, D24, D25)."""
        case = delivery_decisions.situation(area, article, prescription_type=prescription_type)
        return delivery_decisions.options(self._on(region, day), case)

    def delivery_check(
        self,
        *,
        region: str,
        day: date,
        area: str,
        article: Article,
        option: str,
        person: Person,
        details: DeliveryDetails,
    ) -> DeliveryCheck:
        """Is the delivery allowed and complete, what must be told, and whose name is on it (D2-D11, D21-D31, D34)?

        Options that only staff choose are judged too. For an option that is not offered, nothing else is answered.
        """
        return delivery_decisions.check(
            self._on(region, day), day=day, area=area, article=article, option=option, person=person, details=details
        )

    def delivery_day(
        self,
        *,
        region: str,
        area: str,
        article: Article,
        option: str,
        ordered: datetime,
        prescription_type: str | None = None,
    ) -> DeliveryDay:
        """First and last day to promise (D15, D18, D20-D25). `ordered` is local, or has a zone."""
        local = _local(ordered)
        case = delivery_decisions.situation(area, article, prescription_type=prescription_type, option=option)
        return delivery_decisions.expected(self._on(region, local.date()), case=case, ordered=local)

    def overdue(
        self,
        *,
        region: str,
        day: date,
        area: str,
        article: Article,
        ordered: date,
        status: str,
        prescription_type: str | None = None,
    ) -> Overdue:
        """Is the order late on this day, and must the patient be contacted (D16, D17)?"""
        case = delivery_decisions.situation(area, article, prescription_type=prescription_type)
        return delivery_decisions.overdue(
            self._on(region, day), day=day, case=case, article=article, ordered=ordered, status=status
        )

    def urgent(self, *, region: str, day: date, asked_by: str, article: Article) -> Decision:
        """May urgent delivery be asked for (D12, D13)? `asked_by` is patient, prescriber or orderer."""
        return decisions.urgent(self._on(region, day), asked_by=asked_by, article=article)

    def joint(self, *, region: str, day: date, areas: Collection[str], customer_numbers: Collection[str]) -> Decision:
        """May these go in one joint delivery (D14)?"""
        return decisions.joint(self._on(region, day), areas=areas, customer_numbers=customer_numbers)

    def carriers(self, *, region: str, day: date, area: str) -> tuple[str, ...]:
        """Whose pickup points are used (D8, D23, D33)."""
        return first_fit(self._on(region, day).carriers, Situation(area=area)) or ()

    # Money

    def fee(
        self,
        *,
        region: str,
        day: date,
        person: Person,
        area: str,
        prescription_type: str | None,
        article: Article,
        packages: int = 1,
    ) -> Fee:
        """The patient's fee (F1-F6). A fee per withdrawal is charged once per order and prescription type."""
        case = replace(
            delivery_decisions.situation(area, article, prescription_type=prescription_type),
            age=people.age_on(person.born, day),
            asylum_seeker=person.asylum_seeker,
        )
        row = first_fit(self._on(region, day).fees, case)
        return Fee() if row is None else Fee(fees.kronor(row, article.price_kr, packages), row.per)

    # Prescriptions and complaints

    def prescribe(
        self,
        *,
        region: str,
        day: date,
        prescriber: Prescriber,
        person: Person,
        area: str,
        article: Article,
        amount: Amount,
        prescription_type: str | None = None,
    ) -> Prescribing:
        """May this be prescribed, and how much is it (P1, P3, P5-P7, P11)?"""
        return decisions.prescribe(
            self._on(region, day),
            day=day,
            prescriber=prescriber,
            person=person,
            area=area,
            prescription_type=prescription_type,
            article=article,
            amount=amount,
        )

    def complain(
        self,
        *,
        region: str,
        day: date,
        kind: str,
        article: Article,
        discovered: date | None = None,
        leftover: bool = False,
    ) -> Complaint:
        """Where a complaint goes (C1-C5). `kind` is one of complaints.KINDS."""
        return decisions.complain(
            self._on(region, day), day=day, kind=kind, article=article, discovered=discovered, leftover=leftover
        )

    # Customer service

    def opening(self, *, region: str, at: datetime) -> Opening:
        """Is customer service open (S1, S3)? `at` is local, or has a zone; `opens` comes back in local time."""
        local = _local(at)
        hours = self._on(region, local.date()).opening_hours
        if hours is None:
            return Opening()
        opens = opening_hours.next_opening(hours, local, is_working_day)
        return Opening(opens is None, opens)

    def customer_service(self, *, region: str, day: date) -> CustomerService:
        """How to reach customer service (S1-S3). `hours` None: unknown, say the number only."""
        here = self._on(region, day)
        return CustomerService(
            phone=here.customer_service.phone,
            email=here.customer_service.email,
            hours=here.opening_hours,
            phone_prescribers=here.customer_service.phone_prescribers,
            menu=here.phone_menu,
            busy=here.busy_times,
        )

    # Parameters

    def parameter(self, region: str, day: date, key: str) -> Any:
        """The value of that day as written in the file (G1), None where there is none. UnknownParameter otherwise."""
        return self.history(region, key).on(day).plain

    def history(self, region: str, key: str) -> DatedParameter:
        """Every value the parameter has had, with source and who decided (G1, G2)."""
        return self._region(region).dated(key)

    def areas(self, region: str, day: date) -> tuple[str, ...]:
        return self._on(region, day).areas

    def prescription_types(self, region: str, day: date) -> tuple[str, ...]:
        return self._on(region, day).prescription_types


@lru_cache(maxsize=4)
def load_rulebook(folder: Path = _PARAMETERS) -> Rulebook:
    """The checked rulebook, read once. Raises RulebookError naming file, path and reason."""
    return Rulebook(read_folder(folder))

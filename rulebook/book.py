"""The rulebook as everyone else sees it: one method per question, by region and day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from rulebook import articles as search
from rulebook import decisions, delivery_decisions, people, prescribing_decisions, prescriptions, working_days
from rulebook.catalogue import catalogue
from rulebook.facts import (
    STOCKHOLM,
    Actor,
    Amount,
    Article,
    DeliveryDetails,
    Line,
    ListedArticle,
    Person,
    Prescriber,
    Want,
    Withdrawn,
)
from rulebook.parameter_files import read_folder
from rulebook.regions_book import RegionsBook
from rulebook.situations import Situation, first_fit
from rulebook.verdict import (
    Answer,
    Complaint,
    Copy,
    Decision,
    DeliveryCheck,
    DeliveryDay,
    DeliveryOptions,
    Exemption,
    Fee,
    FeesCharged,
    Opening,
    Overdue,
    Prescribing,
    Registration,
    SameAgain,
    Split,
)

_PARAMETERS = Path(__file__).parent / "parameters"


def _local(moment: datetime) -> datetime:
    """A moment without a zone is local already."""
    return moment if moment.tzinfo is None else moment.astimezone(STOCKHOLM)


class Rulebook(RegionsBook):
    """Every method is pure: same arguments, same answer. A region that has no file raises UnknownRegion.

    An answer says by which rules, numbers and sources it came about (verdict.Answer); a refusal is an answer too.
    """

    def _situation(
        self,
        region: str,
        day: date,
        area: str,
        article: Article,
        prescription_type: str | None,
        option: str | None = None,
    ) -> Situation:
        """What rows are chosen by. A type that is not said is the one that the article's subgroup belongs to (P10)."""
        of_types = self._on(region, day).prescription_subgroups
        return delivery_decisions.situation(
            area,
            article,
            prescription_type=prescription_type or search.type_of(article.subgroup, of_types),
            option=option,
        )

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
        decision = decisions.withdraw(
            self._on(region, day),
            day=day,
            person=person,
            line=line,
            history=history,
            want=want,
            actor=actor,
            on_the_way=on_the_way,
        )
        return self._sourced(region, day, "withdraw", decision)

    def same_as_last_time(self, *, line: Line, history: Sequence[Withdrawn]) -> SameAgain:
        """What was chosen last time on this line, and what of it is gone (V5)."""
        return _everywhere(decisions.same_as_last_time(line=line, history=history))

    def split(self, payers: Sequence[str]) -> Split:
        """Which lines make one order: those with the same payer (W9)."""
        return _everywhere(decisions.split(payers))

    def change(self, *, status: str, what: str) -> Decision:
        """May the order still be changed (W8, D30)? `what`: cancel, address, option or notification, all alike."""
        return _everywhere(decisions.change(status=status))

    def still_represents(self, *, region: str, day: date, kind: str, until: date | None, born: date | None) -> bool:
        """May somebody registered for a patient (born then) still speak for them on the day (W11)?"""
        age, adult_age = people.age_on(born, day), self._on(region, day).adult_age
        return people.still_represents(kind, until, day, age=age, adult_age=adult_age)

    # Delivery

    def delivery_options(
        self, *, region: str, day: date, area: str, article: Article, prescription_type: str | None = None
    ) -> DeliveryOptions:
        """What a patient may choose (D1, D5, D20, D24, D25)."""
        case = self._situation(region, day, area, article, prescription_type)
        return self._sourced(region, day, "delivery_options", delivery_decisions.options(self._on(region, day), case))

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
        check = delivery_decisions.check(
            self._on(region, day), day=day, area=area, article=article, option=option, person=person, details=details
        )
        return self._sourced(region, day, "delivery_check", check)

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
        case = self._situation(region, local.date(), area, article, prescription_type, option)
        day = local.date()
        return self._sourced(
            region, day, "delivery_day", delivery_decisions.expected(self._on(region, day), case=case, ordered=local)
        )

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
        case = self._situation(region, day, area, article, prescription_type)
        answer = delivery_decisions.overdue(
            self._on(region, day), day=day, case=case, article=article, ordered=ordered, status=status
        )
        return self._sourced(region, day, "overdue", answer)

    def overdue_order(
        self,
        *,
        region: str,
        day: date,
        items: Iterable[tuple[str, Article, str | None]],
        ordered: date,
        status: str,
    ) -> Overdue:
        """The same for a whole order; `items`: area, article and prescription type of each line (D16, D17)."""
        answers = [
            self.overdue(
                region=region,
                day=day,
                area=area,
                article=article,
                ordered=ordered,
                status=status,
                prescription_type=prescription_type,
            )
            for area, article, prescription_type in items
        ]
        return self._sourced(region, day, "overdue", delivery_decisions.overdue_together(answers))

    def urgent(self, *, region: str, day: date, asked_by: str, article: Article) -> Decision:
        """May urgent delivery be asked for (D12, D13)? `asked_by` is patient, prescriber or orderer."""
        return self._sourced(
            region, day, "urgent", decisions.urgent(self._on(region, day), asked_by=asked_by, article=article)
        )

    def joint(self, *, region: str, day: date, areas: Collection[str], customer_numbers: Collection[str]) -> Decision:
        """May these go in one joint delivery (D14)?"""
        answer = decisions.joint(self._on(region, day), areas=areas, customer_numbers=customer_numbers)
        return self._sourced(region, day, "joint", answer)

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
            self._situation(region, day, area, article, prescription_type),
            age=people.age_on(person.born, day),
            asylum_seeker=person.asylum_seeker,
        )
        answer = decisions.fee(self._on(region, day), case=case, price_kr=article.price_kr, packages=packages)
        return self._sourced(region, day, "fee", answer)

    def fees_charged(self, *, region: str, day: date, amounts: Iterable[int | None]) -> FeesCharged:
        """The fees of the patient's orders together, in kronor; None where an order's fee is not known (F8)."""
        return self._sourced(region, day, "fees_charged", decisions.fees_charged(amounts))

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
        unit: str | None = None,
    ) -> Prescribing:
        """May this be prescribed, how much is it, and what does it cost (P1, P3-P7, P11, P17, P18)?

        `unit`: the customer number of the unit that prescribes.
        """
        case = replace(
            self._situation(region, day, area, article, prescription_type), age=people.age_on(person.born, day)
        )
        answer = prescribing_decisions.prescribe(
            self._on(region, day),
            prescriber=prescriber,
            case=case,
            article=article,
            amount=amount,
            unit=unit,
            hidden=people.is_hidden(person),
        )
        return self._sourced(region, day, "prescribe", answer)

    def copy(self, *, region: str, day: date, line: Line, history: Sequence[Withdrawn]) -> Copy:
        """May the line be copied to a new prescription, and with what filled in (P8, P9)?"""
        answer = prescribing_decisions.copy(self._on(region, day), day=day, line=line, history=history)
        return self._sourced(region, day, "copy", answer)

    def exemption(
        self, *, region: str, day: date, given: Collection[str], last_prescribed: date | None = None
    ) -> Exemption:
        """May an article outside the range be ordered, by what the form holds (P14)?"""
        answer = prescribing_decisions.exemption(
            self._on(region, day), day=day, given=given, last_prescribed=last_prescribed
        )
        return self._sourced(region, day, "exemption", answer)

    def find_articles(
        self,
        *,
        region: str,
        day: date,
        articles: Iterable[ListedArticle],
        query: str,
        prescription_type: str | None = None,
        subgroup: str | None = None,
    ) -> list[ListedArticle]:
        """Articles by number or parts of the name, of the type and subgroup (P10, P13)."""
        of_types = self._on(region, day).prescription_subgroups
        return search.found(articles, query, subgroups=search.subgroups_of(prescription_type, subgroup, of_types))

    def is_customer_number(self, *, region: str, day: date, unit: str) -> bool:
        """Whether a prescribing unit can have this number (P16)."""
        return prescriptions.is_customer_number(unit, self._on(region, day).customer_number_digits)

    def registration(
        self,
        *,
        region: str,
        day: date,
        who: str,
        born: date | None = None,
        name: str | None = None,
        card_valid_until: date | None = None,
    ) -> Registration:
        """How somebody whom the population register does not give is registered, and with what right to care
        (I2-I6, I9-I11). `who` is one of facts.WITHOUT_FULL_RECORD."""
        answer = prescribing_decisions.registration(
            self._on(region, day),
            day=day,
            who=who,
            age=people.age_on(born, day),
            name=name,
            card_valid_until=card_valid_until,
        )
        return self._sourced(region, day, "registration", answer)

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
        answer = decisions.complain(
            self._on(region, day), day=day, kind=kind, article=article, discovered=discovered, leftover=leftover
        )
        return self._sourced(region, day, "complain", answer)

    # Customer service

    def opening(self, *, region: str, at: datetime) -> Opening:
        """Is customer service open (S1, S3)? `at` is local, or has a zone; `opens` comes back in local time."""
        local = _local(at)
        day = local.date()
        return self._sourced(region, day, "opening", decisions.opening(self._on(region, day), local=local))

    @staticmethod
    def day_off_named(words: str, after: date) -> date | None:
        """The next public holiday or eve that the words name, in Swedish or English."""
        return working_days.day_off_named(words, after)


def _everywhere[A: Answer](answer: A) -> A:
    """An answer of the ordering system itself, the same in every region."""
    return replace(answer, sources=tuple(source for rule in answer.rules for source in catalogue()[rule].sources))


@lru_cache(maxsize=4)
def load_rulebook(folder: Path = _PARAMETERS) -> Rulebook:
    """The checked rulebook, read once. Raises RulebookError naming file, path and reason."""
    return Rulebook(read_folder(folder))

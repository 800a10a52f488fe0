"""Patients for use case tests, made by hand; the rules are the real ones."""

from datetime import UTC, date, datetime
from typing import Any

from ordering.draft import Draft
from ordering.model import Address, Article, DraftRow, Line, Order, OrderLine, Person, Variant, Visit
from ordering.use_cases.edit_draft import edit
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.picked_answers import Edit
from ordering.use_cases.said import Message
from rulebook import Rulebook, load_rulebook

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)

DRINK = Article(
    number="32681",
    region="vg",
    name="Fruktdryck 200 ml (välj smak vid uttag)",
    product="näringsdryck",
    area="nutrition",
    variants=(
        Variant("strawberry", "jordgubb"),
        Variant("chocolate", "choklad"),
        Variant("vanilla", "vanilj"),
        Variant("coffee", "kaffe", in_stock=False),
    ),
)
STRIPS = Article(number="10001", region="vg", name="Teststickor 50 st", product="testremsa", area="diabetes")
LANCETS = Article(number="10003", region="vg", name="Lansetter 200 st", product="lansetter", area="diabetes")
SENSOR = Article(number="10002", region="vg", name="Sensor 14 dagar", product="sensor", area="diabetes", kind="cgm")

PERSON = Person(
    id=1,
    region="vg",
    identity_number="198501012382",
    given_name="Karin",
    family_name="Ek",
    born=date(1985, 1, 1),
    address=Address("Ågatan 2", "54130", "Skövde"),
    mobile="+46701740605",
    email="karin@example.se",
)


def line(line_id: int, article: Article, *, packages: int = 10, payer: str = "A", **changed: Any) -> Line:
    values: dict[str, Any] = {
        "written": date(2026, 1, 1),
        "days_per_withdrawal": 30,
        "withdrawals": 6,
        "packages_per_withdrawal": packages,
    } | changed
    return Line(
        id=line_id, person_id=1, number=line_id, article=article, unit="602154", unit_name="VC", payer=payer, **values
    )


def order(taken: list[OrderLine], *, day: date, status: Any = "delivered", **changed: Any) -> Order:
    values: dict[str, Any] = {
        "id": 7,
        "number": "1234567",
        "person_id": 1,
        "region": "vg",
        "status": status,
        "payer": "A",
        "channel": "elsewhere",
        "ordered_by": None,
        "day": day,
        "confirmed_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        "option": "outside_door",
        "details": {},
        "lines": tuple(taken),
    } | changed
    return Order(**values)


def visit(**changed: Any) -> Visit:
    values: dict[str, Any] = {
        "id": 3,
        "thread_id": 1,
        "region": "vg",
        "channel": "chat",
        "sender_id": "s",
        "turns": 0,
        "started_at": NOW,
        "last_at": NOW,
        "person_id": 1,
        "speaker_id": 1,
        "proof": "code",
    } | changed
    return Visit(**values)


def make_case(
    lines: list[Line],
    orders: list[Order] | None = None,
    *,
    draft: Draft | None = None,
    person: Person = PERSON,
    speaker: Person | None = None,
    now: datetime = NOW,
    book: Rulebook | None = None,
    **visit_fields: Any,
) -> PatientCase:
    row = DraftRow(id=9, person_id=1, version=1, content=draft.to_json()) if draft else None
    return PatientCase(
        book=book or load_rulebook(),
        visit=visit(**visit_fields),
        person=person,
        lines=lines,
        orders=orders or [],
        row=row,
        now=now,
        speaker=speaker or person,
        default_sms_detail="short",
    )


class Talk:
    """Says things to a case one after the other, as Rasa would pass them on."""

    def __init__(self, case: PatientCase) -> None:
        self.case = case
        self.count = 0

    def say(self, intent: str = "inform", *entities: tuple[str, str], text: str = "") -> Edit:
        if self.count and self.question:
            self.case.visit.state["asked"] = self.question  # as the gateway notes it
        self.count += 1
        found = [{"entity": name, "value": value} for name, value in entities]
        return edit(self.case, Message(id=f"m{self.count}", intent=intent, entities=found, text=text))

    def pick(self, choice: str) -> Edit:
        return self.say("inform", ("choice", choice))

    @property
    def question(self) -> str | None:
        return self.case.question

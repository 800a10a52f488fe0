"""People, who they represent, and their prescription lines."""

from dataclasses import asdict, replace
from typing import Any, cast

from sqlalchemy import Row, bindparam, delete, exists, insert, select, update

from ordering.model import Address, Article, Line, Person, Representation, Right, SmsDetail, Variant
from ordering.store.connection import Work
from ordering.store.tables import articles, lifted_blocks, lines, payers, people, representatives, units

_PERSON = select(*people.c)
_BY_ID = _PERSON.where(people.c.id == bindparam("person_id"))
_BY_IDENTITY = _PERSON.where(
    people.c.region == bindparam("region"), people.c.identity_number == bindparam("identity_number")
)
_BY_MOBILE = _PERSON.where(people.c.region == bindparam("region"), people.c.mobile == bindparam("mobile")).order_by(
    people.c.id
)
_WITH_REPRESENTATION = _PERSON.add_columns(*representatives.c)
_REPRESENTED = (
    _WITH_REPRESENTATION.join(representatives, representatives.c.patient_id == people.c.id)
    .where(representatives.c.representative_id == bindparam("person_id"))
    .order_by(people.c.id)
)
_REPRESENTATIVES = (
    _WITH_REPRESENTATION.join(representatives, representatives.c.representative_id == people.c.id)
    .where(representatives.c.patient_id == bindparam("person_id"))
    .order_by(people.c.id)
)
_THE_TWO = (
    representatives.c.patient_id == bindparam("patient"),
    representatives.c.representative_id == bindparam("representative"),
)
_REPRESENTATION = select(*representatives.c).where(*_THE_TWO)
_END_REPRESENTATION = delete(representatives).where(*_THE_TWO)
_PROTECT = update(people).where(people.c.id == bindparam("person_id")).values(marked_protected=bindparam("hidden"))
_SAVE_ADDRESS = (
    update(people)
    .where(people.c.id == bindparam("person_id"))
    .values(own_street=bindparam("new_street"), own_postal_code=bindparam("new_code"), own_city=bindparam("new_city"))
)
_SAVE_LANGUAGE = (
    update(people).where(people.c.id == bindparam("person_id")).values(own_language=bindparam("new_language"))
)
_SAVE_SMS_DETAIL = (
    update(people).where(people.c.id == bindparam("person_id")).values(own_sms_detail=bindparam("new_detail"))
)
_LINES = (
    select(
        lines.c.id,
        lines.c.person_id,
        lines.c.number,
        lines.c.unit,
        lines.c.written,
        lines.c.days_per_withdrawal,
        lines.c.withdrawals,
        lines.c.packages_per_withdrawal,
        lines.c.prescription_type,
        lines.c.voided,
        exists().where(lifted_blocks.c.line_id == lines.c.id, lifted_blocks.c.order_id.is_(None)).label("block_lifted"),
        units.c.name.label("unit_name"),
        payers.c.payer,
        articles.c.number.label("article_number"),
        articles.c.region,
        articles.c.name.label("article_name"),
        articles.c.product,
        articles.c.area,
        articles.c.kind,
        articles.c.subgroup,
        articles.c.supplier,
        articles.c.supplier_contact,
        articles.c.pieces_per_package,
        articles.c.price_kr,
        articles.c.supplier_number,
        articles.c.warn_above,
        articles.c.stocked,
        articles.c.variants,
    )
    .join(articles, articles.c.id == lines.c.article_id)
    .join(payers, (payers.c.unit == lines.c.unit) & (payers.c.area == lines.c.area))
    .join(units, units.c.customer_number == lines.c.unit)
    .where(lines.c.person_id == bindparam("person_id"))
    .order_by(lines.c.number)
)


class SqlPeople:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, person_id: int) -> Person:
        """LookupError when there is none."""
        person = await self.find(person_id)
        if person is None:
            raise LookupError(f"no person with id {person_id}")
        return person

    async def find(self, person_id: int) -> Person | None:
        return await self._one(_BY_ID, person_id=person_id)

    async def by_identity(self, region: str, identity_number: str) -> Person | None:
        return await self._one(_BY_IDENTITY, region=region, identity_number=identity_number)

    async def by_mobile(self, region: str, mobile: str) -> list[Person]:
        rows = await self._work.read(_BY_MOBILE, {"region": region, "mobile": mobile})
        return [_person(row) for row in rows]

    async def represented_by(self, person_id: int) -> list[tuple[Person, Representation]]:
        rows = await self._work.read(_REPRESENTED, {"person_id": person_id})
        return [(_person(row), _representation(row)) for row in rows]

    async def representatives_of(self, person_id: int) -> list[tuple[Person, Representation]]:
        rows = await self._work.read(_REPRESENTATIVES, {"person_id": person_id})
        return [(_person(row), _representation(row)) for row in rows]

    async def representation(self, *, patient_id: int, representative_id: int) -> Representation | None:
        the_two = {"patient": patient_id, "representative": representative_id}
        row = (await self._work.read(_REPRESENTATION, the_two)).first()
        return None if row is None else _representation(row)

    async def represent(self, representation: Representation) -> None:
        one = asdict(representation)
        await self.end_representation(patient_id=one["patient_id"], representative_id=one["representative_id"])
        await self._work.write(insert(representatives), one | {"may": ",".join(sorted(one["may"]))})
        self._work.changed(representation.patient_id, "representatives")

    async def end_representation(self, *, patient_id: int, representative_id: int) -> bool:
        the_two = {"patient": patient_id, "representative": representative_id}
        if not (await self._work.write(_END_REPRESENTATION, the_two)).rowcount:
            return False
        self._work.changed(patient_id, "representatives")
        return True

    async def add(self, person: Person) -> Person:
        values = {column.name: getattr(person, column.name) for column in people.c if hasattr(person, column.name)}
        del values["id"]
        new = await self._work.insert_new(people, values)
        if new is None:
            raise ValueError("there is such a person already")
        self._work.changed(new, "person")
        return replace(person, id=new)

    async def mark_protected(self, person_id: int, *, protected: bool) -> None:
        await self._work.write(_PROTECT, {"person_id": person_id, "hidden": protected})
        self._work.changed(person_id, "person")  # the log must not tell who is protected

    async def lines(self, person_id: int) -> list[Line]:
        rows = await self._work.read(_LINES, {"person_id": person_id})
        return [_line(row) for row in rows]

    async def save_address(self, person_id: int, address: Address | None) -> None:
        await self._work.write(
            _SAVE_ADDRESS,
            {
                "person_id": person_id,
                "new_street": address.street if address else None,
                "new_code": address.postal_code if address else None,
                "new_city": address.city if address else None,
            },
        )
        self._work.changed(person_id, "delivery_address")

    async def save_language(self, person_id: int, language: str) -> None:
        await self._work.write(_SAVE_LANGUAGE, {"person_id": person_id, "new_language": language})
        self._work.changed(person_id, "language")

    async def save_sms_detail(self, person_id: int, detail: SmsDetail | None) -> None:
        await self._work.write(_SAVE_SMS_DETAIL, {"person_id": person_id, "new_detail": detail})
        self._work.changed(person_id, "sms_detail")

    async def _one(self, statement: Any, **parameters: Any) -> Person | None:
        row = (await self._work.read(statement, parameters)).first()
        return None if row is None else _person(row)


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        region=row.region,
        identity_number=row.identity_number,
        given_name=row.given_name,
        family_name=row.family_name,
        born=row.born,
        asylum_seeker=row.asylum_seeker,
        protected=row.protected or row.marked_protected,
        address=_address(row.street, row.postal_code, row.city),
        saved_address=_address(row.own_street, row.own_postal_code, row.own_city),
        co_name=row.co_name,
        door_code=row.door_code,
        mobile=row.mobile,
        email=row.email,
        language=row.own_language or row.language,
        sms_detail=row.own_sms_detail or row.sms_detail,
    )


def _representation(row: Row[Any]) -> Representation:
    may = frozenset(cast("list[Right]", row.may.split(",")))
    return Representation(
        patient_id=row.patient_id,
        representative_id=row.representative_id,
        kind=row.kind,
        may=may,
        until=row.until,
        registered_by=row.registered_by,
        registered_at=row.registered_at,
    )


def _address(street: str | None, postal_code: str | None, city: str | None) -> Address | None:
    if street is None or postal_code is None or city is None:
        return None
    return Address(street, postal_code, city)


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        person_id=row.person_id,
        number=row.number,
        article=Article(
            number=row.article_number,
            region=row.region,
            name=row.article_name,
            product=row.product,
            area=row.area,
            kind=row.kind,
            subgroup=row.subgroup,
            supplier=row.supplier,
            supplier_contact=row.supplier_contact,
            pieces_per_package=row.pieces_per_package,
            price_kr=row.price_kr,
            supplier_number=row.supplier_number,
            warn_above=row.warn_above,
            stocked=row.stocked,
            variants=tuple(Variant(*variant) for variant in row.variants),
        ),
        unit=row.unit,
        unit_name=row.unit_name,
        payer=row.payer,
        written=row.written,
        days_per_withdrawal=row.days_per_withdrawal,
        withdrawals=row.withdrawals,
        packages_per_withdrawal=row.packages_per_withdrawal,
        prescription_type=row.prescription_type,
        voided=row.voided,
        block_lifted=row.block_lifted,
    )

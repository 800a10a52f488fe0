"""From an import document that fits its schema to values, with every further error and where it stands."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import phonenumbers

from ordering.imported import (
    ImportBatch,
    ImportedLine,
    ImportedPart,
    ImportedPerson,
    ImportedUnit,
    ImportedWithdrawal,
    Represents,
)
from ordering.model import RIGHTS, Address, Article, Variant
from rulebook import Rulebook
from rulebook.identity_numbers import IdentityNumber, parse_identity

Errors = list[tuple[str, str]]  # JSON path, reason
Json = dict[str, Any]


def read_batch(document: Json, *, today: date, book: Rulebook) -> tuple[ImportBatch, Errors]:
    """What can be said without the database; import_checks looks at what the file points at, import_rules at the rest.

    Codes that differ between regions are those of the book.
    """
    reader = _Reader(today, book)
    for kind in ("articles", "units", "people", "prescriptions", "withdrawals"):
        for place, one in enumerate(document.get(kind, [])):
            if one["region"] not in book.regions:
                reader.errors.append((f"$.{kind}[{place}].region", f"there are no rules for region {one['region']}"))
    batch = ImportBatch(
        articles=tuple(reader.articles(document.get("articles", []))),
        units=tuple(reader.units(document.get("units", []))),
        people=tuple(reader.people(document.get("people", []))),
        lines=tuple(reader.lines(document.get("prescriptions", []))),
        withdrawals=tuple(reader.withdrawals(document.get("withdrawals", []))),
    )
    return batch, reader.errors


class _Reader:
    def __init__(self, today: date, book: Rulebook) -> None:
        self._today, self._book = today, book
        self._seen: set[tuple[Any, ...]] = set()
        self.errors: Errors = []

    def articles(self, given: list[Json]) -> Iterator[Article]:
        for place, one in enumerate(given):
            where = f"$.articles[{place}]"
            self._once(f"{where}.number", "article", one["region"], one["number"])
            self._area(f"{where}.area", one["region"], one["area"])
            variants = tuple(Variant(v["code"], v["name"], v.get("in_stock", True)) for v in one.get("variants", []))
            for column in ("code", "name"):
                for number, variant in enumerate(variants):
                    self._once(
                        f"{where}.variants[{number}].{column}", f"variant {column}", where, getattr(variant, column)
                    )
            yield Article(**(one | {"variants": variants}))

    def units(self, given: list[Json]) -> Iterator[ImportedUnit]:
        for place, one in enumerate(given):
            where = f"$.units[{place}]"
            self._once(f"{where}.customer_number", "unit", one["customer_number"])
            self._customer_number(f"{where}.customer_number", one["region"], one["customer_number"])
            for area in one["payers"]:
                self._area(f"{where}.payers", one["region"], area)
            yield ImportedUnit(**one)

    def people(self, given: list[Json]) -> Iterator[ImportedPerson]:
        for place, one in enumerate(given):
            where = f"$.people[{place}]"
            identity = self._identity(f"{where}.identity_number", one["identity_number"])
            self._once(f"{where}.identity_number", "person", one["region"], identity.value)
            address = one.get("address")
            yield ImportedPerson(
                region=one["region"],
                identity_number=identity.value,
                given_name=one["given_name"],
                family_name=one["family_name"],
                born=self._born(f"{where}.born", one, identity),
                asylum_seeker=one.get("asylum_seeker", False),
                protected=one.get("protected", False),
                address=Address(**address) if address else None,
                co_name=one.get("co_name"),
                door_code=one.get("door_code"),
                mobile=self._mobile(f"{where}.mobile", one.get("mobile")),
                email=one.get("email"),
                language=one.get("language", "sv"),
                sms_detail=one.get("sms_detail"),
                represents=self._represents(f"{where}.represents", one.get("represents")),
                where=where,
            )

    def _represents(self, where: str, given: list[str | Json] | None) -> tuple[Represents, ...] | None:
        if given is None:
            return None
        found = []
        for number, one in enumerate(given):
            told: Json = {"patient": one} if isinstance(one, str) else one
            patient = self._identity(f"{where}[{number}]", told["patient"]).value
            self._once(f"{where}[{number}]", "patient", where, patient)
            until = self._day(f"{where}[{number}].until", told.get("until"))
            found.append(Represents(patient, told.get("kind", "relative"), frozenset(told.get("may", RIGHTS)), until))
        return tuple(found)

    def lines(self, given: list[Json]) -> Iterator[ImportedLine]:
        for place, prescription in enumerate(given):
            person = self._identity(f"$.prescriptions[{place}].person", prescription["person"]).value
            for number, one in enumerate(prescription["lines"]):
                where = f"$.prescriptions[{place}].lines[{number}]"
                self._once(f"{where}.number", "line of this person", prescription["region"], person, one["number"])
                written = self._must_day(f"{where}.written", one["written"])
                prescription_type = one.get("prescription_type")
                self._type(f"{where}.prescription_type", prescription["region"], written, prescription_type)
                yield ImportedLine(
                    region=prescription["region"],
                    identity_number=person,
                    number=one["number"],
                    article=one["article"],
                    unit=one["unit"],
                    written=written,
                    days_per_withdrawal=one["days_per_withdrawal"],
                    withdrawals=one["withdrawals"],
                    packages_per_withdrawal=one["packages_per_withdrawal"],
                    prescription_type=prescription_type,
                    voided=self._day(f"{where}.voided", one.get("voided")),
                    where=where,
                )

    def withdrawals(self, given: list[Json]) -> Iterator[ImportedWithdrawal]:
        for place, one in enumerate(given):
            where = f"$.withdrawals[{place}]"
            self._once(f"{where}.reference", "withdrawal", one["region"], one["reference"])
            for number, part in enumerate(one["lines"]):
                self._once(f"{where}.lines[{number}].number", "line of this withdrawal", where, part["number"])
            yield ImportedWithdrawal(
                reference=one["reference"],
                region=one["region"],
                identity_number=self._identity(f"{where}.person", one["person"]).value,
                day=self._must_day(f"{where}.day", one["day"]),
                status=one["status"],
                option=one["option"],
                parts=tuple(
                    ImportedPart(part["number"], part["packages"], part.get("variants", {})) for part in one["lines"]
                ),
                delivered_on=self._day(f"{where}.delivered_on", one.get("delivered_on")),
                expected_earliest=self._day(f"{where}.expected_earliest", one.get("expected_earliest")),
                expected_latest=self._day(f"{where}.expected_latest", one.get("expected_latest")),
                fee_kr=one.get("fee_kr"),
                where=where,
            )

    def _area(self, where: str, region: str, area: str) -> None:
        if region in self._book.regions and area not in (areas := self._book.areas(region, self._today)):
            self.errors.append((where, f"must be a product area of the region: {', '.join(areas)} (P11)"))

    def _type(self, where: str, region: str, written: date, prescription_type: str | None) -> None:
        if prescription_type is None or region not in self._book.regions:
            return
        types = self._book.prescription_types(region, written)
        if prescription_type not in types:
            one_of = f"must be a prescription type of the region: {', '.join(types)}"
            self.errors.append((where, f"{one_of if types else 'the region has no prescription types'} (P10)"))

    def _customer_number(self, where: str, region: str, number: str) -> None:
        if region in self._book.regions and not self._book.is_customer_number(
            region=region, day=self._today, unit=number
        ):
            self.errors.append((where, "is no customer number of the region (P16)"))

    def _once(self, where: str, what: str, *key: Any) -> None:
        if (what, *key) in self._seen:
            self.errors.append((where, f"the same {what} stands twice in the file"))
        self._seen.add((what, *key))

    def _identity(self, where: str, text: str) -> IdentityNumber:
        identity = parse_identity(text)
        if identity is None:
            self.errors.append((where, "is no personal, coordination, reserve or LMA number (length or check digit)"))
            return IdentityNumber("personal", text, None)
        return identity

    def _born(self, where: str, one: Json, identity: IdentityNumber) -> date | None:
        given = self._day(where, one.get("born"))
        if given is None and identity.kind == "lma":
            self.errors.append((where, "is missing: an LMA number does not tell the date of birth (I2)"))
        if given and identity.birth_date and given != identity.birth_date:
            self.errors.append((where, "is another day than the identity number tells"))
        return given or identity.birth_date

    def _mobile(self, where: str, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            number = phonenumbers.parse(text, "SE")
        except phonenumbers.NumberParseException:
            number = phonenumbers.PhoneNumber()
        if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
            self.errors.append((where, "is no mobile number"))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _must_day(self, where: str, given: str | Json) -> date:
        return self._day(where, given) or self._today

    def _day(self, where: str, given: str | Json | None) -> date | None:
        if isinstance(given, dict):
            return self._today + timedelta(days=given.get("days_ahead", 0) - given.get("days_ago", 0))
        return date.fromisoformat(given) if given else None

"""Who can be chosen on the demo page."""

from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
import yaml

from ordering.model import Person
from ordering.ports import Stores, Transaction
from ordering.settings import Settings
from rulebook.identity_numbers import parse_identity

SHOWN = Path(__file__).parent / "people.yml"


async def listed(settings: Settings, stores: Stores) -> list[dict[str, Any]]:
    """Those of people.yml who are in the database, in its order."""
    found = []
    async with stores.begin() as tx:
        for entry in _entries():
            number = parse_identity(entry["identity_number"])
            person = await tx.people.by_identity(entry["region"], number.value) if number else None
            if person is not None:
                found.append(await _described(settings, tx, person, entry))
    return found


async def _described(settings: Settings, tx: Transaction, person: Person, entry: dict[str, str]) -> dict[str, Any]:
    # Whoever has no mobile of their own still sits by a phone: the one that their codes go to, or one at home.
    theirs = [who.mobile for who, _ in await tx.people.representatives_of(person.id) if who.mobile]
    phone = person.mobile or (theirs[0] if theirs else entry["home_phone"])
    ours = next(number for number, region in settings.inbound_numbers.items() if region == person.region)
    return {
        "id": person.id,
        "name": person.name,
        "identity_number": entry["identity_number"],
        "phone": phone,
        "has_mobile": person.mobile is not None,
        "region": person.region,
        "region_name": entry["region_name"],
        "our_number": ours,
        "phone_written": _written(phone),
        "our_number_written": _written(ours),
        "title": entry["title"],
        "shows": entry["shows"],
    }


def _written(number: str) -> str:
    """As a Swede writes it: 031-390 06 00."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)


@cache
def _entries() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = yaml.safe_load(SHOWN.read_text(encoding="utf-8"))
    return entries

"""What follows from who someone is? (I2-I6, I9-I11, D31, F6)"""

from datetime import date
from typing import Literal, NamedTuple

from rulebook.facts import Person


class RegistrationRow(NamedTuple):
    """How somebody is registered; see verdict.Registration."""

    by: Literal["form", "customer_service", "not_in_system"]
    approved_by: str | None = None
    unit: str | None = None
    name_ends: str | None = None
    card_must_be_valid: bool = False
    withdrawals: int | None = None
    label: tuple[str, str] | None = None


def age_on(born: date | None, day: date) -> int | None:
    """Whole years. Someone born on 29 February is a year older on 1 March in other years."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def still_represents(kind: str, until: date | None, day: date, *, age: int | None, adult_age: int) -> bool:
    """W11: whether somebody registered for a patient may still speak for them. `until` is the last day; a parent may
    until the child, whose age must be known, is of age."""
    if until is not None and day > until:
        return False
    return kind != "parent" or (age is not None and age < adult_age)


def is_hidden(person: Person) -> bool:
    """I5, I7: nothing about a person with protected identity may be told, not even that there is something."""
    return person.protected


def card_is_valid(valid_until: date | None, day: date) -> bool:
    """I2: an LMA card holds on its last day; one whose last day is not known does not hold."""
    return valid_until is not None and day <= valid_until


def registered_name(name: str, name_ends: str | None) -> str:
    """I3: the name under which somebody without permit is found, with the region's ending put on once."""
    bare = name.strip()
    return bare if name_ends is None or bare.endswith(name_ends) else f"{bare} {name_ends}"

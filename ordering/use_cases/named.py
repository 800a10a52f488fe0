"""The person whom somebody outside the dialogue names by their identity number."""

from ordering.model import Person
from ordering.ports import Transaction
from rulebook.identity_numbers import parse_identity


async def named(tx: Transaction, region: str, identity_number: str) -> Person | None:
    """None: the region has no such person, or it is no identity number. Protected people are found as all others."""
    identity = parse_identity(identity_number)
    return await tx.people.by_identity(region, identity.value) if identity else None


async def known(tx: Transaction, region: str, identity_number: str) -> Person | None:
    """None too where nobody may know that there is such a person (I5)."""
    person = await named(tx, region, identity_number)
    return None if person is None or person.protected else person

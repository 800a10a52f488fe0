"""Customer service goes past the block of an article on its way, for one withdrawal (W6), with a recorded reason."""

from datetime import datetime
from typing import Literal

from ordering.ports import Transaction
from ordering.use_cases.access_log import Reader
from ordering.use_cases.named import known
from rulebook.facts import UNDER_WAY
from rulebook.identity_numbers import find_numbers
from rulebook.parameter_forms import Malformed


async def lift_block(
    tx: Transaction, reader: Reader, *, region: str, identity_number: str, line: int, reason: str, now: datetime
) -> Literal["unknown_line", "nothing_to_lift"] | None:
    """None: lifted; lifted again before it is used it is one all the same. Raises Malformed for a reason that holds
    somebody's number."""
    if find_numbers(reason):
        raise Malformed("reason", "holds an identity number")
    person = await known(tx, region, identity_number)
    lines = await tx.people.lines(person.id) if person else []
    found = next((one for one in lines if one.number == line), None)
    if person is None:
        return "unknown_line"
    # Also what is refused tells something of the person.
    await tx.access_log.add(reader.of(person, "orders" if found else "prescriptions", now=now))
    if found is None:
        return "unknown_line"
    blocking = [
        order
        for order in await tx.orders.of_person(person.id)
        if order.status in UNDER_WAY and any(one.article_number == found.article.number for one in order.lines)
    ]
    if not blocking:
        return "nothing_to_lift"
    tx.access_log.acting(reader)
    if not found.block_lifted:
        await tx.orders.lift_block(found, reason=reason, by=reader.name, now=now)
    return None

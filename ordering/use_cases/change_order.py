"""Changes to an order after the yes (W8, D30).

While it is not sent it becomes the order being made again, beside the old one, which holds until the changed one has
got its yes: a patient who leaves in the middle loses nothing, and the undo window is not stretched. When it has been
sent the wish is written down for customer service; when it is out for delivery nothing can be changed.
"""

from dataclasses import replace
from typing import Literal

from ordering.draft import Draft, DraftLine
from ordering.local_time import STOCKHOLM
from ordering.model import Complaint, Order
from ordering.ports import Sealer, Transaction
from ordering.use_cases.complain import LONGEST
from ordering.use_cases.complain_mail import MAIL, mail
from ordering.use_cases.patient_case import PatientCase, save
from ordering.use_cases.said import Say
from rulebook.facts import UNDER_WAY

What = Literal["address", "option", "cancel", "amount"]
KIND = "change_wish"


def under_way(case: PatientCase, number: str | None = None) -> Order | None:
    """The newest order under way, or the one with that number."""
    return next((o for o in case.orders if o.status in UNDER_WAY and number in (None, o.number)), None)


def may_change(case: PatientCase, order: Order, what: What = "address") -> bool:
    return case.book.change(status=order.status, what=what).allowed


def ask_to_change(case: PatientCase) -> list[Say]:
    """Offered to somebody who can order nothing more, but can still change what was just ordered."""
    order = under_way(case)
    if order is None or not may_change(case, order) or not _takes_known_lines(case, order):
        return []
    return [Say("utter_ask_change_order", {"number": order.number})]


def reopen(case: PatientCase, order: Order) -> list[Say]:
    """Makes the draft of the order, and of those that came of the same yes. Saving is the caller's."""
    together = [o for o in case.orders if o.confirmed_at == order.confirmed_at and may_change(case, o)]
    together = [o for o in together if o.status == "confirmed" and _takes_known_lines(case, o)] or [order]
    details = {name: value for name, value in order.details.items() if name != "label"}
    lines = [
        DraftLine(one.line_id, None if one.variants else one.packages, dict(one.variants), enough=bool(one.variants))
        for o in reversed(together)
        for one in o.lines
    ]
    case.draft = Draft(
        lines=lines,
        lines_done=True,
        option=order.option,
        details=details,
        visit_id=case.visit.id,
        replaces=[o.id for o in together],
    )
    case.reckon()
    until = min((o.send_after for o in together if o.send_after), default=case.now).astimezone(STOCKHOLM)
    return [Say("utter_change_begun", {"number": order.number, "until": f"{until:%H:%M}"})]


def _takes_known_lines(case: PatientCase, order: Order) -> bool:
    return all(one.line_id in case.states for one in order.lines)


def replaced(case: PatientCase) -> list[Order]:
    """The orders that the draft is to replace, as they stand now."""
    ids = case.draft.replaces if case.draft else []
    return [order for order in case.orders if order.id in ids]


async def take_back_replaced(tx: Transaction, case: PatientCase) -> list[Order] | None:
    """Cancels the orders that the draft replaces. None: one of them has been sent, and then none is cancelled."""
    taken: list[Order] = []
    for order in replaced(case):
        if order.status == "cancelled":
            continue
        if not await tx.orders.set_status(order.id, was=("confirmed",), to="cancelled", now=case.now):
            await put_back(tx, case, taken)
            return None
        taken.append(order)
    return taken


async def put_back(tx: Transaction, case: PatientCase, taken: list[Order]) -> None:
    """Undoes `take_back_replaced` within the same transaction."""
    for order in taken:
        await tx.orders.set_status(order.id, was=("cancelled",), to="confirmed", now=case.now)


async def too_late(tx: Transaction, case: PatientCase, *, sealer: Sealer) -> list[Say]:
    """The order was sent while it was being changed: what it was to become goes to customer service as a wish."""
    draft = case.draft
    sent = [order for order in replaced(case) if order.status not in ("confirmed", "cancelled")] or replaced(case)
    wanted = (
        [case.described(case.states[one.line_id].line, one.taken, one.variants) for one in draft.lines] if draft else []
    )
    text = "; ".join([*wanted, *([draft.option] if draft and draft.option else [])])
    case.draft = None
    await save(tx, case)
    return [await pass_on(tx, case, sent[0], what="address", text=text, message_id=None, sealer=sealer)]


async def pass_on(
    tx: Transaction,
    case: PatientCase,
    order: Order,
    *,
    what: What,
    text: str | None,
    message_id: str | None,
    sealer: Sealer,
) -> Say:
    """What is told of a wish that cannot be granted here. An order at the distributor's gets a case (W8).

    Wished again in the same visit it is the same case, with what was told since. Out for delivery: refused, with the
    reason (D30).
    """
    decision = case.book.change(status=order.status, what=what)
    if decision.reason == "out_for_delivery":
        return Say("utter_change_out_for_delivery", {"number": order.number})
    text = text[:LONGEST] if text else None
    known = await tx.complaints.of_person(case.person.id)
    wish = next((c for c in known if _same(c, case, order, what)), None)
    if wish and text and wish.seen != message_id and text.strip(" .!") not in (wish.text or ""):
        told = "\n".join([*([wish.text] if wish.text else []), text])[:LONGEST]
        wish = wish if await tx.complaints.tell_more(wish, told, message_id=message_id) else None
    if wish is None:
        wish = await tx.complaints.add(
            person_id=case.person.id,
            region=case.region,
            channel=case.visit.channel,
            visit_id=case.visit.id,
            now=case.now,
        )
        written = replace(
            wish, kind=KIND, wanted=what, text=text, order_id=order.id, seen=message_id, status="received"
        )
        await tx.complaints.save(written)
        await _tell_customer_service(tx, case, wish, what, sealer)
    return Say(f"utter_{'cancel' if what == 'cancel' else 'change'}_already_sent", _values(order, wish))


def _same(complaint: Complaint, case: PatientCase, order: Order, what: What) -> bool:
    return (complaint.kind, complaint.order_id, complaint.wanted, complaint.visit_id) == (
        KIND,
        order.id,
        what,
        case.visit.id,
    )


def _values(order: Order, wish: Complaint) -> dict[str, str]:
    return {"number": order.number, "case_number": wish.case_number}


async def _tell_customer_service(
    tx: Transaction, case: PatientCase, wish: Complaint, what: What, sealer: Sealer
) -> None:
    await tx.outbox.put(
        kind=MAIL,
        recipient=case.book.customer_service(region=case.region, day=case.day).email,
        sealed=sealer.seal(mail(wish, "wish", what, region=case.book.region_name(case.region))),
        key=f"wish:{wish.case_number}",
        due_at=case.now,
        region=case.region,
    )

"""The patient's yes: every rule once more, then orders, one for each payer (W9), in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ordering import rule_facts
from ordering.draft import Draft, DraftLine
from ordering.model import Line, NewOrder, Order, OrderLine
from ordering.ports import Sealer, Transaction
from ordering.use_cases.change_order import put_back, replaced, take_back_replaced, too_late
from ordering.use_cases.explain import explain
from ordering.use_cases.patient_case import LineState, PatientCase, save
from ordering.use_cases.said import Say
from ordering.use_cases.send_orders import queue_orders
from ordering.use_cases.trust import is_proved
from rulebook import facts
from rulebook.verdict import Decision, DeliveryDay

A_MOMENT = timedelta(minutes=15)  # longer than a failed message is tried again


@dataclass(slots=True)
class Placed:
    """`orders` is empty when nothing was ordered; `says` tells why."""

    orders: list[Order] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)


def may_confirm(case: PatientCase) -> bool:
    """The yes must be for what was read back, from someone who has proved who they are.

    An SMS proves it with the code of the read-back (`confirm_ok` in the visit's state), also after a login code:
    a sender's number can be forged in any message, but what is sent to the number cannot be read.
    """
    draft = case.draft
    if draft is None or draft.read_back != draft.fingerprint():
        return False
    if case.visit.channel == "sms":
        return case.visit.state.get("confirm_ok") == draft.read_back
    return is_proved(case.visit)


async def place_order(tx: Transaction, case: PatientCase, *, undo: timedelta, sealer: Sealer) -> Placed:
    """Places the draft and puts its orders in the outbox. A yes that comes twice gives back the same orders."""
    draft, row = case.draft, case.row
    if draft is None or row is None:
        return Placed(orders=just_placed(case))
    if any(order.status not in ("confirmed", "cancelled") for order in replaced(case)):
        return Placed(says=await too_late(tx, case, sealer=sealer))
    if case.question != "confirm" or not may_confirm(case):
        return Placed()
    refused = [state for line in draft.lines if not _decision(case, state := case.states[line.line_id], line).allowed]
    if not refused and not all(check.allowed for check in case.checks(draft)):
        return Placed(says=[Say("utter_option_not_possible")])
    if refused:
        case.drop_lines_no_longer_possible()
        await save(tx, case)
        return Placed(says=[explain(case, state) for state in refused])
    taken_back = await take_back_replaced(tx, case)
    if taken_back is None:
        return Placed(says=await too_late(tx, case, sealer=sealer))
    orders = await tx.orders.place(new_orders(case, draft, undo=undo), draft=row)
    if not orders:
        await put_back(tx, case, taken_back)
        return Placed(says=[Say("utter_changed_meanwhile")])
    for order in orders:
        if any(case.states[one.line_id].line.block_lifted for one in order.lines):
            await tx.orders.use_lifted(order)
    await queue_orders(tx, orders, sealer=sealer)
    return Placed(orders=orders)


def _decision(case: PatientCase, state: LineState, line: DraftLine) -> Decision:
    want = facts.Want(variants=line.variants) if line.variants else facts.Want(packages=line.packages)
    return case.decide(state.line, want, state.under_way)


def just_placed(case: PatientCase) -> list[Order]:
    """What was ordered a moment ago in this channel: the answer to a second yes, and to one whose answer was lost."""
    return [
        order
        for order in case.orders
        if order.status in facts.UNDER_WAY
        and order.channel == case.visit.channel
        and case.now < max(order.send_after or order.confirmed_at, order.confirmed_at + A_MOMENT)
    ]


def new_orders(case: PatientCase, draft: Draft, *, undo: timedelta) -> list[NewOrder]:
    """One order for each payer, each with its own fee (F) and days (D15)."""
    lines = [case.states[line.line_id].line for line in draft.lines]
    return [
        _order(
            case,
            draft,
            [(lines[index], draft.lines[index].taken, draft.lines[index].variants) for index in group],
            undo,
        )
        for group in case.book.split([line.payer for line in lines]).groups
    ]


def _order(
    case: PatientCase, draft: Draft, taken: Sequence[tuple[Line, int, dict[str, int]]], undo: timedelta
) -> NewOrder:
    lines = [line for line, _, _ in taken]
    payer = lines[0].payer
    days = [
        case.book.delivery_day(
            region=case.region,
            area=line.article.area,
            article=rule_facts.of_article(line.article),
            option=draft.option or "",
            ordered=case.local,
            prescription_type=line.prescription_type,
        )
        for line in lines
    ]
    if "no_time_promise" in case.tell(draft):  # D6
        days = [DeliveryDay() for _ in lines]
    earliest = [day.earliest for day in days if day.earliest]
    latest = [day.latest for day in days if day.latest]
    row_id = case.row.id if case.row else 0
    return NewOrder(
        person_id=case.person.id,
        region=case.region,
        payer=payer,
        channel=case.visit.channel,
        ordered_by=case.speaker.id,
        day=case.day,
        confirmed_at=case.now,
        send_after=case.now + undo,
        option=draft.option or "",
        details=_kept_details(case, draft),
        lines=tuple(
            OrderLine(line.id, line.article.number, number, dict(variants)) for line, number, variants in taken
        ),
        fee_kr=fee(case, [(line, number) for line, number, _ in taken]),
        expected_earliest=max(earliest) if len(earliest) == len(days) else None,
        expected_latest=max(latest) if len(latest) == len(days) else None,
        idempotency_key=f"{row_id}:{draft.fingerprint()}:{payer}",
    )


def _kept_details(case: PatientCase, draft: Draft) -> dict[str, object]:
    """What the distributor needs, with the label's name and c/o lines (D4, D26-D28, D31)."""
    details = {name: value for name, value in draft.details.items() if name not in ("nearest", "search_postal_code")}
    checks = case.checks(draft)
    if checks and checks[0].label:
        details["label"] = {"name": checks[0].label.name, "co": checks[0].label.co}
    return details


def new_fees(case: PatientCase, draft: Draft) -> list[int | None]:
    """The fee of each order that the draft would become."""
    lines = [(case.states[line.line_id].line, line.taken) for line in draft.lines]
    return [
        fee(case, [lines[index] for index in group])
        for group in case.book.split([line.payer for line, _ in lines]).groups
    ]


def fee(case: PatientCase, taken: Sequence[tuple[Line, int]]) -> int | None:
    """Kronor for one order: per withdrawal once for each prescription type, per product for each package (F1-F7).

    None where the sources give no fee.
    """
    total: int | None = None
    charged: set[str | None] = set()
    for line, packages in taken:
        of_line = case.book.fee(
            region=case.region,
            day=case.day,
            person=case.rule_person,
            area=line.article.area,
            prescription_type=line.prescription_type,
            article=rule_facts.of_article(line.article),
            packages=packages,
        )
        if of_line.kr is None and of_line.per is not None:
            return None  # a fee is due, but the article carries no price: a part must not pass for the whole
        if of_line.kr is None or (of_line.per == "withdrawal" and line.prescription_type in charged):
            continue
        charged.add(line.prescription_type)
        total = (total or 0) + int(of_line.kr)  # prices are kept in whole kronor
    return total

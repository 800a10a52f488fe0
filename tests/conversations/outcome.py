"""What a conversation leaves in the database, in short lines."""

import json
from typing import Any

from tests.conversations.service import Service

NOT_TOLD = ("postal_address", "address_changed")
ORDERS = """
    SELECT id, status, number, payer, option, details, fee_kr FROM orders
    WHERE channel IS NULL OR channel <> 'elsewhere' ORDER BY id
"""
LINES = "SELECT packages, article_number, variants FROM order_lines WHERE order_id = ? ORDER BY position"
COMPLAINTS = """
    SELECT case_number, status, late, kind, route, wanted, article_number, discovered FROM complaints ORDER BY id
"""
CALLBACKS = "SELECT status, number, day, starts, ends FROM callbacks ORDER BY id"
MAILS = "SELECT recipient FROM outbox WHERE kind = 'mail' ORDER BY id"


def outcome(service: Service) -> list[str]:
    """Orders made here, complaints, calls back and mails, each in the order in which they were begun."""
    orders = [_order(service, *row) for row in service.rows(ORDERS)]
    complaints = [
        f"case {number}, {status}{', late' if late else ''}: {_listed(what)}"
        for number, status, late, *what in service.rows(COMPLAINTS)
    ]
    callbacks = [f"call back, {status}: {_listed(what)}".rstrip(": ") for status, *what in service.rows(CALLBACKS)]
    mails = [f"a mail to {recipient}" for (recipient,) in service.rows(MAILS)]
    return [*orders, *complaints, *callbacks, *mails]


def _order(service: Service, order_id: int, status: str, *placed: Any) -> str:
    if status == "new":
        return "an order is begun and not finished"
    number, payer, option, details, fee = placed
    lines = [f"{packages} of {article}{_variants(which)}" for packages, article, which in service.rows(LINES, order_id)]
    told = [f"{name} {_value(value)}" for name, value in json.loads(details).items() if name not in NOT_TOLD]
    fees = [f"{fee} kr"] if fee is not None else []
    return f"order {number}, {status}: {_listed(lines)}; paid by {payer}; {_listed([option, *told, *fees])}"


def _variants(variants: str) -> str:
    shared = [f"{packages} {code}" for code, packages in json.loads(variants).items()]
    return f" ({_listed(shared)})" if shared else ""


def _listed(parts: list[Any]) -> str:
    return ", ".join(str(part) for part in parts if part is not None)


def _value(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return f"{value['name']} c/o {value['co']}" if value.get("co") else str(value.get("name", value))

"""A delivery address that the patient saves for later, beside the registered one (W12)."""

from ordering.model import Address, Order
from ordering.ports import Transaction
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say


def typed_address(case: PatientCase, order: Order) -> Address | None:
    """The address of the order, where it was typed for it and is not the saved one already."""
    given = order.details.get("postal_address")
    if not given or not order.details.get("address_changed"):
        return None
    address = Address(**given)
    return None if address == case.person.saved_address else address


def ask_to_save(case: PatientCase, order: Order) -> list[Say]:
    """Asked once: with the receipt of the order that the address was typed for."""
    return [Say("utter_ask_save_address", {"number": order.number})] if typed_address(case, order) else []


async def save_address(tx: Transaction, case: PatientCase, number: str | None = None) -> Say:
    """Saves the address of the patient's order with that number, or of the newest one."""
    orders = [order for order in case.orders if number in (None, order.number) and order.details.get("postal_address")]
    if not orders:
        return Say("utter_no_address_to_save")
    if address := typed_address(case, orders[0]):
        await tx.people.save_address(case.person.id, address)
    elif not orders[0].details.get("address_changed"):
        return Say("utter_no_address_to_save")
    return Say("utter_address_saved")


async def forget_address(tx: Transaction, case: PatientCase) -> Say:
    if case.person.saved_address is None:
        return Say("utter_no_saved_address")
    await tx.people.save_address(case.person.id, None)
    return Say("utter_address_forgotten")

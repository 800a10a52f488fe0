"""Changing what was ordered, and keeping a typed address, through the actions (W8, W12, D30)."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.turn import service
from ordering.model import Address
from tests.actions.test_order_visit import ANNA, draft, orders

HOME = ("delivery=outside_door", "address=registered", "dwelling=house", "name_on_door=yes")


async def yes(rasa):
    await rasa.call("action_ask_confirm", first=False)
    await rasa.answer("affirm")
    said = await rasa.call("action_place_order", "affirm", first=False)
    rasa.slots, rasa.loop = {}, None
    return said


async def ordered(rasa, choices=HOME):
    """Six packages of test strips, ordered: what was said."""
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products", ("product", "teststickor"))
    for choice in ("amount=all", *choices):
        await rasa.pick(choice)
    assert rasa.asked == "confirm"
    return await yes(rasa)


async def status(rasa, to, was=("confirmed",)):
    (order,) = await orders(rasa)
    async with service().stores.begin() as tx:
        assert await tx.orders.set_status(order.id, was=was, to=to, now=datetime.now(UTC))


async def reopened(rasa):
    said = await rasa.call("action_change_order", "change_delivery", ("choice", "change_order=any"))
    await rasa.call("validate_order_form", "change_delivery", ("choice", "change_order=any"), first=False)
    assert rasa.asked == "change"
    return said


async def wishes(rasa):
    async with service().stores.begin() as tx:
        found = await tx.complaints.of_person(rasa.visit.person_id)
        mails = [row for row in await tx.outbox.lease(datetime.now(UTC) + timedelta(days=1)) if row.kind == "mail"]
        return found, [service().sealer.open(row.sealed) | {"to": row.recipient} for row in mails]


async def test_a_changed_order_takes_the_place_of_the_old_one(rasa):
    await ordered(rasa)
    (old,) = await orders(rasa)
    assert await reopened(rasa) == ["utter_change_begun"]
    assert (await draft(rasa)).replaces == [old.id]
    assert [one.status for one in await orders(rasa)] == ["confirmed"]
    rasa.loop = "order_form"
    await rasa.pick("change=amounts")
    await rasa.answer("inform", ("amount", "4"), text="4")
    said = await rasa.call("action_ask_confirm", first=False)
    assert said[1] == "utter_read_replaces"
    assert (await yes(rasa))[0] == "utter_receipt"
    new, before = await orders(rasa)
    assert (new.status, new.lines[0].packages) == ("confirmed", 4)
    assert (before.id, before.status) == (old.id, "cancelled")
    assert new.send_after > old.send_after


async def test_what_is_to_be_changed_is_heard_at_once(rasa):
    await ordered(rasa)
    await rasa.call("action_change_order", "change_address", text="fel adress")
    await rasa.call("validate_order_form", "change_address", first=False)
    assert rasa.asked == "new_address"


async def test_a_change_that_is_given_up_leaves_the_order_as_it_was(rasa):
    await ordered(rasa)
    await reopened(rasa)
    rasa.loop = "order_form"
    assert await rasa.call("action_cancel", "cancel") == ["utter_change_dropped"]
    (order,) = await orders(rasa)
    assert order.status == "confirmed"
    assert await draft(rasa) is None


async def test_an_order_that_is_sent_while_it_is_changed_stays_and_the_wish_is_passed_on(rasa):
    await ordered(rasa)
    await reopened(rasa)
    rasa.loop = "order_form"
    await rasa.pick("change=amounts")
    await rasa.answer("inform", ("amount", "4"), text="4")
    await status(rasa, "ordered")
    assert await yes(rasa) == ["utter_change_already_sent"]
    (order,) = await orders(rasa)
    assert (order.status, order.lines[0].packages) == ("ordered", 6)
    assert await draft(rasa) is None
    (wish,), (mail,) = await wishes(rasa)
    assert (wish.order_id, wish.kind, wish.status) == (order.id, "change_wish", "received")
    assert wish.text.startswith("4 ")
    assert wish.case_number in mail["subject"]


@pytest.mark.parametrize(
    ("action", "intent", "said", "wanted"),
    [
        ("action_change_order", "change_address", "utter_change_already_sent", "address"),
        ("action_change_order", "change_delivery", "utter_change_already_sent", "option"),
        ("action_cancel_order", "cancel_order", "utter_cancel_already_sent", "cancel"),
    ],
)
async def test_a_wish_about_a_sent_order_gets_a_case_once(rasa, action, intent, said, wanted):
    await ordered(rasa)
    await status(rasa, "ordered")
    assert await rasa.call(action, intent, text="det är fel adress") == [said]
    assert await rasa.call(action, intent, text="det är fel adress!") == [said]
    (wish,), (mail,) = await wishes(rasa)
    assert (wish.wanted, wish.text) == (wanted, "det är fel adress")
    assert mail["to"] == "kundtjanst.skovdedepan@vgregion.se"
    assert wish.case_number in mail["text"]
    assert "Anna" not in mail["text"] + mail["subject"]
    await rasa.call(action, intent, text="jag bor på Nygatan")
    (wish,), _ = await wishes(rasa)
    assert wish.text == "det är fel adress\njag bor på Nygatan"


@pytest.mark.parametrize(
    ("action", "intent"), [("action_change_order", "change_address"), ("action_cancel_order", "cancel_order")]
)
async def test_out_for_delivery_nothing_is_changed_or_promised_d30(rasa, action, intent):
    await ordered(rasa)
    await status(rasa, "ordered")
    await status(rasa, "out_for_delivery", was=("ordered",))
    assert await rasa.call(action, intent) == ["utter_change_out_for_delivery"]
    assert await wishes(rasa) == ([], [])


async def test_who_can_order_no_more_is_offered_to_change_what_was_just_ordered(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products")
    await rasa.pick("lines=all")
    while rasa.asked in ("amount", "variants"):
        await rasa.pick("amount=all" if rasa.asked == "amount" else "variants=same")
    for choice in HOME:
        await rasa.pick(choice)
    await yes(rasa)
    assert (await rasa.call("validate_order_form", "order_products"))[-1] == "utter_ask_change_order"


async def type_address(rasa):
    async with service().stores.begin() as tx:
        row = await tx.orders.draft(rasa.visit.person_id)
        street = {"street": "Ågatan 2", "postal_code": "54130", "city": "Skövde"}
        details = row.content["details"] | {
            "address": "Ågatan 2, 541 30 Skövde",
            "postal_address": street,
            "address_changed": True,
            "outside_region": False,
        }
        content = row.content | {"details": details, "asking": None}
        await tx.orders.save_draft(row.person_id, content, version=row.version, now=datetime.now(UTC))


async def saved(rasa):
    async with service().stores.begin() as tx:
        return (await tx.people.get(rasa.visit.person_id)).saved_address


async def with_typed_address(rasa, *choices):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products", ("product", "teststickor"))
    for choice in ("amount=all", "delivery=outside_door", "address=other"):
        await rasa.pick(choice)
    assert rasa.asked == "new_address"
    await type_address(rasa)
    for choice in ("dwelling=house", *choices, "name_on_door=yes"):
        await rasa.pick(choice)
    return await yes(rasa)


async def test_a_typed_address_is_offered_to_be_saved_once_and_can_be_taken_away_w12(rasa):
    assert (await with_typed_address(rasa))[-1] == "utter_ask_save_address"
    assert await saved(rasa) is None
    (order,) = await orders(rasa)
    choice = ("choice", f"save_address={order.number}")
    assert await rasa.call("action_change_order", "change_address", choice) == ["utter_address_saved"]
    assert await saved(rasa) == Address("Ågatan 2", "54130", "Skövde")
    forget = ("choice", "save_address=forget")
    assert await rasa.call("action_change_order", "change_address", forget) == ["utter_address_forgotten"]
    assert await rasa.call("action_change_order", "change_address", forget) == ["utter_no_saved_address"]
    assert await saved(rasa) is None


async def test_save_the_address_said_in_the_order_saves_it_with_the_yes_w12(rasa):
    assert (await with_typed_address(rasa, "save_address=yes"))[-1] == "utter_address_saved"
    assert await saved(rasa) == Address("Ågatan 2", "54130", "Skövde")


async def test_the_registered_address_is_not_offered_to_be_saved(rasa):
    assert "utter_ask_save_address" not in await ordered(rasa)
    choice = ("choice", "save_address=yes")
    assert await rasa.call("action_change_order", "change_address", choice) == ["utter_no_address_to_save"]


async def test_start_over_asks_from_the_beginning(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products", ("product", "teststickor"))
    await rasa.pick("amount=all")
    rasa.loop = "order_form"
    assert await rasa.call("action_cancel", "cancel", ("choice", "start_over=yes")) == []
    assert (rasa.loop, rasa.asked) == ("order_form", "lines")
    assert (await draft(rasa)).lines == []

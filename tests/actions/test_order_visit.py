"""The order visit through the actions, on the demo people."""

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.turn import service
from ordering.draft import Draft

ANNA, ERIK, JOHAN = "198501012382", "198501012390", "200101012391"
AMIRA, LARS, TESFAY = "19780314K080", "19560823M094", "50-991234/6"
MARIA = "199001012385"


async def to_confirm(rasa, identity=ANNA):
    await rasa.begin(identity)
    await rasa.call("validate_order_form", "order_products")
    if rasa.asked == "lines":
        await rasa.pick("lines=all")
    while rasa.asked in ("amount", "variants"):
        await rasa.pick("amount=all" if rasa.asked == "amount" else "variants=same")
    await rasa.pick("delivery=pickup_point")
    point = (await draft(rasa)).details["nearest"][0]["id"]
    for choice in (f"pickup_point={point}", "notify_by=own_sms"):
        await rasa.pick(choice)
    assert rasa.asked == "confirm"


async def draft(rasa):
    async with service().stores.begin() as tx:
        row = await tx.orders.draft(rasa.visit.person_id)
    return Draft.from_json(row.content) if row else None


async def orders(rasa):
    async with service().stores.begin() as tx:
        return [order for order in await tx.orders.of_person(rasa.visit.person_id) if order.channel != "elsewhere"]


async def test_an_order_is_read_back_placed_and_given_a_number(rasa):
    await to_confirm(rasa)
    said = await rasa.call("action_ask_confirm", first=False)
    assert said[0] == "utter_read_lines"
    assert said[-1] == "utter_ask_confirm"
    await rasa.answer("affirm")
    assert rasa.asked is None
    said = await rasa.call("action_place_order", "affirm", first=False)
    assert said == ["utter_receipt", "utter_receipt", "utter_receipt_undo"]
    placed = await orders(rasa)
    assert {order.status for order in placed} == {"confirmed"}
    assert len({order.payer for order in placed}) == len(placed) == 2
    async with service().stores.begin() as tx:
        waiting = await tx.outbox.lease(max(order.send_after for order in placed))
    assert {row.order_id for row in waiting if row.kind == "distributor"} == {order.id for order in placed}
    assert await draft(rasa) is None


@pytest.mark.parametrize("undo", [0, 15])
async def test_a_second_yes_hears_of_the_same_order(rasa, monkeypatch, undo):
    present = replace(service(), settings=service().settings.model_copy(update={"undo_minutes": undo}))
    monkeypatch.setattr("actions.order.service", lambda: present)
    await to_confirm(rasa)
    await rasa.call("action_ask_confirm", first=False)
    await rasa.answer("affirm")
    await rasa.call("action_place_order", "affirm", first=False)
    assert (await rasa.call("action_yes_or_no", "affirm"))[0] == "utter_receipt"
    assert len(await orders(rasa)) == 2


async def test_a_yes_that_was_not_asked_for_orders_nothing(rasa):
    await to_confirm(rasa)
    await rasa.answer("affirm")
    assert await rasa.call("action_place_order", "affirm", first=False) == []
    assert await orders(rasa) == []
    assert rasa.loop == "order_form"


@pytest.mark.parametrize("proof", ["number", "code"])
async def test_an_sms_without_the_code_orders_nothing(rasa, proof):
    await to_confirm(rasa)
    await rasa.begin(ANNA, channel="sms", proof=proof)
    await rasa.pick("resume=go_on")
    assert (await rasa.call("action_ask_confirm", first=False))[-1] == "utter_ask_confirm_code"
    await rasa.answer("affirm")
    await rasa.call("action_place_order", "affirm", first=False)
    assert await orders(rasa) == []


async def test_too_early_says_why_and_where_to_turn(rasa):
    await rasa.begin(ERIK)
    assert await rasa.call("validate_order_form", "order_products") == ["utter_too_early", "utter_run_out"]
    assert rasa.asked is None
    assert await rasa.call("action_place_order", "order_products", first=False) == []


@pytest.mark.parametrize(
    ("action", "intent"), [("validate_order_form", "order_products"), ("action_next_withdrawal", "ask_next_withdrawal")]
)
async def test_what_is_named_and_not_prescribed_is_said_before_what_is(rasa, action, intent):
    await rasa.begin(ERIK)
    named = ("product", "teststickor"), ("product", "katetrar"), ("product", "teststickor")
    said = await rasa.call(action, intent, *named)
    assert said == ["utter_not_prescribed", "utter_too_early", "utter_run_out"]


async def test_none_left_and_expired_point_to_the_prescriber(rasa):
    await rasa.begin(AMIRA)
    assert await rasa.call("validate_order_form", "order_products") == ["utter_none_left"]
    await rasa.begin(LARS)
    assert await rasa.call("validate_order_form", "order_products") == ["utter_expired"]


async def test_nobody_known_means_asking_who_it_is_and_nothing_else(rasa):
    await rasa.begin()
    for action in ("action_next_withdrawal", "action_order_status", "action_prescriptions"):
        assert await rasa.call(action, "ask") == [{"need": "identity"}]
    assert await rasa.call("validate_order_form", "order_products") == [{"need": "identity"}]
    assert await rasa.call("action_place_order", "order_products", first=False) == []


async def test_a_question_in_the_middle_is_answered_and_the_form_asks_again(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products")
    asked = rasa.asked
    await rasa.answer("ask_fee")
    assert "action_execution_rejected" in rasa.events
    assert await rasa.call("action_fee", "ask_fee", first=False) == ["utter_fee_unknown"]
    assert rasa.asked == asked


async def test_an_amount_counts_even_in_a_sentence_that_was_not_understood(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products")
    await rasa.pick("lines=all")
    await rasa.answer("nlu_fallback", ("amount", "tio"), ("flavour", "choklad"), text="typ tio choklad då kanske")
    assert "action_execution_rejected" not in rasa.events
    assert (await draft(rasa)).lines[0].taken == 10
    await rasa.answer("nlu_fallback", text="xyz")
    assert "action_execution_rejected" in rasa.events


async def test_one_step_back_asks_the_question_before(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products")
    await rasa.pick("lines=all")
    assert rasa.asked == "variants"
    await rasa.call("action_go_back", "go_back")
    assert rasa.asked == "lines"
    for _ in range(5):
        said = await rasa.call("action_go_back", "go_back")
    assert said == ["utter_nothing_to_go_back_to"]


async def test_stop_drops_the_draft(rasa):
    await to_confirm(rasa)
    assert await rasa.call("action_cancel", "cancel") == ["utter_order_dropped"]
    assert await draft(rasa) is None
    assert await rasa.call("action_cancel", "cancel") == ["utter_nothing_to_cancel"]


async def test_a_new_sender_id_takes_the_open_question_with_it(rasa):
    await to_confirm(rasa)
    rasa.slots, rasa.loop = {}, None
    await rasa.call("action_session_start")
    assert (rasa.loop, rasa.asked) == ("order_form", "confirm")
    assert rasa.slots["service_phone"] == "010-441 31 90"


async def test_another_visit_is_offered_the_begun_order_and_may_leave_it(rasa):
    await to_confirm(rasa)
    await rasa.begin(ANNA)
    rasa.slots, rasa.loop = {}, None
    await rasa.call("action_session_start")
    assert rasa.loop is None
    assert await rasa.call("action_greet", "greet") == ["utter_hello"]
    assert rasa.asked == "resume"
    assert await rasa.pick("resume=leave") == ["utter_order_kept", "utter_what_next"]
    assert await draft(rasa) is not None


async def test_an_order_can_be_taken_back_while_it_may_be_undone_w8(rasa):
    await to_confirm(rasa)
    await rasa.call("action_ask_confirm", first=False)
    await rasa.answer("affirm")
    await rasa.call("action_place_order", "affirm", first=False)
    assert await rasa.call("action_cancel_order", "cancel_order") == ["utter_ask_cancel_order"]
    first, second = await orders(rasa)
    choice = ("choice", f"cancel_order={first.number}")
    said = await rasa.call("action_cancel_order", "cancel_order", choice)
    assert said == ["utter_order_cancelled", "utter_ask_cancel_order"]
    choice = ("choice", f"cancel_order={second.number}")
    assert await rasa.call("action_cancel_order", "cancel_order", choice) == ["utter_order_cancelled"]
    assert {order.status for order in await orders(rasa)} == {"cancelled"}
    assert await rasa.call("action_cancel_order", "cancel_order") == ["utter_no_order_to_cancel"]


async def test_an_order_that_is_to_be_kept_is_kept_and_the_next_is_asked_about(rasa):
    await to_confirm(rasa)
    await rasa.call("action_ask_confirm", first=False)
    await rasa.answer("affirm")
    await rasa.call("action_place_order", "affirm", first=False)
    first, second = await orders(rasa)
    said = await rasa.call("action_cancel_order", "cancel_order", ("choice", f"keep_order={first.number}"))
    assert said == ["utter_order_stays", "utter_ask_cancel_order"]
    said = await rasa.call("action_cancel_order", "cancel_order", ("choice", f"cancel_order={second.number}"))
    assert said == ["utter_order_cancelled"]
    assert [order.status for order in await orders(rasa)] == ["confirmed", "cancelled"]


@pytest.mark.parametrize(
    "said", ["avbryt inte", "nej avbryt den inte", "jag vill inte avbryta", "please don't cancel it"]
)
async def test_words_of_stopping_to_the_opposite_stop_nothing(rasa, said):
    await to_confirm(rasa)
    assert await rasa.call("action_cancel", "cancel", text=said) == ["utter_as_it_was"]
    assert await rasa.call("action_cancel_order", "cancel_order", text=said) == ["utter_order_stays"]
    assert await draft(rasa) is not None


@pytest.mark.parametrize(("action", "intent"), [("action_go_back", "go_back"), ("action_cancel", "cancel")])
async def test_just_after_the_order_a_step_back_or_a_stop_asks_whether_to_take_it_back_w8(rasa, action, intent):
    await to_confirm(rasa)
    await rasa.call("action_ask_confirm", first=False)
    await rasa.answer("affirm")
    await rasa.call("action_place_order", "affirm", first=False)
    rasa.loop = None
    assert await rasa.call(action, intent) == ["utter_ask_cancel_order"]
    assert {order.status for order in await orders(rasa)} == {"confirmed"}
    async with service().stores.begin() as tx:
        await tx.facts.set_clock_offset(timedelta(minutes=16))
    assert await rasa.call(action, intent) in (["utter_nothing_to_go_back_to"], ["utter_nothing_to_cancel"])


async def test_an_asylum_seeker_hears_the_fee_of_fifty_kronor_f5(rasa):
    await rasa.begin(TESFAY, region="skane")
    assert await rasa.call("action_fee", "ask_fee") == ["utter_fee_monthly"]


async def test_questions_about_ones_own_things_are_answered(rasa):
    await rasa.begin(JOHAN)
    assert await rasa.call("action_order_status", "ask_order_status") == ["utter_no_order_under_way"]
    assert (await rasa.call("action_next_withdrawal", "ask_next_withdrawal"))[0] == "utter_possible_now"
    assert await rasa.call("action_prescriptions", "ask_prescriptions") == ["utter_prescription_line"]
    assert (await rasa.call("action_opening_hours", "ask_opening_hours"))[0] in ("utter_open_now", "utter_closed_now")
    assert (await rasa.call("action_talk_to_human", "talk_to_human"))[0] == "utter_human"


async def test_ordering_for_someone_else_begins_with_whom_it_is_about_w11(rasa):
    await rasa.begin("199001012385")
    said = await rasa.call("action_order_for_someone_else", "order_for_someone_else")
    assert said == [{"need": "who"}]
    await rasa.begin("200101012391")
    said = await rasa.call("action_order_for_someone_else", "order_for_someone_else")
    assert said == ["utter_nobody_else"]


async def test_the_parent_orders_for_the_child_w11(rasa):
    await rasa.begin("202001012398", speaker="199001012385")
    assert await rasa.call("action_order_for_someone_else", "order_for_someone_else") == []
    assert "followup" in rasa.events
    await rasa.call("validate_order_form", "order_for_someone_else", first=False)
    assert rasa.asked == "variants"


async def test_a_fee_is_told_once_for_the_whole_order(rasa):
    await rasa.begin("19930711CL05", region="skane")
    assert await rasa.call("action_fee", "ask_fee") == ["utter_fee_monthly", "utter_fees_charged"]
    await rasa.call("validate_order_form", "order_products")
    await rasa.pick("lines=all")
    assert await rasa.call("action_fee", "ask_fee", first=False) == ["utter_read_fee", "utter_fees_charged"]


async def test_how_few_are_left_is_no_amount_to_order(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products", ("product", "teststickor"))
    await rasa.answer("ask_urgent_delivery", ("amount", "3"), text="men jag har bara 3 kvar")
    assert "action_execution_rejected" in rasa.events
    assert rasa.asked == "amount"


async def test_every_action_and_response_that_is_named_exists(rasa):
    import re
    from pathlib import Path

    import yaml

    domain = yaml.safe_load(Path("domain.yml").read_text())
    assert {name for name in domain["actions"] if name.startswith(("action_", "validate_"))} == set(
        rasa.executor.actions
    )
    code = "".join(path.read_text() for folder in ("actions", "ordering") for path in Path(folder).rglob("*.py"))
    named = set(re.findall(r'"(utter_[a-z0-9_]+)"', code))
    assert named <= set(domain["responses"])


async def test_who_picks_themselves_after_for_someone_else_orders_for_themselves(rasa):
    await rasa.begin(MARIA)
    assert await rasa.call("action_order_for_someone_else", "order_for_someone_else") == [{"need": "who"}]
    async with service().stores.begin() as tx:
        await tx.conversations.save_visit(replace(rasa.visit, state={"whom": f"m{rasa.messages + 1}"}))
    assert await rasa.call("action_order_for_someone_else", "order_for_someone_else") == []
    assert rasa.events == ["followup"]
    assert await rasa.call("action_order_for_someone_else", "order_for_someone_else") == [{"need": "who"}]

"""Complaints through the actions, on the demo people: kept from the first words, asked about, answered, mailed."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

import rulebook
from actions.turn import service
from ordering.use_cases.complain import QUESTIONS
from ordering.use_cases.complain_words import DEVIATIONS
from rulebook.facts import COMPLAINT_KINDS

ANNA, ERIK, JOHAN, MARIA = "198501012382", "198501012390", "200101012391", "199001012385"
SIGNE = "189001019802"
FORM = "complaint_form"


async def complaints(rasa):
    async with service().stores.begin() as tx:
        return await tx.complaints.of_person(rasa.visit.person_id)


async def mails(after=timedelta()):
    """The mails that are due by then: (recipient, payload)."""
    async with service().stores.begin() as tx:
        rows = await tx.outbox.lease(datetime.now(UTC) + after)
    return [(row.recipient, service().sealer.open(row.sealed)) for row in rows if row.kind == "mail"]


async def begin(rasa, text, intent="report_deviation", *products):
    return await rasa.call("action_complain", intent, *(("product", one) for one in products), text=text)


async def say(rasa, text, intent="inform", *entities):
    return await rasa.answer(intent, *entities, text=text, form=FORM)


async def pick(rasa, choice):
    return await rasa.answer("inform", ("choice", choice), form=FORM)


async def test_a_deviation_is_asked_about_received_and_mailed_c4(rasa):
    """C4, C6."""
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    assert (rasa.loop, rasa.asked) == (FORM, "complaint_article")
    (complaint,) = await complaints(rasa)
    assert (complaint.status, complaint.text) == ("open", "kartongen var krossad")
    order = (await orders(rasa))[0]
    await pick(rasa, f"complaint_article={order.id}:{order.lines[0].article_number}")
    assert rasa.asked == "complaint_wanted"
    assert await mails() == [], "it waits while the patient is still telling"
    said = await pick(rasa, "complaint_wanted=new_delivery")
    assert said[:2] == ["utter_complaint_deviation_report", "utter_complaint_wants_new_delivery"]
    assert rasa.asked is None
    (complaint,) = await complaints(rasa)
    assert (complaint.status, complaint.route, complaint.wanted) == ("received", "deviation_report", "new_delivery")
    ((recipient, payload),) = await mails()
    assert recipient == "lmn@vgregion.se"
    assert complaint.case_number in payload["subject"]
    assert set(payload) == {"subject", "text", "by_tls"}


async def orders(rasa):
    async with service().stores.begin() as tx:
        return await tx.orders.of_person(rasa.visit.person_id)


async def test_a_deviation_left_half_told_is_mailed_all_the_same_c4(rasa):
    """C4: nothing that a patient has begun to tell is lost."""
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    (complaint,) = await complaints(rasa)
    ((_, payload),) = await mails(after=timedelta(minutes=31))
    assert complaint.case_number in payload["text"]


async def test_a_cancelled_complaint_is_not_mailed(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    await say(rasa, "avbryt", "cancel")
    assert "action_execution_rejected" in rasa.events
    assert await rasa.call("action_cancel", "cancel", first=False) == ["utter_complaint_dropped"]
    assert rasa.loop is None
    assert [one.status for one in await complaints(rasa)] == ["cancelled"]
    assert await mails(after=timedelta(days=1)) == []


async def test_a_cancel_that_comes_twice_does_not_stop_the_order_as_well(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products")
    await rasa.pick("lines=all")
    await begin(rasa, "paketet kom aldrig", "report_deviation")
    await rasa.call("action_cancel", "cancel")
    assert rasa.loop == "order_form"
    rasa.messages -= 1
    assert await rasa.call("action_cancel", "cancel") == ["utter_complaint_dropped"]
    async with service().stores.begin() as tx:
        assert await tx.orders.draft(rasa.visit.person_id) is not None
    assert await rasa.call("action_cancel", "cancel") == ["utter_order_dropped"]


async def test_who_turns_to_the_order_leaves_the_complaint_as_it_is_told(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    said = await say(rasa, "jag vill ändra min adress", "change_address")
    assert said[0] == "utter_complaint_deviation_report"
    assert (rasa.loop, rasa.asked) == (None, None)
    assert "action_execution_rejected" in rasa.events
    assert [one.status for one in await complaints(rasa)] == ["received"]


async def test_a_defect_is_not_mailed(rasa):
    await rasa.begin(ERIK)
    await begin(rasa, "katetern är trasig", "report_defect", "katetrar")
    assert rasa.asked == "complaint_discovered"
    assert await pick(rasa, "complaint_discovered=before") == [
        "utter_complaint_defect_report",
        "utter_complaint_late",
        "utter_complaint_phone",
    ]
    assert await mails(after=timedelta(days=1)) == []


async def test_a_region_without_a_mailbox_gets_no_mail_and_promises_no_day_c6(rasa):
    """C6."""
    await rasa.begin(SIGNE, region="skane")
    await begin(rasa, "paketet kom aldrig", "report_deviation")
    assert rasa.asked == "complaint_wanted"
    said = await pick(rasa, "complaint_wanted=report")
    assert said == ["utter_complaint_deviation_report", "utter_complaint_phone"]
    assert await mails(after=timedelta(days=1)) == []


async def test_the_mailbox_of_the_rule_book_is_the_one_that_gets_it_s6(rasa, tmp_path, monkeypatch):
    """S6."""
    folder = Path(shutil.copytree(Path(rulebook.__file__).parent / "parameters", tmp_path / "parameters"))
    changed = (folder / "vg.yml").read_text(encoding="utf-8").replace("lmn@vgregion.se", "mailbox@example.org")
    (folder / "vg.yml").write_text(changed, encoding="utf-8")
    monkeypatch.setattr("ordering.wiring.load_rulebook", lambda: rulebook.load_rulebook(folder))
    await service().stores.close()
    service.cache_clear()
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    assert [recipient for recipient, _ in await mails(after=timedelta(minutes=31))] == ["mailbox@example.org"]


async def test_a_cgm_defect_is_sent_to_its_supplier_c2(rasa):
    """C2."""
    await rasa.begin(JOHAN)
    assert await begin(rasa, "sensorn lossnade", "report_defect", "glukossensorer") == ["utter_complaint_supplier"]
    assert [one.status for one in await complaints(rasa)] == ["referred"]


async def test_a_question_in_the_middle_is_answered_and_asked_again(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    await say(rasa, "när har ni öppet?", "ask_opening_hours")
    assert "action_execution_rejected" in rasa.events
    assert rasa.asked == "complaint_article"
    assert await say(rasa, "-", "ask_opening_hours") is not None
    await rasa.call("validate_complaint_form", "ask_opening_hours", first=False)
    assert rasa.asked == "complaint_article"


async def test_a_long_story_is_the_complaint_whatever_it_is_taken_for(rasa):
    await rasa.begin(ERIK)
    await begin(rasa, "jag vill reklamera", "report_defect")
    assert rasa.asked == "complaint_text"
    story = "när jag skulle prata med en människa i går började katetern läcka"
    await say(rasa, story, "talk_to_human")
    assert (await complaints(rasa))[0].text == f"jag vill reklamera\n{story}"


async def test_the_same_message_again_changes_nothing_and_is_answered_alike(rasa):
    await rasa.begin(ERIK)
    await begin(rasa, "katetern är trasig", "report_defect", "katetrar")
    said = await say(rasa, "i går")
    rasa.messages -= 1
    rasa.slots["requested_slot"] = "complaint_discovered"
    assert await say(rasa, "i går") == said
    assert len(await complaints(rasa)) == 1
    rasa.messages -= 1
    assert await begin(rasa, "katetern är trasig", "report_defect", "katetrar") == said
    assert len(await complaints(rasa)) == 1


async def test_not_understood_twice_goes_on_without_an_answer(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    assert await say(rasa, "xyz", "nlu_fallback") == ["utter_not_understood"]
    assert rasa.asked == "complaint_article"
    assert await say(rasa, "xyz", "nlu_fallback") == []
    assert rasa.asked == "complaint_discovered"


async def test_one_step_back_takes_the_last_answer_away(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    assert await rasa.call("action_go_back", "go_back") == ["utter_nothing_to_go_back_to"]
    order = (await orders(rasa))[0]
    await pick(rasa, f"complaint_article={order.id}:{order.lines[0].article_number}")
    assert rasa.asked == "complaint_wanted"
    assert await rasa.call("action_go_back", "go_back") == []
    assert rasa.asked == "complaint_article"
    assert (await complaints(rasa))[0].article_number is None


async def test_a_new_sender_id_takes_the_question_with_it(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    rasa.slots, rasa.loop = {}, None
    await rasa.call("action_session_start")
    assert (rasa.loop, rasa.asked) == (FORM, "complaint_article")


async def test_another_visit_begins_a_complaint_of_its_own(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    await rasa.begin(MARIA)
    rasa.slots, rasa.loop = {}, None
    await rasa.call("action_session_start")
    assert rasa.loop is None
    await begin(rasa, "jag vill returnera", "return_products")
    assert [one.kind for one in await complaints(rasa)] == ["return", "damaged"]


async def test_after_a_complaint_the_begun_order_goes_on(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products")
    await rasa.pick("lines=all")
    asked = rasa.asked
    await begin(rasa, "paketet kom aldrig", "report_deviation")
    assert rasa.asked == "complaint_article"
    await pick(rasa, "complaint_article=unknown")
    assert rasa.asked == "complaint_discovered"
    await pick(rasa, "complaint_discovered=within")
    await pick(rasa, "complaint_wanted=report")
    assert rasa.asked is None
    await rasa.call("action_after_complaint", first=False)
    assert (rasa.loop, rasa.asked) == ("order_form", asked)


async def test_nobody_known_is_asked_who_it_is(rasa):
    await rasa.begin()
    assert await begin(rasa, "paketet kom aldrig") == [{"need": "identity"}]
    assert await say(rasa, "x") == [{"need": "identity"}]


@pytest.fixture(scope="module")
def domain():
    return yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))


def test_every_question_choice_and_route_is_worded(domain):
    assert domain["forms"][FORM]["required_slots"] == list(QUESTIONS)
    named = {f"utter_ask_{question}" for question in QUESTIONS}
    named |= {f"utter_choice_complaint_kind_{kind}" for kind in (*COMPLAINT_KINDS, "other")}
    named |= {f"utter_choice_complaint_leftover_{value}" for value in ("yes", "no")}
    named |= {f"utter_choice_complaint_discovered_{value}" for value in ("within", "before", "unknown")}
    named |= {f"utter_choice_complaint_wanted_{value}" for value in ("new_delivery", "return", "report")}
    named |= {f"utter_complaint_{route}" for route in ("defect_report", "deviation_report", "return")}
    named |= {f"utter_complaint_wants_{wish}" for wish in ("new_delivery", "return")}
    named |= {f"utter_complaint_days_{kind}" for kind in ("defect", "deviation")}
    assert named <= set(domain["responses"])
    assert DEVIATIONS


def test_complaints_by_sms_keep_to_the_gsm_alphabet(domain):
    from ordering.gsm7 import to_gsm7

    for name, variations in domain["responses"].items():
        if "complaint" in name:
            text = next((v["text"] for v in variations if v.get("channel") == "sms"), variations[0]["text"])
            plain = text.replace("{", "(").replace("}", ")")
            assert to_gsm7(plain) == plain, name
            assert len(text) < 160, name


async def test_a_question_in_a_step_is_answered_and_is_no_answer(rasa):
    await rasa.begin(MARIA)
    await begin(rasa, "kartongen var krossad", "report_deviation")
    order = (await orders(rasa))[0]
    await pick(rasa, f"complaint_article={order.id}:{order.lines[0].article_number}")
    for _ in range(2):
        assert await say(rasa, "hur beställer jag?", "order_products") == ["utter_how_overview"]
        assert rasa.asked == "complaint_wanted"
    assert await say(rasa, "hur gör man för att beställa", "ask_how_it_works") == []
    assert "action_execution_rejected" in rasa.events
    (complaint,) = await complaints(rasa)
    assert (complaint.status, complaint.wanted) == ("open", None)
    await say(rasa, "kan ni skicka nya?", "order_products")
    assert (await complaints(rasa))[0].wanted == "new_delivery"


async def test_a_day_to_come_is_no_day_of_discovery_and_asked_again(rasa):
    await rasa.begin(ERIK)
    await begin(rasa, "katetern är trasig", "report_defect", "katetrar")
    assert rasa.asked == "complaint_discovered"
    day = (datetime.now(UTC) + timedelta(days=20)).strftime("%d/%m")
    for text in (f"den {day}", day, "i morgon"):
        assert await say(rasa, text) == ["utter_complaint_day_to_come"]
        assert rasa.asked == "complaint_discovered"
    await say(rasa, "i går")
    (complaint,) = await complaints(rasa)
    assert (complaint.status, complaint.late) == ("received", False)


async def test_none_of_them_ends_without_a_case(rasa):
    await rasa.begin(ANNA)
    await begin(rasa, "lampan i köket är trasig", "report_defect")
    assert await pick(rasa, "complaint_article=none") == ["utter_complaint_none_of_ours"]
    (complaint,) = await complaints(rasa)
    assert (complaint.status, rasa.asked) == ("cancelled", None)
    assert await mails(timedelta(hours=1)) == []

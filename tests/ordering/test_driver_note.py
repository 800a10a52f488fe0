"""The note to the driver: what is read as one, what may stand in it, and where it goes (D28, D29)."""

from dataclasses import replace

import pytest

from ordering.draft import Draft
from ordering.use_cases.driver_note import LONGEST_NOTE, NOTE, set_note
from ordering.use_cases.pending import pending
from ordering.use_cases.place_order import new_orders
from ordering.use_cases.read_back import read_back
from ordering.use_cases.wishes import corrects, read_wish
from tests.ordering.cases import DRINK, PERSON, STRIPS, Talk, line, make_case


@pytest.mark.parametrize(
    ("said", "note", "rest"),
    [
        ("hälsa chauffören att ställa det bakom cykeln", "Ställa det bakom cykeln", ""),
        ("Meddelande till chauffören: ring på två gånger", "Ring på två gånger", ""),
        ("10 choklad till dörren och be chauffören ringa på", "Ringa på", "10 choklad till dörren"),
        ("säg åt föraren att hunden är snäll", "Hunden är snäll", ""),
        ("kan jag lämna ett meddelande till chauffören?", "", ""),
        ("please tell the driver to ring twice", "Ring twice", ""),
        ("20 chocolate, and a note for the driver: behind the bike", "Behind the bike", "20 chocolate"),
    ],
)
def test_a_note_is_read_out_of_a_message(said, note, rest):
    wish = read_wish(said)
    assert (wish.kind, wish.note, wish.rest) == ("note", note, rest)


@pytest.mark.parametrize(
    "said",
    [
        "chauffören lämnade det fel",
        "vad säger ni till chauffören?",
        "hur vet chauffören vilken port det är?",
        "meddelandet till chauffören stod inte på paketet",
        "kan chauffören ringa?",
    ],
)
def test_what_is_said_of_the_driver_is_no_note(said):
    assert read_wish(said) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("nej, fel adress", "change_address"),
        ("jag vill ändra adressen", "change_address"),
        ("wrong address", "change_address"),
        ("börja om", "start_over"),
        ("nej vi börjar om från början", "start_over"),
        ("I want to start over", "start_over"),
        ("ändra min beställning", "change_order"),
        ("jag vill ändra beställningen", "change_order"),
        ("spara adressen", "save_address"),
        ("save this address please", "save_address"),
        ("ta bort min sparade adress", "forget_address"),
        ("inget meddelande till chauffören", "no_note"),
        ("ta bort meddelandet", "no_note"),
    ],
)
def test_other_wishes_that_may_be_told_at_any_time(said, kind):
    assert read_wish(said).kind == kind


@pytest.mark.parametrize(
    "said",
    [
        "paketet gick till fel adress",
        "spara inte adressen",
        "adressen är Storgatan 4",
        "ny adress Storgatan 4, 541 30 Skövde",
        "börja inte om",
        "Ågatan 2, 541 30 Skövde",
    ],
)
def test_what_only_sounds_like_a_wish(said):
    assert read_wish(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "jag menade fem",
        "nej, inte choklad, vanilj",
        "ändra antalet till 4",
        "I meant ten",
        "actually I meant five",
        "vanilj menar jag",
    ],
)
def test_a_correction_tells_nothing_private(said):
    assert corrects(said, ["choklad", "vanilj", "teststickor"])


@pytest.mark.parametrize(
    "said",
    [
        "jag menade Storgatan 5",
        "2580",
        "jag menade 2580",
        "nej",
        "Eva Ekström",
        "inte",
        "fem",
        "inte Eva, Karin",
        "choklad",
    ],
)
def test_an_answer_is_no_correction(said):
    assert not corrects(said, ["choklad", "vanilj", "teststickor"])


def note_of(said, **case):
    draft = Draft()
    problem = set_note(make_case([line(1, case.pop("article", STRIPS))], draft=draft, **case), draft, said)
    return problem, draft.details.get(NOTE)


def test_a_wish_to_the_driver_is_kept_d29():
    assert note_of("Ring  på hos\ngrannen") == (None, "Ring på hos grannen")


@pytest.mark.parametrize(
    "said", ["Jag har diabetes", "Ring 070-174 06 05", "850101-2382", f"Kartong med {STRIPS.name}"]
)
def test_what_is_sensitive_is_not_kept_d29(said):
    assert note_of(said) == ("utter_error_note_sensitive", None)


def test_a_note_longer_than_the_waybill_holds_is_not_kept():
    assert note_of("x" * (LONGEST_NOTE + 1)) == ("utter_error_note_too_long", None)


def ordered(talk):
    for choice in ("delivery=outside_door", "address=registered", "dwelling=house", "name_on_door=yes"):
        talk.pick(choice)
    return talk


def test_a_note_is_read_back_and_goes_with_the_order():
    talk = Talk(make_case([line(1, STRIPS)]))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    draft = talk.case.draft
    set_note(talk.case, draft, "Ställ det bakom cykeln")
    ordered(talk)
    assert talk.question == "confirm"
    assert "utter_read_note" in [say.response for say in read_back(talk.case, draft)]
    assert pending(talk.case).values[NOTE] == "Ställ det bakom cykeln"
    (new,) = new_orders(talk.case, draft, undo=talk.case.now - talk.case.now)
    assert new.details[NOTE] == "Ställ det bakom cykeln"


def test_a_note_is_chosen_at_the_change_menu_and_taken_away_again():
    talk = Talk(make_case([line(1, STRIPS)]))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    ordered(talk)
    talk.say("deny")
    assert "utter_choice_change_note" in [choice.label for choice in pending(talk.case).choices]
    talk.pick("change=note")
    assert talk.question == NOTE
    assert pending(talk.case).private
    set_note(talk.case, talk.case.draft, "Ring på")
    talk.case.draft.asking = None
    assert talk.question == "confirm"
    talk.pick("note_to_driver=none")
    assert NOTE not in talk.case.draft.details
    assert talk.question == "confirm"


def test_another_delivery_keeps_the_note():
    talk = Talk(make_case([line(1, STRIPS)]))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    set_note(talk.case, talk.case.draft, "Ring på")
    ordered(talk)
    talk.say("change_delivery")
    assert (talk.question, talk.case.draft.details) == ("delivery", {NOTE: "Ring på"})


def test_a_product_that_is_added_makes_a_note_sensitive():
    talk = Talk(make_case([line(1, STRIPS), line(2, replace(DRINK, name="Bakom boden"))]))
    talk.say("order_products", ("product", "testremsa"))
    set_note(talk.case, talk.case.draft, "Ställ den bakom boden")
    talk.case.draft.lines_done = False
    result = talk.say("order_products", ("product", "näringsdryck"))
    assert "utter_error_note_sensitive" in [say.response for say in result.says]
    assert talk.question == NOTE


def test_another_receiver_needs_the_patients_name_in_the_note_and_it_is_asked_for_d28():
    strips = replace(STRIPS, region="skane")
    talk = Talk(make_case([line(1, strips)], person=replace(PERSON, region="skane"), region="skane"))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    talk.pick("delivery=pickup_point")
    talk.case.draft.details.update(receiver_name="Eva Ek", note_to_driver="Ring på")
    assert talk.question == "name_in_note"
    talk.say("affirm")
    assert talk.case.draft.details[NOTE] == "Karin Ek. Ring på"
    assert talk.question == "confirm"
    talk.case.draft.details[NOTE] = "Ring på"
    talk.say("deny")
    assert "receiver_name" not in talk.case.draft.details
    assert talk.case.draft.details[NOTE] == "Ring på"

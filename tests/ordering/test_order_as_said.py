"""Orders as people write them: shares, contradictions, misspellings, "that is all", "when does it come?"."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ordering.model import Address, OrderLine
from ordering.use_cases.pending import pending
from ordering.use_cases.place_order import new_orders
from ordering.use_cases.private_answers import _answer, use_address
from ordering.use_cases.questions import order_status
from ordering.use_cases.wishes import corrects, read_wish
from ordering.variants import read_choice
from tests.ordering.cases import DRINK, LANCETS, PERSON, STRIPS, TODAY, Talk, line, make_case, order


def ordering(*lines) -> Talk:
    talk = Talk(make_case(list(lines)))
    talk.say("order_products")
    return talk


def told(result) -> list[str]:
    return [say.response for say in result.says]


def variants(talk: Talk) -> dict[str, int]:
    return talk.case.draft.lines[0].variants


def test_half_and_half_of_no_stated_number_shares_what_the_line_gives():
    talk = ordering(line(1, DRINK, packages=20))
    talk.say("choose_variants", text="hälften choklad och hälften vanilj")
    assert variants(talk) == {"chocolate": 10, "vanilla": 10}


def test_half_of_an_odd_number_that_is_left_is_asked_about():
    talk = ordering(line(1, DRINK, packages=9))
    talk.say("choose_variants", text="hälften choklad och hälften vanilj")
    assert talk.question == "variant_amount"


def test_too_many_of_each_is_told_once_and_nothing_is_taken():
    talk = ordering(line(1, DRINK, packages=20))
    assert told(talk.say("choose_variants", text="tio av varje")) == ["utter_too_many"]
    assert (variants(talk), talk.question) == ({}, "variants")


def test_as_many_of_each_as_there_is_room_for_is_taken():
    talk = ordering(line(1, DRINK, packages=20))
    in_stock = talk.case.variants_in_stock(1)
    assert told(talk.say("choose_variants", text="två av varje")) == []
    assert variants(talk) == {variant.code: 2 for variant in in_stock}


@pytest.mark.parametrize("said", ["10 av 5", "jag vill ha tio av fem", "10 of 5 please"])
def test_more_of_fewer_is_no_amount(said):
    talk = ordering(line(1, STRIPS, packages=20))
    assert told(talk.say("inform", ("amount", "10"), ("amount", "5"), text=said)) == ["utter_unclear_amount"]
    assert (talk.case.draft.lines[0].packages, talk.question) == (None, "amount")


def test_flavours_that_come_to_less_than_was_said_are_taken_and_told():
    talk = ordering(line(1, DRINK, packages=20))
    said = talk.say("choose_variants", text="10 st, 4 choklad och 3 vanilj")
    assert told(said) == ["utter_amounts_differ"]
    assert said.says[0].values == {"stated": "10", "number": "7"}
    assert variants(talk) == {"chocolate": 4, "vanilla": 3}


def test_flavours_that_come_to_more_than_was_said_are_asked_about():
    talk = ordering(line(1, DRINK, packages=20))
    assert told(talk.say("choose_variants", text="10 st, 8 choklad och 5 vanilj")) == ["utter_amounts_differ"]
    assert (variants(talk), talk.question) == ({}, "variants")


@pytest.mark.parametrize("said", ["10 st, hälften choklad hälften vanilj", "5 choklad och resten vanilj", "7 vanilj"])
def test_what_agrees_is_not_remarked_on(said):
    assert read_choice(DRINK, said, left=20).stated is None


def test_misspelt_flavours_that_rasa_did_not_find_are_found():
    talk = ordering(line(1, DRINK, packages=20), line(2, STRIPS))
    assert talk.question == "lines"
    talk.say("nlu_fallback", text="5 chokald å resten vanlij")
    assert variants(talk) == {"chocolate": 5, "vanilla": 15}


def test_a_flavour_in_place_of_another_is_taken_for_it():
    talk = ordering(line(1, DRINK, packages=20))
    talk.say("choose_variants", ("amount", "20"), ("flavour", "choklad"))
    named = (("flavour", "choklad"), ("flavour", "vanilj"))
    assert told(talk.say("choose_variants", *named, text="inte choklad utan vanilj")) == []
    assert variants(talk) == {"vanilla": 20}


def test_a_misspelt_product_is_found_among_ones_own():
    talk = ordering(line(1, DRINK), line(2, LANCETS))
    talk.say("order_products", text="skulle beställe lite lansetten å så")
    assert [drafted.line_id for drafted in talk.case.draft.lines] == [2]


def test_the_usual_may_come_with_a_delivery():
    day = TODAY - timedelta(days=90)
    last = order([OrderLine(1, STRIPS.number, 4)], day=day, delivered_on=day)
    talk = Talk(make_case([line(1, STRIPS), line(2, LANCETS)], [last]))
    talk.say("choose_delivery", ("delivery", "outside_door"), text="det vanliga till dörren")
    assert [(drafted.line_id, drafted.packages) for drafted in talk.case.draft.lines] == [(1, 4)]
    assert talk.case.draft.option == "outside_door"


def test_a_sentence_that_counts_no_flavour_takes_up_no_product():
    talk = ordering(line(1, DRINK, packages=20), line(2, STRIPS))
    talk.say("nlu_fallback", text="5 chokladbollar hade varit gott")
    talk.say("ask_fee", text="vad kostar 5 choklad")
    assert talk.case.draft.lines == []


@pytest.mark.parametrize("said", ["vad kostar 5 paket?", "hur mycket kostar 5"])
def test_a_question_about_a_number_orders_nothing(said):
    talk = ordering(line(1, STRIPS))
    talk.say("ask_fee", ("amount", "5"), text=said)
    assert talk.question == "amount"
    talk.say("ask_fee", ("amount", "5"), text="5, vad kostar det?")
    assert talk.case.draft.lines[0].packages == 5


def test_what_is_left_of_the_line_can_be_picked_for_a_flavour():
    talk = ordering(line(1, DRINK, packages=20))
    talk.say("choose_variants", ("amount", "15"), ("flavour", "choklad"))
    talk.pick("variants=vanilla")
    (choice,) = pending(talk.case).choices
    assert (choice.values, choice.numbered) == ({"left": "5"}, False)
    talk.pick("variant_amount=rest")
    assert variants(talk) == {"chocolate": 15, "vanilla": 5}


def test_a_flavour_out_of_stock_begins_with_a_capital():
    talk = ordering(line(1, DRINK))
    said = talk.say("choose_variants", ("amount", "2"), ("flavour", "kaffe"))
    assert said.says[0].values["flavour"] == "Kaffe"


@pytest.mark.parametrize(
    "said", ["det räcker", "det var allt tack", "inget mer", "nej tack, inget mer", "klar", "that's all, thanks"]
)
def test_enough_is_said_in_many_words(said):
    wish = read_wish(said)
    assert wish is not None
    assert wish.kind == "enough"


@pytest.mark.parametrize("said", ["det räcker inte", "räcker det?", "inget mer vanilj", "är det klart?"])
def test_what_only_resembles_enough_is_not(said):
    wish = read_wish(said)
    assert wish is None or wish.kind != "enough"


def test_enough_ends_flavours_and_products():
    talk = ordering(line(1, DRINK, packages=20), line(2, STRIPS))
    talk.pick("lines=1")
    talk.say("choose_variants", ("amount", "5"), ("flavour", "choklad"))
    assert talk.question == "variants"
    talk.pick("more_lines=none")
    assert talk.question == "delivery"


def test_an_sms_beforehand_is_the_same_delivery_with_an_sms_where_there_is_one():
    food = replace(STRIPS, region="skane", area="special_foods")
    for article, region, option in ((food, "skane", "outside_door_sms"), (LANCETS, "vg", "outside_door")):
        talk = Talk(make_case([line(1, article)], person=replace(PERSON, region=region), region=region))
        talk.say("order_products", ("amount", "1"))
        talk.say("choose_delivery", ("delivery", "outside_door"), text="utanför dörren men smsa innan")
        assert talk.case.draft.option == option


def test_the_delivery_of_last_time_is_not_made_up():
    talk = ordering(line(1, LANCETS))
    talk.say("inform", ("amount", "1"))
    assert told(talk.say("same_as_last_time")) == ["utter_no_last_delivery"]
    assert talk.question == "delivery"


def test_another_address_forgets_the_door_of_the_first():
    first, second = Address("Ågatan 1", "41111", "Göteborg"), Address("Ågatan 2", "41111", "Göteborg")
    details: dict[str, object] = {}
    use_address(details, first, changed=False)
    details |= {"dwelling": "flat", "door_code": "1234", "name_on_door": True, "mobile": "+46701740605"}
    use_address(details, first, changed=False)
    assert details["door_code"] == "1234"
    use_address(details, second, changed=True)
    assert not {"dwelling", "door_code", "name_on_door"} & details.keys()
    assert details["mobile"] == "+46701740605"


def test_a_no_that_corrects_an_amount_does_not_decline_the_address():
    talk = ordering(line(1, STRIPS))
    talk.say("inform", ("amount", "6"))
    talk.say("choose_delivery", ("delivery", "outside_door"))
    assert talk.question == "address"
    talk.say("deny", ("amount", "5"), text="nej jag menade fem")
    assert (talk.case.draft.lines[0].packages, talk.question) == (5, "address")


@pytest.mark.parametrize("said", ["actually I meant five", "nej jag menade faktiskt fem", "I meant five"])
def test_a_correction_is_told_from_an_address(said):
    assert corrects(said, ["choklad"])


@pytest.mark.parametrize("said", ["jepp", "yep", "absolut", "ja"])
def test_yes_has_many_words(said):
    talk = ordering(line(1, STRIPS))
    talk.say("inform", ("amount", "6"))
    talk.say("choose_delivery", ("delivery", "outside_door"))
    assert talk.question == "address"
    assert _answer(talk.case, talk.case.draft, "address", said) is None
    assert talk.question != "address"


def test_enough_is_understood_also_when_nothing_more_was_asked_for():
    talk = ordering(line(1, STRIPS))
    talk.say("inform", ("amount", "6"))
    assert talk.pick("more_lines=none").changed


def test_when_it_comes_is_about_the_order_that_is_being_made():
    talk = ordering(line(1, STRIPS))
    talk.say("inform", ("amount", "4"))
    assert [say.response for say in order_status(talk.case)] == ["utter_would_come_depends"]
    talk.say("choose_delivery", ("delivery", "outside_door"))
    (said,) = order_status(talk.case)
    assert said.response == "utter_would_come"
    (placed,) = new_orders(talk.case, talk.case.draft, undo=timedelta())
    assert said.values["expected"] == talk.case.worded(placed.expected_latest)


@pytest.mark.parametrize(
    ("text", "entities"),
    [("20 päron", [("amount", "20")]), ("jag vill ha tio paket päron", [("amount", "tio")]), ("10 pears please", [])],
)
def test_a_flavour_that_nobody_makes_is_told_with_those_there_are(text, entities):
    talk = Talk(make_case([line(1, DRINK, packages=20), line(2, STRIPS)]))
    result = talk.say("choose_variants", *entities, text=text)
    assert told(result) == ["utter_no_such_flavour"]
    assert result.says[0].values["flavours"] == "jordgubb, choklad och vanilj"
    assert (variants(talk), talk.question) == ({}, "variants")


def test_beside_a_flavour_that_nobody_makes_the_other_is_taken():
    talk = ordering(line(1, DRINK, packages=20))
    assert told(talk.say("choose_variants", text="10 päron och 5 vanilj")) == ["utter_no_such_flavour"]
    assert variants(talk) == {"vanilla": 5}


def test_an_unknown_flavour_never_counts_for_the_one_that_is_chosen():
    talk = ordering(line(1, DRINK, packages=20))
    talk.say("choose_variants", text="5 vanilj")
    assert told(talk.say("inform", ("amount", "10"), text="10 päron")) == ["utter_no_such_flavour"]
    assert variants(talk) == {"vanilla": 5}


@pytest.mark.parametrize(
    "text", ["tio blandade", "10 olika", "5 av varje", "20 totalt", "3 förpackningar till", "10 choklad", "5 chokald"]
)
def test_words_of_sharing_and_misspelt_flavours_are_no_unknown_flavours(text):
    talk = ordering(line(1, DRINK, packages=20))
    assert "utter_no_such_flavour" not in told(talk.say("choose_variants", text=text))


@pytest.mark.parametrize("text", ["vilka smaker finns?", "vad har ni för smaker", "which flavours do you have?"])
def test_which_flavours_there_are_is_answered_before_anything_is_chosen(text):
    talk = Talk(make_case([line(1, DRINK), line(2, STRIPS)]))
    result = talk.say("choose_variants", text=text)
    assert [(say.response, say.values["flavours"]) for say in result.says] == [
        ("utter_flavours_there_are", "jordgubb, choklad och vanilj")
    ]
    assert talk.question == "lines"


def test_which_flavours_there_are_is_told_by_the_question_where_they_are_its_choices():
    talk = ordering(line(1, DRINK))
    result = talk.say("choose_variants", text="vilka smaker finns?")
    assert (result.changed, told(result), talk.question) == (True, [], "variants")


@pytest.mark.parametrize("text", ["kan jag få kompresser?", "jag behöver plåster", "can I get some bandages please"])
def test_what_is_not_prescribed_is_told_although_we_do_not_know_it(text):
    talk = Talk(make_case([line(1, LANCETS), line(2, STRIPS)]))
    assert told(talk.say("order_products", text=text)) == ["utter_not_prescribed"]


@pytest.mark.parametrize(
    "text",
    ["jag vill beställa", "jag vill ha hjälp", "kan jag få hem saker", "jag behöver nya produkter", "I need an order"],
)
def test_what_names_nothing_is_not_told_to_be_missing(text):
    talk = Talk(make_case([line(1, LANCETS), line(2, STRIPS)]))
    assert told(talk.say("order_products", text=text)) == []


def test_who_needs_more_than_there_is_hears_how_many_and_whom_to_ask():
    talk = ordering(line(1, DRINK, packages=20))
    assert told(talk.say("choose_variants", text="25 choklad")) == ["utter_too_many"]
    result = talk.say("order_products", text="men jag behöver fler")
    assert [(say.response, say.values) for say in result.says] == [("utter_no_more_than", {"max": "20"})]


def test_who_begins_by_needing_more_is_only_asked_how_many():
    talk = Talk(make_case([line(1, DRINK, packages=20)]))
    assert told(talk.say("order_products", text="Hej jag behöver mer dryck")) == []


@pytest.mark.parametrize(
    ("text", "option"),
    [("kan jag hämta det någonstans?", "pickup_point"), ("can I pick it up somewhere", "pickup_point")],
)
def test_a_way_of_delivery_is_known_by_what_is_to_be_done(text, option):
    talk = ordering(line(1, STRIPS, packages=6))
    talk.say("inform", ("amount", "6"), text="6")
    talk.say("choose_delivery", text=text)
    assert talk.case.draft.option == option


def test_a_way_of_delivery_that_is_not_there_is_told():
    talk = ordering(line(1, STRIPS, packages=6))
    talk.say("inform", ("amount", "6"), text="6")
    assert told(talk.say("choose_delivery", text="chauffören får ringa")) == ["utter_option_not_possible"]


def test_what_cannot_be_done_is_no_way_of_delivery():
    talk = ordering(line(1, STRIPS, packages=6))
    talk.say("inform", ("amount", "6"), text="6")
    talk.say("choose_delivery", text="jag kan inte hämta det")
    assert talk.case.draft.option is None


def test_enough_lets_a_product_go_that_was_only_picked():
    talk = Talk(make_case([line(1, STRIPS), line(2, LANCETS), line(3, DRINK)]))
    talk.say("order_products", ("product", "testremsa"), ("amount", "6"), text="6 testremsor")
    talk.pick("lines=3")
    assert talk.question == "variants"
    talk.pick("more_lines=none")
    assert [one.line_id for one in talk.case.draft.lines] == [1]
    assert talk.question == "delivery"

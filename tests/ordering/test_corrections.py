"""An earlier answer is taken back, whatever is being asked."""

from tests.ordering.cases import DRINK, LANCETS, STRIPS, Talk, line, make_case


def flavours_chosen(*pairs):
    talk = Talk(make_case([line(1, DRINK, packages=10)]))
    talk.say("order_products")
    said = " och ".join(f"{count} {flavour}" for count, flavour in pairs)
    entities = [pair for count, flavour in pairs for pair in (("amount", str(count)), ("flavour", flavour))]
    talk.say("choose_variants", *entities, text=said)
    return talk


def taken(talk):
    return talk.case.draft.lines[0].variants


def test_not_this_flavour_but_that():
    talk = flavours_chosen((6, "choklad"), (4, "vanilj"))
    result = talk.say("deny", ("flavour", "choklad"), ("flavour", "jordgubb"), text="inte choklad, jordgubb")
    assert taken(talk) == {"vanilla": 4, "strawberry": 6}
    assert result.says == []
    talk.say("inform", ("flavour", "vanilj"), text="vanilj i stället för jordgubb")
    assert taken(talk) == {"vanilla": 10}


def test_this_flavour_was_meant():
    talk = flavours_chosen((10, "choklad"))
    talk.say("inform", ("flavour", "vanilj"), text="jag menade vanilj")
    assert taken(talk) == {"vanilla": 10}


def test_a_flavour_out_of_stock_takes_no_others_place():
    talk = flavours_chosen((10, "choklad"))
    result = talk.say("inform", ("flavour", "kaffe"), text="inte choklad, kaffe")
    assert taken(talk) == {"chocolate": 10}
    assert [say.response for say in result.says] == ["utter_flavour_out_of_stock"]


def test_another_number_was_meant_is_about_what_was_told_last():
    talk = Talk(make_case([line(1, STRIPS), line(2, LANCETS), line(3, DRINK)]))
    talk.say("order_products", ("product", "testremsa"), ("product", "lansetter"))
    talk.say("inform", ("amount", "6"), text="6")
    assert talk.question == "amount"
    talk.say("inform", ("amount", "fem"), text="jag menade fem")
    assert [one.packages for one in talk.case.draft.lines] == [5, None]
    talk.say("inform", ("amount", "3"), text="3")
    talk.say("inform", ("amount", "två"), text="nej jag menade två")
    assert [one.packages for one in talk.case.draft.lines] == [5, 2]
    assert talk.question == "delivery"


def test_a_wrong_address_is_asked_for_anew_and_nothing_else():
    talk = Talk(make_case([line(1, STRIPS)]))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    talk.pick("delivery=outside_door")
    assert talk.question == "address"
    talk.say("change_address")
    assert talk.question == "new_address"
    talk.case.draft.asking = None
    for choice in ("address=registered", "dwelling=house", "name_on_door=yes"):
        talk.pick(choice)
    talk.say("change_address")
    assert talk.question == "new_address"
    assert talk.case.draft.details["dwelling"] == "house"

"""What a complaint is about and of what kind it is, from the patient's words or from choices."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ordering.use_cases.complain_choices import complaint_choices
from ordering.use_cases.complain_days import discovered
from tests.ordering.cases import DRINK, LANCETS, STRIPS, TODAY
from tests.ordering.complaints import BAGS, SENSOR, Talk

# What it is about


def test_which_of_several_products_is_asked_for_and_not_knowing_will_do():
    talk = Talk(STRIPS, BAGS, delivered=3)
    assert talk.begin("den är trasig", "report_defect") == "complaint_article"
    assert talk.offered("complaint_article") == [f"7:{STRIPS.number}", f"7:{BAGS.number}", "none", "unknown"]
    known = talk.pick(f"complaint_article=7:{BAGS.number}")
    assert (known, talk.complaint.article_number, talk.complaint.order_id) == (None, BAGS.number, 7)
    talk = Talk(STRIPS, BAGS, delivered=3)
    talk.begin("den är trasig", "report_defect")
    talk.pick("complaint_article=unknown")
    assert (talk.complaint.article_number, talk.complaint.order_id) == (None, None)


def test_a_product_that_is_none_of_theirs_is_asked_about_and_remembered():
    talk = Talk(STRIPS, delivered=3)
    assert talk.begin("katetern läcker", "report_defect", "katetrar") == "complaint_article"
    assert talk.say("det vet jag inte") == "complaint_discovered"
    assert (talk.complaint.product, talk.complaint.article_number) == ("katetrar", None)


def test_a_flavour_tells_which_product():
    talk = Talk(STRIPS, DRINK, delivered=3)
    talk.begin("jag fick vanilj fast jag beställde choklad", "report_deviation", flavours=("vanilj", "choklad"))
    assert talk.complaint.article_number == DRINK.number


def test_a_parcel_that_never_came_is_one_matter_whatever_was_in_it():
    talk = Talk(STRIPS, BAGS, delivered=None)
    assert talk.begin("paketet kom aldrig", "report_deviation") == "complaint_wanted"
    assert (talk.complaint.order_id, talk.complaint.article_number) == (7, None)
    assert talk.offered("complaint_wanted") == ["new_delivery", "report"], "what never came is not sent back"


def test_one_of_several_orders_is_told_by_its_day():
    talk = Talk(BAGS, delivered=30)
    talk.case.orders.insert(0, replace(talk.case.orders[0], id=8, day=TODAY - timedelta(days=6), delivered_on=None))
    assert talk.begin("stomipåsarna läcker", "report_defect", "stomipåsar") == "complaint_article"
    first, second, _ = complaint_choices(talk.case, talk.complaint, "complaint_article")
    assert first.label == second.label == "utter_choice_complaint_article_ordered"
    assert first.values["day"] != second.values["day"]
    assert talk.pick("complaint_article=8:1") is None
    assert talk.complaint.order_id == 8


def test_what_is_not_sent_yet_can_be_missing_but_not_broken():
    talk = Talk(LANCETS, delivered=None)
    talk.case.orders[0] = replace(talk.case.orders[0], status="confirmed")
    talk.begin("lansetten sticker inte", "report_defect", "lansetter")
    assert (talk.complaint.article_number, talk.complaint.order_id) == (LANCETS.number, None)
    talk = Talk(LANCETS, delivered=None)
    talk.case.orders[0] = replace(talk.case.orders[0], status="confirmed")
    talk.begin("paketet kom aldrig", "report_deviation")
    assert talk.complaint.order_id == 7


# What kind it is


def test_a_click_is_followed_by_the_patients_own_words():
    talk = Talk(BAGS, delivered=3)
    assert talk.begin("", "report_deviation") == "complaint_text"
    assert talk.complaint.text is None
    assert talk.say("påsarna läcker", "report_defect") is None
    assert (talk.complaint.kind, talk.complaint.text) == ("defect", "påsarna läcker")


def test_words_that_tell_nothing_are_kept_and_more_is_asked_for():
    talk = Talk(BAGS, delivered=3)
    assert talk.begin("jag vill reklamera", "report_defect") == "complaint_text"
    assert talk.say("det är något galet med locket", "out_of_scope") is None
    assert talk.complaint.text == "jag vill reklamera\ndet är något galet med locket"
    talk = Talk(BAGS, delivered=3)
    talk.begin("jag vill reklamera", "report_defect")
    assert talk.say("nej", "deny") is None, "that was all there is to say"
    assert talk.complaint.text == "jag vill reklamera"


def test_two_things_at_once_are_asked_about_among_themselves():
    talk = Talk(BAGS, delivered=3)
    said = "chauffören lämnade paketet hos grannen och det saknades två kartonger"
    assert talk.begin(said, "report_deviation") == "complaint_kind"
    assert talk.offered("complaint_kind") == ["wrong_number", "wrong_address", "other"]
    assert talk.pick("complaint_kind=wrong_address") == "complaint_wanted"
    assert talk.complaint.text == said


def test_broken_at_once_or_on_the_way_is_asked_where_both_may_be():
    talk = Talk(BAGS, delivered=3)
    assert talk.begin("kartongen och påsarna är trasiga", "report_defect") == "complaint_kind"
    assert talk.offered("complaint_kind") == ["defect", "damaged", "other"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("teststickorna visar helt fel värden sen en vecka tillbaka", "defect"),
        ("leveransen var sen", "late"),
        ("två paket fattades", "wrong_number"),
        ("mina katetrar kom i tisdags men de var fel längd", "wrong_article"),
        ("det står levererat men jag har inte fått något", "missing"),
        ("jag har väntat i tre veckor", "late"),
        ("grannen fick mitt paket", "wrong_address"),
        ("flaskorna hade gått sönder i transporten", "damaged"),
    ],
)
def test_the_words_tell_the_kind_whatever_deviation_it_is_taken_for(said, kind):
    talk = Talk(BAGS, delivered=3)
    talk.begin(said, "report_deviation")
    assert talk.complaint.kind == kind


def test_what_is_said_instead_of_choosing_is_kept():
    talk = Talk(BAGS, delivered=3)
    talk.begin("ni har skickat fel", "report_deviation")
    talk.say("allt är på tok")
    assert talk.say("ja så knasigt") == "complaint_kind"
    assert talk.complaint.text == "ni har skickat fel\nallt är på tok\nja så knasigt"


def test_a_product_is_known_by_its_name_however_it_is_bent():
    talk = Talk(replace(STRIPS, product="teststickor"), BAGS, delivered=3)
    talk.begin("teststickorna visar helt fel värden", "report_defect")
    assert talk.complaint.article_number == STRIPS.number


def test_what_nobody_can_sort_is_received_all_the_same():
    talk = Talk(BAGS, delivered=3)
    talk.begin("det blev fel med min beställning", "report_deviation")
    assert talk.say("allt är på tok", "out_of_scope") == "complaint_kind"
    assert len(talk.offered("complaint_kind")) == 8, "no more than a phone has keys for"
    assert talk.pick("complaint_kind=other") is None
    assert (talk.complaint.kind, talk.complaint.route, talk.complaint.status) == (None, None, "received")
    assert talk.hears() == ["received", "phone"]


def test_an_answer_that_is_not_understood_twice_counts_as_not_knowing():
    talk = Talk(STRIPS, BAGS, delivered=3)
    talk.begin("den är trasig", "report_defect")
    assert talk.say("blabla") == "complaint_article"
    assert not talk.understood
    assert talk.say("blabla", again=True) == "complaint_discovered"
    assert talk.complaint.article_number is None


def test_another_product_said_in_a_later_step_is_one_article_or_asked_about():
    talk = Talk(STRIPS, DRINK, delivered=3)
    talk.begin("kartongen var krossad", "report_deviation")
    assert talk.pick(f"complaint_article=7:{STRIPS.number}") == "complaint_wanted"
    assert talk.say("näringsdryck", "inform", "näringsdryck") == "complaint_wanted"
    assert (talk.complaint.article_number, talk.complaint.product) == (DRINK.number, None)
    talk.say("skicka en ny testremsa i stället för näringsdryck", "inform", "näringsdryck", "testremsa")
    assert (talk.complaint.article_number, talk.complaint.product) == (DRINK.number, None)


def test_another_product_that_is_none_of_theirs_is_asked_about():
    talk = Talk(STRIPS, DRINK, delivered=3)
    talk.begin("kartongen var krossad", "report_deviation")
    talk.pick(f"complaint_article=7:{STRIPS.number}")
    assert talk.say("katetrar", "inform", "katetrar") == "complaint_article"
    assert (talk.complaint.article_number, talk.complaint.order_id) == (None, None)


@pytest.mark.parametrize("said", ["lampan i köket är trasig", "the lamp in the kitchen is broken"])
def test_a_thing_that_may_be_no_product_is_asked_about_and_none_of_them_is_no_case(said):
    talk = Talk(STRIPS, delivered=3)
    assert talk.begin(said, "report_defect") == "complaint_article"
    assert talk.pick("complaint_article=none") is None
    assert talk.complaint.status == "cancelled"
    assert talk.hears() == ["none_of_ours"]


@pytest.mark.parametrize(
    ("channel", "detail", "told"),
    [("sms", "neutral", "supplier_unknown"), ("sms", "short", "supplier"), ("chat", "neutral", "supplier")],
)
def test_a_neutral_sms_does_not_name_the_supplier_since_it_tells_what_the_product_is_c2(channel, detail, told):
    talk = Talk(SENSOR, channel=channel)
    talk.case.default_sms_detail = detail
    talk.begin("sensorn larmar hela tiden", "report_defect")
    assert talk.hears() == [told]


def test_more_than_a_month_ago_is_a_time():
    told = discovered("för mer än en månad sen", TODAY, asked=True)
    assert told is not None
    assert told.last == discovered("för en månad sedan", TODAY, asked=True).last


def test_a_parcel_left_with_the_wrong_neighbour_went_to_the_wrong_address():
    talk = Talk(STRIPS, delivered=3)
    talk.begin("paketet lämnades hos fel granne", "report_deviation")
    assert talk.complaint.kind == "wrong_address"

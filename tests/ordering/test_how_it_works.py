"""How things work, as the region's rules have it that day; and what a patient's own orders and lines make of it."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from ordering import wording
from ordering.model import OrderLine
from ordering.use_cases.customer_service import opening_hours, what_next
from ordering.use_cases.how_it_works import TOPICS, Here, how_it_works, urgent_delivery
from ordering.use_cases.questions import fees, new_prescription, order_status
from rulebook import Rulebook, load_rulebook
from rulebook.parameter_files import read_folder
from tests.ordering.cases import NOW, PERSON, STRIPS, TODAY, line, make_case, order
from tests.ordering.rules_changed import PARAMETERS, rulebook_with

BOOK = load_rulebook()
THIRD_REGION = Path(__file__).parents[1] / "data" / "rules" / "norrland.yml"  # has codes that nobody has words for


def told(topic, region="vg", day=TODAY):
    return how_it_works(Here(BOOK, region, day), [topic] if topic else [])


def names(says):
    return [say.response for say in says]


def words(says):
    return {name: value for say in says for name, value in say.values.items()}


def test_why_there_is_a_waiting_time_in_words_w15():
    [say] = told("why_waiting")
    assert say.response == "utter_how_waiting"
    assert say.values["fraction"] == "två tredjedelar"
    assert "reserv" in say.values["reasons"]
    assert "läkemedel" in say.values["reasons"]


def test_a_patient_hears_the_same_words_about_their_own_waiting_w1():
    case = make_case([line(1, STRIPS)], [taken(10)])
    general, own, run_out = how_it_works(Here(BOOK, "vg", TODAY), ["why_waiting"], case=case)
    assert (own.response, run_out.response) == ("utter_too_early", "utter_run_out")
    assert own.values["fraction"] == general.values["fraction"]
    assert own.values["days_left"] == "10 dagar"


def test_where_or_when_there_is_no_waiting_time_that_is_said_w3():
    assert names(told("why_waiting", "skane")) == ["utter_how_no_waiting"]
    assert names(told("why_waiting", day=date(2023, 12, 31))) == ["utter_how_no_waiting"]
    assert names(told("why_waiting", day=date(2024, 1, 1))) == ["utter_how_waiting"]


def test_only_ways_to_order_that_a_patient_can_use_are_told_w13():
    assert words(told("ways_to_order"))["ways"] == "e-tjänsten på 1177.se och kundtjänst"
    assert words(told("ways_to_order", "skane"))["ways"] == "kundtjänst och e-tjänsten på 1177.se"


@pytest.mark.parametrize(
    ("topic", "region", "responses"),
    [
        (
            "asylum_seeker",
            "vg",
            ["utter_how_registered_form", "utter_how_card_must_be_valid", "utter_how_care_all_cannot_wait"],
        ),
        ("asylum_seeker", "skane", ["utter_how_registered_customer_service"]),
        ("without_permit", "vg", ["utter_how_registered_form", "utter_how_care_all_cannot_wait"]),
        ("other_region", "vg", ["utter_how_registered_form_approved"]),
        ("other_region", "skane", ["utter_how_registered_customer_service"]),
        (
            "protected",
            "vg",
            ["utter_how_registered_form", "utter_how_unit_receives", "utter_how_withdrawals_each"],
        ),
        ("protected", "skane", ["utter_how_registered_not_in_system"]),
        ("no_address", "vg", ["utter_how_not_stated"]),
        ("no_address", "skane", ["utter_how_registered_not_in_system"]),
        ("reserve_number", "skane", ["utter_how_registered_customer_service"]),
        ("not_found", "skane", ["utter_how_registered_customer_service"]),
    ],
)
def test_how_people_without_a_full_record_are_registered_i2_i3_i4_i5_i6_i10_i11(topic, region, responses):
    assert names(told(topic, region)) == responses


def test_a_goal_for_the_queue_is_worded_from_its_numbers_s4():
    assert words(told("queue"))["share"] == "åtta av tio"
    assert words(told("queue"))["minutes"] == "fem minuter"
    before = words(told("queue", day=date(2023, 11, 15)))
    assert (before["share"], before["minutes"]) == ("85 av 100", "tre minuter")


def test_mondays_are_busy_where_the_region_says_so_s3():
    assert names(told("queue", "skane")) == ["utter_busy_times"]
    assert words(opening_hours(BOOK, "skane", NOW, "sv"))["busy"] == "måndagsmorgnar"
    assert names(opening_hours(BOOK, "vg", NOW, "sv")) == ["utter_open_now"]


def test_an_exemption_takes_longer_and_lapses_p14():
    said = told("exemption")
    assert names(said) == ["utter_how_exemption", "utter_how_exemption_days", "utter_how_exemption_lapses"]
    assert words(said)["needs"].startswith("motivering")
    assert (words(said)["days"], words(said)["months"]) == ("10", "18")


def test_no_prescribers_contact_details_are_given_s5():
    for region in BOOK.regions:
        assert names(told("prescriber_contact", region)) == ["utter_how_prescriber_contact_not_given"]


def test_staff_hear_where_access_is_asked_for_i8_s7_s8():
    vg = told("staff_access")
    assert names(vg) == ["utter_how_access_mailbox", "utter_how_access_not_by_phone", "utter_how_direct_number"]
    assert words(vg)["mailbox"] == "lmn@vgregion.se"
    skane = told("staff_access", "skane")
    assert names(skane) == ["utter_how_access", "utter_how_access_days", "utter_how_access_not_by_phone"]
    assert (words(skane)["fewest"], words(skane)["most"]) == ("2", "3")


def test_who_prescribes_depends_on_age_where_the_region_says_so_p6_p7_p11():
    assert names(told("who_prescribes")) == ["utter_how_prescribers"]
    skane = told("who_prescribes", "skane")
    assert [(say.response, say.values["what"], say.values["age"]) for say in skane] == [
        ("utter_how_prescribers_by_age", "Speciallivsmedel", "16"),
        ("utter_how_highest_age", "Modersmjölksersättning", "16"),
    ]


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("region", BOOK.regions)
def test_every_topic_is_answered_with_customer_services_number_at_hand(topic, region):
    phone = BOOK.customer_service(region=region, day=TODAY).phone
    for say in told(topic, region):
        assert say.values.get("service_phone", phone) == phone
    assert told(topic, region)


def test_a_region_that_nobody_has_written_words_for_is_answered_all_the_same(tmp_path):
    for path in (*PARAMETERS.glob("*.yml"), THIRD_REGION):
        shutil.copy(path, tmp_path)
    book = Rulebook(read_folder(tmp_path))
    here = Here(book, "norrland", TODAY)
    assert all(how_it_works(here, [topic]) for topic in TOPICS)
    assert names(how_it_works(here, ["ways_to_order"])) == ["utter_how_order"], "customer service, not the shop"
    assert names(how_it_works(here, ["staff_access"])) == ["utter_how_not_stated"]
    assert names(what_next(book, "norrland", TODAY, "voice")) == ["utter_what_next", "utter_menu_order_products"]
    assert urgent_delivery(here)
    assert opening_hours(book, "norrland", NOW, "sv")


def test_a_code_that_has_no_words_is_not_said():
    here = Here(rulebook_with("vg", "ways_to_order", ["joint_order"]), "vg", TODAY)
    assert names(how_it_works(here, ["ways_to_order"])) == ["utter_how_order_here"]
    here = Here(rulebook_with("vg", "busy_times", ["first_snow"]), "vg", TODAY)
    assert names(how_it_works(here, ["queue"])) == ["utter_answer_target"]


def test_the_topics_are_those_that_rasa_recognises():
    held_out = Path(__file__).parents[1] / "data" / "nlu_topics_held_out.yml"
    assert set(TOPICS) == set(yaml.safe_load(held_out.read_text(encoding="utf-8")))


FOR_STAFF = {"joint_order", "orderer", "prescription_number_to_customer_service"}


def codes_of(parameter, value):
    if parameter == "access_requests":
        return {"access_through": [value["through"]], "approved_by": [value["approved_by"]]}
    if parameter == "defect_reports":
        return {"reported": (value or {}).values()}
    group = {"areas": "products", "prescription_types": "products", "express_areas": "products"}
    return {group.get(parameter, parameter): value or ()}


@pytest.mark.parametrize("region", BOOK.regions)
@pytest.mark.parametrize(
    "parameter",
    [
        "areas",
        "prescription_types",
        "express_areas",
        "ways_to_order",
        "have_at_hand",
        "waiting_reasons",
        "exemption_needs",
        "busy_times",
        "access_requests",
        "defect_reports",
    ],
)
def test_every_code_that_a_region_has_ever_had_can_be_said(parameter, region):
    for dated in BOOK.history(region, parameter).values:
        for group, codes in codes_of(parameter, dated.plain).items():
            unsaid = [code for code in codes if not wording.named(group, [code], "sv")]
            assert set(unsaid) <= FOR_STAFF


def test_what_tells_more_of_what_is_meant_is_answered():
    here = Here(BOOK, "vg", TODAY)
    assert how_it_works(here, ["ways_to_order", "asylum_seeker"]) == told("asylum_seeker")
    assert names(how_it_works(here, [])) == ["utter_how_overview"]
    assert names(how_it_works(here, ["weather"])) == ["utter_how_overview"]


def test_a_patient_could_ask_for_urgent_delivery_and_nutrition_came_the_same_day_d12_d13():
    before, after = date(2020, 1, 29), date(2020, 1, 30)
    assert names(urgent_delivery(Here(BOOK, "vg", before))) == ["utter_urgent_may_be_asked", "utter_urgent_express"]
    assert names(urgent_delivery(Here(BOOK, "vg", after))) == ["utter_urgent_delivery"]
    assert names(urgent_delivery(Here(BOOK, "skane", after))) == ["utter_urgent_not_known_here"]


def test_the_phones_menu_is_the_regions_in_the_order_of_its_keys_s2():
    menu = ["utter_menu_order_products", "utter_menu_delivery_complaints_other"]
    assert names(what_next(BOOK, "vg", TODAY, "voice")) == ["utter_what_next", *menu]
    assert names(what_next(BOOK, "skane", TODAY, "voice")) == ["utter_what_next", *menu], "none stated: the usual one"
    other = rulebook_with("vg", "phone_menu", {"2": "order_products", "1": "delivery_complaints_other"})
    assert names(what_next(other, "vg", TODAY, "voice")) == ["utter_what_next", *reversed(menu)]
    assert names(what_next(BOOK, "vg", TODAY, "chat")) == ["utter_what_next"]


# The patient's own


def taken(days_ago, **changed):
    return order([OrderLine(1, "10001", 10)], day=TODAY - timedelta(days=days_ago), **changed)


def status_of(orders, article=STRIPS, **more):
    return order_status(make_case([line(1, article)], orders, **more))


def test_a_late_order_is_one_that_the_rules_call_late_and_the_patient_is_contacted_d17():
    on_time = taken(7, status="ordered", expected_latest=TODAY)
    assert names(status_of([on_time])) == ["utter_order_ordered"]
    late = taken(10, status="ordered", expected_latest=date(2026, 2, 27))
    assert names(status_of([late])) == ["utter_order_late_contact"]
    slow = replace(STRIPS, kind="made_to_order")
    assert names(status_of([late], slow)) == ["utter_order_late"], "special articles are left out from 2023-06-21"


def test_where_nobody_has_promised_to_contact_the_patient_customer_service_is_told_of():
    food = replace(STRIPS, region="skane", area="special_foods")
    late = taken(10, status="ordered", expected_latest=date(2026, 2, 27), region="skane")
    person = replace(PERSON, region="skane")
    assert names(status_of([late], food, person=person, region="skane")) == ["utter_order_late"]


def test_an_order_without_a_promised_day_is_never_late():
    assert names(status_of([taken(60, status="ordered", expected_latest=None)])) == ["utter_order_ordered_no_day"]


def test_a_day_that_has_passed_is_not_promised_though_the_order_is_not_late_yet():
    book = rulebook_with("vg", "overdue_after_working_days", 9)
    ordered = taken(10, status="ordered", expected_latest=date(2026, 2, 27))
    assert names(status_of([ordered], book=book)) == ["utter_order_ordered_no_day"]


def test_on_the_round_the_hours_are_told_of_what_is_brought_home_d16():
    home = taken(1, status="out_for_delivery", expected_latest=date(2026, 3, 9))
    assert names(status_of([home])) == ["utter_order_out_for_delivery", "utter_delivery_hours"]
    assert words(status_of([home]))["closes"] == "19:00"
    point = replace(home, option="pickup_point")
    assert names(status_of([point])) == ["utter_order_out_for_delivery"]


def test_what_has_been_charged_so_far_leaves_cancelled_orders_out_f7_f8():
    food = replace(STRIPS, region="skane", area="special_foods")
    lines = [line(1, food, prescription_type="coeliac_metabolic")]
    orders = [taken(90, fee_kr=120), taken(60, fee_kr=210, status="cancelled"), taken(30, fee_kr=50), taken(20)]
    case = make_case(lines, orders, person=replace(PERSON, region="skane"), region="skane")
    said = fees(case)
    assert names(said) == ["utter_fee_monthly", "utter_fees_charged"]
    assert words(said)["total"] == "170"
    assert names(fees(make_case([line(1, STRIPS)], [taken(60)]))) == ["utter_fee_unknown"]


def renewal(lines, orders=None, **more):
    case = make_case(lines, orders, **more)
    return new_prescription(Here(BOOK, case.region, case.day), case, [])


def test_an_ended_line_is_copied_and_an_active_one_ended_first_p8_p9():
    old = {"written": TODAY - timedelta(days=400)}
    assert names(renewal([line(1, STRIPS, **old)])) == ["utter_renew_by_copy"]
    assert names(renewal([line(1, STRIPS)])) == ["utter_renew_active"]
    assert names(renewal([line(1, STRIPS, **old), line(2, STRIPS)])) == ["utter_renew_active"], "a newer one holds"
    assert names(renewal([line(1, STRIPS, voided=TODAY)])) == ["utter_renew_by_copy"]


def test_who_may_prescribe_it_again_depends_on_the_patients_age_p6_p7():
    food = replace(STRIPS, region="skane", area="special_foods")

    def by_age(born, kind):
        person = replace(PERSON, region="skane", born=born)
        return names(renewal([line(1, food, prescription_type=kind)], person=person, region="skane"))

    assert by_age(date(2015, 1, 1), "coeliac_metabolic") == ["utter_renew_active", "utter_prescribed_by_physician"]
    assert by_age(date(2010, 3, 2), "coeliac_metabolic") == ["utter_renew_active", "utter_prescribed_by_dietitian"]
    assert by_age(date(2009, 3, 3), "infant_formula") == ["utter_renew_active", "utter_prescribed_by_dietitian"]
    assert by_age(date(2009, 3, 2), "infant_formula") == ["utter_renew_too_old"]


def test_a_protected_person_hears_what_everybody_hears_i7():
    protected = replace(PERSON, protected=True)
    anybody = new_prescription(Here(BOOK, "vg", TODAY), None, [])
    assert renewal([line(1, STRIPS)], person=protected) == anybody


def test_numbers_in_words():
    assert wording.part(Fraction(2, 3), "sv") == "två tredjedelar"
    assert wording.part(Fraction(1, 3), "sv") == "en tredjedel"
    assert wording.part(Fraction(1, 2), "sv") == "halva"
    assert wording.part(Fraction(1), "sv") == "hela"
    assert wording.part(Fraction(13, 20), "sv") == "13/20"
    assert wording.share(90, "sv") == "nio av tio"
    assert wording.minutes(1, "sv") == "en minut"
    assert wording.minutes(15, "sv") == "15 minuter"

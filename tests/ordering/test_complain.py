"""Complaints as the rules say: what is asked, where each goes, and what the patient hears (C1-C7)."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

import rulebook
from ordering import rule_facts
from ordering.model import Complaint
from ordering.use_cases.complain import next_question
from ordering.use_cases.complain_answers import answer
from ordering.use_cases.complain_choices import complaint_choices
from ordering.use_cases.complain_mail import mail
from ordering.use_cases.complain_words import DEVIATIONS
from rulebook.facts import COMPLAINT_KINDS
from tests.ordering.cases import NOW, PERSON, STRIPS, TODAY
from tests.ordering.complaints import BAGS, SENSOR, SPECIAL, Talk

ABOUT = {
    "defect": ("stomipåsarna läcker", "report_defect"),
    "wrong_address": ("ni har levererat till fel adress", "report_deviation"),
    "missing": ("paketet kom aldrig", "report_deviation"),
    "late": ("leveransen är försenad", "report_deviation"),
    "wrong_article": ("jag har fått fel vara", "report_deviation"),
    "wrong_number": ("det var fel antal", "report_deviation"),
    "damaged": ("kartongen var krossad", "report_deviation"),
    "return": ("jag vill returnera", "return_products"),
}


def test_every_kind_of_the_rules_is_tried():
    assert set(ABOUT) == set(COMPLAINT_KINDS)


@pytest.mark.parametrize("kind", COMPLAINT_KINDS)
@pytest.mark.parametrize("region", ["vg", "skane"])
@pytest.mark.parametrize("article", [BAGS, SENSOR, SPECIAL], ids=lambda article: article.kind)
def test_every_kind_takes_the_route_of_the_rulebook_c1_c5(kind, region, article):
    """C1, C2, C3, C4, C5: what is stored is what the book says, and nothing is asked that the book does not need."""
    talk = Talk(article, region=region)
    question = talk.begin(*ABOUT[kind])
    asked = []
    while question:
        asked.append(question)
        values = {"complaint_leftover": "no", "complaint_discovered": "within", "complaint_wanted": "report"}
        question = talk.pick(f"{question}={values[question]}")
    rule = talk.case.book.complain(region=region, day=TODAY, kind=kind, article=rule_facts.of_article(article))
    assert talk.complaint.kind == kind
    assert talk.complaint.route == rule.route
    referred = rule.route in ("contact_supplier", "not_returnable")
    assert talk.complaint.status == ("referred" if referred else "received")
    expected = []
    if region == "vg" and rule.route == "return":
        expected.append("complaint_leftover")
    if region == "vg" and rule.route in ("defect_report", "deviation_report"):
        expected.append("complaint_discovered")
    if kind in DEVIATIONS:
        expected.append("complaint_wanted")
    assert asked == expected
    told = talk.hears()
    assert ("phone" in told) != referred, "C7"
    assert not any(part.startswith(("late", "in_time", "days_")) for part in told) or region == "vg", "C6"


def test_a_defect_is_reported_with_its_case_number_and_the_days_allowed_c1_c6():
    """C1, C6, C7."""
    talk = Talk(BAGS)
    assert talk.begin("stomipåsarna läcker", "report_defect") == "complaint_discovered"
    assert talk.offered("complaint_discovered") == ["within", "before", "unknown"]
    assert talk.pick("complaint_discovered=within") is None
    assert talk.hears() == ["defect_report", "days_defect", "phone"]
    assert talk.value("case_number") == "R123456"
    assert talk.value("days") == "14"
    assert not talk.complaint.late
    assert talk.complaint.discovered is None, "a day that was not told is not made up"


def test_a_late_defect_is_taken_flagged_and_said_c1():
    """C1."""
    talk = Talk(BAGS)
    talk.begin("stomipåsarna läcker", "report_defect")
    assert talk.pick("complaint_discovered=before") is None
    assert (talk.complaint.status, talk.complaint.route, talk.complaint.late) == ("received", "defect_report", True)
    assert talk.complaint.discovered is None
    assert talk.complaint.discovered_before == TODAY - timedelta(days=14)
    assert talk.hears() == ["defect_report", "late", "phone"]


@pytest.mark.parametrize(
    ("said", "day", "late"),
    [
        ("i dag", TODAY, False),
        ("det var i går", TODAY - timedelta(days=1), False),
        ("i förrgår", TODAY - timedelta(days=2), False),
        ("i fredags", TODAY - timedelta(days=3), False),
        ("för 14 dagar sedan", TODAY - timedelta(days=14), False),
        ("för femton dagar sedan", TODAY - timedelta(days=15), True),
        ("den 3 februari", date(2026, 2, 3), True),
        ("24/12", date(2025, 12, 24), True),
    ],
)
def test_a_day_told_in_words_is_the_day_of_discovery_c1(said, day, late):
    """C1: on the last day it is in time, on the day after it is late."""
    talk = Talk(BAGS)
    talk.begin("stomipåsarna läcker", "report_defect")
    assert talk.say(said) is None
    assert (talk.complaint.discovered, talk.complaint.late) == (day, late)
    assert ("late" if late else "in_time") in talk.hears()


@pytest.mark.parametrize(
    ("said", "question", "late"),
    [
        ("för en månad sedan", None, True),
        ("förra veckan", None, False),
        ("för mer än en månad sen", None, True),
        ("ett par veckor sedan", None, False),
        ("två veckor sedan", None, False),
        ("i somras", None, True),
        ("häromdagen", None, False),
        ("a few days ago", None, False),
        ("vet inte", None, False),
        ("bara anmäla det", None, False),
        ("i påsen", "complaint_discovered", False),
    ],
)
def test_about_when_is_never_made_a_day(said, question, late):
    """C1: a span that is wholly late or wholly in time settles it; one across the last day is left to staff."""
    talk = Talk(BAGS)
    talk.begin("stomipåsarna läcker", "report_defect")
    assert talk.say(said) == question
    assert (talk.complaint.discovered, talk.complaint.late) == (None, late)


def test_a_span_across_the_last_day_is_kept_in_the_patients_words():
    talk = Talk(BAGS)
    talk.begin("stomipåsarna läcker", "report_defect")
    talk.say("två veckor sedan")
    assert talk.complaint.text == "stomipåsarna läcker\ntvå veckor sedan"


def test_found_out_when_it_came_is_the_day_of_the_delivery():
    talk = Talk(BAGS, delivered=20)
    assert talk.begin("stomipåsarna läcker", "report_defect") == "complaint_discovered"
    assert talk.say("direkt när jag öppnade paketet") is None
    assert (talk.complaint.discovered, talk.complaint.late) == (TODAY - timedelta(days=20), True)


@pytest.mark.parametrize("said", ["byt mot rätt", "nya tack", "det jag beställde", "swap them", "the right ones"])
def test_what_is_wanted_is_heard_in_the_words_of_a_patient(said):
    talk = Talk(BAGS)
    talk.begin("jag fick fel sorts stomipåsar i går", "report_deviation")
    assert talk.say(said) is None
    assert talk.complaint.wanted == "new_delivery"


def test_nobody_is_asked_when_of_what_came_within_the_days_allowed():
    talk = Talk(BAGS, delivered=14)
    assert talk.begin("stomipåsarna läcker", "report_defect") is None
    assert Talk(BAGS, delivered=15).begin("stomipåsarna läcker", "report_defect") == "complaint_discovered"


def test_a_day_in_the_first_words_spares_the_question():
    talk = Talk(BAGS)
    assert talk.begin("stomipåsen slutade hålla tätt i går, den läcker", "report_defect") is None
    assert talk.complaint.discovered == TODAY - timedelta(days=1)
    talk = Talk(BAGS)
    assert talk.begin("paketet kom i går och kartongen var krossad", "report_deviation") == "complaint_wanted"
    assert talk.complaint.discovered is None, "that is the day it came"


def test_a_defect_of_a_cgm_system_goes_to_its_supplier_and_opens_nothing_c2():
    """C2."""
    talk = Talk(SENSOR)
    assert talk.begin("sensorn har lossnat", "report_defect", "glukossensorer") is None
    assert (talk.complaint.route, talk.complaint.status) == ("contact_supplier", "referred")
    assert talk.hears() == ["supplier"]
    assert talk.value("supplier") == "Mätbolaget"
    assert all("case_number" not in say.values for say in answer(talk.case, talk.complaint))


def test_the_suppliers_contact_is_told_where_the_article_carries_one_c2():
    """C2."""
    talk = Talk(replace(SENSOR, supplier_contact="020-12 34 56"))
    talk.begin("sensorn har lossnat", "report_defect")
    assert talk.hears() == ["supplier_contact"]
    assert talk.value("contact") == "020-12 34 56"


def test_a_pump_that_is_on_no_prescription_is_known_by_its_name_c2():
    """C2."""
    talk = Talk(SENSOR, BAGS)
    assert talk.begin("pumpen larmar hela tiden", "report_defect", "insulinpumpar") is None
    assert (talk.complaint.route, talk.complaint.article_number) == ("contact_supplier", None)
    assert talk.hears() == ["supplier_unknown"]


def test_a_delivery_of_a_cgm_system_gone_wrong_is_a_deviation_as_usual_c2_c3():
    """C2, C3."""
    talk = Talk(SENSOR, delivered=3)
    assert talk.begin("kartongen med sensorer var krossad", "report_deviation", "glukossensorer") == "complaint_wanted"
    assert talk.pick("complaint_wanted=new_delivery") is None
    assert talk.complaint.route == "deviation_report"
    assert talk.hears() == ["deviation_report", "wants_new_delivery", "days_deviation", "phone"]


def test_left_over_products_are_not_returned_and_the_reason_is_said_c5():
    """C5."""
    talk = Talk(BAGS)
    assert talk.begin("vi har stomipåsar över sen mamma dog, kan vi lämna tillbaka dem", "return_products") is None
    assert (talk.complaint.leftover, talk.complaint.status) == (True, "referred")
    assert talk.hears() == ["not_returnable_leftover"]


def test_whether_it_is_left_over_is_asked_and_answered_in_words_c5():
    """C5."""
    talk = Talk(BAGS)
    assert talk.begin("jag vill returnera", "return_products") == "complaint_leftover"
    assert talk.say("nej det är det inte", "deny") is None
    assert (talk.complaint.leftover, talk.complaint.route) == (False, "return")
    assert talk.hears() == ["return", "phone"]


def test_where_nothing_is_stated_of_returns_nothing_is_promised_c5_c6():
    """C5, C6."""
    talk = Talk(BAGS, region="skane")
    assert talk.begin("vi har stomipåsar över sen mamma dog, kan vi lämna tillbaka dem", "return_products") is None
    assert talk.hears() == ["return", "phone"]


def test_an_article_outside_the_range_is_not_returned_and_leftovers_are_not_asked_about_c5():
    """C5."""
    talk = Talk(SPECIAL)
    assert talk.begin("jag vill returnera", "return_products") is None
    assert talk.hears() == ["not_returnable_exemption"]


def test_a_deviation_of_what_cannot_be_returned_offers_no_return_c5():
    """C5."""
    talk = Talk(SPECIAL, delivered=2)
    talk.begin("jag har fått fel vara", "report_deviation")
    assert talk.offered("complaint_wanted") == ["new_delivery", "report"]
    talk = Talk(SPECIAL, delivered=2)
    assert talk.begin("jag har fått fel vara och vill lämna tillbaka den", "report_deviation") is None
    assert talk.hears()[:2] == ["deviation_report", "not_returnable_exemption"]
    talk = Talk(BAGS, delivered=2)
    talk.begin("jag har fått fel vara", "report_deviation")
    assert talk.offered("complaint_wanted") == ["new_delivery", "return", "report"]


def test_too_many_to_return_is_a_deviation_with_a_wish_c4():
    """C4."""
    talk = Talk(BAGS, delivered=2)
    assert talk.begin("jag fick för många och vill lämna tillbaka resten", "return_products") is None
    assert (talk.complaint.kind, talk.complaint.wanted) == ("wrong_number", "return")


def test_everything_in_one_message_leaves_nothing_to_ask():
    talk = Talk(STRIPS, BAGS, delivered=3)
    said = "det saknades två paket stomipåsar i leveransen, skicka resten tack"
    assert talk.begin(said, "report_deviation", "stomipåsar") is None
    assert (talk.complaint.kind, talk.complaint.article_number) == ("wrong_number", BAGS.number)
    assert (talk.complaint.wanted, talk.complaint.order_id) == ("new_delivery", 7)
    assert talk.complaint.text == said


# The parameters decide what is heard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(rulebook.__file__).parent / "parameters", tmp_path / "parameters"))


def put(folder: Path, key: str, value: object, region: str = "vg") -> Path:
    """Gives a parameter one value, for all time."""
    path = folder / f"{region}.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["parameters"][key]["values"] = [content["parameters"][key]["values"][0] | {"value": value}]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def test_complaint_days_decides_what_is_late_and_how_it_is_asked(folder):
    talk = Talk(BAGS).with_rules(put(folder, "complaint_days", 30))
    talk.begin("stomipåsarna läcker", "report_defect")
    assert complaint_choices(talk.case, talk.complaint, "complaint_discovered")[0].values == {"days": "30"}
    talk.say("för 20 dagar sedan")
    assert not talk.complaint.late
    assert talk.value("days") == "30"


def test_complaint_days_in_the_other_region_makes_it_ask_there_too(folder):
    talk = Talk(BAGS, region="skane").with_rules(put(folder, "complaint_days", 7, "skane"))
    assert talk.begin("stomipåsarna läcker", "report_defect") == "complaint_discovered"
    assert Talk(BAGS, region="skane").begin("stomipåsarna läcker", "report_defect") is None


def test_supplier_takes_defects_of_decides_who_is_contacted(folder):
    talk = Talk(SENSOR, delivered=3).with_rules(put(folder, "supplier_takes_defects_of", []))
    talk.begin("sensorn har lossnat", "report_defect")
    assert talk.hears()[0] == "defect_report"


def test_never_returned_kinds_decides_what_is_sent_back(folder):
    talk = Talk(SENSOR, delivered=3).with_rules(put(folder, "never_returned_kinds", ["cgm"]))
    talk.begin("jag vill returnera", "return_products")
    assert talk.hears() == ["not_returnable_article"]


def test_leftovers_returnable_decides_whether_it_is_asked_at_all(folder):
    talk = Talk(BAGS).with_rules(put(folder, "leftovers_returnable", True))
    assert talk.begin("överblivna påsar vill jag returnera", "return_products") is None
    assert talk.hears() == ["return", "phone"]


# The mail to the mailbox


def test_the_mail_names_the_case_and_nothing_of_the_patient_c4():
    """C4."""
    talk = Talk(BAGS, delivered=3)
    talk.begin("kartongen med stomipåsar till Karin Ek var krossad", "report_deviation", "stomipåsar")
    bare = mail(talk.complaint, "deviation", talk.complaint.kind, region="Västra Götaland")
    written = bare.pop("by_tls")
    assert bare["subject"] == "Ärende R123456"
    for told in ("Västra Götaland", "Avvikelse", "skadat", "2026"):
        assert told not in " ".join(bare.values())
    assert written["subject"] == "Avvikelse R123456"
    for told in ("R123456", "Västra Götaland", "skadat paket", "2026-03-02 10:00"):
        assert told in written["text"]
    for private in ("Karin", "Ek ", "stomi", PERSON.identity_number, "krossad"):
        assert private not in " ".join(written.values())


@pytest.mark.parametrize("kind", ["unclear", *DEVIATIONS])
def test_every_kind_that_is_mailed_has_a_word(kind):
    complaint = Complaint(1, "R123456", 1, "vg", "sms", NOW, 3)
    assert "{" not in mail(complaint, "deviation", kind, region="x")["by_tls"]["text"]


def test_nothing_is_asked_of_what_is_closed():
    talk = Talk(BAGS)
    assert next_question(talk.case, replace(talk.complaint, status="received")) is None

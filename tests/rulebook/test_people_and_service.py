"""People without a full record, and what is told to whom: facts of the regions that no case's question asks for."""

from datetime import date

import pytest

from rulebook import load_rulebook
from rulebook.identity_numbers import parse_identity
from rulebook.verdict import Label

BOOK = load_rulebook()
DAY = date(2026, 3, 2)


def test_people_are_found_by_the_whole_number_without_hyphen_i1() -> None:
    written = [parse_identity(text) for text in ("19850101-2382", "198501012382", "1985 0101 2382")]
    assert {number.value for number in written if number} == {"198501012382"}
    assert parse_identity("850101-2382") is None


def test_asylum_seekers_are_found_by_eight_digits_of_the_card_i2() -> None:
    number = parse_identity("50-008920/4")
    assert number is not None
    assert (number.kind, number.value) == ("lma", "50008920")


def test_asylum_seekers_are_registered_by_form_at_their_own_unit_i2() -> None:
    answer = BOOK.registration(region="vg", day=DAY, who="asylum_seeker")
    assert (answer.by, answer.unit) == ("form", "602413")
    assert "I2" in answer.rules


def test_a_card_holds_on_its_last_day_i2() -> None:
    def holds(until: date | None, who: str = "asylum_seeker") -> bool | None:
        return BOOK.registration(region="vg", day=DAY, who=who, card_valid_until=until).card_valid

    assert holds(DAY) is True
    assert holds(date(2026, 3, 1)) is False
    assert holds(None) is False
    assert holds(None, who="other_region") is None


def test_people_without_permit_have_an_ending_to_their_name_i3() -> None:
    def named(name: str, who: str = "without_permit") -> str | None:
        return BOOK.registration(region="vg", day=DAY, who=who, name=name).name

    assert named("Sara Ek") == "Sara Ek - UT"
    assert named("Sara Ek - UT") == "Sara Ek - UT"
    assert named(" Sara Ek ", who="other_region") == "Sara Ek"


@pytest.mark.parametrize(
    ("region", "by", "approved_by"), [("vg", "form", "manager"), ("skane", "customer_service", None)]
)
def test_people_from_other_regions_are_registered_by_customer_service_i4(
    region: str, by: str, approved_by: str | None
) -> None:
    answer = BOOK.registration(region=region, day=DAY, who="other_region")
    assert (answer.by, answer.approved_by) == (by, approved_by)


def test_protected_people_get_one_withdrawal_to_the_unit_i5_i9() -> None:
    answer = BOOK.registration(region="vg", day=DAY, who="protected")
    assert (answer.by, answer.withdrawals) == ("form", 1)
    assert answer.label == Label("unit", "responsible_person")
    assert {"I5", "I9"} <= set(answer.rules)


@pytest.mark.parametrize(("who", "rule"), [("protected", "I5"), ("no_address", "I6")])
def test_some_are_not_in_the_system_at_all_i5_i6(who: str, rule: str) -> None:
    answer = BOOK.registration(region="skane", day=DAY, who=who)
    assert answer.by == "not_in_system"
    assert rule in answer.rules


def test_where_nothing_is_stated_nothing_is_promised_i6() -> None:
    assert BOOK.registration(region="vg", day=DAY, who="no_address").by is None


@pytest.mark.parametrize("who", ["reserve_number", "not_found", "asylum_seeker"])
def test_who_is_not_found_is_referred_to_customer_service_i11(who: str) -> None:
    answer = BOOK.registration(region="skane", day=DAY, who=who)
    assert (answer.by, answer.rules) == ("customer_service", ("I11",))


@pytest.mark.parametrize("who", ["asylum_seeker", "without_permit"])
def test_children_have_the_care_of_other_children_i10(who: str) -> None:
    def care(region: str, born: date) -> str | None:
        return BOOK.registration(region=region, day=DAY, who=who, born=born).care

    assert care("vg", date(2008, 3, 3)) == "all"
    assert care("vg", date(2008, 3, 2)) == "cannot_wait"
    assert care("skane", date(2020, 1, 1)) is None


def test_access_is_asked_for_in_the_way_of_the_region_i8_s7() -> None:
    vg = BOOK.history("vg", "access_requests").on(DAY).read
    skane = BOOK.history("skane", "access_requests").on(DAY).read
    assert (vg.through, vg.approved_by, vg.by_phone) == ("form_to_mailbox", "manager", False)
    assert (skane.through, skane.by_phone, skane.days) == ("e_catalogue", False, (2, 3))


def test_patients_are_not_given_a_prescribers_contact_details_s5_s8() -> None:
    for region in BOOK.regions:
        assert not BOOK.history(region, "prescriber_contact").on(DAY).read.given_to_patients
    assert BOOK.history("vg", "prescriber_contact").on(DAY).read.direct_number_registered


def test_deviations_go_to_the_mailbox_of_the_later_document_s6() -> None:
    assert BOOK.customer_service(region="vg", day=DAY).mailbox == "lmn@vgregion.se"
    assert BOOK.customer_service(region="skane", day=DAY).mailbox is None


def test_patients_report_defects_by_phone_and_staff_by_form_c7() -> None:
    assert BOOK.parameter("vg", DAY, "defect_reports") == {"patient": "phone", "prescriber": "form", "supplier": "form"}


def test_ways_to_order_and_what_to_have_at_hand_w13_p15() -> None:
    assert BOOK.parameter("vg", DAY, "ways_to_order") == ["e_service_1177", "customer_service", "joint_order"]
    assert "prescription_number_to_customer_service" in BOOK.parameter("skane", DAY, "ways_to_order")
    assert BOOK.parameter("vg", DAY, "have_at_hand") == ["prescription_receipt"]


def test_why_there_is_a_waiting_time_from_the_day_there_is_one_w15() -> None:
    assert BOOK.parameter("vg", date(2023, 12, 31), "waiting_reasons") == []
    assert BOOK.parameter("vg", date(2024, 1, 1), "waiting_reasons") == [
        "as_for_prescribed_medicines",
        "reserve_at_home",
    ]


def test_fees_are_invoiced_monthly_and_can_be_listed_f7_f8() -> None:
    assert BOOK.parameter("skane", DAY, "fees_invoiced") == "monthly"
    assert BOOK.parameter("vg", DAY, "fees_invoiced") is None
    answer = BOOK.fees_charged(region="skane", day=DAY, amounts=[120, None, 210])
    assert (answer.total_kr, answer.numbers["orders"]) == (330, 2)


def test_the_forums_that_decide_are_dated_g2() -> None:
    forums = BOOK.forums("vg")
    assert [forum.name for forum in forums] == ["Ledningsrådet LMN", "Ledningsråd MTP", "Ledningsråd för hjälpmedel"]
    assert forums[1].start == date(2019, 3, 12)

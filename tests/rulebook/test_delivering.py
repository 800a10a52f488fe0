"""How and when it is delivered: D1-D11, D15, D18, D20-D31, D33, D34."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook import load_rulebook
from rulebook.facts import OPTIONS, Article, DeliveryDetails, Person
from rulebook.verdict import DeliveryCheck
from rulebook.working_days import is_working_day, nth_working_day

BOOK = load_rulebook()
DAY = date(2026, 3, 2)
AREAS = ["general", "diabetes", "incontinence", "nutrition", "ostomy", "tracheostomy", "special_foods"]


def check(
    option: str, *, region: str = "vg", area: str = "ostomy", name: str | None = "Nils Ask", **details: Any
) -> DeliveryCheck:
    born, article = details.pop("born", None), details.pop("article", Article())
    return BOOK.delivery_check(
        region=region,
        day=DAY,
        area=area,
        article=article,
        option=option,
        person=Person(born=born, name=name),
        details=DeliveryDetails(**details),
    )


def test_d2_d4_outside_the_door_is_asked_in_the_order_of_a_conversation() -> None:
    assert check("outside_door").missing == ("address", "dwelling", "name_on_door")
    assert check("outside_door", dwelling="flat").missing == ("address", "door_code", "name_on_door")
    known = {"address": "Åvägen 4", "dwelling": "flat", "name_on_door": False}
    assert check("outside_door", **known).missing == ("door_code", "co_name")


def test_d9_a_pickup_point_is_asked_in_the_order_of_a_conversation() -> None:
    assert check("pickup_point").missing == ("pickup_point", "notify_by")
    assert check("pickup_point", notify_by="sms").missing == ("pickup_point", "mobile")
    assert check("pickup_point", pickup_point="3", notify_by="email").missing == ("email",)


def test_d7_a_blank_answer_is_no_answer() -> None:
    assert "address" in check("outside_door", address="  ", dwelling="house", name_on_door=True).missing


def test_d7_d30_everything_may_be_read_back_while_the_order_is_not_sent() -> None:
    assert BOOK.change(status="confirmed", what="notification").allowed
    assert not BOOK.change(status="out_for_delivery", what="notification").allowed


def test_d23_a_skane_patient_is_asked_nothing_for_a_pickup_point() -> None:
    found = check("pickup_point", region="skane", area="diabetes")
    assert found.allowed
    assert found.tell == ("notified_by_letter",)


def test_d31_only_a_minor_is_asked_for_a_parent() -> None:
    assert check("pickup_point", region="skane", area="special_foods", born=date(2015, 1, 1)).missing == (
        "guardian_name",
    )
    assert check("pickup_point", region="skane", area="special_foods", born=date(1985, 1, 1)).missing == ()


def test_d31_goes_before_d28() -> None:
    found = check(
        "pickup_point",
        region="skane",
        area="diabetes",
        born=date(2015, 1, 1),
        guardian_name="Eva Ask",
        receiver_name="Eva Ask",
    )
    assert found.allowed
    assert (found.label.name, found.label.co) == ("Eva Ask", None)


@pytest.mark.parametrize(
    ("article", "unit_first"),
    [
        (Article(kind="cgm", supplier="Abbott", name="FreeStyle Libre 3"), True),
        (Article(kind="cgm", supplier="Abbott Scandinavia", name="Freestyle libre 2 sensor"), True),
        (Article(kind="cgm", supplier="Abbott"), True),
        (Article(supplier="Abbott", name="Blodketonsticka"), False),
        (Article(supplier="Dexcom", name="G7"), False),
        (Article(), False),
    ],
)
def test_d26_who_stands_on_the_name_line_of_a_parcel_to_a_unit(article: Article, unit_first: bool) -> None:
    found = check("unit", region="skane", area="diabetes", article=article, receiver_name="Kliniken")
    lines = ("Kliniken", "Nils Ask") if unit_first else ("Nils Ask", "Kliniken")
    assert (found.label.name, found.label.co) == lines
    assert found.allowed  # D28 asks for no note where the patient stands on one of the lines


def test_d28_holds_although_the_patients_name_is_not_known() -> None:
    more = {"region": "skane", "area": "diabetes", "name": None, "receiver_name": "Eva Ask"}
    assert check("pickup_point", **more).missing == ("note_to_driver",)
    assert check("unit", **more, article=Article(supplier="Abbott", name="FreeStyle Libre 3")).allowed


def test_d28_any_order_of_the_patients_names_will_do() -> None:
    more = {"region": "skane", "area": "diabetes", "receiver_name": "Eva Ask"}
    assert check("pickup_point", **more, note_to_driver="ask, nils").allowed
    assert check("pickup_point", **more, note_to_driver="Nils").missing == ("note_to_driver",)


@pytest.mark.parametrize(
    "note",
    [
        "19850101-2382",
        "ange 198501012382 vid dörren",
        "850101 2382",
        "ring +46 70 174 06 05",
        "tel 040-628 04 00",
        "0701740605 eller knacka",
        "har diabetes",
        "Patienten är stomiopererad",
        "she has dementia",
        "lådan med Minisensor Flex",
        "minisensorn ska in i kylen",
    ],
)
def test_d29_what_may_not_stand_in_a_note(note: str) -> None:
    found = check("outside_door", region="skane", area="incontinence", address="Bokgatan 1",
                  article=Article(name="Minisensor Flex 10 st"), note_to_driver=note)  # fmt: skip
    assert found.reason == "sensitive_note"


@pytest.mark.parametrize(
    "note",
    [
        "Portkod 4711, våning 3",
        "Ställ paketet i förrådet till vänster",
        "Kom helst 08.00-16.00",
        "inte 2026-03-05, då är porten låst",
        "Ring på två gånger och vänta",
        "Hund på gården, gå runt knuten",
        "Lämna vid entrén mot sjukhuset",
    ],
)
def test_d29_wishes_to_the_driver_may(note: str) -> None:
    found = check("outside_door", region="skane", area="incontinence", address="Bokgatan 1",
                  article=Article(name="Minisensor Flex 10 st"), note_to_driver=note)  # fmt: skip
    assert found.allowed


def test_d29_a_patients_own_name_is_never_taken_for_a_diagnosis() -> None:
    more = {"region": "skane", "area": "diabetes", "receiver_name": "Eva Ask"}
    assert check("pickup_point", name="Sondra Stomilund", **more, note_to_driver="Till Sondra Stomilund").allowed


@pytest.mark.parametrize(
    ("details", "suits"),
    [
        ({"dwelling": "house"}, True),
        ({"dwelling": "flat", "door_code": "4711", "entry_phone": True}, True),
        ({"dwelling": "flat", "door_code": "none"}, True),
        ({"dwelling": "flat", "door_code": "none", "entry_phone": True}, False),
        ({"dwelling": "flat", "entry_phone": True}, False),
        ({}, True),
    ],
)
def test_d34_leaving_outside_needs_a_way_in(details: dict[str, Any], suits: bool) -> None:
    for option in ("outside_door", "outside_door_sms"):
        assert check(option, region="skane", area="special_foods", address="Bokgatan 1", **details).suits == suits
    assert check("pickup_point", region="skane", area="special_foods", **details).suits


def test_d3_in_vg_an_entry_phone_is_no_hindrance_to_leaving_outside() -> None:
    found = check("outside_door", dwelling="flat", door_code="none", entry_phone=True)
    assert found.suits
    assert found.tell == ("be_home_to_open",)


def test_d8_d23_d33_the_carriers_of_each_region_and_area() -> None:
    assert BOOK.carriers(region="vg", day=DAY, area="ostomy") == ("bring",)
    assert BOOK.carriers(region="skane", day=DAY, area="diabetes") == ("dhl", "postnord")
    assert BOOK.carriers(region="skane", day=DAY, area="incontinence") == ("postnord",)


@pytest.mark.parametrize("region", BOOK.regions)
def test_every_option_a_patient_may_choose_is_accepted_by_the_check(region: str) -> None:
    for area in BOOK.areas(region, DAY):
        for kind in ("ordinary", "cgm", "exemption"):
            article = Article(kind=kind)
            offered = BOOK.delivery_options(region=region, day=DAY, area=area, article=article).options
            assert offered
            for option in OPTIONS:
                reason = check(option, region=region, area=area, article=article).reason
                if option in offered:
                    assert reason in (None, "missing_details")


@settings(max_examples=200)
@given(
    region=st.sampled_from(BOOK.regions),
    area=st.sampled_from(AREAS),
    option=st.sampled_from(OPTIONS),
    kind=st.sampled_from(["ordinary", "exemption", "made_to_order"]),
    ordered=st.datetimes(datetime.fromisoformat("2019-01-01"), datetime.fromisoformat("2031-01-01")),
)
def test_d15_d18_d20_every_promised_day_is_a_working_day_after_the_order(
    region: str, area: str, option: str, kind: str, ordered: datetime
) -> None:
    promise = BOOK.delivery_day(region=region, area=area, article=Article(kind=kind), option=option, ordered=ordered)
    for day in (promise.earliest, promise.latest):
        assert day is None or (is_working_day(day) and day > ordered.date())
    if promise.earliest and promise.latest:
        assert promise.earliest <= promise.latest


@given(st.dates(date(2019, 1, 1), date(2031, 1, 1)), st.integers(1, 12))
def test_d18_as_many_working_days_lie_between_as_are_counted(start: date, number: int) -> None:
    end = nth_working_day(start, number)
    days = [start + timedelta(days=after) for after in range(1, (end - start).days + 1)]
    assert sum(map(is_working_day, days)) == number


@pytest.mark.parametrize(
    "day", [date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31), date(2027, 5, 6), date(2026, 1, 6)]
)
def test_d18_eves_and_holidays_are_days_off(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.parametrize(
    "day", [date(2026, 4, 30), date(2026, 5, 15), date(2026, 12, 23), date(2026, 1, 5), date(2026, 4, 2)]
)
def test_d18_other_eves_and_squeeze_days_are_worked(day: date) -> None:
    assert is_working_day(day)


def test_d18_the_order_day_is_the_local_day() -> None:
    """23:30 on Sunday in London is Monday in Stockholm."""
    late = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("UTC"))
    promise = BOOK.delivery_day(region="vg", area="ostomy", article=Article(), option="outside_door", ordered=late)
    assert promise.latest == date(2026, 3, 9)

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer  # type: ignore[import-untyped]

from rulebook.identity_numbers import IdentityNumber, find_numbers, parse_identity

TODAY = date(2026, 11, 21)
TEST_NUMBERS = (
    "189001019802", "198501012382", "198501012390", "199001012385", "200101012391", "202001012398",
)  # fmt: skip


def with_check_digit(digits: str) -> str:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits[2:])]
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


days = st.dates(date(1890, 1, 1), TODAY)
serials = st.integers(1, 999).map(lambda number: f"{number:03d}")


@pytest.mark.parametrize("number", TEST_NUMBERS)
def test_every_test_number_is_a_personal_number_with_its_birth_date(number: str) -> None:
    born = date(int(number[:4]), int(number[4:6]), int(number[6:8]))
    assert parse_identity(number) == IdentityNumber("personal", number, born)


@pytest.mark.parametrize(
    "text",
    ["19850101-2382", "1985 01 01 23 82", " 198501012382 ", "850101-2382", "8501012382", "850101–2382", "850101 2382"],
)
def test_a_personal_number_may_be_written_in_many_ways(text: str) -> None:
    assert parse_identity(text, today=TODAY) == IdentityNumber("personal", "198501012382", date(1985, 1, 1))


@given(days, serials)
def test_personal_numbers_are_those_that_the_reference_library_takes(born: date, serial: str) -> None:
    number = with_check_digit(f"{born:%Y%m%d}{serial}")
    assert parse_identity(number) == IdentityNumber("personal", number, born)
    reference = personnummer.parse(number)
    assert reference.get_date() == born
    assert parse_identity(reference.format(), today=date.today()) == parse_identity(number)  # noqa: DTZ011


@given(days, serials, st.integers(1, 9))
def test_a_wrong_check_digit_is_refused(born: date, serial: str, error: int) -> None:
    number = with_check_digit(f"{born:%Y%m%d}{serial}")
    wrong = number[:-1] + str((int(number[-1]) + error) % 10)
    assert not personnummer.valid(wrong)
    assert parse_identity(wrong) is None


@given(days, serials)
def test_ten_digits_get_the_century_of_someone_under_a_hundred(born: date, serial: str) -> None:
    number = with_check_digit(f"{born:%Y%m%d}{serial}")
    separator = "+" if TODAY.year - born.year >= 100 else "-"
    found = parse_identity(f"{number[2:8]}{separator}{number[8:]}", today=TODAY)
    assert found == IdentityNumber("personal", number, born)


def test_the_year_somebody_turns_a_hundred_the_sign_decides() -> None:
    number = with_check_digit("19261201238")
    young = with_check_digit("20260101238")
    assert parse_identity(f"{number[2:8]}+{number[8:]}", today=TODAY) == parse_identity(number)
    assert parse_identity(f"{young[2:8]}-{young[8:]}", today=TODAY) == parse_identity(young)
    born_tomorrow = f"{TODAY + timedelta(days=1):%y%m%d}"
    future = with_check_digit(f"20{born_tomorrow}238")
    found = parse_identity(future[2:], today=TODAY)
    assert found is not None
    assert found.value.startswith("1926")


def test_ten_digits_without_a_day_to_count_from_are_refused() -> None:
    assert parse_identity("850101-2382") is None


@given(st.dates(date(1900, 1, 1), TODAY), serials)
def test_coordination_numbers_are_those_that_the_reference_library_takes(born: date, serial: str) -> None:
    number = with_check_digit(f"{born:%Y%m}{born.day + 60}{serial}")
    assert personnummer.valid(number)
    assert parse_identity(number) == IdentityNumber("coordination", number, born)


@pytest.mark.parametrize("date_part", ["19850060", "19850065", "19850160", "19850091"])
def test_a_coordination_number_may_lack_month_or_day_and_then_tells_no_birth_date(date_part: str) -> None:
    number = with_check_digit(f"{date_part}238")
    assert parse_identity(number) == IdentityNumber("coordination", number, None)


def test_the_published_coordination_number_is_read() -> None:
    assert parse_identity("191401682396") == IdentityNumber("coordination", "191401682396", date(1914, 1, 8))


@pytest.mark.parametrize(
    "date_part", ["19850230", "19851301", "19850100", "19850132", "19850290", "19851361", "19850192"]
)
def test_a_day_that_does_not_exist_makes_no_number(date_part: str) -> None:
    assert parse_identity(with_check_digit(f"{date_part}238")) is None


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("20210325K069", date(2021, 3, 25)),
        ("20210325-K069", date(2021, 3, 25)),
        ("20210325k069", date(2021, 3, 25)),
        ("98240301AA06", date(2024, 3, 1)),
        ("22850101BC12", date(1985, 1, 1)),
        ("00992144AA06", None),
        ("19680214EP01", date(1968, 2, 14)),
    ],
)
def test_reserve_numbers_of_regions_and_of_the_nation_are_read(text: str, born: date | None) -> None:
    value = text.replace("-", "").upper()
    assert parse_identity(text) == IdentityNumber("reserve", value, born)


@pytest.mark.parametrize("text", ["50-008920/4", "50-008920", "50008920", "50 - 008920 / 4"])
def test_an_lma_number_is_its_first_eight_digits(text: str) -> None:
    assert parse_identity(text) == IdentityNumber("lma", "50008920", None)


def test_an_lma_number_may_be_keyed_with_its_last_figure() -> None:
    number = parse_identity("500089204")
    assert number is not None
    assert (number.kind, number.value) == ("lma", "50008920")


def test_a_birth_date_alone_is_not_taken_for_an_lma_number() -> None:
    assert parse_identity("19850101") is None
    assert parse_identity("19-850101/2") == IdentityNumber("lma", "19850101", None)


@pytest.mark.parametrize("text", ["", "-", "hej", "1234567", "1234", "²²²²²²²²", "١٩٨٥٠١٠١٢٣٨٢", "50-00892", "+" * 11])
def test_anything_else_is_no_number(text: str) -> None:
    assert parse_identity(text, today=TODAY) is None


@given(st.text())
def test_no_text_whatever_makes_it_fail(text: str) -> None:
    parse_identity(text, today=TODAY)
    spans = find_numbers(text)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mitt nummer är 850101-2382.", ["850101-2382"]),
        ("19850101 2382", ["19850101 2382"]),
        ("född 1985 01 01 23 82 i Borås", ["1985 01 01 23 82"]),
        ("1 9 8 5 0 1 0 1 2 3 8 2", ["1 9 8 5 0 1 0 1 2 3 8 2"]),
        ("mistyped 198501012383!", ["198501012383"]),
        ("900101+9802", ["900101+9802"]),
        ("barnet 202001012398, jag 19900101-2385", ["202001012398", "19900101-2385"]),
        ("191401682396 och 701063-2391", ["191401682396", "701063-2391"]),
        ("kort 50-008920/4", ["50-008920/4"]),
        ("20210325K069 eller 98240301-AA06", ["20210325K069", "98240301-AA06"]),
        ("3 st till 198501012382", ["198501012382"]),
        ("3 198501012382", ["198501012382"]),
    ],
)
def test_numbers_are_found_in_running_text(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in find_numbers(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "ring 070-174 06 05", "0701740605", "+46701740605", "order 1234567", "ärende R123456", "artikel 70011001",
        "2026-11-21 kl 10:30", "41319 Göteborg", "10 jordgubb 5 choklad 5 neutral", "431207", "JA 4821", "031-3900600",
    ],
)  # fmt: skip
def test_other_numbers_are_left_alone(text: str) -> None:
    assert find_numbers(text) == []

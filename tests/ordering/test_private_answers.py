"""What is a private answer, and what is none."""

import pytest

from ordering.draft import Draft
from ordering.use_cases.private_answers import (
    _answer,
    _without_numbers,
    parse_address,
    reads_as_answer,
    reads_as_question,
    steers,
)
from tests.ordering.cases import STRIPS, line, make_case

NAMES = ("co_name", "guardian_name", "receiver_name")


@pytest.mark.parametrize("question", NAMES)
@pytest.mark.parametrize(
    "said",
    [
        "jag vet inte",
        "vet ej",
        "Ingen aning",
        "det minns jag inte",
        "har ingen aning",
        "?",
        "nej",
        "nej tack",
        "Ja tack",
        "no, thank you",
        "nej nej",
        "I don't know",
    ],
)
def test_not_knowing_a_name_is_no_name(question, said):
    draft = Draft()
    assert _answer(make_case([line(1, STRIPS)], draft=draft), draft, question, said) == "utter_error_name"
    assert draft.details == {}


@pytest.mark.parametrize("question", NAMES)
@pytest.mark.parametrize("said", ["Eva Ekström", "c/o Åberg", "Nejla Nilsson", "Hemtjänsten Väst", "Inga Vetelius"])
def test_a_name_is_a_name(question, said):
    draft = Draft()
    assert _answer(make_case([line(1, STRIPS)], draft=draft), draft, question, said) is None
    assert draft.details == {question: said}


@pytest.mark.parametrize(
    ("question", "said", "is_answer"),
    [
        ("address", "Storgatan 5, 541 30 Skövde?", True),
        ("address", "vad kostar det?", False),
        ("door_code", "1234?", True),
        ("door_code", "koden är 12A4?", True),
        ("door_code", "har ni 24 timmars leverans?", False),
        ("mobile", "070-174 06 05?", True),
        ("mobile", "varför det?", False),
        ("email", "eva@example.org?", True),
        ("pickup_point", "finns det något i 541 30?", True),
        ("pickup_point", "har de öppet på söndag?", False),
        ("co_name", "Eva Svensson?", True),
        ("co_name", "När kommer det?", False),
        ("delivery", "Eva Svensson?", False),
    ],
)
def test_an_answer_may_end_like_a_question(question, said, is_answer):
    assert reads_as_answer(question, said) == is_answer


@pytest.mark.parametrize(
    "said",
    ["vad kostar det", "när kommer det", "men hur lång tid tar det", "kan jag ändra antalet", "what does it cost"],
)
@pytest.mark.parametrize(
    "question", [*NAMES, "address", "door_code", "mobile", "email", "pickup_point", "note_to_driver"]
)
def test_a_question_needs_no_question_mark(question, said):
    assert reads_as_question(question, said)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("note_to_driver", "när du kommer, ring på"),
        ("note_to_driver", "är det stängt så ställ det hos grannen"),
        ("note_to_driver", "var god ring på två gånger"),
        ("note_to_driver", "vilken dörr som helst går bra"),
        ("receiver_name", "Do Thi Lan"),
        ("receiver_name", "Will Smith"),
        ("receiver_name", "Hemtjänsten Väst"),
        ("address", "kan ni skicka till Storgatan 5, 541 30 Skövde"),
        ("door_code", "har 1234"),
    ],
)
def test_what_begins_like_a_question_may_be_an_answer(question, said):
    assert not reads_as_question(question, said)


@pytest.mark.parametrize("question", NAMES)
@pytest.mark.parametrize(
    "said",
    ["vad kostar det", "VAD KOSTAR DET", "samma som sist", "jag menar chokladen", "hoppa över det", "I want to stop"],
)
def test_a_sentence_is_no_name(question, said):
    draft = Draft()
    assert _answer(make_case([line(1, STRIPS)], draft=draft), draft, question, said) == "utter_error_name"
    assert draft.details == {}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("det är Eva Ek", "Eva Ek"),
        ("hon heter Eva Ek", "Eva Ek"),
        ("ja, det är Eva Ek", "Eva Ek"),
        ("mottagningen heter Njurmedicin Väst", "Njurmedicin Väst"),
        ("her name is Eva Ek", "Eva Ek"),
    ],
)
def test_only_the_name_of_a_sentence_is_kept(said, name):
    draft = Draft()
    assert _answer(make_case([line(1, STRIPS)], draft=draft), draft, "receiver_name", said) is None
    assert draft.details == {"receiver_name": name}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("1234", "1234"),
        ("koden är 12A4", "12A4"),
        ("B 1234", "B 1234"),
        ("*12#", "*12#"),
        ("1234 och sen stjärna", "1234 och sen stjärna"),
        ("klockan 3", None),
        ("5 choklad", None),
        ("2 st", None),
        ("efter 17", None),
    ],
)
def test_figures_about_something_else_are_no_door_code(said, code):
    draft = Draft()
    problem = _answer(make_case([line(1, STRIPS)], draft=draft), draft, "door_code", said)
    assert (draft.details.get("door_code"), problem) == (code, None if code else "utter_error_door_code")


@pytest.mark.parametrize(
    "said",
    [
        "Storgatan 5, 541 30 Skövde",
        "kan ni skicka till Storgatan 5, 541 30 Skövde i stället?",
        "nej, adressen är Storgatan 5 541 30 Skövde",
        "jag bor på Storgatan 5, 54130 Skövde tack",
        "please send it to Storgatan 5, 541 30 Skövde instead",
    ],
)
def test_only_the_address_of_a_sentence_is_kept(said):
    address = parse_address(said)
    assert address is not None
    assert (address.street, address.postal_code, address.city) == ("Storgatan 5", "54130", "Skövde")


def test_a_street_that_begins_like_a_sentence_keeps_its_name():
    address = parse_address("Nya Allén 5, 411 36 Göteborg")
    assert address is not None
    assert address.street == "Nya Allén 5"


@pytest.mark.parametrize(
    ("question", "said", "wishes"),
    [
        ("co_name", "jag vill prata med en människa", True),
        ("address", "avbryt beställningen tack", True),
        ("address", "Storgatan 5, 541 30 Skövde", False),
        ("note_to_driver", "jag vill ha det vid garaget", False),
        ("receiver_name", "Hemtjänsten Väst", False),
    ],
)
def test_a_wish_is_no_answer(question, said, wishes):
    assert steers(question, said) == wishes


@pytest.mark.parametrize(
    ("question", "said", "kept"),
    [
        ("address", "Storgatan 5, 541 30 Skövde, 850101-2382", "Storgatan 5, 541 30 Skövde"),
        ("address", "19850101-2382 Storgatan 5, 541 30 Skövde", "Storgatan 5, 541 30 Skövde"),
        ("receiver_name", "Eva Ekström 198501012382", "Eva Ekström"),
        ("door_code", "198501012382", ""),
        ("door_code", "1234 A", "1234 A"),
        ("mobile", "0721011234", "0721011234"),
    ],
)
def test_a_personal_number_beside_a_private_answer_is_not_kept(question, said, kept):
    assert _without_numbers(question, said).strip() == kept

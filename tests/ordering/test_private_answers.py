"""What is a private answer, and what is none."""

import pytest

from ordering.draft import Draft
from ordering.use_cases.private_answers import _answer, reads_as_answer
from tests.ordering.cases import STRIPS, line, make_case

NAMES = ("co_name", "guardian_name", "receiver_name")


@pytest.mark.parametrize("question", NAMES)
@pytest.mark.parametrize(
    "said",
    ["jag vet inte", "vet ej", "Ingen aning", "det minns jag inte", "har ingen aning", "?", "nej", "I don't know"],
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

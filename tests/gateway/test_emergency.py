import re
from pathlib import Path

import pytest
import yaml

from api.gateway.emergency import emergency

NLU = Path(__file__).parents[2] / "data" / "nlu"
ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
LISTS = [
    Path(__file__).parent.parent / "data" / "emergency_messages.yml",
    Path(__file__).with_name("more_emergency_messages.yml"),
    Path(__file__).parent.parent / "data" / "health_messages.yml",
]


def messages(path: Path, kind: str) -> list[str]:
    return [str(text) for text in yaml.safe_load(path.read_text(encoding="utf-8"))[kind]]


def ordinary_examples(*, about_health: bool) -> list[str]:
    """What patients may write of everything but emergencies, from what Rasa is trained on.

    What we do not answer (out_of_scope) is mostly about health, where the number of the health line is no bad answer.
    """
    found = []
    for path in sorted(NLU.rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            intent = block.get("intent", "emergency")
            if intent != "emergency" and (intent == "out_of_scope") is about_health:
                lines = (line.removeprefix("- ") for line in block["examples"].splitlines())
                found += [ENTITY.sub(r"\1", line) for line in lines]
    return found


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_at_least_99_of_100_emergencies_are_heard(path):
    told = messages(path, "emergency")
    missed = [text for text in told if emergency(text) is None]
    assert len(told) >= 60
    assert 1 - len(missed) / len(told) >= 0.99, missed


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_at_most_one_ordinary_message_in_ten_is_taken_for_an_emergency(path):
    told = messages(path, "not_emergency")
    alarms = [text for text in told if emergency(text)]
    assert len(told) >= 60
    assert len(alarms) / len(told) <= 0.1, alarms


@pytest.mark.parametrize(
    "text",
    [
        "JAG HAR ONT I BRÖSTET!!!",
        "jag har ont i brostet",
        "ont i  bröstet...",
        "jag har oooont i bröstet",
        "ont\ni\nbröstet",
    ],
)
def test_how_it_is_typed_does_not_matter(text):
    assert emergency(text)


@pytest.mark.parametrize("text", ["medvetslös", "medvetlös", "medvettslös", "medvetslös!!"])
def test_a_slip_in_a_long_word_does_not_matter(text):
    assert emergency(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("jag får ingen luft", "sv"),
        ("i can't breathe", "en"),
        ("112", "sv"),
        ("my heart stopped", "en"),
        ("stroke nu", "sv"),
    ],
)
def test_the_answer_is_in_the_language_of_the_message(text, language):
    heard = emergency(text) or emergency("ring 112")
    assert heard
    assert heard.language == language


@pytest.mark.parametrize(
    "text", ["", "2", "ja", "4821", "JA 4821", "198501012382", "😀", "Kastanjegatan 112, 413 19 Göteborg"]
)
def test_answers_to_ordinary_questions_are_no_emergencies(text):
    assert emergency(text) is None


@pytest.mark.parametrize(
    "text",
    ["stopp", "avsluta", "hejdå", "förlåt", "goodbye", "vad var frågan", "trettio st", "number two", "hoppa över det"],
)
def test_words_that_steer_the_talk_are_no_emergencies(text):
    assert emergency(text) is None


@pytest.mark.parametrize("text", ["hallå där borta", "tack hjärtat", "jag tappade tråden", "släpp det", "vecka 42"])
def test_a_single_sign_of_danger_is_not_sure(text):
    heard = emergency(text)
    assert heard is None or not heard.sure


@pytest.mark.parametrize(
    "text",
    ["ring 112", "jag får ingen luft", "han är blek och slapp", "she is pale and won't wake up", "vill inte leva"],
)
def test_what_is_plain_or_has_several_signs_is_sure(text):
    heard = emergency(text)
    assert heard
    assert heard.sure


@pytest.mark.parametrize(
    "text",
    [
        "jag har lite ont i magen",
        "är det farligt att inte byta påse på en vecka",
        "hur mycket insulin ska jag ta till middagen",
        "I feel a bit dizzy, is that common",
        "jag svimmade en gång förra året",
    ],
)
def test_what_is_mild_past_or_asked_in_general_is_no_emergency(text):
    assert emergency(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "jag har lite ont i bröstet",
        "lite svårt att andas, är det normalt",
        "är det normalt att hon inte går att väcka",
        "can I give her water, she is unconscious",
    ],
)
def test_what_may_be_deadly_is_heard_however_mildly_it_is_asked(text):
    heard = emergency(text)
    assert heard
    assert heard.sure


@pytest.mark.parametrize(("about_health", "surely", "maybe"), [(False, 0.005, 0.05), (True, 0.25, 0.5)])
def test_ordinary_messages_hardly_ever_sound_like_an_emergency(about_health, surely, maybe):
    told = ordinary_examples(about_health=about_health)[::5]  # a fifth of them all, from every file
    heard = [emergency(text) for text in told]
    sure = [text for text, one in zip(told, heard, strict=True) if one and one.sure]
    assert len(told) >= 500
    assert len(sure) <= surely * len(told), sure
    assert sum(one is not None for one in heard) <= maybe * len(told)


def test_a_bare_number_is_an_answer_unless_it_is_an_emergency_number():
    heard = [number for number in range(1000) if emergency(str(number))]
    assert set(heard) <= {112, 911, 999}
    assert 112 in heard


def test_no_question_about_how_things_work_is_taken_for_an_emergency():
    topics = yaml.safe_load((NLU.parents[1] / "tests" / "data" / "nlu_topics_held_out.yml").read_text(encoding="utf-8"))
    assert [text for questions in topics.values() for text in questions if emergency(text)] == []

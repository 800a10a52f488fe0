"""What the model is measured by: messages that nobody fitted it to, and figures that can be trusted.

The messages of the evaluation files are not shown by any test, so that whoever mends the model does not see them.
"""

import hashlib
from collections import Counter

import pytest
from rapidfuzz import fuzz, process

from api.commands import nlu_report
from api.commands.nlu_figures import Order, Result, drink_with, exact, figures, normal

NEAR = 88  # of 100, by letters
SENTENCE = 4  # words; whoever says hello or yes in three words says what others say
HASHES = {
    "sv": "12cad14f1aad7991aa55086b821de9154d47bc0b33d100ddef029dfddb64a749",
    "en": "4d887e66e167af46ac84e883bc0b619a44523c51c219b5aeaa83b4b151001c49",
}
# Said in so many ways that forty examples are the least; a greeting is not.
FEW = frozenset({"greet", "goodbye", "thank"})


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_training_example_is_near_a_message_of_the_evaluation(language):
    messages, orders = nlu_report.evaluation(nlu_report.EVALUATION[language])
    unseen = [normal(text) for text in [*(text for _, text in messages), *(order.text for order in orders)]]
    unseen = [text for text in unseen if len(text.split()) >= SENTENCE]
    near = [
        example
        for _, _, line in nlu_report.examples()
        if len(normal(example := nlu_report.plain(line)).split()) >= SENTENCE
        and process.extractOne(normal(example), unseen, scorer=fuzz.ratio, score_cutoff=NEAR)
    ]
    assert near == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_evaluation_is_the_one_that_was_written_first(language):
    file = nlu_report.EVALUATION[language]
    messages, orders = nlu_report.evaluation(file)
    count = Counter(intent for intent, _ in messages)
    assert {intent for intent in count if count[intent] < 15} == set()
    assert len(count) == 36
    assert len(orders) >= 60
    assert hashlib.sha256(file.read_bytes()).hexdigest() == HASHES[language], "it is never changed to fit the model"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_main_intent_has_at_least_forty_examples(language):
    count = Counter(intent for code, intent, _ in nlu_report.examples() if code == language)
    measured = {intent for intent, _ in nlu_report.evaluation(nlu_report.EVALUATION[language])[0]} - FEW
    assert {intent: count[intent] for intent in measured if count[intent] < 40} == {}


def result(intent: str, taken_for: str, *ranked: str) -> Result:
    return Result("some four words here", intent, {"intent": taken_for, "ranking": [[name, 0.1] for name in ranked]})


def test_what_was_not_understood_counts_as_wrong_but_may_be_offered():
    told = figures(
        [
            result("help", "help", "help"),
            result("help", "nlu_fallback", "cancel", "help"),
            result("cancel", "nlu_fallback", "greet", "help"),
            result("out_of_scope", "nlu_fallback", "greet", "help"),
            result("out_of_scope", "help", "help", "greet"),
        ]
    )
    assert told.accuracy == pytest.approx(1 / 5)
    assert told.in_scope == pytest.approx(1 / 3)
    assert told.out_of_scope == pytest.approx(1 / 2)
    assert (told.asked_back, told.offered) == (2, 0.5)
    assert told.accuracy_in_scope == pytest.approx(1 / 3)
    assert told.reached == pytest.approx(2 / 3)
    assert told.likeliest == pytest.approx(2 / 3)
    assert told.confusions[0] == ("help", "nlu_fallback", 1)
    assert told.by_intent["help"] == (0.5, 2)
    assert told.f1 == pytest.approx((2 / 4 + 0 + 0) / 3)


def test_an_order_is_exact_only_with_every_flavour_and_number():
    drink = drink_with(["choklad", "vanilj"])
    assert exact(Order("4 choklad och 2 vanilj", {"choklad": 4, "vanilj": 2}), [], drink)
    assert exact(Order("4 chocolate and 2 vanilla", {"chocolate": 4, "vanilla": 2}), [], drink)
    assert not exact(Order("4 choklad", {"choklad": 4, "vanilj": 2}), [], drink)
    assert not exact(Order("choklad", {"choklad": 4}), [], drink)
    assert exact(Order("arton paket blöjor", 18), [], drink)


def test_a_part_of_the_cross_validation_holds_no_sentence_that_begins_like_one_of_another():
    where: dict[tuple[str, str, str], set[int]] = {}
    parts = nlu_report.folds_of(5)
    for at, part in enumerate(parts):
        for language, intent, line in part:
            begins = " ".join(normal(nlu_report.plain(line)).split()[:3])
            where.setdefault((language, intent, begins), set()).add(at)
    assert all(len(places) == 1 for places in where.values())
    assert max(map(len, parts)) < 1.1 * min(map(len, parts))


def test_the_goals_stand_beside_the_figures():
    told = nlu_report.markdown([("here", figures([result("help", "help", "help")]))], {"sv": (3, 4)})
    accuracy = "intent accuracy (not understood counts as wrong)"
    assert f"| {accuracy} | Swedish 0.95, English 0.93 | 1.000 |" in told.splitlines()
    assert "- Swedish: 3 of 4 (0.750)" in told
    rows = {line.split(" | ")[0].removeprefix("| ") for line in told.splitlines()}
    assert set(nlu_report.GOALS) - rows == set()


def test_the_figures_replace_the_old_ones_in_the_document(tmp_path):
    document = tmp_path / "d.md"
    document.write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n", encoding="utf-8")
    nlu_report.put_into(document, "new")
    assert document.read_text(encoding="utf-8") == "before\n<!-- figures -->\nnew\n<!-- end of figures -->\nafter\n"

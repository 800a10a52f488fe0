"""Words that mean the same are the same to the classifier, however they are written."""

import re

import pytest

from bot.understanding.concepts import Concepts
from bot.understanding.features import Features, Kinds, meanings, worded

FEW = Concepts(
    {
        "order": {"sv": "beställ*", "en": "order*"},
        "deliver": {"sv": "*leverans*", "en": "deliver*"},
        "run_out": {"sv": "slut_på", "en": "ran_out"},
        "not": {"sv": "inte", "en": "not dont cant havent"},
        "get": {"sv": "fick", "en": "got"},
        "prefer": {"sv": "hellre", "en": "rather"},
        "when": {"sv": "när", "en": "when"},
    }
)


def concepts(text: str) -> list[str]:
    return [concept for _, found in FEW(text) for concept in found]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Beställningen", ["order"]),
        ("BESTALLA", ["order"]),
        ("hemleveransen", ["deliver"]),
        ("leverantör", []),
        ("det är slut på dem", ["run_out"]),
        ("det är slut", []),
        ("I don't order", ["not", "order"]),
        ("i do not order", ["not", "order"]),
        ("we haven’t ordered", ["not", "order"]),
        ("can not order", ["not", "order"]),
        ("cannot", ["not"]),
        ("beställa rather än senare", ["order", "prefer"]),
        ("nar", ["when"]),
        ("", []),
        ("?!", []),
    ],
)
def test_what_words_mean(said, meant):
    assert concepts(said) == meant


def test_dots_that_were_written_are_not_taken_away():
    assert Concepts({"was": {"sv": "var"}})("vår") == [("vår", ())]


def test_a_message_in_either_language_has_the_same_features():
    assert meanings(FEW("när beställningen levereras")) != meanings(FEW("when deliver"))
    assert meanings(FEW("inte beställt")) == meanings(FEW("not ordered"))
    assert "not&order" in meanings(FEW("jag har inte nu beställt"))
    assert "not-order" in meanings(FEW("jag har inte nu beställt"))


def test_words_that_mean_nothing_known_stay_as_they_are():
    assert worded(FEW("inte blå")) == ["not", "'blå'", "not-'blå'"]


def test_every_concept_of_the_file_has_both_languages_and_well_formed_entries():
    table = Concepts.of_file().table
    assert {name for name, entries in table.items() if set(entries) - {"sv", "en"}} == set()
    assert {name for name, entries in table.items() if not {"sv", "en"} <= set(entries)} - {"sign_language"} == set()
    parts = {part for entries in table.values() for all_of in entries.values() for part in re.split(r"[\s_]+", all_of)}
    assert {part for part in parts if part and not re.fullmatch(r"\*?[^\W_]+\*?", part)} == set()
    assert {part for part in parts if "*" in part and len(part.strip("*")) < 3} == set()


def test_a_message_is_read_as_it_was_learnt():
    features = Features(Kinds({"amount": r"\b\d+\b"}), FEW)
    texts = ["Hej, när kommer leveransen?", "jag har inte beställt", "beställt 2 inte 3 men inte 4", "when do i get it"]
    learnt = features.learn(texts * 3)
    assert abs(learnt[: len(texts)] - features.of(texts)).max() < 1e-6
    assert features.of([""]).nnz == 0

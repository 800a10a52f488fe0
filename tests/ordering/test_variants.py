"""What a sentence says about flavours and how many of each."""

import pytest

from ordering.model import Article, Variant
from ordering.numbers import number, number_at, read_amount, words_of
from ordering.variants import find_variant, read_choice

NAMES = ("choklad", "vanilj", "jordgubb", "neutral", "skogsbär", "cappuccino", "karamell", "hallon")
DRINK = Article(
    number="1",
    region="vg",
    name="Näringsdryck",
    product="näringsdryck",
    area="nutrition",
    variants=tuple(Variant(name[:3], name) for name in NAMES),
)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("4 choklad och 6 vanilj", {"cho": 4, "van": 6}),
        ("choklad: 4 st, vanilj: 6 st", {"cho": 4, "van": 6}),
        ("tio drycker, fyra av choklad och resten vanilj", {"cho": 4, "van": 6}),
        ("10 st, hälften jordgubb hälften vanilj", {"jor": 5, "van": 5}),
        ("half chocolate and half vanilla, 12 in total", {"cho": 6, "van": 6}),
        ("20 lika delar choklad och vanilj", {"cho": 10, "van": 10}),
        ("ett halvdussin choklad", {"cho": 6}),
        ("half a dozen of forest berries", {"sko": 6}),
        ("fem av varje, vanilj och choklad", {"van": 5, "cho": 5}),
        ("twenty-five strawberry", {"jor": 25}),
        ("en jordgubb och två choklad", {"jor": 1, "cho": 2}),
        ("inga choklad, bara 10 vanilj", {"van": 10}),
        ("3 vanilj i stället för choklad", {"van": 3}),
        ("6 chocklad å 4 vanlij", {"cho": 6, "van": 4}),
        ("3 straw 4 choc", {"jor": 3, "cho": 4}),
        ("4 choklad 200 ml", {"cho": 4}),
        ("choklad", {"cho": None}),
        ("5 choklad och lika många jordgubb", {"cho": 5, "jor": 5}),
        ("fyra vanilj, dubbelt så många choklad", {"van": 4, "cho": 8}),
        ("4 vanilj choklad 8", {"van": 4, "cho": 8}),
        ("vanilj, inte 3 utan 8", {"van": 8}),
        ("vanilj 3 nej 8", {"van": 8}),
        ("byt vanilj mot 6 choklad", {"cho": 6}),
        ("swap the vanilla for 6 chocolate", {"cho": 6}),
        ("6 choklad, vanilj vill jag inte ha", {"cho": 6}),
        ("skippa vanilj, 6 choklad", {"cho": 6}),
        ("ett paket choklad och tjugo fem vanilj", {"cho": 1, "van": 25}),
        ("3 each of chocolate and neutral", {"cho": 3, "neu": 3}),
        ("7 forrest berries", {"sko": 7}),
        ("femtonn choklad", {"cho": 15}),
        ("fem choklad och vanilj", {"cho": 5, "van": None}),
    ],
)
def test_amounts_go_with_their_flavours(said, counts):
    assert dict(read_choice(DRINK, said).wanted) == counts


def test_ten_of_each_is_ten_of_all_that_there_are():
    assert read_choice(DRINK, "tio av varje").each == 10
    assert read_choice(DRINK, "ten of each please").each == 10


def test_the_rest_is_what_the_line_still_gives_when_no_total_was_said():
    assert dict(read_choice(DRINK, "4 choklad, resten neutral", left=10).wanted) == {"cho": 4, "neu": 6}
    assert dict(read_choice(DRINK, "4 choklad, resten neutral").wanted) == {"cho": 4, "neu": None}


def test_a_half_is_of_what_the_line_still_gives_when_no_total_was_said():
    assert dict(read_choice(DRINK, "hälften choklad och hälften vanilj", left=20).wanted) == {"cho": 10, "van": 10}
    assert dict(read_choice(DRINK, "half chocolate, the rest vanilla", left=10).wanted) == {"cho": 5, "van": 5}
    assert dict(read_choice(DRINK, "hälften choklad, hälften vanilj").wanted) == {"cho": None, "van": None}


def test_half_of_an_odd_number_is_asked_about():
    assert dict(read_choice(DRINK, "9 st, hälften choklad hälften vanilj").wanted) == {"cho": None, "van": None}


def test_words_known_for_a_flavour_are_taken_for_it_and_unknown_flavours_keep_their_name():
    heard = {"wild berries": "skogsbär", "banana": "banan"}
    assert dict(read_choice(DRINK, "2 wild berries and 3 banana", heard).wanted) == {"sko": 2, "banan": 3}


@pytest.mark.parametrize("said", ["jag vill beställa katetrar", "2 paket blöjor", "can I change flavour", "halva", ""])
def test_no_flavour_is_made_up(said):
    assert not read_choice(DRINK, said)


@pytest.mark.parametrize("said", ["karamalj", "vallon", "choral"])
def test_a_name_between_two_flavours_or_far_from_all_is_no_flavour(said):
    assert find_variant(DRINK, said, at_least=80) is None


def test_the_only_number_of_a_sentence():
    assert read_amount("jag vill ha arton paket") == 18
    assert read_amount("just one box please") == 1
    assert read_amount("one box of 200 ml") == 1
    assert read_amount("2 paket eller 3") is None
    assert read_amount("a nice day") is None


def test_numbers_of_several_words():
    assert number_at(words_of("half a dozen drinks"), 0) == (6, 3)
    assert number_at(words_of("ett halvt dussin"), 0) == (6, 3)
    assert number_at(words_of("a box"), 0) is None
    assert number("Twenty  Five") == 25


@pytest.mark.parametrize("place", ["utlämningsställe 2", "ombud 2", "pickup point 2"])
def test_the_number_of_a_place_is_no_amount(place):
    choice = read_choice(DRINK, f"4 choklad och 6 vanilj till {place}")
    assert (dict(choice.wanted), choice.stated) == ({"cho": 4, "van": 6}, None)

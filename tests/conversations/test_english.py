"""Whole conversations in English, on each channel, and from one language to the other in the middle of one."""

import re

from tests.conversations.patients import Sms, code_in, in_figures
from tests.conversations.people import AMIRA, ANNA, EMMA, ERIK, MARIA
from tests.conversations.service import Service, worded

SWEDISH_LETTERS = re.compile("[åäöÅÄÖ]")
# Names stay as they are: ours, those of people and places, and what stands on a register's package.
NAMES = ("Påfyll", "Linné", "Nära", "Göteborg", "Borås", "Skövde")


def english(said: str) -> str:
    """What was said, once it holds no Swedish."""
    for name in NAMES:
        said = said.replace(name, "")
    assert not SWEDISH_LETTERS.search(said), said
    assert not re.search(r"\b(och|inte|eller|att|du|tack|din)\b", said, re.IGNORECASE), said
    return said


def order_in_english(service: Service) -> Sms:
    """By SMS, with flavours divided and a pickup point."""
    anna = Sms(service, ANNA)
    first = anna.write("Hello, I want to order more nutrition drinks")
    assert "automated service" in english(first)
    assert "20 left to divide" in first
    assert "4 left to divide" in english(anna.write("10 chocolate and 6 vanilla"))
    assert "How do you want it delivered?" in english(anna.write("4 neutral"))
    assert "Matboden" in anna.write("pickup point")
    assert "How should we tell you" in english(anna.write("2"))
    read_back = anna.write("1")
    assert "20 packages of nutrition drinks (10 chocolate, 6 vanilla and 4 neutral)" in english(read_back)
    assert "Reply YES " in read_back
    code = code_in(read_back.partition("YES ")[2])
    assert "Reply YES " in english(anna.write("yes")), "only the code says yes"
    receipt = anna.write(f"YES {code}")
    order = service.order(ANNA)
    assert order.number in english(receipt)
    assert worded(order.expected_latest, "en_GB") in receipt
    return anna


def test_an_order_by_sms_with_flavours_and_a_pickup_point(service):
    order_in_english(service)
    assert service.order(ANNA).lines[0].variants == {"CHO": 10, "VAN": 6, "NEU": 4}


def test_an_order_by_phone_begins_with_key_eight(service, call):
    anna = call(ANNA)
    assert "For English, press eight." in anna.begin()
    assert "What do you want to do?" in english(anna.press("8"))
    assert "personal number" in english(anna.choose("ordering products"))
    assert "What do you want?" in english(anna.log_in())
    assert "is your code" in service.sms_to(ANNA.mobile)[-1]
    english(anna.choose("nutrition drinks"))
    assert "How many chocolate" in english(anna.choose("chocolate"))
    assert "You have 8 left" in in_figures(english(anna.key("12#")))
    anna.choose("vanilla")
    assert "anything more" in english(anna.key("8#")), "here eight is an amount"
    anna.choose("going on")
    assert "Kastanjegatan" in english(anna.choose("delivery outside the door"))
    anna.choose("yes")
    assert "door code" in english(anna.choose("flat"))
    anna.key("4711#")
    anna.choose("yes")
    assert "12 chocolate and 8 vanilla" in in_figures(english(anna.hear_all()))
    receipt = anna.choose("ordering")
    order = service.order(ANNA)
    assert order.number in in_figures(english(receipt))
    assert (order.channel, order.option) == ("voice", "outside_door")


def test_an_order_in_chat_with_clicks_and_a_fee(service, chat):
    emma = chat(EMMA)
    emma.begin()
    assert "we speak English now" in english(emma.write("English please"))
    assert "personal number" in english(emma.click("Order products"))
    assert "What do you want?" in english(emma.log_in())
    english(emma.click("All"))
    english(emma.click("All 6"))
    assert "How do you want it delivered?" in english(emma.click("Same as last time"))
    read_back = english(emma.click("Pickup point"))
    assert "8 packages of gluten-free pasta (4 penne and 4 spaghetti)" in read_back
    assert "120 kronor" in read_back
    receipt = english(emma.click("Yes, order"))
    assert service.order(EMMA).number in receipt


def test_too_early_is_told_with_its_arithmetic(sms):
    told = english(sms(ERIK).write("when can I order catheters again?"))
    assert "two thirds" in told
    assert "60 days" in told
    assert re.search(r"next withdrawal \w+day \d+ \w+, in 40 days", told)


def test_where_the_order_is(sms):
    maria = sms(MARIA)
    assert "Reply with the code" in english(maria.write("where is my order now"))
    assert "Who is it for?" in english(maria.prove())
    assert "2 packages of ostomy bags, is being packed" in english(maria.write("Maria"))


def test_a_complaint_gets_a_case_number(chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("my parcel was damaged and I want to report it")
    said = english(anna.log_in())
    for _ in range(5):
        if re.search(r"R\d{6}", said):
            break
        said = english(anna.click(next(iter(anna.choices))) if anna.choices else anna.write("the box was broken"))
    assert re.search(r"R\d{6}", said), said


def test_from_swedish_to_english_and_back_in_the_middle_of_an_order_keeps_it(service, sms):
    anna = sms(ANNA)
    anna.write("Jag vill beställa näringsdryck")
    assert "4 kvar att fördela" in anna.write("10 choklad och 6 vanilj")
    assert "4 left to divide" in english(anna.write("English please"))
    assert "How do you want it delivered?" in english(anna.write("4 neutral"))
    assert "Hur vill du få det levererat?" in anna.write("svenska tack")
    anna.write("utlämningsställe")
    anna.write("1")
    read_back = anna.write("1")
    assert "20 näringsdryck (10 choklad, 6 vanilj och 4 neutral)" in read_back
    anna.confirm()
    assert service.order(ANNA).lines[0].variants == {"CHO": 10, "VAN": 6, "NEU": 4}


def test_who_is_known_to_speak_english_is_met_in_english(sms):
    assert "Hello!" in english(sms(AMIRA).write("hej"))


def test_a_language_asked_for_by_sms_is_spoken_in_the_chat_after_login(service, sms, chat):
    sms(ANNA).write("English please")
    assert service.person(ANNA).language == "en"
    anna = chat(ANNA)
    anna.begin()
    assert "personnummer" in anna.click("Beställa produkter"), "before login nobody is known"
    assert "What do you want?" in english(anna.log_in())


def test_a_complaint_by_sms_is_understood_from_its_words(sms):
    emma = sms(EMMA)
    said = english(emma.write("the box was crushed when it came yesterday and the flour is all over"))
    assert "What is it about?" not in said, "the words told it"
    for answer in ("1", "new delivery", "yesterday"):
        if "Case R" in said:
            break
        said = english(emma.write(answer))
    assert re.search(r"Case R\d{6}", said), said
    assert "You want a new delivery." in said


def test_a_caller_hears_why_not_yet_and_may_ask_for_a_person(call):
    erik = call(ERIK)
    erik.begin()
    erik.press("8")
    english(erik.say("when can I order again"))
    erik.log_in()
    told = in_figures(english(erik.hear_all()))
    assert "in 40 days" in told
    assert "60 of them must have passed" in told
    assert "customer service" in english(erik.press("0"))


def test_key_eight_in_the_middle_of_a_call_goes_back_to_swedish_and_keeps_the_order(service, call):
    anna = call(ANNA)
    anna.begin()
    anna.press("8")
    anna.say("I want to order test strips")
    assert "How many packages of test strips" in english(anna.log_in())
    assert "How do you want it delivered?" in english(anna.key("6#"))
    assert "Hur vill du få det levererat?" in anna.press("8")
    anna.choose("utlämningsställe")
    assert service.has_draft(ANNA)
    assert service.person(ANNA).language == "sv", "what was asked for last is remembered"

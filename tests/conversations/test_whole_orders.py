"""One whole order on each channel, from the first word to the receipt. The transcripts in docs are made by these."""

from tests.conversations.patients import Call, Sms, SocketChat, in_figures
from tests.conversations.people import ANNA, EMMA, TESFAY
from tests.conversations.service import Service, in_words, worded


def order_by_sms(service: Service) -> Sms:
    """Flavours split, a question in the middle, a changed mind, a pickup point, a wrong code, then the right one."""
    sms = Sms(service, ANNA)
    first = sms.write("Hej, jag vill beställa mer näringsdryck")
    assert first.startswith("Påfyll, automatisk tjänst.")
    assert "20 kvar att fördela" in first
    assert "4 kvar att fördela" in sms.write("10 choklad och 6 vanilj")

    between = sms.write("Var är min förra beställning?")
    assert "ingen beställning på väg" in between
    assert "4 kvar att fördela" in between, "the question is asked again"

    assert "Hur vill du få det levererat?" in sms.write("4 neutral")
    points = sms.write("utlämningsställe")
    assert "1 Matboden Linné" in points
    assert "Hur ska vi meddela" in sms.write("tvåan")
    read_back = sms.write("1")
    assert "20 näringsdryck (10 choklad, 6 vanilj och 4 neutral)" in read_back
    assert "Kiosken Annedal" in read_back
    assert "numret som slutar på 05" in read_back

    assert "Vad vill du ändra?" in sms.write("nej")
    sms.write("leveransen")
    sms.write("utlämningsställe")
    sms.write("Matboden Linné")
    read_back = sms.write("1")
    assert "Matboden Linné" in read_back
    assert "10 choklad, 6 vanilj och 4 neutral" in read_back
    code = read_back.partition("JA ")[2][:4]

    wrong = "1000" if code != "1000" else "1001"
    assert "Koden stämmer inte" in sms.write(f"JA {wrong}")
    assert service.ordered(ANNA) == []
    receipt = sms.write(f"JA {code}")
    order = service.order(ANNA)
    assert order.number in receipt
    assert worded(order.expected_latest) in receipt
    return sms


def test_a_whole_order_by_sms(service):
    order_by_sms(service)
    order = service.order(ANNA)
    assert (order.status, order.channel, order.option) == ("confirmed", "sms", "pickup_point")
    assert order.lines[0].variants == {"CHO": 10, "VAN": 6, "NEU": 4}
    assert order.details["pickup_point"]["name"] == "Matboden Linné"
    assert order.payer == "Kastanjen primärvård"
    assert not service.has_draft(ANNA)


def order_by_phone(service: Service) -> Call:
    """With keys only: menu, personal number, code, flavours one by one, outside the door of a flat."""
    call = Call(service, ANNA)
    assert "automatisk tjänst" in call.begin()
    assert "personnummer" in call.choose("att beställa produkter")
    silent = call.be_silent()
    assert "Jag hörde inget" in silent
    assert "personnummer" in silent
    assert "Vad vill du ha?" in call.log_in()
    call.choose("näringsdryck")
    assert "Hur många choklad" in call.choose("choklad")
    assert "Du har 8 kvar" in in_figures(call.key("12#"))
    call.choose("vanilj")
    assert "Vill du ta ut något mer?" in call.key("8#")
    call.choose("att gå vidare")
    assert "Kastanjegatan 12 A" in in_figures(call.choose("Utanför dörren"))
    call.choose("ja")
    assert "portkod" in call.choose("Lägenhet")
    assert "namn" in call.key("4711#")
    call.choose("ja")
    read_back = in_figures(call.hear_all())
    assert "12 choklad och 8 vanilj" in read_back
    assert "Kastanjegatan 12 A" in read_back
    assert "4711" in read_back
    receipt = call.choose("att beställa")
    order = service.order(ANNA)
    assert order.number in in_figures(receipt)
    assert in_words(order.expected_latest) in receipt
    return call


def test_a_whole_order_by_phone_with_keys_only(service):
    order_by_phone(service)
    order = service.order(ANNA)
    assert (order.status, order.channel, order.option) == ("confirmed", "voice", "outside_door")
    assert order.lines[0].variants == {"CHO": 12, "VAN": 8}
    expected = {"dwelling": "flat", "door_code": "4711", "name_on_door": True}
    assert expected.items() <= order.details.items()
    assert order.details["label"]["name"] == "Anna Lindqvist"


def order_in_chat(service: Service) -> SocketChat:
    """With clicks only, but for the personal number and the code."""
    chat = SocketChat(service, EMMA)
    chat.begin()
    assert "personnummer" in chat.click("Beställa produkter")
    assert "Vad vill du ha?" in chat.log_in()
    chat.click("Alla")
    assert "Glutenfri pasta" in chat.click("Alla 6")
    assert "Hur vill du få det levererat?" in chat.click("Samma som sist")
    read_back = chat.click("Utlämningsställe")
    assert "8 Glutenfri pasta 500 g (4 penne och 4 spaghetti)" in read_back
    assert "Egenavgiften är 120 kronor." in read_back
    receipt = chat.click("Ja, beställ")
    order = service.order(EMMA)
    assert order.number in receipt
    assert "120 kronor" in receipt
    assert worded(order.expected_latest) in receipt
    chat.close()
    return chat


def test_a_whole_order_in_chat_with_clicks_and_a_fee(service):
    order_in_chat(service)
    order = service.order(EMMA)
    assert (order.status, order.channel, order.fee_kr) == ("confirmed", "chat", 120)
    assert [(line.packages, line.variants) for line in order.lines] == [(6, {}), (8, {"PEN": 4, "SPA": 4})]


def test_an_asylum_seeker_pays_fifty_kronor(service, sms):
    tesfay = sms(TESFAY)
    tesfay.write("Jag vill beställa glutenfritt mjöl")
    tesfay.write("5")
    tesfay.write("utanför dörren")
    tesfay.write("ja")
    read_back = tesfay.write("hus")
    assert "Egenavgiften är 50 kronor." in read_back
    assert "Ringvägen" not in read_back, "an SMS tells no address"
    assert "50 kronor" in tesfay.confirm()
    order = service.order(TESFAY)
    assert order.fee_kr == 50
    assert order.details["address"].startswith("Ringvägen 60")


def test_several_products_with_numbers_in_one_message_become_an_order_for_each_payer(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("Jag vill ha 6 teststickor, 2 lansetter och 20 vanilj")
    assert "Hur vill du få det levererat?" in anna.log_in()
    anna.click("Utanför dörren")
    anna.click("Ja")
    anna.click("Hus")
    anna.click("Ja")
    receipt = anna.click("Ja, beställ")
    orders = service.ordered(ANNA)
    assert {order.payer for order in orders} == {"Kastanjen primärvård", "Diabetesvård väst"}
    assert sorted(line.packages for order in orders for line in order.lines) == [2, 6, 20]
    assert all(order.number in receipt for order in orders)

"""What a patient does in the widget and on the page without script, and what stays of it."""

from tests.channels.widget.scripted import CODE, LATE, NASTY, NUMBER, log_in, said, stored, wait_for, write


def test_a_patient_orders_over_a_socket(page, gateway):
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.url.endswith("/chat/message") else None)
    page.goto("/inline")
    page.get_by_role("button", name="Beställa", exact=True).click()
    wait_for(page, "Skriv ditt personnummer.")
    assert page.get_by_role("button", name="Något annat").count() == 0
    page.get_by_label("Personnummer").fill(NUMBER)
    page.get_by_role("button", name="Skicka").click()
    wait_for(page, "Skriv koden.")
    assert page.get_by_label("Sexsiffrig kod").get_attribute("autocomplete") == "one-time-code"
    page.get_by_label("Sexsiffrig kod").fill(CODE)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stomipåse").click()
    page.get_by_role("button", name="Ja, beställ").click()
    wait_for(page, "Beställning 9125320 är klar.")
    assert posted == []
    assert [one.event for one in gateway.received] == ["start", *["message"] * 5]
    assert [one.choice or one.text for one in gateway.received[1:]] == [
        "tok-order",
        NUMBER,
        CODE,
        "tok-line-2",
        "tok-yes",
    ]


def test_without_a_socket_the_chat_goes_over_http(page, gateway):
    page.add_init_script("window.WebSocket = class { constructor() { throw new Error('no sockets'); } };")
    page.goto("/inline")
    log_in(page)
    assert len(gateway.received) == 4


def test_a_personal_number_and_a_code_are_neither_shown_nor_kept(page):
    page.goto("/inline")
    log_in(page)
    assert [text.split(":", 1)[1].strip() for text in said(page) if text.startswith("Du:")] == [
        "Beställa",
        "•••",
        "•••",
    ]
    assert NUMBER not in stored(page)
    assert CODE not in stored(page)


def test_a_personal_number_that_nobody_asked_for_is_masked_too(page, gateway):
    page.goto("/inline")
    wait_for(page, "Hej!")
    for number in ("850101-2382", "19850101 2382", "19930711CL05"):
        write(page, f"jag är {number} hej")
    wait_for(page, "CL05")
    assert [text.split(":", 1)[1].strip() for text in said(page) if text.startswith("Du:")] == ["jag är ••• hej"] * 3
    assert gateway.received[-1].text == "jag är 19930711CL05 hej"


def test_text_from_the_service_is_never_markup(page):
    page.goto("/inline")
    wait_for(page, "Hej!")
    write(page, "<img src=x onerror=document.title='x'>")
    wait_for(page, "onerror")
    write(page, "elakt")
    page.get_by_role("button", name=NASTY).click()
    wait_for(page, "Nu är det gjort.")
    page.reload()
    wait_for(page, "Nu är det gjort.")
    assert page.locator("pafyll-chat").locator("img, script").count() == 0
    assert sum(NASTY in text for text in said(page)) == 2
    assert page.title() == "Kommunen"


def test_the_tag_of_the_page_brings_in_no_script(page):
    page.goto('/inline?attributes=privacy="javascript:document.title=\'x\'" accessibility="https://kommunen.example/a"')
    page.get_by_text("Meny").click()
    page.get_by_role("button", name="Om chatten").click()
    dialog = page.get_by_role("dialog")
    assert "skickas och förvaras krypterat" in dialog.inner_text()
    assert dialog.get_by_role("link", name="Tillgänglighet").get_attribute("href") == "https://kommunen.example/a"
    assert page.locator("pafyll-chat [href^=javascript]").count() == 0


def test_start_over_asks_first_and_then_forgets_the_conversation(page, gateway):
    page.goto("/inline")
    log_in(page)
    for answer in ("Avbryt", "Börja om"):
        page.get_by_text("Meny").click()
        page.get_by_role("button", name="Börja om").click()
        assert len(said(page)) == 7
        page.get_by_role("dialog").get_by_role("button", name=answer).click()
    page.get_by_role("button", name="Något annat").wait_for()
    assert len(said(page)) == 1
    assert len({one.thread_key for one in gateway.received}) == 2
    assert "Skriv koden" not in stored(page)


def test_the_conversation_is_saved_as_a_text_file_without_codes(page):
    page.goto("/inline")
    log_in(page)
    page.get_by_role("button", name="Alla").click()
    wait_for(page, "Portkod: 4821.")
    write(page, "min portkod är 4821 och numret är 0701740605")
    wait_for(page, "Du skrev")
    page.get_by_role("button", name="Ja").is_hidden()
    page.get_by_text("Meny").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Spara samtalet").click()
    text = download.value.path().read_text("utf-8-sig")
    assert download.value.suggested_filename == "samtal-pafyll.txt"
    assert "Påfyll: Det här kan du ta ut nu. Vad vill du ha?\n" in text
    assert "Påfyll: Portkod: •••. Stämmer allt?\n" in text
    for secret in (NUMBER, CODE, "4821"):
        assert secret not in text


def test_what_it_is_and_how_to_reach_a_person_are_always_there(page):
    page.goto("/inline")
    assert page.get_by_text("Du skriver med en automatisk assistent.").is_visible()
    assert page.get_by_text("Automatisk assistent", exact=True).is_visible()
    assert page.get_by_role("link", name="112", exact=True).get_attribute("href") == "tel:112"
    assert page.get_by_role("link", name="1177").get_attribute("href") == "tel:1177"
    assert page.get_by_role("link", name="010-441 31 90").get_attribute("href") == "tel:0104413190"
    assert "vardagar 08:00–16:30, lunchstängt 12:00–12:30" in page.locator("pafyll-chat .contact").inner_text()


def test_the_number_is_the_regions_own_and_shows_when_the_service_is_down(page, gateway):
    gateway.broken = OSError("database is down")
    page.goto("/inline?attributes=region=skane")
    page.get_by_text("Ingen kontakt just nu.").wait_for()
    assert page.locator("pafyll-chat .contact").inner_text() == "Prata med en människa: 010-441 31 90"


def test_interface_and_dialogue_speak_english_where_the_page_does_and_swedish_when_asked(page, gateway):
    page.goto("/inline?attributes=language=en")
    page.get_by_role("button", name="Order products").wait_for()
    assert page.get_by_label("Write here").is_visible()
    assert "weekdays 08:00–16:30, closed for lunch 12:00–12:30" in page.locator("pafyll-chat .contact").inner_text()
    assert page.locator("pafyll-chat .panel").get_attribute("lang") == "en"
    page.get_by_role("button", name="Svenska").click()
    page.get_by_role("button", name="Beställa", exact=True).wait_for()
    assert page.get_by_label("Skriv här").is_visible()
    assert said(page) == ["Påfyll:\nWhat would you like to do?", "Du:\nSvenska", "Påfyll:\nVad vill du göra?"]
    languages = "all => all.map((one) => one.lang)"
    assert page.locator("pafyll-chat .what").evaluate_all(languages) == ["en", "sv", "sv"]
    page.reload()
    assert page.get_by_label("Skriv här").is_visible()
    assert page.get_by_role("button", name="Beställa", exact=True).get_attribute("lang") == "sv"
    assert [one.event + one.text for one in gateway.received] == ["messageEnglish", "messageSvenska"]


def test_without_an_attribute_the_language_is_the_pages(page):
    page.goto("/launcher")
    assert page.get_by_role("button", name="Beställ hjälpmedel").is_visible()
    page.evaluate(
        """() => { document.documentElement.lang = "en-GB"; sessionStorage.clear();
                   document.querySelector("#after").after(document.querySelector("pafyll-chat")); }"""
    )
    assert page.get_by_role("button", name="Order supplies").is_visible()


def test_a_message_the_service_cannot_take_is_told_of_and_holds_up_nothing(page, gateway):
    page.goto("/inline")
    wait_for(page, "Hej!")
    page.locator("pafyll-chat textarea").evaluate("input => { input.value = 'x\\ud800'; input.focus(); }")
    page.keyboard.press("Enter")
    page.get_by_text("Det meddelandet gick inte att ta emot.").wait_for()
    write(page, "hej")
    wait_for(page, "Du skrev <b>hej</b>")
    assert [one.text for one in gateway.received] == ["", "hej"]


def test_a_region_that_is_not_served_is_told_of_with_a_number_to_call(page):
    page.goto("/inline?attributes=region=norrland phone=0771-234567")
    page.get_by_text("Chatten går inte att använda just nu.").wait_for()
    assert page.get_by_role("link", name="0771-234567").is_visible()


def test_a_chat_that_is_taken_out_of_the_page_leaves_nothing_behind(page, gateway):
    page.goto("/inline")
    wait_for(page, "Hej!")
    page.evaluate(
        """() => { const chat = document.querySelector("pafyll-chat"); window.taken = chat;
                   chat.sender.send({text: "hej"}, "hej"); chat.remove(); sessionStorage.clear(); }"""
    )
    page.wait_for_timeout(700)
    assert page.evaluate("sessionStorage.length") == 0


def test_before_login_would_end_it_is_said_and_can_be_put_off(page, gateway):
    page.clock.install()
    page.goto("/inline")
    log_in(page)
    page.clock.fast_forward("26:00")
    page.get_by_text("Är du kvar? Om 5 minuter kan du behöva logga in igen.").wait_for()
    page.get_by_role("button", name="Jag är kvar").click()
    wait_for(page, "Du skrev <b>igen</b>")
    assert gateway.received[-1].text == "igen"
    assert page.get_by_role("button", name="Jag är kvar").count() == 0
    page.clock.fast_forward("31:00")
    page.get_by_text("Du kan behöva logga in igen").wait_for()


def test_before_the_longest_time_is_over_it_is_said_too(page):
    page.clock.install()
    page.goto("/inline")
    wait_for(page, "Hej!")
    write(page, LATE)
    wait_for(page, "Då går vi vidare.")
    page.clock.fast_forward("14:00")
    assert page.get_by_text("behöver du logga in igen").count() == 0
    page.clock.fast_forward("01:30")
    page.get_by_text("Om högst 5 minuter behöver du logga in igen. Det du har valt finns kvar.").wait_for()
    assert page.get_by_role("button", name="Jag är kvar").count() == 0, "it cannot be put off"
    page.clock.fast_forward("05:00")
    page.get_by_text("Du kan behöva logga in igen").wait_for()


def test_the_page_without_script_takes_an_order_too(window, sites):
    page = window(base_url=sites[0], java_script_enabled=False).new_page()
    page.goto("/chat/form?region=vg&language=en")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Order products").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Svenska").click()
    page.get_by_role("button", name="Börja").click()
    page.get_by_role("button", name="Beställa", exact=True).click()
    page.get_by_text("Skriv ditt personnummer.").wait_for()
    page.get_by_label("Personnummer").fill(NUMBER)
    page.keyboard.press("Enter")
    page.get_by_text("Skriv koden.").wait_for()
    assert page.get_by_text("•••").count() == 1
    assert page.get_by_role("link", name="010-441 31 90").is_visible()
    page.get_by_role("link", name="Börja om").click()
    assert page.get_by_role("button", name="Börja").is_visible()

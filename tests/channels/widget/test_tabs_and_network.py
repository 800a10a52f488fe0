"""Reload, lost network, a server that starts anew, and more than one tab."""

import pytest

from tests.channels.live import free_port, served
from tests.channels.widget.scripted import NUMBER, ScriptedGateway, log_in, said, service, stored, wait_for, write

NO_SOCKETS = "window.WebSocket = class { constructor() { throw new Error('no sockets'); } };"


def test_a_reload_shows_the_conversation_again_without_asking_or_announcing(page, gateway):
    page.goto("/inline")
    page.get_by_role("button", name="Beställa", exact=True).click()
    wait_for(page, "Skriv ditt personnummer.")
    page.reload()
    wait_for(page, "Skriv ditt personnummer.")
    assert [text.split(":", 1)[0] for text in said(page)] == ["Påfyll", "Du", "Påfyll"]
    assert page.locator("pafyll-chat [role=log] .said").count() == 0
    page.get_by_label("Personnummer").fill(NUMBER)
    page.keyboard.press("Enter")
    wait_for(page, "Skriv koden.")
    assert page.locator("pafyll-chat [role=log] .said").count() == 2
    assert len(gateway.received) == 3
    assert len({one.thread_key for one in gateway.received}) == 1


def test_when_the_last_tab_is_closed_nothing_is_left_on_the_computer(window):
    context = window()
    page = context.new_page()
    page.goto("/inline")
    log_in(page)
    page.close()
    page = context.new_page()
    page.goto("/inline")
    page.get_by_role("button", name="Något annat").wait_for()
    assert len(said(page)) == 1
    assert page.evaluate("localStorage.length + document.cookie.length") == 0


def test_a_message_is_sent_again_until_it_is_kept_and_counts_once(page, gateway):
    page.goto("/inline")
    wait_for(page, "Hej!")
    gateway.broken = OSError("database is down")
    write(page, "hej")
    page.get_by_text("Ingen kontakt just nu.").wait_for()
    gateway.broken = None
    wait_for(page, "Du skrev <b>hej</b>")
    assert [one.text for one in gateway.received] == ["", "hej"]


@pytest.mark.parametrize("sockets", [True, False])
def test_what_is_written_without_network_waits_and_is_sent_once_and_in_order(window, gateway, sockets):
    context = window()
    page = context.new_page()
    if not sockets:
        page.add_init_script(NO_SOCKETS)
    page.goto("/inline")
    wait_for(page, "Hej!")
    context.set_offline(True)
    for text in ("ett", "två", "tre"):
        write(page, text)
    page.get_by_text("Inte skickat än.").last.wait_for()
    assert page.get_by_text("Ingen kontakt just nu.").is_visible()
    assert [one.text for one in gateway.received] == [""]
    context.set_offline(False)
    wait_for(page, "Du skrev <b>tre</b>")
    assert [one.text for one in gateway.received] == ["", "ett", "två", "tre"]
    assert page.get_by_text("Inte skickat än.").count() == page.locator("pafyll-chat .mark[hidden]").count()
    assert not page.get_by_text("Ingen kontakt just nu.").is_visible()


@pytest.mark.parametrize("sockets", [True, False])
def test_a_message_under_way_when_the_network_goes_is_sent_again_and_counts_once(page, gateway, sockets):
    if not sockets:
        page.add_init_script(NO_SOCKETS)
    page.goto("/inline")
    wait_for(page, "Hej!")
    write(page, "långsamt")
    page.get_by_text("Påfyll skriver …").wait_for()
    # Only told of, as when a telephone goes out of reach: the socket itself notices nothing for a long time.
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.get_by_text("Inte skickat än.").last.wait_for()
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for(page, "Du skrev <b>långsamt</b>")
    assert [one.text for one in gateway.received] == ["", "långsamt"]
    assert len(said(page)) == 3


def test_what_waits_is_sent_after_a_reload_but_nothing_secret_is_kept_for_it(page, gateway):
    page.goto("/inline")
    wait_for(page, "Hej!")
    gateway.broken = OSError("database is down")
    write(page, "spara mig")
    write(page, f"jag är {NUMBER}")
    page.get_by_text("Inte skickat än.").last.wait_for()
    assert NUMBER not in stored(page)
    page.reload()
    page.get_by_text("Ingen kontakt just nu.").wait_for()
    gateway.broken = None
    wait_for(page, "Du skrev <b>spara mig</b>")
    assert [one.text for one in gateway.received] == ["", "spara mig"]


def test_a_conversation_goes_on_when_the_service_has_started_anew(page, sites):
    gateway, port = ScriptedGateway(), free_port()
    with served(service(gateway, port, sites[1]), port) as base:
        page.goto(f"/inline?attributes=src-base={base}")
        page.get_by_role("button", name="Beställa", exact=True).click()
        wait_for(page, "Skriv ditt personnummer.")
    page.get_by_label("Personnummer").fill(NUMBER)
    page.keyboard.press("Enter")
    page.get_by_text("Ingen kontakt just nu.").wait_for()
    with served(service(gateway, port, sites[1]), port):
        wait_for(page, "Skriv koden.")
        assert [one.text for one in gateway.received] == ["", "", NUMBER]
        assert len({one.thread_key for one in gateway.received}) == 1


def test_a_service_that_no_longer_knows_the_session_begins_a_new_conversation(page, gateway):
    page.goto("/inline")
    page.get_by_role("button", name="Beställa", exact=True).wait_for()
    key = page.evaluate("Object.keys(sessionStorage).find((key) => !key.endsWith(':own'))")
    page.evaluate("key => { window.kept = JSON.parse(sessionStorage[key]); }", key)
    page.evaluate("document.querySelector('pafyll-chat').talk.session = 'vg.x.y'")
    page.get_by_role("button", name="Beställa", exact=True).click()
    page.get_by_role("button", name="Något annat").wait_for()
    assert len(said(page)) == 1
    assert [one.event for one in gateway.received] == ["start", "start"]


def test_two_tabs_show_the_same_conversation(window, gateway):
    context = window()
    first, second = context.new_page(), context.new_page()
    first.goto("/inline")
    first.get_by_role("button", name="Beställa", exact=True).click()
    wait_for(first, "Skriv ditt personnummer.")
    second.goto("/inline")
    wait_for(second, "Skriv ditt personnummer.")
    assert second.locator("pafyll-chat [role=log] .said").count() == 0
    second.get_by_label("Personnummer").fill(NUMBER)
    second.keyboard.press("Enter")
    wait_for(first, "Skriv koden.")
    first.get_by_label("Sexsiffrig kod").fill("482119")
    first.keyboard.press("Enter")
    second.get_by_role("button", name="Alla").wait_for()
    assert said(first) == said(second)
    assert NUMBER not in stored(first) + stored(second)
    second.get_by_role("button", name="Alla").click()
    wait_for(first, "Stämmer allt?")
    assert first.get_by_role("button", name="Alla").count() == 0
    assert len({one.thread_key for one in gateway.received}) == 1
    assert len(gateway.received) == 5


def test_two_tabs_that_open_at_once_end_in_one_conversation(window):
    context = window()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto("/launcher")
    for page in (first, second):
        page.evaluate("document.querySelector('pafyll-chat').show(false)")
    for page in (first, second):
        wait_for(page, "Hej!")
    write(second, "från den andra")
    wait_for(first, "Du skrev <b>från den andra</b>")
    assert said(first) == said(second)


def test_start_over_in_one_tab_is_start_over_in_the_other(window):
    context = window()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto("/inline")
        wait_for(page, "Hej!")
    log_in(first)
    second.get_by_role("button", name="Alla").wait_for()
    second.get_by_text("Meny").click()
    second.get_by_role("button", name="Börja om").click()
    second.get_by_role("dialog").get_by_role("button", name="Börja om").click()
    for page in (first, second):
        page.get_by_role("button", name="Något annat").wait_for()
        assert len(said(page)) == 1


def test_what_waits_in_a_tab_that_is_closed_is_sent_by_the_other(window, gateway):
    context = window()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto("/inline")
        wait_for(page, "Hej!")
    gateway.broken = OSError("database is down")
    write(first, "glöm mig inte")
    second.get_by_text("Inte skickat än.").last.wait_for()
    first.close(run_before_unload=True)
    gateway.broken = None
    wait_for(second, "Du skrev <b>glöm mig inte</b>")
    assert [one.text for one in gateway.received] == ["", "glöm mig inte"]

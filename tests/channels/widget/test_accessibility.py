"""What WCAG 2.2 AA asks of the widget and of the page without script: by axe-core, by keyboard, small, large, dark."""

import pytest

from tests.channels.widget.scripted import CODE, NUMBER, log_in, wait_for, write

# Whether a button can be seen and clicked where it stands: nothing covers it, and it is inside the window.
SEEN = """button => {
  const { left, top, width, height } = button.getBoundingClientRect();
  return [top + 2, top + height - 2].every((y) =>
    button.getRootNode().elementFromPoint(left + width / 2, y) === button); }"""
FOCUSED = """() => { const inner = document.querySelector("pafyll-chat").shadowRoot.activeElement;
  return inner ? inner.id || inner.textContent : document.activeElement.id; }"""
STILL = """() => new Promise((done) => { let last = null; (function look() {
  const now = [".scroll", ".frame"].map((name) =>
    document.querySelector("pafyll-chat").shadowRoot.querySelector(name).scrollTop).join();
  if (now === last) return done(); last = now; setTimeout(look, 150); })(); })"""


def focused(page) -> str:
    return page.evaluate(FOCUSED)


def tab_to(page, name: str, key: str = "Tab") -> None:
    for _ in range(30):
        page.keyboard.press(key)
        if focused(page).startswith(name):
            return
    raise AssertionError(f"{name} is not reached with {key}")


def opened(page) -> None:
    page.goto("/launcher")
    page.get_by_role("button", name="Beställ hjälpmedel").click()
    page.get_by_role("button", name="Något annat").wait_for()


# axe-core


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_anywhere_on_the_way(window, axe, scheme):
    page = window(color_scheme=scheme).new_page()
    page.goto("/launcher")
    found = {"closed": axe(page)}
    page.get_by_role("button", name="Beställ hjälpmedel").click()
    page.get_by_role("button", name="Något annat").wait_for()
    found["choices"] = axe(page)
    page.get_by_text("Meny").click()
    found["menu"] = axe(page)
    page.get_by_role("button", name="Om chatten").click()
    found["about"] = axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Beställa", exact=True).click()
    wait_for(page, "Skriv ditt personnummer.")
    found["login"] = axe(page)
    write(page, NUMBER)
    wait_for(page, "Skriv koden.")
    write(page, CODE)
    page.get_by_role("button", name="Alla").wait_for()
    found["lines"] = axe(page)
    page.reload()
    page.get_by_role("button", name="Alla").wait_for()
    found["restored"] = axe(page)
    page.get_by_role("button", name="English").click()
    found["english"] = axe(page)
    page.get_by_text("Menu").click()
    page.get_by_role("button", name="Start over").click()
    found["start over"] = axe(page)
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_while_there_is_no_contact(window, axe, gateway, scheme):
    page = window(color_scheme=scheme).new_page()
    page.goto("/inline")
    wait_for(page, "Hej!")
    gateway.broken = OSError("database is down")
    write(page, "hej")
    page.get_by_role("button", name="Försök igen").wait_for()
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_on_the_pages_without_script(window, sites, axe, scheme):
    page = window(color_scheme=scheme, base_url=sites[0], bypass_csp=True).new_page()
    page.goto("/chat/form?region=vg")
    found = axe(page)
    page.get_by_role("button", name="Börja").click()
    found += axe(page)
    page.get_by_role("button", name="Beställa", exact=True).click()
    assert found + axe(page) == []


def test_axe_would_find_a_fault(page, axe):
    page.goto("/inline?attributes=style=--pafyll-ink:%23ddd")
    wait_for(page, "Hej!")
    assert any(fault.startswith("color-contrast") for fault in axe(page))


# Keyboard


def test_a_whole_order_by_keyboard_alone(page, gateway):
    page.goto("/launcher")
    tab_to(page, "before")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Något annat").wait_for()
    assert focused(page) == "text"
    tab_to(page, "Beställa", "Shift+Tab")
    page.keyboard.press("Space")
    wait_for(page, "Skriv ditt personnummer.")
    assert focused(page) == "text"
    page.keyboard.type(NUMBER)
    page.keyboard.press("Enter")
    wait_for(page, "Skriv koden.")
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Alla").wait_for()
    tab_to(page, "Stomipåse", "Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ja, beställ").wait_for()
    assert focused(page) == "text"
    tab_to(page, "Ja, beställ", "Shift+Tab")
    page.keyboard.press("Enter")
    wait_for(page, "Beställning 9125320 är klar.")
    assert gateway.received[-1].choice == "tok-yes"


def test_focus_goes_through_everything_in_the_order_it_stands_and_out_again(page):
    opened(page)
    page.locator("#before").focus()
    order = []
    while not order or order[-1] != "after":
        page.keyboard.press("Tab")
        order.append(focused(page))
        assert len(order) < 20
    assert [name.strip()[:15] for name in order if "\n" not in name and not name.startswith("Du skriver")] == [
        "English",
        "Meny",
        "Stäng",
        "112",
        "1177",
        "Beställa",
        "Något annat",
        "text",
        "Skicka",
        "010-441 31 90",
        "after",
    ]
    tab_to(page, "before", "Shift+Tab")


def test_escape_closes_the_menu_then_a_question_then_the_chat_and_gives_focus_back(page):
    opened(page)
    page.get_by_text("Meny").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Spara samtalet").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Spara samtalet").is_visible()
    assert focused(page) == "Meny"
    page.keyboard.press("Enter")
    tab_to(page, "Börja om")
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog", name="Vill du börja om?").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.wait_for_function(f"({FOCUSED})() === 'Meny'")
    page.keyboard.press("Escape")
    assert focused(page) == "Beställ hjälpmedel"
    assert page.locator("pafyll-chat .panel").is_hidden()


def test_new_messages_take_no_focus(window):
    context = window()
    page, other = context.new_page(), context.new_page()
    for one in (page, other):
        one.goto("/inline")
        wait_for(one, "Hej!")
    page.locator("#after").focus()
    log_in(other)
    page.get_by_role("button", name="Alla").wait_for()
    assert focused(page) == "after"


def test_where_the_chat_covers_the_window_it_gives_way_to_what_is_focused_behind_it(window):
    page = window(viewport={"width": 320, "height": 640}).new_page()
    opened(page)
    page.get_by_role("link", name="010-441 31 90").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "after"
    assert page.locator("pafyll-chat .panel").is_hidden()


# Names and live regions


def test_a_screen_reader_hears_messages_and_states_and_how_many_choices(page, gateway):
    page.goto("/launcher")
    log = page.locator("pafyll-chat [role=log]")
    assert log.get_attribute("aria-label") == "Samtal"
    assert log.count() == 1  # there before the first message
    page.get_by_role("button", name="Beställ hjälpmedel").click()
    page.get_by_role("button", name="Något annat").wait_for()
    assert log.inner_text() == "Påfyll:\nHej! Vad gäller det?"
    assert page.get_by_role("status").all_inner_texts()[0] == "2 svar att välja på."
    assert page.get_by_role("group", name="Välj ett svar").get_by_role("button").count() == 2
    gateway.broken = OSError("database is down")
    write(page, "hej")
    page.get_by_role("status").get_by_text("Ingen kontakt just nu.").wait_for()
    assert page.get_by_role("textbox", name="Skriv här").is_visible()


# Size


@pytest.mark.parametrize("kind", ["inline", "launcher"])
@pytest.mark.parametrize(
    ("width", "height"), [(320, 256), (320, 568), (640, 320), (640, 400), (1280, 480), (1280, 800)]
)
def test_choices_are_never_below_the_edge(window, kind, width, height):
    page = window(viewport={"width": width, "height": height}).new_page()
    page.goto(f"/{kind}")
    if kind == "launcher":
        page.get_by_role("button", name="Beställ hjälpmedel").click()
    page.get_by_role("button", name="Något annat").wait_for()
    page.get_by_role("button", name="Beställa", exact=True).click()
    wait_for(page, "Skriv ditt personnummer.")
    write(page, NUMBER)
    wait_for(page, "Skriv koden.")
    write(page, CODE)
    page.get_by_role("button", name="Alla").wait_for()
    page.evaluate(STILL)
    seen = [button.evaluate(SEEN) for button in page.locator("pafyll-chat .choices button").all()]
    # At 320 x 256, which is 400 % of a small screen, five choices are higher than the window: then from the first.
    assert all(seen) or (height == 256 and seen[:2] == [True, True])
    contact = page.locator("pafyll-chat .contact")
    assert contact.evaluate("contact => contact.getBoundingClientRect().bottom") <= height


@pytest.mark.parametrize(
    "large",
    [
        {"viewport": {"width": 320, "height": 640}},
        {"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2},  # 200 % of 1280 x 720
        {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},  # 400 % of 1280 x 1024
    ],
)
def test_zoomed_it_reflows_and_everything_can_be_reached(window, large):
    page = window(**large).new_page()
    opened(page)
    log_in(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= large["viewport"]["width"]
    frame = page.locator("pafyll-chat .frame")
    assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    for name in ("English", "Skicka", "Stäng"):
        button = page.get_by_role("button", name=name)
        button.scroll_into_view_if_needed()
        page.evaluate(STILL)
        assert button.evaluate(SEEN), name
    page.get_by_text("Meny").click()
    page.get_by_role("button", name="Om chatten").click()
    dialog = page.get_by_role("dialog")
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    dialog.get_by_role("button", name="Stäng").click()


def test_text_of_double_size_fits(window):
    page = window(viewport={"width": 1280, "height": 720}).new_page()
    page.goto("/launcher")
    page.add_style_tag(content="html { font-size: 200%; }")
    page.get_by_role("button", name="Beställ hjälpmedel").click()
    page.get_by_role("button", name="Något annat").wait_for()
    page.evaluate(STILL)
    cut = """panel => [...panel.querySelectorAll("button, p, label, h2, summary")].filter((one) =>
      one.scrollWidth > one.clientWidth + 1 && !one.matches(".unseen")).map((one) => one.textContent)"""
    assert page.locator("pafyll-chat .panel").evaluate(cut) == []
    for button in page.locator("pafyll-chat .choices button").all():
        assert button.evaluate(SEEN)


def test_everything_to_press_is_large_enough(window):
    page = window(viewport={"width": 320, "height": 640}).new_page()
    opened(page)
    page.get_by_text("Meny").click()
    for control in page.locator("pafyll-chat").locator("button:visible, summary:visible, textarea:visible").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 44, control.inner_text()
    for link in page.locator("pafyll-chat a:visible").all():
        assert link.bounding_box()["height"] >= 44, link.inner_text()


# What the patient has asked of the browser


def test_nothing_moves_for_who_wants_less_motion(window):
    behaviour = "area => getComputedStyle(area).scrollBehavior"
    for motion, expected in (("reduce", "auto"), ("no-preference", "smooth")):
        page = window(reduced_motion=motion).new_page()
        opened(page)
        assert page.locator("pafyll-chat .scroll").evaluate(behaviour) == expected
        assert page.evaluate("document.getAnimations().length") == 0


def test_dark_is_dark_unless_the_web_site_is_only_light(window):
    paper = "frame => getComputedStyle(frame).backgroundColor"
    page = window(color_scheme="dark").new_page()
    page.goto("/inline")
    assert page.locator("pafyll-chat .frame").evaluate(paper) == "rgb(18, 26, 33)"
    page.goto("/inline?attributes=theme=light")
    assert page.locator("pafyll-chat .frame").evaluate(paper) == "rgb(255, 255, 255)"


def test_with_forced_colours_buttons_and_bubbles_keep_their_edges(window):
    page = window(forced_colors="active").new_page()
    opened(page)
    edge = "button => getComputedStyle(button).borderTopStyle + getComputedStyle(button).borderTopWidth"
    assert page.get_by_role("button", name="Skicka").evaluate(edge) == "solid2px"


@pytest.mark.parametrize("kind", ["inline", "launcher"])
@pytest.mark.parametrize("height", [400, 900])
def test_an_answer_is_scrolled_to(window, kind, height):
    page = window(viewport={"width": 420, "height": height}).new_page()
    page.goto(f"/{kind}")
    if kind == "launcher":
        page.get_by_role("button", name="Beställ hjälpmedel").click()
    log_in(page)
    page.get_by_role("button", name="Alla").click()
    page.get_by_role("button", name="Ja, beställ").wait_for()
    page.evaluate(STILL)
    page.get_by_role("button", name="Ja, beställ").click()
    page.get_by_text("Påfyll skriver").wait_for()
    page.evaluate(STILL)
    wait_for(page, "Beställning 9125320 är klar.")
    page.evaluate(STILL)
    assert page.locator("pafyll-chat .what", has_text="är klar.").evaluate(SEEN)  # from its beginning
    assert not page.locator("pafyll-chat .who").first.evaluate(SEEN)

"""A photo with a complaint: offered when it is welcome, made small and clean before it leaves, sent once."""

import base64
from io import BytesIO

import pytest
from PIL import Image

from tests.channels.widget.scripted import FAULT, said, stored, wait_for, write
from tests.channels.widget.test_accessibility import focused, tab_to

# Keeps the picture as it is handed to the network.
LISTEN = """const real = fetch; fetch = async (address, options) => {
  if (options.body instanceof FormData) {
    const bytes = new Uint8Array(await options.body.get("picture").arrayBuffer());
    window.leftTheBrowser = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }
  return real(address, options); }"""
MAKER, ORIENTATION = 0x010F, 0x0112


def photo(size: tuple[int, int] = (3000, 2000)) -> dict:
    """As a phone takes it: large, sideways, and with the maker's name in it."""
    exif = Image.Exif()
    exif[MAKER] = "KamerafabrikenXYZ"
    exif[ORIENTATION] = 6
    content = BytesIO()
    Image.new("RGB", size, "blue").save(content, "JPEG", exif=exif.tobytes())
    return {"name": "hemma.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def tell_of_a_fault(page) -> None:
    page.goto("/inline")
    wait_for(page, "Hej!")
    assert not page.get_by_role("button", name="Bifoga bild").is_visible()
    write(page, FAULT)
    page.get_by_role("button", name="Bifoga bild").wait_for()


def attach(page, file: dict, *, with_key: str | None = None) -> None:
    """Listens before it presses: a page that is told to listen only then may show its chooser too soon."""
    choosers: list = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    if with_key:
        tab_to(page, "Bifoga bild")
        page.keyboard.press(with_key)
    else:
        page.get_by_role("button", name="Bifoga bild").click()
    for _ in range(160):
        if choosers:
            break
        page.wait_for_timeout(50)
    choosers[0].set_files(file)


def pictures(gateway) -> list[str]:
    return [one.picture for one in gateway.received if one.picture]


def test_a_photo_is_sent_small_upright_and_without_what_the_camera_wrote(page, gateway):
    page.add_init_script(LISTEN)
    tell_of_a_fault(page)
    attach(page, photo())
    wait_for(page, "Tack, bilden är sparad i ärende R482119.")
    left_the_browser = base64.b64decode(page.evaluate("leftTheBrowser"))
    assert left_the_browser[6:10] == b"JFIF"
    assert b"KamerafabrikenXYZ" not in left_the_browser
    assert b"Exif" not in left_the_browser
    (content,) = pictures(gateway)
    with Image.open(BytesIO(base64.b64decode(content))) as shown:
        assert shown.size == (1333, 2000)
    assert said(page)[-2].split() == ["Du:", "[Bild]"]
    assert page.get_by_role("button", name="Bifoga bild").is_visible()


def test_by_keyboard_the_button_is_reached_and_focus_goes_back_to_the_text(page, gateway):
    tell_of_a_fault(page)
    attach(page, photo((30, 20)), with_key="Enter")
    wait_for(page, "Tack, bilden är sparad")
    assert focused(page) == "text"


def test_a_file_that_is_no_picture_is_told_of_and_holds_up_nothing(page, gateway):
    tell_of_a_fault(page)
    attach(page, {"name": "journal.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.get_by_text("Filen gick inte att läsa som bild.").wait_for()
    assert pictures(gateway) == []
    write(page, "hej")
    wait_for(page, "Du skrev <b>hej</b>")


def test_a_file_that_is_too_large_never_leaves(page, gateway):
    tell_of_a_fault(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    attach(page, {"name": "film.mov", "mimeType": "video/quicktime", "buffer": b"x" * 10_000_001})
    page.get_by_text("på högst 10 MB").wait_for()
    assert [url for url in asked if "picture" in url] == []


def test_without_network_a_picture_waits_in_memory_only_and_is_sent_once(window, gateway):
    context = window()
    page = context.new_page()
    tell_of_a_fault(page)
    context.set_offline(True)
    attach(page, photo((300, 200)))
    page.get_by_text("Ingen kontakt just nu.").wait_for()
    assert "JFIF" not in stored(page)
    context.set_offline(False)
    wait_for(page, "Tack, bilden är sparad")
    assert len(pictures(gateway)) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_it(window, axe, scheme):
    page = window(color_scheme=scheme, viewport={"width": 320, "height": 568}).new_page()
    tell_of_a_fault(page)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_page_without_script_takes_a_photo_too(window, sites, gateway):
    page = window(base_url=sites[0], java_script_enabled=False, viewport={"width": 320, "height": 568}).new_page()
    page.goto("/chat/form?region=vg")
    page.get_by_role("button", name="Börja").click()
    page.get_by_label("Skriv här").fill(FAULT)
    page.get_by_role("button", name="Skicka").click()
    chooser = page.get_by_label("Bild på det som är fel")
    chooser.set_input_files({"name": "journal.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.get_by_role("button", name="Skicka bilden").click()
    page.get_by_text("Filen gick inte att läsa som bild.").wait_for()
    chooser.set_input_files(photo())
    page.get_by_role("button", name="Skicka bilden").click()
    page.get_by_text("Tack, bilden är sparad i ärende R482119.").wait_for()
    (content,) = pictures(gateway)
    assert b"KamerafabrikenXYZ" not in base64.b64decode(content)
    with Image.open(BytesIO(base64.b64decode(content))) as shown:
        assert shown.size == (1333, 2000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

"""Writes docs/images/demo*.png anew: the demo's page as a visitor sees it, over a running demo.

.venv/bin/python -m tests.conversations.demo_pictures
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page

from api.commands.bot import ROOT, train
from api.commands.stack import Stack, demo_settings
from tests.channels.live import browser

IMAGES = ROOT / "docs" / "images"
DESK, HAND = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SECONDS_TO_GATHER = 3  # the page asks every second what happened


def opened(chromium: Browser, base: str, size: dict[str, int], person: str) -> Page:
    page = chromium.new_context(locale="sv-SE", viewport=size, reduced_motion="reduce").new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{base}/demo")
    page.get_by_label("Du är").select_option(label=person)
    page.locator("pafyll-chat .said.bot").first.wait_for(state="attached")
    return page


def write(page: Page, text: str) -> None:
    """An SMS, until it is answered."""
    answers = page.locator("#thread .pafyll")
    before = answers.count()
    page.get_by_label("Meddelande", exact=True).fill(text)
    page.get_by_role("button", name="Skicka").first.click()
    answers.nth(before).wait_for()
    page.wait_for_timeout(SECONDS_TO_GATHER * 1000)


def on_the_phone(page: Page) -> None:
    page.get_by_role("button", name="Ring upp").click()
    page.locator("#transcript .pafyll").first.wait_for()
    page.locator("#keypad").get_by_role("button", name="1", exact=True).click()
    page.locator("#transcript .me").wait_for()
    page.wait_for_timeout(SECONDS_TO_GATHER * 1000)


def take(base: str) -> list[Path]:
    with browser() as chromium:
        desk = opened(chromium, base, DESK, "Erik Sandberg – för tidigt")
        on_the_phone(desk)
        write(desk, "Hej, jag vill beställa katetrar")
        desk.evaluate("document.activeElement.blur()")
        desk.screenshot(path=IMAGES / "demo.png", full_page=True)
        hand = opened(chromium, base, HAND, "Anna Lindqvist – kan beställa")
        write(hand, "Vad har jag förskrivet?")
        hand.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        hand.screenshot(path=IMAGES / "demo-phone.png")
        hand.locator(".tabs").get_by_role("button", name="Inuti").click()
        hand.wait_for_timeout(500)
        hand.screenshot(path=IMAGES / "demo-inside.png")
    taken = [IMAGES / name for name in ("demo.png", "demo-phone.png", "demo-inside.png")]
    for path in taken:  # few colours, so that they weigh little
        with Image.open(path) as picture:
            small = picture.convert("RGB").quantize(200, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
    return taken


def main() -> None:
    train(print)
    with TemporaryDirectory(prefix="pafyll-") as temporary, Stack(demo_settings(Path(temporary))) as stack:
        print(*take(stack.settings.public_url), sep="\n")


if __name__ == "__main__":
    main()

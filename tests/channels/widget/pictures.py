"""Writes docs/images anew: the chat on the example page, as Chromium shows it.

.venv/bin/python -m tests.channels.widget.pictures
"""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.channels.live import browser, free_port, served
from tests.channels.widget.scripted import FAULT, ScriptedGateway, host_site, log_in, service, write

IMAGES = Path(__file__).parents[3] / "docs" / "images"
Act = Callable[[Page], None]


def menu(page: Page) -> None:
    page.get_by_text("Meny").click()


def fault(page: Page) -> None:
    write(page, FAULT)
    page.get_by_role("button", name="Bifoga bild").wait_for()


PICTURES: dict[str, tuple[Act, dict]] = {
    "chat.png": (log_in, {"viewport": {"width": 900, "height": 640}}),
    "chat-dark.png": (log_in, {"viewport": {"width": 320, "height": 568}, "color_scheme": "dark"}),
    "chat-menu.png": (menu, {"viewport": {"width": 320, "height": 568}}),
    "chat-picture.png": (fault, {"viewport": {"width": 320, "height": 568}}),
    "chat-low.png": (log_in, {"viewport": {"width": 640, "height": 320}}),
}


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    port, host_port = free_port(), free_port()
    app = service(ScriptedGateway(), port, f"http://127.0.0.1:{host_port}")
    with served(app, port) as base, served(host_site(base), host_port) as site, browser() as chromium:
        for name, (act, options) in PICTURES.items():
            page = chromium.new_context(locale="sv-SE", reduced_motion="reduce", **options).new_page()
            page.goto(f"{site}/example")
            page.get_by_role("button", name="Beställ hjälpmedel").click()
            page.get_by_role("button", name="Något annat").wait_for()
            act(page)
            page.screenshot(path=IMAGES / name)
            print(IMAGES / name)


if __name__ == "__main__":
    main()

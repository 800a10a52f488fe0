"""The chat in Chromium, on another web site than the service's, against the real app with a scripted gateway."""

import os

import pytest

from tests.channels.live import browser, free_port, served
from tests.channels.widget.scripted import ScriptedGateway, host_site, service
from tools.axe import AXE


@pytest.fixture(scope="package")
def gateway():
    return ScriptedGateway()


@pytest.fixture(scope="package")
def sites(gateway):
    """Addresses of the service, of a web site that may carry the widget, and of one that may not."""
    ports = free_port(), free_port(), free_port()
    addresses = tuple(f"http://127.0.0.1:{port}" for port in ports)
    app = service(gateway, ports[0], addresses[1])
    with served(app, ports[0]) as base, served(host_site(base), ports[1]), served(host_site(base), ports[2]):
        yield addresses


@pytest.fixture(scope="package")
def chromium():
    with browser() as one:
        yield one


@pytest.fixture
def window(chromium, sites, gateway):
    """window(...) opens a browser of its own at the other web site: a context of Playwright with the options given.

    Fails the test if a script of any of its pages fails.
    """
    gateway.received.clear()
    gateway.saved.clear()
    gateway.broken = None
    opened, errors = [], []

    def open_window(**options):
        context = chromium.new_context(**{"locale": "sv-SE", "base_url": sites[1]} | options)
        context.set_default_timeout(8000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        opened.append(context)
        return context

    yield open_window
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def page(window):
    return window().new_page()


@pytest.fixture(scope="package")
def axe():
    """axe(page) gives what axe-core finds wrong, one line each."""
    if not AXE.exists():
        reason = "No axe-core here: python3 tools/axe.py"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    source = AXE.read_text(encoding="utf-8")

    def faults(page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        return [f"{one['id']}: {node['html'][:150]}" for one in found["violations"] for node in one["nodes"]]

    return faults

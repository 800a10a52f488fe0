"""One site of two of each process on a cluster of its own, for everything that has to be tried on real processes."""

import asyncio
import itertools
import os
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from api.commands import bot
from chaos.postgres import NoPostgres, programs
from chaos.site import Site
from tests.trust.phones import Phone

HERE = Path(__file__).parent
PATIENTS = 60
UNDER_FIRE = 12  # of them; the others are for one test each
START_SECONDS = 900  # the first test waits for training too, if the model is stale
_numbers = itertools.count(UNDER_FIRE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)
            item.add_marker(pytest.mark.timeout(START_SECONDS))


@pytest.fixture(scope="package")
def trained(request: pytest.FixtureRequest) -> Iterator[None]:
    try:
        programs()
    except NoPostgres as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("PAFYLL_") and not name.endswith("PYTHON")]:
            environment.delenv(name)
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            bot.train(print)
        yield


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def running(trained: None) -> AsyncIterator[Site]:
    keys = {"staff": {"key": "staff-key", "roles": ["customer_service"]}}
    chance = random.Random(26)
    async with Site(chance=chance, patients=PATIENTS, turn_timeout_seconds=6, api_keys=keys) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="package")
async def site(running: Site) -> AsyncIterator[Site]:
    """Up and without trouble, before each test and after it."""
    yield running
    running.no_more_trouble()
    running.outside.next_faults.clear()
    if not running.cluster.runs:
        await asyncio.to_thread(running.cluster.start)
    await running.rise()


@pytest.fixture
def phone(site: Site) -> Phone:
    """Of a patient whom no other test knows."""
    return Phone(site, next(_numbers))

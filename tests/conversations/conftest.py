"""One running service for all conversations. Every test meets the demo people as they were from the beginning."""

import os
from collections.abc import Iterator

import pytest

from api.commands import bot
from api.commands.stack import Stack
from tests.conversations.callers import Caller
from tests.conversations.patients import Call, Chat, Sms
from tests.conversations.service import Service, patient_settings

START_SECONDS = 600  # the first test waits for training too, if the model is stale


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "service" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(START_SECONDS))


@pytest.fixture(scope="package")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Real processes."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("PAFYLL_")]:
            environment.delenv(name)
        settings = patient_settings(tmp_path_factory.mktemp("service"))
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        bot.train(print)
    with Stack(settings):
        service = Service(settings)
        service.remember()
        yield service


@pytest.fixture
def service(running: Service) -> Service:
    running.as_new()
    return running


@pytest.fixture
def sms(service: Service):
    return lambda patient: Sms(service, patient)


@pytest.fixture
def call(service: Service):
    return lambda patient: Call(service, patient)


@pytest.fixture
def ring(service: Service):
    return lambda patient, **more: Caller(service, patient, **more)


@pytest.fixture
def chat(service: Service):
    return lambda patient: Chat(service, patient)

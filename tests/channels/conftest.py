import pytest
from fastapi.testclient import TestClient

from api.app import Parts, create_app
from ordering.settings import Settings
from ordering.wiring import build_sealer
from tests.channels.doubles import BASE, FakeBook, FakeGateway, FakeStores, say


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret_key="k" * 40,
        public_url=BASE,
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token="token",
        inbound_numbers={"+46313900600": "vg"},
        chat_allowed_origins=["https://kommunen.example"],
    )


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def stores() -> FakeStores:
    return FakeStores()


@pytest.fixture
def client(settings, gateway, stores):
    app = create_app(settings, Parts(gateway, stores, build_sealer(settings), FakeBook(), say))
    with TestClient(app, base_url=BASE) as client:  # https, as the cookies of the pages want it
        yield client

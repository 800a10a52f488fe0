from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ordering.outbox.dispatcher import Dispatcher
from ordering.outbox.senders import TwilioSms
from ordering.wiring import build_sealer
from tests.outbox.twilio_service import TwilioService, served


class Clock:
    """Moved by hand. Long past, so that what is due by it is due by the real clock too."""

    def __init__(self) -> None:
        self.moment = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sealer(settings):
    return build_sealer(settings)


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioService]:
    service = TwilioService()
    async with served(service.app()) as url:
        service.url = f"{url}/base"
        yield service
        service.release.set()
    assert service.breaches == []


@pytest.fixture
async def sms(twilio, clock) -> AsyncIterator[TwilioSms]:
    sender = TwilioSms(
        account_sid="AC" + "0" * 32,
        auth_token="token",
        base_url=twilio.url,
        status_callback="https://pafyll.example/twilio/sms/status",
        clock=clock,
        timeout_seconds=0.5,
    )
    yield sender
    await sender.close()


@pytest.fixture
def dispatcher(stores, sms, sealer, clock) -> Dispatcher:
    return Dispatcher(stores, {"sms": sms}, sealer, clock)


@pytest.fixture
def put_sms(stores, sealer, clock):
    async def put(text: str = "Hej", *, key: str = "reply:1", to: str = "+46701740605", **more: Any) -> int:
        async with stores.begin() as tx:
            row_id = await tx.outbox.put(
                kind="sms",
                recipient=to,
                sender="+46313900600",
                sealed=sealer.seal({"text": text}),
                key=key,
                due_at=clock(),
                **more,
            )
        assert row_id is not None
        return row_id

    return put


@pytest.fixture
def status_of(stores, clock):
    """The row's status as the database has it, whoever holds it and whenever it is due."""
    from sqlalchemy import select

    from ordering.store.tables import outbox

    async def status(row_id: int) -> str:
        async with stores._engine.connect() as connection:
            return (await connection.execute(select(outbox.c.status).where(outbox.c.id == row_id))).scalar_one()

    return status

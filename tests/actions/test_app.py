"""The action server as Rasa meets it, when an action raises: who called is told the kind, and so is the log."""

import logging
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sanic import Sanic
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from actions.app import make_app
from actions.turn import service
from tests.actions.test_order_visit import ANNA

NUMBER, DOOR_CODE, STREET = "198501012382", "9876A", "Kanariegatan 77"


async def raises_with_number(dispatcher: Any, tracker: Any, domain: Any) -> Any:
    raise ValueError(f"{NUMBER} is nobody's")


async def saves_draft(dispatcher: Any, tracker: Any, domain: Any) -> Any:
    content = {"details": {"door_code": DOOR_CODE, "address": STREET}}
    async with service().stores.begin() as tx:
        visit = await tx.conversations.visit_by_sender(tracker.sender_id)
        await tx.orders.save_draft(visit.person_id, content, version=None, now=datetime.now(UTC))
    return []


@pytest.fixture
async def app(rasa):
    rasa.executor.register_function("action_raises_with_number", raises_with_number)
    rasa.executor.register_function("action_saves_draft", saves_draft)
    await rasa.begin(ANNA)
    Sanic._app_registry.clear()  # a name may be taken once in a process
    made = make_app(rasa.executor)
    made.config.TOUCHUP = False  # rewrites the server for one application of the process, and here are several
    yield made
    Sanic._app_registry.clear()


async def call(app: Sanic, sender: str, action: str) -> httpx.Response:
    body = {
        "next_action": action,
        "sender_id": sender,
        "tracker": {"sender_id": sender, "latest_message": {"text": f"min kod är {DOOR_CODE}"}},
        "domain": {},
        "version": "3.6.21",
    }
    server = await app.create_server(host="127.0.0.1", port=0, return_asyncio_server=True)
    await server.startup()
    port = server.server.sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient() as client:
            return await client.post(f"http://127.0.0.1:{port}/webhook", json=body)
    finally:
        server.close()
        await server.wait_closed()


def canaries_in(*texts: str) -> list[str]:
    return [canary for canary in (NUMBER, DOOR_CODE, STREET) if any(canary in one for one in texts)]


async def test_what_an_error_says_reaches_neither_rasa_nor_a_log(app, rasa, caplog, capfd):
    with caplog.at_level(logging.INFO):
        answer = await call(app, rasa.sender, "action_raises_with_number")
    assert (answer.status_code, answer.json()) == (500, {"error": "ValueError"})
    assert "ValueError in test_app.py" in caplog.text
    assert canaries_in(caplog.text, *capfd.readouterr()) == []


async def test_what_the_database_could_not_save_reaches_neither_rasa_nor_a_log(app, rasa, caplog, capfd):
    async with service().stores._engine.connect() as connection:
        await connection.execute(
            text("CREATE TRIGGER refuse BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'full'); END")
        )
        await connection.commit()
    with caplog.at_level(logging.INFO):
        answer = await call(app, rasa.sender, "action_saves_draft")
    assert (answer.status_code, answer.json()) == (500, {"error": "IntegrityError"})
    assert "orders.py:" in caplog.text
    assert canaries_in(caplog.text, *capfd.readouterr()) == []


async def test_the_text_of_a_database_error_holds_no_values(rasa):
    async with service().stores._engine.connect() as connection:
        values = {"code": DOOR_CODE}
        with pytest.raises(DBAPIError, match="hidden") as raised:
            await connection.execute(text("INSERT INTO nowhere VALUES (:code)"), values)
    assert canaries_in(str(raised.value)) == []


async def test_what_is_not_there_is_told_as_it_was(app, rasa):
    assert (await call(app, rasa.sender, "action_of_nobody")).status_code == 404

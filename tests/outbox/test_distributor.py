"""Orders to the distributor: after the undo window, once, and not when the patient has changed their mind."""

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ordering.importing import load_demo
from ordering.model import NewOrder, Order, OrderLine
from ordering.outbox.dispatcher import Dispatcher
from ordering.outbox.distributor import DistributorFolder, DistributorRest, signature
from ordering.outbox.worker import Worker
from ordering.use_cases.send_orders import queue_orders
from tests.outbox.twilio_service import served

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/distributor-order.json").read_text(encoding="utf-8"))
documents = Draft202012Validator(SCHEMA)
SECRET = "a secret of both"


@pytest.fixture
async def order(stores, sealer, clock) -> Order:
    await load_demo(stores, today=date(2024, 3, 4))
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", "198501012382")
        line = (await tx.people.lines(anna.id))[0]
        draft = await tx.orders.save_draft(anna.id, {}, version=None, now=clock())
        [order] = await tx.orders.place(
            [
                NewOrder(
                    person_id=anna.id,
                    region=anna.region,
                    payer=line.payer,
                    channel="sms",
                    ordered_by=anna.id,
                    day=date(2024, 3, 4),
                    confirmed_at=clock(),
                    send_after=clock() + timedelta(minutes=15),
                    option="home_delivery",
                    details={"address": "Storgatan 1, 541 30 Skövde", "door_code": "1234"},
                    lines=(OrderLine(line.id, line.article.number, 2),),
                    fee_kr=None,
                    expected_earliest=date(2024, 3, 7),
                    expected_latest=date(2024, 3, 8),
                    idempotency_key="draft:1",
                )
            ],
            draft=draft,
        )
        await queue_orders(tx, [order], sealer=sealer)
    return order


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "orders"


@pytest.fixture
def to_folder(stores, sealer, clock, folder) -> Dispatcher:
    return Dispatcher(stores, {"distributor": DistributorFolder(folder)}, sealer, clock)


@pytest.fixture
def status(stores, order):
    async def status() -> str:
        async with stores.begin() as tx:
            return (await tx.orders.by_number(order.number)).status

    return status


@pytest.fixture
def cancel(stores, order, clock):
    async def cancel() -> bool:
        async with stores.begin() as tx:
            return await tx.orders.set_status(order.id, was=["confirmed"], to="cancelled", now=clock())

    return cancel


class Distributor:
    """`answers`: status codes of the next posts; then everything is received and acknowledged."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.before_answering: Any = None

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/orders", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.posts.append((dict(request.headers), body))
        if self.before_answering:
            await self.before_answering()
        status = self.answers.pop(0) if self.answers else 200
        return JSONResponse({"received": json.loads(body)["order"]} if status == 200 else {}, abs(status))


@pytest.fixture
def distributor() -> Distributor:
    return Distributor()


@pytest.fixture
async def by_post(distributor, stores, sealer, clock):
    async with served(distributor.app()) as url:
        sender = DistributorRest(f"{url}/orders", SECRET, timeout_seconds=2, clock=clock)
        yield Dispatcher(stores, {"distributor": sender}, sealer, clock)
        await sender.close()


async def test_an_order_stays_with_us_while_the_patient_can_take_it_back(order, to_folder, clock, folder, status):
    clock.pass_(minutes=14)
    assert await to_folder.dispatch() == 0
    assert not folder.exists()
    assert await status() == "confirmed"


async def test_an_order_goes_to_the_folder_as_described_and_is_ordered(order, to_folder, clock, folder, status):
    clock.pass_(minutes=15)
    assert await to_folder.dispatch() == 1
    [file] = folder.iterdir()
    assert file.name == f"{order.number}.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    assert list(documents.iter_errors(document)) == []
    assert document["lines"][0]["packages"] == 2
    assert document["delivery"]["details"]["door_code"] == "1234"
    assert await status() == "ordered"


async def test_an_order_is_sent_once_however_many_workers_there_are(order, by_post, clock, distributor):
    clock.pass_(minutes=16)
    assert sum(await asyncio.gather(*(by_post.dispatch() for _ in range(5)))) == 1
    assert len(distributor.posts) == 1


async def test_a_cancelled_order_that_waits_in_the_outbox_is_not_sent(order, to_folder, clock, folder, cancel, status):
    clock.pass_(minutes=16)
    assert await cancel()
    assert await to_folder.dispatch() == 0
    clock.pass_(hours=1)
    assert await to_folder.dispatch() == 0
    assert not folder.exists()
    assert await status() == "cancelled"


async def test_an_order_placed_while_protected_identity_was_being_marked_is_not_sent(
    order, stores, to_folder, clock, folder, status
):
    async with stores.begin() as tx:
        await tx.people.mark_protected(order.person_id, protected=True)
    clock.pass_(minutes=16)
    assert await to_folder.dispatch() == 0
    assert not folder.exists()
    assert await status() == "cancelled"


async def test_a_cancellation_in_the_very_moment_of_sending_follows_the_order(
    order, by_post, clock, distributor, cancel, status
):
    clock.pass_(minutes=16)
    distributor.before_answering = cancel
    await by_post.dispatch()
    distributor.before_answering = None
    assert await status() == "cancelled"
    await by_post.dispatch()
    sent = [json.loads(body) for _, body in distributor.posts]
    assert [(one["type"], one["order"]) for one in sent] == [
        ("order", order.number),
        ("cancellation", order.number),
    ]
    assert list(documents.iter_errors(sent[1])) == []


async def test_a_cancelled_order_that_may_have_arrived_is_called_back(order, by_post, clock, distributor, cancel):
    clock.pass_(minutes=16)
    distributor.answers = [503]
    await by_post.dispatch()
    assert await cancel()
    clock.pass_(minutes=1)
    await by_post.dispatch()
    await by_post.dispatch()
    assert [json.loads(body)["type"] for _, body in distributor.posts] == ["order", "cancellation"]


async def test_a_posted_order_is_signed_with_its_time(order, by_post, clock, distributor, status):
    clock.pass_(minutes=16)
    await by_post.dispatch()
    [(headers, body)] = distributor.posts
    stamp = headers["x-pafyll-timestamp"]
    assert int(stamp) == int(clock().timestamp())
    assert headers["x-pafyll-signature"] == signature(SECRET, stamp, body)
    assert headers["x-pafyll-signature"] != signature("another", stamp, body)
    assert headers["idempotency-key"] == order.number
    assert await status() == "ordered"


@pytest.mark.parametrize("answer", [500, 401, 429, 202])
async def test_an_order_without_acknowledgement_is_sent_again_with_the_same_key(
    answer, order, by_post, clock, distributor, status
):
    clock.pass_(minutes=16)
    distributor.answers = [answer]
    assert await by_post.dispatch() == 0
    assert await status() == "confirmed"
    clock.pass_(minutes=1)
    assert await by_post.dispatch() == 1
    assert {headers["idempotency-key"] for headers, _ in distributor.posts} == {order.number}
    assert await status() == "ordered"


async def test_a_refused_order_is_given_up_and_told_about(order, by_post, clock, distributor, status, caplog):
    clock.pass_(minutes=16)
    distributor.answers = [400]
    await by_post.dispatch()
    clock.pass_(days=2)
    await by_post.dispatch()
    assert len(distributor.posts) == 1
    assert await status() == "confirmed"
    assert "given up" in caplog.text


async def test_a_folder_that_cannot_be_written_to_leaves_the_order_for_later(order, to_folder, clock, folder, status):
    folder.write_text("in the way")
    clock.pass_(minutes=16)
    assert await to_folder.dispatch() == 0
    folder.unlink()
    clock.pass_(minutes=1)
    assert await to_folder.dispatch() == 1
    assert await status() == "ordered"


async def test_a_round_of_the_worker_sends_what_is_due_and_tells_that_it_lives(
    order, to_folder, folder, clock, tmp_path
):
    clock.pass_(minutes=16)
    heartbeat = tmp_path / "heartbeat"
    await Worker(interval_seconds=1, dispatcher=to_folder, heartbeat=heartbeat).round()
    assert [file.stem for file in folder.iterdir()] == [order.number]
    assert heartbeat.exists()


async def test_the_worker_outlives_a_database_that_does_not_answer(sealer, clock, folder, caplog, tmp_path):
    class NoDatabase:
        def begin(self):
            raise ConnectionError("patient 198501012382")

    blind = Dispatcher(NoDatabase(), {"distributor": DistributorFolder(folder)}, sealer, clock)
    worker = Worker(interval_seconds=1, dispatcher=blind, heartbeat=tmp_path / "heartbeat")
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.05)
    assert not running.done()
    worker.stop()
    await asyncio.wait_for(running, 5)
    assert not (tmp_path / "heartbeat").exists()
    assert "ConnectionError" in caplog.text
    assert "198501012382" not in caplog.text

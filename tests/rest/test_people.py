"""Customer service registers representatives, marks protected identity and goes past blocks."""

from datetime import date

import pytest

from ordering import wiring
from ordering.model import DraftRow, NewOrder, OrderLine
from ordering.use_cases import trust
from rulebook import load_rulebook
from tests.rest.conftest import NOW, TODAY

STAFF = {"X-API-Key": "demo-staff-key"}
ANNA, ERIK, MARIA, ELIAS, PROTECTED = "198501012382", "198501012390", "199001012385", "202001012398", "191401682396"
BOOK = load_rulebook()


async def send(client, method: str, path: str, person: str = ANNA, **body):
    body = {"region": "vg", "person": person} | body
    return await client.request(method, f"/api/v1{path}", json=body, headers=STAFF)


async def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def find(tx, number: str):
    found = await tx.people.by_identity("vg", number)
    assert found is not None
    return found


async def register(client, *, person: str = ANNA, representative=None, **more):
    told = {"representative": representative or {"identity_number": ERIK}, "kind": "assistant"} | more
    return await send(client, "PUT", "/representatives", person, **told)


async def test_a_representative_is_registered_told_and_ended(client, stores, demo):
    answer = await register(client, may=["read"], until="2026-03-31")
    assert answer.status_code == 200
    told = {
        "representative": ERIK, "name": "Erik Sandberg", "kind": "assistant", "may": ["read"], "until": "2026-03-31",
        "holds": True, "registered_by": "customer service",
    }  # fmt: skip
    assert answer.json() == told
    assert (await send(client, "POST", "/representatives/list")).json() == {"representatives": [told]}
    async with stores.begin() as tx:
        erik = await find(tx, ERIK)
        for day, names in ((date(2026, 3, 31), ["Anna"]), (date(2026, 4, 1), [])):
            assert [one.given_name for one in await trust.represented(tx, BOOK, erik.id, day=day)] == names
    ended = await send(client, "POST", "/representatives/end", representative=ERIK)
    assert ended.json() == {"ended": True}
    assert (await send(client, "POST", "/representatives/end", representative=ERIK)).json() == {"ended": False}
    assert (await send(client, "POST", "/representatives/list")).json() == {"representatives": []}


async def test_somebody_new_is_written_down_with_where_codes_go(client, stores, demo):
    new = {"identity_number": "20000101-2384"}
    assert await code_of(await register(client, representative=new)) == (404, "unknown_representative")
    new |= {"given_name": "Bo", "family_name": "Ek", "mobile": "+46701740690"}
    assert (await register(client, representative=new, kind="relative")).status_code == 200
    async with stores.begin() as tx:
        bo = await find(tx, "200001012384")
        assert (bo.name, bo.mobile, bo.born) == ("Bo Ek", "+46701740690", date(2000, 1, 1))


async def test_what_would_not_hold_is_refused_and_nothing_of_it_kept(client, stores, demo):
    new = {"identity_number": "200001012384", "given_name": "Bo", "family_name": "Ek"}
    assert await code_of(await register(client, representative=new, kind="parent")) == (409, "no_right_to_speak")
    assert await code_of(await register(client, until="2026-03-01")) == (409, "no_right_to_speak")
    assert await code_of(await register(client, representative={"identity_number": ANNA})) == (409, "no_right_to_speak")
    async with stores.begin() as tx:
        assert await tx.people.by_identity("vg", "200001012384") is None


async def test_a_parent_speaks_for_a_child_until_it_is_of_age(client, stores, demo):
    (told,) = (await send(client, "POST", "/representatives/list", ELIAS)).json()["representatives"]
    assert (told["kind"], told["until"], told["holds"], told["registered_by"]) == ("parent", None, True, None)
    async with stores.begin() as tx:
        maria = await find(tx, MARIA)
        for day, number in ((date(2037, 12, 31), 1), (date(2038, 1, 1), 0)):
            assert len(await trust.represented(tx, BOOK, maria.id, day=day)) == number


@pytest.mark.parametrize("person", ["200001012384", PROTECTED, "x"])
async def test_unknown_and_protected_people_are_alike(client, demo, person):
    for method, path, more in (
        ("PUT", "/representatives", {"representative": {"identity_number": ERIK}, "kind": "relative"}),
        ("POST", "/representatives/end", {"representative": ERIK}),
        ("POST", "/representatives/list", {}),
    ):
        assert await code_of(await send(client, method, path, person, **more)) == (404, "unknown_person")
    lift = await send(client, "POST", "/blocks/lift", person, line=1, reason="dropped on the way")
    assert await code_of(lift) == (404, "unknown_line")
    answer = await register(client, representative={"identity_number": person})
    assert await code_of(answer) == (404, "unknown_representative")


async def test_each_change_is_in_the_access_log_of_whom_it_is_about(client, stores, demo):
    await register(client)
    await send(client, "POST", "/representatives/list")
    await send(client, "PUT", "/protected-identity", protected=True)
    async with stores.begin() as tx:
        noted = await tx.access_log.of_person((await find(tx, ANNA)).id, limit=9)
    ours = [(one.did, one.what) for one in reversed(noted) if one.who == "customer service"]
    assert ours[:2] == [("changed", "representatives"), ("read", "representatives")]
    assert ("changed", "person") in ours


async def test_the_mark_can_be_taken_away_but_not_what_the_register_says(client, stores, demo):
    assert (await send(client, "PUT", "/protected-identity", protected=True)).json()["protected"]
    assert await code_of(await send(client, "POST", "/representatives/list")) == (404, "unknown_person")
    assert not (await send(client, "PUT", "/protected-identity", protected=False)).json()["protected"]
    assert (await send(client, "POST", "/representatives/list")).status_code == 200
    assert (await send(client, "PUT", "/protected-identity", PROTECTED, protected=False)).json()["protected"]
    unknown = await send(client, "PUT", "/protected-identity", "200001012384", protected=True)
    assert await code_of(unknown) == (404, "unknown_person")


async def place(stores, number: str, line_number: int, *, key: str):
    """An order of ten packages, just confirmed."""
    async with stores.begin() as tx:
        person = await find(tx, number)
        line = next(one for one in await tx.people.lines(person.id) if one.number == line_number)
        row = await tx.orders.save_draft(person.id, {}, version=None, now=NOW)
        assert isinstance(row, DraftRow)
        new = NewOrder(
            person_id=person.id, region="vg", payer=line.payer, channel="chat", ordered_by=person.id, day=TODAY,
            confirmed_at=NOW, send_after=NOW, option="outside_door", details={},
            lines=(OrderLine(line.id, line.article.number, 10),), fee_kr=None, expected_earliest=None,
            expected_latest=None, idempotency_key=key,
        )  # fmt: skip
        (order,) = await tx.orders.place([new], draft=row) or []
    return order


async def test_marking_stops_what_is_not_sent_and_takes_calls_back(client, stores, demo):
    order = await place(stores, ERIK, 1, key="a")
    sealer = client._transport.app.state.sealer
    async with stores.begin() as tx:
        erik = await find(tx, ERIK)
        other, at = "+46701740605", wiring.utc_now()
        for key, recipient, about in (
            ("to Erik", erik.mobile, None),
            ("to Erik, tried in vain", erik.mobile, None),
            ("to Erik, given up", erik.mobile, None),
            ("to someone close, about Erik", other, erik.id),
            ("to someone close, about themselves", other, erik.id + 1),
        ):
            sealed = sealer.seal({"text": "hej"})
            row = await tx.outbox.put(
                kind="sms", recipient=recipient, sealed=sealed, key=key, due_at=at, person_id=about
            )
            if "in vain" in key:
                await tx.outbox.failed(row, error="429", retry_at=at, now=at)
            if "given up" in key:
                await tx.outbox.failed(row, error="e", retry_at=None, now=at, status="dead")
    told = (await send(client, "PUT", "/protected-identity", ERIK, protected=True)).json()
    assert told == {"protected": True, "stopped_orders": [order.number], "callbacks_taken_back": 0}
    async with stores.begin() as tx:
        assert [one.status for one in await tx.orders.of_person(erik.id)][:1] == ["cancelled"]
        assert [row.key for row in await tx.outbox.lease(NOW)] == ["to someone close, about themselves"]
        assert await tx.failed_messages.all(limit=9) == []


async def test_a_block_is_lifted_for_one_withdrawal(client, stores, demo):
    lift = {"line": 1, "reason": "lost on the way"}
    assert await code_of(await send(client, "POST", "/blocks/lift", **lift)) == (409, "nothing_to_lift")
    assert await code_of(await send(client, "POST", "/blocks/lift", **lift | {"line": 9})) == (404, "unknown_line")
    async with stores.begin() as tx:
        noted = await tx.access_log.of_person((await find(tx, ANNA)).id, limit=2)
    assert [(one.did, one.what) for one in noted] == [("read", "prescriptions"), ("read", "orders")]
    await place(stores, ANNA, 1, key="a")
    for _ in range(2):
        assert (await send(client, "POST", "/blocks/lift", **lift)).json() == {"line": 1}
    async with stores.begin() as tx:
        anna = await find(tx, ANNA)
        assert [one.block_lifted for one in await tx.people.lines(anna.id)] == [True, False, False]
    order = await place(stores, ANNA, 1, key="b")
    async with stores.begin() as tx:
        await tx.orders.use_lifted(order)
        assert not any(one.block_lifted for one in await tx.people.lines(anna.id))


async def test_a_reason_holds_no_identity_number(client, malformed, demo):
    body = {"region": "vg", "person": ANNA, "line": 1, "reason": f"for {ERIK}"}
    fields, detail = await malformed("POST", "/blocks/lift", json=body, headers=STAFF)
    assert (fields, detail) == (["body.reason"], "holds an identity number")

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ordering.importing import import_file
from ordering.model import Address, Order, Person, Representation
from ordering.store import SqlStores
from ordering.use_cases import trust
from rulebook import load_rulebook
from tests.importing.conftest import TODAY, Document, Importer

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def person(stores: SqlStores, number: str = "198501012382") -> Person:
    async with stores.begin() as tx:
        found = await tx.people.by_identity("vg", number)
    assert found is not None
    return found


async def withdrawal(stores: SqlStores) -> Order:
    anna = await person(stores)
    async with stores.begin() as tx:
        (order,) = await tx.orders.of_person(anna.id)
    return order


async def test_a_file_is_taken_in_whole(importer: Importer, stores: SqlStores, document: Document) -> None:
    assert await importer.take(document) == {
        "articles": (2, 0, 0),
        "units": (3, 0, 0),
        "people": (2, 0, 0),
        "prescription lines": (2, 0, 0),
        "withdrawals": (1, 0, 0),
    }
    anna = await person(stores)
    assert anna.mobile == "+46701740605"
    assert anna.born is not None
    async with stores.begin() as tx:
        strips, drink = await tx.people.lines(anna.id)
    assert (strips.payer, drink.payer) == ("D", "N")
    assert strips.written == TODAY - timedelta(days=90)
    assert [variant.in_stock for variant in drink.article.variants] == [True, False]
    order = await withdrawal(stores)
    assert (order.channel, order.payer, order.ordered_by) == ("elsewhere", "N", None)
    assert order.expected_latest == TODAY + timedelta(days=2)
    assert order.lines[0].variants == {"J": 6, "C": 4}


async def test_the_same_file_again_changes_nothing(importer: Importer, stores: SqlStores, document: Document) -> None:
    await importer.take(document)
    before = await withdrawal(stores)
    again = await importer.take(document)
    assert {kind: counts[:2] for kind, counts in again.items()} == dict.fromkeys(again, (0, 0))
    assert await withdrawal(stores) == before, "and a patient's receipt number stays the same"


async def test_relative_days_follow_the_day_of_the_import(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    await importer.take(document)
    counts = await importer.take(document, today=TODAY + timedelta(days=7))
    assert counts["prescription lines"] == (0, 1, 1)
    assert counts["withdrawals"] == (0, 1, 0)
    assert (await withdrawal(stores)).day == TODAY - timedelta(days=13)


async def test_what_differs_is_changed_and_nothing_else(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    await importer.take(document)
    document["people"][0]["family_name"] = "Ekman"
    document["articles"][1]["variants"][1]["in_stock"] = True
    document["withdrawals"][0]["lines"][0]["variants"] = {"J": 10}
    counts = await importer.take(document)
    assert (counts["people"], counts["articles"], counts["withdrawals"]) == ((0, 1, 1), (0, 1, 1), (0, 1, 0))
    assert (await person(stores)).family_name == "Ekman"
    assert (await withdrawal(stores)).lines[0].variants == {"J": 10}


async def test_a_file_may_point_at_what_is_in_the_database(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    await importer.take(document | {"withdrawals": []})
    await importer.take({"format": "pafyll-import-1", "withdrawals": document["withdrawals"]})
    assert (await withdrawal(stores)).payer == "N"
    new_line = document["prescriptions"][0]["lines"][0] | {"number": 3}
    prescription = document["prescriptions"][0] | {"lines": [new_line]}
    counts = await importer.take({"format": "pafyll-import-1", "prescriptions": [prescription]})
    assert counts["prescription lines"] == (1, 0, 0)


async def test_an_old_file_does_not_undo_a_delivery(importer: Importer, stores: SqlStores, document: Document) -> None:
    await importer.take(document)
    order = await withdrawal(stores)
    async with stores.begin() as tx:
        await tx.orders.set_status(order.id, was=["ordered"], to="delivered", now=NOW)
    assert (await importer.take(document))["withdrawals"] == (0, 0, 1)
    assert (await withdrawal(stores)).status == "delivered"


async def test_an_address_the_patient_has_saved_outlives_the_register(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    document["people"][0]["address"] = {"street": "Stadsgatan 1", "postal_code": "41319", "city": "Göteborg"}
    await importer.take(document)
    anna = await person(stores)
    assert anna.address == Address("Stadsgatan 1", "41319", "Göteborg")
    cottage = Address("Sommarvägen 1", "47300", "Henån")
    async with stores.begin() as tx:
        await tx.people.save_address(anna.id, cottage)
    await importer.take(document)
    assert (await person(stores)).saved_address == cottage


async def test_the_language_a_person_has_asked_for_outlives_the_register(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    await importer.take(document)
    anna = await person(stores)
    assert anna.language == "sv"
    async with stores.begin() as tx:
        await tx.people.save_language(anna.id, "en")
    await importer.take(document)
    assert (await person(stores)).language == "en"


async def test_who_is_no_longer_on_the_list_is_no_longer_represented(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    anna = document["people"][0]
    anna["represents"] = ["20200101-2398"]
    await importer.take(document)
    anna_id = (await person(stores)).id

    async def represented() -> list[str]:
        async with stores.begin() as tx:
            return [one.given_name for one, _ in await tx.people.represented_by(anna_id)]

    assert await represented() == ["Bo"]
    del anna["represents"]
    await importer.take(document)
    assert await represented() == ["Bo"], "a file that says nothing about it changes nothing"
    anna["represents"] = []
    await importer.take(document)
    assert await represented() == []


async def test_a_protected_person_is_not_offered_to_those_who_represented_them(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    document["people"][0]["represents"] = ["202001012398"]
    document["people"][1]["protected"] = True
    await importer.take(document)
    anna = await person(stores)
    async with stores.begin() as tx:
        assert await trust.represented(tx, load_rulebook(), anna.id, day=TODAY) == []


async def test_thousands_of_people_go_in_at_once(importer: Importer, stores: SqlStores) -> None:
    people = [
        {"region": "vg", "identity_number": f"19850101A{number:03d}", "given_name": "N", "family_name": "N"}
        for number in range(1000)
    ] + [
        {"region": "vg", "identity_number": f"19850102B{number:03d}", "given_name": "N", "family_name": "N"}
        for number in range(1000)
    ]
    document = {"format": "pafyll-import-1", "people": people}
    assert (await importer.take(document))["people"] == (2000, 0, 0)
    assert (await importer.take(document))["people"] == (0, 0, 2000)


async def test_nothing_new_is_told(importer: Importer, stores: SqlStores, document: Document) -> None:
    await importer.take(document)
    report = await import_file(stores, importer.path, today=TODAY)
    assert report.nothing_new


async def test_what_a_representative_may_do_and_until_when_comes_along_and_staff_have_the_last_word(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    anna, bo = document["people"][0], document["people"][1]["identity_number"]
    anna["represents"] = [{"patient": bo, "kind": "assistant", "may": ["read"], "until": "2026-12-31"}]
    await importer.take(document)

    async def registered() -> list[Representation]:
        anna_id = (await person(stores)).id
        async with stores.begin() as tx:
            return [one for _, one in await tx.people.represented_by(anna_id)]

    (one,) = await registered()
    assert (one.kind, one.may, one.until) == ("assistant", {"read"}, date(2026, 12, 31))
    anna["represents"][0] |= {"kind": "guardian", "may": ["order", "read"]}
    await importer.take(document)
    (one,) = await registered()
    assert (one.kind, one.may) == ("guardian", {"order", "read"})
    async with stores.begin() as tx:
        await tx.people.represent(replace(one, kind="relative", registered_by="desk", registered_at=NOW))
    anna["represents"] = []
    await importer.take(document)
    (one,) = await registered()
    assert (one.kind, one.registered_by) == ("relative", "desk")


async def test_whom_staff_have_marked_stays_protected_whatever_a_file_says(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    await importer.take(document)
    anna = await person(stores)
    async with stores.begin() as tx:
        await tx.people.mark_protected(anna.id, protected=True)
    document["people"][0]["protected"] = False
    document["people"][0]["given_name"] = "Anette"
    await importer.take(document)
    anna = await person(stores)
    assert (anna.given_name, anna.protected) == ("Anette", True)


async def test_whom_a_file_protects_for_the_first_time_is_shut_at_once(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    await importer.take(document)
    anna = await person(stores)
    async with stores.begin() as tx:
        thread = await tx.conversations.thread(channel="sms", region="vg", key="a>b", address=anna.mobile)
        visit = await tx.conversations.start_visit(thread, sender_id="s", now=NOW)
        await tx.conversations.save_visit(replace(visit, person_id=anna.id, speaker_id=anna.id, proof="number"))
    document["people"][0]["protected"] = True
    await importer.take(document)
    async with stores.begin() as tx:
        kept = await tx.conversations.visit_by_sender("s")
    assert kept is not None
    assert (kept.person_id, kept.speaker_id, kept.proof, kept.state) == (None, None, None, {})
    assert kept.ended_at is not None

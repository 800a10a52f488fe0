"""The operator's commands, on a database of the test's own."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from api.commands import dead_letters, one_person, purge, reseal
from ordering.importing import load_demo
from ordering.settings import get_settings
from ordering.wiring import build_sealer, build_stores

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def run(database_url, monkeypatch):
    monkeypatch.setenv("PAFYLL_DATABASE_URL", database_url)
    monkeypatch.setenv("PAFYLL_SECRET_KEY", "s" * 40)

    def run(command, *arguments: str) -> tuple[int, str]:
        get_settings.cache_clear()
        result = CliRunner().invoke(command.app, arguments)
        return result.exit_code, result.output

    return run


@pytest.fixture
def dead(run) -> list[str]:
    """A mail that was given up, and the SMS of a login code."""

    async def put() -> list[str]:
        stores = build_stores(get_settings())
        ids = []
        async with stores.begin() as tx:
            for kind, key in (("mail", "complaint:R1"), ("sms", "code:1")):
                row_id = await tx.outbox.put(
                    kind=kind, recipient="0701740605", sealed=b"hemligt", key=key, due_at=LONG_AGO
                )
                await tx.outbox.failed(row_id, error="the mail server answered 550", retry_at=None, now=LONG_AGO)
                ids.append(f"out-{row_id}")
        await stores.close()
        return ids

    return asyncio.run(put())


def test_the_list_shows_codes_and_no_numbers(run, dead):
    status, shown = run(dead_letters)
    assert status == 0
    assert "out-1  mail  ...05  since 2024-01-01 01:00  1 attempt(s)  mail_server_550  can be replayed" in shown
    assert "one_time_code" in shown
    assert "2 failed message(s)" in shown
    assert "0701740605" not in shown
    assert "1 failed message(s)" in run(dead_letters, "--kind", "mail")[1]


def test_one_is_replayed_and_another_try_says_why_not(run, dead):
    assert run(dead_letters, "replay", dead[0]) == (0, "out-1: replayed\n")
    assert run(dead_letters, "replay", dead[0]) == (1, "out-1: not replayed, unknown_message\n")


def test_all_that_can_be_are_replayed(run, dead):
    assert run(dead_letters, "replay", "--all") == (0, "out-1: replayed\nout-2: not replayed, one_time_code\n")


def test_replay_wants_either_one_or_all(run, dead):
    assert run(dead_letters, "replay")[0] == 2
    assert run(dead_letters, "replay", dead[0], "--all")[0] == 2
    assert run(dead_letters, "replay", "--kind", "mail")[0] == 2


def test_a_dry_run_tells_what_the_purge_then_does(run, dead):
    line = "failed: 1 {}, older than 30 days"
    for _ in range(2):
        assert line.format("to remove") in run(purge, "--dry-run")[1]
    status, shown = run(purge)
    assert (status, "orders: kept for good" in shown) == (0, True)
    assert line.format("removed") in shown
    assert "1 failed message(s)" in run(dead_letters)[1], "the mail stays"


@pytest.fixture
def people(run) -> None:
    async def put() -> None:
        stores = build_stores(get_settings())
        await load_demo(stores, today=LONG_AGO.date())
        await stores.close()

    get_settings.cache_clear()
    asyncio.run(put())


def one(app, *arguments: str, number: str = "19850101-2382") -> tuple[int, str]:
    get_settings.cache_clear()
    result = CliRunner().invoke(app, ["vg", "--by", "Test", *arguments], input=f"{number}\n")
    return result.exit_code, result.output


def test_a_person_is_given_out_to_a_file_that_only_its_owner_reads(people, tmp_path):
    file = tmp_path / "anna.json"
    assert one(one_person.export_app, "--to", str(file))[0] == 0
    assert json.loads(file.read_text(encoding="utf-8"))["people"][0]["given_name"] == "Anna"
    assert file.stat().st_mode & 0o077 == 0


def test_erasing_tells_what_went_and_what_stays_and_why(people):
    status, counted = one(one_person.erase_app, "--dry-run", "--decision", "RS 1")
    assert (status, "people: 1 to erase" in counted) == (0, True)
    status, told = one(one_person.erase_app)
    assert status == 0
    assert "orders: kept, a public body's record" in told
    assert one(one_person.erase_app, "--decision", "RS 1")[0] == 0
    status, gone = one(one_person.erase_app)
    assert (status, "no person" in gone) == (1, True)


def test_a_number_that_nobody_has_is_not_repeated(people):
    status, told = one(one_person.export_app, number="199901012385")
    assert (status, told.count("199901012385")) == (1, 1)  # as it was keyed


def test_what_is_sealed_is_sealed_anew_with_a_new_secret(run, monkeypatch):
    old, new = "s" * 40, "n" * 40

    async def put() -> None:
        stores, sealer = build_stores(get_settings()), build_sealer(get_settings())
        async with stores.begin() as tx:
            await tx.outbox.put(
                kind="mail", recipient="a@example.org", sealed=sealer.seal({"case": 7}), key="k", due_at=LONG_AGO
            )
        await stores.close()

    async def kept() -> bytes:
        stores = build_stores(get_settings())
        async with stores.begin() as tx:
            [place] = await tx.sealed.places()
            sealed = await tx.sealed.read(place)
        await stores.close()
        return sealed

    assert run(reseal) == (0, "All is sealed with the present PAFYLL_SECRET_KEY.\n")
    asyncio.run(put())
    monkeypatch.setenv("PAFYLL_SECRET_KEY", new)
    status, said = run(reseal)
    assert (status, "outbox.sealed 1: neither" in said) == (1, True)
    monkeypatch.setenv("PAFYLL_OTHER_SECRET_KEYS", json.dumps([old]))
    assert run(reseal) == (0, "outbox.sealed: 1\nAll is sealed with the present PAFYLL_SECRET_KEY.\n")
    monkeypatch.delenv("PAFYLL_OTHER_SECRET_KEYS")
    get_settings.cache_clear()
    assert build_sealer(get_settings()).open(asyncio.run(kept())) == {"case": 7}

"""Processes of the release before go on while a migration is applied, so a migration only adds (docs/operations.md)."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from ordering.store import migrations
from ordering.store.connection import make_engine
from ordering.store.migrations import upgrade

VERSIONS = sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))
# What the release before does not use any more may go: {version: {(table, column)}}.
TAKEN_AWAY: dict[str, set[tuple[str, str]]] = {}
FIRST_WITH_PROCESSES_TO_SPARE = "0003"

Columns = dict[tuple[str, str], dict[str, Any]]


def columns(connection: Connection) -> Columns:
    found = inspect(connection)
    return {
        (table, column["name"]): dict(column)
        for table in found.get_table_names()
        for column in found.get_columns(table)
    }


async def after(version: str, url: str) -> Columns:
    await upgrade(url, to=version)
    engine = make_engine(url)
    async with engine.connect() as connection:
        found = await connection.run_sync(columns)
    await engine.dispose()
    return found


async def test_what_the_release_before_reads_and_writes_is_still_there(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'steps.sqlite3'}"
    steps = {version: await after(version, url) for version in VERSIONS}
    for before, now in pairwise(VERSIONS):
        if now < FIRST_WITH_PROCESSES_TO_SPARE:
            continue
        old, new = steps[before], steps[now]
        assert old.keys() - new.keys() == TAKEN_AWAY.get(now, set()), now
        for column in old.keys() & new.keys():
            assert str(old[column]["type"]) == str(new[column]["type"]), (now, column)
            assert new[column]["nullable"] or not old[column]["nullable"], (now, column)
        known_tables = {table for table, _ in old}
        for table, name in new.keys() - old.keys():
            column = new[table, name]
            # Whoever does not know the column has to be able to go on adding rows.
            assert table not in known_tables or column["nullable"] or column["default"] is not None, (now, table, name)

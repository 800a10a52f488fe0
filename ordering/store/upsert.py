"""Finding and writing many rows by their natural keys, a few statements for thousands of rows."""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from sqlalchemy import Table, insert, select, tuple_, update

from ordering.imported import Counts
from ordering.store.connection import Work

_CHUNK = 500

Row = dict[str, Any]
Key = tuple[Any, ...]


async def find(work: Work, table: Table, columns: Sequence[str], keys: Iterable[Key]) -> list[Row]:
    """All rows whose `columns` have one of these values."""
    wanted = tuple_(*(table.c[name] for name in columns))
    found: list[Row] = []
    for chunk in batched(keys, _CHUNK):
        found += [dict(row) for row in (await work.read(select(table).where(wanted.in_(chunk)))).mappings()]
    return found


async def find_by_key(work: Work, table: Table, key: Sequence[str], keys: Iterable[Key]) -> dict[Key, Row]:
    """The same, for a unique key."""
    return {_key(row, key): row for row in await find(work, table, key, keys)}


async def find_ids(work: Work, table: Table, key: Sequence[str], keys: Iterable[Key]) -> dict[Key, int]:
    return {found: row["id"] for found, row in (await find_by_key(work, table, key, keys)).items()}


async def upsert(
    work: Work, table: Table, key: Sequence[str], rows: list[Row], touched: list[Row] | None = None
) -> Counts:
    """Inserts what is new and updates what differs; columns that `rows` do not name are left alone.

    touched: gets the rows that were new or different.
    """
    existing = await find_by_key(work, table, key, [_key(row, key) for row in rows])
    new = [row for row in rows if _key(row, key) not in existing]
    known = [row for row in rows if _key(row, key) in existing]
    different = [row for row in known if differences(existing[_key(row, key)], row)]
    if new:
        await work.write(insert(table), new)
    for row in different:
        await work.write(update(table).where(*(table.c[name] == row[name] for name in key)).values(row))
    if touched is not None:
        touched += [*new, *different]
    return Counts(len(new), len(different), len(known) - len(different))


def differences(old: Row, new: Row) -> Row:
    return {name: value for name, value in new.items() if old[name] != value}


def _key(row: Row, columns: Sequence[str]) -> Key:
    return tuple(row[name] for name in columns)

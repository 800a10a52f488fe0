"""All that changes in the database, as the demo's page shows it: what is encrypted stays so."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from ordering.store.stores import SqlStores
from ordering.store.tables import metadata

# What an import brings is no news.
_LEFT_OUT = frozenset({"articles", "units", "payers", "lines", "representatives"})
_MOST = 400  # of a table, the newest
_LONGEST = 160

Rows = dict[str, dict[str, dict[str, Any]]]


async def rows(stores: SqlStores) -> Rows:
    """Table, key and columns of each row; moments in ISO form, bytes and sealed parts as their length."""
    found: Rows = {}
    async with stores._engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in _LEFT_OUT:
                continue
            keys = list(table.primary_key.columns)
            newest = select(table).order_by(*(key.desc() for key in keys)).limit(_MOST)
            found[table.name] = {
                " ".join(str(row._mapping[key]) for key in keys): {
                    name: _shown(value) for name, value in row._mapping.items()
                }
                for row in await connection.execute(newest)
            }
        await connection.rollback()
    return found


def _shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes, encrypted>"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dict):
        return {
            name: f"<{len(part)} characters, encrypted>" if name == "sealed" else _shown(part)
            for name, part in value.items()
        }
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list):
        return [_shown(part) for part in value]
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"

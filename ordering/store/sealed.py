"""What is sealed, wherever it stands: to be sealed anew when the secret is changed."""

from sqlalchemy import LargeBinary, select, update

from ordering.store.connection import Work
from ordering.store.tables import metadata

_COLUMNS = {
    f"{table.name}.{column.name}": column
    for table in metadata.sorted_tables
    for column in table.c
    if isinstance(column.type, LargeBinary)
}


class SqlSealed:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def places(self) -> list[tuple[str, int]]:
        found = []
        for name, column in _COLUMNS.items():
            rows = await self._work.read(select(column.table.c.id).where(column.is_not(None)).order_by("id"))
            found += [(name, row_id) for row_id in rows.scalars()]
        return found

    async def read(self, place: tuple[str, int]) -> bytes | None:
        column = _COLUMNS[place[0]]
        found: bytes | None = (await self._work.read(select(column).where(column.table.c.id == place[1]))).scalar()
        return found

    async def replace(self, place: tuple[str, int], was: bytes, to: bytes) -> bool:
        column = _COLUMNS[place[0]]
        changed = update(column.table).where(column.table.c.id == place[1], column == was).values({column.name: to})
        return (await self._work.write(changed)).rowcount == 1

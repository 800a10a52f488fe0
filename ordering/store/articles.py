"""The articles of the regions' ranges."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from ordering.model import Article, Variant
from ordering.store.connection import Work
from ordering.store.tables import articles

_OF_REGION = select(articles).where(articles.c.region == bindparam("region")).order_by(articles.c.number)
_BY_NUMBER = _OF_REGION.where(articles.c.number == bindparam("number"))


class SqlArticles:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, region: str, number: str) -> Article | None:
        row = (await self._work.read(_BY_NUMBER, {"region": region, "number": number})).mappings().first()
        return None if row is None else article_of(row)

    async def of_region(self, region: str) -> list[Article]:
        rows = await self._work.read(_OF_REGION, {"region": region})
        return [article_of(row) for row in rows.mappings()]


def article_of(row: Mapping[Any, Any]) -> Article:
    """From a row that holds every column of the table, by name."""
    values = {column.name: row[column.name] for column in articles.c if column.name not in ("id", "variants")}
    return Article(**values, variants=tuple(Variant(*variant) for variant in row["variants"]))

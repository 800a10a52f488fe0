import json
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ordering.importing import ImportRefused, import_file
from ordering.store import SqlStores
from ordering.store.migrations import upgrade

TODAY = date(2026, 11, 21)
Document = dict[str, Any]

SMALL: Document = {
    "format": "pafyll-import-1",
    "articles": [
        {"region": "vg", "number": "A1", "name": "Teststickor 50 st", "product": "teststickor", "area": "diabetes"},
        {
            "region": "vg", "number": "A2", "name": "Dryck", "product": "näringsdryck", "area": "nutrition",
            "variants": [{"code": "J", "name": "jordgubb"}, {"code": "C", "name": "choklad", "in_stock": False}],
        },
    ],
    "units": [
        {"customer_number": "123456", "region": "vg", "name": "Ån", "payers": {"diabetes": "D", "nutrition": "N"}}
    ],
    "people": [
        {
            "region": "vg", "identity_number": "19850101-2382", "given_name": "Anna", "family_name": "Ek",
            "mobile": "0701740605",
        },
        {"region": "vg", "identity_number": "202001012398", "given_name": "Bo", "family_name": "Al"},
    ],
    "prescriptions": [
        {
            "region": "vg", "person": "198501012382",
            "lines": [
                {
                    "number": 1, "unit": "123456", "article": "A1", "written": {"days_ago": 90},
                    "days_per_withdrawal": 90, "withdrawals": 4, "packages_per_withdrawal": 6,
                },
                {
                    "number": 2, "unit": "123456", "article": "A2", "written": "2026-09-01",
                    "days_per_withdrawal": 30, "withdrawals": 12, "packages_per_withdrawal": 10,
                },
            ],
        }
    ],
    "withdrawals": [
        {
            "reference": "X1", "region": "vg", "person": "198501012382", "day": {"days_ago": 20}, "status": "ordered",
            "option": "pickup_point", "expected_latest": {"days_ahead": 2},
            "lines": [{"number": 2, "packages": 10, "variants": {"J": 6, "C": 4}}],
        }
    ],
}  # fmt: skip


@pytest.fixture
def document() -> Document:
    return deepcopy(SMALL)


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[SqlStores]:
    url = f"sqlite+aiosqlite:///{tmp_path}/import.sqlite3"
    await upgrade(url)
    stores = SqlStores(url)
    yield stores
    await stores.close()


class Importer:
    """Writes a document to a file and imports it."""

    def __init__(self, stores: SqlStores, path: Path) -> None:
        self.stores = stores
        self.path = path

    async def take(self, document: Document, *, today: date = TODAY) -> dict[str, tuple[int, int, int]]:
        """Added, changed and unchanged, by kind."""
        self.path.write_text(json.dumps(document), encoding="utf-8")
        report = await import_file(self.stores, self.path, today=today)
        return {kind: (one.added, one.changed, one.unchanged) for kind, one in report.counts.items()}

    async def errors(self, document: Document) -> list[str]:
        """Without the file name that every line begins with."""
        with pytest.raises(ImportRefused) as refused:
            await self.take(document)
        lines = refused.value.errors
        assert all(line.startswith(f"{self.path}: ") for line in lines)
        return [line.removeprefix(f"{self.path}: ") for line in lines]


@pytest.fixture
def importer(stores: SqlStores, tmp_path: Path) -> Importer:
    return Importer(stores, tmp_path / "file.json")

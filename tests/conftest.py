"""Fixtures that several rooms share: settings of a demo of its own, and a fresh database for each test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

# The Rasa process has an environment of its own, and so have its tests.
collect_ignore = ["bot"]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own PAFYLL_* must not decide what a test sees."""
    import os

    from ordering.settings import get_settings

    for name in list(os.environ):
        if name.startswith("PAFYLL_") and "_TEST_" not in name and not name.endswith("PYTHON"):
            monkeypatch.delenv(name)
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no rows. Copy it; never write to it."""
    from ordering.store.migrations import upgrade

    path = tmp_path_factory.mktemp("database") / "empty.sqlite3"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A database of the test's own, SQLite, with all tables."""
    path = tmp_path / "pafyll.sqlite3"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path):
    from ordering.settings import Settings

    return Settings(
        demo=True,
        secret_key="s" * 40,
        database_url=database_url,
        var_folder=tmp_path / "var",
        distributor_folder=tmp_path / "distributor",
    )


@pytest.fixture
async def stores(settings) -> AsyncIterator[object]:
    from ordering.wiring import build_stores

    stores = build_stores(settings)
    yield stores
    await stores.close()

"""The database behind the ports: SQLite or PostgreSQL by URL. SQL lives here and nowhere else; no rules, no clock."""

from ordering.store.stores import SqlStores

__all__ = ["SqlStores"]

"""Alembic's entry. The connection comes from `ordering.store.migrations.upgrade`, with its transaction begun."""

from alembic import context

from ordering.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

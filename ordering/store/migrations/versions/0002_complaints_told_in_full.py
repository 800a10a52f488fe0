"""Complaints hold what they are about, what the patient wants, and where the rules send them.

Revision: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Without this SQLite would make the table anew with ids that can come back.
_KEPT: dict[str, Any] = {"table_kwargs": {"sqlite_autoincrement": True}}


def upgrade() -> None:
    with op.batch_alter_table("complaints", **_KEPT) as table:
        table.alter_column("kind", existing_type=sa.String(20), nullable=True)
        table.add_column(sa.Column("visit_id", sa.Integer()))
        table.add_column(sa.Column("status", sa.String(20)))
        table.add_column(sa.Column("article_number", sa.String(20)))
        table.add_column(sa.Column("order_id", sa.Integer()))
        table.add_column(sa.Column("product", sa.String(100)))
        table.add_column(sa.Column("wanted", sa.String(20)))
        table.add_column(sa.Column("leftover", sa.Boolean()))
        table.add_column(sa.Column("discovered", sa.Date()))
        table.add_column(sa.Column("discovered_before", sa.Date()))
        table.add_column(sa.Column("route", sa.String(20)))
        table.add_column(sa.Column("late", sa.Boolean()))
        table.add_column(sa.Column("answered", sa.JSON()))
        table.add_column(sa.Column("seen", sa.String(50)))
        table.create_foreign_key("fk_complaints_order_id", "orders", ["order_id"], ["id"])
    _carry_over()
    with op.batch_alter_table("complaints", **_KEPT) as table:
        table.alter_column("visit_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("status", existing_type=sa.String(20), nullable=False)
        table.alter_column("late", existing_type=sa.Boolean(), nullable=False)
        table.alter_column("answered", existing_type=sa.JSON(), nullable=False)


def _carry_over() -> None:
    """What was told before is received as it stands; a kind that the rules do not have was not known.

    Visit 0: none that can go on with it.
    """
    complaints = sa.table(
        "complaints",
        *(sa.column(name) for name in ("text", "status", "visit_id")),
        sa.column("kind", sa.String),
        sa.column("late", sa.Boolean),
        sa.column("answered", sa.JSON),
    )
    op.execute(complaints.update().values(status="received", visit_id=0, late=False, answered=[]))
    op.execute(complaints.update().where(complaints.c.text.is_(None)).values(status="cancelled"))
    op.execute(complaints.update().where(complaints.c.kind.in_(["deviation", "other"])).values(kind=None))

"""What a representative may do and until when, how often somebody tried to log in, lifted blocks, closed complaints.

Revision: 0010
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _representatives()
    op.create_table(
        "login_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_tries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_login_tries_key_what_at", "login_tries", ["key", "what", "at"])
    op.create_index("ix_login_tries_at", "login_tries", ["at"])
    op.create_table(
        "lifted_blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("lifted_by", sa.String(100), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=False),
        sa.Column("order_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_lifted_blocks"),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name="fk_lifted_blocks_line_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_lifted_blocks_order_id", ondelete="SET NULL"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lifted_blocks_line_id", "lifted_blocks", ["line_id"])
    op.create_index("ix_lifted_blocks_order_id", "lifted_blocks", ["order_id"])
    op.add_column("complaints", sa.Column("closed_at", MOMENT))
    op.add_column("complaints", sa.Column("closed_by", sa.String(100)))


def _representatives() -> None:
    everything = "order,read,complain"
    kind = sa.Column("kind", sa.String(20), nullable=False, server_default="relative")
    op.add_column("representatives", kind)
    op.add_column("representatives", sa.Column("may", sa.String(40), nullable=False, server_default=everything))
    op.add_column("representatives", sa.Column("until", sa.Date()))
    op.add_column("representatives", sa.Column("registered_by", sa.String(100)))
    op.add_column("representatives", sa.Column("registered_at", MOMENT))
    # Whoever stands for a child is taken for a parent, so that it ends when the child is of age.
    today = datetime.now(UTC).date()
    adult_since = today.replace(year=today.year - 18, day=min(today.day, 28))
    children = sa.text(
        "UPDATE representatives SET kind = 'parent' WHERE patient_id IN (SELECT id FROM people WHERE born > :since)"
    ).bindparams(sa.bindparam("since", adult_since, sa.Date()))
    op.execute(children)

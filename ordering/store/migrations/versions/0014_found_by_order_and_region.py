"""Complaints are looked up by their order, and orders by region and status.

Revision: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index("ix_complaints_order_id", "complaints", ["order_id"])
    op.create_index("ix_orders_region", "orders", ["region", "status"])

"""Articles have their supplier's number, the amount above which a prescriber is warned, and whether they are stocked.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("articles", sa.Column("supplier_number", sa.String(40)))
    op.add_column("articles", sa.Column("warn_above", sa.Integer()))
    op.add_column("articles", sa.Column("stocked", sa.Boolean()))

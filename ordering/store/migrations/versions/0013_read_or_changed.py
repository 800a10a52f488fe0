"""The access log tells whether something was read or changed. Until now each row told of a reading, or said by its
name what was changed.

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("access_log", sa.Column("did", sa.String(10), nullable=False, server_default="read"))

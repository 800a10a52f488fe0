"""Who has read or changed what about a patient: rows that nobody can change, nor remove before a year has gone.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("speaker_id", sa.Integer()),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("why", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_log_person_id_id", "access_log", ["person_id", "id"])
    op.create_index("ix_access_log_at", "access_log", ["at"])
    statements = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        op.execute(statement)


_SQLITE = (
    """CREATE TRIGGER access_log_stays BEFORE UPDATE ON access_log
    BEGIN SELECT RAISE(ABORT, 'the access log is only added to'); END""",
    """CREATE TRIGGER access_log_is_kept BEFORE DELETE ON access_log WHEN OLD.at > datetime('now', '-365 days')
    BEGIN SELECT RAISE(ABORT, 'the access log is kept for a year at least'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION access_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '365 days' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'the access log is only added to';
    END $$""",
    """CREATE TRIGGER access_log_stays BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION access_log_stays()""",
    """CREATE TRIGGER access_log_is_kept BEFORE TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION access_log_stays()""",
)

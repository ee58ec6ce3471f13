"""Bulk jobs as rows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of bulk jobs."""
    op.create_table(
        "job",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("number", sa.String(200), primary_key=True),
        sa.Column("binding", sa.Text, nullable=False, server_default=""),
        sa.Column("kind", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.Text, nullable=False, server_default=""),
        sa.Column("remote_id", sa.Text, nullable=False, server_default=""),
        sa.Column("rows", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due", sa.Float, nullable=False, server_default="0"),
        sa.Column("made_at", sa.Float, nullable=False, server_default="0"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("job")

"""The first tables."""

from alembic import op

from turnout.tables import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    """Drop every table."""
    METADATA.drop_all(op.get_bind())

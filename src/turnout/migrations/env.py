"""Alembic's entry: run migrations on the connection that `database.py` hands over."""

from alembic import context

from turnout.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()

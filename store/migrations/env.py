"""Alembic's environment: uses the connection `store.migrate` hands over, which also holds the lock."""

from alembic import context

import store.key_ring
import store.outcome_tables
import store.people_tables
import store.prospect_tables
import store.tables  # noqa: F401 - their tables count
from store.base import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()

"""A stored connection as the plain dictionary that a Blueprint is made of, with the vendors' ids for names.

Secrets are unsealed into SecretStr alone, and no webhook token of Lever's is: None keeps what is stored.
"""

from dataclasses import dataclass
from datetime import UTC

from sqlalchemy.ext.asyncio import AsyncSession

from onboarding.stored_policies import (
    Section,
    follow_up_section,
    prospects_section,
    requests_section,
    templates_section,
)
from onboarding.stored_vendors import crosschq_section, lever_section
from store.connection_rows import rows_of
from store.prospect_walks import settings_of
from store.tables import Connection
from store.vault import Vault


@dataclass(frozen=True)
class StoredConnection:
    """`settings` has the sections and keys of the connection's file; a secret that is lost is not in it."""

    connection: Connection
    settings: Section

    @property
    def version(self) -> str:
        """Another one after every change of the connection."""
        return self.connection.updated_at.astimezone(UTC).isoformat()


async def stored_connection(
    session: AsyncSession, vault: Vault, connection_id: int
) -> StoredConnection | None:
    """None where there is no such connection."""
    # If the rest is changed while this reads, the connection's version is too old to be saved over.
    rows = await rows_of(session, connection_id)
    if rows is None:
        return None
    connection = rows.connection
    return StoredConnection(
        connection,
        {
            "name": connection.name,
            "live_since": connection.live_since.astimezone(UTC).replace(microsecond=0),
            "lever": lever_section(connection, vault),
            "crosschq": crosschq_section(connection, rows.endpoints, vault),
            "requests": requests_section(connection),
            "follow_up": follow_up_section(connection),
            "prospects": prospects_section(await settings_of(session, connection_id)),
            "templates": templates_section(rows.templates),
        },
    )

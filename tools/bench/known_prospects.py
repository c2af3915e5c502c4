"""Prospects in bulk that we know already, as a backfill leaves them: what PostgreSQL makes of one statement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import text

from store.database import Database
from store.sealed_prospects import email_index
from store.vault import Vault

AT_ONCE = 10_000
"""Of one statement: our engine allows it ten seconds."""

_ADD = text(
    """
    INSERT INTO prospect
        (connection_id, crosschq_id, kind, state, email_index, opportunity_id, updated_on, ended_at)
    SELECT :connection_id, one.id, 'existing', 'linked', one.email_index, gen_random_uuid()::text, one.updated_on, now()
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS one(id text, email_index text, updated_on timestamptz)
    ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True)
class KnownProspects:
    """`vault` makes the blind indexes of their e-mail addresses."""

    database: Database
    vault: Vault

    async def add(self, connection_id: int, prospects: Sequence[Mapping[str, Any]]) -> None:
        """Those of them that are not known yet; `prospects` as Crosschq tells them."""
        rows = iter(prospects)
        while batch := [self._row(one) for one in islice(rows, AT_ONCE)]:
            async with self.database.transaction() as session:
                values = {"connection_id": connection_id, "rows": json.dumps(batch)}
                await session.execute(_ADD, values)

    def _row(self, prospect: Mapping[str, Any]) -> dict[str, str]:
        return {
            "id": prospect["id"],
            "email_index": email_index(self.vault, prospect["email"]),
            "updated_on": prospect["updated_on"],
        }

"""Prospects as an export leaves them in the store, of a connection whose file was saved."""

from collections.abc import Sequence

from sqlalchemy import func, select

from hiring.prospects import IfInLever, OnWithdrawal
from store.database import Database
from store.prospect_tables import KnownProspect, ProspectKind, ProspectSettings, ProspectState
from store.tables import Connection, Delivery
from store.vault import Vault
from tests.factories import connect

PERSONAL = "Ottoline Vesterby <ottoline@people.test>"
REASON = "The prospect has no e-mail address."


async def saved(database: Database, vault: Vault, name: str = "acme", **columns: object) -> Connection:
    """A connection with settings; `columns` are theirs."""
    connection = (await connect(database, vault, name=name)).connection
    usual: dict[str, object] = {
        "connection_id": connection.id,
        "source": "Crosschq",
        "tags": ["prospect"],
        "if_in_lever": IfInLever.SKIP,
        "on_withdrawal": OnWithdrawal.TAG,
        "withdrawal_tag": "withdrawn",
    }
    async with database.transaction() as session:
        session.add(ProspectSettings(**{**usual, **columns}))
    return connection


async def add(
    database: Database, connection: Connection, *states: ProspectState, sealed: bytes = b"sealed"
) -> list[str]:
    """One prospect in each of the states; their ids in Crosschq."""
    async with database.transaction() as session:
        first = (await session.scalar(select(func.count()).select_from(KnownProspect)) or 0) + 1
        rows = [_row(connection, f"pr_{first + at}", state, sealed) for at, state in enumerate(states)]
        session.add_all(rows)
    return [row.crosschq_id for row in rows]


def _row(connection: Connection, crosschq_id: str, state: ProspectState, sealed: bytes) -> KnownProspect:
    is_linked = state in (ProspectState.LINKED, ProspectState.WITHDRAWING)
    return KnownProspect(
        connection_id=connection.id,
        crosschq_id=crosschq_id,
        kind=ProspectKind.EXISTING,
        state=state,
        sealed=sealed,
        opportunity_id=f"opportunity-of-{crosschq_id}" if is_linked else None,
        tags_given=[],
        reason=REASON if state is ProspectState.FAILED else None,
        ended_at=None if state is ProspectState.WAITING else func.now(),
    )


async def known(database: Database) -> dict[str, KnownProspect]:
    """By Crosschq's id."""
    async with database.transaction() as session:
        rows = await session.scalars(select(KnownProspect).order_by(KnownProspect.id))
        return {row.crosschq_id: row for row in rows}


async def orders(database: Database) -> Sequence[Delivery]:
    async with database.transaction() as session:
        return (await session.scalars(select(Delivery).order_by(Delivery.id))).all()

"""The two switches of a connection's prospects, and which of them a prospect belongs to. Commits nothing itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.audits import Audits
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT, ProspectOrders
from store.prospect_tables import KnownProspect, ProspectKind, ProspectSettings, ProspectState

SWITCH = "switch"
"""The origin of the order that turning on the export of existing ones places."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""Crosschq's clock from ours, at most."""


class NotSetUp(Exception):  # noqa: N818 - says what it is
    """The connection was stored before there were prospects; the message says what to do."""


@dataclass(frozen=True)
class Switches:
    """How they stand, and what this turning changed, in words."""

    existing: bool
    new: bool
    new_since: datetime | None
    """When `new` was last turned on."""
    changes: tuple[str, ...] = ()


def kind_of(
    opted_in_on: datetime | None, kinds: Collection[ProspectKind], new_since: datetime | None
) -> ProspectKind:
    """Which switch a prospect belongs to; `kinds` are those whose switch is on, and without NEW all are existing."""
    if ProspectKind.NEW not in kinds or new_since is None or opted_in_on is None:
        return ProspectKind.EXISTING
    since = new_since - CLOCKS_DIFFER
    if opted_in_on.time() == time():
        # A day without a time: whoever opted in on the same day may have done so afterwards.
        since = datetime.combine(since, time(), since.tzinfo)
    return ProspectKind.NEW if opted_in_on >= since else ProspectKind.EXISTING


async def set_switches(
    session: AsyncSession,
    connection_id: int,
    *,
    existing: bool | None,
    new: bool | None,
    who: str,
    why: str | None,
) -> Switches:
    """None leaves a switch as it is. Turned on, existing ones are ordered; new are those from now on.

    Raises NotSetUp.
    """
    settings = await _locked(session, connection_id)
    changes = []
    if existing is not None and existing is not settings.export_existing:
        settings.export_existing = existing
        changes.append(f"prospect export of existing ones turned {_word(existing)}")
        if existing:
            await ProspectOrders(session, connection_id).place(EXISTING_EVENT, SWITCH)
    if new is not None and new is not settings.export_new:
        settings.export_new = new
        changes.append(f"prospect export of new ones turned {_word(new)}")
        if new:
            settings.new_since = func.now()
    if not settings.export_new:
        left_over = await _let_all_be_existing(session, connection_id)
        if left_over and settings.export_existing:
            await ProspectOrders(session, connection_id).place(NEW_EVENT, SWITCH)
    for what in changes:
        Audits(session).of_connection(connection_id, who=who, what=what, why=why)
    await session.flush()
    await session.refresh(settings)
    return Switches(settings.export_existing, settings.export_new, settings.new_since, tuple(changes))


async def _let_all_be_existing(session: AsyncSession, connection_id: int) -> bool:
    """Whether any of those that were new still waits: else the switch for existing ones would leave them out."""
    states = await session.scalars(
        update(KnownProspect)
        .where(KnownProspect.connection_id == connection_id, KnownProspect.kind == ProspectKind.NEW)
        .values(kind=ProspectKind.EXISTING)
        .returning(KnownProspect.state)
    )
    return ProspectState.WAITING in states.all()


async def _locked(session: AsyncSession, connection_id: int) -> ProspectSettings:
    found = await session.get(ProspectSettings, connection_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise not_set_up(connection_id)
    return found


def not_set_up(connection_id: int) -> NotSetUp:
    """For whoever finds no settings."""
    return NotSetUp(
        f"Connection {connection_id} has no settings for prospects yet: "
        "run `crosschq-lever connect FILE` again with its file."
    )


def _word(is_on: bool) -> str:
    return "on" if is_on else "off"

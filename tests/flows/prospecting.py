"""What tests of the prospect export ask again and again: who is a lead in Lever, and what we remember of whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store.prospect_switches import CLOCKS_DIFFER
from store.prospect_tables import KnownProspect, ProspectState
from tests.flows.office import Office


def from_now(office: Office) -> datetime:
    """When the switch for new ones was turned on, for those who opted in a moment ago not to be new ones."""
    return office.parts.now() + CLOCKS_DIFFER


def emails(people: list[dict[str, Any]]) -> list[str]:
    return sorted(email for one in people for email in one["emails"])


async def states(office: Office) -> dict[str, ProspectState]:
    """By Crosschq's id."""
    return {crosschq_id: row.state for crosschq_id, row in (await office.known_prospects()).items()}


async def assert_one_to_one(office: Office) -> None:
    """Everybody whom Crosschq has is one lead, by Lever's ordinary API, and nobody else is."""
    wanted = sorted(one["email"] for one in await office.crosschq.prospects())
    assert emails(await office.lever.leads()) == wanted


async def lead_of(office: Office, prospect_id: str) -> dict[str, Any]:
    """The lead we made of the prospect, as Lever shows it now."""
    return await office.lever.opportunity(await lead_id(office, prospect_id))


async def lead_id(office: Office, prospect_id: str) -> str:
    row = await row_of(office, prospect_id)
    assert row.opportunity_id is not None, row.reason
    return row.opportunity_id


async def row_of(office: Office, prospect_id: str) -> KnownProspect:
    return (await office.known_prospects())[prospect_id]


async def one_lead(office: Office, **wanted: Any) -> str:
    """One prospect, exported; its id in Crosschq."""
    await office.crosschq.add_prospects(1)
    await office.want_prospects(**wanted)
    state = await office.export()
    assert state.name == "Exported", state.message
    [prospect] = await office.crosschq.prospects()
    return str(prospect["id"])


def creations(office: Office) -> Sequence[Any]:
    """The calls that were to make an opportunity."""
    calls = office.lever_app.state.lever.ledger.calls()
    return [call for call in calls if (call.method, call.path) == ("POST", "/v1/opportunities")]

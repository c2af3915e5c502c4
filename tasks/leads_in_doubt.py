"""Leads of which nobody saw whether Lever made them: looked for, and given up only when Lever must have shown them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from hiring.prospects import ProspectPolicy, Unusable, lead_of
from store.begun_prospects import Begun, BegunProspects, begun_leads
from store.prospect_tables import KnownProspect
from store.prospects import Prospects
from store.sealed_prospects import unseal
from store.vault import VaultError
from tasks.case import Case
from tasks.leads import Desk, Made, find_lead, tags_of
from wiring import current_parts

LOOK_AGAIN = timedelta(seconds=5)
"""After a call whose answer nobody saw, before Lever is asked for the lead: it may be at it, and its list may lag."""
GIVE_UP = 6
"""After so many times LOOK_AGAIN, what Lever does not show was not made."""

UNREADABLE = (
    "What is kept of it cannot be read any more: export it alone (`prospects export --only`), or import its file "
    "again, to have it read anew."
)


class TooEarly(Exception):  # noqa: N818 - says what it is, as the vendor errors do
    """Lever may still come to show the lead: only `until` then it can be told that there is none."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class NotToBeTold(Exception):  # noqa: N818 - says what it is, as the vendor errors do
    """What the lead would be found by cannot be read any more."""


async def begun(case: Case, rows: Collection[KnownProspect]) -> dict[int, Begun]:
    """By the row's id, those whose lead an earlier attempt made or may have made."""
    async with current_parts().database.transaction() as session:
        return await begun_leads(session, rows)


async def look_for_lead(desk: Desk, policy: ProspectPolicy, row: KnownProspect) -> Made | None:
    """The lead that an attempt may have made; None: there is none. Raises TooEarly, or NotToBeTold."""
    left = (await begun(desk.case, [row])).get(row.id)
    if left is None:
        return None
    if left.opportunity_id:
        return Made(left.opportunity_id, await tags_of(desk, left.opportunity_id))
    if left.lasts < LOOK_AGAIN:
        raise TooEarly(left.since + LOOK_AGAIN)
    try:
        lead = lead_of(unseal(current_parts().vault, row.sealed or b""), policy)
    except (Unusable, VaultError):
        raise NotToBeTold from None
    found = await find_lead(desk, row, lead)
    if found is None and left.lasts < GIVE_UP * LOOK_AGAIN:
        raise TooEarly(left.since + GIVE_UP * LOOK_AGAIN)
    return Made(found.id, found.tags) if found else None


async def put_back(case: Case, row: KnownProspect, until: datetime | None = None) -> None:
    """It is not looked at before then; None: not before Lever can have shown what was done just now."""
    until = until or current_parts().now() + LOOK_AGAIN
    async with current_parts().database.transaction() as session:
        await Prospects(session, case.connection_id).put_back([row.id], until)


async def end_doubt(desk: Desk, policy: ProspectPolicy, row: KnownProspect) -> None:
    """Of one who is not to be made now: others of the same person wait for it. Nothing is made."""
    try:
        made = await look_for_lead(desk, policy, row)
    except TooEarly:
        return
    except NotToBeTold:
        async with current_parts().database.transaction() as session:
            await Prospects(session, desk.case.connection_id).unreadable(row.id, UNREADABLE)
        return
    async with current_parts().database.transaction() as session:
        connection_id = desk.case.connection_id
        if made is None:
            await BegunProspects(session, connection_id).not_made(row.id)
        else:
            await Prospects(session, connection_id).linked(row.id, made.opportunity_id, made.tags)

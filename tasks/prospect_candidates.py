"""Of a batch of prospects those of whom a lead is to be made; the others end, or wait. Calls Lever only to look."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hiring.prospects import Lead, ProspectPolicy, Unusable, lead_of
from store.begun_prospects import BegunProspects
from store.effect_keys import lead_key
from store.erased_prospects import ErasedProspects
from store.prospect_tables import KnownProspect, ProspectState
from store.prospects import Prospects
from store.sealed_prospects import email_indexes, erased_digests, unseal
from store.vault import VaultError
from tasks.case import Case
from tasks.leads import Desk
from tasks.leads_in_doubt import UNREADABLE, begun, end_doubt, put_back
from tasks.prospect_wishes import Wishes
from wiring import current_parts


@dataclass(frozen=True)
class Candidate:
    """A prospect of the batch of which a lead may be made; `begun`: it may have been made already."""

    row: KnownProspect
    lead: Lead
    begun: bool

    @property
    def key(self) -> str:
        return lead_key(self.row.crosschq_id, self.row.generation)

    @property
    def is_first(self) -> bool:
        """The prospect has not opted in again, as far as we know."""
        return self.row.generation == 1

    @property
    def email(self) -> str:
        return self.lead.emails[0]

    @property
    def email_indexes(self) -> set[str]:
        """All under which the same person may be known."""
        own = {self.row.email_index} if self.row.email_index else set()
        return own | set(email_indexes(current_parts().vault, self.email))

    def others_of(self, by_index: Mapping[str, KnownProspect]) -> list[KnownProspect]:
        """The same person's, among those rows by blind index."""
        known = [by_index[index] for index in self.email_indexes if index in by_index]
        return [row for row in known if row.id != self.row.id]


async def candidates_of(desk: Desk, wishes: Wishes, rows: Sequence[KnownProspect]) -> list[Candidate]:
    """The others have ended, or are put back."""
    ready = await _usable(desk.case, wishes.policy, rows)
    ready = await _without_erased(desk.case, ready)
    return await _without_the_same(desk, wishes, ready)


async def _usable(case: Case, policy: ProspectPolicy, rows: Sequence[KnownProspect]) -> list[Candidate]:
    usable, may_be_made = [], await begun(case, rows)
    for row in rows:
        try:
            prospect = unseal(current_parts().vault, row.sealed or b"")
            usable.append(Candidate(row, lead_of(prospect, policy), row.id in may_be_made))
        except Unusable as error:
            await fail(case, row, error.reason)
        except VaultError:
            async with current_parts().database.transaction() as session:
                await Prospects(session, case.connection_id).unreadable(row.id, UNREADABLE)
    return usable


async def _without_erased(case: Case, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Without people whose lead by another prospect of theirs was deleted in Lever: they are not made again."""
    vault = current_parts().vault
    digests = {one.row.id: erased_digests(vault, one.email_indexes) for one in candidates if not one.begun}
    async with current_parts().database.transaction() as session:
        ended = await ErasedProspects(session, case.connection_id).end_all_of(digests)
    return [one for one in candidates if one.row.id not in ended]


async def _without_the_same(desk: Desk, wishes: Wishes, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Without people who are in Lever already by another prospect of theirs, or may be: these wait for that one."""
    indexes = {index for one in candidates for index in one.email_indexes}
    async with current_parts().database.transaction() as session:
        known = await Prospects(session, desk.case.connection_id).same_people(indexes)
        in_doubt = await BegunProspects(session, desk.case.connection_id).in_doubt(indexes)
    ready: list[Candidate] = []
    waited_for: dict[int, KnownProspect] = {}
    taken: set[str] = set()
    for one in candidates:
        others, doubtful = one.others_of(known), one.others_of(in_doubt)
        # Under the key of before a rotation the same person may stand twice in a batch.
        if one.begun or not (others or doubtful or taken & one.email_indexes):
            taken |= one.email_indexes
            ready.append(one)
        elif others:
            reason = f"The same person as prospect {others[0].crosschq_id}, who is in Lever."
            await find_there(desk.case, one, others[0].opportunity_id, reason)
        else:
            waited_for |= {row.id: row for row in doubtful}
            await put_back(desk.case, one.row)
    await _end_doubts(desk, wishes, waited_for.values())
    return ready


async def _end_doubts(desk: Desk, wishes: Wishes, waited_for: Collection[KnownProspect]) -> None:
    """Of those whose switch is off: no batch takes them up, and others would wait for them in vain."""
    for row in waited_for:
        if row.state is ProspectState.WAITING and row.kind not in wishes.kinds:
            await end_doubt(desk, wishes.policy, row)


async def find_there(case: Case, one: Candidate, opportunity_id: str | None, reason: str) -> None:
    """The person is in Lever already, unless the prospect has changed meanwhile."""
    async with current_parts().database.transaction() as session:
        prospects = Prospects(session, case.connection_id)
        if await prospects.is_as_met(one.row):
            await prospects.found(one.row.id, opportunity_id, reason)


async def fail(case: Case, row: KnownProspect, reason: str) -> None:
    """Unless it has changed meanwhile: that may have mended it."""
    async with current_parts().database.transaction() as session:
        prospects = Prospects(session, case.connection_id)
        if await prospects.is_as_met(row):
            await prospects.failed(row.id, reason)

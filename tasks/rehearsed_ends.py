"""What an export would do with each prospect it meets: asks our store and Lever, as the batch does. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cleaning.email_address import email_key
from hiring.prospects import IfInLever, Lead, Unusable, lead_of
from lever.models import Opportunity
from outbound.limiter import Priority
from store.erased_prospects import DELETED_BEFORE, ErasedProspects
from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.prospects import Prospects
from store.sealed_prospects import email_indexes, erased_digests, unseal
from store.tables import Connection
from store.vault import VaultError
from tasks.leads import NO_ADDRESS_FOR_LEVER, InLever, lost_leads, people_in_lever
from tasks.prospect_batch import BATCH
from tasks.prospect_wishes import Wishes
from wiring import current_parts

_SHORT = 16
"""Of a digest's 64 digits: enough to tell people apart, and tens of thousands of them fit into a few MB."""
_TAKEN_OUT = "Unless somebody works with its lead."
_BEGUN = "An attempt was cut off: the lead is looked for in Lever first."
_UNREADABLE = "What is kept of it cannot be read any more."
_IN_LEVER = "The person is in Lever already."
_AGAIN = "The same person as another prospect."


@dataclass(frozen=True)
class WouldBe:
    """What would become of one prospect; `person` is a short keyed digest of whom Lever would know by it."""

    crosschq_id: str
    what: str
    why: str = ""
    person: str = field(default="", repr=False)

    def as_again(self) -> "WouldBe":
        """After another prospect of the same person: nobody is made twice, whatever the setting."""
        return replace(self, what="would be skipped", why=_AGAIN)


@dataclass(frozen=True)
class Met:
    """A prospect as its row says it, apart from the transaction that read it."""

    crosschq_id: str
    kind: ProspectKind
    state: ProspectState
    sealed: bytes | None = field(repr=False)
    reason: str | None
    is_begun: bool
    is_first: bool
    """The prospect has not opted in again, as far as we know."""


@dataclass(frozen=True)
class _Candidate:
    met: Met
    lead: Lead
    indexes: Sequence[str] = field(repr=False)
    """Of the e-mail address, the newest key's first."""

    def would_be(self, what: str, why: str = "") -> WouldBe:
        return WouldBe(self.met.crosschq_id, what, why, self.indexes[0][:_SHORT])


def met(row: KnownProspect) -> Met:
    is_begun, is_first = row.begun_at is not None, row.generation == 1
    return Met(row.crosschq_id, row.kind, row.state, row.sealed, row.reason, is_begun, is_first)


async def rehearse_ends(connection: Connection, wishes: Wishes, people: Sequence[Met]) -> list[WouldBe]:
    """In the same order."""
    ends: dict[str, WouldBe] = {}
    candidates: list[_Candidate] = []
    for one in people:
        end = _without_a_lead(one, wishes) or _candidate(one, wishes)
        if isinstance(end, WouldBe):
            ends[one.crosschq_id] = end
        else:
            candidates.append(end)
    known = await _known_here(connection.id, candidates)
    asked = [one for one in candidates if one.met.crosschq_id not in known]
    there = await _in_lever(connection, wishes.policy.if_in_lever, asked)
    for candidate in asked:
        email = email_key(candidate.lead.emails[0])
        if email in there.refused:
            end = candidate.would_be("would fail", NO_ADDRESS_FOR_LEVER)
        else:
            is_there = not candidate.met.is_begun and email in there.found
            end = _end_of(candidate, wishes.policy.if_in_lever, is_there=is_there)
        known[candidate.met.crosschq_id] = end
    return [(ends | known)[one.crosschq_id] for one in people]


def _without_a_lead(one: Met, wishes: Wishes) -> WouldBe | None:
    """Of whom no lead would be made; None: one may be."""
    match one.state:
        case ProspectState.WAITING if one.kind in wishes.kinds:
            return None
        case ProspectState.WAITING:
            return WouldBe(one.crosschq_id, "would wait", f"The switch for {one.kind} ones is off.")
        case ProspectState.WITHDRAWING:
            return WouldBe(one.crosschq_id, "would be withdrawn", _TAKEN_OUT)
        case ProspectState.WITHDRAWN:
            return WouldBe(one.crosschq_id, "withdrawn", one.reason or "")
    why = f"It is {one.state.value} already. {one.reason or ''}".strip()
    return WouldBe(one.crosschq_id, "nothing to do", why)


def _candidate(one: Met, wishes: Wishes) -> "_Candidate | WouldBe":
    vault = current_parts().vault
    try:
        lead = lead_of(unseal(vault, one.sealed or b""), wishes.policy)
    except Unusable as error:
        return WouldBe(one.crosschq_id, "would fail", error.reason)
    except VaultError:
        return WouldBe(one.crosschq_id, "would fail", _UNREADABLE)
    return _Candidate(one, lead, email_indexes(vault, lead.emails[0]))


async def _known_here(connection_id: int, candidates: Sequence[_Candidate]) -> dict[str, WouldBe]:
    """By Crosschq's id, of people who are in Lever, or were, by another prospect of theirs."""
    vault, ends = current_parts().vault, {}
    digests = {one.met.crosschq_id: erased_digests(vault, one.indexes) for one in candidates}
    async with current_parts().database.transaction() as session:
        indexes = {index for one in candidates for index in one.indexes}
        others = await Prospects(session, connection_id).same_people(indexes)
        erased = await ErasedProspects(session, connection_id).among(set().union(*digests.values()))
    for one in candidates:
        crosschq_id = one.met.crosschq_id
        if one.met.is_begun:
            continue
        if digests[crosschq_id] & erased:
            ends[crosschq_id] = WouldBe(crosschq_id, "nothing to do", DELETED_BEFORE)
        elif other := next((others[index] for index in one.indexes if index in others), None):
            reason = f"The same person as prospect {other.crosschq_id}, who is in Lever."
            ends[crosschq_id] = one.would_be("would be skipped", reason)
    return ends


async def _in_lever(
    connection: Connection, if_in_lever: IfInLever, candidates: Sequence[_Candidate]
) -> InLever:
    """By the addresses' keys; where all are made anew, only by a lead of ours."""
    lever = current_parts().kept_lever(connection, Priority.EXPORT)
    makes_all = if_in_lever is IfInLever.CREATE
    asked = [one for one in candidates if not one.met.is_begun]
    again = {one.lead.emails[0] for one in asked if makes_all and not one.met.is_first}
    found: dict[str, Opportunity] = {}
    refused: set[str] = set()
    for at in range(0, len(asked), BATCH):
        some = [one.lead for one in asked[at : at + BATCH]]
        known = (
            await lost_leads(lever, connection.id, some)
            if makes_all
            else await people_in_lever(lever, [lead.emails[0] for lead in some])
        )
        found |= {email_key(email): one for email, one in known.without(again).found.items()}
        refused |= set(map(email_key, known.refused))
    return InLever(found, frozenset(refused))


def _end_of(one: _Candidate, if_in_lever: IfInLever, *, is_there: bool) -> WouldBe:
    if not is_there:
        why = [_BEGUN] if one.met.is_begun else one.lead.remarks
        return one.would_be("would be created", " ".join(why))
    return one.would_be("would be tagged" if if_in_lever is IfInLever.TAG else "would be skipped", _IN_LEVER)

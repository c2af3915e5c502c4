"""Brings the outcome of a hire to Crosschq and to Lever. One outside effect per step, each under its own key."""

from hiring.candidacy import Candidacy
from hiring.outcomes import SeenOutcome
from lever.applied_posting import posting_of
from lever.candidacy import candidacy_of
from lever.client import LeverClient
from outbound.errors import AccessDenied, NotFound, UnreadableItems
from store.effect_keys import outcome_key
from store.tables import Vendor
from tasks.case import Case, crosschq_of, lever_of
from tasks.effects import once_if_allowed
from tasks.outcome_records import IN_CROSSCHQ, seen_in_crosschq
from tasks.report_steps import report_link
from tasks.step import step
from tasks.unshown_outcomes import ToShow


@step
async def read_outcome(case: Case, opportunity_id: str) -> tuple[Candidacy, SeenOutcome]:
    """What Lever says now: the opportunity with its posting, and its archive as an outcome."""
    async with lever_of(case) as (lever, _):
        opportunity = await lever.opportunity(opportunity_id)
        candidacy = candidacy_of(opportunity, await posting_of(lever, opportunity))
        hired = await _hired_reasons(lever, candidacy) if candidacy.is_archived else set()
    return candidacy, SeenOutcome.in_lever(candidacy, hired)


async def _hired_reasons(lever: LeverClient, candidacy: Candidacy) -> set[str]:
    """The ids; inactive ones too: somebody was hired with one before it was retired.

    Raises UnreadableItems where the opportunity's own reason may be among those that cannot be read.
    """
    unreadable: list[UnreadableItems] = []
    reasons = await lever.archive_reasons(skipped=unreadable.append)
    if unreadable and candidacy.archive_reason_id not in {one.id for one in reasons}:
        raise unreadable[0]
    return {one.id for one in reasons if one.is_hired}


@step
async def tell_crosschq(
    case: Case, opportunity_id: str, to_show: ToShow, *, look_first: bool = False
) -> bool:
    """False where this Crosschq cannot be told: a person has to enter it there.

    `look_first`: it may be told already, without our knowing.
    """
    if to_show.crosschq_id is None or not to_show.crosschq_takes_outcomes:
        return False
    request_id, said = to_show.crosschq_id, to_show.said
    async with crosschq_of(case) as crosschq:

        async def act() -> str:
            if look_first and (shown := await find()):
                return shown
            await crosschq.set_outcome(request_id, IN_CROSSCHQ[said.outcome], said.hired_on)
            return said.outcome.value

        async def find() -> str | None:
            shows = (await crosschq.reference_request(request_id)).hiring_status
            return said.outcome.value if shows is IN_CROSSCHQ[said.outcome] else None

        # Not `repeatable`: told twice is the same state, but each time Crosschq tells everybody who listens.
        # Refused: it has no such call, does not know the request any more, or wants none of this.
        return await once_if_allowed(
            case,
            outcome_key(opportunity_id, to_show.version, "crosschq"),
            act,
            at=Vendor.CROSSCHQ,
            find=find,
        )


@step
async def archive_in_lever(case: Case, candidacy: Candidacy, to_show: ToShow) -> bool:
    """As the owner where that is possible. Never over somebody's own archiving, which is a newer word.

    False where Lever refuses it, as with a reason that was retired since.
    """
    reason, opportunity_id = to_show.archive_reason_id, candidacy.opportunity_id
    async with lever_of(case) as (lever, perform_as):

        async def act() -> str:
            owner = candidacy.owner
            try:
                await lever.archive(
                    opportunity_id, reason, owner.id if owner and owner.is_active else perform_as
                )
            except AccessDenied:
                await lever.archive(opportunity_id, reason, perform_as)
            return reason or ""

        async def find() -> str | None:
            archived = (await lever.opportunity(opportunity_id)).archived
            return archived.reason if archived else None

        if await find() is not None:
            return True
        return await once_if_allowed(
            case, outcome_key(opportunity_id, to_show.version, "archive"), act, at=Vendor.LEVER, find=find
        )


@step
async def outcome_in_crosschq(case: Case, crosschq_id: str | None) -> SeenOutcome | None:
    """What somebody has set there; None without a word on it."""
    if crosschq_id is None:
        return None
    async with crosschq_of(case) as crosschq:
        try:
            return seen_in_crosschq(await crosschq.reference_request(crosschq_id))
        except NotFound:
            return None


@step
async def link_in_crosschq(case: Case, to_show: ToShow) -> str | None:
    """The report's page, where it is one that a note may name."""
    if to_show.crosschq_id is None:
        return None
    async with crosschq_of(case) as crosschq:
        try:
            news = await crosschq.reference_request(to_show.crosschq_id)
        except NotFound:
            return None
    return (await report_link(case, news)).link

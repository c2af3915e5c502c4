"""What we remember of reference requests. Touches our own store only."""

from sqlalchemy.ext.asyncio import AsyncSession

from crosschq.models import ReferenceRequest as News
from hiring import status_tags
from hiring.candidacy import Candidacy
from hiring.decisions import Policy, Previous, Send
from hiring.progress import Progress, Stage
from store.connections import Connections
from store.effect_keys import creation_key
from store.effects import Effects
from store.policies import policy_from, previous_from
from store.requests import NewRequest, Requests
from store.requests_per_hour import RequestsPerHour
from store.tables import EffectState, ReferenceRequest, RequestState
from tasks import ops_events
from tasks.case import Case
from tasks.follow_up_records import begin_follow_up
from wiring import current_parts

_ENDED = {Stage.COMPLETE: RequestState.COMPLETED, Stage.ENDED: RequestState.CANCELLED}


class NotAnsweredYet(Exception):  # noqa: N818 - says what happened
    """Crosschq tells of a request whose creation we are still waiting to hear of."""


class ConnectionPaused(Exception):  # noqa: N818 - says what happened
    """No request may be sent until a person has looked; the message says why."""


async def policy_of(case: Case) -> Policy:
    """What the connection's admin has laid down."""
    async with current_parts().database.transaction() as session:
        connection = await Connections(session).get(case.connection_id)
        templates = await Connections(session).templates(case.connection_id)
    return policy_from(connection, templates)


async def previous_request(case: Case, opportunity_id: str) -> Previous | None:
    async with current_parts().database.transaction() as session:
        requests = await Requests(session).of_opportunity(case.connection_id, opportunity_id)
    return previous_from(requests)


async def reserve(case: Case, candidacy: Candidacy, order: Send) -> int | None:
    """Our id of the request about to be sent; None when another run has just reserved one.

    Raises ConnectionPaused, at the most that the connection may send within an hour; then nothing is reserved.
    """
    parts = current_parts()
    new = NewRequest(
        connection_id=case.connection_id,
        delivery_id=case.attempt.delivery_id,
        opportunity_id=candidacy.opportunity_id,
        contact_id=candidacy.contact_id,
        template=order.template.name,
        job_position=order.job_position,
        candidate_index=parts.vault.blind_index(order.email),
    )
    async with parts.database.transaction() as session:
        held = await RequestsPerHour(session).why_not_another(new.connection_id, new.opportunity_id)
        if not held and not status_tags.asked(candidacy.tags):
            await Requests(session).end_found(new.connection_id, new.opportunity_id)
        request = None if held else await Requests(session).reserve(new)
    if held:
        if held.is_new:
            ops_events.connection_is_paused(case.connection_id, ops_events.Because.MOST_PER_HOUR)
        raise ConnectionPaused(held.because)
    return request.id if request else None


async def remember_sent(request_id: int, crosschq_id: str) -> None:
    async with current_parts().database.transaction() as session:
        await Requests(session).mark_sent(request_id, crosschq_id)


async def remember_unknown(request_id: int) -> None:
    async with current_parts().database.transaction() as session:
        await Requests(session).mark_unknown(
            request_id, "Crosschq did not answer whether it took the request."
        )


async def remember_failed(request_id: int, problem: str) -> None:
    async with current_parts().database.transaction() as session:
        await Requests(session).mark_failed(request_id, problem)


async def remember_progress(request_id: int, progress: Progress) -> None:
    async with current_parts().database.transaction() as session:
        requests = Requests(session)
        await requests.note_progress(
            request_id, answered=progress.answered, asked=progress.asked, updated_on=progress.updated_on
        )
        if progress.stage in _ENDED:
            await requests.mark_ended(request_id, _ENDED[progress.stage])
        if progress.stage is Stage.COMPLETE:
            await begin_follow_up(session, request_id)


async def request_behind(case: Case, news: News) -> ReferenceRequest | None:
    """Our request for Crosschq's, adopting one whose creation was never answered; None: not started by us.

    Raises NotAnsweredYet when the answer may still be on its way.
    """
    parts = current_parts()
    async with parts.database.transaction() as session:
        requests = Requests(session)
        known = await requests.by_crosschq_id(case.connection_id, news.id)
        if known is not None:
            return known
        indexes = parts.vault.blind_indexes(news.candidate.email)
        ours = await requests.unanswered(case.connection_id, indexes, news.job, news.created_at)
        if ours is None or not await _can_be(news, ours, session):
            return None
        await requests.mark_sent(ours.id, news.id)
        return ours


async def _can_be(news: News, ours: ReferenceRequest, session: AsyncSession) -> bool:
    effect = await Effects(session).known(ours.connection_id, creation_key(ours.id))
    match effect.state if effect else None:
        case EffectState.DONE:
            return effect is not None and effect.result == news.id
        case EffectState.UNKNOWN:
            return True
        case EffectState.INTENDED if ours.state is RequestState.INTENDED:
            raise NotAnsweredYet(f"Request {ours.id} is just being sent.")
        case _:
            return ours.state is RequestState.UNKNOWN

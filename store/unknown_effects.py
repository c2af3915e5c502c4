"""Outside acts of which nobody knows whether they happened, and the deliveries that tried them. Changes nothing."""

from collections.abc import Collection

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hiring.follow_ups import FollowUpState
from store.effect_keys import MAIL_KEY, REQUEST_KEY, TAG_KEYS
from store.outcome_tables import FollowUp
from store.tables import Delivery, Effect, EffectState, ReferenceRequest, RequestState


def is_unknown(of: type[Delivery] = Delivery) -> ColumnElement[bool]:
    """Of an effect of the delivery `of`: it may have happened, and what it left open is still open."""
    return and_(Effect.state == EffectState.UNKNOWN, _is_open(of))


def is_unsettled() -> ColumnElement[bool]:
    """As `is_unknown`, and those that nobody settled: intended says no less than unknown."""
    return and_(Effect.state.in_((EffectState.INTENDED, EffectState.UNKNOWN)), _is_open(Delivery))


def _is_open(of: type[Delivery]) -> ColumnElement[bool]:
    return and_(
        ~_request_is_known(),
        ~_question_is_over(),
        # The next attempt does them under another key, and these rows stay as they are.
        or_(_kind().not_in(TAG_KEYS), Effect.attempt_token == _newest_attempt(of)),
    )


def has_unknown() -> ColumnElement[bool]:
    """Of a delivery."""
    # On its own, so that PostgreSQL begins at the few effects and not at all the deliveries.
    tried = aliased(Delivery)
    found = select(Effect.delivery_id).join(tried, tried.id == Effect.delivery_id).where(is_unknown(tried))
    return Delivery.id.in_(found)


async def deliveries_with_unknown(session: AsyncSession, ids: Collection[int]) -> set[int]:
    """Those among them, asked for all at once."""
    query = select(Delivery.id).where(Delivery.id.in_(ids), has_unknown())
    return {*await session.scalars(query)}


async def unknown_of(session: AsyncSession, delivery_id: int) -> set[int]:
    """The ids of its effects that are unknown."""
    query = select(Effect.id).join(Delivery, Delivery.id == Effect.delivery_id)
    return {*await session.scalars(query.where(Delivery.id == delivery_id, is_unknown()))}


def _kind() -> ColumnElement[str]:
    return func.split_part(Effect.key, "/", 1)


def _id_in(kind: str) -> ColumnElement[int]:
    """Of a key of that kind; NULL, which no row has, in any other. The row's own index finds it, as it is a number."""
    is_one = Effect.key.regexp_match(rf"^{kind}/\d{{1,10}}(/|$)")
    return case((is_one, cast(func.split_part(Effect.key, "/", 2), BigInteger)))


def _request_is_known() -> ColumnElement[bool]:
    """By a webhook about it, or a person's word; the effect itself is left as it was."""
    of_it = ReferenceRequest.id == _id_in(REQUEST_KEY)
    known = (RequestState.SENT, RequestState.COMPLETED, RequestState.FAILED, RequestState.CANCELLED)
    return select(ReferenceRequest.id).where(of_it, ReferenceRequest.state.in_(known)).exists()


def _question_is_over() -> ColumnElement[bool]:
    """Answered or ended: whether the mail arrived does not matter any more."""
    over = FollowUp.state.in_((FollowUpState.ANSWERED, FollowUpState.ENDED))
    return select(FollowUp.id).where(FollowUp.id == _id_in(MAIL_KEY), over).exists()


def _newest_attempt(of: type[Delivery]) -> ColumnElement[str]:
    """As store.attempts.Attempt.token."""
    return func.concat("delivery:", of.id, ":", of.attempt)

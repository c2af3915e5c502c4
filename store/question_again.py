"""A person's order to send a question once more: a delivery of our own, so that a run does it behind the effect gate.

Neither the follow-up's state nor its times change by it. Commits nothing itself.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.deliveries import Deliveries
from store.outcome_tables import FollowUp
from store.own_deliveries import own_delivery
from store.tables import Delivery

QUESTION_AGAIN_EVENT = "questionAgain"
"""The event of a delivery that we send ourselves, when a person wants the question's mail to be sent once more."""

_PREFIX = "question-again"


@dataclass(frozen=True)
class QuestionAgain:
    """The `number` of an order, from 1 for each follow-up, and the `link_generation` of the question it was for."""

    follow_up_id: int
    link_generation: int
    number: int

    @property
    def replay_key(self) -> str:
        return f"{_PREFIX}:{self.follow_up_id}:{self.link_generation}:{self.number}"

    @classmethod
    def of(cls, delivery: Delivery) -> "QuestionAgain":
        """What a delivery of that event orders."""
        follow_up_id, link_generation, number = map(int, delivery.replay_key.split(":")[1:])
        return cls(follow_up_id, link_generation, number)


async def times_ordered(session: AsyncSession, follow_up: FollowUp) -> int:
    """How often, whatever came of it; of a locked follow-up it stays so."""
    query = select(func.count()).where(
        Delivery.connection_id == follow_up.connection_id,
        Delivery.subject == f"opportunity:{follow_up.opportunity_id}",
        Delivery.event == QUESTION_AGAIN_EVENT,
        Delivery.replay_key.startswith(f"{_PREFIX}:{follow_up.id}:"),
    )
    return (await session.scalars(query)).one()


async def order_again(session: AsyncSession, follow_up: FollowUp, link_generation: int) -> QuestionAgain:
    """For a follow-up that is locked; its run begins as soon as nothing else about the opportunity is in hand."""
    number = await times_ordered(session, follow_up) + 1
    ordered = QuestionAgain(follow_up.id, link_generation, number)
    await Deliveries(session).record(
        own_delivery(follow_up, QUESTION_AGAIN_EVENT, ordered.replay_key, origin="follow-up")
    )
    return ordered

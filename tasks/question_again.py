"""What we remember of a question that a person wants sent once more. Touches our own store only."""

from dataclasses import dataclass, replace
from datetime import datetime

from hiring.follow_ups import FollowUpState
from store.audits import Audits
from store.deliveries import Deliveries
from store.follow_ups import FollowUps
from store.question_again import QuestionAgain
from tasks.case import Case
from tasks.follow_up_records import DueFollowUp, due_of
from wiring import current_parts


@dataclass(frozen=True)
class OrderedAgain:
    """`due`: the follow-up as of the question that was asked, whose link stays the one that counts."""

    due: DueFollowUp
    number: int
    next_due_at: datetime
    will_remind: bool


async def ordered_again(case: Case) -> OrderedAgain | None:
    """None when that question is not open any more: answered, ended, asked anew, or erased."""
    async with current_parts().database.transaction() as session:
        delivery = await Deliveries(session).get(case.attempt.delivery_id)
        ordered = QuestionAgain.of(delivery) if delivery else None
        row = await FollowUps(session).find(ordered.follow_up_id) if ordered else None
        if ordered is None or row is None or row.state is not FollowUpState.ASKED:
            return None
        if row.link_generation != ordered.link_generation:
            return None
        due = replace(await due_of(session, row), generation=ordered.link_generation)
        will_remind = row.reminded_at is None and due.policy.remind_after is not None
        return OrderedAgain(due, ordered.number, row.due_at, will_remind)


async def remember_sent_again(case: Case, ordered: OrderedAgain, role: str) -> None:
    """In the audit; the follow-up stays as it is. `role` says who was asked, and never names anybody."""
    async with current_parts().database.transaction() as session:
        Audits(session).add(
            who=f"delivery:{case.attempt.delivery_id}",
            what=f"sent the question again, mail {ordered.number}",
            subject=f"follow-up:{ordered.due.id}",
            connection_id=case.connection_id,
            why=role,
        )

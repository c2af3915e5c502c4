"""Looks up the question of a link and takes answers to it, in one transaction each. Knows nothing of HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from mail.links import Link, NotOurLink
from pages.answer_form import Days, Problem, read_answer
from pages.hearing import hear
from pages.standing import Open, Standing, standing
from store.connections import Connections
from store.database import Database
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from store.requests import Requests
from store.tables import Connection


@dataclass(frozen=True)
class Question:
    """What was asked, without saying about whom, and how it stands."""

    job_position: str
    reported_at: datetime
    asks_again_after: timedelta
    days: Days
    standing: Standing


@dataclass(frozen=True)
class Taken:
    """What came of something that was sent; `question` is as it stood before."""

    question: Question
    is_heard: bool = False
    problem: Problem | None = None


class AnswerDesk:
    """Raises NotOurLink where there is no such question (any more), and DATABASE_ERRORS."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    async def look(self, link: Link) -> Question:
        async with self._database.transaction() as session:
            question, _, _ = await self._find(session, link)
        return question

    async def take(self, link: Link, fields: Mapping[str, str]) -> Taken:
        """Committed when this returns."""
        async with self._database.transaction() as session:
            question, connection, follow_up = await self._find(session, link)
            if not isinstance(question.standing, Open):
                return Taken(question)
            answer = read_answer(fields, question.days, self._now())
            if isinstance(answer, Problem):
                return Taken(question, problem=answer)
            await hear(session, connection, follow_up, answer)
        return Taken(question, is_heard=True)

    async def _find(self, session: AsyncSession, link: Link) -> tuple[Question, Connection, FollowUp]:
        follow_up = await FollowUps(session).find(link.follow_up_id)
        if follow_up is None:
            raise NotOurLink
        request = await Requests(session).by_id(follow_up.request_id)
        connection = await Connections(session).get(follow_up.connection_id)
        now = self._now()
        days = Days.around(follow_up.reported_at, now)
        how = standing(follow_up, link, now)
        question = Question(
            request.job_position, follow_up.reported_at, connection.follow_up_after, days, how
        )
        return question, connection, follow_up

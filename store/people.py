"""Who may sign in, and their sessions. Knows hashes only; commits nothing itself."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from store.people_tables import PagePerson, PageSession, Role, SignInFailure

IDLE = timedelta(minutes=30)
"""A session that is not used for so long is over."""
ABSOLUTE = timedelta(hours=12)
"""And one that was begun so long ago in any case."""


LONGEST_NAME = 100


class NameTaken(Exception):  # noqa: N818 - says what happened
    """Somebody has this name, or there is an admin already."""


def is_usable_name(name: str) -> bool:
    """The audit shows it: no line ends, nothing unseen, and nothing that turns round what follows."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


class People:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def has_admin(self) -> bool:
        """One with a password: who comes from elsewhere does not make the first run needless."""
        query = select(PagePerson.id).where(
            PagePerson.role == Role.ADMIN, PagePerson.password_hash.is_not(None)
        )
        return await self._session.scalar(query) is not None

    async def add(self, name: str, role: Role, password_hash: str) -> PagePerson:
        """Raises NameTaken, also for a second admin; then the transaction is to be given up."""
        person = PagePerson(name=name, role=role, password_hash=password_hash)
        self._session.add(person)
        try:
            await self._session.flush()
        except IntegrityError:
            raise NameTaken("Somebody has this name already, or there is an admin.") from None
        return person

    async def from_elsewhere(self, name: str, role: Role) -> PagePerson:
        """Whom an OpenID Connect provider vouches for, with the role as it is now.

        Raises NameTaken when a password belongs to the name: nobody becomes somebody else by an address.
        """
        new = insert(PagePerson).values(name=name, role=role, password_hash=None)
        # Two first times at once are one person.
        known = new.on_conflict_do_update(
            index_elements=[PagePerson.name], set_={"role": role}, where=PagePerson.password_hash.is_(None)
        )
        person = await self._session.scalar(
            known.returning(PagePerson).execution_options(populate_existing=True)
        )
        if person is None:
            raise NameTaken("Somebody who signs in with a password has this name.")
        return person

    async def named(self, name: str) -> PagePerson | None:
        return (await self._session.scalars(select(PagePerson).where(PagePerson.name == name))).one_or_none()

    async def all(self) -> Sequence[PagePerson]:
        return (await self._session.scalars(select(PagePerson).order_by(PagePerson.name))).all()

    async def change_password(self, person_id: int, password_hash: str) -> None:
        """Ends all of their sessions."""
        await self._session.execute(
            update(PagePerson).where(PagePerson.id == person_id).values(password_hash=password_hash)
        )
        await self._session.execute(delete(PageSession).where(PageSession.person_id == person_id))

    async def remove_admin(self) -> int | None:
        """The one with a password, with their sessions; returns whom. None: there is none."""
        query = delete(PagePerson).where(PagePerson.role == Role.ADMIN, PagePerson.password_hash.is_not(None))
        return await self._session.scalar(query.returning(PagePerson.id))

    async def remove_viewer(self, person_id: int) -> None:
        """With their sessions; an admin is never removed here."""
        await self._session.execute(
            delete(PagePerson).where(PagePerson.id == person_id, PagePerson.role == Role.VIEWER)
        )


class PageSessions:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, digest: str, person_id: int) -> None:
        """Takes away those that are over, whoever's they are."""
        over = (PageSession.seen_at < func.now() - IDLE) | (PageSession.created_at < func.now() - ABSOLUTE)
        await self._session.execute(delete(PageSession).where(over))
        self._session.add(PageSession(digest=digest, person_id=person_id))
        await self._session.flush()

    async def person_of(self, digest: str, *, goes_on: bool = True) -> PagePerson | None:
        """Whose session it is; None once it is over. `goes_on`: with this it is not idle."""
        person = (
            await self._session.scalars(
                select(PagePerson)
                .join(PageSession, PagePerson.id == PageSession.person_id)
                .where(
                    PageSession.digest == digest,
                    PageSession.seen_at >= func.now() - IDLE,
                    PageSession.created_at >= func.now() - ABSOLUTE,
                )
            )
        ).one_or_none()
        if person is None or not goes_on:
            return person
        # To the minute, so that looking around is no stream of writes.
        await self._session.execute(
            update(PageSession)
            .where(PageSession.digest == digest, PageSession.seen_at < func.now() - timedelta(minutes=1))
            .values(seen_at=func.now())
        )
        return person

    async def end(self, digest: str) -> None:
        await self._session.execute(delete(PageSession).where(PageSession.digest == digest))


class SignInFailures:
    """How often the password was wrong lately, by keyed hashes of the name that was tried and of whence it came."""

    WITHIN = timedelta(minutes=15)
    MOST = 10

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def are_too_many(self, whences: Collection[str]) -> bool:
        counts = await self._session.execute(
            select(func.count().label("number"))
            .select_from(SignInFailure)
            .where(SignInFailure.whence.in_(whences), SignInFailure.at > func.now() - self.WITHIN)
            .group_by(SignInFailure.whence)
        )
        return any(row.number >= self.MOST for row in counts)

    async def try_once(self, whences: Collection[str]) -> Sequence[int] | None:
        """Counts the try as wrong before it is looked at, so that those made at once are counted too.

        Returns what to `forgive` when it was right; None when there were too many, and then it is not to be looked at.
        """
        for one in sorted(whences):
            await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(one, 0))))
        return None if await self.are_too_many(whences) else await self.note(whences)

    async def forgive(self, tried: Sequence[int]) -> None:
        await self._session.execute(delete(SignInFailure).where(SignInFailure.id.in_(tried)))

    async def note(self, whences: Collection[str]) -> Sequence[int]:
        """Their ids."""
        await self._session.execute(delete(SignInFailure).where(SignInFailure.at < func.now() - self.WITHIN))
        noted = [SignInFailure(whence=one) for one in whences]
        self._session.add_all(noted)
        await self._session.flush()
        return [one.id for one in noted]

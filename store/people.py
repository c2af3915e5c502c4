"""Who may sign in, and their sessions. Knows hashes only; commits nothing itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from store.people_tables import PageAddress, PagePerson, PageSession, Role, SignInFailure

IDLE = timedelta(minutes=30)
"""A session that is not used for so long is over."""
ABSOLUTE = timedelta(hours=12)
"""And one that was begun so long ago in any case."""


LONGEST_NAME = 100


class NameTaken(Exception):  # noqa: N818 - says what happened
    """Somebody has this name, or there is an admin already."""


class AddressHeld(Exception):  # noqa: N818 - says what happened
    """Somebody with another account has, or had, this e-mail address."""

    def __init__(self, person_id: int) -> None:
        super().__init__(f"The e-mail address is that of person {person_id}, who has another account.")
        self.person_id = person_id


@dataclass(frozen=True)
class Identity:
    """An account at an OpenID Connect provider, by what never changes of it (Core 1.0, 5.7)."""

    issuer: str
    subject: str


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
        await self._one_at_a_time()
        if await self._holders(name):
            raise NameTaken("Somebody has this name already.")
        person = PagePerson(name=name, role=role, password_hash=password_hash)
        self._session.add(person)
        try:
            await self._session.flush()
        except IntegrityError:
            raise NameTaken("Somebody has this name already, or there is an admin.") from None
        return person

    async def from_elsewhere(self, identity: Identity, address: str, role: Role) -> tuple[PagePerson, bool]:
        """Whom a provider of OpenID Connect vouches for, with their address and role now; and whether it was another.

        Raises NameTaken when a password belongs to the address as a name, AddressHeld when another account has or had
        it: nobody becomes somebody else by an address.
        """
        await self._one_at_a_time()
        person, holders = await self._with(identity), await self._holders(address)
        if person is None:
            person = await self._bound(holders, identity)
        for other in holders:
            if other is not person:
                raise NameTaken if other.password_hash else AddressHeld(other.id)
        is_new = person is not None and person.name != address
        if person is None:
            person = PagePerson(issuer=identity.issuer, subject=identity.subject)
            self._session.add(person)
        person.name, person.role = address, role
        await self._session.flush()
        await self._session.merge(PageAddress(address=address, person_id=person.id))
        await self._session.flush()
        return person, is_new

    async def earlier_addresses(self) -> Mapping[int, Sequence[str]]:
        """By person: those that they signed in with before, and that nobody else can sign in with."""
        query = select(PageAddress).join(PagePerson, PagePerson.id == PageAddress.person_id)
        found: dict[int, list[str]] = {}
        for one in await self._session.scalars(
            query.where(PageAddress.address != PagePerson.name).order_by(PageAddress.address)
        ):
            found.setdefault(one.person_id, []).append(one.address)
        return found

    async def _one_at_a_time(self) -> None:
        """Until the transaction ends, so that what was looked up of names and addresses still holds."""
        await self._session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended("page_person", 0)))
        )

    async def _with(self, identity: Identity) -> PagePerson | None:
        return (
            await self._session.scalars(
                select(PagePerson).where(
                    PagePerson.issuer == identity.issuer, PagePerson.subject == identity.subject
                )
            )
        ).one_or_none()

    async def _holders(self, address: str) -> Sequence[PagePerson]:
        """Who has it as a name, in whatever case, or has signed in with it."""
        signed_in_with = select(PageAddress.person_id).where(PageAddress.address == func.lower(address))
        query = select(PagePerson).where(
            (func.lower(PagePerson.name) == func.lower(address)) | PagePerson.id.in_(signed_in_with)
        )
        return (await self._session.scalars(query.order_by(PagePerson.id))).all()

    async def _bound(self, holders: Sequence[PagePerson], identity: Identity) -> PagePerson | None:
        """Who was here before accounts were kept, by the verified address and once: they get this account.

        Nothing but the row is theirs, as the settings say what an address may. Their sessions end: whose they are shows
        nowhere.
        """
        for one in holders:
            if one.password_hash is None and one.issuer is None:
                one.issuer, one.subject = identity.issuer, identity.subject
                await self._session.execute(delete(PageSession).where(PageSession.person_id == one.id))
                return one
        return None

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

    async def remove(self, person_id: int) -> PagePerson | None:
        """With their sessions and addresses; None where there is nobody who `can_be_removed`."""
        person = await self._session.get(PagePerson, person_id)
        if person is None or not person.can_be_removed:
            return None
        await self._session.delete(person)
        await self._session.flush()
        return person


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

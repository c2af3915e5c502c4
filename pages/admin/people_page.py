"""Who may sign in: the admin adds and removes viewers, everybody changes their own password."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import Door
from pages.admin.devices import Devices
from pages.admin.forms import Fields
from pages.admin.links import id_in
from pages.admin.passwords import UnusablePassword, hash_of, is_right
from pages.admin.rendering import page, see_other
from pages.admin.sessions import Visitor
from store.audits import Audits
from store.people import NameTaken, People, SignInFailures, is_usable_name
from store.people_tables import Role
from wiring import Parts


class NotChanged(Exception):  # noqa: N818 - says what happened
    """The message says why, without quoting a password."""


@dataclass(frozen=True)
class PeoplePage:
    parts: Parts
    devices: Devices

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            Route("/people", door.shows(self.show), methods=["GET"]),
            Route("/people/add", door.changes(self.add), methods=["POST"]),
            Route("/people/{id:int}/remove", door.changes(self.remove), methods=["POST"]),
            Route("/people/password", door.changes(self.change_password, viewers_too=True), methods=["POST"]),
        ]

    async def show(self, _request: Request, visitor: Visitor) -> Response:
        return await self._page(visitor)

    async def add(self, _request: Request, visitor: Visitor, fields: Fields) -> Response:
        name = fields.one("name")
        try:
            if not is_usable_name(name):
                raise NotChanged("Write the name that they will sign in with, in up to 100 characters.")
            hashed = await hash_of(fields.one("password"))
            async with self.parts.database.transaction() as session:
                person = await People(session).add(name, Role.VIEWER, hashed)
                Audits(session).add(who=visitor.name, what="added a viewer", subject=f"person:{person.id}")
        except (NotChanged, NameTaken, UnusablePassword) as error:
            return await self._page(visitor, adding=str(error), name=name)
        return see_other("/people")

    async def remove(self, request: Request, visitor: Visitor, _fields: Fields) -> Response:
        person_id = id_in(request)
        async with self.parts.database.transaction() as session:
            removed = await People(session).remove(person_id)
            if removed is None:
                return await self._page(visitor, adding="There is no such viewer (any more).")
            what = "removed a viewer" if removed.role is Role.VIEWER else "removed an admin by OpenID Connect"
            Audits(session).add(who=visitor.name, what=what, subject=f"person:{person_id}")
        return see_other("/people")

    async def change_password(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        try:
            await self._check_present(visitor, fields.one("present"))
            if fields.one("new") != fields.one("again"):
                raise NotChanged("The two new passwords differ.")
            hashed = await hash_of(fields.one("new"))
        except (NotChanged, UnusablePassword) as error:
            return await self._page(visitor, own=str(error))
        async with self.parts.database.transaction() as session:
            await People(session).change_password(visitor.person_id, hashed)
            subject = f"person:{visitor.person_id}"
            Audits(session).add(who=visitor.name, what="changed their own password", subject=subject)
            person = await People(session).named(visitor.name)
        response = see_other("/sign-in")
        if person:
            # The new password is not known on any device yet, and they have just shown the one before.
            self.devices.give(request, response, person)
        return response

    async def _check_present(self, visitor: Visitor, password: str) -> None:
        """A browser left open does not become somebody else's; guessing here is throttled as at the door."""
        whences = [self.parts.vault.blind_index(f"password of {visitor.person_id}")]
        async with self.parts.database.transaction() as session:
            tried = await SignInFailures(session).try_once(whences)
            if tried is None:
                raise NotChanged("Too many wrong passwords. Wait a quarter of an hour.")
            person = await People(session).named(visitor.name)
        if not await is_right(password, person.password_hash if person else None):
            raise NotChanged("That is not your current password.")
        async with self.parts.database.transaction() as session:
            await SignInFailures(session).forgive(tried)

    async def _page(self, visitor: Visitor, *, adding: str = "", own: str = "", name: str = "") -> Response:
        async with self.parts.database.transaction() as session:
            people = await People(session).all()
            earlier = await People(session).earlier_addresses()
        status = 400 if adding or own else 200
        has_password = any(one.password_hash for one in people if one.id == visitor.person_id)
        shown = {"people": people, "earlier": earlier, "adding": adding, "own": own, "name": name}
        return page("people.html", visitor, status, has_password=has_password, **shown)

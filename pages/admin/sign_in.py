"""Signing in and out, and the first run, which sets the admin's password. The only pages for strangers."""

import hmac
import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from pages.admin.devices import Devices
from pages.admin.forms import Fields, read_fields
from pages.admin.passwords import UnusablePassword, hash_of, is_right
from pages.admin.rendering import page, see_other
from pages.admin.sessions import FIELD, Sessions, Visitor
from pages.admin.way_in import HERE, LOST, NEXT, WAS_LOST, by_way_of_here
from store.audits import Audits
from store.database import Database
from store.people import NameTaken, People, SignInFailures, is_usable_name
from store.people_tables import PagePerson, Role
from store.vault import Vault

log = logging.getLogger(__name__)

TOO_MANY = "Too many wrong passwords from here or for this name. Wait a quarter of an hour."
TOO_MANY_CODES = (
    "Too many wrong codes. Wait a quarter of an hour; or start anew with another code, from another address than those "
    "that tried."
)
WRONG = "The name or the password is wrong."


@dataclass(frozen=True)
class SignIn:
    """`first_code` is what the process has printed: who has it may set the admin's password, as long as none is set."""

    database: Database
    vault: Vault
    sessions: Sessions
    devices: Devices
    first_code: str
    oidc_button: str | None = None
    """What the way to the OpenID Connect provider is called; None where there is none."""

    async def show(self, request: Request) -> Response:
        if not await self._has_admin():
            return see_other("/first-run")
        if led := by_way_of_here(request):
            return led
        asked = request.query_params
        following = asked.get(NEXT, "/")
        if HERE in asked and await self.sessions.visitor(request):
            return see_other(following)
        lost = WAS_LOST if LOST in asked else ""
        return self._form(request, "sign_in.html", 200, lost, next=following, name="")

    async def take(self, request: Request) -> Response:
        fields = await read_fields(request)
        name, following = fields.one("name"), fields.one("next") or "/"
        shown = {"next": following, "name": name}
        if why := self.sessions.why_not_strangers(request, fields.one(FIELD)):
            return self._form(request, "sign_in.html", 403, why, **shown)
        async with self.database.transaction() as session:
            person = await People(session).named(name)
            tried = await SignInFailures(session).try_once(self._whences(request, name, person))
            if tried is None:
                return self._form(request, "sign_in.html", 429, TOO_MANY, **shown)
        if not await is_right(fields.one("password"), person.password_hash if person else None) or not person:
            log.warning("Somebody tried to sign in to the pages with a wrong password.")
            return self._form(request, "sign_in.html", 403, WRONG, **shown)
        async with self.database.transaction() as session:
            await SignInFailures(session).forgive(tried)
        return await self._let_in(request, person, following)

    async def show_first_run(self, request: Request) -> Response:
        if await self._has_admin():
            return see_other("/sign-in")
        return self._form(request, "first_run.html", name="admin")

    async def take_first_run(self, request: Request) -> Response:
        fields = await read_fields(request)
        shown = {"name": fields.one("name")}
        if await self._has_admin():
            return see_other("/sign-in")
        if why := self.sessions.why_not_strangers(request, fields.one(FIELD)):
            return self._form(request, "first_run.html", 403, why, **shown)
        whences = self._first_run_whences(request)
        async with self.database.transaction() as session:
            tried = await SignInFailures(session).try_once(whences)
            if tried is None:
                return self._form(request, "first_run.html", 429, TOO_MANY_CODES, **shown)
        if not hmac.compare_digest(fields.one("code").encode(), self.first_code.encode()):
            wrong = "That is not the code that the process printed when it started."
            return self._form(request, "first_run.html", 403, wrong, **shown)
        async with self.database.transaction() as session:
            await SignInFailures(session).forgive(tried)
        try:
            person = await self._add_admin(fields)
        except (UnusablePassword, NameTaken) as error:
            return self._form(request, "first_run.html", 400, str(error), **shown)
        return await self._let_in(request, person, "/")

    async def sign_out(self, request: Request, _visitor: Visitor, _fields: Fields) -> Response:
        response = see_other("/sign-in")
        await self.sessions.end(request, response)
        return response

    async def _add_admin(self, fields: Fields) -> PagePerson:
        name, password = fields.one("name"), fields.one("password")
        if not is_usable_name(name):
            raise UnusablePassword("Write the name that you will sign in with, in up to 100 characters.")
        if password != fields.one("again"):
            raise UnusablePassword("The two passwords differ.")
        hashed = await hash_of(password)
        async with self.database.transaction() as session:
            person = await People(session).add(name, Role.ADMIN, hashed)
            Audits(session).add(who=name, what="became the admin of the pages", subject=f"person:{person.id}")
        return person

    async def _let_in(self, request: Request, person: PagePerson, following: str) -> Response:
        response = see_other(following)
        await self.sessions.begin(request, response, person)
        self.devices.give(request, response, person)
        return response

    async def _has_admin(self) -> bool:
        async with self.database.transaction() as session:
            return await People(session).has_admin()

    def _whences(self, request: Request, name: str, person: PagePerson | None) -> list[str]:
        """A browser in which they have signed in before has a count of its own: strangers lock nobody out there."""
        if person and (device := self.devices.known(request, person)):
            return [self.vault.blind_index(f"sign-in on {device}")]
        tried = (f"sign-in from {_host(request)}", f"sign-in as {name.casefold()}")
        return [self.vault.blind_index(one) for one in tried]

    def _first_run_whences(self, request: Request) -> list[str]:
        """By the code, too: where strangers have used its tries up, another code can be tried at once."""
        tried = (f"first run from {_host(request)}", f"first run with {self.first_code}")
        return [self.vault.blind_index(one) for one in tried]

    def _form(
        self, request: Request, template: str, status: int = 200, problem: str = "", /, **shown: object
    ) -> Response:
        value = self.sessions.stranger_value(request)
        token = self.sessions.form_token(value)
        button = self.oidc_button
        response = page(
            template, None, status, form_token=token, problem=problem, oidc_button=button, **shown
        )
        self.sessions.keep_stranger(request, response, value)
        return response


def _host(request: Request) -> str:
    return request.client.host if request.client else "nowhere"

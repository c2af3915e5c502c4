"""Whose browser it is: a random cookie, of which the store keeps the digest, and the token that each form carries."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from pages.admin.cookies import Cookies
from pages.admin.oidc_named import NOBODY, Named
from store.database import Database
from store.people import PageSessions
from store.people_tables import PagePerson, Role
from store.vault import Vault

COOKIE = "crosschq-lever"
STRANGERS = "crosschq-lever-stranger"
"""For the forms of who is not signed in. Not COOKIE: a link from another site arrives without that one, and an answer
that set it anew would sign the person out in all tabs."""
FIELD = "form_token"
"""The hidden field of every form."""
POLLS = "x-polls"
"""A header: a page left open asks for news by itself, and its session is idle all the same."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in. `form_token` goes into their forms."""

    person_id: int
    name: str
    is_admin: bool
    form_token: str
    path: str = "/"
    """Of the page that they asked for: the navigation marks it."""


class Sessions:
    """Signs in, knows again, signs out. Two tabs share a session; a new sign-in is always a new one."""

    def __init__(self, database: Database, vault: Vault, named: Named = NOBODY, pages_url: str = "") -> None:
        """`pages_url`: where the pages are for a browser, if it is known."""
        self._database, self._named = database, named
        self.cookies = Cookies(pages_url)
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(pages_url))
        self._key = vault.signing_keys("admin pages")[0]

    async def visitor(self, request: Request) -> Visitor | None:
        """None: nobody is signed in."""
        value = self.cookies.value(request, COOKIE)
        if not value:
            return None
        async with self._database.transaction() as session:
            goes_on = POLLS not in request.headers
            person = await PageSessions(session).person_of(_digest(value), goes_on=goes_on)
        role = self._role(person) if person else None
        if person is None or role is None:
            return None
        is_admin = role is Role.ADMIN
        return Visitor(person.id, person.name, is_admin, self.form_token(value), request.url.path)

    async def begin(self, request: Request, response: Response, person: PagePerson) -> None:
        """Under a value of its own, whatever cookie the browser brought: one that was planted is worth nothing."""
        value = secrets.token_urlsafe(32)
        async with self._database.transaction() as session:
            # The browser forgets its old value, so nobody could sign that session out any more.
            await PageSessions(session).end(_digest(self.cookies.value(request, COOKIE)))
            await PageSessions(session).begin(_digest(value), person.id)
        self.cookies.give(request, response, COOKIE, value)

    async def end(self, request: Request, response: Response) -> None:
        async with self._database.transaction() as session:
            await PageSessions(session).end(_digest(self.cookies.value(request, COOKIE)))
        self.cookies.take_away(request, response, COOKIE)

    def stranger_value(self, request: Request) -> str:
        """What a browser has in its cookie for the forms of who is not signed in, or is to get."""
        return self.cookies.value(request, STRANGERS) or secrets.token_urlsafe(32)

    def keep_stranger(self, request: Request, response: Response, value: str) -> None:
        if self.cookies.value(request, STRANGERS) != value:
            self.cookies.give(request, response, STRANGERS, value)

    def form_token(self, value: str) -> str:
        return hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()

    def is_own_form(self, request: Request, token: str) -> bool:
        """Sent by a page of ours in this browser: the cookie and the hidden field agree, and the origin is ours."""
        return self._agree(request, COOKIE, token)

    def is_strangers_form(self, request: Request, token: str) -> bool:
        """As `is_own_form`, of a form for who is not signed in."""
        return self._agree(request, STRANGERS, token)

    def is_ours(self, request: Request, origin: str) -> bool:
        """The address that was asked for, or the one that the settings name: a proxy may have put its own Host."""
        host = request.headers.get("host", "")
        return origin == self._origin or (host != "" and origin.partition("://")[2] == host)

    def _agree(self, request: Request, cookie: str, token: str) -> bool:
        value = self.cookies.value(request, cookie)
        agree = hmac.compare_digest(self.form_token(value).encode(), token.encode())
        return bool(value) and agree and self._is_from_here(request)

    def _is_from_here(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        return (origin is None or self.is_ours(request, origin)) and site in ("same-origin", "none")

    def _role(self, person: PagePerson) -> Role | None:
        """Without a password they have what the settings say now, and no place any more if those do not name them."""
        return person.role if person.password_hash else self._named.role_of(person.name)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()

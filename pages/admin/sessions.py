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
from settings import PREFIX
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

STALE = "This form is too old, or its page was not shown in this browser. Open it again."
FOREIGN = (
    "Your browser says that this form comes from another place than these pages. Open them at the address of the "
    f"setting {PREFIX}PRIVATE_BASE_URL, or set that to the one that browsers use."
)
HIDDEN = (
    "Your browser does not say where this form comes from (Origin: null). Over http that happens behind a proxy that "
    "adds Referrer-Policy: no-referrer: take that out there, or open these pages over https."
)


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

    def why_not_own(self, request: Request, token: str) -> str | None:
        """None: a page of ours sent it, in this browser. Else why it is refused, and what to do."""
        return self._why_not(request, COOKIE, token)

    def why_not_strangers(self, request: Request, token: str) -> str | None:
        """As `why_not_own`, of a form for who is not signed in."""
        return self._why_not(request, STRANGERS, token)

    def is_ours(self, request: Request, origin: str) -> bool:
        """The address that was asked for, or the one that the settings name: a proxy may have put its own Host."""
        host = request.headers.get("host", "")
        return origin == self._origin or (host != "" and origin.partition("://")[2] == host)

    def _why_not(self, request: Request, cookie: str, token: str) -> str | None:
        """The cookie and the hidden field must agree, and the browser say of no other place that it came from there."""
        value = self.cookies.value(request, cookie)
        if not value or not hmac.compare_digest(self.form_token(value).encode(), token.encode()):
            return STALE
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if origin == "null" and site is None:
            return HIDDEN
        # A Referrer-Policy of no-referrer, which a proxy may add, hides the origin of our own forms, too.
        is_ours = (
            origin is None or (origin == "null" and site == "same-origin") or self.is_ours(request, origin)
        )
        return None if is_ours and site in (None, "same-origin", "none") else FOREIGN

    def _role(self, person: PagePerson) -> Role | None:
        """Without a password they have what the settings say now, and no place any more if those do not name them, or
        name another provider."""
        if person.password_hash:
            return person.role
        is_vouched_for = person.issuer in (None, self._named.issuer)
        return self._named.role_of(person.name) if is_vouched_for else None


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()

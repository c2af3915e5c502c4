"""Signing in with OpenID Connect: to the provider and back. The session is the same as after a password."""

import hmac
import logging
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import in_time
from pages.admin.devices import Devices
from pages.admin.oidc_begun import PATH, Begun, BegunCookies
from pages.admin.oidc_named import Named, small
from pages.admin.oidc_provider import Away, Provider
from pages.admin.oidc_refusals import (
    NAME_IS_TAKEN,
    NOT_ANSWERED,
    NOT_BEGUN,
    NOT_DONE,
    NOT_NAMED,
    NOT_TRUSTED,
    TOO_MANY,
    Refused,
)
from pages.admin.oidc_tokens import NotTrusted
from pages.admin.rendering import own_path, page
from pages.admin.sessions import Sessions
from pages.admin.way_in import HERE, NEXT
from store.audits import Audits
from store.people import NameTaken, People, SignInFailures
from store.people_tables import PagePerson
from wiring import Parts

log = logging.getLogger(__name__)

PATIENCE = httpx.Timeout(10, connect=5)
"""Seconds for each answer of the provider."""


@dataclass(frozen=True)
class Oidc:
    parts: Parts
    sessions: Sessions
    named: Named
    provider: Provider
    cookies: BegunCookies
    devices: Devices

    def routes(self) -> list[BaseRoute]:
        return [
            Route(PATH, in_time(self.begin), methods=["GET"]),
            Route(f"{PATH}/back", in_time(self.take_back), methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        base, following = self.parts.settings.pages_url, own_path(request.query_params.get(NEXT, "/"))
        if urlsplit(base).netloc != request.headers.get("host", "") and HERE not in request.query_params:
            # The provider leads back to that address, where the cookie of this one is not seen. Once only: a proxy may
            # have put a Host of its own, and the browser is there already.
            return RedirectResponse(f"{base}{PATH}?{urlencode({NEXT: following, HERE: 'yes'})}", 303)
        begun = Begun.now(following)
        try:
            await self._check_patience(request)
            response: Response = RedirectResponse(await self.provider.address(begun), 303)
        except Away as error:
            return await self._refused(request, self._away(error))
        except Refused as error:
            return await self._refused(request, error)
        self.cookies.give(request, response, begun)
        return response

    async def take_back(self, request: Request) -> Response:
        begun = self.cookies.read(request)
        try:
            if begun is None or not _is_same(request.query_params.get("state", ""), begun.state):
                raise Refused(NOT_BEGUN, counts=False)
            await self._check_patience(request)
            person = await self._person(await self._vouched(request, begun))
        except Refused as error:
            return await self._refused(request, error)
        # Not a redirect: the browser came from another site, and so would not send the strict cookie on.
        response = page("going_on.html", None, title="Signed in", following=begun.following)
        await self.sessions.begin(request, response, person)
        self.devices.give(request, response, None)
        self.cookies.take_away(request, response)
        return response

    async def _vouched(self, request: Request, begun: Begun) -> str:
        code = request.query_params.get("code", "")
        if not code:
            raise Refused(NOT_DONE, counts=False)
        try:
            return small(await self.provider.verified_address(code, begun))
        except Away as error:
            raise self._away(error) from None
        except NotTrusted as error:
            log.warning("A sign-in with OpenID Connect was refused: not proven is %s.", error)
            raise Refused(NOT_TRUSTED) from None

    async def _person(self, address: str) -> PagePerson:
        role = self.named.role_of(address)
        if role is None:
            log.warning("A sign-in with OpenID Connect was refused: the settings do not name its address.")
            raise Refused(NOT_NAMED)
        try:
            async with self.parts.database.transaction() as session:
                person = await People(session).from_elsewhere(address, role)
                what = f"signed in with OpenID Connect as {role.value}"
                Audits(session).add(who=address, what=what, subject=f"person:{person.id}")
        except NameTaken:
            raise Refused(NAME_IS_TAKEN) from None
        return person

    def _away(self, error: Away) -> Refused:
        log.warning("A sign-in with OpenID Connect failed: the provider did not give %s.", error)
        return Refused(NOT_ANSWERED, 502)

    async def _check_patience(self, request: Request) -> None:
        async with self.parts.database.transaction() as session:
            if await SignInFailures(session).are_too_many([self._whence(request)]):
                raise Refused(TOO_MANY, 429, counts=False)

    async def _refused(self, request: Request, error: Refused) -> Response:
        """In words, with the begun sign-in taken away: it is good for one return."""
        if error.counts:
            async with self.parts.database.transaction() as session:
                await SignInFailures(session).note([self._whence(request)])
        response = page("told.html", None, error.status, title="Not signed in", told=str(error))
        self.cookies.take_away(request, response)
        return response

    def _whence(self, request: Request) -> str:
        """A browser in which somebody has signed in so before has a count of its own."""
        if device := self.devices.known(request, None):
            return self.parts.vault.blind_index(f"OpenID Connect on {device}")
        host = request.client.host if request.client else "nowhere"
        return self.parts.vault.blind_index(f"OpenID Connect from {host}")


def make_oidc(
    parts: Parts, sessions: Sessions, named: Named, reach: httpx.AsyncBaseTransport | None = None
) -> Oidc | None:
    """None where no provider is set. `reach`: the network, or a test's."""
    settings = parts.settings
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    http = httpx.AsyncClient(timeout=PATIENCE, transport=reach)
    parts.kept.push_async_callback(http.aclose)
    secret = settings.oidc_client_secret
    provider = Provider(
        http=http,
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        back=f"{settings.pages_url}{PATH}/back",
        now=parts.now,
    )
    cookies = BegunCookies(parts.vault, sessions.cookies)
    return Oidc(parts, sessions, named, provider, cookies, Devices(parts.vault, sessions.cookies))


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())

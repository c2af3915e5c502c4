"""Signing in with OpenID Connect: to the provider and back. The session is the same as after a password."""

import logging
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from outbound.openid import Away
from pages.admin.access import in_time
from pages.admin.devices import Devices
from pages.admin.forms import read_fields
from pages.admin.oidc_begun import PATH, Begun, BegunCookies
from pages.admin.oidc_named import Named, small
from pages.admin.oidc_provider import CodeRefused, Provider, Vouched
from pages.admin.oidc_refusals import (
    ADDRESS_IS_HELD,
    NAME_IS_TAKEN,
    NOT_ANSWERED,
    NOT_BEGUN,
    NOT_DONE,
    NOT_NAMED,
    NOT_TRUSTED,
    TOO_MANY,
    USED,
    Refused,
)
from pages.admin.oidc_tokens import NotTrusted
from pages.admin.rendering import own_path, page
from pages.admin.sessions import Sessions
from pages.admin.way_in import HERE, NEXT
from store.audits import Audits
from store.people import AddressHeld, NameTaken, People, SignInFailures
from store.people_tables import PagePerson
from wiring import Parts

log = logging.getLogger(__name__)

ERRORS = frozenset(
    {
        *(
            "invalid_request",
            "unauthorized_client",
            "access_denied",
            "unsupported_response_type",
            "invalid_scope",
        ),
        *("server_error", "temporarily_unavailable", "interaction_required", "login_required"),
        *("account_selection_required", "consent_required"),
    }
)
"""RFC 6749, 4.1.2.1, and OpenID Connect Core 1.0, 3.1.2.6; only these are written to the log."""
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
            Route(f"{PATH}/back", in_time(self.take_posted), methods=["POST"]),
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
            return await self._refused(request, self._away(error), following)
        except Refused as error:
            return await self._refused(request, error, following)
        self.cookies.give(request, response, begun)
        return response

    async def take_posted(self, request: Request) -> Response:
        """Of a provider that answers by response_mode=form_post, though it was not asked to.

        The browser keeps the lax cookie back from another site's POST, and sends it with the GET that this leads to.
        """
        fields = await read_fields(request)
        sent = {name: value for name in ("code", "state", "error") if (value := fields.one(name))}
        return RedirectResponse(f"{PATH}/back?{urlencode(sent)}", 303)

    async def take_back(self, request: Request) -> Response:
        begun = self.cookies.read(request, request.query_params.get("state", ""))
        if begun is None:
            return await self._refused(request, Refused(NOT_BEGUN, counts=False), "/")
        try:
            await self._check_patience(request)
            person = await self._person(await self._vouched(request, begun))
        except Refused as error:
            response = await self._refused(request, error, begun.following)
        else:
            # Not a redirect: the browser came from another site, and so would not send the strict cookie on.
            response = page("going_on.html", None, title="Signed in", following=begun.following)
            await self.sessions.begin(request, response, person)
            self.devices.give(request, response, None)
        # It is good for one return; others that this browser has begun stay.
        self.cookies.take_away(request, response, begun)
        return response

    async def _vouched(self, request: Request, begun: Begun) -> Vouched:
        code = request.query_params.get("code", "")
        if not code:
            said = request.query_params.get("error", "")
            log.warning(
                "A sign-in with OpenID Connect was not done: the provider answers %s.",
                said if said in ERRORS else "without a code",
            )
            raise Refused(NOT_DONE, counts=False)
        try:
            return await self.provider.vouched(code, begun)
        except CodeRefused as error:
            log.warning("A sign-in with OpenID Connect was refused at the provider: %s.", error)
            raise Refused(USED, 502) from None
        except Away as error:
            raise self._away(error) from None
        except NotTrusted as error:
            log.warning("A sign-in with OpenID Connect was refused: %s.", error)
            raise Refused(NOT_TRUSTED.format(error)) from None

    async def _person(self, vouched: Vouched) -> PagePerson:
        address = small(vouched.address)
        role = self.named.role_of(address)
        if role is None:
            log.warning("A sign-in with OpenID Connect was refused: the settings do not name its address.")
            raise Refused(NOT_NAMED)
        try:
            async with self.parts.database.transaction() as session:
                person, is_renamed = await People(session).from_elsewhere(vouched.identity, address, role)
                audits, subject = Audits(session), f"person:{person.id}"
                if is_renamed:
                    # Earlier rows stay under the earlier address; the subject is the same.
                    audits.add(who=address, what="has another e-mail address than before", subject=subject)
                what = f"signed in with OpenID Connect as {role.value}"
                audits.add(who=address, what=what, subject=subject)
        except NameTaken:
            raise Refused(NAME_IS_TAKEN) from None
        except AddressHeld as error:
            log.warning(
                "A sign-in with OpenID Connect was refused: its address is that of person %d, who has another account.",
                error.person_id,
            )
            raise Refused(ADDRESS_IS_HELD) from None
        return person

    def _away(self, error: Away) -> Refused:
        log.warning("A sign-in with OpenID Connect failed: the provider did not give %s.", error)
        return Refused(NOT_ANSWERED, 502)

    async def _check_patience(self, request: Request) -> None:
        async with self.parts.database.transaction() as session:
            if await SignInFailures(session).are_too_many([self._whence(request)]):
                raise Refused(TOO_MANY, 429, counts=False)

    async def _refused(self, request: Request, error: Refused, following: str) -> Response:
        """In words, with the way to begin anew."""
        if error.counts:
            async with self.parts.database.transaction() as session:
                await SignInFailures(session).note([self._whence(request)])
        return page(
            "not_signed_in.html",
            None,
            error.status,
            told=str(error),
            anew=f"{PATH}?{urlencode({NEXT: following})}",
            going_on=f"/sign-in?{urlencode({NEXT: following, HERE: 'yes'})}",
            button=self.parts.settings.oidc_button,
        )

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
        assumes_verified=settings.oidc_assume_verified,
    )
    cookies = BegunCookies(parts.vault, sessions.cookies)
    return Oidc(parts, sessions, named, provider, cookies, Devices(parts.vault, sessions.cookies))

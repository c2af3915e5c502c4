"""What opens the doors of a connection: both keys, Lever's webhooks, and the webhooks' tokens. Shows none of them."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from onboarding.endpoint_tokens import forget_previous, store_token
from onboarding.keys import replace_crosschq, replace_lever
from onboarding.keys_checking import WrongField
from onboarding.webhooks import WebhookNotMadeError, left_as_they_are, make_webhooks
from pages.admin.access import Door
from pages.admin.connection_new import auth_scheme, crosschq_access, lever_access
from pages.admin.connection_view import NOTHING, connection_page
from pages.admin.done import done
from pages.admin.forms import Fields
from pages.admin.links import id_in, no_such_connection
from pages.admin.sessions import Visitor
from store.connection_rows import ConnectionRows, find_rows
from store.vault import VaultError
from wiring import Parts


@dataclass(frozen=True)
class ConnectionAccess:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        path = "/connections/{id:int}"
        token = f"{path}/webhooks/{{endpoint:int}}"
        return [
            Route(f"{path}/lever-key", door.changes(self.replace_lever), methods=["POST"]),
            Route(f"{path}/crosschq-key", door.changes(self.replace_crosschq), methods=["POST"]),
            Route(f"{path}/webhooks/make", door.changes(self.make_webhooks), methods=["POST"]),
            Route(f"{token}/token", door.changes(self.store_token), methods=["POST"]),
            Route(f"{token}/forget", door.changes(self.forget), methods=["POST"]),
        ]

    async def replace_lever(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        stored = await self._stored(request)
        if stored is None:
            return no_such_connection(visitor)
        act = replace_lever(self.parts, stored.connection, lever_access(fields), visitor.name)
        typed = {"lever_url": fields.one("lever_url")}
        return await self._done(visitor, stored, act, "lever-key", typed=typed)

    async def replace_crosschq(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        stored = await self._stored(request)
        if stored is None:
            return no_such_connection(visitor)
        act = replace_crosschq(self.parts, stored.connection, crosschq_access(fields), visitor.name)
        typed = {name: fields.one(name) for name in ("crosschq_url", "crosschq_prefix")}
        return await self._done(visitor, stored, act, "crosschq-key", typed=typed)

    async def make_webhooks(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        stored = await self._stored(request)
        if stored is None:
            return no_such_connection(visitor)
        which, anew = stored.connection.id, fields.one("anew") == "yes"
        try:
            left = await make_webhooks(self.parts, which, visitor.name, anew=anew)
        except (WebhookNotMadeError, VaultError) as error:
            return await connection_page(self.parts, visitor, which, {"make_webhooks": str(error)})
        if left:
            return await connection_page(
                self.parts, visitor, which, {"make_webhooks": left_as_they_are(left)}
            )
        is_same = _tokens(stored) == _tokens(await self._stored(request))
        return done(
            f"/connections/{which}",
            "webhooks-there" if is_same else "webhooks-anew" if anew else "webhooks-made",
        )

    async def store_token(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        stored = await self._stored(request)
        if stored is None:
            return no_such_connection(visitor)
        endpoint = id_in(request, "endpoint")
        token = SecretStr(fields.one("token"))
        scheme = auth_scheme(fields) if fields.one("webhook_auth") else None
        act = store_token(self.parts, stored.connection.id, endpoint, token, scheme, visitor.name)
        return await self._done(visitor, stored, act, "token", field=f"token-{endpoint}")

    async def forget(self, request: Request, visitor: Visitor, _fields: Fields) -> Response:
        stored = await self._stored(request)
        if stored is None:
            return no_such_connection(visitor)
        endpoint = id_in(request, "endpoint")
        act = forget_previous(self.parts, stored.connection.id, endpoint, visitor.name)
        return await self._done(visitor, stored, act, "forgotten", field=f"token-{endpoint}")

    async def _done(
        self,
        visitor: Visitor,
        stored: ConnectionRows,
        act: Awaitable[None],
        word: str,
        typed: Mapping[str, str] = NOTHING,
        field: str = "",
    ) -> Response:
        """`word`: what the page then says that was done.

        `field`: where what is wrong is shown, if it is not the field that the service names.
        """
        which = stored.connection.id
        try:
            await act
        except WrongField as error:
            problems = {field or error.field: error.why}
            return await connection_page(self.parts, visitor, which, problems, typed)
        return done(f"/connections/{which}", word)

    async def _stored(self, request: Request) -> ConnectionRows | None:
        return await find_rows(self.parts.database, id_in(request))


def _tokens(stored: ConnectionRows | None) -> dict[int, bytes | None]:
    """Sealed, by webhook: a webhook that is made has another one."""
    return {one.id: one.secrets for one in stored.endpoints} if stored else {}

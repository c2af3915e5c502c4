"""A new connection: the two accounts, checked live. Then its settings follow. Keeps what was typed, but no secret."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cleaning.text import clean_line
from crosschq.webhooks import AuthScheme
from onboarding.beginning import Beginning, CannotBegin, begin
from onboarding.keys_checking import LIVE_CROSSCHQ, LIVE_LEVER, CrosschqAccess, LeverAccess
from pages.admin.access import Door
from pages.admin.connection_view import Problems
from pages.admin.done import done
from pages.admin.forms import Fields
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from wiring import Parts

EMPTY = {
    "name": "",
    "lever_url": LIVE_LEVER,
    "crosschq_url": LIVE_CROSSCHQ,
    "crosschq_prefix": "",
    "webhook_auth": "token",
}
"""What is shown again; secrets are not among it."""


@dataclass(frozen=True)
class NewConnection:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            Route("/connections/new", door.shows(self.show), methods=["GET"]),
            Route("/connections/new", door.changes(self.take), methods=["POST"]),
        ]

    async def show(self, _request: Request, visitor: Visitor) -> Response:
        return page("connection_new.html", visitor, typed=EMPTY, problems=Problems())

    async def take(self, _request: Request, visitor: Visitor, fields: Fields) -> Response:
        try:
            connection_id = await begin(self.parts, _beginning(fields), visitor.name)
        except CannotBegin as error:
            typed: Mapping[str, str] = {name: fields.one(name) for name in EMPTY}
            return page("connection_new.html", visitor, 400, typed=typed, problems=Problems(error.wrong))
        return done(f"/connections/{connection_id}/settings", "connected")


def _beginning(fields: Fields) -> Beginning:
    return Beginning(
        name=clean_line(fields.one("name")),
        lever=lever_access(fields),
        crosschq=crosschq_access(fields),
        webhook_auth=auth_scheme(fields),
        webhook_token=SecretStr(fields.one("webhook_token")),
    )


def lever_access(fields: Fields) -> LeverAccess:
    """As typed, without a slash at the address's end."""
    return LeverAccess(
        fields.one("lever_url").rstrip("/"),
        SecretStr(fields.one("lever_key")),
        allow_same_account=fields.is_on("allow_same_account"),
    )


def crosschq_access(fields: Fields) -> CrosschqAccess:
    """As `lever_access`. A form's outer blanks are cut off, so the prefix's own is put back."""
    word = fields.one("crosschq_prefix")
    prefix = f"{word} " if word else ""
    return CrosschqAccess(
        fields.one("crosschq_url").rstrip("/"), SecretStr(fields.one("crosschq_key")), prefix
    )


def auth_scheme(fields: Fields) -> AuthScheme:
    """A token is needed unless the form says plainly that none is."""
    said = fields.one("webhook_auth")
    return AuthScheme(said) if said in list(AuthScheme) else AuthScheme.TOKEN

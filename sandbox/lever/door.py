"""Who may call the API and how often: Basic or Bearer authentication, then the token bucket. See lever.md 2 and 3.

Pages and /sandbox are not behind this door; the stand-in listens on loopback.
"""

import base64
import binascii

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.lever.answers import refused
from sandbox.lever.errors import unauthorized
from sandbox.lever.stand_in import Lever


class ApiDoor:
    """401 in Lever's envelope for a stranger, a bare 429 without `Retry-After` for a key that is out of tokens."""

    def __init__(self, app: ASGIApp, *, lever: Lever, api_prefix: str) -> None:
        self.app, self.lever, self.api_prefix = app, lever, api_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self.app
        if scope["type"] == "http" and scope["path"].startswith(self.api_prefix):
            key, options = credential(Headers(scope=scope).get("authorization", "")), self.lever.options
            if key not in (options.api_key, options.people_key):
                answer = refused(unauthorized())
            elif key == options.api_key and not self.lever.bucket.take():
                answer = Response(status_code=429)
        await answer(scope, receive, send)


def credential(authorization: str) -> str | None:
    """The user name of a Basic header with an empty password, or the token of a Bearer one; else None."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user if not password else None

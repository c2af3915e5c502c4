"""An OpenID Connect provider, small and real: checks client, code, PKCE and redirect URI, signs with its own key.

A test says what is wrong with its next ID token, or who signs in.
"""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

CLIENT_ID, CLIENT_SECRET = "crosschq for lever", "a/secret of ours"
BASIC = "Basic Y3Jvc3NjaHErZm9yK2xldmVyOmElMkZzZWNyZXQrb2Yrb3Vycw=="
"""Both encoded as in a form, then as Basic has it."""


@dataclass
class Provider:
    issuer: str
    back: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    account: dict[str, Any] = field(
        default_factory=lambda: {"sub": "account-7", "email": "Ada@firm.test", "email_verified": True}
    )
    claims: dict[str, Any] = field(default_factory=dict)
    """Put into the next ID token; None takes a claim out."""
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    signed_with: RSAKey | None = None
    """Another key than the one it publishes."""
    configuration: dict[str, Any] = field(default_factory=dict)
    also_published: list[dict[str, Any]] = field(default_factory=list)
    """Keys before its own one."""
    publishes_its_key: bool = True
    is_thin: bool = False
    """The address is told at userinfo only."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The paths that our side called."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    shown_back: str = ""
    posts: bool = False
    """Sends people back with a form, as response_mode=form_post has it, though it was not asked to."""
    clock_ahead: float | None = None
    """Of its Date header, in seconds; None: it sends none."""

    @property
    def app(self) -> Starlette:
        routes = [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/authorize", self._authorize, methods=["GET"]),
            Route("/authorize", self._send_back, methods=["POST"]),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
            Route("/userinfo", self._userinfo),
        ]
        return Starlette(routes=[Mount(urlsplit(self.issuer).path.rstrip("/"), routes=routes)])

    def sign_in(self, address: str) -> str:
        """What a person does there: comes to the address, signs in, and is sent back to the address returned."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT_ID, self.back)
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert asked["scope"].split() == ["openid", "email"]
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return f"{self.back}?{urlencode({'code': code, 'state': asked['state']})}"

    async def _authorize(self, request: Request) -> Response:
        """A person presses a button there, so that the way back begins on its page."""
        self.shown_back = self.sign_in(str(request.url))
        return HTMLResponse('<form method="post" action="/authorize"><button>I am Ada</button></form>')

    async def _send_back(self, _request: Request) -> Response:
        if not self.posts:
            return RedirectResponse(self.shown_back, 303)
        sent = parse_qs(urlsplit(self.shown_back).query)
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{one[0]}">' for name, one in sent.items()
        )
        return HTMLResponse(f'<form method="post" action="{self.back}">{fields}<button>Back</button></form>')

    async def _configuration(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        paths = names | {"userinfo_endpoint": "userinfo"}
        places = {name: f"{self.issuer.rstrip('/')}/{path}" for name, path in paths.items()}
        return JSONResponse({"issuer": self.issuer, **places, **self.configuration})

    async def _token(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        known = self.codes.pop(form.get("code", ""), None)
        if request.headers.get("authorization") != BASIC:
            return JSONResponse({"error": "invalid_client"}, 401)
        is_theirs = known and create_s256_code_challenge(form["code_verifier"]) == known["code_challenge"]
        if not is_theirs or form["redirect_uri"] != self.back or form["grant_type"] != "authorization_code":
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert known
        told = {
            "access_token": "access-1",
            "token_type": "Bearer",
            "id_token": self._id_token(known["nonce"]),
        }
        date = None if self.clock_ahead is None else formatdate(time.time() + self.clock_ahead, usegmt=True)
        return JSONResponse(told, headers={"Date": date} if date else None)

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        about = {"sub": self.account["sub"]} if self.is_thin else self.account
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "exp": now + 300, "iat": now, "nonce": nonce, **about}
        kept = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        if self.header["alg"] in ("none", "HS256"):
            return self._forged(kept)
        return jwt.encode(self.header, kept, self.signed_with or self.key)

    def _forged(self, claims: dict[str, Any]) -> str:
        """By who knows the public key only: without a signature, or with that key as a shared secret."""
        said = ".".join(
            urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (self.header, claims)
        )
        if self.header["alg"] == "none":
            return f"{said}."
        mac = hmac.digest(self.key.as_pem(private=False), said.encode(), "sha256")
        return f"{said}.{urlsafe_b64encode(mac).decode().rstrip('=')}"

    async def _keys(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        own = [self.key.as_dict(private=False, use="sig", alg="RS256")] if self.publishes_its_key else []
        return JSONResponse({"keys": [*self.also_published, *own]})

    async def _userinfo(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        assert request.headers["authorization"] == "Bearer access-1"
        return JSONResponse({**self.account, **self.userinfo})

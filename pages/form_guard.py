"""Lets a form through only from our own page, in the browser that the page was shown to. Keeps nothing.

The link is the authority to answer; this keeps out what uses it blindly: a scanner that posts without having been
shown the page, and another site's form.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from mail.links import Link

FIELD = "page"
"""The form's hidden field."""


class FormGuard:
    """A cookie and a hidden field, which must agree. Behind TLS, as `public_base_url` says, the cookie is `__Host-`."""

    def __init__(self, keys: list[bytes], public_base_url: str) -> None:
        address = urlsplit(public_base_url)
        self._keys = keys
        self._origin = f"{address.scheme}://{address.netloc}"
        self._is_secure = address.scheme == "https"

    def proof(self, token: str) -> str:
        """What the form carries. The same for each showing, so that a page open in two tabs works in both."""
        return _proof(self._keys[0], token)

    def give_cookie(self, response: Response, link: Link, token: str) -> None:
        response.set_cookie(
            self._cookie(link), self.proof(token), secure=self._is_secure, httponly=True, samesite="strict"
        )

    def lets_through(self, request: Request, link: Link, token: str, proof: str) -> bool:
        cookie = request.cookies.get(self._cookie(link), "")
        return self._is_from_here(request) and any(
            _same(cookie, expected) and _same(proof, expected)
            for expected in (_proof(key, token) for key in self._keys)
        )

    def _cookie(self, link: Link) -> str:
        # One for each question: a browser does not show Strict cookies when a mail's link is opened, so that a second
        # question in a second tab would overwrite the first one's.
        return f"{'__Host-' if self._is_secure else ''}answer-{link.follow_up_id}"

    def _is_from_here(self, request: Request) -> bool:
        # "null" is what our own page sends too: its Referrer-Policy, no-referrer, hides the origin of its forms.
        own = (None, "null", self._origin)
        return request.headers.get("origin") in own and request.headers.get("sec-fetch-site", "none") in (
            "same-origin",
            "none",
        )


def _proof(key: bytes, token: str) -> str:
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())

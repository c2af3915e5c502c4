"""Let a form through only from our own page. Keeps nothing, and needs no cookie: mail clients' web views have none.

The link is the authority to answer; this keeps out what uses it blindly: a scanner that posts without having been
shown the page, and another site's form.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

FIELD = "page"
"""The form's hidden field."""


class FormGuard:
    """A hidden field that only this link's page has, and a browser that does not say that it comes from elsewhere."""

    def __init__(self, keys: list[bytes], public_base_url: str) -> None:
        address = urlsplit(public_base_url)
        self._keys = keys
        self._origin = f"{address.scheme}://{address.netloc}"

    def proof(self, token: str) -> str:
        """What the form carries. The same for each showing, so that a page open in two tabs works in both."""
        return _proof(self._keys[0], token)

    def lets_through(self, request: Request, token: str, proof: str) -> bool:
        return self._is_from_here(request) and any(
            hmac.compare_digest(proof.encode(), _proof(key, token).encode()) for key in self._keys
        )

    def _is_from_here(self, request: Request) -> bool:
        # "null" is what our own page sends too: its Referrer-Policy, no-referrer, hides the origin of its forms.
        own = (None, "null", self._origin)
        return request.headers.get("origin") in own and request.headers.get("sec-fetch-site", "none") in (
            "same-origin",
            "none",
        )


def _proof(key: bytes, token: str) -> str:
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()

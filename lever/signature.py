"""Lever's webhook signature (lever.md 6.4): HMAC-SHA256 over `token` and `triggeredAt`, not over the body. Pure."""

import hashlib
import hmac
from collections.abc import Sequence


def sign(signature_token: str, token: str, triggered_at: int) -> str:
    """The signature in lower-case hex; `triggered_at` in epoch milliseconds."""
    message = f"{token}{triggered_at}".encode()
    return hmac.new(signature_token.encode(), message, hashlib.sha256).hexdigest()


def is_signed(signature: str, token: str, triggered_at: int, signature_tokens: Sequence[str]) -> bool:
    """Whether one of `signature_tokens` made `signature`. Upper-case hex is taken too: it is the same number."""
    given = signature.lower().encode()
    expected = [sign(one, token, triggered_at).encode() for one in signature_tokens]
    # A list, not a generator: all are compared, so that the time taken does not tell which one matched.
    return any([hmac.compare_digest(one, given) for one in expected])  # noqa: C419

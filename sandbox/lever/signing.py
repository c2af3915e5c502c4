"""The envelope and signature of a webhook. See lever.md 6.3 and 6.4. Pure: no network, no state.

The signature covers token and time only. The body is not signed; the real Lever's is not either.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

HEADERS: Mapping[str, str] = {"User-Agent": "Lever-Webhooks", "Content-Type": "application/json"}


def sign(signature_token: str, token: str, triggered_at: int) -> str:
    """hex(HMAC-SHA256(signature token, token + triggeredAt)), without a separator; `triggered_at` in milliseconds."""
    message = f"{token}{triggered_at}".encode()
    return hmac.new(signature_token.encode(), message, hashlib.sha256).hexdigest()


def new_token() -> str:
    """48 hex characters: a webhook's signature token, or the token of one event."""
    return secrets.token_hex(24)


def envelope(
    event: str, data: Mapping[str, Any], *, signature_token: str, triggered_at: int, with_id: bool
) -> bytes:
    """The signed body of one event, under a new token. Retries send the same bytes again."""
    token = new_token()
    body = {
        "event": event,
        "triggeredAt": triggered_at,
        "token": token,
        "signature": sign(signature_token, token, triggered_at),
        "data": data,
    }
    return json.dumps({"id": str(uuid4()), **body} if with_id else body).encode()

"""Lever's stage-change webhooks as bytes, signed with the connection's own token (docs/vendors/lever.md 6)."""

import json
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

from lever.webhooks import CANDIDATE_STAGE_CHANGE, sign
from tools.bench.scene import Scene


@dataclass(frozen=True)
class Sender:
    """`url` is the endpoint's on the gateway; `signature_token` is Lever's for it."""

    url: str
    signature_token: str

    @classmethod
    async def of(cls, scene: Scene) -> "Sender":
        endpoint = await scene.inbox.lever_endpoint()
        base = str(scene.settings.public_base_url).rstrip("/")
        token = scene.parts.vault.open_list(endpoint.secrets or b"")[0]
        return cls(f"{base}/webhooks/lever/{endpoint.url_key}", token)

    def stage_change(self, to_stage: str) -> bytes:
        """The body for an opportunity that Lever does not know, under a new token."""
        token, now = secrets.token_hex(24), int(time.time() * 1000)
        return json.dumps(
            {
                "id": str(uuid4()),
                "event": CANDIDATE_STAGE_CHANGE,
                "triggeredAt": now,
                "token": token,
                "signature": sign(self.signature_token, token, now),
                "data": {"opportunityId": str(uuid4()), "toStageId": to_stage, "fromStageId": "on-site"},
            }
        ).encode()


def http_request(url: str, body: bytes) -> bytes:
    """The whole POST as it goes over a kept connection."""
    place = urlsplit(url)
    head = f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

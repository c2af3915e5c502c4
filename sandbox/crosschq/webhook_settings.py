"""The webhook an organization configures: where to, how, and with which credential (crosschq.md 1.6).

Holds and checks; `organization.py` sends.
"""

from base64 import b64encode
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator


class WebhookSettings(BaseModel):
    """`url` None: nothing is sent. `token` is the token, or "user:password" for basic."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = None
    method: Literal["POST", "PUT"] = "POST"
    auth: Literal["none", "basic", "token"] = "none"
    token: str = ""

    @field_validator("url")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("the webhook URL must begin with http:// or https://")
        return value or None

    @model_validator(mode="after")
    def _has_its_credential(self) -> "WebhookSettings":
        if self.auth != "none" and not self.token:
            raise ValueError("Basic and Token need a token (for Basic: user:password)")
        if not self.token.isprintable() or not self.token.isascii():
            raise ValueError("a token goes into a header: printable ASCII only")
        return self

    def headers(self, token_format: str) -> dict[str, str]:
        """The headers a webhook carries. `token_format` has one `{token}`."""
        headers = {"Content-Type": "application/json", "User-Agent": "Crosschq-Webhook/sandbox"}
        if self.auth == "basic":
            headers["Authorization"] = f"Basic {b64encode(self.token.encode()).decode()}"
        elif self.auth == "token":
            headers["Authorization"] = token_format.format(token=self.token)
        return headers

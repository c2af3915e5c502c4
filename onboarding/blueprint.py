"""A connection as an admin writes it, in one TOML file (documented in `connection.example.toml`). Calls nobody."""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from crosschq import dialect
from crosschq.auth import KeyAuth
from hiring.requestors import RequestorRole
from outbound.links import Origin, TrustedOrigin, UntrustedLink

Name = Annotated[str, Field(min_length=1, max_length=100)]


class BlueprintError(Exception):
    """The file cannot be used; the message lists what is wrong, line by line, and quotes no secret."""


def _from_environment(value: object) -> object:
    """`{ env = "NAME" }` in place of a secret reads it from the environment, so that the file may be kept anywhere."""
    if not isinstance(value, dict):
        return value
    name = value.get("env")
    if len(value) != 1 or not isinstance(name, str):
        raise ValueError('write the secret itself or { env = "NAME" }')
    if not os.environ.get(name):
        raise ValueError(f"the environment variable {name} is not set")
    return os.environ[name]


def _https_or_loopback(url: str) -> str:
    try:
        Origin.from_link(url)
    except UntrustedLink as error:
        raise ValueError(error.reason) from None
    return url.rstrip("/")


def _visible_ascii(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
        raise ValueError("only visible ASCII characters, without blanks")
    return secret


Secret = Annotated[SecretStr, BeforeValidator(_from_environment), Field(min_length=1)]
Token = Annotated[Secret, AfterValidator(_visible_ascii)]
"""Shown in a header or used as a key of a signature."""
BaseUrl = Annotated[str, AfterValidator(_https_or_loopback)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LeverPart(_Part):
    """The Lever account. `trigger_stages` are names or ids, `perform_as` a user's e-mail address or id."""

    url: BaseUrl = "https://api.lever.co/v1"
    api_key: Secret
    perform_as: Name
    trigger_stages: Annotated[list[Name], Field(min_length=1)]
    create_webhooks: bool = False
    """Make the webhook through Lever's API, and store its token at once."""
    stage_change_token: Token | None = None
    """The signature token Lever shows for the webhook made by hand."""

    @model_validator(mode="after")
    def _has_one_webhook(self) -> "LeverPart":
        if self.create_webhooks and self.stage_change_token is not None:
            raise ValueError(
                "write create_webhooks = true or a stage_change_token, not both: each webhook has its own token"
            )
        return self


class CrosschqPart(_Part):
    """The Crosschq organization."""

    url: BaseUrl = "https://partner.crosschq.com"
    api_key: Secret
    key_prefix: Literal["", "Token ", "Bearer "] = ""
    webhook_auth: Literal["none", "basic", "token"] = "token"
    webhook_token: Token | None = None
    """Chosen by the admin, and typed into Crosschq's API settings too."""
    trusted_origins: Annotated[list[str], Field(min_length=1)] = sorted(dialect.REPORT_ORIGINS)

    @model_validator(mode="after")
    def _is_complete(self) -> "CrosschqPart":
        for origin in self.trusted_origins:
            TrustedOrigin.parse(origin)
        KeyAuth(self.api_key.get_secret_value(), self.key_prefix)
        if self.webhook_auth != "none" and self.webhook_token is None:
            raise ValueError(f"webhook_auth '{self.webhook_auth}' needs a webhook_token")
        return self


class RequestsPart(_Part):
    """How requests are made."""

    requestor_chain: Annotated[list[RequestorRole], Field(min_length=1)] = [
        RequestorRole.OWNER,
        RequestorRole.POSTING_OWNER,
        RequestorRole.HIRING_MANAGER,
    ]
    fallback_requestor: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    ask_again_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class TemplatePart(_Part):
    """A default of the brief."""

    name: Name
    description: str = ""
    survey: Name
    """Crosschq's codename of the job function."""
    lever_tag: Name | None = None
    references: dict[str, Annotated[int, Field(ge=0)]]
    order: Annotated[int, Field(ge=0, le=9999)] | None = None
    fallback: bool = False

    @model_validator(mode="after")
    def _can_match(self) -> "TemplatePart":
        if self.lever_tag is None and not self.fallback:
            raise ValueError(f"template '{self.name}' needs a lever_tag, or fallback = true")
        return self


class Blueprint(_Part):
    """One connection; `name` is its identity."""

    name: Name
    live_since: Annotated[AwareDatetime, Field(strict=True)]
    """Strict: a bare year would be read as seconds since 1970, and mail the past."""
    lever: LeverPart
    crosschq: CrosschqPart
    requests: RequestsPart = RequestsPart()
    templates: Annotated[list[TemplatePart], Field(min_length=1)]

    @model_validator(mode="after")
    def _templates_differ(self) -> "Blueprint":
        names = [template.name for template in self.templates]
        if len(set(names)) != len(names):
            raise ValueError("two templates have the same name")
        if sum(template.fallback for template in self.templates) > 1:
            raise ValueError("only one template can be the fallback")
        return self

    @classmethod
    def from_file(cls, path: Path) -> "Blueprint":
        """Raises BlueprintError."""
        try:
            return cls.from_text(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BlueprintError(f"{path} cannot be read: {error}.") from None

    @classmethod
    def from_text(cls, text: str) -> "Blueprint":
        """Raises BlueprintError."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise BlueprintError(f"The file is not TOML: {error}.") from None
        except ValidationError as error:
            wrong = [f"  {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
            raise BlueprintError("The file is not complete:\n" + "\n".join(wrong)) from None

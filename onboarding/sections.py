"""The sections of the connection file, each with its defaults. Says what may stand in them, and calls nobody."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from crosschq import dialect
from crosschq.auth import KeyAuth
from hiring.requestors import RequestorRole
from lever.webhooks import (
    CANDIDATE_ARCHIVE_CHANGE,
    CANDIDATE_DELETED,
    CANDIDATE_HIRED,
    CANDIDATE_STAGE_CHANGE,
)
from onboarding.fields import BaseUrl, Email, Line, Name, Pause, Secret, Token, Typed, Wait, WaitOrNever
from outbound.links import TrustedOrigin


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LeverPart(Section):
    """The Lever account. `trigger_stages` are names or ids, `perform_as` a user's e-mail address or id."""

    url: BaseUrl = "https://api.lever.co/v1"
    api_key: Secret
    perform_as: Name
    trigger_stages: Annotated[list[Name], Field(min_length=1)]
    allow_same_account: bool = False
    """Connect it although another connection has the same Lever account: both then ask about every move."""
    create_webhooks: bool = False
    """Make the webhooks through Lever's API, and store their tokens at once."""
    stage_change_token: Token | None = None
    """The signature token Lever shows for a webhook made by hand; so the next three."""
    hired_token: Token | None = None
    archive_change_token: Token | None = None
    deleted_token: Token | None = None

    @property
    def tokens(self) -> dict[str, SecretStr | None]:
        """By Lever's name of the event."""
        return {
            CANDIDATE_STAGE_CHANGE: self.stage_change_token,
            CANDIDATE_HIRED: self.hired_token,
            CANDIDATE_ARCHIVE_CHANGE: self.archive_change_token,
            CANDIDATE_DELETED: self.deleted_token,
        }

    @model_validator(mode="after")
    def _makes_webhooks_in_one_way(self) -> "LeverPart":
        if self.create_webhooks and any(token is not None for token in self.tokens.values()):
            raise ValueError(
                "write create_webhooks = true or the tokens of webhooks made by hand, not both: each webhook has its "
                "own token"
            )
        return self


class CrosschqPart(Section):
    """The Crosschq organization."""

    url: BaseUrl = "https://partner.crosschq.com"
    api_key: Secret
    key_prefix: Literal["", "Token ", "Bearer "] = ""
    webhook_auth: Literal["none", "basic", "token"] = "token"
    webhook_token: Token | None = None
    """Chosen by the admin, and typed into Crosschq's API settings too."""
    trusted_origins: Annotated[list[Typed], Field(min_length=1)] = sorted(dialect.REPORT_ORIGINS)

    @model_validator(mode="after")
    def _is_complete(self) -> "CrosschqPart":
        for origin in self.trusted_origins:
            TrustedOrigin.parse(origin)
        KeyAuth(self.api_key.get_secret_value(), self.key_prefix)
        if self.webhook_auth != "none" and self.webhook_token is None:
            raise ValueError(f"webhook_auth '{self.webhook_auth}' needs a webhook_token")
        return self


class RequestsPart(Section):
    """How requests are made."""

    requestor_chain: Annotated[list[RequestorRole], Field(min_length=1)] = [
        RequestorRole.OWNER,
        RequestorRole.POSTING_OWNER,
        RequestorRole.HIRING_MANAGER,
    ]
    fallback_requestor: Email | None = None
    ask_again_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    shadow: bool = False
    """Read and decide, and say in the list of deliveries what would be done; write nothing to either vendor."""
    most_per_hour: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """More than so many within an hour are no recruiter's work: the connection pauses before the next one."""


class FollowUpPart(Section):
    """How it is found out whether the candidate was hired, and what is done with the answer.

    The two archive reasons are names or ids; empty: the opportunity is not archived, and shows tag and note only.
    """

    after: Wait = timedelta(days=14)
    remind_after: WaitOrNever = timedelta(days=7)
    settle_after: Pause = timedelta(minutes=10)
    fallback_asked: Email | None = None
    """None: whoever is the fallback requestor."""
    archived_means_not_hired: bool = True
    archive_when_hired: Line = ""
    archive_when_not_hired: Line = ""
    crosschq_takes_outcomes: bool = True


class TemplatePart(Section):
    """A default of the brief."""

    name: Name
    description: Typed = ""
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

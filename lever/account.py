"""What belongs to a Lever account rather than to one candidacy. Data only, lever.md 7.

Users, stages, archive reasons, tags, webhooks.
"""

from pydantic import AliasPath, Field

from lever.wire import LeverModel, Moment


class User(LeverModel):
    """Someone who works in Lever. `access_role` is one of Lever's roles or a custom role's id."""

    id: str
    name: str = ""
    username: str | None = None
    email: str | None = None
    access_role: str | None = None
    job_title: str | None = None
    created_at: Moment | None = None
    deactivated_at: Moment | None = None

    @property
    def is_active(self) -> bool:
        """Not deactivated."""
        return self.deactivated_at is None


class Stage(LeverModel):
    """A pipeline stage. `id` is a UUID, or a slug for some that are built in."""

    id: str
    text: str = ""


class DispositionStage(Stage):
    """A stage with its place: `pipeline` is lead, applicant, screen, onsite or offer; `rank` may be fractional."""

    pipeline: str | None = None
    rank: float | None = None
    has_interview: bool = False

    @property
    def is_lead(self) -> bool:
        """In the lead pipeline: people there have not applied."""
        return self.pipeline == "lead"


class DispositionStages(LeverModel):
    """The answer of `GET /disposition_stages`, which holds an object where other lists hold a list."""

    stages: tuple[object, ...]


class ArchiveReason(LeverModel):
    """Why opportunities leave the pipeline. Being hired is one of these, and every other means not hired.

    `type` is hired or non-hired (lever.md 7; null instead of the latter in `GET /disposition_stages`), `status` active
    or inactive.
    """

    id: str
    text: str = ""
    type: str | None = None
    status: str | None = None

    @property
    def is_hired(self) -> bool:
        """Archiving with it is hiring. Told by the type: the text may say anything in any language."""
        return self.type == "hired"

    @property
    def is_active(self) -> bool:
        """Still to be chosen; one without a status is."""
        return self.status != "inactive"


class Tag(LeverModel):
    """A tag and how often it is used. Tags are case-sensitive."""

    text: str
    count: int | None = None


class Webhook(LeverModel):
    """A webhook as the list shows it: never with its signature token."""

    id: str
    event: str
    url: str
    created_at: Moment | None = None
    updated_at: Moment | None = None


class WebhookCreated(LeverModel):
    """The only answer that ever holds the signature token: 48 hex characters, kept out of `repr`."""

    id: str
    signature_token: str = Field(
        min_length=1, repr=False, validation_alias=AliasPath("configuration", "signatureToken")
    )

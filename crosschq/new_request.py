"""A reference request as we ask for one. Never sends it.

Names on the wire come from crosschq.dialect (crosschq.md 1.3, inferred).
"""

from typing import Annotated, Final

from pydantic import AfterValidator, AliasGenerator, BaseModel, ConfigDict, Field

from cleaning.email_address import clean_email
from cleaning.text import clean_line, clean_text
from crosschq import dialect

Email = Annotated[str, AfterValidator(clean_email)]
Line = Annotated[str, AfterValidator(clean_line)]
E164Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
_OURS: Final = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HiringManager(BaseModel):
    """Who the new colleague will report to. A one-word name leaves `last_name` empty."""

    model_config = _OURS

    first_name: Line
    last_name: Line
    email: Email


class Candidate(HiringManager):
    """Who is asked for references."""

    mobile_phone: E164Phone | None = None


class NewReferenceRequest(BaseModel):
    """`survey` is a Survey's codename, `counts` the number of references by relationship id,
    `requestor` the e-mail address of the recruiter in whose name Crosschq asks.
    """

    model_config = ConfigDict(
        **_OURS, alias_generator=AliasGenerator(serialization_alias=dialect.CREATE_FIELDS.__getitem__)
    )

    candidate: Candidate
    survey: str = Field(min_length=1)
    counts: dict[str, Annotated[int, Field(ge=0)]]
    requestor: Email
    job_position: Line
    hiring_manager: HiringManager | None = None
    use_sms: bool = False
    send_past_due_notification: bool = True
    send_completed_notification: bool = True
    candidate_message: Annotated[str, AfterValidator(clean_text)] = ""

    def to_wire(self) -> dict[str, object]:
        """The JSON body; a missing phone or hiring manager is left out, because Crosschq may not take null."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

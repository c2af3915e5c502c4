"""The section `[prospects]` of the connection file, with its defaults. Says what may stand in it, and calls nobody."""

from typing import Annotated

from pydantic import Field, model_validator

from hiring.prospects import IfInLever, OnWithdrawal
from onboarding.fields import Line, Name
from onboarding.sections import Section


class PostingPart(Section):
    """Prospects with this tag, or of this job function, become leads of this posting: its title or its id."""

    posting: Name
    tag: Name | None = None
    job_function: Name | None = None

    @model_validator(mode="after")
    def _has_one_sign(self) -> "PostingPart":
        if bool(self.tag) is bool(self.job_function):
            raise ValueError(f"posting '{self.posting}' needs either a tag or a job_function")
        return self


class ProspectsPart(Section):
    """Whether prospects become leads in Lever, and how. Without the section neither switch is on."""

    export_existing: bool = False
    """"Export Prospects from Crosschq to Lever"."""
    export_new: bool = False
    """"Automatically Export New Prospects to Lever"."""
    source: Name = "Crosschq"
    tags: Annotated[tuple[Name, ...], Field(max_length=20)] = ("Crosschq prospect",)
    if_in_lever: IfInLever = IfInLever.SKIP
    from_api: bool = True
    on_withdrawal: OnWithdrawal = OnWithdrawal.TAG
    withdrawal_reason: Line = ""
    """An archive reason's name or id."""
    withdrawal_tag: Name = "Crosschq prospect: withdrawn"
    postings: tuple[PostingPart, ...] = ()
    """The first that fits counts."""

    @model_validator(mode="after")
    def _can_withdraw(self) -> "ProspectsPart":
        if self.on_withdrawal is OnWithdrawal.ARCHIVE and not self.withdrawal_reason:
            raise ValueError(
                "on_withdrawal 'archive' needs a withdrawal_reason: Lever archives with a reason"
            )
        if self.withdrawal_tag in self.tags:
            raise ValueError("the withdrawal_tag is one of the tags: then it would tell nothing")
        return self

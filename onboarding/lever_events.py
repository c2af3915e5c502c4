"""The four events of Lever that we take, and what an admin must know about the webhook of each. Data only."""

from dataclasses import dataclass

from lever.webhooks import (
    CANDIDATE_ARCHIVE_CHANGE,
    CANDIDATE_DELETED,
    CANDIDATE_HIRED,
    CANDIDATE_STAGE_CHANGE,
)


@dataclass(frozen=True)
class LeverEvent:
    """One event (lever.md 6.5), whose webhook has an address and a signature token of its own (lever.md 6.2)."""

    event: str
    title: str
    """As people read it in Lever's settings."""
    token_setting: str
    """Where the connection file holds the token of a webhook made by hand, under `[lever]`."""
    is_required: bool
    without_it: str
    """What an installation lacks that does not hear of it, as a sentence."""
    proven_by: str
    """What makes Lever send one, and so proves its toggle: a ping comes without it (lever.md 6.1)."""

    @property
    def need(self) -> str:
        return "required" if self.is_required else "recommended"


LEVER_EVENTS = (
    LeverEvent(
        CANDIDATE_STAGE_CHANGE,
        "Candidate Stage Change",
        "stage_change_token",
        is_required=True,
        without_it="A move into a trigger stage is noticed only at the look every 15 minutes.",
        proven_by="moving a test candidate",
    ),
    LeverEvent(
        CANDIDATE_HIRED,
        "Candidate Hired",
        "hired_token",
        is_required=True,
        without_it="A hire in Lever is noticed only when its follow-up is due.",
        proven_by="the first hire",
    ),
    LeverEvent(
        CANDIDATE_ARCHIVE_CHANGE,
        "Candidate Archive Change",
        "archive_change_token",
        is_required=False,
        without_it="That a person was archived or unarchived in Lever is noticed only when the follow-up is due.",
        proven_by="archiving a test candidate",
    ),
    LeverEvent(
        CANDIDATE_DELETED,
        "Candidate Deleted",
        "deleted_token",
        is_required=False,
        without_it="A person's deletion in Lever is noticed only at the daily look.",
        proven_by="the first deletion",
    ),
)
"""The brief's two first."""

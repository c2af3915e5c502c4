"""Whether anybody but us has worked with a lead we made. Calls nothing, knows only what Lever says now."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True)
class LeadState:
    """A lead we made, as Lever shows it now.

    `tags_given` are the tags it had when it was made: ours and those Lever adds from the posting, and those we added
    since. `stage_changes` counts all entries of Lever's list, the first of which is where it was put when made.
    """

    is_new_lead: bool
    stage_changes: int
    tags: AbstractSet[str]
    tags_given: AbstractSet[str]
    notes_of_others: int
    feedback_forms: int
    is_archived: bool


def why_touched(lead: LeadState) -> str | None:
    """One sentence on what somebody did with the lead, without any data of it; None: nobody but us touched it.

    In doubt it was touched: a posting that was renamed also changes its leads' tags (lever.md 8).
    """
    signs = (
        (lead.is_archived, "it was archived"),
        (not lead.is_new_lead, "it is no longer in New lead"),
        (lead.stage_changes > 1, "it was moved and came back to New lead"),
        (lead.tags != lead.tags_given, "its tags were changed"),
        (lead.notes_of_others > 0, "it has a note"),
        (lead.feedback_forms > 0, "it has feedback"),
    )
    found = next((sign for is_there, sign in signs if is_there), None)
    return f"Somebody has worked with the lead: {found}." if found else None

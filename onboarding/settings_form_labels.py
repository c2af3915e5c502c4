"""What the settings of the form are called, in its order: by their paths in the connection's file. Decides nothing."""

import re
from typing import Final

Path = tuple[str | int, ...]

LABELS: Final = {
    "lever.trigger_stages": "Lever Interview Stage(s)",
    "lever.perform_as": "Perform actions as (Lever user)",
    "templates": "Templates",
    "live_since": "Live since (UTC)",
    "requests.shadow": "Shadow mode",
    "requests.most_per_hour": "Maximum requests per hour",
    "requests.requestor_chain": "Who asks for the references",
    "requests.fallback_requestor": "Fallback requestor",
    "requests.ask_again_after_days": "Ask again after days",
    "follow_up.after": "Ask after",
    "follow_up.remind_after": "Remind after",
    "follow_up.settle_after": "Answers can be changed for",
    "follow_up.fallback_asked": "Fallback recipient",
    "follow_up.archived_means_not_hired": "Archived means not hired",
    "follow_up.archive_when_hired": "Archive reason for hired",
    "follow_up.archive_when_not_hired": "Archive reason for not hired",
    "follow_up.crosschq_takes_outcomes": "Tell Crosschq the outcome",
    "prospects.from_api": "Read prospects from Crosschq's API",
    "prospects.source": "Source of the leads",
    "prospects.tags": "Tags of the leads",
    "prospects.if_in_lever": "If the e-mail address is in Lever already",
    "prospects.postings": "Posting rules",
    "prospects.on_withdrawal": "When a prospect withdraws",
    "prospects.withdrawal_reason": "Archive reason for withdrawn",
    "prospects.withdrawal_tag": "Tag for withdrawn",
}
"""All that the form shows, and no more: the vendors' keys and addresses have a page of their own."""

PARTS: Final = {
    "templates": {
        "name": "Name",
        "description": "Description",
        "survey": "Job function",
        "lever_tag": "Lever tag",
        "order": "Order",
        "fallback": "Fallback",
        "references": "References",
    },
    "prospects.postings": {"posting": "Posting", "tag": "Tag", "job_function": "Job function"},
}
"""Of each of the several that a label stands for."""


def label_of(path: str) -> str:
    """Such as "Templates, 2: Job function"; "" for what the form does not show."""
    if path in LABELS:
        return LABELS[path]
    for several, parts in PARTS.items():
        if found := re.fullmatch(rf"{re.escape(several)}\.(\d+)(?:\.(\w+))?(?:\.(.+))?", path):
            number, part, kind = found.groups()
            label = f"{LABELS[several]}, {int(number) + 1}"
            if part is None:
                return label
            if part in parts and (kind is None or part == "references"):
                return f"{label}: {kind or parts[part]}"
    return ""


def shown_path(location: Path) -> str:
    """The longest beginning of a location that the form shows; "" without one."""
    path = [str(one) for one in location]
    while path and not label_of(".".join(path)):
        path.pop()
    return ".".join(path)

"""The notes that recruiters read on the opportunity. Composes text only; each ends with a mark to find it by."""

from collections.abc import Mapping
from datetime import datetime

from hiring.decisions import Send
from hiring.progress import Progress

_KINDS = {
    "managers": ("manager", "managers"),
    "employees": ("direct report", "direct reports"),
    "peers": ("peer", "peers"),
    "business": ("customer or supplier", "customers or suppliers"),
    "social": ("mentor", "mentors"),
}


NO_ACCESS = (
    "this API key may not see the opportunity. If it is confidential, an admin must connect Lever with a key that was "
    "made with access to confidential data (it can only be granted when a key is made)."
)


def marked(text: str, mark: str, crosschq_id: str | None = None) -> str:
    """Lever has no idempotency keys: after a time-out the note is looked for by its mark before it is written again.

    `crosschq_id`: the request in Crosschq that it is about, by which it is found if our rows are lost.
    """
    request = f" (crosschq-request {crosschq_id})" if crosschq_id else ""
    return f"{text}\n\n(crosschq-lever {mark}){request}"


def has_mark(note: str, mark: str, crosschq_id: str | None = None) -> bool:
    """Also where another installation, or a row of ours that is lost, wrote it of the same request in Crosschq."""
    if f"(crosschq-lever {mark})" in note:
        return True
    kind = mark.rpartition("-")[2]
    return crosschq_id is not None and f"-{kind}) (crosschq-request {crosschq_id})" in note


def move_mark(happened_at: datetime, stage_since: datetime | None) -> str:
    """The mark of what is said of one move, the same whoever told of the move and in whatever row."""
    return f"moved-{int((stage_since or happened_at).timestamp() * 1000)}"


def sent(order: Send) -> str:
    return (
        f"Crosschq reference request sent to the candidate.\n"
        f"Template: {order.template.name}. References asked for: {counts_in_words(order.template.counts)}.\n"
        f"Requested on behalf of {order.requestor.name}."
    )


def sent_before(template: str) -> str:
    """For a request whose run ended before it could tell: what was asked is not known any more."""
    return f"Crosschq reference request sent to the candidate.\nTemplate: {template}."


def not_sent(problem: str) -> str:
    return f"No Crosschq reference request was sent: {problem}"


def refused_by_crosschq(reason: str) -> str:
    said = f" It said: {reason}." if reason else ""
    return f"Crosschq refused it.{said} Correct this, then move the candidate to this stage again."


def unconfirmed() -> str:
    return (
        "The Crosschq reference request was sent, but Crosschq did not confirm it. If it arrived, this is noticed by "
        "itself with the candidate's first step. To avoid asking twice, nothing is sent again without a person: "
        "please look in Crosschq."
    )


def unexplained(tag: str) -> str:
    return (
        f"No Crosschq reference request was sent: the tag '{tag}' says that the candidate was asked before, but "
        "crosschq-lever does not know that request. To avoid asking twice, an admin must look in Crosschq and settle "
        "it under Requests and follow-ups. If nobody was asked, remove the tag and move the candidate to this stage "
        "again."
    )


def request_given_up() -> str:
    """After days of trying."""
    return not_sent(
        "Crosschq could not be reached for days. Move the candidate to this stage again to try anew."
    )


def news_given_up() -> str:
    return "News of the Crosschq reference request could not be shown here for days: please look in Crosschq."


def outcome_given_up() -> str:
    return (
        "Whether the candidate was hired could not be brought to Crosschq and Lever for days: please look whether both "
        "show it."
    )


def withdrawn() -> str:
    return "The opportunity was archived, so its open Crosschq reference request was cancelled."


def not_withdrawn() -> str:
    return (
        "The opportunity was archived, but Crosschq does not let its open reference request be cancelled from here. If "
        "nobody should be asked any more, please cancel it in Crosschq."
    )


def complete(progress: Progress, link_problem: str | None, file_problem: str | None) -> str:
    lines = [f"Crosschq report complete: {progress.answered} of {progress.asked} references answered."]
    lines.append(
        f"The report's link was not added: {link_problem}"
        if link_problem
        else "The report is linked on this profile."
    )
    lines.append(
        f"The PDF was not attached: {file_problem}"
        if file_problem
        else "The PDF is attached to this opportunity."
    )
    return "\n".join(lines)


def complete_without_summary() -> str:
    return (
        "Crosschq report complete. What the references said is not in this note: this API key may not write secret "
        "notes. See the link and the PDF."
    )


def ended(progress: Progress) -> str:
    return (
        f"The Crosschq reference request ended without a report; {progress.answered} of {progress.asked} references "
        "had answered. Move the candidate to this stage again to ask anew."
    )


def counts_in_words(counts: Mapping[str, int]) -> str:
    """How many references of which type, in an order people know."""
    known_first = sorted(
        counts, key=lambda kind: (list(_KINDS).index(kind) if kind in _KINDS else len(_KINDS), kind)
    )
    parts = [
        f"{counts[kind]} {_KINDS.get(kind, (kind, kind))[counts[kind] != 1]}"
        for kind in known_first
        if counts[kind]
    ]
    return ", ".join(parts) or "as the survey says"

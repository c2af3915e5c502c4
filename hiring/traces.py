"""What our notes and files on an opportunity say of reference requests, whichever installation left them. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_ID = r"[A-Za-z0-9._~-]{1,200}"
_NOTE = re.compile(
    rf"\(crosschq-lever request-([0-9]+)-(sent|unconfirmed|complete|ended)\)(?: \(crosschq-request ({_ID})\))?"
)
_REPORT = re.compile(rf"crosschq-report-({_ID})\.pdf")


@dataclass(frozen=True)
class Trace:
    """`request_id` is the number of the row in the installation that left it; None: a file, which names none."""

    crosschq_id: str | None
    left_at: datetime | None
    request_id: int | None = None


def trace_in_note(text: str, written_at: datetime | None) -> Trace | None:
    """None: the note is not about a request of Crosschq's."""
    found = _NOTE.search(text)
    return Trace(found[3], written_at, int(found[1])) if found else None


def trace_of_file(name: str | None, uploaded_at: datetime | None) -> Trace | None:
    """None: it is not a report of ours."""
    found = _REPORT.fullmatch(name or "")
    return Trace(found[1], uploaded_at) if found else None


def tells_of_question(note: str, crosschq_id: str, mark: str | None = None) -> bool:
    """Whether it says that somebody was asked how the hire of this request ended; `mark`: at this step of it."""
    step = re.escape(mark) if mark else "follow-up-[0-9]+-[0-9]+"
    asked = rf"\(crosschq-lever {step}\) \(crosschq-request {re.escape(crosschq_id)}\)"
    return re.search(asked, note) is not None


def report_file(crosschq_id: str) -> str:
    """The name of a report's file, unique to the request."""
    return f"crosschq-report-{crosschq_id}.pdf"


def unknown_traces(
    traces: Iterable[Trace], request_ids: Iterable[int], crosschq_ids: Iterable[str]
) -> list[Trace]:
    """Those of requests that are not among these, the newest first."""
    ours, theirs = {*request_ids}, {*crosschq_ids}
    left = [
        trace
        for trace in traces
        if (trace.crosschq_id not in theirs if trace.crosschq_id else trace.request_id not in ours)
    ]
    return sorted(left, key=lambda trace: trace.left_at.timestamp() if trace.left_at else 0.0, reverse=True)

"""Decides what a move to the Crosschq stage leads to: a request, a reason why not, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from cleaning.text import clean_line
from hiring import status_tags
from hiring.candidacy import Candidacy, Person, Template
from hiring.local_days import TIME_ZONE, local_day_in_words
from hiring.names import split_name
from hiring.outside_text import one_line, without_marks
from hiring.reachability import international_phone, usable_email, why_no_usable_email
from hiring.requestors import Requestor, RequestorRole, choose_requestor
from hiring.templates import NoTemplate, SeveralTemplates, choose_template


@dataclass(frozen=True)
class Policy:
    """What the admin of a connection has laid down."""

    trigger_stages: Sequence[str]
    live_since: datetime
    templates: Sequence[Template]
    requestor_chain: Sequence[RequestorRole] = (RequestorRole.OWNER, RequestorRole.POSTING_OWNER)
    fallback_requestor: str | None = None
    ask_again_after: timedelta | None = None
    """How long after a report a new move asks again; None: never by itself."""
    time_zone: tzinfo = TIME_ZONE
    """In which people read days."""


class PreviousState(StrEnum):
    INTENDED = "intended"
    OPEN = "open"
    FOUND = "found"
    """Known from a status tag alone: it counts as open as long as the opportunity wears one."""
    FAILED = "failed"
    COMPLETED = "completed"
    ENDED = "ended"
    """Without a report: cancelled or declined in Crosschq."""


@dataclass(frozen=True)
class Previous:
    """The latest request of the same opportunity, and what those before it explain."""

    state: PreviousState
    created_at: datetime
    ended_at: datetime | None = None
    has_report: bool = False
    """Whether any request of the opportunity that we know was completed."""
    disproved_tag: str | None = None
    """The status tag of which a person has said that Crosschq has no request behind it."""


@dataclass(frozen=True)
class Ignore:
    """Nothing to do and nothing to tell; `reason` is for the list of deliveries."""

    reason: str


@dataclass(frozen=True)
class Mention:
    """No second request, but whoever moved the candidate should read why."""

    text: str


@dataclass(frozen=True)
class Unexplained:
    """A status tag says that the candidate was asked, and no request that we know explains it.

    Our rows were lost, or another installation sent it. Never asked again without a person. The other fields recognise
    the request when Crosschq tells of it; empty where the opportunity does not say.
    """

    tag: str
    email: str
    job_position: str


@dataclass(frozen=True)
class CannotSend:
    """The recruiter must do something first; tag and note say what."""

    problem: str


@dataclass(frozen=True)
class Send:
    """Everything a reference request needs."""

    template: Template
    first_name: str
    last_name: str
    email: str
    phone: str | None
    requestor: Requestor
    job_position: str
    hiring_manager: Person | None = field(default=None)


Decision = Ignore | Mention | Unexplained | CannotSend | Send


def decide(
    candidacy: Candidacy,
    policy: Policy,
    previous: Previous | None,
    moved_at: datetime,
    now: datetime,
    asked_at: datetime | None = None,
) -> Decision:
    """`moved_at` is when Lever says the candidate was moved; `candidacy` is what Lever shows now.

    `asked_at`: the newest note on the profile about a request that we do not know.
    """
    return (
        _not_our_move(candidacy, policy, moved_at)
        or _same_move(candidacy, previous, moved_at)
        # Before whatever would put the tag "not sent" in the place of the one that tells.
        or _unexplained(candidacy, policy, previous)
        or _already_noted(moved_at, asked_at)
        or _already_asked(previous, policy, now)
        or _not_a_candidate(candidacy)
        or _order(candidacy, policy)
    )


def may_be_lost(decision: Decision, candidacy: Candidacy, previous: Previous | None) -> bool:
    """Whether the profile's notes may name a request that we do not know, and that would change the decision."""
    if isinstance(decision, Unexplained):
        return True
    disproved = previous.disproved_tag if previous else None
    told = {*status_tags.asked(candidacy.tags), status_tags.ENDED}
    return isinstance(decision, Send) and bool(told & {*candidacy.tags} - {disproved})


def _not_our_move(candidacy: Candidacy, policy: Policy, moved_at: datetime) -> Ignore | None:
    if candidacy.stage_id not in policy.trigger_stages:
        return Ignore(
            f"The candidate is in stage '{candidacy.stage_name}' now, which is not a trigger stage."
        )
    since = max(moved_at, candidacy.stage_since or moved_at)
    if since < policy.live_since:
        return Ignore(f"Moved before this connection went live on {policy.live_since:%d %B %Y, %H:%M} UTC.")
    return None


def _same_move(candidacy: Candidacy, previous: Previous | None, moved_at: datetime) -> Ignore | None:
    if previous is None or moved_at > previous.created_at:
        return None
    match previous.state:
        case PreviousState.FAILED | PreviousState.INTENDED:
            return None
        case PreviousState.FOUND:
            if status_tags.asked(candidacy.tags):
                return None
            return Ignore(
                "The tag that told of an earlier request is gone. Move the candidate again to ask anew."
            )
    return Ignore("A reference request was already made for this move.")


def _unexplained(candidacy: Candidacy, policy: Policy, previous: Previous | None) -> Unexplained | None:
    tags = [tag for tag in status_tags.asked(candidacy.tags) if not _explains(previous, tag)]
    if not tags:
        return None
    template = choose_template(policy.templates, candidacy.all_tags)
    return Unexplained(
        tags[0],
        email=usable_email(candidacy.emails) or "",
        job_position=_job_position(candidacy, template if isinstance(template, Template) else None),
    )


def _explains(previous: Previous | None, tag: str) -> bool:
    """Whether the requests that we know have led to this status tag."""
    match previous.state if previous else None:
        case PreviousState.OPEN:
            return True
        case PreviousState.COMPLETED:
            return tag == status_tags.COMPLETE
        case PreviousState.FAILED | PreviousState.INTENDED:
            has_report = previous is not None and previous.has_report
            disproved = previous.disproved_tag if previous else None
            return tag == disproved or (tag == status_tags.COMPLETE and has_report)
    return False


def _already_noted(moved_at: datetime, asked_at: datetime | None) -> Ignore | None:
    if asked_at is None or moved_at > asked_at:
        return None
    return Ignore("A note on the profile says that a reference request was already made for this move.")


def _already_asked(previous: Previous | None, policy: Policy, now: datetime) -> Mention | None:
    if previous is None or previous.state not in (PreviousState.OPEN, PreviousState.COMPLETED):
        return None
    if previous.state is PreviousState.OPEN:
        return Mention(
            "A Crosschq reference request is already open for this opportunity, so no second one was sent."
        )
    ended = previous.ended_at or previous.created_at
    if policy.ask_again_after is not None and now >= ended + policy.ask_again_after:
        return None
    return Mention(
        "The Crosschq report for this opportunity was completed on "
        f"{local_day_in_words(ended, policy.time_zone)}, so no new request was sent."
    )


def _not_a_candidate(candidacy: Candidacy) -> CannotSend | None:
    if candidacy.is_anonymised:
        return CannotSend("the candidate's data were anonymised in Lever.")
    if not candidacy.may_be_contacted:
        return CannotSend(
            "the candidate has not agreed to be contacted (data protection in Lever). Once they have, move them again."
        )
    if candidacy.is_archived:
        return CannotSend(
            "the opportunity is archived. Unarchive it, then move the candidate to this stage again."
        )
    if not split_name(candidacy.name)[0]:
        return CannotSend("the candidate has no name in Lever. Add one, then move the candidate again.")
    return None


def _order(candidacy: Candidacy, policy: Policy) -> CannotSend | Send:
    email = usable_email(candidacy.emails)
    if email is None:
        why = why_no_usable_email(candidacy.emails)
        return CannotSend(
            f"the candidate has no usable e-mail address{why}. Add one, then move the candidate again."
        )
    template = choose_template(policy.templates, candidacy.all_tags)
    if not isinstance(template, Template):
        return CannotSend(_why_no_template(template))
    requestor = choose_requestor(candidacy, policy.requestor_chain, policy.fallback_requestor)
    if requestor is None:
        fallback = ", nor is its fallback address usable" if policy.fallback_requestor else ""
        return CannotSend(
            "nobody can be named as requestor: neither the owner nor the others of the connection's chain are active "
            f"Lever users with a usable e-mail address{fallback}. Give the opportunity an owner, then move it again."
        )
    first_name, last_name = split_name(candidacy.name)
    posting = candidacy.posting
    manager = posting.hiring_manager if posting else None
    return Send(
        template=template,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=international_phone(candidacy.phones),
        requestor=requestor,
        job_position=_job_position(candidacy, template),
        hiring_manager=manager if manager and manager.can_be_asked else None,
    )


def _job_position(candidacy: Candidacy, template: Template | None) -> str:
    posting = candidacy.posting
    title = posting.title if posting and posting.title else template.name if template else ""
    return clean_line(title)


def _why_no_template(choice: NoTemplate | SeveralTemplates) -> str:
    if isinstance(choice, SeveralTemplates):
        names = ", ".join(f"'{name}'" for name in choice.names)
        return (
            f"several templates match: {names}. Remove all but one of their tags from the opportunity and its "
            "posting, or give the templates an order, then move the candidate again."
        )
    seen = ", ".join(f"'{without_marks(one_line(tag))}'" for tag in choice.seen) or "none"
    wanted = ", ".join(f"'{tag}'" for tag in choice.wanted) or "none is set up"
    return f"no template matches. Tags seen: {seen}. Tags wanted: {wanted}. Add one, then move the candidate again."

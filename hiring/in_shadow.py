"""What a connection in shadow mode would have done, in words for the list of deliveries. Names nobody, does nothing."""

from hiring.asked import Asked, NobodyToAsk
from hiring.candidacy import Candidacy
from hiring.decisions import CannotSend, Mention, Send, Unexplained
from hiring.due import (
    Ask,
    AskAgainLater,
    Due,
    EndContradicted,
    EndQuietly,
    EndWithoutAnswer,
    NothingDue,
    RecordOnly,
    Remind,
    Settle,
)
from hiring.notes import counts_in_words, unexplained
from hiring.outcomes import Outcome
from hiring.progress import Progress, Stage
from hiring.templates import why_this_template

BEGUN = "would have shown in Lever how a request that was sent before stands."


def move(decision: Send | CannotSend | Mention | Unexplained, candidacy: Candidacy) -> str:
    match decision:
        case Send(template=template):
            counts = counts_in_words(template.counts)
            why = why_this_template(template, candidacy)
            return f"would have sent a reference request. References asked for: {counts}. {why}"
        case CannotSend(problem):
            return cannot_send(problem)
        case Mention(text):
            return f"would have written a note: {text}"
        case Unexplained(tag):
            return f"would have written a note: {unexplained(tag)}"


def cannot_send(problem: str) -> str:
    return f"would have sent no request, and said so by tag and note: {problem}"


def news(progress: Progress, *, has_profile: bool) -> str:
    if not has_profile:
        return "would have noted how far the request is; the opportunity is gone from Lever."
    shown = f"would have shown '{progress.tag}' in Lever"
    match progress.stage:
        case Stage.COMPLETE:
            return f"{shown}, with the report's link, its PDF and a summary."
        case Stage.ENDED:
            return f"{shown}, and noted that the request ended without a report."
        case Stage.UNDER_WAY:
            return f"{shown}."


def outcome(known: Outcome, *, is_to_show: bool, cancels: bool) -> str | None:
    """None: nothing would have been done. `cancels`: an open request, as the opportunity is archived."""
    acts = ["cancelled the open reference request in Crosschq"] if cancels else []
    acts += [f"shown in Crosschq and Lever: {known.words}"] if is_to_show else []
    return f"would have {', and '.join(acts)}." if acts else None


def shown(known: Outcome) -> str:
    return f"would have shown in Crosschq and Lever: {known.words}."


def due(step: Due, whom: Asked | NobodyToAsk | None) -> str:
    """`whom` is who would be asked, or why nobody can be; None: nobody is looked for."""
    match step:
        case Ask():
            return _asked("asked", whom)
        case Remind():
            return _asked("reminded", whom)
        case AskAgainLater():
            return "would have noted that it is not decided yet, and asked again later."
        case Settle(answer):
            return f"would have brought the answer to Crosschq and Lever: {answer.outcome.words}."
        case RecordOnly(known):
            return f"would have asked nobody, as the outcome is known, and shown it: {known.words}."
        case EndWithoutAnswer():
            return "would have noted that nobody answered whether the candidate was hired."
        case EndContradicted():
            return "would have noted that the answers contradicted each other, and applied none."
        case EndQuietly(reason):
            return f"would have asked nobody: {reason.value}."
        case NothingDue(why):
            return f"would have done nothing: {why}"


def _asked(verb: str, whom: Asked | NobodyToAsk | None) -> str:
    if not isinstance(whom, Asked):
        return f"would have asked nobody. {whom.why}." if whom else "would have asked nobody."
    return f"would have {verb} {whom.role_in_words} by e-mail whether the candidate was hired."

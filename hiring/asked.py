"""Whom to ask whether the candidate was hired: the first who can be, and why those before could not. Asks nobody."""

from dataclasses import dataclass
from enum import StrEnum

from hiring.candidacy import Candidacy, Person
from hiring.requestors import RequestorRole, choose_requestor, in_role

_WORDS = {
    RequestorRole.OWNER: "the opportunity's owner",
    RequestorRole.POSTING_OWNER: "the posting's owner",
    RequestorRole.HIRING_MANAGER: "the posting's hiring manager",
}


class LetterKind(StrEnum):
    """What is sent to who is asked."""

    QUESTION = "question"
    REMINDER = "reminder"
    ONCE_MORE = "once_more"
    """The question again, because the answers contradicted each other."""


@dataclass(frozen=True)
class Asked:
    """`role` is None for the connection's fallback address. `why` is empty for the owner, and names no people."""

    name: str
    email: str
    role: RequestorRole | None
    why: str

    @property
    def role_in_words(self) -> str:
        return _WORDS[self.role] if self.role else "the address named for when nobody else can be asked"


@dataclass(frozen=True)
class NobodyToAsk:
    why: str


def whom_to_ask(candidacy: Candidacy, fallback_email: str | None) -> Asked | NobodyToAsk:
    """Owner, posting's owner, hiring manager, then the connection's fallback address."""
    passed_over: list[str] = []
    for role, words in _WORDS.items():
        if found := choose_requestor(candidacy, [role], None):
            return Asked(found.name, found.email, role, _why(passed_over))
        passed_over.append(f"{words} {_problem(in_role(candidacy, role))}")
    if fallback := choose_requestor(candidacy, [], fallback_email):
        return Asked(fallback.name, fallback.email, None, _why(passed_over))
    lacks = "names a fallback address that cannot be used" if fallback_email else "names no fallback address"
    return NobodyToAsk(_why([*passed_over, f"the connection {lacks}"]))


def _problem(person: Person | None) -> str:
    if person is None:
        return "is missing"
    if not person.is_active:
        return "is deactivated in Lever"
    return "has no usable e-mail address" if person.email else "has no e-mail address"


def _why(passed_over: list[str]) -> str:
    """One sentence without its full stop, or nothing."""
    sentence = ", ".join(passed_over)
    return sentence[:1].upper() + sentence[1:]

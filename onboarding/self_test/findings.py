"""What a check found, and how checks are run: all at once, each with a time limit, so that none hides another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from traceback import format_tb

from outbound.errors import AccessDenied, CredentialsRefused, Refused, VendorError

log = logging.getLogger(__name__)

TIME_LIMIT = 20.0
"""Seconds for each check; a page of ours answers within a minute."""

REPLACE_KEY = (
    "Put it in place of the old one: on the connection's page by 'Check and replace', "
    "or in its file, and run `crosschq-lever connect` again."
)


class Verdict(StrEnum):
    WRONG = "failed"
    NOT_SEEN = "unverified"
    """Nothing says that it works, and nothing that it does not."""
    TO_KNOW = "info"
    """Known for certain, and as somebody may want it: it does not keep all from being well."""
    OK = "passed"

    @property
    def label(self) -> str:
        """As people read it."""
        return _LABELS.get(self, self.value.capitalize())


_LABELS = {Verdict.NOT_SEEN: "Not verified yet"}


class Group(StrEnum):
    """What a finding is about, in the order in which people set things up."""

    LEVER = "Lever"
    CROSSCHQ = "Crosschq"
    WEBHOOKS = "Webhooks"
    TEMPLATES = "Templates"
    OWN = "This installation"


@dataclass(frozen=True)
class Finding:
    """`says` is a sentence, `do` another for whoever wants it otherwise; neither holds personal data or a secret."""

    group: Group
    title: str
    verdict: Verdict
    says: str
    do: str = ""


Told = tuple[Verdict, str, str]
"""What a check makes of one thing: the verdict, what it says, and what to do."""


@dataclass(frozen=True)
class Check:
    """One question; `look` answers with a finding for each thing that it is about."""

    group: Group
    title: str
    look: Callable[[], Awaitable[Sequence[Finding]]]

    def found(self, told: Told) -> Finding:
        """A finding under this check's own title."""
        return Finding(self.group, self.title, *told)


def ok(says: str, do: str = "") -> Told:
    return Verdict.OK, says, do


def wrong(says: str, do: str) -> Told:
    return Verdict.WRONG, says, do


def not_seen(says: str, do: str) -> Told:
    return Verdict.NOT_SEEN, says, do


def to_know(says: str, do: str) -> Told:
    return Verdict.TO_KNOW, says, do


def check(group: Group, title: str, look: Callable[[], Awaitable[Told]]) -> Check:
    """One that is about a single thing."""

    async def one() -> Sequence[Finding]:
        return [Finding(group, title, *await look())]

    return Check(group, title, one)


async def run(checks: Sequence[Check], time_limit: float = TIME_LIMIT) -> list[Finding]:
    """All findings, in the order of the checks; a check that fails or takes too long becomes a finding itself."""
    looks = [asyncio.wait_for(one.look(), time_limit) for one in checks]
    answers = await asyncio.gather(*looks, return_exceptions=True)
    findings: list[Finding] = []
    for one, answer in zip(checks, answers, strict=True):
        findings += [one.found(_broken(answer))] if isinstance(answer, BaseException) else answer
    return findings


def ordered(findings: Sequence[Finding]) -> dict[Group, list[Finding]]:
    """By group, the groups with wrong ones first, and in each the wrong ones first."""
    verdicts, groups = list(Verdict), list(Group)
    worst = {
        group: min((verdicts.index(one.verdict) for one in findings if one.group is group), default=None)
        for group in groups
    }
    present = [group for group in groups if worst[group] is not None]
    first = sorted(present, key=lambda group: worst[group] != verdicts.index(Verdict.WRONG))
    by_verdict = sorted(findings, key=lambda one: verdicts.index(one.verdict))
    return {group: [one for one in by_verdict if one.group is group] for group in first}


def _broken(error: BaseException) -> Told:
    match error:
        case CredentialsRefused():
            return not_seen(
                f"This could not be looked at, because {error.vendor} does not accept the key.",
                "Correct the key first, then check again.",
            )
        case AccessDenied():
            return wrong(
                f"The key may not do this: {error}.",
                f"Give the key this permission in {error.vendor}, or make another one that has it.",
            )
        case Refused():
            return wrong(f"{error.vendor} refused to answer: {error}.", "Check the connection's address.")
        case VendorError():
            return wrong(f"There was no usable answer: {error}.", "Check the address, then try again later.")
        case TimeoutError():
            return wrong("There was no answer in time.", "Check again; if it stays so, look at the network.")
    # Where, and not its message: that may quote what came from outside.
    where = "".join(format_tb(error.__traceback__))
    log.error("A check of the self-test broke with %s:\n%s", type(error).__name__, where)
    return wrong(
        f"This check itself broke ({type(error).__name__}), which says nothing about your settings.",
        "See the log of this process, and report it.",
    )

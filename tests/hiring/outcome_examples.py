"""What the three who know say of a hire, and how one word after another is kept, for the tests of outcomes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from hiring.outcomes import (
    Change,
    Confirmed,
    KnownOutcome,
    Outcome,
    OutcomePolicy,
    OutcomeSource,
    SeenOutcome,
    Unchanged,
    decide,
)

HIRED, NOT_HIRED, OPEN = Outcome.HIRED, Outcome.NOT_HIRED, Outcome.OPEN
LEVER, ANSWER, CROSSCHQ = OutcomeSource.LEVER, OutcomeSource.ANSWER, OutcomeSource.CROSSCHQ

POLICY = OutcomePolicy()
ARCHIVED_AT = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)
DAY = date(2026, 3, 20)


def seen(outcome: Outcome, source: OutcomeSource) -> SeenOutcome:
    return SeenOutcome(outcome, source, DAY if outcome is HIRED else None)


def known(outcome: Outcome, source: OutcomeSource, in_crosschq: Outcome | None = None) -> KnownOutcome:
    return KnownOutcome(outcome, source, DAY if outcome is HIRED else None, in_crosschq)


def kept(
    before: KnownOutcome | None, word: SeenOutcome, decision: Change | Unchanged, *, tells: bool = True
) -> KnownOutcome | None:
    """What is known after a decision; `tells`: Crosschq is told of each change at once."""
    after = before
    if isinstance(decision, Change):
        in_crosschq = before.in_crosschq if before else None
        after = KnownOutcome(decision.outcome, decision.source, decision.hired_on, in_crosschq)
        after = replace(after, in_crosschq=decision.outcome) if tells else after
    elif isinstance(decision, Confirmed) and before:
        after = replace(before, source=LEVER)
    if word.source is CROSSCHQ and after:
        after = replace(after, in_crosschq=word.outcome)
    return after


def story(
    words: Iterable[SeenOutcome], policy: OutcomePolicy = POLICY, before: KnownOutcome | None = None
) -> tuple[KnownOutcome | None, list[Change]]:
    """What is known in the end, and all changes on the way there."""
    changes: list[Change] = []
    for word in words:
        decision = decide(before, word, policy)
        changes += [decision] if isinstance(decision, Change) else []
        before = kept(before, word, decision)
    return before, changes

"""Decides whether a candidate counts as hired, from what Lever, the owner and Crosschq say. Tells nobody.

Lever's archive is the strongest word, then whoever spoke last. Only the outcome counts as a change: the same outcome
from somebody else, or with another day, changes nothing, so both events of one hire, repeats and echoes of our own
writes end here (lever.md 6.5, crosschq.md 5).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from typing import Self

from hiring.candidacy import Candidacy
from hiring.local_days import TIME_ZONE, local_day


class Outcome(StrEnum):
    HIRED = "hired"
    NOT_HIRED = "not_hired"
    OPEN = "open"
    """Nobody knows yet, or not any more: the opportunity was unarchived."""

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class OutcomeSource(StrEnum):
    LEVER = "lever"
    """The opportunity's archive."""
    ANSWER = "answer"
    """The answer to our question by e-mail."""
    CROSSCHQ = "crosschq"
    """Set in Crosschq by somebody there."""


@dataclass(frozen=True)
class OutcomePolicy:
    """What the admin of a connection has laid down."""

    archived_means_not_hired: bool = True
    """Archived in Lever with a reason that is no hire; False: that says nothing."""


@dataclass(frozen=True)
class KnownOutcome:
    """The outcome as we have it. `source` is LEVER as soon as Lever's archive says so too (see Confirmed)."""

    outcome: Outcome
    source: OutcomeSource
    hired_on: date | None = None
    in_crosschq: Outcome | None = None
    """What Crosschq last said or was last told; None: nothing yet. Hearing it again is no news."""

    @property
    def is_of_lever(self) -> bool:
        return self.source is OutcomeSource.LEVER and self.outcome is not Outcome.OPEN


@dataclass(frozen=True)
class SeenOutcome:
    """What one of them says now; undecided in Crosschq is OPEN. `hired_on` belongs to HIRED alone."""

    outcome: Outcome
    source: OutcomeSource
    hired_on: date | None = None

    @classmethod
    def in_lever(
        cls, candidacy: Candidacy, hired_reason_ids: Collection[str], zone: tzinfo = TIME_ZONE
    ) -> Self:
        """Hired on the day, in `zone`, on which the opportunity was archived as hired."""
        outcome = outcome_in_lever(candidacy, hired_reason_ids)
        day = local_day(candidacy.archived_at, zone) if candidacy.archived_at else None
        return cls(outcome, OutcomeSource.LEVER, day if outcome is Outcome.HIRED else None)


@dataclass(frozen=True)
class Change:
    """A new version of the outcome, which both systems are to show."""

    outcome: Outcome
    source: OutcomeSource
    hired_on: date | None
    because: str


@dataclass(frozen=True)
class Unchanged:
    """Nothing to record, and nothing to show anew."""

    reason: str


@dataclass(frozen=True)
class Confirmed(Unchanged):
    """Lever's archive now says what was known from elsewhere: LEVER becomes the source, under the same version."""


def outcome_in_lever(candidacy: Candidacy, hired_reason_ids: Collection[str]) -> Outcome:
    """`hired_reason_ids` are all archive reasons of type `hired`, inactive ones too (lever.md 7).

    Archived without a reason is OPEN: that is no word on the hire.
    """
    if not candidacy.is_archived or candidacy.archive_reason_id is None:
        return Outcome.OPEN
    return Outcome.HIRED if candidacy.archive_reason_id in hired_reason_ids else Outcome.NOT_HIRED


def decide(known: KnownOutcome | None, seen: SeenOutcome, policy: OutcomePolicy) -> Change | Unchanged:
    """`known` is None as long as nobody has said anything."""
    if seen.source is OutcomeSource.LEVER:
        return _by_lever(known, seen, policy)
    return _by_people(known, seen)


def _by_lever(known: KnownOutcome | None, seen: SeenOutcome, policy: OutcomePolicy) -> Change | Unchanged:
    said = seen.outcome
    if said is Outcome.NOT_HIRED and not policy.archived_means_not_hired:
        if known and known.is_of_lever and known.outcome is said:
            return Unchanged("It was recorded as not hired while archiving still counted.")
        said = Outcome.OPEN
    if said is Outcome.OPEN:
        return _no_word_in_lever(known)
    if known and known.outcome is said:
        reason = f"Lever's archive says {said.words}, which is known."
        return Unchanged(reason) if known.is_of_lever else Confirmed(reason)
    return Change(said, seen.source, seen.hired_on, f"Archived in Lever as {said.words}.")


def _no_word_in_lever(known: KnownOutcome | None) -> Change | Unchanged:
    if known and known.is_of_lever:
        return Change(
            Outcome.OPEN,
            OutcomeSource.LEVER,
            None,
            f"Lever's archive does not say {known.outcome.words} any more.",
        )
    return Unchanged("Lever's archive says neither hired nor not hired, and has not said so before.")


def _by_people(known: KnownOutcome | None, seen: SeenOutcome) -> Change | Unchanged:
    if seen.outcome is Outcome.OPEN:
        return Unchanged("Undecided is not an answer.")
    if known and known.outcome is seen.outcome:
        return Unchanged(f"It is known already: {seen.outcome.words}.")
    if known and seen.source is OutcomeSource.CROSSCHQ and known.in_crosschq is seen.outcome:
        return Unchanged(
            f"Crosschq has said {seen.outcome.words} before, which is older than what is known now."
        )
    if known and known.is_of_lever:
        return Unchanged(
            f"Lever's archive says {known.outcome.words}, which stands against {seen.outcome.words}."
        )
    said_in = "in Crosschq" if seen.source is OutcomeSource.CROSSCHQ else "in answer to our question"
    return Change(seen.outcome, seen.source, seen.hired_on, f"Said {said_in}: {seen.outcome.words}.")

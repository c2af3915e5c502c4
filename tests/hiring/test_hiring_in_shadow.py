"""Shadow mode says in a sentence what would be done, and names nobody."""

from datetime import datetime

import pytest

from hiring import in_shadow
from hiring.answers import Answer
from hiring.asked import NobodyToAsk, whom_to_ask
from hiring.decisions import CannotSend, Ignore, Mention, Send, decide
from hiring.due import (
    Ask,
    AskAgainLater,
    Due,
    EndContradicted,
    EndQuietly,
    EndWithoutAnswer,
    NothingDue,
    QuietReason,
    RecordOnly,
    Remind,
    Settle,
)
from hiring.outcomes import Outcome
from hiring.progress import Progress, Stage
from tests.hiring.examples import CANDIDACY, MOVED, NOW, POLICY

PEOPLE = ("Ada", "Lovelace", "ada@people.test", "Orla", "Quist", "orla@hiring.test", "Bram", "Mei")
LATER = datetime.fromisoformat("2026-03-20T09:00Z")


def names_nobody(words: str) -> bool:
    return not any(name in words for name in PEOPLE)


def test_a_move_says_which_template_and_why() -> None:
    decision = decide(CANDIDACY, POLICY, None, MOVED, NOW)
    assert isinstance(decision, Send)
    assert in_shadow.move(decision, CANDIDACY) == (
        "would have sent a reference request. References asked for: 2 managers, 1 peer. Template 'Engineers' is used, "
        "because its posting has the tag 'engineer'."
    )


@pytest.mark.parametrize("decision", [CannotSend("no template matches."), Mention("no template matches.")])
def test_a_move_that_would_lead_to_no_request_says_why(decision: CannotSend | Mention) -> None:
    assert in_shadow.move(decision, CANDIDACY).endswith(": no template matches.")
    assert not isinstance(decision, Ignore)


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        (Stage.UNDER_WAY, "would have shown 'Crosschq: 1 of 3' in Lever."),
        (Stage.COMPLETE, "'Crosschq: complete' in Lever, with the report's link, its PDF and a summary."),
        (Stage.ENDED, "'Crosschq: ended without report' in Lever, and noted"),
    ],
)
def test_news_says_what_would_be_shown(stage: Stage, says: str) -> None:
    assert says in in_shadow.news(Progress(stage, 1, 3), has_profile=True)


def test_news_of_somebody_who_is_gone_from_lever_shows_nothing() -> None:
    assert "gone from Lever" in in_shadow.news(Progress(Stage.COMPLETE, 3, 3), has_profile=False)


@pytest.mark.parametrize(
    ("is_to_show", "cancels", "says"),
    [
        (False, False, None),
        (True, False, "would have shown in Crosschq and Lever: not hired."),
        (False, True, "would have cancelled the open reference request in Crosschq."),
        (True, True, "would have cancelled the open reference request in Crosschq, and shown in"),
    ],
)
def test_an_outcome_says_what_would_follow(*, is_to_show: bool, cancels: bool, says: str | None) -> None:
    words = in_shadow.outcome(Outcome.NOT_HIRED, is_to_show=is_to_show, cancels=cancels)
    assert words == says if says is None else (words or "").startswith(says)


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (Ask(LATER, True, False), "would have asked the opportunity's owner by e-mail"),
        (Remind(LATER), "would have reminded the opportunity's owner by e-mail"),
        (AskAgainLater(LATER), "asked again later"),
        (Settle(Answer(Outcome.NOT_HIRED, LATER)), "the answer to Crosschq and Lever: not hired."),
        (RecordOnly(Outcome.NOT_HIRED), "asked nobody, as the outcome is known, and shown it: not hired."),
        (EndWithoutAnswer(), "nobody answered"),
        (EndContradicted(), "contradicted each other"),
        (EndQuietly(QuietReason.DELETED), "asked nobody: the opportunity was deleted in Lever."),
        (NothingDue("Not due."), "done nothing: Not due."),
    ],
)
def test_what_is_due_says_whom_by_their_role(step: Due, says: str) -> None:
    words = in_shadow.due(step, whom_to_ask(CANDIDACY, None))
    assert says in words
    assert names_nobody(words)


def test_where_nobody_can_be_asked_it_says_why() -> None:
    step = Ask(LATER, will_remind=True, is_once_more=False)
    assert in_shadow.due(step, NobodyToAsk("The owner is missing")).endswith("nobody. The owner is missing.")

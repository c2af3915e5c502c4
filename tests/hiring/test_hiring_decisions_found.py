"""A status tag that no request of ours explains: nobody is asked again, in any state of the last request we know."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from hiring import status_tags
from hiring.decisions import (
    Decision,
    Ignore,
    Mention,
    Previous,
    PreviousState,
    Send,
    Unexplained,
    decide,
    may_be_lost,
)
from tests.hiring.examples import MOVED, NOW, candidacy, policy

LAST_MONTH = MOVED - timedelta(days=30)
UNDER_WAY = (status_tags.SENT, "Crosschq: 1 of 3", "Crosschq: 3 of 3", status_tags.UNCONFIRMED)
ASKED = (*UNDER_WAY, status_tags.COMPLETE)
NOT_ASKED = (None, status_tags.NOT_SENT, status_tags.ENDED)
S = PreviousState

# What a new move leads to, by the last request that we know and the tag on the opportunity.
TABLE: dict[S | None, tuple[type[Decision], type[Decision], type[Decision]]] = {
    # tag:          none of an asked one | sent, n of m, unconfirmed | complete
    None: (Send, Unexplained, Unexplained),
    S.INTENDED: (Send, Unexplained, Unexplained),
    S.OPEN: (Mention, Mention, Mention),
    S.FOUND: (Send, Unexplained, Unexplained),
    S.FAILED: (Send, Unexplained, Unexplained),
    S.COMPLETED: (Send, Unexplained, Send),
    S.ENDED: (Send, Unexplained, Unexplained),
}
CASES = [
    (state, tag, expected)
    for state, (free, under_way, complete) in TABLE.items()
    for tag, expected in [
        *product(NOT_ASKED, [free]),
        *product(UNDER_WAY, [under_way]),
        (status_tags.COMPLETE, complete),
    ]
]


def _last(state: S | None, **more: object) -> Previous | None:
    known = Previous(state, LAST_MONTH, LAST_MONTH + timedelta(days=3)) if state else None
    return replace(known, **more) if known else None


def _decide(tag: str | None, last: Previous | None, **changes: object) -> Decision:
    tags = ("engineer", tag) if tag else ("engineer",)
    again = policy(ask_again_after=timedelta(days=7))
    return decide(candidacy(**{"tags": tags, **changes}), again, last, MOVED, NOW)


def test_the_table_has_every_state() -> None:
    assert set(TABLE) == {None, *S}


@pytest.mark.parametrize(("state", "tag", "expected"), CASES)
def test_a_move_by_what_we_know_and_what_the_profile_says(
    state: S | None, tag: str | None, expected: type[Decision]
) -> None:
    assert isinstance(_decide(tag, _last(state)), expected)


@pytest.mark.parametrize("tag", ASKED)
@pytest.mark.parametrize(
    "change",
    [{"is_archived": True}, {"emails": ()}, {"posting": None}, {"name": ""}, {"may_be_contacted": False}],
)
def test_what_else_is_missing_does_not_put_another_tag_in_its_place(
    tag: str, change: dict[str, object]
) -> None:
    assert isinstance(_decide(tag, None, **change), Unexplained)


def test_the_tag_of_the_posting_tells_nothing_of_the_candidate() -> None:
    shown = candidacy()
    assert shown.posting
    posting = replace(shown.posting, tags=("engineer", status_tags.SENT))
    assert isinstance(_decide(None, None, posting=posting), Send)


@pytest.mark.parametrize("state", [S.INTENDED, S.FAILED])
@pytest.mark.parametrize("tag", ASKED)
def test_a_persons_word_covers_the_tag_it_was_about_and_no_other(state: S, tag: str) -> None:
    assert isinstance(_decide(tag, _last(state, disproved_tag=tag)), Send)
    assert isinstance(_decide(tag, _last(state, disproved_tag="Crosschq: 2 of 3")), Unexplained)


@pytest.mark.parametrize("state", [S.INTENDED, S.FAILED])
def test_an_earlier_report_explains_that_it_is_complete(state: S) -> None:
    assert isinstance(_decide(status_tags.COMPLETE, _last(state, has_report=True)), Send)
    assert isinstance(_decide(status_tags.SENT, _last(state, has_report=True)), Unexplained)


def test_two_tags_are_explained_each() -> None:
    shown = candidacy(tags=(status_tags.COMPLETE, status_tags.SENT))
    again = policy(ask_again_after=timedelta(days=7))
    found = decide(shown, again, _last(S.COMPLETED), MOVED, NOW)
    assert isinstance(found, Unexplained)
    assert found.tag == status_tags.SENT


def test_the_move_during_which_it_was_found_asks_nobody_once_the_tag_is_gone() -> None:
    just_found = Previous(S.FOUND, NOW)
    assert isinstance(_decide(None, just_found), Ignore)
    assert isinstance(_decide(status_tags.SENT, just_found), Unexplained)


def test_it_can_be_recognised_by_address_and_job() -> None:
    assert _decide(status_tags.SENT, None) == Unexplained(
        status_tags.SENT, email="ada@people.test", job_position="Engineer II"
    )
    nothing = _decide(status_tags.SENT, None, emails=("odd",), posting=None, tags=(status_tags.SENT,))
    assert nothing == Unexplained(status_tags.SENT, email="", job_position="")


@pytest.mark.parametrize(("after", "expected"), [(-1, Send), (0, Ignore), (1, Ignore)])
def test_a_move_before_a_note_about_a_request_was_answered_by_it(
    after: int, expected: type[Decision]
) -> None:
    noted = MOVED + timedelta(seconds=after)
    shown = candidacy(tags=("engineer", status_tags.ENDED))
    assert isinstance(decide(shown, policy(), None, MOVED, NOW, noted), expected)


@pytest.mark.parametrize(
    ("tag", "last", "looks"),
    [
        (None, None, False),
        (status_tags.NOT_SENT, None, False),
        (status_tags.ENDED, None, True),
        (status_tags.SENT, None, True),
        (status_tags.COMPLETE, Previous(S.COMPLETED, LAST_MONTH, LAST_MONTH), True),
        (status_tags.SENT, Previous(S.OPEN, LAST_MONTH), False),
        (
            status_tags.SENT,
            Previous(S.FAILED, LAST_MONTH, LAST_MONTH, disproved_tag=status_tags.SENT),
            False,
        ),
        (
            status_tags.ENDED,
            Previous(S.FAILED, LAST_MONTH, LAST_MONTH, disproved_tag=status_tags.SENT),
            True,
        ),
    ],
)
def test_notes_are_read_only_where_a_tag_tells_of_a_request(
    tag: str | None, last: Previous | None, *, looks: bool
) -> None:
    shown = candidacy(tags=("engineer", tag) if tag else ("engineer",))
    assert may_be_lost(_decide(tag, last), shown, last) is looks

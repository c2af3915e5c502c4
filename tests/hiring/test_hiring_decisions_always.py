"""What holds for every candidacy, policy and previous request: one decision, and no request that must not go out."""

from collections import ChainMap
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from hiring import status_tags
from hiring.candidacy import Candidacy
from hiring.decisions import Decision, Policy, Previous, PreviousState, Send, decide
from tests.hiring.examples import GENERAL, GONE, LIVE, MOVED, candidacy, policy

STATUS_TAGS = (
    "Crosschq: sent",
    "Crosschq: 1 of 3",
    "Crosschq: unconfirmed",
    "Crosschq: complete",
    "Crosschq: not sent",
)
TIMES = st.sampled_from([MOVED, MOVED + timedelta(days=100), LIVE, LIVE - timedelta(days=1)])
# Few things differ from the example at a time, or nothing would ever be sent and the rules would hold for nothing.
ODD_CANDIDACIES: list[dict[str, Any]] = [
    {"name": "Ada"},
    {"name": " "},
    {"emails": ("ada@people", " a@b.test ")},
    {"emails": ()},
    {"phones": ("555 0100",)},
    {"stage_id": "stage-offer"},
    {"stage_since": None},
    {"stage_since": LIVE - timedelta(days=1)},
    {"tags": ("sales",)},
    {"owner": GONE},
    {"posting": None},
    {"posting": None, "tags": ("Engineer",)},
    {"is_archived": True},
    {"is_anonymised": True},
    {"may_be_contacted": False},
    *({"tags": ("engineer", tag)} for tag in STATUS_TAGS),
]
ODD_POLICIES: list[dict[str, Any]] = [
    {"templates": []},
    {"templates": [GENERAL]},
    {"requestor_chain": []},
    {"fallback_requestor": "talent@hiring.test"},
    {"ask_again_after": timedelta(days=30)},
    {"live_since": MOVED + timedelta(days=1)},
]


def _some(changes: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(st.sampled_from(changes), max_size=3).map(lambda chosen: dict(ChainMap(*chosen)))


CANDIDACIES = _some(ODD_CANDIDACIES).map(lambda changes: candidacy(**changes))
POLICIES = _some(ODD_POLICIES).map(lambda changes: policy(**changes))
PREVIOUS = st.none() | st.builds(
    Previous,
    st.sampled_from(PreviousState),
    TIMES,
    st.none() | TIMES,
    has_report=st.booleans(),
    disproved_tag=st.none() | st.sampled_from(STATUS_TAGS),
)
SITUATIONS = st.tuples(CANDIDACIES, POLICIES, PREVIOUS, TIMES, TIMES)
Situation = tuple[Candidacy, Policy, Previous | None, datetime, datetime]


@pytest.mark.parametrize("kind", get_args(Decision))
def test_every_kind_of_decision_is_among_the_situations(kind: type[Decision]) -> None:
    plenty = settings(max_examples=2000)
    assert find(SITUATIONS, lambda situation: isinstance(decide(*situation), kind), settings=plenty)


@given(SITUATIONS)
def test_there_is_always_exactly_one_decision(situation: Situation) -> None:
    assert type(decide(*situation)) in get_args(Decision)


@given(SITUATIONS)
def test_nothing_is_sent_for_whom_nothing_may_be_sent(situation: Situation) -> None:
    shown, rules, last, moved_at, _ = situation
    if isinstance(decide(*situation), Send):
        assert not shown.is_archived
        assert not shown.is_anonymised
        assert shown.may_be_contacted
        assert shown.stage_id in rules.trigger_stages
        assert max(moved_at, shown.stage_since or moved_at) >= rules.live_since
        assert last is None or last.state is not PreviousState.OPEN
        if last is None or last.state in (PreviousState.ENDED, PreviousState.FOUND):
            assert not status_tags.asked(shown.tags)


@given(SITUATIONS)
def test_what_is_sent_is_complete(situation: Situation) -> None:
    shown, rules, *_ = situation
    order = decide(*situation)
    if isinstance(order, Send):
        assert order.first_name
        assert order.last_name
        assert order.email in [email.strip() for email in shown.emails]
        assert order.requestor.email
        assert order.job_position
        assert order.template in rules.templates

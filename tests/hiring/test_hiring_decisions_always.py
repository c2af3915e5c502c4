"""What holds for every candidacy, policy and previous request: one decision, and no request that must not go out."""

from datetime import datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from hiring.candidacy import Candidacy
from hiring.decisions import Decision, Policy, Previous, PreviousState, Send, decide
from hiring.requestors import RequestorRole
from tests.hiring.examples import (
    ENGINEERS,
    GENERAL,
    GONE,
    LIVE,
    MOVED,
    OWNER,
    POSTING,
    SALES,
    STAGE,
    candidacy,
    policy,
)

TIMES = st.sampled_from([LIVE - timedelta(days=1), LIVE, MOVED, MOVED + timedelta(days=100)])
TAGS = st.lists(st.sampled_from(["engineer", "Sales", "remote", ""]), max_size=3).map(tuple)
CANDIDACIES = st.builds(
    candidacy,
    name=st.sampled_from(["Ada Lovelace", "", "Ada"]) | st.text(max_size=20),
    emails=st.lists(st.sampled_from(["ada@people.test", "ada@people", ""]) | st.text(max_size=9), max_size=2),
    phones=st.lists(st.text(max_size=9), max_size=1),
    stage_id=st.sampled_from([STAGE, "stage-offer"]),
    stage_since=st.none() | TIMES,
    tags=TAGS,
    owner=st.sampled_from([None, OWNER, GONE]),
    posting=st.sampled_from([None, POSTING]),
    is_archived=st.booleans(),
    is_anonymised=st.booleans(),
)
POLICIES = st.builds(
    policy,
    templates=st.lists(st.sampled_from([ENGINEERS, SALES, GENERAL]), max_size=3),
    requestor_chain=st.lists(st.sampled_from(RequestorRole), max_size=3),
    fallback_requestor=st.sampled_from([None, "talent@hiring.test"]),
    ask_again_after=st.sampled_from([None, timedelta(days=30)]),
)
PREVIOUS = st.none() | st.builds(Previous, st.sampled_from(PreviousState), TIMES, st.none() | TIMES)


@given(CANDIDACIES, POLICIES, PREVIOUS, TIMES, TIMES)
def test_there_is_always_exactly_one_decision(
    shown: Candidacy, rules: Policy, last: Previous | None, moved_at: datetime, now: datetime
) -> None:
    assert type(decide(shown, rules, last, moved_at, now)) in get_args(Decision)


@given(CANDIDACIES, POLICIES, PREVIOUS, TIMES, TIMES)
def test_nothing_is_sent_for_whom_nothing_may_be_sent(
    shown: Candidacy, rules: Policy, last: Previous | None, moved_at: datetime, now: datetime
) -> None:
    if isinstance(decide(shown, rules, last, moved_at, now), Send):
        assert not shown.is_archived
        assert not shown.is_anonymised
        assert shown.stage_id in rules.trigger_stages
        assert moved_at >= rules.live_since or (shown.stage_since or moved_at) >= rules.live_since
        assert last is None or last.state is not PreviousState.OPEN


@given(CANDIDACIES, POLICIES, PREVIOUS, TIMES, TIMES)
def test_what_is_sent_is_complete(
    shown: Candidacy, rules: Policy, last: Previous | None, moved_at: datetime, now: datetime
) -> None:
    order = decide(shown, rules, last, moved_at, now)
    if isinstance(order, Send):
        assert order.first_name
        assert order.last_name
        assert order.email in [email.strip() for email in shown.emails]
        assert order.requestor.email
        assert order.job_position
        assert order.template in rules.templates

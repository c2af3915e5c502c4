"""What a move to the stage leads to: a test for each rule, and for what goes wrong as docs/architecture.md lists it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hiring.candidacy import Person, Template
from hiring.decisions import CannotSend, Decision, Ignore, Send, decide
from tests.hiring.examples import (
    ENGINEERS,
    GENERAL,
    GONE,
    LIVE,
    MANAGER,
    MOVED,
    NOW,
    OWNER,
    POSTING,
    SALES,
    candidacy,
    policy,
)

BOTH = ("engineer", "sales")


def _decide(**changes: object) -> Decision:
    return decide(candidacy(**changes), policy(), None, MOVED, NOW)


def _sent(decision: Decision) -> Send:
    assert isinstance(decision, Send)
    return decision


def _problem(decision: Decision) -> str:
    assert isinstance(decision, CannotSend)
    return decision.problem


def test_a_move_to_the_trigger_stage_sends_everything_crosschq_needs() -> None:
    order = _sent(_decide())
    assert (order.first_name, order.last_name) == ("Ada", "Lovelace")
    assert (order.email, order.phone) == ("ada@people.test", "+4755501234")
    assert (order.template, order.job_position) == (ENGINEERS, "Engineer II")
    assert (order.requestor.email, order.hiring_manager) == ("orla@hiring.test", MANAGER)


def test_another_stage_is_left_alone_and_named() -> None:
    decision = _decide(stage_id="stage-offer", stage_name="Offer")
    assert decision == Ignore("The candidate is in stage 'Offer' now, which is not a trigger stage.")


def test_any_of_several_trigger_stages_counts() -> None:
    stages = policy(trigger_stages=["stage-a", "stage-offer"])
    assert isinstance(decide(candidacy(stage_id="stage-offer"), stages, None, MOVED, NOW), Send)


def test_a_move_before_going_live_is_left_alone() -> None:
    before = LIVE - timedelta(seconds=1)
    decision = decide(candidacy(stage_since=before), policy(), None, before, NOW)
    assert isinstance(decision, Ignore)
    assert "01 January 2026, 00:00 UTC" in decision.reason


def test_a_move_at_the_moment_of_going_live_counts() -> None:
    assert isinstance(decide(candidacy(stage_since=LIVE), policy(), None, LIVE, NOW), Send)


def test_a_late_webhook_of_an_old_move_counts_when_the_candidate_came_back_since() -> None:
    decision = decide(candidacy(stage_since=MOVED), policy(), None, LIVE - timedelta(days=1), NOW)
    assert isinstance(decision, Send)


def test_a_signed_move_since_then_counts_where_levers_history_is_behind() -> None:
    before = LIVE - timedelta(days=1)
    assert isinstance(decide(candidacy(stage_since=before), policy(), None, MOVED, NOW), Send)


def test_where_lever_does_not_say_since_when_the_webhook_counts() -> None:
    before = LIVE - timedelta(seconds=1)
    assert isinstance(decide(candidacy(stage_since=None), policy(), None, before, NOW), Ignore)
    assert isinstance(decide(candidacy(stage_since=None), policy(), None, MOVED, NOW), Send)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_archived": True}, "archived"),
        ({"is_anonymised": True, "name": "", "emails": ()}, "anonymised"),
        ({"may_be_contacted": False}, "not agreed to be contacted"),
        ({"name": " , "}, "no name"),
        ({"emails": ()}, "no usable e-mail address. Add one"),
        (
            {"emails": ("ada@peo\u200bple.test",)},
            "no usable e-mail address: the one there has an invisible character (U+200B, zero width space) in place 8.",
        ),
        ({"emails": ("ada", "bram@people")}, "no usable e-mail address: the first one there has no @."),
        ({"emails": ("ada@people", "ada@people.test, bram@people.test")}, "no usable e-mail address"),
        ({"owner": None, "posting": replace(POSTING, owner=None)}, "requestor"),
        ({"owner": GONE, "posting": replace(POSTING, owner=GONE)}, "requestor"),
    ],
)
def test_what_a_recruiter_must_put_right_first_is_said(change: dict[str, object], words: str) -> None:
    assert words in _problem(_decide(**change))


@pytest.mark.parametrize(
    "email", ["\u200bada@people.test\u00a0", "mailto:ada@people.test", "Ada <ada@people.test>;"]
)
def test_an_address_is_sent_without_what_copying_left_around_it(email: str) -> None:
    order = _decide(emails=(email,), owner=replace(OWNER, email=f"\u2060{OWNER.email}\u180e"))
    assert isinstance(order, Send)
    assert (order.email, order.requestor.email) == ("ada@people.test", OWNER.email)


def test_no_template_names_the_tags_seen_and_the_tags_wanted() -> None:
    problem = _problem(_decide(tags=("remote",), posting=replace(POSTING, tags=("oslo",))))
    assert "Tags seen: 'remote', 'oslo'." in problem
    assert "Tags wanted: 'engineer', 'sales'." in problem


def test_no_template_without_any_tags_says_so() -> None:
    nothing = policy(templates=[])
    problem = _problem(decide(candidacy(posting=replace(POSTING, tags=())), nothing, None, MOVED, NOW))
    assert "Tags seen: none. Tags wanted: none is set up." in problem


def test_the_fallback_template_is_used_where_no_tag_matches() -> None:
    rules = policy(templates=[ENGINEERS, GENERAL])
    untagged = candidacy(posting=replace(POSTING, tags=()))
    assert _sent(decide(untagged, rules, None, MOVED, NOW)).template is GENERAL


@pytest.mark.parametrize(
    ("own", "inherited", "template"),
    [(("sales",), (), SALES), ((), ("sales",), SALES), (("sales",), ("sales",), SALES)],
)
def test_the_opportunitys_tags_and_its_postings_count_alike(
    own: tuple[str, ...], inherited: tuple[str, ...], template: Template
) -> None:
    order = _sent(_decide(tags=own, posting=replace(POSTING, tags=inherited)))
    assert order.template is template


def test_two_templates_without_an_order_send_none_and_are_both_named() -> None:
    assert "several templates match: 'Engineers', 'Sales'." in _problem(_decide(tags=BOTH))


def test_two_templates_in_the_admins_order_send_the_first() -> None:
    ordered = policy(templates=[replace(ENGINEERS, position=2), replace(SALES, position=1)])
    assert _sent(decide(candidacy(tags=BOTH), ordered, None, MOVED, NOW)).template.name == "Sales"


def test_a_one_word_name_is_sent_with_a_dash() -> None:
    order = _sent(_decide(name="Ada"))
    assert (order.first_name, order.last_name) == ("Ada", "-")


def test_an_odd_phone_number_is_left_out_and_the_request_still_goes_out() -> None:
    assert _sent(_decide(phones=("call after 6 pm, (0)22/55-01 ext. 7",))).phone is None


def test_without_a_posting_the_template_names_the_job() -> None:
    order = _sent(_decide(posting=None, tags=("engineer",)))
    assert (order.job_position, order.hiring_manager) == ("Engineers", None)


def test_a_posting_without_a_title_leaves_the_name_to_the_template() -> None:
    assert _sent(_decide(posting=replace(POSTING, title=""))).job_position == "Engineers"


@pytest.mark.parametrize("manager", [None, GONE, replace(MANAGER, email=None), replace(MANAGER, email="m@h")])
def test_a_hiring_manager_who_cannot_be_asked_is_left_out(manager: Person | None) -> None:
    assert _sent(_decide(posting=replace(POSTING, hiring_manager=manager))).hiring_manager is None


def test_without_an_owner_the_postings_owner_asks_and_then_the_fallback() -> None:
    assert _sent(_decide(owner=None)).requestor.email == "bram@hiring.test"
    rules = policy(fallback_requestor="talent@hiring.test")
    nobody = candidacy(owner=None, posting=replace(POSTING, owner=None))
    assert _sent(decide(nobody, rules, None, MOVED, NOW)).requestor.email == "talent@hiring.test"

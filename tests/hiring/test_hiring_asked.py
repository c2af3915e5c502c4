"""Who is asked whether the candidate was hired, and what is said of those who could not be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.asked import Asked, NobodyToAsk, whom_to_ask
from hiring.candidacy import Person
from hiring.requestors import RequestorRole
from tests.hiring.examples import GONE, MANAGER, OWNER, POSTING, POSTING_OWNER, candidacy

TALENT = "talent@hiring.test"
NOBODYS = replace(POSTING, owner=None, hiring_manager=None)
PEOPLE = st.sampled_from([None, GONE, OWNER, replace(OWNER, email=None), replace(OWNER, email="orla")])


def test_the_owner_is_asked_first_and_needs_no_reason() -> None:
    assert whom_to_ask(candidacy(), TALENT) == Asked(
        "Orla Quist", "orla@hiring.test", RequestorRole.OWNER, ""
    )


@pytest.mark.parametrize(
    ("owner", "why"),
    [
        (None, "The opportunity's owner is missing"),
        (GONE, "The opportunity's owner is deactivated in Lever"),
        (replace(OWNER, email=None), "The opportunity's owner has no e-mail address"),
        (replace(OWNER, email=""), "The opportunity's owner has no e-mail address"),
        (replace(OWNER, email="orla"), "The opportunity's owner has no usable e-mail address"),
    ],
)
def test_the_postings_owner_is_next_and_reads_why(owner: Person | None, why: str) -> None:
    asked = whom_to_ask(candidacy(owner=owner), TALENT)
    assert asked == Asked("Bram Ode", "bram@hiring.test", RequestorRole.POSTING_OWNER, why)


def test_the_hiring_manager_is_asked_before_the_fallback_address() -> None:
    unowned = candidacy(owner=GONE, posting=replace(POSTING, owner=None))
    asked = whom_to_ask(unowned, TALENT)
    assert isinstance(asked, Asked)
    assert (asked.email, asked.role) == (MANAGER.email, RequestorRole.HIRING_MANAGER)
    assert asked.why == "The opportunity's owner is deactivated in Lever, the posting's owner is missing"


@pytest.mark.parametrize("posting", [None, NOBODYS])
def test_the_fallback_address_is_last(posting: object) -> None:
    asked = whom_to_ask(candidacy(owner=None, posting=posting), TALENT)
    assert isinstance(asked, Asked)
    assert (asked.name, asked.email, asked.role) == (TALENT, TALENT, None)
    assert asked.why.endswith("the posting's owner is missing, the posting's hiring manager is missing")


def test_without_a_fallback_address_nobody_is_asked() -> None:
    nobody = whom_to_ask(candidacy(owner=None, posting=None), None)
    assert isinstance(nobody, NobodyToAsk)
    assert nobody.why.endswith("the connection names no fallback address")


@given(PEOPLE, PEOPLE, PEOPLE, st.sampled_from([None, TALENT]))
def test_nobody_is_asked_who_cannot_be_and_no_reason_names_people(
    owner: Person | None, posting_owner: Person | None, manager: Person | None, fallback: str | None
) -> None:
    posting = replace(POSTING, owner=posting_owner, hiring_manager=manager)
    asked = whom_to_ask(candidacy(owner=owner, posting=posting), fallback)
    able = [one.email for one in (owner, posting_owner, manager) if one and one.can_be_asked] + [fallback]
    assert (asked.email if isinstance(asked, Asked) else None) == able[0]
    assert not any(word in asked.why for word in ("Orla", "Gil", "@"))


def test_the_posting_owner_stays_who_they_are() -> None:
    asked = whom_to_ask(candidacy(owner=None), None)
    assert isinstance(asked, Asked)
    assert (asked.name, asked.role_in_words) == (POSTING_OWNER.name, "the posting's owner")


def test_a_fallback_address_that_cannot_be_used_is_told() -> None:
    nobody = whom_to_ask(candidacy(owner=None, posting=None), "tal ent@hiring.test")
    assert isinstance(nobody, NobodyToAsk)
    assert nobody.why.endswith("the connection names a fallback address that cannot be used")

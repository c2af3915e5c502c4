"""The request is made in the name of the first of the chain who can be asked."""

from dataclasses import replace

import pytest

from hiring.candidacy import Person
from hiring.requestors import RequestorRole, choose_requestor
from tests.hiring.examples import GONE, OWNER, POSTING, POSTING_OWNER, candidacy

OWNER_FIRST = [RequestorRole.OWNER, RequestorRole.POSTING_OWNER, RequestorRole.HIRING_MANAGER]


@pytest.mark.parametrize(
    ("chain", "email"),
    [
        (OWNER_FIRST, "orla@hiring.test"),
        ([RequestorRole.POSTING_OWNER, RequestorRole.OWNER], "bram@hiring.test"),
        ([RequestorRole.HIRING_MANAGER], "mei@hiring.test"),
    ],
)
def test_the_admins_order_decides(chain: list[RequestorRole], email: str) -> None:
    assert choose_requestor(candidacy(), chain, None) == email


@pytest.mark.parametrize(
    "owner", [None, GONE, replace(OWNER, email=None), replace(OWNER, email=""), replace(OWNER, email="orla")]
)
def test_who_cannot_be_asked_is_passed_over(owner: Person | None) -> None:
    assert choose_requestor(candidacy(owner=owner), OWNER_FIRST, None) == POSTING_OWNER.email


def test_without_a_posting_only_the_owner_and_the_fallback_are_left() -> None:
    lead = candidacy(owner=None, posting=None)
    assert choose_requestor(lead, OWNER_FIRST, "talent@hiring.test") == "talent@hiring.test"
    assert choose_requestor(lead, OWNER_FIRST, None) is None


def test_the_fallback_is_last() -> None:
    nobody = candidacy(owner=GONE, posting=replace(POSTING, owner=None, hiring_manager=None))
    assert choose_requestor(nobody, OWNER_FIRST, "talent@hiring.test") == "talent@hiring.test"
    assert choose_requestor(candidacy(), OWNER_FIRST, "talent@hiring.test") == OWNER.email

"""The request is made in the name of the first of the chain who can be asked."""

from dataclasses import replace

import pytest

from hiring.candidacy import Person
from hiring.requestors import Requestor, RequestorRole, choose_requestor
from tests.hiring.examples import GONE, MANAGER, OWNER, POSTING, POSTING_OWNER, candidacy

OWNER_FIRST = [RequestorRole.OWNER, RequestorRole.POSTING_OWNER, RequestorRole.HIRING_MANAGER]
TALENT = "talent@hiring.test"


def _chosen(chosen: Requestor | None) -> str | None:
    return chosen.email if chosen else None


@pytest.mark.parametrize(
    ("chain", "person"),
    [
        (OWNER_FIRST, OWNER),
        ([RequestorRole.POSTING_OWNER, RequestorRole.OWNER], POSTING_OWNER),
        ([RequestorRole.HIRING_MANAGER], MANAGER),
    ],
)
def test_the_admins_order_decides(chain: list[RequestorRole], person: Person) -> None:
    assert choose_requestor(candidacy(), chain, None) == Requestor(person.name, person.email or "")


@pytest.mark.parametrize(
    "owner", [None, GONE, replace(OWNER, email=None), replace(OWNER, email=""), replace(OWNER, email="orla")]
)
def test_who_cannot_be_asked_is_passed_over(owner: Person | None) -> None:
    assert _chosen(choose_requestor(candidacy(owner=owner), OWNER_FIRST, None)) == POSTING_OWNER.email


@pytest.mark.parametrize("written", ["\u200b{}\u00a0", "mailto:{}", "Orla <{}>", "{};", "\u202a{}\u202c"])
def test_owners_and_the_fallback_are_cleaned_alike(written: str) -> None:
    owner = replace(OWNER, email=written.format(OWNER.email))
    assert _chosen(choose_requestor(candidacy(owner=owner), OWNER_FIRST, None)) == OWNER.email
    assert _chosen(choose_requestor(candidacy(), [], written.format(TALENT))) == TALENT


def test_a_fallback_that_is_no_address_is_none() -> None:
    assert choose_requestor(candidacy(), [], "tal\u200bent@hiring.test") is None


def test_without_a_posting_only_the_owner_and_the_fallback_are_left() -> None:
    lead = candidacy(owner=None, posting=None)
    assert _chosen(choose_requestor(lead, OWNER_FIRST, TALENT)) == TALENT
    assert choose_requestor(lead, OWNER_FIRST, None) is None


def test_the_fallback_is_last() -> None:
    nobody = candidacy(owner=GONE, posting=replace(POSTING, owner=None, hiring_manager=None))
    assert _chosen(choose_requestor(nobody, OWNER_FIRST, TALENT)) == TALENT
    assert _chosen(choose_requestor(candidacy(), OWNER_FIRST, TALENT)) == OWNER.email


def test_a_requestor_without_a_name_is_called_by_the_address() -> None:
    nameless = candidacy(owner=replace(OWNER, name=""))
    assert choose_requestor(nameless, OWNER_FIRST, None) == Requestor("orla@hiring.test", "orla@hiring.test")

"""Which opportunity somebody means who pastes an address."""

import pytest

from lever.links import opportunity_in

ID = "250d8f03-738a-4bba-a671-8a3d73477145"


@pytest.mark.parametrize(
    "pasted",
    [
        ID,
        f"\u200b {ID}\u00a0",
        f"https://hire.lever.co/candidates/{ID}",
        f"\ufeffhttps://hire.lever.co/candidates/{ID}/?stage=x#notes\u2060",
    ],
)
def test_an_id_is_found_however_it_was_pasted(pasted: str) -> None:
    assert opportunity_in(pasted) == ID


@pytest.mark.parametrize("pasted", ["", "http://[", "https://[::1", "Ana Costa"])
def test_what_is_no_address_stays_as_it_is(pasted: str) -> None:
    assert opportunity_in(pasted) == pasted

"""A prospect's data in the store: encrypted, the same when opened, and found by its e-mail however it is written."""

from datetime import UTC, datetime
from json import dumps
from traceback import format_exception

import pytest
from cryptography.fernet import Fernet

from hiring.prospects import Prospect
from store.sealed_prospects import email_index, seal, unseal
from store.vault import Vault, VaultError

PROSPECT = Prospect(
    id="pr_1",
    is_active=True,
    name="Ottoline Vesterby",
    email="ottoline@people.test",
    phone="+47 400 00 001",
    headline="Engineer, Fjordlys",
    location="Oslo",
    links=("https://people.test/ottoline",),
    tags=("backend",),
    job_function="software-engineer",
    opted_in_on=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    updated_on=None,
)


def test_a_prospect_is_the_same_when_it_is_opened(vault: Vault) -> None:
    assert unseal(vault, seal(vault, PROSPECT)) == PROSPECT


def test_nothing_of_it_lies_open(vault: Vault) -> None:
    sealed = seal(vault, PROSPECT)
    assert b"ottoline" not in sealed.lower()
    with pytest.raises(VaultError):
        unseal(Vault([Fernet.generate_key().decode()]), sealed)


def test_what_is_kept_in_another_shape_is_told_without_whose_it_is(vault: Vault) -> None:
    with pytest.raises(VaultError) as told:
        unseal(vault, vault.seal(dumps({"id": PROSPECT.id, "name": PROSPECT.name})))
    assert PROSPECT.name not in "".join(format_exception(told.value))


def test_an_address_is_found_in_any_case_and_with_blanks_around(vault: Vault) -> None:
    assert email_index(vault, " Ottoline@People.test\n") == email_index(vault, "ottoline@people.test")
    assert email_index(vault, "ottoline@people.test") != email_index(vault, "otto@people.test")

"""What is sealed opens under every key that is still here, and under no other."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from store.vault import Vault, VaultError, fingerprint, named_key
from tests.factories import vault_of

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
WRITABLE = st.text(alphabet=st.characters(codec="utf-8"))


@given(WRITABLE, st.lists(WRITABLE))
def test_what_was_sealed_opens_as_it_was(text: str, values: list[str]) -> None:
    vault = Vault([NEW])
    assert vault.open(vault.seal(text)) == text
    assert vault.open_list(vault.seal_list(values)) == values


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    vault = Vault([NEW])
    assert vault.seal("lever-key") != vault.seal("lever-key")


def test_after_a_rotation_old_seals_open_and_new_ones_need_the_new_key() -> None:
    before, rotated = Vault([OLD]), Vault([NEW, OLD])
    assert rotated.open(before.seal("lever-key")) == "lever-key"
    assert Vault([NEW]).open(rotated.seal("lever-key")) == "lever-key"
    with pytest.raises(VaultError):
        before.open(rotated.seal("lever-key"))


def test_a_dropped_key_is_named_as_the_cause_with_what_to_do() -> None:
    with pytest.raises(VaultError, match="add the old key at its end, or run `crosschq-lever connect FILE`"):
        Vault([NEW]).open(Vault([OLD]).seal("lever-key"))


@pytest.mark.parametrize("at", [0, 9, 30, -1])
def test_a_changed_seal_does_not_open(at: int) -> None:
    vault = Vault([NEW])
    sealed = bytearray(vault.seal("lever-key"))
    sealed[at] ^= 1
    with pytest.raises(VaultError) as refused:
        vault.open(bytes(sealed))
    assert "lever-key" not in str(refused.value)


@pytest.mark.parametrize("setting", ["", "  ", ",", " , "])
def test_without_a_key_nothing_starts(setting: str) -> None:
    with pytest.raises(VaultError, match="set CROSSCHQ_LEVER_SECRET_KEYS"):
        Vault.from_setting(setting)


@pytest.mark.parametrize("bad", ["short", OLD[:-4], "A" * 48, "é" * 44, "not base64 at all!"])
def test_a_malformed_key_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(VaultError, match="no Fernet key") as refused:
        Vault.from_setting(f"{NEW},{bad}")
    assert bad not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_the_setting_holds_keys_newest_first_with_blanks_around() -> None:
    both = Vault.from_setting(f" {NEW} ,\n{OLD}, ")
    assert both.open(Vault([OLD]).seal("a")) == "a"
    assert Vault([NEW]).open(both.seal("b")) == "b"


def test_equal_addresses_have_equal_indexes_whatever_their_case_and_blanks() -> None:
    vault = vault_of(NEW)
    assert vault.blind_index(" Ada@People.test ") == vault.blind_index("ada@people.test")
    assert vault.blind_index("ada@people.test") != vault.blind_index("bram@people.test")


def test_an_index_cannot_be_made_without_the_lasting_key() -> None:
    assert vault_of(NEW).blind_index("ada@people.test") != vault_of(OLD).blind_index("ada@people.test")
    with pytest.raises(VaultError, match="not been read from the database yet"):
        Vault([NEW]).blind_index("ada@people.test")


def test_an_index_is_the_same_whatever_secret_keys_there_are() -> None:
    ring = Vault([OLD]).derived_ring()
    stored = Vault([OLD], ring).blind_index("ada@people.test")
    assert Vault([NEW], ring).blind_index("ada@people.test") == stored


def test_what_is_sealed_names_its_key_and_what_an_earlier_release_sealed_opens_as_well() -> None:
    vault = Vault([NEW, OLD])
    earlier = Fernet(OLD).encrypt(b"lever-key")
    assert vault.open(earlier) == "lever-key"
    assert (named_key(earlier), vault.key_of(earlier)) == (None, fingerprint(OLD))
    assert (named_key(vault.seal("a")), vault.key_of(vault.seal("a"))) == (fingerprint(NEW), fingerprint(NEW))


def test_the_missing_key_is_named_by_its_fingerprint() -> None:
    with pytest.raises(VaultError, match=f"under the key {fingerprint(OLD)}, which"):
        Vault([NEW]).open(Vault([OLD]).seal("lever-key"))


@pytest.mark.parametrize("mark", [b"k", b"k\xff\xff\xff", b"kzzzzzzzz", f"k{fingerprint(NEW)}".encode()])
def test_a_mark_with_nothing_behind_it_does_not_open(mark: bytes) -> None:
    with pytest.raises(VaultError):
        Vault([NEW]).open(mark)

"""A link says no more than which question, holds as long as its key and its lifetime, and cannot be changed."""

import base64
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from mail.links import AnswerLinks, Link, LinkExpired, NotOurLink
from store.vault import Vault
from tests.factories import vault_of
from tests.pages.owner import NOW, Clock

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
LINK = Link(17, 3)


def links(*keys: str, clock: Clock | None = None, **options: timedelta) -> AnswerLinks:
    return AnswerLinks.from_vault(vault_of(*keys), clock or Clock(), **options)


@given(st.integers(1, 2**63 - 1), st.integers(1, 2**31 - 1))
def test_a_link_reads_as_it_was_made(follow_up_id: int, generation: int) -> None:
    link = Link(follow_up_id, generation)
    assert links(NEW).read(links(NEW).token(link)) == link


def test_a_token_holds_two_numbers_and_the_time_alone() -> None:
    payload, made_at, _ = links(NEW).token(LINK).split(".")
    assert base64.urlsafe_b64decode(payload + "==") == b"[17,3]"
    assert int.from_bytes(base64.urlsafe_b64decode(made_at + "==")) == NOW.timestamp()


def test_a_link_for_a_mail_is_short_and_begins_with_the_public_address() -> None:
    url = links(NEW).url("https://references.test/crosschq/", LINK)
    assert url.startswith("https://references.test/crosschq/answer/")
    # A line of a mail that is longer may be broken.
    assert len(url) < 120


@pytest.mark.parametrize("readers", [(NEW, OLD), (OLD,)])
def test_after_a_rotation_the_links_of_an_old_key_that_is_kept_still_work(readers: tuple[str, ...]) -> None:
    assert links(*readers).read(links(OLD).token(LINK)) == LINK


def test_the_newest_key_signs() -> None:
    assert links(NEW).read(links(NEW, OLD).token(LINK)) == LINK


def test_removing_a_lasting_key_revokes_what_it_signed() -> None:
    with pytest.raises(NotOurLink):
        links(NEW).read(links(OLD).token(LINK))


def test_a_link_expires_with_its_lifetime() -> None:
    clock = Clock()
    short = links(NEW, clock=clock, lifetime=timedelta(hours=1))
    token = short.token(LINK)
    clock.advance(hours=1)
    assert short.read(token) == LINK
    clock.advance(seconds=1)
    with pytest.raises(LinkExpired):
        short.read(token)


def test_a_link_made_by_a_clock_ahead_of_ours_works() -> None:
    ahead = Clock(NOW + timedelta(minutes=5))
    assert links(NEW).read(links(NEW, clock=ahead).token(LINK)) == LINK


@given(st.data())
def test_a_token_with_any_character_changed_is_not_ours(data: st.DataObject) -> None:
    token = links(NEW).token(LINK)
    # The last character's low bits are padding: two spellings of one signature.
    at = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.characters(codec="utf-8", exclude_characters=token[at]))
    with pytest.raises(NotOurLink):
        links(NEW).read(token[:at] + other + token[at + 1 :])


@given(st.text())
def test_whatever_is_no_token_is_not_ours(text: str) -> None:
    with pytest.raises(NotOurLink):
        links(NEW).read(text)


@pytest.mark.parametrize("junk", ["!", "=", "%", " ", "\n", "?", "é"])
def test_junk_around_or_within_a_token_is_not_overlooked(junk: str) -> None:
    token = links(NEW).token(LINK)
    for spoilt in (token + junk, junk + token, token[:-5] + junk + token[-5:]):
        with pytest.raises(NotOurLink):
            links(NEW).read(spoilt)


def test_signing_keys_differ_by_purpose_and_are_no_seals() -> None:
    vault = Vault([NEW, OLD])
    keys = vault.signing_keys("answer pages")
    assert keys == Vault([NEW]).signing_keys("answer pages") + Vault([OLD]).signing_keys("answer pages")
    assert not set(keys) & set(vault.signing_keys("admin pages"))
    assert {len(key) for key in keys} == {32}

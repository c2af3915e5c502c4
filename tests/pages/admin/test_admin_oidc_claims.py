"""Claims in other JSON types than they should be: what counts, and a refusal that names claim, type and whose clock."""

import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.admin.oidc_account import Account
from pages.admin.oidc_tokens import NotTrusted
from settings import Settings
from store.database import Database
from tests.pages.admin.office import Office, open_office, provider_at, with_oidc
from tests.pages.admin.provider import CLIENT_ID

ASSUME = "CROSSCHQ_LEVER_OIDC_ASSUME_VERIFIED"


@pytest.fixture
async def office(database: Database, settings: Settings) -> AsyncIterator[Office]:
    async with open_office(with_oidc(settings), provider_at()) as office:
        yield office


@pytest.fixture
async def trusting(database: Database, settings: Settings) -> AsyncIterator[Office]:
    """With the setting for a provider that says nothing of being verified."""
    async with open_office(with_oidc(settings, oidc_assume_verified=True), provider_at()) as office:
        yield office


@pytest.mark.parametrize("said", [True, "true", "True", "TRUE", " true "])
async def test_an_address_that_is_said_to_be_verified_counts(office: Office, said: object) -> None:
    office.provider.claims = {"email_verified": said}
    assert (await office.sign_in()).status_code == 200
    assert "/userinfo" not in office.provider.asked


@pytest.mark.parametrize("place", ["the ID token", "userinfo"])
@pytest.mark.parametrize(
    ("said", "told"),
    [
        (False, "email_verified is false"),
        ("false", "email_verified is false"),
        ("False", "email_verified is false"),
        (1, "claim email_verified is a number"),
        (1.0, "claim email_verified is a number"),
        (0, "claim email_verified is a number"),
        ("1", "claim email_verified is a text other than true or false"),
        ("yes", "claim email_verified is a text other than true or false"),
        ("", "claim email_verified is a text other than true or false"),
        ([True], "claim email_verified is a list"),
        ({"value": True}, "claim email_verified is an object"),
    ],
)
async def test_any_other_verdict_is_refused_and_named(
    trusting: Office, caplog: pytest.LogCaptureFixture, place: str, said: object, told: str
) -> None:
    if place == "userinfo":
        trusting.provider.is_thin = True
        trusting.provider.userinfo = {"email_verified": said}
    else:
        trusting.provider.claims = {"email_verified": said}
    answer = await trusting.sign_in()
    assert answer.status_code == 403
    assert told in answer.text
    assert told in caplog.text
    assert await trusting.people() == {}


CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "an address that is a list": ({"email": ["ada@firm.test"]}, "claim email is a list, and must be a text"),
    "an address that is a number": ({"email": 7}, "claim email is a number, and must be a text"),
    "an account that is a number": ({"sub": 7}, "claim sub is a number, and must be a text"),
    "no account": ({"sub": None}, "claim sub is missing"),
    "an account without letters": ({"sub": ""}, "claim sub, which names the account, is missing"),
    "an account that no database holds": ({"sub": "a\0b"}, "claim sub is no name of an account"),
    "an account without end": ({"sub": "a" * 256}, "claim sub is no name of an account"),
    "for nobody": ({"aud": []}, "claim aud does not name this installation"),
    "for numbers": ({"aud": [7]}, "claim aud does not name this installation"),
    "for a number": ({"aud": 7}, "claim aud is a number, and must be a text or a list"),
    "for two": ({"aud": [CLIENT_ID, "x"]}, "claim azp is missing"),
    "for two, and the other": ({"aud": [CLIENT_ID, "x"], "azp": "x"}, "claim azp names another client"),
    "for two, and a list": ({"aud": [CLIENT_ID, "x"], "azp": [CLIENT_ID]}, "claim azp is a list"),
    "its end as a text": ({"exp": "4000000000"}, "claim exp is a text, and must be a number"),
    "its beginning as a text": ({"iat": "1700000000"}, "claim iat is a text, and must be a number"),
    "its beginning as a truth": ({"iat": True}, "claim iat is true or false, and must be a number"),
    "not before as a text": ({"nbf": "1700000000"}, "claim nbf is a text, and must be a number"),
    "no end": ({"exp": None}, "claim exp is missing"),
    "no beginning": ({"iat": None}, "claim iat is missing"),
    "another's nonce": ({"nonce": "another"}, "claim nonce belongs to another sign-in"),
    "a nonce that is a list": ({"nonce": ["another"]}, "claim nonce is a list, and must be a text"),
    "another's access token": ({"at_hash": "bm90IHRoYXQgb25l"}, "at_hash belongs to another access token"),
    "a number as its hash": ({"at_hash": 7}, "claim at_hash is a number, and must be a text"),
}


@pytest.mark.parametrize("which", CLAIMS)
async def test_the_refusal_names_the_claim_and_its_type(
    office: Office, caplog: pytest.LogCaptureFixture, which: str
) -> None:
    office.provider.claims, told = CLAIMS[which]
    answer = await office.sign_in()
    assert answer.status_code == 403
    assert told in answer.text
    assert told in caplog.text
    assert await office.people() == {}


FROM_NOW = 0
"""Times among the claims count from when the test runs, not from when it was collected."""


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "x"], "azp": CLIENT_ID},
        {"azp": CLIENT_ID},
        {"exp": FROM_NOW + 300.5, "iat": FROM_NOW - 0.5},
        {"nbf": FROM_NOW - 5},
        # Nobody asked for these.
        {"amr": "pwd", "auth_time": "1700000000", "acr": 0, "jti": 7, "locale": None},
    ],
)
async def test_what_is_as_it_may_be_signs_in(office: Office, claims: dict[str, Any]) -> None:
    began = int(time.time())
    office.provider.claims = {
        name: value + began if name in ("exp", "iat", "nbf") else value for name, value in claims.items()
    }
    assert (await office.sign_in()).status_code == 200


@pytest.mark.parametrize(
    ("claim", "off", "told"),
    [("exp", -3600, "is over, since 36"), ("iat", 3600, "lies 3"), ("nbf", 3600, "lies 3")],
)
async def test_a_time_that_is_off_is_told_with_whose_clock(
    office: Office, claim: str, off: int, told: str
) -> None:
    office.provider.claims = {claim: int(time.time()) + off}
    answer = await office.sign_in()
    assert f"claim {claim} {told}" in answer.text
    assert "by this machine" in answer.text
    assert "let NTP set this machine" in answer.text, "The provider has not told what time it is there."
    for ahead, whose in ((600, "s ahead of it: let NTP set both"), (-600, "s behind it: let NTP set both")):
        office.provider.clock_ahead = ahead
        assert whose in (await office.sign_in()).text
    office.provider.clock_ahead = 0
    assert "clock shows the same time, so it made a wrong token" in (await office.sign_in()).text


@pytest.mark.parametrize(("claim", "off"), [("exp", -50), ("iat", 50), ("nbf", 50)])
async def test_a_minute_of_difference_is_none(office: Office, claim: str, off: int) -> None:
    office.provider.claims = {claim: int(time.time()) + off}
    assert (await office.sign_in()).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": None}, {"email": None}, {"email": ""}, {"email": None, "email_verified": None}],
)
async def test_what_the_token_does_not_say_is_asked_at_userinfo(
    office: Office, claims: dict[str, Any]
) -> None:
    office.provider.claims = claims
    assert (await office.sign_in()).status_code == 200
    assert "/userinfo" in office.provider.asked


@pytest.mark.parametrize(
    ("userinfo", "told"),
    [
        ({"email": "eve@firm.test"}, "userinfo has another e-mail address (email) than the ID token"),
        ({"sub": "account-8"}, "userinfo is about another account (sub)"),
        ({"sub": 7}, "userinfo&#39;s claim sub is a number, and must be a text"),
        ({"sub": None}, "userinfo&#39;s claim sub, which names the account, is missing"),
        ({"email": ["ada@firm.test"]}, "userinfo&#39;s claim email is a list, and must be a text"),
        ({"email_verified": None}, "nothing is told of whether the e-mail address is verified"),
    ],
)
async def test_userinfo_must_be_about_the_same_account(
    office: Office, userinfo: dict[str, Any], told: str
) -> None:
    office.provider.claims, office.provider.userinfo = {"email_verified": None}, userinfo
    answer = await office.sign_in()
    assert answer.status_code == 403
    assert told in answer.text


async def test_without_any_address_nobody_is_anybody(office: Office) -> None:
    office.provider.account["email"] = None
    answer = await office.sign_in()
    assert (answer.status_code, "no e-mail address is told (email)" in answer.text) == (403, True)


async def test_a_provider_that_never_says_it_needs_the_setting(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    del office.provider.account["email_verified"]
    answer = await office.sign_in()
    assert (answer.status_code, ASSUME in answer.text, ASSUME in caplog.text) == (403, True, True)


async def test_with_the_setting_silence_is_enough_and_a_no_is_still_a_no(trusting: Office) -> None:
    del trusting.provider.account["email_verified"]
    assert (await trusting.sign_in()).status_code == 200
    assert "/userinfo" not in trusting.provider.asked
    trusting.provider.account["email_verified"] = False
    assert (await trusting.sign_in()).status_code == 403


async def test_a_key_s_members_that_are_null_are_none(office: Office) -> None:
    own = office.provider.key.as_dict(private=False)
    nothing = dict.fromkeys(("use", "alg", "key_ops", "x5c", "x5t"))
    office.provider.publishes_its_key = False
    office.provider.also_published = [{**own, **nothing}]
    assert (await office.sign_in()).status_code == 200
    office.provider.also_published = [{**own, **nothing, "use": "enc"}]
    assert (await office.sign_in()).status_code == 502


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(sub=json_values, email=json_values, email_verified=json_values)
def test_no_type_of_any_claim_makes_an_address_verified_but_the_ones_that_say_so(
    sub: object, email: object, email_verified: object
) -> None:
    claims = {"sub": sub, "email": email, "email_verified": email_verified}
    try:
        address = Account.from_claims("the ID token", claims).verified_address(assumed=False)
    except NotTrusted:
        return
    assert address == email
    assert isinstance(sub, str)
    assert email_verified is True or str(email_verified).strip().lower() == "true"

"""Signing in with OpenID Connect: who is named gets in, once per sign-in; nothing else that comes back does."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import func, select, update

from pages.admin import oidc_begun
from pages.admin.sessions import COOKIE
from settings import Settings
from store.database import Database
from store.people import ABSOLUTE, IDLE
from store.people_tables import PagePerson, PageSession, Role
from store.tables import Audit
from tests.pages.admin.browser import PASSWORD, Browser
from tests.pages.admin.conftest import Pages, open_pages
from tests.pages.admin.office import ISSUER, Office, open_office, provider_at, with_oidc
from tests.pages.admin.provider import CLIENT_ID


@pytest.fixture
def oidc_settings(settings: Settings) -> Settings:
    return with_oidc(settings)


@pytest.fixture
async def office(database: Database, oidc_settings: Settings) -> AsyncIterator[Office]:
    async with open_office(oidc_settings, provider_at()) as office:
        await office.open_browser().become_admin(name="local")
        yield office


async def test_who_is_named_comes_in_and_the_page_that_was_asked_for_follows(office: Office) -> None:
    browser = office.open_browser()
    shown = (await browser.open("/sign-in?next=/deliveries")).text
    assert 'href="/sign-in/oidc?next=/deliveries">Sign in with Firm</a>' in shown
    answer = await office.sign_in(browser, "/deliveries")
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/deliveries">' in answer.text
    assert "ada@firm.test" in (await browser.open("/deliveries")).text
    assert await office.people() == {"local": Role.ADMIN, "ada@firm.test": Role.ADMIN}
    async with office.pages.parts.database.transaction() as session:
        audit = (await session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1))).one()
    assert (audit.who, audit.what) == ("ada@firm.test", "signed in with OpenID Connect as admin")


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("ada@firm.test", "change"),
        ("bob@firm.test", "look"),
        ("VERA@elsewhere.test", "look"),
        ("eve@elsewhere.test", None),
        ("ada@firm.test.evil.test", None),
        ("eve@evil.test@firm.test", None),
        ("@firm.test", None),
        ("\N{KELVIN SIGN}ate@firm.test", None),
        ("ada@firm.test\n", None),
    ],
)
async def test_the_settings_say_who_may_what(office: Office, address: str, may: str | None) -> None:
    office.provider.account["email"] = address
    browser = office.open_browser()
    answer = await office.sign_in(browser)
    shown = (await browser.open("/people")).text
    assert ("Add a viewer" in shown) is (may == "change")
    assert ("view only" in shown) is (may == "look")
    if may is None:
        assert answer.status_code == 403
        assert "CROSSCHQ_LEVER_OIDC_VIEWERS" in answer.text
        assert "firm.test" not in answer.text
        assert await office.people() == {"local": Role.ADMIN}


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "for another client": {"claims": {"aud": "somebody else"}},
    "for another client, as we asked": {"claims": {"aud": "somebody else", "azp": CLIENT_ID}},
    "for others too, and not said for whom": {"claims": {"aud": [CLIENT_ID, "somebody else"]}},
    "authorized another client": {"claims": {"azp": "somebody else"}},
    "another issuer": {"claims": {"iss": "https://evil.test"}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "never expires": {"claims": {"exp": None}},
    "from the future": {"claims": {"iat": 4_000_000_000}},
    "of another access token": {"claims": {"at_hash": "bm90IHRoYXQgb25l"}},
    "nobody": {"claims": {"sub": None}},
    "not verified": {"claims": {"email_verified": False}},
    "not said whether verified": {"claims": {"email_verified": None}, "userinfo": {"email_verified": None}},
    "signed by another": {"signed_with": RSAKey.generate_key(2048, {"kid": "one"})},
    "by a key nobody knows": {"header": {"alg": "RS256", "kid": "two"}},
    "unsigned": {"header": {"alg": "none"}},
    "signed with the public key as a secret": {"header": {"alg": "HS256", "kid": "one"}},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_an_answer_that_proves_nothing_signs_nobody_in(
    office: Office, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    for name, value in WRONG[wrong].items():
        setattr(office.provider, name, value)
    caplog.set_level(logging.DEBUG)
    browser = office.open_browser()
    answer = await office.sign_in(browser)
    assert answer.status_code == 403
    assert "nobody was signed in" in answer.text
    assert (await browser.open("/")).status_code == 303
    assert await office.people() == {"local": Role.ADMIN}
    assert "A sign-in with OpenID Connect was refused" in caplog.text
    for said in (
        "firm.test/",
        "Ada@",
        "account-7",
        "evil.test",
        "somebody else",
        "eyJ",
        "code-1",
        "access-1",
    ):
        assert said not in answer.text
        assert said not in told_by_us(caplog), said


async def test_a_return_is_good_once(office: Office) -> None:
    browser = office.open_browser()
    path = await office.return_path(browser)
    name, kept = begun_in(browser)
    assert (await browser.open(path)).status_code == 200
    again = await browser.open(path)
    assert again.status_code == 403
    assert "used already" in again.text
    thief = office.open_browser()
    thief.http.cookies.set(name, kept, domain="admin.test")
    assert (await thief.open(path)).status_code == 502, "the provider takes a code once"
    assert (await thief.open("/")).status_code == 303


@pytest.mark.parametrize("whose", ["none", "another's", "forged", "too old"])
async def test_a_return_belongs_to_the_browser_that_began(
    office: Office, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, attacker = office.open_browser(), office.open_browser()
    path = await office.return_path(attacker)
    if whose == "another's":
        await office.return_path(victim)
    if whose == "forged":
        name, value = begun_in(attacker)
        victim.http.cookies.set(name, f"x{value}")
    if whose == "too old":
        victim = attacker
        monkeypatch.setattr(oidc_begun, "LIFETIME", timedelta(seconds=-1))
    asked = len(office.provider.asked)
    assert (await victim.open(path)).status_code == 403
    assert (await victim.open("/")).status_code == 303
    assert len(office.provider.asked) == asked, "the provider is not even asked"


async def test_another_state_is_refused(office: Office) -> None:
    browser = office.open_browser()
    path = await office.return_path(browser)
    for state in ("", "another", "ä"):
        changed = f"{path.partition('state=')[0]}{urlencode({'state': state})}"
        assert (await browser.open(changed)).status_code == 403
    assert (await browser.open("/")).status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "/\t/evil.test",
        "\n//evil.test",
        "evil.test",
        "/" + "x" * 1000,
    ],
)
async def test_it_leads_nowhere_else(office: Office, elsewhere: str) -> None:
    answer = await office.sign_in(following=elsewhere)
    assert '<meta http-equiv="refresh" content="0;url=/">' in answer.text
    assert "evil.test" not in answer.text


async def test_what_was_asked_for_is_escaped(office: Office) -> None:
    answer = await office.sign_in(following='/"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text


async def test_another_address_of_ours_leads_to_the_one_that_the_provider_knows(office: Office) -> None:
    browser = office.open_browser()
    answer = await browser.http.get("/sign-in/oidc?next=/people", headers={"Host": "localhost"})
    assert answer.headers["location"] == "http://admin.test/sign-in/oidc?next=%2Fpeople&here=yes"
    proxied = await browser.http.get(answer.headers["location"], headers={"Host": "127.0.0.1:8610"})
    assert proxied.headers["location"].startswith(f"{ISSUER}/authorize?"), (
        "A proxy's own Host is no other address."
    )
    back = office.provider.sign_in(proxied.headers["location"])
    assert 'content="0;url=/people"' in (await browser.open(back)).text


async def test_the_session_is_as_after_a_password(office: Office) -> None:
    browser = office.open_browser()
    browser.http.cookies.set(COOKIE, "planted", domain="admin.test")
    answer = await office.sign_in(browser)
    [given] = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]
    assert "HttpOnly" in given
    assert "SameSite=strict" in given
    assert browser.http.cookies[COOKIE] != "planted"
    for column, limit in (("seen_at", IDLE), ("created_at", ABSOLUTE)):
        assert (await browser.open("/")).status_code == 200
        async with office.pages.parts.database.transaction() as session:
            long_ago = func.now() - limit - timedelta(seconds=1)
            await session.execute(update(PageSession).values({column: long_ago}))
        assert (await browser.open("/")).status_code == 303
        await office.sign_in(browser)


async def test_who_is_not_named_any_more_is_out_at_once(office: Office, oidc_settings: Settings) -> None:
    browser = office.open_browser()
    await office.sign_in(browser)
    value = browser.http.cookies[COOKIE]
    for settings, status in (
        ({"oidc_admins": None, "oidc_viewers": "vera@elsewhere.test"}, 303),
        ({"oidc_issuer": None}, 303),
        ({"oidc_admins": None}, 200),
    ):
        changed = Settings(_env_file=None, **{**oidc_settings.model_dump(exclude_none=True), **settings})
        async with open_pages(changed, httpx.ASGITransport(office.provider.app)) as pages:
            same = pages.open_browser()
            same.http.cookies.set(COOKIE, value, domain="admin.test")
            shown = await same.open("/")
            assert shown.status_code == status, settings
            assert ("view only" in shown.text) is (status == 200)


async def test_nobody_becomes_somebody_with_a_password_by_their_address(office: Office) -> None:
    async with office.pages.parts.database.transaction() as session:
        local = (await session.scalars(select(PagePerson))).one()
        session.add(PagePerson(name="ada@firm.test", role=Role.VIEWER, password_hash=local.password_hash))
    browser = office.open_browser()
    answer = await office.sign_in(browser)
    assert answer.status_code == 403
    assert "signs in with a password" in answer.text
    assert (await browser.open("/")).status_code == 303


async def test_without_a_password_of_ours_none_is_right(office: Office) -> None:
    browser = office.open_browser()
    await office.sign_in(browser)
    for password in ("", PASSWORD, "None"):
        assert (await office.open_browser().sign_in("ada@firm.test", password)).status_code in (403, 429)
    shown = (await browser.open("/people")).text
    assert "Change your password" not in shown
    fields = {"present": "", "new": PASSWORD, "again": PASSWORD}
    assert (await browser.send("/people", "/people/password", **fields)).status_code == 400


async def test_an_address_told_at_userinfo_only_counts_if_it_is_the_same_account(office: Office) -> None:
    office.provider.is_thin = True
    assert (await office.sign_in()).status_code == 200
    assert "/userinfo" in office.provider.asked
    office.provider.userinfo = {"sub": "account-8"}
    assert (await office.sign_in()).status_code == 403
    office.provider.userinfo = {"email_verified": False}
    assert (await office.sign_in()).status_code == 403


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ({"issuer": "https://evil.test"}, "another issuer"),
        ({"token_endpoint": "http://id.firm.test/token"}, "without https"),
        ({"userinfo_endpoint": "http://id.firm.test/userinfo"}, "without https"),
        ({"jwks_uri": None}, "not as OpenID Connect has it"),
        ({"jwks_uri": "https://[::1"}, "not as OpenID Connect has it (jwks_uri)"),
        ({"token_endpoint": "/token"}, "not as OpenID Connect has it (token_endpoint)"),
        ({"userinfo_endpoint": "https://"}, "not as OpenID Connect has it (userinfo_endpoint)"),
        (
            {"authorization_endpoint": "javascript:alert(1)"},
            "not as OpenID Connect has it (authorization_endpoint)",
        ),
    ],
)
async def test_a_provider_that_is_not_as_it_should_be_is_told_in_the_log(
    office: Office, caplog: pytest.LogCaptureFixture, configuration: dict[str, Any], said: str
) -> None:
    office.provider.configuration = configuration
    answer = await office.open_browser().open("/sign-in/oidc")
    assert answer.status_code == 502
    assert "did not answer as it should" in answer.text
    assert said in caplog.text
    assert "evil.test" not in told_by_us(caplog)


async def test_addresses_of_the_provider_keep_their_query(office: Office) -> None:
    office.provider.configuration = {
        name: f"HTTPS://ID.firm.test/{path}?policy=one"
        for name, path in (
            ("token_endpoint", "token"),
            ("jwks_uri", "keys"),
            ("authorization_endpoint", "authorize"),
        )
    }
    browser = office.open_browser()
    begun = await browser.open("/sign-in/oidc")
    assert begun.headers["location"].startswith(f"{ISSUER}/authorize?policy=one&response_type=code&")
    back = office.provider.sign_in(begun.headers["location"])
    assert (await browser.http.get(back)).status_code == 200


async def test_who_cancels_there_is_told_so(office: Office) -> None:
    browser = office.open_browser()
    path = await office.return_path(browser)
    state = parse_qs(urlsplit(path).query)["state"][0]
    answer = await browser.open(
        f"/sign-in/oidc/back?{urlencode({'error': 'access_denied', 'error_description': 'Eve', 'state': state})}"
    )
    assert answer.status_code == 403
    assert "did not sign you in" in answer.text
    assert "Eve" not in answer.text
    assert "access_denied" not in answer.text


async def test_many_failures_are_made_to_wait_and_passwords_are_not(office: Office) -> None:
    office.provider.claims = {"nonce": "another"}
    for _ in range(10):
        assert (await office.sign_in()).status_code == 403
    asked = len(office.provider.asked)
    assert (await office.open_browser().open("/sign-in/oidc")).status_code == 429
    assert len(office.provider.asked) == asked
    assert (await office.open_browser().sign_in("local")).headers["location"] == "/"


async def test_without_a_provider_there_is_no_such_page(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    browser = pages.open_browser()
    assert "/sign-in/oidc" not in (await browser.open("/sign-in")).text
    for path in ("/sign-in/oidc", "/sign-in/oidc/back"):
        assert (await browser.open(path)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oidc_issuer": "http://id.firm.test"}, "beginning with https"),
        ({"oidc_client_id": None}, "OIDC_CLIENT_ID"),
        ({"oidc_admins": None, "oidc_viewers": None}, "OIDC_ADMINS"),
    ],
)
def test_settings_that_let_nobody_in_are_refused(
    oidc_settings: Settings, changes: dict[str, str | None], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Settings(_env_file=None, **{**oidc_settings.model_dump(), **changes})


def begun_in(browser: Browser) -> tuple[str, str]:
    """The cookie of the sign-in that was begun there."""
    [begun] = [
        (name, value) for name, value in browser.http.cookies.items() if name.startswith(oidc_begun.COOKIE)
    ]
    return begun


def told_by_us(caplog: pytest.LogCaptureFixture) -> str:
    """Without what httpx says of the addresses that it calls: those are the settings'."""
    return "\n".join(one.getMessage() for one in caplog.records if one.name.startswith(("pages", "store")))

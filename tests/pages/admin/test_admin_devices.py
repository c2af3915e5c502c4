"""Strangers' wrong passwords lock nobody out of a browser in which they have signed in before."""

from urllib.parse import quote

import pytest
from sqlalchemy import select, text

from pages.admin.devices import COOKIE
from pages.admin.sessions import COOKIE as SESSION
from pages.admin.sign_in import TOO_MANY_CODES
from store.people_tables import PagePerson
from tests.pages.admin.browser import CODE, PASSWORD, Browser
from tests.pages.admin.conftest import Pages

ANOTHER = "another horse battery"


@pytest.fixture
async def ada(pages: Pages) -> Browser:
    """The admin's browser, signed out and as it is on another day."""
    browser = pages.open_browser()
    await browser.become_admin()
    browser.http.cookies.delete(SESSION)
    return browser


async def strangers_try(pages: Pages, name: str = "ada", times: int = 10) -> None:
    for _ in range(times):
        await pages.open_browser().sign_in(name, "something else")


async def device_cookie(pages: Pages, browser: Browser, name: str) -> tuple[str, str]:
    async with pages.parts.database.transaction() as session:
        person = (await session.scalars(select(PagePerson).where(PagePerson.name == name))).one()
    called = f"{COOKIE}-{person.id}"
    return called, browser.http.cookies[called]


async def test_strangers_lock_the_admin_out_of_no_browser_that_has_been_here(
    pages: Pages, ada: Browser
) -> None:
    await strangers_try(pages)
    assert (await pages.open_browser().sign_in()).status_code == 429
    assert (await ada.sign_in()).status_code == 303
    assert (await pages.open_browser().sign_in()).status_code == 429


async def test_a_device_that_is_full_is_locked_alone(pages: Pages, ada: Browser) -> None:
    for _ in range(10):
        assert (await ada.sign_in(password="something else")).status_code == 403
    assert (await ada.sign_in()).status_code == 429
    assert (await pages.open_browser().sign_in()).status_code == 303


async def test_signing_in_again_keeps_the_devices_count(pages: Pages, ada: Browser) -> None:
    before = await device_cookie(pages, ada, "ada")
    for _ in range(9):
        await ada.sign_in(password="something else")
    await ada.sign_in()
    assert await device_cookie(pages, ada, "ada") == before
    await ada.sign_in(password="something else")
    assert (await ada.sign_in()).status_code == 429


async def test_the_cookie_of_another_account_does_not_help(pages: Pages, ada: Browser) -> None:
    await ada.sign_in()
    await ada.send("/people", "/people/add", name="vera", password=PASSWORD)
    vera = pages.open_browser()
    await vera.sign_in("vera")
    _, stolen = await device_cookie(pages, vera, "vera")
    adas, _ = await device_cookie(pages, ada, "ada")
    await strangers_try(pages)
    vera.http.cookies.set(adas, stolen, domain="admin.test")
    assert (await vera.sign_in("ada")).status_code == 429


@pytest.mark.parametrize("device", ["A" * 22, "", "x", "é" * 22])
async def test_a_forged_cookie_does_not_help(pages: Pages, ada: Browser, device: str) -> None:
    called, value = await device_cookie(pages, ada, "ada")
    forged = quote(f"{device}.{value.partition('.')[2]}")
    await strangers_try(pages)
    thief = pages.open_browser()
    thief.http.cookies.set(called, forged, domain="admin.test")
    assert (await thief.sign_in()).status_code == 429


async def test_the_cookie_dies_with_the_password_and_whoever_changed_it_gets_a_new_one(
    pages: Pages, ada: Browser
) -> None:
    called, stolen = await device_cookie(pages, ada, "ada")
    await ada.sign_in()
    changed = await ada.send("/people", "/people/password", present=PASSWORD, new=ANOTHER, again=ANOTHER)
    assert changed.status_code == 303
    await strangers_try(pages)
    thief = pages.open_browser()
    thief.http.cookies.set(called, stolen, domain="admin.test")
    assert (await thief.sign_in(password=ANOTHER)).status_code == 429
    assert (await ada.sign_in(password=ANOTHER)).status_code == 303


async def test_two_accounts_in_one_browser_have_a_cookie_each(pages: Pages, ada: Browser) -> None:
    await ada.sign_in()
    await ada.send("/people", "/people/add", name="vera", password=PASSWORD)
    await ada.sign_in("vera")
    await strangers_try(pages)
    assert (await ada.sign_in("ada")).status_code == 303
    assert (await ada.sign_in("vera")).status_code == 303


async def test_the_cookie_alone_opens_nothing(ada: Browser) -> None:
    assert (await ada.open("/")).headers["location"].startswith("/sign-in")


async def test_strangers_at_the_first_run_are_no_matter_once_there_is_another_code(pages: Pages) -> None:
    for _ in range(10):
        assert (await pages.open_browser().become_admin(f"{CODE}x")).status_code == 403
    refused = await pages.open_browser().become_admin()
    assert (refused.status_code, TOO_MANY_CODES in refused.text) == (429, True)
    # Started anew with another code, and the admin comes from elsewhere.
    async with pages.parts.database.transaction() as session:
        tried = list(await session.scalars(text("SELECT DISTINCT whence FROM sign_in_failure")))
    assert len(tried) == 2
    vault = pages.parts.vault
    assert {
        vault.blind_index("first run from 127.0.0.1"),
        vault.blind_index(f"first run with {CODE}"),
    } == set(tried)


async def test_a_name_like_ours_is_no_way_to_use_up_the_first_runs_tries(pages: Pages) -> None:
    for _ in range(10):
        name = {"name": "the first run", "password": "something else", "next": "/"}
        assert (await pages.open_browser().send("/first-run", "/sign-in", **name)).status_code == 403
    assert (await pages.open_browser().become_admin()).status_code == 303

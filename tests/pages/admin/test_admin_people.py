"""People: the admin adds and removes viewers; everybody changes their own password, and nobody else's."""

import httpx
import pytest
from sqlalchemy import select

from store.people import People
from store.people_tables import PagePerson, PageSession, Role
from tests.pages.admin.browser import PASSWORD, Browser
from tests.pages.admin.conftest import Pages
from tests.pages.admin.rows import IMAGE, SCRIPT, Desk

VIEWERS, NEW = "a viewer's password", "another password of mine"


async def viewer_of(pages: Pages, desk: Desk, name: str = "vera") -> Browser:
    assert (await add(desk, name)).status_code == 303
    viewer = pages.open_browser()
    assert (await viewer.sign_in(name, VIEWERS)).headers["location"] == "/"
    return viewer


async def test_a_viewer_is_added_and_signs_in(pages: Pages) -> None:
    desk = await Desk.of(pages)
    viewer = await viewer_of(pages, desk)
    shown = (await viewer.open("/people")).text
    assert "vera (you)" in shown
    assert "see and change everything" in shown
    assert "Add a viewer" not in shown
    assert await desk.audits("person:2") == [("ada", "added a viewer", None)]


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("", VIEWERS, "Write the name"),
        ("x" * 101, VIEWERS, "Write the name"),
        ("vera", "short", "12 to 200 characters"),
        ("ada", VIEWERS, "Somebody has this name already"),
    ],
)
async def test_what_is_wrong_is_said_and_no_password_is_shown(
    pages: Pages, name: str, password: str, said: str
) -> None:
    desk = await Desk.of(pages)
    answer = await add(desk, name, password)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{password}"' not in answer.text
    async with pages.parts.database.transaction() as session:
        assert [one.name for one in await People(session).all()] == ["ada"]


async def test_a_removed_viewer_is_out_at_once(pages: Pages) -> None:
    desk = await Desk.of(pages)
    viewer = await viewer_of(pages, desk)
    await desk.admin.send("/people", "/people/2/remove")
    assert (await viewer.open("/")).headers["location"].startswith("/sign-in")
    assert (await viewer.sign_in("vera", VIEWERS)).status_code == 403
    assert (await desk.audits("person:2"))[-1] == ("ada", "removed a viewer", None)


@pytest.mark.parametrize("person", [1, 404, 10**15])
async def test_neither_the_admin_nor_nobody_is_removed(pages: Pages, person: int) -> None:
    desk = await Desk.of(pages)
    answer = await desk.admin.send("/people", f"/people/{person}/remove")
    assert answer.status_code == 400
    assert "There is no such viewer" in answer.text
    assert (await desk.admin.open("/people")).status_code == 200


async def test_a_changed_password_ends_all_of_ones_sessions_and_nobody_elses(pages: Pages) -> None:
    desk = await Desk.of(pages)
    viewer = await viewer_of(pages, desk)
    elsewhere = pages.open_browser()
    await elsewhere.sign_in("vera", VIEWERS)
    answer = await change(viewer, VIEWERS)
    assert answer.headers["location"] == "/sign-in"
    assert (await elsewhere.open("/")).status_code == 303
    assert (await desk.admin.open("/")).status_code == 200
    assert (await viewer.sign_in("vera", VIEWERS)).status_code == 403
    assert (await viewer.sign_in("vera", NEW)).status_code == 303
    assert await desk.audits("person:2") == [
        ("ada", "added a viewer", None),
        ("vera", "changed their own password", None),
    ]


@pytest.mark.parametrize(
    ("present", "new", "again", "said"),
    [
        ("wrong one", NEW, NEW, "That is not your current password."),
        ("", NEW, NEW, "That is not your current password."),
        (PASSWORD, NEW, NEW + "x", "The two new passwords differ."),
        (PASSWORD, "short", "short", "12 to 200 characters"),
    ],
)
async def test_a_password_that_cannot_be_stays(
    pages: Pages, present: str, new: str, again: str, said: str
) -> None:
    desk = await Desk.of(pages)
    answer = await change(desk.admin, present, new, again)
    assert answer.status_code == 400
    assert said in answer.text
    assert NEW not in answer.text
    assert (await pages.open_browser().sign_in()).status_code == 303


async def test_guessing_the_present_password_is_made_to_wait(pages: Pages) -> None:
    desk = await Desk.of(pages)
    for _ in range(10):
        await change(desk.admin, "a wrong password")
    assert "Too many wrong passwords" in (await change(desk.admin, PASSWORD)).text
    assert (await pages.open_browser().sign_in()).status_code == 303


async def test_names_are_escaped(pages: Pages) -> None:
    desk = await Desk.of(pages)
    evil = f"{SCRIPT}{IMAGE}"
    viewer = await viewer_of(pages, desk, evil)
    refused = await add(desk, evil)
    for answer in (refused, await desk.admin.open("/people"), await viewer.open("/people")):
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert "&lt;script&gt;" in answer.text


async def test_no_password_lies_open_in_the_store(pages: Pages) -> None:
    desk = await Desk.of(pages)
    await viewer_of(pages, desk)
    async with pages.parts.database.transaction() as session:
        people = (await session.scalars(select(PagePerson).where(PagePerson.role == Role.VIEWER))).all()
        sessions = (await session.scalars(select(PageSession))).all()
    assert all(one.password_hash.startswith("$argon2id$") for one in people)
    assert all(len(one.digest) == 64 for one in sessions)


async def add(desk: Desk, name: str, password: str = VIEWERS) -> httpx.Response:
    return await desk.admin.send("/people", "/people/add", name=name, password=password)


async def change(browser: Browser, present: str, new: str = NEW, again: str | None = None) -> httpx.Response:
    return await browser.send("/people", "/people/password", present=present, new=new, again=again or new)

"""Every route that changes something, tried by whoever may not: refused, and not a row is another one afterwards."""

from collections.abc import AsyncIterator

import pytest

from pages.admin.app import create_admin_routes
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Vendors
from tests.pages.admin.conftest import Pages
from tests.pages.admin.siege import STRANGERS_MAY, VIEWERS_MAY, House, a_few, open_house, send

__all__ = ["vendors"]


@pytest.fixture
async def house(pages: Pages, vendors: Vendors) -> AsyncIterator[House]:
    async with open_house(pages, vendors) as opened:
        yield opened


async def test_every_form_is_tried_here(house: House) -> None:
    assert set(house.routes("POST")) - STRANGERS_MAY == set(await house.good_forms())
    assert {path for path in house.routes("GET") if "{endpoint" in path} == set()


async def test_every_page_of_rows_that_are_there_is_for_who_is_signed_in(house: House) -> None:
    stranger = house.pages.open_browser()
    for path in [one for one in house.routes("GET") if one not in STRANGERS_MAY]:
        path = house.filled(path)
        assert (await house.admin.open(path)).status_code == 200, path
        assert (await house.viewer.open(path)).status_code == 200, path
        answer = await stranger.open(path)
        assert (answer.status_code, answer.content) == (303, b""), path
        assert answer.headers["location"].startswith("/sign-in?next="), path


async def test_a_form_that_is_refused_changes_no_row_and_nothing_at_a_vendor(house: House) -> None:
    forms = await house.good_forms()
    stranger = house.pages.open_browser()
    strangers_token = {"form_token": await stranger.token_on("/sign-in")}
    admins_token = {"form_token": await house.admin.token_on("/")}
    viewers_token = {"form_token": await house.viewer.token_on("/")}
    before = await house.rows(), await house.hooks()
    for path, fields in forms.items():
        url = house.filled(path)
        tried = [
            (await send(stranger, url, fields), 303),
            (await send(stranger, url, {**fields, **strangers_token}), 303),
            (await send(stranger, url, {**fields, **admins_token}), 303),
            (await send(house.admin, url, fields), 403),
            (await send(house.admin, url, {**fields, **viewers_token}), 403),
            (await send(house.admin, url, {**fields, **admins_token}, origin="https://evil.test"), 403),
            (await send(house.admin, url, {**fields, **admins_token}, origin="null"), 403),
            (
                await send(house.admin, url, {**fields, **admins_token}, **{"sec-fetch-site": "same-site"}),
                403,
            ),
            (
                await send(house.admin, url, {**fields, **admins_token}, **{"sec-fetch-site": "cross-site"}),
                403,
            ),
        ]
        if path not in VIEWERS_MAY:
            tried.append((await send(house.viewer, url, {**fields, **viewers_token}), 403))
        assert [answer.status_code for answer, _ in tried] == [status for _, status in tried], path
        assert (await house.rows(), await house.hooks()) == before, path


WAYS = [
    "/sign-out",
    "/connections/new",
    *(f"/connections/{{id:int}}/{act}" for act in ("pause", "resume", "prospect-switches", "lever-key")),
    *(
        f"/connections/{{id:int}}/{act}"
        for act in ("crosschq-key", "webhooks/make", "settings", "own-connector")
    ),
    *(f"/connections/{{id:int}}/webhooks/{{endpoint:int}}/{act}" for act in ("token", "forget")),
    *(f"/deliveries/{act}" for act in ("replay-failed", "{id:int}/replay", "{id:int}/drop")),
    "/requests/{id:int}/resolve",
    *(f"/follow-ups/{{id:int}}/{act}" for act in ("ask-now", "send-again", "postpone", "cancel")),
    *(f"/people/{act}" for act in ("add", "{id:int}/remove", "password")),
]


@pytest.mark.parametrize("path", a_few(WAYS, 6))
async def test_the_same_form_with_the_admin_s_token_does_change_something(house: House, path: str) -> None:
    await house.before(path)
    fields = (await house.good_forms())[path]
    before = await house.rows()
    token = {"form_token": await house.admin.token_on("/")}
    answer = await send(house.admin, house.filled(path), {**fields, **token})
    assert answer.status_code == 303, answer.text
    assert await house.rows() != before


def test_the_ways_are_all_that_the_house_has(pages: Pages) -> None:
    posts = [one.path for one in create_admin_routes(pages.parts) if "POST" in one.methods]
    assert sorted(set(posts) - STRANGERS_MAY) == sorted(WAYS)


async def test_no_other_method_reaches_a_form(house: House) -> None:
    before = await house.rows()
    token = await house.admin.token_on("/")
    forms = await house.good_forms()
    gets = set(house.routes("GET"))
    for path, fields in forms.items():
        url = house.filled(path)
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = await house.admin.http.request(method, url, data={**fields, "form_token": token})
            assert (answer.status_code, answer.headers["x-frame-options"]) == (404, "DENY"), (method, url)
        as_query = await house.admin.http.get(url, params={"form_token": token, "why": "By address."})
        assert as_query.status_code == (200 if path in gets else 404), url
        over = {"X-HTTP-Method-Override": "POST", "X-Method": "POST"}
        assert (await house.admin.http.head(url, headers=over)).status_code == (
            200 if path in gets else 404
        ), url
    assert await house.rows() == before

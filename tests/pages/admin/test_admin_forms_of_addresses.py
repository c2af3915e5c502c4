"""Each page of the private port is answered at once in each form of its address, whatever a proxy says of https."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.routing import Route

from pages.admin.app import create_admin_routes
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Vendors
from tests.other_forms import asked_in_other_forms, leads_to
from tests.pages.admin.conftest import Pages
from tests.pages.admin.siege import House, open_house
from webhook_gateway.metrics import Metrics
from webhook_gateway.private import create_private_app
from webhook_gateway.trusted_proxies import TrustedProxies

__all__ = ["vendors"]

ADMIN = "http://admin.test"
METHODS = ("GET", "HEAD", "OPTIONS", "PUT")


@pytest.fixture
async def house(pages: Pages, vendors: Vendors) -> AsyncIterator[House]:
    async with open_house(pages, vendors) as opened:
        yield opened


async def test_every_route_is_answered_in_each_form_as_in_its_own(house: House) -> None:
    app = create_private_app(house.pages.parts.database, Metrics(), create_admin_routes(house.pages.parts))
    paths = {
        house.filled(one.path.replace("{name}", "style.css")) for one in app.routes if isinstance(one, Route)
    }
    assert {"/health", "/metrics", "/", "/connections/1", "/sign-in"} <= paths
    trusted = TrustedProxies("127.0.0.1").in_front_of(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(trusted)) as client:
        for jar in ({}, dict(house.admin.http.cookies)):
            client.cookies.update(jar)
            for path in sorted(paths):
                await _is_the_same_in_each_form(client, path)


async def _is_the_same_in_each_form(client: httpx.AsyncClient, path: str) -> None:
    for method in METHODS:
        # Each form with one of the headers: all with all would take minutes.
        forms = list(asked_in_other_forms(path))
        for form, headers in [
            one for at, one in enumerate(forms) if at % (11 if method == "GET" else 47) == 0
        ]:
            # The cookies' names go by the scheme.
            plain = await client.request(method, httpx.URL(ADMIN + path), headers=headers)
            answer = await client.request(method, httpx.URL(ADMIN + form), headers=headers)
            assert leads_to(answer) == leads_to(plain), (method, form, headers)
            assert len(answer.text) == pytest.approx(len(plain.text), rel=0.02), (method, form)


async def test_a_form_is_taken_in_another_form_of_its_address(house: House) -> None:
    token = {"form_token": await house.admin.token_on("/")}
    for at, path in enumerate(("/people/add/", "//people//add", "/people/add%20")):
        url = httpx.URL(ADMIN + path)
        fields = {"name": f"viewer{at}", "password": "a viewer's password", **token}
        sent = await house.admin.http.post(url, data=fields, headers={"X-Forwarded-Proto": "https,http"})
        assert (sent.status_code, sent.headers["location"]) == (303, "/people"), path


async def test_after_signing_in_the_page_comes_that_was_asked_for(house: House) -> None:
    stranger = house.pages.open_browser()
    led = await stranger.http.get(httpx.URL(f"{ADMIN}//connections/1//?x=1"))
    assert leads_to(led) == leads_to(await stranger.http.get("/connections/1?x=1"))

"""Under which names browsers get the pages, and which are answered 421: as an attacker's name pointed here would be."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.admin.host_check import REFUSED, OwnHosts
from settings import Settings
from store.database import Database
from tests.factories import settings_at
from tests.pages.admin.conftest import Pages, open_pages
from webhook_gateway.metrics import Metrics
from webhook_gateway.private import create_private_app
from webhook_gateway.trusted_proxies import TrustedProxies

EVERYWHERE = ".".join("0000")
BASE = "https://references.internal.example"


def hosts(folder: Path, **changes: object) -> OwnHosts:
    return OwnHosts.from_settings(settings_at(folder, **changes))


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1:8610", True),
        ("127.0.0.1", True),
        ("localhost:8610", True),
        ("LocalHost", True),
        ("localhost:9000", True),  # through a tunnel
        ("[::1]:8610", True),
        ("[::1]", True),
        ("references.internal.example", False),
        ("localhost.evil.example:8610", False),
        ("evil.example", False),
        ("evil.example:8610", False),
        ("127.0.0.1.evil.example", False),
        ("127.0.0.1@evil.example", False),
        ("evil.example#127.0.0.1", False),
        ("10.0.0.5:8610", False),
        ("", False),
        (":8610", False),
        ("[", False),
        ("127.0.0.1, evil.example", False),
    ],
)
def test_listening_on_loopback_it_has_loopback_s_names(tmp_path: Path, host: str, is_ours: bool) -> None:
    assert hosts(tmp_path).have(host, "127.0.0.1") is is_ours


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("references.internal.example", True),
        ("References.Internal.Example.:443", True),
        ("127.0.0.1:8610", True),
        ("internal.example", False),
        ("references.internal.example.evil.example", False),
    ],
)
def test_the_address_of_the_settings_is_ours_beside_that(tmp_path: Path, host: str, is_ours: bool) -> None:
    assert hosts(tmp_path, private_base_url=BASE).have(host, "127.0.0.1") is is_ours


@pytest.mark.parametrize(
    ("listens", "local", "host", "is_ours"),
    [
        ("10.0.0.5", "10.0.0.5", "10.0.0.5:8610", True),
        ("10.0.0.5", "10.0.0.5", "localhost:8610", False),
        ("10.0.0.5", "10.0.0.5", "10.0.0.6:8610", False),
        (EVERYWHERE, "10.0.0.5", "10.0.0.5:8610", True),
        (EVERYWHERE, "172.17.0.2", "localhost:8610", True),
        (EVERYWHERE, "10.0.0.5", "0.0.0.0:8610", False),
        (EVERYWHERE, "10.0.0.5", "evil.example", False),
        ("::", "::ffff:10.0.0.5", "10.0.0.5", True),
        ("::", "2001:db8::5", "[2001:DB8:0::5]:8610", True),
        ("2001:db8::5", "2001:db8::5", "[2001:db8::5]:8610", True),
        ("pages.internal", "10.0.0.5", "pages.internal:8610", True),
    ],
)
def test_the_listening_address_is_ours(
    tmp_path: Path, listens: str, local: str, host: str, is_ours: bool
) -> None:
    assert hosts(tmp_path, private_host=listens).have(host, local) is is_ours


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/first-run", "/deliveries", "/static/admin.css", "/people"]
)
async def test_every_page_is_421_under_another_name(pages: Pages, path: str) -> None:
    http = pages.open_browser().http
    answer = await http.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.text) == (421, REFUSED)
    assert (await http.get(path)).status_code != 421


async def test_a_form_under_another_name_is_421_with_all_else_right(pages: Pages) -> None:
    browser = pages.open_browser()
    browser.http.headers["Host"] = "evil.example"
    browser.http.headers["Origin"] = "http://evil.example"
    answer = await browser.http.post("/first-run", data={"code": "a guess"})
    assert answer.status_code == 421


async def test_probes_and_metrics_do_not_look_at_it(database: Database) -> None:
    app = create_private_app(database, Metrics())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://10.0.0.5") as http:
        for path in ("/health", "/ready", "/metrics"):
            assert (await http.get(path, headers={"Host": "gateway-0.pods"})).status_code == 200


@pytest.mark.parametrize(
    ("peer", "host", "forwarded", "seen"),
    [
        ("192.0.2.1", "gateway:8610", "references.internal.example", "references.internal.example"),
        (
            "192.0.2.1",
            "gateway:8610",
            "evil.example, references.internal.example",
            "references.internal.example",
        ),
        ("192.0.2.1", "references.internal.example", None, "references.internal.example"),
        ("192.0.2.1", "references.internal.example", "evil.example", "evil.example"),
        ("192.0.2.9", "evil.example", "references.internal.example", "evil.example"),
    ],
)
async def test_only_a_trusted_proxy_says_which_host_was_asked_for(
    peer: str, host: str, forwarded: str | None, seen: str
) -> None:
    async def which(request: Request) -> Response:
        return PlainTextResponse(request.headers["host"])

    app = TrustedProxies("192.0.2.1").in_front_of(Starlette(routes=[Route("/", which)]))
    transport = httpx.ASGITransport(app, client=(peer, 1))
    headers = {"Host": host, "X-Forwarded-For": "198.51.100.7"}
    if forwarded is not None:
        headers["X-Forwarded-Host"] = forwarded
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        assert (await http.get("/", headers=headers)).text == seen


async def test_behind_a_trusted_proxy_with_a_host_of_its_own_a_person_can_sign_in(
    database: Database, settings: Settings
) -> None:
    named = settings.model_copy(update={"private_base_url": BASE, "trusted_proxies": "192.0.2.1"})
    async with open_pages(named) as pages:
        browser = pages.open_browser()
        app = TrustedProxies("192.0.2.1").in_front_of(pages.app)
        browser.http._transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
        browser.http.headers.update(
            {"Host": "gateway:8610", "X-Forwarded-Host": "references.internal.example", "Origin": BASE}
        )
        browser.http.base_url = httpx.URL(BASE)
        assert (await browser.become_admin()).status_code == 303
        assert (await browser.sign_in()).status_code == 303
        assert (await browser.open("/")).status_code == 200

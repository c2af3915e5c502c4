"""Each public address is answered at once in each of its forms, whatever a proxy says of the scheme."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from deployments.ports import pick
from pages.addresses import plain_path
from pages.answer import create_answer_routes
from store.database import Database
from store.vault import Vault
from tests.factories import connect, settings_at
from tests.other_forms import asked_in_other_forms, leads_to, other_forms
from tests.pages.owner import Owner, ask, filled
from tests.webhook_gateway.senders import Senders, as_bytes, in_front_of, snapshot, stage_change
from webhook_gateway.app import create_public_app
from webhook_gateway.servers import public_server
from webhook_gateway.trusted_proxies import TrustedProxies

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE")
PREFIXES = {"/": "", "/crosschq//": "/crosschq", "//odd": "/odd"}
"""By the path in PUBLIC_BASE_URL."""


@dataclass
class Public:
    """The public port with a connection and an owner who was asked."""

    senders: Senders
    owner: Owner
    routes: list[Route]
    client: httpx.AsyncClient
    prefix: str
    """The path that a proxy puts before ours."""

    def filled(self, path: str) -> str:
        """Of each route; a new one has to be told here."""
        connected = self.senders.connected
        return {
            "/webhooks/lever/{key}": f"/webhooks/lever/{connected.lever.url_key}",
            "/webhooks/crosschq/{key}": f"/webhooks/crosschq/{connected.crosschq.url_key}",
            "/answer/static/style.css": "/answer/static/style.css",
            "/answer/{token}": self.owner.path,
        }[path]

    async def ask(
        self, path: str, method: str = "GET", headers: dict[str, bytes] | None = None, **how: object
    ) -> httpx.Response:
        # Not httpx's base_url, which puts slashes right.
        url = httpx.URL(f"https://gateway.test{path}")
        return await self.client.request(method, url, headers=headers, **how)  # type: ignore[arg-type]


@pytest.fixture(params=PREFIXES)
async def public(request: pytest.FixtureRequest, database: Database, vault: Vault) -> AsyncIterator[Public]:
    connected = await connect(database, vault)
    await ask(database, connected.connection)
    senders, owner = in_front_of(database, vault, connected), Owner(database, vault)
    pages = create_answer_routes(database, vault, owner.clock, f"https://references.test{request.param}")
    app = create_public_app(senders.gateway, pages)
    routes = [one for one in app.routes if isinstance(one, Route)]
    trusted = TrustedProxies("127.0.0.1").in_front_of(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(trusted)) as client:
        yield Public(senders, owner, routes, client, PREFIXES[request.param])


async def test_every_route_is_answered_in_each_form_as_in_its_own(public: Public) -> None:
    for route in public.routes:
        path = public.filled(route.path)
        for method in METHODS:
            plain = await public.ask(path, method)
            for form, headers in asked_in_other_forms(path):
                answer = await public.ask(form, method, headers)
                assert leads_to(answer) == leads_to(plain), (method, form, headers)
                assert answer.headers.get("allow") == plain.headers.get("allow")


async def test_a_webhook_is_recorded_in_each_form(public: Public) -> None:
    connected = public.senders.connected
    lever, crosschq = (public.filled(f"/webhooks/{vendor}/{{key}}") for vendor in ("lever", "crosschq"))
    shown = {"Authorization": connected.crosschq_token.encode()}
    number = 0
    for form, headers in asked_in_other_forms(lever):
        body = as_bytes(stage_change(public.senders.key))
        assert (await public.ask(form, "POST", headers, content=body)).text == "recorded", form
        number += 1
    for at, (form, headers) in enumerate(asked_in_other_forms(crosschq)):
        body = as_bytes(snapshot(id=f"rq_{at}"))
        sent = await public.ask(form, "PUT" if at % 2 else "POST", {**headers, **shown}, content=body)
        assert sent.text == "recorded", form
        number += 1
    assert len(await public.senders.deliveries()) == number


async def test_an_owner_s_page_works_in_each_form(public: Public) -> None:
    for form in other_forms(public.owner.path):
        page = await public.ask(form)
        assert (page.status_code, 'name="outcome"' in page.text) == (200, True), form
        assert f'<link rel="stylesheet" href="{public.prefix}/answer/static/style.css">' in page.text
        sent = await public.ask(form, "POST", data=filled(page, "hired"))
        assert leads_to(sent) == (303, f"{public.prefix}{public.owner.path}"), form


async def test_a_token_that_is_a_script_is_no_link(public: Public) -> None:
    await public.owner.database.close()
    answer = await public.ask("/answer/javascript:alert(1)")
    assert 'href="javascript' not in answer.text


async def test_our_server_takes_them_too(senders: Senders, tmp_path: Path) -> None:
    settings = settings_at(tmp_path, public_port=pick(18950))
    server = public_server(settings, create_public_app(senders.gateway), 1024)
    serving = asyncio.create_task(server.run_until_stopped())
    async with httpx.AsyncClient() as client:
        for form, headers in asked_in_other_forms(f"/webhooks/lever/{senders.connected.lever.url_key}"):
            url = httpx.URL(f"http://{server.address}{form}")
            sent = await client.post(url, headers=headers, content=as_bytes(stage_change(senders.key)))
            assert (sent.status_code, sent.text) == (202, "recorded"), (form, headers)
    server.should_exit = True
    await serving


words = st.lists(st.text("abc-_.%é", min_size=1), min_size=1, max_size=4)
gaps = st.text("/ \t\u00a0\u200b\u2060\ufeff", max_size=3)


@given(words, st.data())
def test_all_forms_have_one_plain_form(parts: list[str], data: st.DataObject) -> None:
    plain = "/" + "/".join(parts)
    gap: Callable[[], str] = lambda: data.draw(gaps)  # noqa: E731 - drawn anew each time
    form = gap() + "".join(f"/{gap()}{part}" for part in parts) + gap()
    assert plain_path(form) == plain
    assert plain_path(plain) == plain


def test_the_root_stays_the_root() -> None:
    assert {plain_path(form) for form in ("", "/", "//", " / ", "///")} == {"/"}

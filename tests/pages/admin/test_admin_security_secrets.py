"""Secrets that are typed, well or in vain, and a vendor that is hostile: in no page, log, row or error."""

import base64
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pages.admin.rendering import own_path
from pages.admin.sessions import COOKIE
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Vendors
from tests.pages.admin.browser import CODE, PASSWORD
from tests.pages.admin.conftest import Pages
from tests.pages.admin.connecting import CROSSCHQ_KEY, LEVER_KEY, TOKEN, VIEWERS, typed
from tests.pages.admin.siege import House, a_few, open_house, send
from tests.serving import AppAt, served

__all__ = ["vendors"]

ONE = "/connections/1"
WRONG = {
    "lever_key": "sentinel-wrong-lever-key",
    "crosschq_key": "sentinel-wrong-crosschq-key",
    "webhook_token": "sentinel-webhook-token",
    "token": "sentinel-endpoint-token",
    "password": "sentinel-password-of-somebody",
    "present": "sentinel-present-password",
    "new": "sentinel-new-password",
    "again": "sentinel-again-password",
    "code": "sentinel-code",
}


@dataclass
class Hostile:
    """A vendor that repeats what it is shown, or leads elsewhere; `shown` is what came at the other place."""

    elsewhere: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.asked.append(request.headers.get("authorization", ""))
        if self.elsewhere:
            return RedirectResponse(self.elsewhere, 307)
        said = request.headers.get("authorization", "")
        return JSONResponse({"code": "Unauthorized", "message": said, "detail": said, "error": said}, 401)

    def app_at(self, _url: str) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])


@pytest.fixture
async def house(pages: Pages, vendors: Vendors) -> AsyncIterator[House]:
    async with open_house(pages, vendors) as opened:
        yield opened


def spellings(secret: str) -> set[str]:
    """As it is, and as Basic authentication has it."""
    return {
        secret,
        base64.b64encode(secret.encode()).decode().rstrip("="),
        base64.b64encode(f"{secret}:".encode()).decode(),
    }


async def shown(house: House) -> list[str]:
    return [(await house.admin.open(path)).text for path in await house.pages_to_look_at()]


def found_in(texts: list[str], secrets: set[str]) -> list[str]:
    return [one for secret in secrets for one in spellings(secret) if any(one in text for text in texts)]


async def test_what_is_typed_in_vain_is_kept_nowhere(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = {"form_token": await house.admin.token_on("/")}
    answers = []
    for path, fields in (await house.good_forms()).items():
        if path == "/sign-out":
            continue
        wrong = {name: WRONG.get(name, value) for name, value in fields.items()}
        other = {**wrong, "name": "", "why": "", "lever_url": "https://evil.test"}
        answers += [await send(house.admin, house.filled(path), {**sent, **token}) for sent in (wrong, other)]
    stranger = house.pages.open_browser()
    answers += [
        await stranger.sign_in("ada", WRONG["password"]),
        await stranger.sign_in("", WRONG["present"]),
    ]
    texts = [answer.text + str(answer.headers.get("location")) for answer in answers]
    assert {answer.status_code for answer in answers} >= {303, 400, 403}
    texts += [*await shown(house), await house.desk.dump(), caplog.text]
    assert found_in(texts, set(WRONG.values())) == []


async def test_what_is_stored_is_shown_and_logged_nowhere(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = {"form_token": await house.admin.token_on("/")}
    forms = await house.good_forms()
    answers = []
    for name in ("/connections/new", f"{ONE}/lever-key", f"{ONE}/crosschq-key", f"{ONE}/webhooks/make"):
        path = name.replace("/1/", "/{id:int}/")
        answers.append(await send(house.admin, name, {**forms[path], **token}))
    endpoint = f"{ONE}/webhooks/{house.ids['endpoint']}/token"
    answers.append(await send(house.admin, endpoint, {"token": "sentinel-stored-token", **token}))
    assert [answer.status_code for answer in answers] == [303] * 5
    secrets = {LEVER_KEY, CROSSCHQ_KEY, TOKEN, "sentinel-stored-token", CODE, PASSWORD, VIEWERS}
    secrets |= {hook.signature_token for hook in house.desk.webhooks()}
    secrets |= {house.admin.http.cookies[COOKIE]}
    settings = house.pages.parts.settings
    secrets |= {settings.secret_keys.get_secret_value(), settings.prefect_auth_string.get_secret_value()}
    texts = [*await shown(house), *(one.text for one in answers), await house.desk.dump(), caplog.text]
    texts += [repr(house.pages.parts), repr(settings)]
    assert found_in(texts, secrets) == []


@pytest.mark.parametrize("vendor", ["lever", "crosschq"])
async def test_a_vendor_that_repeats_the_key_does_not_bring_it_into_a_page(
    house: House, vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hostile = Hostile()
    async with served(AppAt(hostile.app_at)) as (url, _):
        sent = typed(
            house.desk, name="Theirs", **{f"{vendor}_url": url, f"{vendor}_key": WRONG[f"{vendor}_key"]}
        )
        answer = await house.admin.send("/connections/new", "/connections/new", **sent)
        key = {f"{vendor}_url": url, f"{vendor}_key": WRONG[f"{vendor}_key"], "crosschq_prefix": "Bearer"}
        again = await house.admin.send(ONE, f"{ONE}/{vendor}-key", **key)
    assert (answer.status_code, again.status_code) == (400, 400)
    assert len(hostile.asked) >= 2
    assert "does not accept this key" in answer.text
    texts = [answer.text, again.text, caplog.text, await house.desk.dump()]
    assert found_in(texts, {WRONG[f"{vendor}_key"]}) == []


@pytest.mark.parametrize("vendor", ["lever", "crosschq"])
async def test_a_redirect_is_not_followed_with_the_key_nor_without(house: House, vendor: str) -> None:
    elsewhere = Hostile()
    async with served(AppAt(elsewhere.app_at)) as (away, _):
        leading = Hostile(elsewhere=f"{away}/v1/stages")
        async with served(AppAt(leading.app_at)) as (url, _):
            key = {f"{vendor}_url": url, f"{vendor}_key": WRONG[f"{vendor}_key"]}
            answer = await house.admin.send(ONE, f"{ONE}/{vendor}-key", **key)
    assert answer.status_code == 400
    assert "redirect" in answer.text
    assert leading.asked
    assert elsewhere.asked == []


@pytest.mark.parametrize("vendor", ["lever", "crosschq"])
async def test_the_stored_key_is_not_sent_to_another_host(house: House, vendor: str) -> None:
    hostile = Hostile()
    async with served(AppAt(hostile.app_at)) as (url, _):
        answer = await house.admin.send(ONE, f"{ONE}/{vendor}-key", **{f"{vendor}_url": url})
    assert answer.status_code == 400
    assert "Another host needs its own key" in answer.text
    assert hostile.asked == []


BASE_URLS = [
    "https://api.lever.co@evil.test/v1",
    "https://api.lever.co:x@evil.test",
    "https://api.lever.co%40evil.test",
    "https://evil.test%2f.lever.co",
    "https://evil.test%23.lever.co",
    "https://evil.test#.lever.co",
    "https://evil.test?.lever.co",
    "https://evil.test\\.lever.co",
    "https://evil.test/.lever.co",
    "https://lever.co.evil.test",
    "https://evillever.co",
    "https://api.lever.co.",
    "https://api.lever.co:8443",
    "https://api..lever.co",
    "https://api.lever.co\t.evil.test",
    "https://api.lever.c\N{CYRILLIC SMALL LETTER O}",
    "https://xn--lever-9sd.co",
    "https://api\N{FULLWIDTH FULL STOP}lever\N{FULLWIDTH FULL STOP}co",
    "https://169.254.169.254/latest",
    "https://2130706433",
    "http://2130706433",
    "https://0x7f.1",
    "https://127.1",
    "https://0177.0.0.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "http://[::1]:5432",
    "http://localhost:4200",
    "http://0.0.0.0",
    "http://api.lever.co/v1",
    "//api.lever.co",
    "ftp://api.lever.co",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_",
    "javascript:alert(1)//api.lever.co",
    "",
]


@pytest.mark.parametrize("url", a_few(BASE_URLS, 8))
async def test_no_spelling_of_a_base_url_leads_anywhere_but_to_the_vendor(
    pages: Pages, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a client was opened")

    monkeypatch.setattr("lever.client.connect", never)
    monkeypatch.setattr("crosschq.client.connect", never)
    admin = pages.open_browser()
    await admin.become_admin()
    sent = {"name": "Acme", "lever_key": "k", "crosschq_key": "k", "webhook_auth": "none"}
    for crosschq in (url, url.replace("lever.co", "crosschq.com")):
        urls = {"lever_url": url, "crosschq_url": crosschq}
        answer = await admin.send("/connections/new", "/connections/new", **sent, **urls)
        assert answer.status_code == 400
        assert {'id="lever_url-wrong"', 'id="crosschq_url-wrong"'} <= set(answer.text.split()) | {
            one.rstrip(">").partition(">")[0] for one in answer.text.split()
        }


@pytest.mark.parametrize(
    "path",
    ["//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test", "/\n/evil.test",
     "https:evil.test",
     "https://admin.test.evil.test", "javascript:alert(1)", " //evil.test", "/\u2028/evil.test", "\0//evil.test",
     "/\0/evil.test", "http:///evil.test", "@evil.test", "?//evil.test", ".//evil.test", "/" + "a" * 2000],
)  # fmt: skip
async def test_signing_in_leads_to_no_other_site(pages: Pages, path: str) -> None:
    assert own_path(path) == "/"
    await pages.open_browser().become_admin()
    browser = pages.open_browser()
    answer = await browser.sign_in(following=path)
    assert answer.status_code == 303
    location = answer.headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))

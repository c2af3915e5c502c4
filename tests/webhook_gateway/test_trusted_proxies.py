"""What a trusted proxy says of the browser behind it, in the spellings that proxies use; nobody else is believed."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from webhook_gateway.trusted_proxies import TrustedProxies


async def seen(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    answer = JSONResponse(
        [request.url.scheme, request.headers["host"], request.client and request.client.host]
    )
    await answer(scope, receive, send)


async def asked(
    headers: list[tuple[str, str]], by: str = "127.0.0.1", trusted: str = "127.0.0.1"
) -> list[str]:
    transport = httpx.ASGITransport(TrustedProxies(trusted).in_front_of(seen), client=(by, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://inside.test") as client:
        return list((await client.get("/", headers=headers)).json())


@pytest.mark.parametrize(
    ("written", "scheme"),
    [
        (["https"], "https"),
        (["HTTPS"], "https"),
        (["Https "], "https"),
        (["https,http"], "https"),
        (["https, http, http"], "https"),
        (["https", "http"], "https"),
        (["http,https"], "http"),
        (["http"], "http"),
        ([""], "http"),
        ([",https"], "http"),
        (["javascript"], "http"),
        (["https;http"], "http"),
    ],
)
async def test_the_scheme_is_that_of_the_browsers_own_proxy(written: list[str], scheme: str) -> None:
    headers = [("X-Forwarded-Proto", one) for one in written]
    assert (await asked(headers))[0] == scheme
    assert (await asked(headers, by="192.0.2.1"))[0] == "http", "nobody else is believed"


async def test_host_and_address_are_those_of_the_browser() -> None:
    headers = [("X-Forwarded-Host", "pages.test"), ("X-Forwarded-For", "198.51.100.7")]
    assert (await asked(headers))[1:] == ["pages.test", "198.51.100.7"]
    assert (await asked(headers, by="192.0.2.1"))[1:] == ["inside.test", "192.0.2.1"]

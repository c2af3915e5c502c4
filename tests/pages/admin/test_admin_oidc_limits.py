"""A provider that drips, or answers more than anybody can read, is away."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from outbound.bounded import Limits
from outbound.openid import Away
from pages.admin.oidc_begun import Begun
from pages.admin.oidc_provider import Provider
from tests.outbound.hostile import SOCKETS_HOLD, Body, Server, bomb, dripping, endless, serving

HEADS = {dripping: "200 OK", endless: "200 OK", bomb: "200 OK\r\nContent-Encoding: gzip"}


@pytest.mark.parametrize("body", list(HEADS))
async def test_what_no_provider_answers_is_not_read_to_its_end(
    body: Callable[[], Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outbound.openid.SIGN_IN", Limits(100_000, 0.5))
    server = Server(HEADS[body], body)
    async with serving(server) as url, httpx.AsyncClient() as http:
        provider = Provider(http, url, "client", None, f"{url}/back", lambda: datetime.now(UTC))
        with pytest.raises(
            Away,
            match=r"its configuration: the answer (is larger than 100,000 bytes|was not whole within 0.5 s)",
        ):
            await provider.address(Begun.now("/"))
    assert server.sent < SOCKETS_HOLD

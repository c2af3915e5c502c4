"""One stand-in Lever for each test, reached through ASGI, with a clock that stands still and a receiver of webhooks."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.lever.app import create_app
from sandbox.lever.options import LeverOptions
from sandbox.lever.stand_in import Lever

KEY = "lever-sandbox-key"
HOOK = "https://gateway.test/hooks/lever"


@dataclass
class ManualClock:
    """Time that passes only when told to."""

    now: datetime = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def milliseconds(self) -> int:
        return int(self.now.timestamp() * 1000)

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Receiver:
    """Takes webhooks. `answers` are used up one by one, then it answers 200."""

    answers: list[int] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    def events(self) -> list[str]:
        return [body["event"] for body in self.bodies]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def options(clock: ManualClock, receiver: Receiver) -> LeverOptions:
    return LeverOptions(
        size=30,
        base_url="http://lever.test",
        api_key=KEY,
        clock=clock,
        rate_clock=clock.seconds,
        rate=10_000,
        burst=10_000,
        retry_waits=(0, 0, 0, 0),
        webhook_transport=httpx.MockTransport(receiver),
    )


@pytest.fixture
def app(options: LeverOptions) -> Starlette:
    return create_app(options)


@pytest.fixture
async def lever(app: Starlette) -> AsyncIterator[Lever]:
    yield app.state.lever
    await app.state.lever.outbox.aclose()


Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def client(options: LeverOptions) -> AsyncIterator[Client]:
    """Makes a client of a stand-in with other options, `client(rate=1)`; `auth=None` leaves the key out."""
    opened: list[httpx.AsyncClient] = []

    def make(*, auth: Any = (KEY, ""), app: Starlette | None = None, **other: Any) -> httpx.AsyncClient:
        served = app or create_app(replace(options, **other))
        opened.append(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(served),
                base_url="http://lever.test",
                auth=auth,
                follow_redirects=True,
            )
        )
        return opened[-1]

    yield make
    for one in opened:
        await one.aclose()


@pytest.fixture
def api(client: Client, app: Starlette, lever: Lever) -> httpx.AsyncClient:
    """Calls the API with the key."""
    return client(app=app)


@pytest.fixture
def visitor(client: Client, app: Starlette, lever: Lever) -> httpx.AsyncClient:
    """Has no key: a person at the pages, or a test at /sandbox."""
    return client(app=app, auth=None)


@pytest.fixture
async def cast(visitor: httpx.AsyncClient) -> dict[str, Any]:
    answer = await visitor.get("/sandbox/cast")
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def plain(cast: dict[str, Any]) -> str:
    """The id of an ordinary opportunity in On-site."""
    return str(cast["opportunities"]["plain"]["id"])


@pytest.fixture
def acting(cast: dict[str, Any]) -> dict[str, str]:
    """The query that performs a call as the integration's user."""
    return {"perform_as": cast["users"]["integration"]["id"]}

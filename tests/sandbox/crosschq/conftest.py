"""A stand-in Crosschq reached through ASGI, with a webhook receiver that remembers."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.crosschq.app import create_app
from sandbox.crosschq.options import CrosschqOptions

KEY = "crosschq-sandbox-key"
REQUESTS = "/partners/reference-request/"


@dataclass
class Clock:
    """Moves only when told."""

    now: datetime = datetime(2026, 1, 4, 14, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Hook:
    """Takes every webhook with 202."""

    received: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return httpx.Response(202)

    @property
    def snapshots(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.received]


class Crosschq:
    """What a test does with the stand-in. `api` carries the key, `browser` does not."""

    def __init__(self, **options: Any) -> None:
        self.clock, self.hook = Clock(), Hook()
        self.app = create_app(
            CrosschqOptions(
                **{
                    "base_url": "http://crosschq.test",
                    "clock": self.clock,
                    "retry_waits": (0, 0, 0, 0),
                    "webhook_transport": httpx.MockTransport(self.hook),
                    **options,
                }
            )
        )
        transport = httpx.ASGITransport(self.app)
        self.browser = httpx.AsyncClient(transport=transport, base_url="http://crosschq.test")
        self.api = httpx.AsyncClient(
            transport=transport, base_url="http://crosschq.test", headers={"Authorization": KEY}
        )

    async def hook_on(self, **settings: str) -> None:
        settings = {"url": "https://hook.test/crosschq", **settings}
        assert (await self.browser.put("/sandbox/webhook", json=settings)).status_code == 200

    async def create(self, **fields: Any) -> str:
        answer = await self.api.post(REQUESTS, json=order(**fields))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["request_id"])

    async def act(self, request_id: str, *acts: str) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for act in acts:
            answer = await self.browser.post(f"/sandbox/requests/{request_id}/act", json={"act": act})
            assert answer.status_code == 200, answer.text
            shown = answer.json()
        return shown

    async def read(self, request_id: str) -> dict[str, Any]:
        answer = await self.api.get(f"{REQUESTS}{request_id}/")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def idle(self) -> None:
        await self.app.state.outbox.idle()

    async def aclose(self) -> None:
        await self.app.state.outbox.aclose()
        await self.app.state.mailer.aclose()
        await self.api.aclose()
        await self.browser.aclose()


def order(**fields: Any) -> dict[str, Any]:
    """The create body of crosschq.md 1.3, with `fields` changed."""
    return {
        "candidate": {
            "first_name": "Ada",
            "last_name": "K",
            "email": "ada@ex.test",
            "mobile_phone": "+15550100",
        },
        "jobrole": "software-engineer",
        "requestor": "rec@ex.test",
        "use_sms": False,
        "config_params": {"managers": 2, "employees": 0, "peers": 1, "business": 0, "social": 0},
        "send_past_due_notification": True,
        "send_completed_notification": True,
        "candidate_message": "",
        "job_position": "Engineer II",
        "hiring_manager": {"first_name": "H", "last_name": "M", "email": "hm@ex.test"},
        **fields,
    }


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Crosschq]]:
    made: list[Crosschq] = []

    def make_one(**options: Any) -> Crosschq:
        made.append(Crosschq(**options))
        return made[-1]

    yield make_one
    for one in made:
        await one.aclose()


@pytest.fixture
def crosschq(make: Callable[..., Crosschq]) -> Crosschq:
    return make()


@pytest.fixture(name="order")
def order_fixture() -> Callable[..., dict[str, Any]]:
    return order

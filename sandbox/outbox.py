"""Sends a stand-in's webhooks: up to five tries, growing waits, a log of each try, and the webhook knobs.

First tries to one URL go one after the other in the order of `submit`, so that only a knob reorders them.
Success is 2xx only; redirects are not followed. Knows no vendor: the caller composes body and headers.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from uuid import uuid4

import httpx

from outbound.transport import CallFailed, InvalidAddress
from sandbox.clock import Clock, utc_now
from sandbox.delivery import Delivery, State, Try
from sandbox.knobs import Knobs

RETRY_WAITS = (1.0, 5.0, 15.0, 60.0)
HELD_BACK_AT_MOST_S = 2.0
KEPT = 1_000


class Outbox:
    """One per stand-in. Its tasks run on the loop that calls `submit`; `aclose` ends them."""

    def __init__(
        self,
        knobs: Knobs,
        *,
        retry_waits: tuple[float, ...] = RETRY_WAITS,
        clock: Clock = utc_now,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        self.knobs, self.retry_waits, self.clock = knobs, retry_waits, clock
        self._transport, self._timeout_s = transport, timeout_s
        self._client: httpx.AsyncClient | None = None
        self._deliveries: dict[str, Delivery] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._held: list[asyncio.Event] = []

    def submit(self, url: str, method: str, headers: Mapping[str, str], body: bytes, label: str) -> str:
        """Queue one webhook and return its delivery id at once. Needs a running loop."""
        delivery = Delivery(uuid4().hex, label, url, method, dict(headers), body)
        self._keep(delivery)
        if self.knobs.use_up("lose_webhooks"):
            delivery.state = State.LOST
            return delivery.id
        copies = 2 if self.knobs.use_up("duplicate_webhooks") else 1
        if self.knobs.use_up("reorder_webhooks"):
            held = asyncio.Event()
            self._held.append(held)
            self._start(self._hold_back(delivery, copies, held))
        else:
            self._start(self._deliver(delivery, copies, self._release()))
        return delivery.id

    def rerun(self, delivery_id: str) -> None:
        """Send a delivery again, the same bytes, with all its tries. KeyError: the id is not in the log."""
        delivery = self._deliveries[delivery_id]
        delivery.state = State.WAITING
        self._start(self._deliver(delivery, 1, []))

    def log(self) -> list[Delivery]:
        """The newest 1,000 deliveries, oldest first."""
        return list(self._deliveries.values())

    def clear(self) -> None:
        """Drop what is in flight and forget the log."""
        for task in self._tasks:
            task.cancel()
        self._held.clear()
        self._deliveries.clear()

    async def idle(self) -> None:
        """Wait until nothing is in flight, retries included."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Cancel what is in flight and close the connections."""
        self.clear()
        await self.idle()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _keep(self, delivery: Delivery) -> None:
        self._deliveries[delivery.id] = delivery
        if len(self._deliveries) > KEPT:
            del self._deliveries[next(iter(self._deliveries))]

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _release(self) -> list[asyncio.Event]:
        held, self._held = self._held, []
        return held

    async def _hold_back(self, delivery: Delivery, copies: int, held: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(HELD_BACK_AT_MOST_S):
                await held.wait()
        except TimeoutError:
            # Nothing followed: it goes alone, and a later webhook has nothing to release.
            if held in self._held:
                self._held.remove(held)
        await self._deliver(delivery, copies, [])

    async def _deliver(self, delivery: Delivery, copies: int, waiting: list[asyncio.Event]) -> None:
        await asyncio.sleep(self.knobs.delay_webhooks_ms / 1000)
        async with self._turns[delivery.url]:
            answers = [await self._try(delivery) for _ in range(copies)]
        for held in waiting:
            held.set()
        done = any(answers)
        for wait in self.retry_waits:
            if done:
                break
            await asyncio.sleep(wait)
            done = await self._try(delivery)
        delivery.state = State.DELIVERED if done else State.FAILED

    async def _try(self, delivery: Delivery) -> bool:
        at = self.clock().timestamp()
        try:
            answer = await self._http().request(
                delivery.method, delivery.url, headers=delivery.headers, content=delivery.body
            )
        except (CallFailed, InvalidAddress) as error:
            delivery.tries.append(Try(at, None, f"{type(error).__name__}: {error}"))
            return False
        delivery.tries.append(Try(at, answer.status_code, None))
        return answer.is_success

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=self._transport, timeout=self._timeout_s, follow_redirects=False, trust_env=False
            )
        return self._client

"""What can be chosen about the stand-in Lever before it starts. Holds values only.

Where lever.md 14 says that nobody knows what the real Lever does, the choice is an option here, or a
knob (`knobs.py`) where it may change while it runs.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from sandbox.clock import Clock, utc_now
from sandbox.outbox import RETRY_WAITS


@dataclass(frozen=True)
class LeverOptions:
    """Options of one stand-in Lever account.

    `size` counts opportunities and is never less than the cast. `rate` is in calls a second and `burst` in calls, per
    API key (lever.md 3); `rate_clock` is in seconds. `webhook_transport` lets a test receive webhooks.
    """

    seed: int = 1
    size: int = 50
    base_url: str = "http://127.0.0.1:8601"
    api_key: str = "lever-sandbox-key"
    people_key: str = "lever-sandbox-people"
    """For those who look by the API at what people see on Lever's pages: without a limit, as pages have none."""
    clock: Clock = utc_now
    retry_waits: tuple[float, ...] = RETRY_WAITS
    webhook_transport: httpx.AsyncBaseTransport | None = None

    rate: float = 10.0
    burst: int = 20
    rate_clock: Callable[[], float] = time.monotonic

    confidential_access: bool = False
    event_groups_on: bool = True
    confidential_fires_webhooks: bool = True
    send_event_id: bool = True
    same_stage_is_a_change: bool = False

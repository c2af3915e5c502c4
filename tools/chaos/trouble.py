"""What goes wrong and when, from one seed: kills, frozen processes, a full disk, faults of vendors and mail server."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from typing import Protocol

from deployments.supervisor import Supervisor
from tools.chaos.disk import SmallDisk
from tools.chaos.frozen import frozen

VICTIMS = ("worker", "worker-2", "gateway", "prefect-server", "postgres")

FROZEN_SECONDS = {"worker": 9.0, "postgres": 12.0, "gateway": 12.0, "prefect-server": 22.0}
"""Longer than others wait: a heartbeat of a campaign's, a command to PostgreSQL, a webhook, an order to Prefect."""

DISK = "disk"
FULL_SECONDS = 10.0
PAUSE = (0.5, 5.0)
"""Between two troubles."""

Faults = tuple[dict[str, object], ...]

VENDOR_FAULTS: Faults = (
    {"fail_status": 503, "fail_count": 3, "retry_after": None},
    {"fail_status": 503, "fail_count": 3, "retry_after": "1"},
    {"fail_status": 429, "fail_count": 5},
    {"fail_after_write": 1, "fail_after_write_status": 503},
    {"fail_after_write": 1, "fail_after_write_status": 502},
    {"hang_after_write": 1, "hang_seconds": 1},
    {"lose_webhooks": 1},
    {"duplicate_webhooks": 2},
    {"reorder_webhooks": 2},
    {"delay_webhooks_ms": 1500},
    {"delay_webhooks_ms": 0},
)

MAIL_FAULTS: Faults = (
    {"defer_recipients": 1},
    {"defer_mails": 1},
    {"hang_after_data": 1, "hang_seconds": 1},
)

EXPORT_FAULTS: Faults = (
    {"fail_status": 503, "fail_count": 1, "retry_after": "1"},
    {"fail_status": 429, "fail_count": 2},
    {"fail_after_write": 1, "fail_after_write_status": 503},
    {"hang_after_write": 1, "hang_seconds": 1},
)
"""Rarer: what fails again and again is put off for longer and longer, and then there is nothing to kill."""


class Knobbed(Protocol):
    """Whom faults can be asked of."""

    async def set_knobs(self, **knobs: object) -> None: ...


@dataclass(frozen=True)
class Amount:
    """How much trouble there is to be."""

    kills: int
    freezes: int = 0
    full_disks: int = 0

    @property
    def seconds(self) -> float:
        """How long all of it takes, about."""
        freezes = islice(cycle(FROZEN_SECONDS.values()), self.freezes)
        steps = self.kills + self.freezes + self.full_disks
        return steps * sum(PAUSE) / 2 + sum(freezes) + self.full_disks * FULL_SECONDS


@dataclass(frozen=True)
class Happened:
    """One trouble, in epoch seconds."""

    victim: str
    began: float
    ended: float


@dataclass(frozen=True)
class Trouble:
    """One seed makes the same plan of troubles and faults; what they hit depends on the machine's pace."""

    seed: int
    amount: Amount
    supervisor: Supervisor
    tell: Callable[[str], None]
    disk: SmallDisk | None = None
    happened: list[Happened] = field(default_factory=list)

    async def happen(self, is_at_work: Callable[[], Awaitable[object]]) -> None:
        """One trouble after the other, each once there is work to hit; the supervisor starts again what was killed."""
        dice = Random(f"kills {self.seed}")  # noqa: S311 - a plan to be repeated, not a secret
        plan = self._plan()
        dice.shuffle(plan)
        for what, victim in plan:
            await is_at_work()
            await asyncio.sleep(dice.uniform(*PAUSE))
            await what(victim or dice.choice(VICTIMS))

    def _plan(self) -> list[tuple[Callable[[str], Awaitable[None]], str]]:
        fills = self.amount.full_disks * [(self._fill(self.disk), DISK)] if self.disk else []
        if len(fills) < self.amount.full_disks:
            self.tell("no disk is filled: no file system can be mounted here (are you root?)")
        return [
            *(self.amount.kills * [(self._kill, "")]),
            *((self._freeze, victim) for victim in islice(cycle(FROZEN_SECONDS), self.amount.freezes)),
            *fills,
        ]

    async def _kill(self, victim: str) -> None:
        """With SIGKILL."""
        async with self._told("kill", victim):
            await self.supervisor.kill(victim)

    async def _freeze(self, victim: str) -> None:
        async with self._told("freeze", victim):
            with frozen(self.supervisor.pid_of(victim)):
                await asyncio.sleep(FROZEN_SECONDS[victim])

    def _fill(self, disk: SmallDisk) -> Callable[[str], Awaitable[None]]:
        async def fill(victim: str) -> None:
            async with self._told("fill", victim), disk.full():
                await asyncio.sleep(FULL_SECONDS)

        return fill

    @asynccontextmanager
    async def _told(self, what: str, victim: str) -> AsyncIterator[None]:
        while victim != DISK and not self.supervisor.is_up(victim):  # noqa: ASYNC110 - until it is started again
            await asyncio.sleep(0.1)
        began = time.time()
        yield
        self.happened.append(Happened(victim, began, time.time()))
        of = self.amount.kills + self.amount.freezes + self.amount.full_disks
        self.tell(f"{len(self.happened)} of {of}: {what} {victim}")

    async def misbehave(self, faults_of: Sequence[tuple[Knobbed, Faults]]) -> None:
        """Turns the knobs of all of them until cancelled."""
        dice = Random(f"faults {self.seed}")  # noqa: S311 - as above
        while True:
            await asyncio.sleep(dice.uniform(0.5, 3.0))
            who, faults = dice.choice(faults_of)
            await who.set_knobs(**dice.choice(faults))

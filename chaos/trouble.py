"""What goes wrong and when, from one seed: processes killed, vendors and mail server slow, busy, silent, forgetful."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from deployments.supervisor import Supervisor

VICTIMS = ("worker", "gateway", "prefect-server", "postgres")

Faults = tuple[dict[str, object], ...]

VENDOR_FAULTS: Faults = (
    {"fail_status": 503, "fail_count": 3},
    {"fail_status": 429, "fail_count": 5},
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
    {"fail_status": 503, "fail_count": 1},
    {"fail_status": 429, "fail_count": 2},
    {"hang_after_write": 1, "hang_seconds": 1},
)
"""Rarer: what fails again and again is put off for longer and longer, and then there is nothing to kill."""


class Knobbed(Protocol):
    """Whom faults can be asked of."""

    async def set_knobs(self, **knobs: object) -> None: ...


@dataclass(frozen=True)
class Trouble:
    """One seed makes the same plan of kills and faults; what they hit depends on the machine's pace."""

    seed: int
    kills: int
    tell: Callable[[str], None]

    async def kill(self, supervisor: Supervisor, is_at_work: Callable[[], Awaitable[object]]) -> None:
        """Ends processes with SIGKILL at random moments once there is work to hit; the supervisor starts them again."""
        dice = Random(f"kills {self.seed}")  # noqa: S311 - a plan to be repeated, not a secret
        killed = 0
        while killed < self.kills:
            await is_at_work()
            await asyncio.sleep(dice.uniform(0.5, 5.0))
            victim = dice.choice(VICTIMS)
            if supervisor.is_up(victim):
                await supervisor.kill(victim)
                killed += 1
                self.tell(f"kill {killed} of {self.kills}: {victim}")

    async def misbehave(self, faults_of: Sequence[tuple[Knobbed, Faults]]) -> None:
        """Turns the knobs of all of them until cancelled."""
        dice = Random(f"faults {self.seed}")  # noqa: S311 - as above
        while True:
            await asyncio.sleep(dice.uniform(0.5, 3.0))
            who, faults = dice.choice(faults_of)
            await who.set_knobs(**dice.choice(faults))

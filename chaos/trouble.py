"""What goes wrong and when, from one seed: processes killed, vendors and mail server slow, busy, silent, forgetful."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from chaos.people import Postmaster
from demo.people import CrosschqPeople, LeverPeople
from deployments.supervisor import Supervisor

VICTIMS = ("worker", "gateway", "prefect-server", "postgres")

VENDOR_FAULTS: tuple[dict[str, object], ...] = (
    {"fail_status": 503, "fail_count": 3},
    {"fail_status": 429, "fail_count": 5},
    {"hang_after_write": 1, "hang_seconds": 1},
    {"lose_webhooks": 1},
    {"duplicate_webhooks": 2},
    {"reorder_webhooks": 2},
    {"delay_webhooks_ms": 1500},
    {"delay_webhooks_ms": 0},
)

MAIL_FAULTS: tuple[dict[str, object], ...] = (
    {"defer_recipients": 1},
    {"defer_mails": 1},
    {"hang_after_data": 1, "hang_seconds": 1},
)


@dataclass(frozen=True)
class Trouble:
    """One seed makes the same plan of kills and faults; what they hit depends on the machine's pace."""

    seed: int
    kills: int
    tell: Callable[[str], None]

    async def kill(self, supervisor: Supervisor) -> None:
        """Ends processes with SIGKILL at random moments; the supervisor starts them again."""
        dice = Random(f"kills {self.seed}")  # noqa: S311 - a plan to be repeated, not a secret
        killed = 0
        while killed < self.kills:
            await asyncio.sleep(dice.uniform(0.5, 5.0))
            victim = dice.choice(VICTIMS)
            if supervisor.is_up(victim):
                await supervisor.kill(victim)
                killed += 1
                self.tell(f"kill {killed} of {self.kills}: {victim}")

    async def misbehave(self, lever: LeverPeople, crosschq: CrosschqPeople, mail: Postmaster) -> None:
        """Turns the knobs of all three until cancelled."""
        dice = Random(f"faults {self.seed}")  # noqa: S311 - as above
        while True:
            await asyncio.sleep(dice.uniform(0.5, 3.0))
            who = dice.choice((lever, crosschq, mail))
            await who.set_knobs(**dice.choice(MAIL_FAULTS if who is mail else VENDOR_FAULTS))

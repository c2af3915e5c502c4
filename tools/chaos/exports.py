"""One campaign of an export: prospects become leads while processes are killed and vendors misbehave; then a count."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from cli.demo import connect_sandbox
from deployments.prefect_api import PrefectApiError
from deployments.stack import Stack
from outbound.transport import NoAnswer
from store.database import DATABASE_ERRORS
from tools.chaos.advance import Advance
from tools.chaos.campaign import WAITS, on_a_stack, sweep_often
from tools.chaos.disk import SmallDisk
from tools.chaos.export_orders import hurry
from tools.chaos.export_verdict import ExportVerdict, judge_export
from tools.chaos.trouble import EXPORT_FAULTS, Amount, Trouble
from tools.chaos.verdict import left_in_prefect
from tools.demo.connection import ProspectSwitches
from tools.demo.people import CrosschqPeople, LeverPeople
from wiring import make_parts, use_parts

FLAWS = ("no_email", "bad_email", "refused")
"""One in thirty has each: cannot become a lead, and must stop nobody else. Another one in thirty opts in twice."""
AT_ONCE = 6
"""Calls to Lever that an export has under way at a time, as in tasks/prospect_batch."""
SECONDS_PER_OPT_IN = 3.0
LOOKS_EVERY = 2.0


@dataclass(frozen=True)
class ExportCampaign:
    """`patience`: seconds after the last trouble until everything must be in order."""

    seed: int
    prospects: int
    amount: Amount
    tell: Callable[[str], None]
    patience: float = 180.0

    async def run(self) -> ExportVerdict:
        """Leaves its folder with all logs behind when something is wrong."""
        return await on_a_stack(self._run_on, self.tell)

    async def _run_on(self, stack: Stack, disk: SmallDisk | None) -> ExportVerdict:
        # Not `open_parts`: a bench has parts of its own open around this.
        async with (
            httpx.AsyncClient(timeout=30) as http,
            make_parts(stack.settings) as parts,
        ):
            with use_parts(parts):
                return await self._run_with(stack, disk, http)

    async def _run_with(self, stack: Stack, disk: SmallDisk | None, http: httpx.AsyncClient) -> ExportVerdict:
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        flawed = (await crosschq.add_prospects(self.prospects, self.seed, **self._flaws()))["flawed"]
        both = ProspectSwitches(existing=True, new=True)
        await connect_sandbox(stack, lever, crosschq, WAITS, both)
        await lever.set_knobs(latency_ms=self._latency_ms())
        await sweep_often(stack.settings)
        await self._trouble(
            Trouble(self.seed, self.amount, stack.supervisor, self.tell, disk), lever, crosschq
        )
        self.tell("peace: waiting for everything to be done")
        return await self._peace(stack, lever, crosschq, flawed)

    def _flaws(self) -> dict[str, int]:
        each = max(1, self.prospects // 30)
        return dict.fromkeys((*FLAWS, "same_email"), each)

    def _latency_ms(self) -> int:
        """Lever is so slow that the export lasts about as long as the troubles do."""
        return round(1000 * AT_ONCE * self.amount.seconds / self.prospects)

    async def _trouble(self, trouble: Trouble, lever: LeverPeople, crosschq: CrosschqPeople) -> None:
        others = [
            asyncio.create_task(trouble.misbehave([(lever, EXPORT_FAULTS), (crosschq, EXPORT_FAULTS)])),
            asyncio.create_task(self._opt_in(crosschq)),
        ]
        await trouble.happen(Advance(self.tell).wait)
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await lever.behave()
        await crosschq.behave()

    async def _opt_in(self, crosschq: CrosschqPeople) -> None:
        """New ones come meanwhile."""
        dice = Random(f"opt-ins {self.seed}")  # noqa: S311 - a plan to be repeated, not a secret
        while True:
            await asyncio.sleep(dice.uniform(1, 2 * SECONDS_PER_OPT_IN))
            await crosschq.opt_in()

    async def _peace(
        self, stack: Stack, lever: LeverPeople, crosschq: CrosschqPeople, flawed: dict[str, Any]
    ) -> ExportVerdict:
        began = time.monotonic()
        bad = {one for flaw in FLAWS for one in flawed[flaw]}
        verdict = ExportVerdict(("nobody could look",), doubled=0, lost=0)
        while (passed := time.monotonic() - began) < self.patience and not verdict.is_clean:
            await asyncio.sleep(LOOKS_EVERY)
            # What was killed last may still be starting.
            with suppress(PrefectApiError, NoAnswer, *DATABASE_ERRORS):
                verdict = await judge_export(lever, crosschq, bad)
                # Not while one is at work: it would be followed by another for as long as anybody looks.
                if not await left_in_prefect():
                    await hurry(stack.settings)
        self.tell(f"looked for the last time {passed:.0f} s after the last trouble")
        return verdict

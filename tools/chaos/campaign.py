"""One campaign: everything started, candidates moved, trouble made, vendors misbehaving; then peace and a count."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import httpx

from cli.demo import connect_sandbox
from deployments import lineup
from deployments.prefect_api import PrefectApiError, checked, every, prefect_api
from deployments.stack import Stack, running_stack
from outbound.transport import NoAnswer
from settings import Settings
from store.database import DATABASE_ERRORS
from tools.chaos.disk import SmallDisk, small_disk
from tools.chaos.people import Candidate, Postmaster, ask_where_no_mail_came, resolve_unknown
from tools.chaos.trouble import MAIL_FAULTS, VENDOR_FAULTS, Amount, Faults, Knobbed, Trouble
from tools.chaos.unconfirmed import has_lapsed, look_for_unconfirmed
from tools.chaos.verdict import Verdict, judge
from tools.demo.connection import Waits
from tools.demo.mailbox import Owner
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.settings import demo_settings
from wiring import open_parts

PORTS = (12600, 12610, 12620)
SILENCE = timedelta(seconds=6)
SWEEP_SECONDS = 10
ADOPTED_WITHIN = 35.0
"""Seconds of peace before a person looks after unconfirmed requests; until then the product finds those there are."""
MADE_AND_DENIED = {"fail_after_write": 1, "fail_after_write_status": 503}
"""In a campaign of any length Crosschq makes one request and answers 503."""
WAITS = Waits(follow_up_after="PT3S", settle_after="PT1S")
"""All shorter than in an installation, so that a campaign takes minutes; what is done is the same."""

AnyVerdict = TypeVar("AnyVerdict", bound=Verdict)


@dataclass(frozen=True)
class Campaign:
    """`patience`: seconds after the last trouble until everything must be in order."""

    seed: int
    candidates: int
    amount: Amount
    tell: Callable[[str], None]
    patience: float = 300.0

    async def run(self) -> Verdict:
        """Leaves its folder with all logs behind when something is wrong."""
        return await on_a_stack(self._run_on, self.tell)

    async def _run_on(self, stack: Stack, disk: SmallDisk | None) -> Verdict:
        async with httpx.AsyncClient(timeout=30) as http, open_parts(stack.settings):
            scene = await Scene.set_up(stack, http, self.candidates, Random(f"candidates {self.seed}"))  # noqa: S311
            trouble = Trouble(self.seed, self.amount, stack.supervisor, self.tell, disk)
            living = [asyncio.create_task(one.live(within=self.amount.seconds)) for one in scene.candidates]
            try:
                await self._happen(trouble, scene)
                self.tell("peace: waiting for everything to be done")
                return await self._peace(scene, living, trouble)
            finally:
                for one in living:
                    one.cancel()
                await asyncio.gather(*living, return_exceptions=True)

    async def _happen(self, trouble: Trouble, scene: "Scene") -> None:
        faults: list[tuple[Knobbed, Faults]] = [
            (scene.lever, VENDOR_FAULTS),
            (scene.crosschq, VENDOR_FAULTS),
            (scene.mail, MAIL_FAULTS),
        ]
        await scene.crosschq.set_knobs(**MADE_AND_DENIED)
        misbehaving = asyncio.create_task(trouble.misbehave(faults))
        await trouble.happen(_at_any_time)
        misbehaving.cancel()
        has_lapsed_already = await has_lapsed(scene.crosschq)
        for one in (scene.lever, scene.crosschq, scene.mail):
            await one.behave()
        if not has_lapsed_already:
            await scene.crosschq.set_knobs(**MADE_AND_DENIED)

    async def _peace(self, scene: "Scene", living: Sequence[asyncio.Task[None]], trouble: Trouble) -> Verdict:
        began = time.monotonic()
        verdict = Verdict(("nobody could look",))
        while (passed := time.monotonic() - began) < self.patience:
            await asyncio.sleep(SWEEP_SECONDS)
            # What was killed last may still be starting.
            with suppress(PrefectApiError, NoAnswer, *DATABASE_ERRORS):
                await _ask_vendors(scene.stack.settings)
                await ask_where_no_mail_came(scene.owner)
                if passed > ADOPTED_WITHIN:
                    await resolve_unknown(scene.lever, scene.crosschq)
                verdict = await judge(scene.lever, scene.crosschq, scene.owner, scene.candidates)
            if verdict.is_clean and all(one.done() for one in living):
                self.tell(f"in order {passed:.0f} s after the last trouble")
                break
        unconfirmed = await look_for_unconfirmed(
            scene.lever, scene.crosschq, scene.candidates, trouble.happened
        )
        self.tell(str(unconfirmed))
        return Verdict((*verdict.wrong, *unconfirmed.wrong))


@dataclass(frozen=True)
class Scene:
    """Who and what takes part."""

    stack: Stack
    lever: LeverPeople
    crosschq: CrosschqPeople
    owner: Owner
    mail: Postmaster
    candidates: Sequence[Candidate]

    @classmethod
    async def set_up(cls, stack: Stack, http: httpx.AsyncClient, candidates: int, dice: Random) -> "Scene":
        """Connected, with so many candidates; no two have the same name."""
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        owner, mail = Owner(http, stack.mailbox_url), Postmaster(http, stack.mailbox_url)
        await connect_sandbox(stack, lever, crosschq, WAITS)
        await sweep_often(stack.settings)
        met: dict[str, Candidate] = {}
        while len(met) < candidates:
            who = await lever.meet_candidate()
            own = Random(dice.random())  # noqa: S311 - to be repeated
            met[who["name"]] = Candidate(lever, crosschq, owner, own, who["id"], who["email"], who["name"])
        return cls(stack, lever, crosschq, owner, mail, list(met.values()))


async def _at_any_time() -> None:
    """Somebody is always at something."""


async def on_a_stack(
    run_on: Callable[[Stack, SmallDisk | None], Awaitable[AnyVerdict]], tell: Callable[[str], None]
) -> AnyVerdict:
    """Everything started for one campaign, with two workers; its logs stay behind when something is wrong."""
    folder = Path(tempfile.mkdtemp(prefix="cl-"))
    data, logs = folder / "data", folder / "logs"
    data.mkdir()
    with small_disk(data) as disk:
        async with running_stack(_settings(data), with_sandbox=True, progress=tell) as stack:
            await stack.supervisor.start([replace(lineup.worker(stack.settings, "-2"), name="worker-2")])
            async with watched(stack):
                verdict = await run_on(stack, disk)
        if not verdict.is_clean:
            shutil.copytree(data / "logs", logs)
    if verdict.is_clean:
        shutil.rmtree(folder)
    else:
        tell(f"logs are in {logs}")
    return verdict


def _settings(data: Path) -> Settings:
    for folder in (data, data.parent):
        folder.chmod(0o755)  # started by root, PostgreSQL is another user
    return demo_settings(data, PORTS).model_copy(update={"run_silence": SILENCE})


@asynccontextmanager
async def watched(stack: Stack) -> AsyncIterator[None]:
    """What ends within the block is started again."""
    watching = asyncio.create_task(stack.watch())
    try:
        yield
    finally:
        watching.cancel()


async def sweep_often(settings: Settings, seconds: float = SWEEP_SECONDS) -> None:
    """Lets `reconcile` look after our own work so often, as an admin may."""
    await run_often(settings, "own-work", seconds)


async def run_often(settings: Settings, name: str, seconds: float) -> None:
    """Gives the one schedule of the deployment of this name so short an interval."""
    async with prefect_api(settings) as api:
        (deployment,) = [one for one in await every(api, "/deployments/filter") if one["name"] == name]
        (schedule,) = deployment["schedules"]
        path = f"/deployments/{deployment['id']}/schedules/{schedule['id']}"
        checked(await api.patch(path, json={"schedule": {"interval": seconds}}))
        # Within a minute Prefect sees a changed schedule, within seconds a changed deployment.
        checked(await api.patch(f"/deployments/{deployment['id']}", json={"paused": False}))


async def _ask_vendors(settings: Settings) -> None:
    """Starts the slower looks by hand, as ops may, instead of waiting a quarter of an hour for them."""
    async with prefect_api(settings) as api:
        for deployment in await every(api, "/deployments/filter"):
            if deployment["name"] in ("lever", "crosschq"):
                checked(await api.post(f"/deployments/{deployment['id']}/create_flow_run", json={}))

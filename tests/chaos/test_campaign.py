"""A short campaign, with CHAOS=1 in the environment; `make chaos` is the long one."""

import os

import pytest

from chaos.campaign import Campaign

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="three minutes: set CHAOS=1"),
]


async def test_nothing_is_lost_or_doubled_when_processes_are_killed() -> None:
    told: list[str] = []
    verdict = await Campaign(seed=7, candidates=3, kills=4, tell=told.append).run()
    assert verdict.wrong == (), told
    assert sum(one.startswith("kill ") for one in told) == 4

"""A short campaign in every run of the tests; `make chaos` is the long one."""

import pytest

from chaos.campaign import Campaign

pytestmark = pytest.mark.stack


async def test_nothing_is_lost_or_doubled_when_processes_are_killed() -> None:
    told: list[str] = []
    verdict = await Campaign(seed=7, candidates=3, kills=4, tell=told.append).run()
    assert verdict.wrong == (), told
    assert sum(one.startswith("kill ") for one in told) == 4

"""A short campaign in every run of the tests; `make chaos` is the long one."""

import re
from collections import Counter

import pytest

from tools.chaos.campaign import Campaign
from tools.chaos.trouble import Amount

pytestmark = pytest.mark.stack


async def test_nothing_is_lost_or_doubled_whatever_happens() -> None:
    told: list[str] = []
    amount = Amount(kills=1, freezes=1, full_disks=1)
    verdict = await Campaign(seed=7, candidates=3, amount=amount, tell=told.append).run()
    assert verdict.wrong == (), told
    happened = [one.partition(": ")[2].split() for one in told if " of 3: " in one]
    assert Counter(what for what, _ in happened) == {"kill": 1, "freeze": 1, "fill": 1}
    assert ["freeze", "worker"] in happened
    [lapses] = [re.match(r"\d+ (?=writes done)", one) for one in told if "writes done" in one]
    assert lapses
    assert int(lapses[0]) >= 1

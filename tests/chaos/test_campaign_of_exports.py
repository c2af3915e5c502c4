"""A short campaign of an export in every run of the tests; `make chaos PROSPECTS=300` is a long one."""

import pytest

from tools.chaos.export_verdict import compare
from tools.chaos.exports import ExportCampaign
from tools.chaos.trouble import Amount


@pytest.mark.stack
async def test_each_prospect_is_one_lead_though_processes_are_killed() -> None:
    told: list[str] = []
    verdict = await ExportCampaign(seed=3, prospects=30, amount=Amount(kills=3), tell=told.append).run()
    assert verdict.wrong == (), told
    assert (verdict.doubled, verdict.lost) == (0, 0)
    assert sum(": kill " in one for one in told) == 3


def prospect(number: int, email: str | None) -> dict[str, object]:
    return {"id": f"pr_{number}", "email": email}


def lead(*emails: str) -> dict[str, object]:
    return {"emails": list(emails)}


def test_leads_are_compared_with_prospects_by_address_in_any_case() -> None:
    prospects = [prospect(1, "Ada@people.test"), prospect(2, "bob@people.test"), prospect(3, None)]
    compared = compare(prospects, [lead("ada@people.test"), lead("bob@people.test")], {"pr_3"})
    assert (compared.doubled, compared.lost, compared.of_nobody) == (0, 0, 0)
    assert compared.wrong == []


def test_what_is_doubled_lost_or_made_of_nobody_is_counted() -> None:
    prospects = [
        prospect(1, "ada@people.test"),
        prospect(2, "bob@people.test"),
        prospect(3, "cy@refused.test"),
    ]
    leads = [*3 * [lead("ada@people.test")], lead("cy@refused.test")]
    compared = compare(prospects, leads, {"pr_3"})
    assert (compared.doubled, compared.lost, compared.of_nobody) == (2, 1, 1)
    assert compared.wrong == [
        "leads doubled: 2",
        "leads lost: 1",
        "leads made of those who cannot be: 1",
    ]


def test_one_who_opted_in_twice_is_to_have_one_lead() -> None:
    twice = [prospect(1, "ada@people.test"), prospect(2, "ada@people.test")]
    assert compare(twice, [lead("ada@people.test")], ()).wrong == []
    assert compare(twice, 2 * [lead("ada@people.test")], ()).doubled == 1

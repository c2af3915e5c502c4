"""A backup is restored: whoever became a lead since does not become one again, and leaves Lever on withdrawing."""

import pytest

from hiring.prospects import IfInLever
from store.prospect_tables import ProspectState
from tests.flows.backups import Backup
from tests.flows.office import Office
from tests.flows.prospecting import assert_one_to_one, creations, emails, states

pytestmark = pytest.mark.stack


async def exported_and_forgotten(office: Office, if_in_lever: IfInLever) -> None:
    """Some prospects became leads before a backup, and more after it."""
    await office.crosschq.add_prospects(2)
    await office.want_prospects(if_in_lever=if_in_lever)
    await office.export()
    backup = await Backup.of(office.parts.database)
    await office.crosschq.add_prospects(3, seed=2)
    await office.export()
    await backup.restore()


@pytest.mark.parametrize("if_in_lever", IfInLever)
async def test_nobody_becomes_a_lead_twice(office: Office, if_in_lever: IfInLever) -> None:
    await exported_and_forgotten(office, if_in_lever)
    await office.export()
    assert len(creations(office)) == 5
    await assert_one_to_one(office)
    assert set((await states(office)).values()) == {ProspectState.LINKED}


@pytest.mark.parametrize("if_in_lever", IfInLever)
async def test_a_dry_run_foresees_that(office: Office, if_in_lever: IfInLever) -> None:
    await exported_and_forgotten(office, if_in_lever)
    ran = await office.export(dry_run=True)
    assert "Of 5 prospects: 3 would be" in (ran.message or "")
    assert "would be created" not in (ran.message or "")
    assert len(creations(office)) == 5


async def test_a_lead_that_was_found_again_leaves_when_its_prospect_withdraws(office: Office) -> None:
    await exported_and_forgotten(office, IfInLever.CREATE)
    await office.export()
    last = (await office.crosschq.prospects())[-1]
    await office.crosschq.change_prospect(last["id"], "withdraw")
    await office.export()
    [lead] = [one for one in await office.lever.leads() if emails([one]) == [last["email"]]]
    assert "Crosschq prospect: withdrawn" in lead["tags"]


@pytest.mark.parametrize(
    "wears", [{"tags": ["Crosschq prospect"]}, {"sources": ["Crosschq"]}, {"sources": ["Agency"], "tags": []}]
)
async def test_somebody_elses_lead_is_not_taken_for_ours(office: Office, wears: dict[str, list[str]]) -> None:
    await office.crosschq.add_prospects(1)
    [prospect] = await office.crosschq.prospects()
    users = (await office.lever.cast())["users"]
    body = {"emails": [prospect["email"]], "name": "Known before", "origin": "sourced", **wears}
    path = f"{office.lever.url}/v1/opportunities?perform_as={users['recruiter']['id']}"
    made = await office.lever.http.post(path, json=body, auth=(office.lever.api_key, ""))
    made.raise_for_status()
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.export()
    assert len(creations(office)) == 2

"""Deleted in Lever: nothing of the candidate is left, in our store and in Prefect's, and nothing comes back."""

import pytest

from store.tables import DeliveryState
from tests.flows.erasing import TidyOffice, naming
from tests.flows.office import Office

pytestmark = pytest.mark.stack


@pytest.fixture
async def tidy(office: Office) -> TidyOffice:
    return TidyOffice(office)


async def test_nothing_of_the_person_is_left_in_either_database(tidy: TidyOffice) -> None:
    candidate, texts = await tidy.whole_story()
    assert {row.partition(":")[0] for row in naming(texts, await tidy.in_store())} >= {"delivery", "effect"}
    assert {row.partition(":")[0] for row in naming(texts, await tidy.in_prefect())} >= {
        *("flow_run", "task_run", "log", "artifact", "artifact_collection", "events", "event_resources"),
    }
    await tidy.delete(candidate)
    ran = await tidy.work()
    assert [one.name for one in ran] == ["Superseded", "Erased"]
    assert naming(texts, await tidy.in_store()) == []
    assert naming(texts, await tidy.in_prefect()) == []


async def test_what_remains_says_that_somebody_was_erased_and_not_whom(tidy: TidyOffice) -> None:
    candidate, _ = await tidy.whole_story()
    await tidy.delete(candidate)
    await tidy.work()
    [carrier] = await tidy.office.deliveries()
    digest = tidy.office.parts.vault.blind_index(f"opportunity:{candidate['id']}")
    assert (carrier.state, carrier.subject) == (DeliveryState.DONE, f"erased:{digest}")
    assert carrier.outcome
    assert "a person asks for it there" in carrier.outcome
    audits = [row for row in await tidy.in_store() if row.startswith("audit:") and digest in row]
    assert any("Erased here: " in row for row in audits)

"""Webhooks about somebody who was erased: answered like known ones, so that nobody repeats them, and counted."""

from store.database import Database
from store.tombstones import Tombstones
from store.vault import Vault
from tests.webhook_gateway.senders import Senders, snapshot, stage_change


async def test_lever_and_crosschq_are_answered_and_nothing_is_recorded(
    senders: Senders, database: Database, vault: Vault
) -> None:
    news = snapshot()
    subjects = ["opportunity:o-1", f"request:{news['id']}"]
    async with database.transaction() as session:
        digests = [vault.blind_index(subject) for subject in subjects]
        await Tombstones(session).lay(senders.connected.connection.id, digests)
    answers = [await senders.lever(stage_change(senders.key)), await senders.crosschq(news)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "erased")] * 2
    assert await senders.deliveries() == []
    assert senders.woken == []
    assert [senders.answered(vendor, "erased") for vendor in ("lever", "crosschq")] == [1, 1]

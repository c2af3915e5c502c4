"""`replay` handles deliveries once more, one or all that failed; `--json` tells scripts the same as the tables."""

import json

import pytest
from sqlalchemy import text, update

from store.database import Database
from store.tables import Delivery, DeliveryState, RequestState
from store.vault import Vault
from tests.cli.rows import WHY_DEAD, audits, delivery_in, request_in
from tests.cli.terminal import Terminal
from tests.factories import connect
from tests.store.inbox import claim_ids, row
from tests.store.waits import begin

Inbox = tuple[Database, Vault, Terminal]

WHY = "Lever was repaired."


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.DONE, DeliveryState.IGNORED])
async def test_a_delivery_is_replayed_with_a_reason(inbox: Inbox, state: DeliveryState) -> None:
    database, vault, terminal = inbox
    one = await delivery_in(database, await connect(database, vault), state)
    said = await terminal.said("replay", one.id, "--reason", WHY)
    assert said.startswith(f"Delivery {one.id}: replayed.")
    assert await claim_ids(database) == [one.id]
    (audit,) = await audits(database)
    assert (audit.what, audit.subject, audit.why) == (
        f"replayed: it was {state.value}",
        f"delivery:{one.id}",
        WHY,
    )


async def test_one_in_hand_or_none_is_refused_in_words(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    one = await delivery_in(database, await connect(database, vault), DeliveryState.RUNNING)
    assert "It is in hand" in await terminal.refusal("replay", one.id, "--reason", WHY)
    assert "There is no delivery 404 (any more)" in await terminal.refusal("replay", 404, "--reason", WHY)
    assert await audits(database) == []


async def test_one_past_its_retention_is_refused_in_words_and_stays_as_it_is(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    one = await delivery_in(database, await connect(database, vault), DeliveryState.DONE)
    async with database.transaction() as session:
        ages_ago = {name: text("now() - interval '366 days'") for name in ("received_at", "finished_at")}
        await session.execute(update(Delivery).values(ages_ago))
    assert "ended more than 365 days ago" in await terminal.refusal("replay", one.id, "--reason", WHY)
    assert (await row(database, one.id)).state is DeliveryState.DONE
    assert await audits(database) == []


async def test_all_that_failed_since_are_replayed(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    dead = [(await delivery_in(database, connected, DeliveryState.DEAD)).id for _ in range(2)]
    done = await delivery_in(database, connected, DeliveryState.DONE)
    for since in ("2099-01-01", "2099-01-01T10:30", "2099-01-01 10:30:00"):
        assert "None was given up" in await terminal.refusal(
            "replay", "--failed-since", since, "--reason", WHY
        )
    assert await terminal.said("replay", "--failed-since", "2020-01-01", "--reason", WHY) == "Replayed: 2.\n"
    assert [(await row(database, one)).state for one in dead] == [DeliveryState.WAITING] * 2
    assert (await row(database, done.id)).state is DeliveryState.DONE
    assert len(await audits(database)) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--reason", WHY],
        ["1", "--failed-since", "2020-01-01", "--reason", WHY],
        ["1"],
        ["1", "--reason", " "],
        ["--failed-since", "soon", "--reason", WHY],
    ],
)
async def test_words_that_do_not_belong_together_are_refused(inbox: Inbox, words: list[str]) -> None:
    database, vault, terminal = inbox
    await delivery_in(database, await connect(database, vault), DeliveryState.DEAD)
    assert "Error" in await terminal.refusal("replay", *words, exit_code=2)
    assert (await row(database, 1)).state is DeliveryState.DEAD


async def test_deliveries_are_told_as_json(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    one = await delivery_in(database, connected, DeliveryState.DEAD)
    unknown = await request_in(database, connected, RequestState.UNKNOWN)
    told = json.loads(await terminal.said("deliveries", "--json"))
    (delivery,), (request,) = told["deliveries"], told["unknown_requests"]
    assert (delivery["id"], delivery["state"], delivery["outcome"]) == (one.id, "dead", WHY_DEAD)
    assert (request["id"], request["template"]) == (unknown.id, "Engineers [EU]")
    assert "body" not in delivery


async def test_follow_ups_are_told_as_json(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    one = await begin(database, await connect(database, vault))
    (told,) = json.loads(await terminal.said("follow-ups", "--json"))
    assert (told["id"], told["state"], told["next"]) == (one.id, "waiting", "the owner is asked")
    assert told["due_at"] == one.due_at.isoformat()
    assert json.loads(await terminal.said("follow-ups", "--ended", "--json")) == []


async def test_what_is_replayed_is_told_as_json(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    one = await delivery_in(database, connected, DeliveryState.DONE)
    said = await terminal.said("replay", one.id, "--reason", WHY, "--json")
    assert json.loads(said) == {"delivery": one.id, "done": "replayed"}
    await delivery_in(database, connected, DeliveryState.DEAD)
    said = await terminal.said("replay", "--failed-since", "2020-01-01", "--reason", WHY, "--json")
    assert json.loads(said) == {"replayed": 1, "are_more": False}
    assert "There is no delivery" in await terminal.refusal("replay", 404, "--reason", WHY, "--json")


async def test_what_is_resolved_is_told_as_json(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    dead = await delivery_in(database, connected, DeliveryState.DEAD)
    unknown = await request_in(database, connected, RequestState.UNKNOWN)
    said = await terminal.said("resolve", "delivery", dead.id, "--drop", "--reason", WHY, "--json")
    assert json.loads(said)["delivery"] == dead.id
    words = ["resolve", "request", unknown.id, "--sent-as", "rq-7", "--reason", WHY, "--json"]
    told = json.loads(await terminal.said(*words))
    assert told == {"request": unknown.id, "done": "sent as rq-7"}


async def test_follow_ups_go_by_both_names(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    one = await begin(database, await connect(database, vault))
    assert await terminal.said("followups", "--json") == await terminal.said("follow-ups", "--json")
    assert "cancelled" in await terminal.said("followups", "cancel", one.id, "--reason", WHY)

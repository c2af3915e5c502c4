"""A stored connection as the dictionary of its file: what goes in comes out, and no secret lies open in it."""

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import update

from crosschq.webhooks import AuthScheme
from onboarding.blueprint import Blueprint
from onboarding.connecting import connect
from onboarding.endpoint_tokens import forget_previous, store_token
from onboarding.saving import ChangedMeanwhile
from onboarding.settings_form import save_settings
from onboarding.stored import StoredConnection, stored_connection
from store.connections import Connections
from store.due import SNAPSHOT_EVENT
from store.prospect_switches import set_switches
from store.tables import Connection, WebhookEndpoint
from store.vault import Vault
from tests.onboarding.desk import (
    BASE,
    NEVER_MADE,
    SECRETS,
    WHO,
    Desk,
    both,
    with_follow_up,
    with_lever_token,
    with_prospects,
    with_requests,
)
from tools.demo.connection import CROSSCHQ_TOKEN

EVERYTHING = both(
    with_lever_token("made-by-hand-in-lever"),
    with_requests(
        'requestor_chain = ["hiring_manager"]\nfallback_requestor = "hr@acme.example"\n'
        "ask_again_after_days = 90\nshadow = true\nmost_per_hour = 7"
    ),
    with_follow_up(
        'after = "P1W2DT3H4M5S"\nremind_after = "never"\nsettle_after = "PT0S"\n'
        'fallback_asked = "talent@acme.example"\narchived_means_not_hired = false\n'
        'archive_when_hired = "Hired"\ncrosschq_takes_outcomes = false'
    ),
    with_prospects(
        'export_new = true\nsource = "Ours"\ntags = ["one", "two"]\nif_in_lever = "tag"\nfrom_api = false\n'
        'on_withdrawal = "archive"\nwithdrawal_reason = "Withdrew"\nwithdrawal_tag = "gone"'
    ),
)


async def stored(desk: Desk, connection_id: int = 1) -> StoredConnection:
    async with desk.parts.database.transaction() as session:
        found = await stored_connection(session, desk.parts.vault, connection_id)
    assert found
    return found


async def test_what_is_stored_makes_the_same_connection_again(desk: Desk) -> None:
    await desk.connect(EVERYTHING)
    first = (await stored(desk)).settings
    await connect(desk.parts, Blueprint.model_validate(first), WHO, BASE)
    assert (await stored(desk)).settings == first
    assert await desk.tokens() == ["made-by-hand-in-lever"]
    assert await desk.tokens("snapshot") == [CROSSCHQ_TOKEN]


async def test_the_sections_are_those_of_the_file_with_the_vendors_ids(desk: Desk) -> None:
    await desk.connect(EVERYTHING)
    settings = (await stored(desk)).settings
    file = Blueprint.from_text(EVERYTHING(desk.file))
    made = Blueprint.model_validate(settings)
    assert (made.requests, made.live_since, made.templates) == (
        file.requests,
        file.live_since,
        file.templates,
    )
    assert made.follow_up == file.follow_up.model_copy(update={"archive_when_hired": desk.reason("Hired").id})
    assert made.prospects == file.prospects.model_copy(
        update={"withdrawal_reason": desk.reason("Withdrew").id}
    )
    assert made.crosschq == file.crosschq
    assert (made.lever.perform_as, made.lever.create_webhooks) == (desk.people["integration"], False)
    assert set(made.lever.tokens.values()) == {None}


async def test_no_secret_can_be_read_off_it(desk: Desk) -> None:
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    found = await stored(desk)
    assert not any(secret in repr(found.settings) for secret in (*SECRETS, "made-by-hand-in-lever"))
    assert isinstance(found.settings["lever"]["api_key"], SecretStr)


async def test_what_changed_while_the_vendors_were_asked_is_not_overwritten(desk: Desk) -> None:
    await desk.connect(NEVER_MADE)
    seen = await stored(desk)
    async with desk.parts.database.transaction() as session:
        await Connections(session).pause(1, "A key was refused.")
    with pytest.raises(ChangedMeanwhile):
        await save_settings(desk.parts, seen, seen.version, {"requests": {"most_per_hour": 3}}, WHO)
    assert (await stored(desk)).connection.most_per_hour is None
    now = await stored(desk)
    await save_settings(desk.parts, now, now.version, {"requests": {"most_per_hour": 3}}, WHO)
    assert (await stored(desk)).connection.most_per_hour == 3


async def test_a_token_changed_while_the_settings_are_saved_is_not_rolled_back(desk: Desk) -> None:
    await desk.connect()
    seen, which = await stored(desk), (await desk.endpoint(SNAPSHOT_EVENT)).id
    await store_token(desk.parts, 1, which, SecretStr("the-newer-token-of-it"), AuthScheme.TOKEN, WHO)
    with pytest.raises(ChangedMeanwhile):
        await save_settings(desk.parts, seen, seen.version, {"requests": {"most_per_hour": 3}}, WHO)
    await forget_previous(desk.parts, 1, which, WHO)
    assert await desk.tokens(SNAPSHOT_EVENT) == ["the-newer-token-of-it"]


async def test_a_secret_under_a_lost_key_is_left_out(desk: Desk) -> None:
    await desk.connect(NEVER_MADE)
    async with desk.parts.database.transaction() as session:
        found = await stored_connection(session, Vault([Fernet.generate_key().decode()]), 1)
    assert found
    assert "api_key" not in found.settings["lever"]
    assert {"api_key", "webhook_token"}.isdisjoint(found.settings["crosschq"])


async def test_an_endpoint_without_a_word_on_how_to_verify_is_not_opened_to_all(desk: Desk) -> None:
    await desk.connect(NEVER_MADE)
    async with desk.parts.database.transaction() as session:
        await session.execute(update(WebhookEndpoint).values(auth_scheme=None, secrets=None))
    assert (await stored(desk)).settings["crosschq"]["webhook_auth"] == "token"


async def test_a_switch_is_as_the_file_said_last_so_that_saving_turns_none(desk: Desk) -> None:
    await desk.connect(with_prospects("export_new = true"))
    async with desk.parts.database.transaction() as session:
        await set_switches(session, 1, existing=True, new=False, who="ada", why=None)
    settings = (await stored(desk)).settings
    await connect(desk.parts, Blueprint.model_validate(settings), WHO, BASE)
    row = await desk.prospects()
    assert (row.export_existing, row.export_new) == (True, False)


async def test_every_change_of_the_connection_makes_another_version(desk: Desk) -> None:
    await desk.connect()
    versions = {(await stored(desk)).version, (await stored(desk)).version}
    assert len(versions) == 1
    async with desk.parts.database.transaction() as session:
        await Connections(session).pause(1, "Lever refused the key.")
    versions.add((await stored(desk)).version)
    async with desk.parts.database.transaction() as session:
        await session.execute(update(Connection).values(paused_because=None))
    versions.add((await stored(desk)).version)
    assert len(versions) == 3


@pytest.mark.parametrize("number", [2, 2**31, 10**30])
async def test_a_connection_that_is_not_there_is_none(desk: Desk, number: int) -> None:
    async with desk.parts.database.transaction() as session:
        assert await stored_connection(session, desk.parts.vault, number) is None

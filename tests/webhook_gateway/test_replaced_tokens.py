"""A token that was replaced is taken for a while, by an injected clock, and refused after it as any wrong one."""

from datetime import datetime, timedelta

import pytest

from onboarding.self_test.rejections import ADVICE
from store.tables import Vendor, WebhookEndpoint
from store.vault import Vault
from store.webhook_tokens import OVERLAP
from tests.webhook_gateway.senders import NOW, Senders, snapshot, stage_change
from tests.webhook_gateway.test_gateway_crosschq import basic

MOMENT = timedelta(seconds=1)
YEAR = timedelta(days=365)
NEW = "the-token-of-now"
REPLACED_TOKEN = "shown with a token that was replaced"
WHY = f"{REPLACED_TOKEN}: on 1 January 2026, and good until 08 January 2026, 00:01 UTC"


async def replace(senders: Senders, vault: Vault, endpoint: WebhookEndpoint, old: str, at: datetime) -> None:
    await senders.change(endpoint, secrets=vault.seal_list([NEW, old]), token_replaced_at=at)


@pytest.mark.parametrize(
    ("later", "status"),
    [(timedelta(0), 202), (OVERLAP - MOMENT, 202), (OVERLAP, 401), (OVERLAP + MOMENT, 401), (YEAR, 401)],
)
async def test_levers_old_token_ends(senders: Senders, vault: Vault, later: timedelta, status: int) -> None:
    await replace(senders, vault, senders.connected.lever, senders.key, NOW)
    senders.clock.now = NOW + later
    answer = await senders.lever(stage_change(senders.key, at=senders.clock.now))
    assert answer.status_code == status
    assert len(await senders.deliveries()) == (status == 202)
    assert (await senders.lever(stage_change(NEW, at=senders.clock.now))).status_code == 202
    endpoint = await senders.endpoint(senders.connected.lever)
    assert endpoint.last_rejection == (WHY if status == 401 else None)
    wrong = await senders.lever(stage_change("never-a-token", at=senders.clock.now))
    assert status == 202 or (answer.status_code, answer.text) == (wrong.status_code, wrong.text)
    assert (await senders.endpoint(senders.connected.lever)).last_rejection == "bad signature"


@pytest.mark.parametrize("scheme", ["token", "basic"])
@pytest.mark.parametrize("by", ["bare", "token", "basic", "basic as a password"])
@pytest.mark.parametrize(("later", "is_good"), [(OVERLAP - MOMENT, True), (OVERLAP, False), (YEAR, False)])
async def test_crosschqs_old_token_ends_with_either_method(
    senders: Senders, vault: Vault, scheme: str, by: str, later: timedelta, *, is_good: bool
) -> None:
    old = senders.connected.crosschq_token
    await replace(senders, vault, senders.connected.crosschq, old, NOW)
    await senders.change(senders.connected.crosschq, auth_scheme=scheme)
    senders.clock.now = NOW + later
    shown = {
        "bare": old,
        "token": f"Token {old}",
        "basic": basic(f"{old}:"),
        "basic as a password": basic(f":{old}"),
    }[by]
    answer = await senders.crosschq(snapshot(), authorization=shown)
    assert answer.status_code == (202 if is_good else 401)
    endpoint = await senders.endpoint(senders.connected.crosschq)
    assert endpoint.last_rejection == (None if is_good else WHY)


async def test_one_of_which_no_day_is_known_is_not_taken(senders: Senders, vault: Vault) -> None:
    secrets = vault.seal_list([NEW, senders.key])
    await senders.change(senders.connected.lever, secrets=secrets)
    assert (await senders.lever(stage_change(senders.key))).status_code == 401
    assert (await senders.endpoint(senders.connected.lever)).last_rejection == REPLACED_TOKEN


async def test_where_no_auth_is_chosen_nobody_is_refused_for_an_old_token(
    senders: Senders, vault: Vault
) -> None:
    await replace(senders, vault, senders.connected.crosschq, senders.connected.crosschq_token, NOW)
    await senders.change(senders.connected.crosschq, auth_scheme="none")
    senders.clock.now = NOW + YEAR
    assert (await senders.crosschq(snapshot())).status_code == 202


def test_the_self_test_knows_what_to_do_about_it() -> None:
    assert all(ADVICE[vendor][WHY.partition(":")[0]].startswith("Somebody still uses") for vendor in Vendor)

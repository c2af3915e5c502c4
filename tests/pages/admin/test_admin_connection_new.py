"""A new connection: both keys are tried, what is wrong is said at its field, and it waits for its settings."""

import pytest

from onboarding.beginning import NOT_SET_UP
from store.due import SNAPSHOT_EVENT
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Desk
from tests.pages.admin.browser import Browser, said
from tests.pages.admin.connecting import (
    ONE,
    OTHER_LEVER_KEY,
    SECRETS,
    TOKEN,
    admin,
    audits,
    begin,
    connections,
    desk,
    row,
    seen,
    viewer,
)

__all__ = ["admin", "desk", "vendors", "viewer"]

NASTY = """<script>alert(1)</script>"><img src=x onerror=alert(2)>"""


async def test_it_is_stored_paused_with_its_addresses_and_leads_to_its_settings(
    desk: Desk, admin: Browser
) -> None:
    answer = await begin(desk, admin)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ONE}/settings?done=connected")
    assert "both keys" in said(await admin.open_next(answer))
    stored = await row(desk)
    assert (stored.name, stored.paused_because) == ("Acme", NOT_SET_UP)
    assert (stored.trigger_stages, stored.perform_as, await desk.templates()) == ([], "", [])
    assert desk.parts.vault.open(stored.lever_key) == "lever-sandbox-key"
    assert await desk.tokens(SNAPSHOT_EVENT) == [TOKEN]
    assert stored.trusted_origins == [stored.crosschq_url]
    assert await audits(desk) == [("ada", "connection begun", None)]


async def test_no_secret_is_in_a_page_or_open_in_the_store(desk: Desk, admin: Browser) -> None:
    await begin(desk, admin)
    shown = await seen(desk, admin)
    assert "Acme" in shown
    assert [secret for secret in SECRETS if secret in shown] == []


async def test_a_connection_that_is_not_set_up_says_what_it_lacks_everywhere(
    desk: Desk, admin: Browser
) -> None:
    await begin(desk, admin)
    shown = (await admin.open("/connections")).text
    for words in ("Not set up", "No Lever Interview Stage is chosen.", "There is no template."):
        assert words in shown
    assert NOT_SET_UP in (await admin.open("/")).text
    tested = (await admin.open(f"{ONE}/self-test?check=now")).text
    assert "This check itself broke" not in tested
    for words in ("No user is chosen", "No stage is chosen", "There is no template"):
        assert words in tested
    previewed = await admin.open("/preview?connection=1&opportunity=some-opportunity")
    assert "The connection is not set up yet" in previewed.text


async def test_a_settings_page_is_there_for_it(desk: Desk, admin: Browser) -> None:
    await begin(desk, admin)
    assert (await admin.open(f"{ONE}/settings")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": ""}, "name", "Write a name"),
        ({"name": "x" * 101}, "name", "Write a name"),
        ({"lever_key": "wrong"}, "lever_key", "Lever does not accept this key"),
        ({"lever_key": ""}, "lever_key", "Paste the key that Lever shows."),
        ({"lever_key": "two words"}, "lever_key", "no blanks"),
        ({"lever_url": "https://inside.example/v1"}, "lever_url", "Calls to inside.example are not allowed"),
        ({"lever_url": "http://127.0.0.1:9/v1"}, "lever_url", "could not be reached"),
        ({"crosschq_key": "wrong"}, "crosschq_key", "Crosschq does not accept this key"),
        ({"crosschq_prefix": "Bearer"}, "crosschq_key", "Crosschq does not accept this key"),
        ({"crosschq_prefix": "Evil"}, "crosschq_key", "key prefix is"),
        ({"crosschq_url": "https://api.lever.co"}, "crosschq_url", "Calls to api.lever.co are not allowed"),
        ({"webhook_token": ""}, "webhook_token", "needs a token"),
        ({"webhook_token": "two words"}, "webhook_token", "no blanks"),
        ({"webhook_token": "x"}, "webhook_token", "16 characters or more"),
        (
            {"webhook_token": "15-characters-x", "webhook_auth": "none"},
            "webhook_token",
            "16 characters or more",
        ),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    desk: Desk, admin: Browser, changes: dict[str, str], field: str, said: str
) -> None:
    answer = await begin(desk, admin, **changes)
    assert answer.status_code == 400
    told = answer.text.partition(f'id="{field}-wrong">')[2].partition("</p>")[0]
    assert said in told
    assert [secret for secret in SECRETS if secret in answer.text] == []
    assert await connections(desk) == []


async def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_is_kept(
    desk: Desk, admin: Browser
) -> None:
    answer = await begin(
        desk, admin, name=NASTY, lever_key="wrong", crosschq_key="wrong", webhook_auth="basic"
    )
    assert answer.text.count("does not accept this key") == 2
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text
    assert '<option value="basic" selected>' in answer.text


async def test_a_key_that_may_not_read_something_is_told_what(desk: Desk, admin: Browser) -> None:
    knobs = desk.lever_app.state.lever.knobs
    knobs.merge({"match": "GET /v1/postings", "fail_status": 403, "fail_count": 9})
    assert "The key may not read postings." in (await begin(desk, admin)).text


async def test_a_name_is_given_once(desk: Desk, admin: Browser) -> None:
    await begin(desk, admin)
    answer = await begin(desk, admin)
    assert answer.status_code == 400
    assert "There is a connection &#39;Acme&#39; already." in answer.text
    assert (await row(desk)).name == "Acme"


async def test_no_auth_needs_no_token(desk: Desk, admin: Browser) -> None:
    assert (await begin(desk, admin, webhook_auth="none", webhook_token="")).status_code == 303
    assert (await desk.endpoint(SNAPSHOT_EVENT)).auth_scheme == "none"


async def test_a_viewer_can_begin_none(desk: Desk, admin: Browser, viewer: Browser) -> None:
    assert "lever_key" not in (await viewer.open("/connections/new")).text
    answer = await viewer.send("/connections", "/connections/new", name="Acme")
    assert answer.status_code == 403


async def test_a_lever_account_that_is_connected_already_is_refused_unless_that_is_meant(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect()
    said = await begin(desk, admin, lever_key=OTHER_LEVER_KEY)
    assert said.status_code == 400
    assert "connected already, as &#39;demo&#39;" in said.text
    assert OTHER_LEVER_KEY not in said.text
    assert len(await connections(desk)) == 1
    assert (await begin(desk, admin, lever_key=OTHER_LEVER_KEY, allow_same_account="on")).status_code == 303
    first, second = await connections(desk)
    assert first.lever_account == second.lever_account != []

"""How the demo opens: the admin fills the real pages in, before stand-ins that are really served."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from store.tables import Delivery, DeliveryState, WebhookEndpoint
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Desk, Vendors
from tests.pages.admin.browser import CODE
from tests.pages.admin.conftest import Pages, pages, settings
from tests.pages.admin.connecting import audits, connections, desk
from tests.pages.admin.rows import Desk as Rows
from tools.demo.admin import Admin
from tools.demo.browser import Browser
from tools.demo.connection import CROSSCHQ_TOKEN, Waits
from tools.demo.opening import Opening
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.settings import admins_password, demo_settings
from tools.demo.story import StepFailed

__all__ = ["desk", "pages", "settings", "vendors"]

PASSWORD = "kept by the demo"


@pytest.fixture
def opening(pages: Pages, desk: Desk, vendors: Vendors) -> Opening:
    return _opening(pages.open_browser().http, vendors)


def _opening(http: httpx.AsyncClient, vendors: Vendors, password: str = PASSWORD) -> Opening:
    lever = LeverPeople(vendors.http, vendors.lever_url)
    crosschq = CrosschqPeople(vendors.http, vendors.crosschq_url)
    waits = Waits(follow_up_after="PT10S", settle_after="PT3S")

    async def nothing() -> None:
        """The stand-ins are the same."""

    return Opening(Admin(Browser(http), password), lever, crosschq, waits, nothing)


async def _told(opening: Opening) -> list[str]:
    return [told.step async for told in opening.play(CODE)]


async def test_the_first_start_sets_all_up_by_the_pages_alone(opening: Opening, desk: Desk) -> None:
    told = await _told(opening)
    (connection,) = await connections(desk)
    assert opening.connection == f"/connections/{connection.id}"
    assert connection.paused_because is None
    assert connection.perform_as == desk.people["integration"]
    assert (connection.follow_up_after.seconds, connection.settle_after.seconds) == (10, 3)
    assert [(one["name"], one["lever_tag"], one["counts"]) for one in await desk.templates()] == [
        ("Engineers", "crosschq-engineer", {"managers": 1, "peers": 2}),
        ("Sales", "crosschq-sales", {"managers": 1, "business": 1}),
    ]
    assert len(desk.webhooks()) == 4
    assert {who for who, _what, _why in await audits(desk)} == {"admin"}
    assert told[0].startswith("An admin opened the pages and set the password")


async def test_the_self_tests_line_counts_what_is_fine_and_names_what_is_not(opening: Opening) -> None:
    line = (await _told(opening))[-1]
    assert line.startswith("and ran the self-test: ")
    assert " checks passed" in line
    assert "Candidate Stage Change: events received" in line.partition("not verified yet (")[2]


async def test_crosschq_gets_the_address_and_the_token(opening: Opening, desk: Desk) -> None:
    await _told(opening)
    webhook = desk.crosschq_app.state.organization.webhook
    assert f"/webhooks/crosschq/{(await desk.endpoint('snapshot')).url_key}" in webhook.url
    assert webhook.token == CROSSCHQ_TOKEN


async def test_a_later_start_signs_in_and_finds_the_connection(
    opening: Opening, pages: Pages, desk: Desk, vendors: Vendors
) -> None:
    await _told(opening)
    await vendors.reset()
    async with pages.parts.database.transaction() as session:
        await session.execute(update(WebhookEndpoint).values(lever_webhook_id=None))  # as of an older version
    told = await _told(_opening(pages.open_browser().http, vendors))
    assert told[0] == "An admin signed in to the pages"
    assert len(desk.webhooks()) == 4
    assert "The sandbox is new" in told[1]
    assert len(await connections(desk)) == 1


async def test_another_password_is_said_and_nothing_begun(
    opening: Opening, pages: Pages, vendors: Vendors
) -> None:
    await _told(opening)
    with pytest.raises(StepFailed, match=r"403.*The name or the password is wrong"):
        await _told(_opening(pages.open_browser().http, vendors, "not the one"))


async def test_the_switches_are_turned_with_a_reason(opening: Opening, desk: Desk) -> None:
    await _told(opening)
    await opening.admin.set_prospect_switches(opening.connection, "They opted in", are_on=True)
    assert (await desk.prospects()).export_existing
    await opening.admin.set_prospect_switches(opening.connection, "Enough", are_on=False)
    assert not (await desk.prospects()).export_new
    assert ("admin", "prospect export of existing ones turned off", "Enough") in await audits(desk)


async def test_a_delivery_is_told_in_its_pages_words(pages: Pages) -> None:
    shown = await Rows.of(pages)
    one = await shown.delivery(DeliveryState.DONE, "Reference request 1 sent.")
    async with pages.parts.database.transaction() as session:
        (await session.get_one(Delivery, one.id)).flow_run_id = str(uuid4())
    admin = Admin(Browser(shown.admin.http), PASSWORD)
    words = await admin.what_came_of_the_move("opportunity-1")
    assert words == "Done: Reference request 1 sent."


def test_the_password_is_kept_for_whoever_starts_the_demo_alone(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    assert admins_password(settings) == admins_password(settings)
    assert (tmp_path / "admin.password").stat().st_mode & 0o777 == 0o600

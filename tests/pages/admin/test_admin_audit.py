"""The audit: who changed what, on what and why, for everybody who is signed in; nothing of it is changed here."""

import re
from html import unescape

from store.audits import Audits
from store.deletion_looks import note_look
from store.erasure import ERASED
from store.keyset import PAGE
from store.tables import Audit, DeliveryState, RequestState
from tests.factories import connect
from tests.pages.admin.conftest import Pages
from tests.pages.admin.rows import IMAGE, SCRIPT, WHY, Desk

ON_LEVER = "https://hire.lever.co/candidates/opportunity-1"


def rows(shown: str) -> list[list[str]]:
    """The cells of each row as people read them, without the time."""
    cells = [
        re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)
    ]
    return [[unescape(re.sub(r"<[^>]*>", "", cell)) for cell in row[1:]] for row in cells if row]


def whys(shown: str) -> list[str]:
    return [row[3] for row in rows(shown)]


async def add(pages: Pages, *audits: Audit) -> None:
    async with pages.parts.database.transaction() as session:
        session.add_all(audits)


def word(who: str, subject: str, why: str = WHY, connection_id: int | None = 1) -> Audit:
    return Audit(connection_id=connection_id, who=who, what="changed it", subject=subject, why=why)


async def test_a_viewer_reads_who_changed_what_and_is_led_to_it(pages: Pages) -> None:
    desk = await Desk.of(pages, name="acme")
    dead, unknown = await desk.delivery(DeliveryState.DEAD), await desk.request(RequestState.UNKNOWN)
    one = await desk.follow_up()
    await desk.admin.send("/people", "/people/add", name="vera", password="a viewer's password")
    await desk.admin.send("/connections/1", "/connections/1/pause", why="The first.")
    await desk.admin.send("/", f"/deliveries/{dead.id}/drop", why="The second.")
    await add(pages, word("ada", f"request:{unknown.id}"), word(f"delivery:{dead.id}", f"follow-up:{one.id}"))
    viewer = pages.open_browser()
    await viewer.sign_in("vera", "a viewer's password")
    assert 'href="/audit?connection=1"' in (await viewer.open("/connections/1")).text
    shown = (await viewer.open("/audit")).text
    assert rows(shown)[:5] == [
        [f"Delivery {dead.id}", "changed it", f"Follow-up {one.id}", WHY, "acme"],
        ["ada", "changed it", f"Request {unknown.id}", WHY, "acme"],
        ["ada", "resolved: dropped", f"Delivery {dead.id}", "The second.", "acme"],
        ["ada", "paused the connection", "acme", "The first.", ""],
        ["ada", "added a viewer", "vera (person 2)", "", ""],
    ]
    for path in (
        f"/deliveries/{dead.id}",
        f"/follow-ups/{one.id}",
        f"/waiting#request-{unknown.id}",
        "/connections/1",
    ):
        assert f'<td><a href="{path}">' in shown


async def test_what_is_gone_is_named_without_a_link_and_all_is_escaped(pages: Pages) -> None:
    evil = f"{IMAGE}{SCRIPT}"
    desk = await Desk.of(pages, name=evil, lever_url="https://api.lever.co/v1")
    gone = [
        "delivery:404",
        "follow-up:404",
        "request:404",
        "person:404",
        f"{ERASED}0a1b",
        "delivery:9999999999",
    ]
    await add(pages, *(word("delivery:404", one, "Erased.") for one in gone))
    await add(pages, word(evil, f"opportunity:{evil}", evil), word(evil, evil, evil, None))
    await add(pages, word("ada", "opportunity:opportunity-1", evil))
    shown = (await desk.admin.open("/audit")).text
    assert {row[2] for row in rows(shown) if row[0] == "Delivery 404"} == {
        *("Delivery 404", "Follow-up 404", "Request 404", "Person 404"),
        *("Somebody who was erased", "delivery:9999999999"),
    }
    assert not re.search(r'href="[^"]*404', shown)
    assert f'<a href="{ON_LEVER}" rel="noreferrer">Opportunity opportunity-1</a>' in shown
    assert "<script>alert" not in shown
    assert "<img" not in shown


async def test_it_is_read_of_one_connection_of_people_or_with_looks_that_changed_nothing(
    pages: Pages,
) -> None:
    desk = await Desk.of(pages)
    await connect(pages.parts.database, pages.parts.vault, name="other")
    await add(pages, word("ada", "connection:1", "one's"), word("ada", "connection:2", "other's", 2))
    await add(
        pages, word("reconcile", "follow-up:1", "by itself"), word("delivery:1", "follow-up:1", "a run's")
    )
    async with pages.parts.database.transaction() as session:
        note_look(session, 1, 0)
        Audits(session).of_connection(1, who="owner by link", what="answered: hired", why="asked")
    changes = ["asked", "a run's", "by itself", "other's", "one's"]
    looked = "0 of them were still kept here."
    for asked, found in {
        "connection=1": ["asked", "a run's", "by itself", "one's"],
        "connection=2": ["other's"],
        "connection=1&which=people": ["asked", "one's"],
        "connection=1&which=all": ["asked", looked, "a run's", "by itself", "one's"],
    }.items():
        shown = (await desk.admin.open(f"/audit?{asked}")).text
        assert whys(shown) == found, asked
    for nonsense in ("", "connection=404&which=none", "connection=%00&audit_after=x"):
        assert whys((await desk.admin.open(f"/audit?{nonsense}")).text)[: len(changes)] == changes


async def test_it_turns_in_pages_both_ways_and_keeps_the_filter(pages: Pages) -> None:
    desk = await Desk.of(pages)
    await add(pages, *(word("ada", "connection:1", str(number)) for number in range(PAGE + 1)))
    first = (await desk.admin.open("/audit?connection=1")).text
    assert whys(first) == [str(number) for number in range(PAGE, 0, -1)]
    assert f"{PAGE} shown, and there are older ones." in first
    second = (await desk.admin.open(beside(first, "next"))).text
    assert whys(second) == ["0"]
    assert whys((await desk.admin.open(beside(second, "prev"))).text) == whys(first)


def beside(shown: str, way: str) -> str:
    (path,) = re.findall(rf'<a href="([^"]*)" rel="{way}">', shown)
    return unescape(path)

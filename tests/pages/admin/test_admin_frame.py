"""The frame of every page: where one is, the way to the content, and scripts of ours only."""

import hashlib
import re
from pathlib import Path

import pytest

import pages.admin
from pages.admin.navigation import PLACES
from tests.pages.admin.conftest import Pages
from tests.pages.admin.rows import Desk

STATIC = Path(pages.admin.__file__).parent / "static"


@pytest.mark.parametrize(
    ("path", "title", "marked"),
    [
        *((place.path, place.title, "page") for place in PLACES),
        ("/connections/1/self-test", "Connections", "true"),
        ("/deliveries/1", "Deliveries", "true"),
        ("/follow-ups/1", "Requests and follow-ups", "true"),
    ],
)
async def test_the_navigation_marks_where_one_is(pages: Pages, path: str, title: str, marked: str) -> None:
    desk = await Desk.of(pages)
    await desk.follow_up()
    shown = (await desk.admin.open(path)).text
    assert re.findall(r'aria-current="(\w+)">([^<]*)</a>', shown) == [(marked, title)]


async def test_the_first_link_leads_to_the_content(pages: Pages) -> None:
    desk = await Desk.of(pages)
    shown = (await desk.admin.open("/waiting")).text
    assert shown.index('<a class="skip" href="#main">') == shown.index("<a ")
    assert '<main id="main" tabindex="-1">' in shown


async def test_htmx_is_the_released_file_and_evaluates_nothing(pages: Pages) -> None:
    told = (STATIC / "htmx.LICENSE.txt").read_text()
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() in told
    shown = (await pages.open_browser().open("/first-run")).text
    for part in ('"allowEval": false', '"includeIndicatorStyles": false', '"selfRequestsOnly": true'):
        assert part in shown
    assert re.findall(r'<script src="([^"]*)"', shown) == ["/static/htmx.min.js", "/static/admin.js"]
    served = await pages.open_browser().open("/static/htmx.min.js")
    assert served.headers["content-type"].startswith("text/javascript")
    assert "unsafe" not in served.headers["content-security-policy"]


@pytest.mark.parametrize("name", sorted(one.name for one in (STATIC.parent / "templates").iterdir()))
def test_no_template_has_script_or_style_of_its_own(name: str) -> None:
    text = (STATIC.parent / "templates" / name).read_text()
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|hx-on|js:|javascript:|\|safe", text)


async def test_an_address_with_thousands_of_digits_is_no_page(pages: Pages) -> None:
    desk = await Desk.of(pages)
    assert (await desk.admin.open(f"/deliveries/{'9' * 5000}")).status_code == 404


async def test_a_vendor_that_is_slow_is_not_called_our_database(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await Desk.of(pages)
    monkeypatch.setattr("pages.admin.access.PATIENCE", 0)
    answer = await desk.admin.open("/waiting")
    assert answer.status_code == 504
    assert "a vendor answers slowly" in answer.text

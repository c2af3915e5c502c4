"""Who has no genuine link sees nothing, reading changes nothing, and a form counts from our own page only."""

import asyncio
import logging

import pytest
from sqlalchemy import text

from hiring.follow_ups import FollowUpState
from mail.links import LIFETIME, AnswerLinks, Link
from store.database import Database
from tests.pages.owner import HTTP, NOW, Owner, filled

HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}


async def rows(owner: Owner) -> list[str]:
    async with owner.database.transaction() as session:
        tables = ("follow_up", "audit", "delivery", "effect", "hiring_outcome")
        return [str((await session.execute(text(f"TABLE {table}"))).all()) for table in tables]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_reading_changes_nothing_however_often(owner: Owner, method: str) -> None:
    before = await rows(owner)
    for _ in range(3):
        assert (await owner.browser.request(method, owner.path)).status_code == 200
    assert await rows(owner) == before


async def test_head_answers_like_get_without_a_body(owner: Owner) -> None:
    got, head = await owner.open(), await owner.browser.head(owner.path)
    assert head.content == b""
    assert dict(head.headers) == dict(got.headers)


async def test_forged_and_unknown_links_are_answered_alike(owner: Owner) -> None:
    genuine = owner.path
    unknown = f"/answer/{AnswerLinks.from_vault(owner.vault, owner.clock).token(Link(99, 2))}"
    forged = [
        genuine[:-2],
        f"{genuine[:-4]}AAAA",
        "/answer/x",
        "/answer/x.y.z",
        f"/answer/{'x' * 5000}",
        "/answer/%00%C3",
    ]
    pages = [await owner.open(path) for path in (unknown, *forged)]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "Engineer" not in pages[0].text


async def test_an_old_link_has_expired_and_shows_nothing(owner: Owner) -> None:
    path = owner.path
    owner.clock.advance(seconds=LIFETIME.total_seconds())
    assert (await owner.open(path)).status_code == 200
    owner.clock.advance(seconds=1)
    page = await owner.open(path)
    assert page.status_code == 410
    assert "This link has expired" in page.text
    assert "Engineer" not in page.text


async def test_a_link_of_an_older_asking_says_that_a_newer_mail_was_sent(owner: Owner) -> None:
    form = filled(await owner.open(), "hired")
    await owner.change(link_generation=4)
    page = await owner.open()
    assert page.status_code == 410
    assert "A newer mail about this candidate has been sent." in page.text
    assert (await owner.browser.post(owner.path, data=form)).status_code == 409
    assert (await owner.follow_up()).answer is None


async def test_whoever_answers_before_the_sending_was_noted_is_heard(owner: Owner) -> None:
    await owner.change(state=FollowUpState.WAITING, generation=2)
    assert (await owner.send("hired")).status_code == 303
    follow_up = await owner.follow_up()
    assert (follow_up.state, follow_up.generation) == (FollowUpState.ANSWERED, 3)


@pytest.mark.parametrize("generation", [2, 4])
async def test_a_question_that_ended_otherwise_is_closed(owner: Owner, generation: int) -> None:
    await owner.end("anonymised in Lever")
    await owner.change(link_generation=generation)
    page = await owner.open()
    assert "This question has been closed" in page.text
    assert "anonymised" not in page.text


async def test_what_another_recipient_answered_is_not_shown_to_whoever_was_asked_before(owner: Owner) -> None:
    await owner.send("hired")
    await owner.end("answered")
    await owner.change(link_generation=4)
    assert "Hired" not in (await owner.open()).text


@pytest.mark.parametrize("field", [{}, {"page": ""}, {"page": "0" * 64}, {"page": "\u00e4"}])
async def test_a_blind_post_without_the_page_is_refused_and_may_be_tried_again(
    owner: Owner, field: dict[str, str]
) -> None:
    blind = {"outcome": "hired", "hired_on": "2024-11-20", **field}
    refused = await owner.browser.post(owner.path, data=blind)
    assert refused.status_code == 403
    assert f'<a href="{owner.path}">Open the page again</a>' in refused.text
    assert (await owner.follow_up()).state is FollowUpState.ASKED


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.test"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://elsewhere.test", "X-Forwarded-Host": "elsewhere.test"}, 403),
        ({"Origin": "https://elsewhere.test", "Host": "elsewhere.test"}, 403),
        ({"Origin": HTTP, "Sec-Fetch-Site": "same-site"}, 403),
        # What browsers send from a page whose policy is no-referrer.
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": HTTP}, 303),
        ({"Origin": HTTP, "X-Forwarded-Host": "elsewhere.test"}, 303),
        # A mail client's web view, with one of them, with both, and with none.
        ({}, 303),
        ({"Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
    ],
)
async def test_a_form_of_another_site_is_refused(owner: Owner, headers: dict[str, str], status: int) -> None:
    form = filled(await owner.open(), "hired")
    async with owner.new_browser() as without_cookies:
        answer = await without_cookies.post(owner.path, data=form, headers=headers)
    assert answer.status_code == status
    assert ((await owner.follow_up()).state is FollowUpState.ANSWERED) is (status == 303)


async def test_the_page_sets_no_cookie(owner: Owner, owner_behind_tls: Owner) -> None:
    for one in (owner, owner_behind_tls):
        assert "set-cookie" not in (await one.open()).headers


async def test_a_proof_of_one_link_is_none_for_another(owner: Owner) -> None:
    form = filled(await owner.open(), "hired")
    owner.clock.advance(seconds=1)
    owner.get_mail(owner.link)
    assert (await owner.browser.post(owner.path, data=form)).status_code == 403


async def test_every_answer_forbids_keeping_framing_and_loading(owner: Owner) -> None:
    sent = await owner.send("hired")
    refused = await owner.browser.post(owner.path)
    for answer in (await owner.open(), sent, refused, await owner.open("/answer/x")):
        assert HEADERS.items() <= dict(answer.headers).items()


async def test_the_style_sheet_is_our_own_and_the_page_names_no_other_host(owner: Owner) -> None:
    page = await owner.open()
    style = await owner.browser.get(page.url.join("static/style.css"))
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "http" not in page.text
    assert "url(" not in style.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_no_other_method_is_answered(owner: Owner, method: str) -> None:
    assert (await owner.browser.request(method, owner.path)).status_code == 405


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_the_database_the_page_says_so_and_logs_no_token(
    owner: Owner, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    form = filled(await owner.open(), "hired")
    away = Owner(Database("postgresql+asyncpg://nobody@127.0.0.1:1/none"), owner.vault, clock=owner.clock)
    away.browser.cookies = owner.browser.cookies
    with caplog.at_level(logging.DEBUG, logger="pages"):
        page = await away.browser.request(method, owner.path, data=form if method == "POST" else None)
    await away.browser.aclose()
    assert page.status_code == 503
    assert "This page is not available at the moment" in page.text
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("pages"))
    assert "An owner's answer page was answered 503" in logged
    assert owner.path.removeprefix("/answer/") not in logged


async def test_answers_that_come_at_once_are_taken_one_after_the_other(owner: Owner) -> None:
    page = await owner.open()
    forms = [filled(page, outcome) for outcome in ("hired", "hired", "hired", "not_hired")]
    sent = await asyncio.gather(*(owner.browser.post(owner.path, data=form) for form in forms))
    assert {answer.status_code for answer in sent} <= {303, 409}
    follow_up = await owner.follow_up()
    assert (follow_up.state, follow_up.contradicted_at) == (FollowUpState.WAITING, NOW)

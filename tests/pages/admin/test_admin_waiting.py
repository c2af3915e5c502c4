"""Requests and follow-ups: what waits for whom until when; a person's word on them, with a reason."""

import re
from html import unescape

import httpx
import pytest
from sqlalchemy import select, update

from hiring.follow_ups import FollowUpState
from hiring.outcomes import Outcome
from store.keyset import PAGE
from store.outcome_tables import FollowUp
from store.requests import NewRequest, Requests
from store.tables import Delivery, DeliveryState, ReferenceRequest, RequestState
from tests.pages.admin.browser import said
from tests.pages.admin.conftest import Pages
from tests.pages.admin.rows import IMAGE, SCRIPT, WHY, Desk
from tests.store.inbox import claim_ids
from tests.store.reservations import get as get_request
from tests.store.waits import get as get_follow_up


async def test_open_requests_are_shown_with_their_progress(pages: Pages) -> None:
    desk = await Desk.of(pages)
    request = await desk.request(RequestState.SENT)
    assert "The candidate, to name references" in (await desk.admin.open("/waiting")).text
    async with pages.parts.database.transaction() as session:
        await Requests(session).note_progress(request.id, answered=1, asked=3, updated_on=None)
    shown = (await desk.admin.open("/waiting")).text
    assert "1 of 3 answered" in shown
    assert "2 more references" in shown
    assert "No end is set: Crosschq reminds them, by default every 24 hours" in shown


async def test_a_request_that_has_expired_is_shown_so(pages: Pages) -> None:
    desk = await Desk.of(pages)
    request = await desk.request(RequestState.SENT)
    async with pages.parts.database.transaction() as session:
        await Requests(session).note_check(request.id, request.created_at, None)
    shown = (await desk.admin.open("/waiting")).text
    assert "Expired: no news for 180 days, so it is not read any more" in shown
    async with pages.parts.database.transaction() as session:
        await Requests(session).note_progress(request.id, answered=1, asked=3, updated_on=None)
    assert "Expired" not in (await desk.admin.open("/waiting")).text


async def test_one_that_only_a_tag_tells_of_is_shown_with_what_is_known(pages: Pages) -> None:
    desk = await Desk.of(pages)
    new = NewRequest(desk.connected.connection.id, "opportunity-1", None, "not known", "Engineer II", "index")
    async with pages.parts.database.transaction() as session:
        await Requests(session).add_found(new, "Crosschq: sent", "The profile's tag says so.")
    shown = (await desk.admin.open("/waiting")).text
    assert "<dt>Found</dt>" in shown
    assert "The profile&#39;s tag says so." in shown
    assert "Does Crosschq have request 1?" in shown


async def test_unknown_requests_beyond_the_most_are_told_of(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.admin.waiting.MOST", 1)
    desk = await Desk.of(pages)
    for opportunity in ("opportunity-1", "opportunity-2"):
        await desk.request(RequestState.UNKNOWN, opportunity)
    shown = (await desk.admin.open("/waiting")).text
    assert (shown.count("<h3"), "And 1 more" in shown) == (1, True)


async def test_without_a_mail_server_it_is_said_that_questions_wait_for_it(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    for path in ("/waiting", f"/follow-ups/{one.id}"):
        assert "No mail server is set" in (await desk.admin.open(path)).text
        assert "CROSSCHQ_LEVER_SMTP_HOST" in (await desk.admin.open(path)).text
    monkeypatch.setattr("wiring.Parts.mail_server", object())
    for path in ("/waiting", f"/follow-ups/{one.id}"):
        assert "No mail server is set" not in (await desk.admin.open(path)).text


async def test_what_was_done_is_said_in_words_of_ours_alone(pages: Pages) -> None:
    desk = await Desk.of(pages)
    for done in ("", "?done=", "?done=everything", f"?done={SCRIPT}"):
        assert said(await desk.admin.open(f"/waiting{done}")) == ""


async def test_follow_ups_say_who_is_waited_for_until_when(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    shown = (await desk.admin.open("/waiting")).text
    assert "2099-05-01 09:30:00" in shown
    assert "The owner is asked" in shown
    assert f'href="/follow-ups/{one.id}"' in shown
    await change(pages, state=FollowUpState.ASKED, asked_role="The opportunity's owner")
    assert "The opportunity&#39;s owner" in (await desk.admin.open("/waiting")).text


async def test_a_request_crosschq_has_is_sent_under_its_id(pages: Pages) -> None:
    desk = await Desk.of(pages)
    request = await desk.request(RequestState.UNKNOWN)
    fields = {"fate": "sent", "crosschq_id": "rq-77", "why": WHY}
    answer = await desk.admin.send("/waiting", f"/requests/{request.id}/resolve", **fields)
    assert said(await desk.admin.open_next(answer)).startswith("Stored: Crosschq has the request")
    found = await get_request(pages.parts.database, request.id)
    assert (found.state, found.crosschq_id) == (RequestState.SENT, "rq-77")
    assert await desk.audits(f"request:{request.id}") == [("ada", "resolved: sent as rq-77", WHY)]


async def test_a_request_crosschq_does_not_have_is_sent_now(pages: Pages) -> None:
    desk = await Desk.of(pages)
    delivery = await desk.delivery(DeliveryState.DONE)
    request = await desk.request(RequestState.UNKNOWN)
    async with pages.parts.database.transaction() as session:
        await session.execute(update(ReferenceRequest).values(delivery_id=delivery.id))
    answer = await desk.admin.send("/waiting", f"/requests/{request.id}/resolve", fate="not-sent", why=WHY)
    assert "it is sent now" in said(await desk.admin.open_next(answer))
    assert (await get_request(pages.parts.database, request.id)).state is RequestState.FAILED
    assert await claim_ids(pages.parts.database) == [delivery.id]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"fate": "", "why": WHY}, "Say whether Crosschq has it."),
        ({"fate": "sent", "crosschq_id": "", "why": WHY}, "Write the id under which Crosschq has it."),
        ({"fate": "sent", "crosschq_id": "x" * 201, "why": WHY}, "Write the id under which Crosschq has it."),
        ({"fate": "not-sent", "crosschq_id": "rq-7", "why": WHY}, "Leave the id blank"),
        ({"fate": "sent", "crosschq_id": "rq-1", "why": ""}, "Say why"),
        ({"fate": "sent", "crosschq_id": "rq-1", "why": WHY}, "is request 1 already: look again."),
    ],
)
async def test_what_is_wrong_is_said_with_what_was_typed(
    pages: Pages, fields: dict[str, str], said: str
) -> None:
    desk = await Desk.of(pages)
    await desk.request(RequestState.SENT, "opportunity-1")
    unknown = await desk.request(RequestState.UNKNOWN)
    answer = await desk.admin.send("/waiting", f"/requests/{unknown.id}/resolve", **fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{fields.get("crosschq_id", "")}"' in answer.text
    assert (await get_request(pages.parts.database, unknown.id)).state is RequestState.UNKNOWN


async def test_a_request_whose_fate_is_known_is_left(pages: Pages) -> None:
    desk = await Desk.of(pages)
    sent = await desk.request(RequestState.SENT)
    answer = await desk.admin.send("/", f"/requests/{sent.id}/resolve", fate="not-sent", why=WHY)
    assert answer.status_code == 400
    assert f"Request {sent.id} is not unknown." in answer.text


async def test_a_follow_up_is_asked_now(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    answer = await act(desk, one, "ask-now")
    assert answer.headers["location"] == f"/follow-ups/{one.id}?done=due-now"
    found = await get_follow_up(pages.parts.database, one.id)
    assert found.generation == one.generation + 1
    assert found.due_at <= pages.parts.now()
    assert await desk.audits(f"follow-up:{one.id}") == [("ada", "due now: the owner is asked", WHY)]


async def test_a_follow_up_is_postponed_by_days(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    answer = await act(desk, one, "postpone", days="1.5")
    assert said(await desk.admin.open_next(answer)) == "Postponed: below is until when."
    found = await get_follow_up(pages.parts.database, one.id)
    assert f"{found.due_at:%Y-%m-%d %H:%M}" == "2099-05-02 21:30"


@pytest.mark.parametrize("days", ["", "0", "-1", "3651", "nan", "inf", "1e400", "soon"])
async def test_days_that_are_none_postpone_nothing(pages: Pages, days: str) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    answer = await act(desk, one, "postpone", days=days)
    assert answer.status_code == 400
    assert "Say by how many days" in answer.text
    assert (await get_follow_up(pages.parts.database, one.id)).due_at == one.due_at


async def test_a_recorded_answer_is_not_put_off(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    await change(pages, state=FollowUpState.ANSWERED, answer=Outcome.HIRED)
    answer = await act(desk, one, "postpone", days="3")
    assert answer.status_code == 400
    assert "an answer is recorded" in answer.text
    assert "answered: hired" in answer.text
    assert "Cancel: the answer is not passed on" in answer.text
    assert "nobody is asked" not in answer.text


async def test_a_follow_up_is_cancelled_once_and_may_begin_anew(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    assert "Cancel: nobody is asked" in (await desk.admin.open(f"/follow-ups/{one.id}")).text
    cancelled = await act(desk, one, "cancel")
    assert said(await desk.admin.open_next(cancelled)).startswith("Cancelled:")
    assert (await get_follow_up(pages.parts.database, one.id)).state is FollowUpState.ENDED
    again = await act(desk, one, "cancel")
    assert again.status_code == 400
    assert "has ended: Cancelled by a person" in again.text
    assert WHY in (await desk.admin.open("/waiting?ended=on")).text
    await act(desk, one, "ask-now")
    assert (await get_follow_up(pages.parts.database, one.id)).state is FollowUpState.WAITING


@pytest.mark.parametrize("what", ["ask-now", "postpone", "cancel", "send-again"])
@pytest.mark.parametrize("state", [FollowUpState.ASKED, FollowUpState.ENDED])
async def test_a_page_left_open_acts_on_nothing_that_it_did_not_show(
    pages: Pages, what: str, state: FollowUpState
) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    seen = await seen_on(desk, one)
    await change(pages, state=state, ended_because="No answer.")
    answer = await act(desk, one, what, seen=seen, days="3")
    assert answer.status_code == 400
    assert "Somebody or something was faster" in answer.text
    found = await get_follow_up(pages.parts.database, one.id)
    assert (found.state, found.generation, found.due_at) == (state, one.generation, one.due_at)
    assert await desk.audits(f"follow-up:{one.id}") == []


async def test_the_question_is_ordered_again_once_for_each_press(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    await change(pages, state=FollowUpState.ASKED, link_generation=1)
    assert "Send the question again" in (await desk.admin.open(f"/follow-ups/{one.id}")).text
    seen = await seen_on(desk, one)
    presses = [await act(desk, one, "send-again", seen=seen) for _ in range(2)]
    assert [answer.status_code for answer in presses] == [303, 400]
    assert (await act(desk, one, "send-again")).status_code == 303
    async with pages.parts.database.transaction() as session:
        keys = await session.scalars(select(Delivery.replay_key).order_by(Delivery.id))
        assert list(keys) == [f"question-again:{one.id}:1:1", f"question-again:{one.id}:1:2"]
    found = await get_follow_up(pages.parts.database, one.id)
    assert (found.state, found.generation, found.due_at) == (FollowUpState.ASKED, one.generation, one.due_at)
    said = [f"ordered the question again, mail {number}" for number in (1, 2)]
    assert [what for _who, what, _why in await desk.audits(f"follow-up:{one.id}")] == said


@pytest.mark.parametrize("state", [FollowUpState.WAITING, FollowUpState.ANSWERED, FollowUpState.ENDED])
async def test_only_an_open_question_is_sent_again(pages: Pages, state: FollowUpState) -> None:
    desk = await Desk.of(pages)
    one = await desk.follow_up()
    await change(pages, state=state, link_generation=1, ended_because="No answer.")
    assert "Send the question again" not in (await desk.admin.open(f"/follow-ups/{one.id}")).text
    assert (await act(desk, one, "send-again")).status_code == 400
    assert await claim_ids(pages.parts.database) == []


async def test_in_shadow_mode_no_question_is_sent_again(pages: Pages) -> None:
    desk = await Desk.of(pages, is_shadow=True)
    one = await desk.follow_up()
    await change(pages, state=FollowUpState.ASKED, link_generation=1)
    assert "Send the question again" not in (await desk.admin.open(f"/follow-ups/{one.id}")).text
    assert "shadow mode" in (await act(desk, one, "send-again")).text
    assert await claim_ids(pages.parts.database) == []


@pytest.mark.parametrize("ended", ["", "ended=on"])
async def test_follow_ups_turn_in_pages_both_ways(pages: Pages, ended: str) -> None:
    desk = await Desk.of(pages)
    numbers = [(await desk.follow_up(f"opportunity-{number}")).id for number in range(2 * PAGE + 1)]
    if ended:
        await change(pages, state=FollowUpState.ENDED, ended_at=pages.parts.now(), ended_because="Over.")
    in_order = numbers[::-1] if ended else numbers
    leaves = [in_order[:PAGE], in_order[PAGE : 2 * PAGE], in_order[2 * PAGE :]]
    forward = await turned(desk, f"/waiting?{ended}", "next")
    assert [shown for _path, shown in forward] == leaves
    back = await turned(desk, forward[-1][0], "prev")
    assert [shown for _path, shown in back] == leaves[::-1]


async def test_requests_turn_in_pages_beside_the_follow_ups(pages: Pages) -> None:
    desk = await Desk.of(pages)
    for number in range(PAGE + 1):
        await desk.follow_up(f"opportunity-{number}")
        await desk.request(RequestState.SENT, f"asked-{number}-")
    first = (await desk.admin.open("/waiting")).text
    assert f"asked-{PAGE}-" not in first
    [of_follow_ups, of_requests] = re.findall(r'<a href="([^"]*)" rel="next">', first)
    second = (await desk.admin.open(unescape(of_requests))).text
    assert [f"asked-{number}-" in second for number in (0, PAGE - 1, PAGE)] == [False, False, True]
    assert unescape(of_follow_ups) != unescape(of_requests)
    both = [one for one in re.findall(r'<a href="([^"]*)" rel="next">', second) if "requests_after" in one]
    assert len(both) == 1, "the follow-ups turn, and the requests' page stays"


@pytest.mark.parametrize(
    "spot", ["x", "1-", "99999999999999999-1", "1-9999999999", "-1-1", "\N{ARABIC-INDIC DIGIT ONE}-1"]
)
async def test_a_spot_that_is_none_is_no_error(pages: Pages, spot: str) -> None:
    desk = await Desk.of(pages)
    await desk.follow_up()
    for name in ("follow_ups_after", "follow_ups_before", "requests_after"):
        assert (await desk.admin.http.get("/waiting", params={name: spot})).status_code == 200


async def test_a_viewer_is_offered_nothing_that_only_the_admin_may_do(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one, _ = await desk.follow_up(), await desk.request(RequestState.UNKNOWN)
    await desk.admin.send("/people", "/people/add", name="vera", password="a viewer's password")
    viewer = pages.open_browser()
    await viewer.sign_in("vera", "a viewer's password")
    for path in ("/waiting", f"/follow-ups/{one.id}"):
        shown = (await viewer.open(path)).text
        assert shown.count("<button") == 1, "sign-out only"
        assert "to ask now" not in shown


async def turned(desk: Desk, path: str, way: str) -> list[tuple[str, list[int]]]:
    """Page after page, and the follow-ups on each."""
    leaves = []
    while path:
        shown = (await desk.admin.open(path)).text
        leaves.append((path, [int(one) for one in re.findall(r'href="/follow-ups/(\d+)"', shown)]))
        further = re.search(rf'<a href="([^"]*)" rel="{way}">', shown)
        path = unescape(further[1]) if further else ""
    return leaves


async def test_what_is_not_there_is_not_found(pages: Pages) -> None:
    desk = await Desk.of(pages)
    for which in (404, 10**15):
        assert (await desk.admin.open(f"/follow-ups/{which}")).status_code == 404
        answer = await desk.admin.send("/", f"/follow-ups/{which}/cancel", why=WHY, seen="1-waiting-0")
        assert answer.status_code == 404


async def test_what_others_wrote_is_escaped(pages: Pages) -> None:
    desk = await Desk.of(pages, name=f"{SCRIPT}{IMAGE}")
    evil = f"{IMAGE}{SCRIPT}"
    one = await desk.follow_up(f"f{evil}")
    for state, opportunity in ((RequestState.SENT, f"s{evil}"), (RequestState.UNKNOWN, f"u{evil}")):
        await desk.request(state, opportunity, template=evil, job_position=evil)
    await change(pages, ended_because=evil, asked_role=evil, state=FollowUpState.ASKED)
    unknown = await desk.admin.send("/", "/requests/3/resolve", fate=evil, crosschq_id=evil, why=evil)
    postponed = await act(desk, one, "postpone", days=evil)
    shown = [
        await desk.admin.open(path) for path in ("/waiting", f"/follow-ups/{one.id}", "/waiting?ended=on")
    ]
    for answer in (unknown, postponed, *shown):
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
    assert "&lt;script&gt;" in shown[0].text


async def act(desk: Desk, one: FollowUp, what: str, **fields: str) -> httpx.Response:
    seen = {} if "seen" in fields else {"seen": await seen_on(desk, one)}
    return await desk.admin.send("/", f"/follow-ups/{one.id}/{what}", **{"why": WHY, **seen, **fields})


async def seen_on(desk: Desk, one: FollowUp) -> str:
    """What the page that is open now will hold against what it acts on."""
    found = re.search(r'name="seen" value="([^"]*)"', (await desk.admin.open(f"/follow-ups/{one.id}")).text)
    assert found
    return found[1]


async def change(pages: Pages, **columns: object) -> None:
    async with pages.parts.database.transaction() as session:
        await session.execute(update(FollowUp).values(**columns))

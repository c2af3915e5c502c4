"""The deliveries: found by filters and in pages, told in words, replayed with a reason, bodies never shown."""

import re
from dataclasses import replace
from datetime import timedelta
from html import escape, unescape

import pytest
from sqlalchemy import func, select, text, update

from hiring.follow_ups import FollowUpState
from store.attempts import Attempt
from store.connections import Endpoints
from store.deliveries import Deliveries
from store.delivery_search import PAGE
from store.outcome_tables import FollowUp
from store.people import IDLE
from store.people_tables import PageSession
from store.requests import Requests
from store.tables import Connection, Delivery, DeliveryState, EffectState, RequestState
from tests.factories import connect
from tests.pages.admin.browser import said
from tests.pages.admin.conftest import Pages
from tests.pages.admin.rows import IMAGE, SCRIPT, WHY, Desk
from tests.store.inbox import claim_ids, put_off, record, stage_change
from tests.webhook_gateway.senders import in_front_of
from tests.webhook_gateway.senders import stage_change as stage_change_in_lever

UNSURE = "It is not known whether all of it was done"


async def test_each_is_told_in_words_with_a_link_to_lever(pages: Pages) -> None:
    desk = await Desk.of(pages, lever_url="https://api.lever.co/v1")
    await desk.delivery(DeliveryState.DONE, "The request was sent.")
    shown = (await desk.admin.open("/deliveries")).text
    assert "Moved to another stage" in shown
    assert "The request was sent." in shown
    assert 'href="https://hire.lever.co/candidates/opportunity-1"' in shown
    assert 'href="/deliveries/1"' in shown
    assert "Replay or drop it" not in shown


async def test_what_the_gateway_left_alone_or_could_not_read_is_told_in_words(pages: Pages) -> None:
    stage = "8d49b010-cc6a-4f40-ace5-e86061c677ed"
    desk = await Desk.of(pages, stage_names={stage: "On-site"})
    senders = in_front_of(pages.parts.database, pages.parts.vault, desk.connected)
    async with senders.client:
        await senders.lever(stage_change_in_lever(senders.key, toStageId=stage))
        await senders.crosschq(b"[]")
    shown = (await desk.admin.open("/deliveries")).text
    moves, _, refused = shown.partition("Rejected webhooks")
    assert "Ignored: stage &#39;On-site&#39; is not a trigger stage." in moves
    assert stage not in shown
    assert "unreadable: the body is not a JSON object" in refused


async def test_what_was_given_up_stands_out_with_the_way_to_resolve_it(pages: Pages) -> None:
    desk = await Desk.of(pages)
    dead = await desk.delivery(DeliveryState.DEAD)
    shown = (await desk.admin.open("/deliveries")).text
    assert "Failed - needs attention" in shown
    assert f'href="/deliveries/{dead.id}#act"' in shown
    assert 'href="/deliveries?state=dead"' in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"a-1", "a-2", "b-1"}),
        ("connection=1", {"a-1", "a-2"}),
        ("connection=2", {"b-1"}),
        ("state=ignored", {"a-2"}),
        ("event=snapshot", set()),
        ("event=candidateStageChange&state=waiting", {"a-1", "b-1"}),
        ("opportunity=a-", {"a-1", "a-2"}),
        ("opportunity=https://hire.lever.co/candidates/b-1", {"b-1"}),
        ("opportunity=%25", set()),
        ("connection=99999999999999999999&state=nonsense&older=x", {"a-1", "a-2", "b-1"}),
        ("connection=2147483647", set()),
    ],
)
async def test_filters_choose(pages: Pages, query: str, found: set[str]) -> None:
    desk = await Desk.of(pages)
    other = await connect(pages.parts.database, pages.parts.vault)
    for connected, opportunity, outcome in (
        (desk.connected, "a-1", None), (desk.connected, "a-2", "Ignored."), (other, "b-1", None),
    ):  # fmt: skip
        new = stage_change(connected, opportunity, outcome=outcome)
        await record(pages.parts.database, replace(new, opportunity_id=opportunity))
    shown = (await desk.admin.open(f"/deliveries?{query}")).text
    assert {one for one in ("a-1", "a-2", "b-1") if f"candidates/{one}" in shown} == found


async def test_pages_lead_older_and_newer_and_stay_the_same_while_more_come(pages: Pages) -> None:
    desk = await Desk.of(pages)
    for _ in range(PAGE + 3):
        await record(pages.parts.database, stage_change(desk.connected, outcome="Ignored."))
    first = (await desk.admin.open("/deliveries?state=ignored")).text
    assert "/deliveries?state=ignored&amp;older=4" in first
    assert "&amp;newer=" not in first
    await record(pages.parts.database, stage_change(desk.connected, outcome="Ignored."))
    last = (await desk.admin.open("/deliveries?state=ignored&older=4")).text
    assert [f'"/deliveries/{at}"' in last for at in (1, 2, 3, 4)] == [True, True, True, False]
    assert "&amp;older=" not in last
    newer = (await desk.admin.open("/deliveries?state=ignored&newer=3")).text
    assert [f'"/deliveries/{at}"' in newer for at in (3, 4, PAGE + 3, PAGE + 4)] == [False, True, True, False]


async def test_an_open_list_is_told_what_is_new_and_only_that(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.RUNNING)
    for path in ("/deliveries", "/deliveries?event=candidateStageChange"):
        news = news_on((await desk.admin.open(path)).text)
        assert (await desk.admin.open(news)).status_code == 204
    await record(pages.parts.database, stage_change(desk.connected, outcome="Ignored."))
    changed = await desk.admin.open(news)
    assert changed.status_code == 200
    assert f'"/deliveries/{one.id + 1}"' in changed.text
    assert news_on(changed.text) != news
    assert "data-news" not in (await desk.admin.open(f"/deliveries?older={one.id + 1}")).text


async def test_an_open_list_is_told_of_a_pause_another_try_and_an_unknown_effect(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.RUNNING)
    attempt = Attempt(one.id, one.attempt)
    assert await put_off(pages.parts.database, attempt, pages.parts.now() + timedelta(minutes=5))
    later = update(Delivery).values(next_attempt_at=pages.parts.now() + timedelta(minutes=9))
    paused = update(Connection).values(paused_because="By hand: a release.")
    for change in (later, paused):
        news = news_on((await desk.admin.open("/deliveries")).text)
        assert (await desk.admin.open(news)).status_code == 204
        async with pages.parts.database.transaction() as session:
            await session.execute(change)
        assert (await desk.admin.open(news)).status_code == 200
    assert "Waiting: the connection is paused" in (await desk.admin.open(news)).text
    news = news_on((await desk.admin.open("/deliveries")).text)
    await desk.effect(one, "mail/1/1", EffectState.UNKNOWN)
    assert UNSURE in (await desk.admin.open(news)).text


async def test_an_unknown_effect_is_marked_found_and_told_how_to_resolve(pages: Pages) -> None:
    desk = await Desk.of(pages)
    known, note, mail = [await desk.delivery(DeliveryState.DONE) for _ in range(3)]
    follow_up = await desk.follow_up()
    await desk.effect(known, "note/opportunity-1/1")
    await desk.effect(note, "note/opportunity-1/2", EffectState.UNKNOWN)
    await desk.effect(mail, f"mail/{follow_up.id}/1", EffectState.UNKNOWN)
    assert (await desk.admin.open("/deliveries")).text.count(UNSURE) == 2
    shown = (await desk.admin.open("/deliveries?state=unknown")).text
    assert re.findall(r'<td><a href="/deliveries/(\d+)"', shown) == [str(mail.id), str(note.id)]
    assert "Replay this delivery" in (await desk.admin.open(f"/deliveries/{note.id}")).text
    of_the_mail = (await desk.admin.open(f"/deliveries/{mail.id}")).text
    assert f'href="/follow-ups/{follow_up.id}">' in of_the_mail
    assert "Replay this delivery" not in of_the_mail
    assert "What to do" not in (await desk.admin.open(f"/deliveries/{known.id}")).text


async def test_an_unknown_effect_that_was_settled_since_is_not_marked(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.DONE)
    request, follow_up = await desk.request(RequestState.UNKNOWN), await desk.follow_up()
    for key in (f"crosschq-request/{request.id}", f"mail/{follow_up.id}/1", f"tag/delivery:{one.id}:1/Sent"):
        await desk.effect(one, key, EffectState.UNKNOWN)
    told = (await desk.admin.open(f"/deliveries/{one.id}")).text
    assert "Requests and follow-ups</a>, say whether Crosschq has request" in told
    async with pages.parts.database.transaction() as session:
        await session.execute(update(FollowUp).values(state=FollowUpState.ENDED))
        await Requests(session).mark_sent(request.id, "rq-7")
    assert UNSURE in (await desk.admin.open("/deliveries")).text
    await desk.admin.send("/", f"/deliveries/{one.id}/replay", why=WHY)
    assert await claim_ids(pages.parts.database) == [one.id]
    assert UNSURE not in (await desk.admin.open("/deliveries")).text


async def test_what_a_page_does_not_list_is_counted(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.admin.overview.MOST", 1)
    monkeypatch.setattr("store.delivery_search.MOST_EFFECTS", 1)
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.DEAD)
    assert "more that" not in (await desk.admin.open("/")).text
    for _ in range(2):
        await desk.delivery(DeliveryState.DEAD)
    assert (
        '<a href="/deliveries?state=dead">And 2 more that were given up</a>'
        in (await desk.admin.open("/")).text
    )
    await desk.effect(one, "note/opportunity-1/1")
    await desk.effect(one, "note/opportunity-1/2", EffectState.UNKNOWN)
    shown = (await desk.admin.open(f"/deliveries/{one.id}")).text
    assert "And 1 more, begun later" in shown
    assert "note/opportunity-1/2" in shown


async def test_asking_for_news_does_not_keep_a_session_from_being_idle(pages: Pages) -> None:
    desk = await Desk.of(pages)
    almost = func.now() - IDLE + timedelta(seconds=60)
    async with pages.parts.database.transaction() as session:
        await session.execute(update(PageSession).values(seen_at=almost))
    assert (await desk.admin.http.get("/deliveries", headers={"X-Polls": "on"})).status_code == 200
    async with pages.parts.database.transaction() as session:
        idle = await session.scalar(select(func.now() - PageSession.seen_at))
    assert idle
    assert idle > IDLE - timedelta(seconds=90)
    await desk.admin.open("/deliveries")
    async with pages.parts.database.transaction() as session:
        assert await session.scalar(select(PageSession.seen_at > func.now() - timedelta(seconds=30)))


async def test_a_part_of_a_page_leads_a_stranger_to_the_sign_in_page_whole(pages: Pages) -> None:
    await Desk.of(pages)
    answer = await pages.open_browser().http.get("/deliveries?state=dead", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["hx-redirect"] == "/sign-in?next=/deliveries%3Fstate%3Ddead"
    polls = {"HX-Request": "true", "X-Polls": "on", "Referer": "http://admin.test/deliveries?event=x"}
    answer = await pages.open_browser().http.get("/deliveries?event=x&seen=abc", headers=polls)
    assert answer.headers["hx-redirect"] == "/sign-in?next=/deliveries%3Fevent%3Dx"


async def test_one_shows_its_run_effects_and_audit(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.DONE)
    await desk.effect(one, "note/opportunity-1/request-1-sent")
    async with pages.parts.database.transaction() as session:
        await session.execute(update(Delivery).values(flow_run_id="run-1"))
    await desk.admin.send(f"/deliveries/{one.id}", f"/deliveries/{one.id}/replay", why=WHY)
    shown = (await desk.admin.open(f"/deliveries/{one.id}")).text
    assert "http://127.0.0.1:4200/runs/flow-run/run-1" in shown
    assert "note/opportunity-1/request-1-sent" in shown
    assert "note-77" in shown
    assert "replayed: it was done" in shown


async def test_its_body_is_shown_as_structure_ids_and_events_only(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.DONE)
    shown = (await desk.admin.open(f"/deliveries/{one.id}")).text
    assert "&#34;opportunityId&#34;: &#34;opportunity-1&#34;" in shown
    assert "&#34;name&#34;: &#34;•••&#34;" in shown
    for secret in ("Ada Lovelace", "ada@people.test", "a-secret-signature"):
        assert secret not in shown


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.DONE, DeliveryState.IGNORED])
async def test_a_handled_one_is_replayed_as_a_new_attempt(pages: Pages, state: DeliveryState) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(state)
    answer = await desk.admin.send(f"/deliveries/{one.id}", f"/deliveries/{one.id}/replay", why=WHY)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deliveries/{one.id}?done=replayed")
    assert await claim_ids(pages.parts.database) == [one.id]
    assert (await desk.again(one.id)).attempt == one.attempt + 1
    assert await desk.audits(f"delivery:{one.id}") == [("ada", f"replayed: it was {state.value}", WHY)]


async def test_one_in_hand_is_not_replayed(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.RUNNING)
    answer = await desk.admin.send("/", f"/deliveries/{one.id}/replay", why=WHY)
    assert answer.status_code == 400
    assert "It is in hand" in answer.text
    assert (await desk.again(one.id)).state is DeliveryState.RUNNING


async def test_whom_nobody_may_know_any_more_is_not_read_anew(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.DONE)
    async with pages.parts.database.transaction() as session:
        await session.execute(text("UPDATE delivery SET subject = 'erased:abc', opportunity_id = NULL"))
    answer = await desk.admin.send("/", f"/deliveries/{one.id}/replay", why=WHY)
    assert answer.status_code == 400
    assert "there is nothing left to read" in answer.text
    assert "somebody who was erased" in answer.text
    assert (await desk.again(one.id)).state is DeliveryState.DONE


@pytest.mark.parametrize("act", ["replay", "drop"])
async def test_without_a_reason_nothing_changes(pages: Pages, act: str) -> None:
    desk = await Desk.of(pages)
    dead = await desk.delivery(DeliveryState.DEAD)
    for why in ("", "  ", "x" * 501):
        answer = await desk.admin.send("/", f"/deliveries/{dead.id}/{act}", why=why)
        assert answer.status_code == 400
        assert "Say why" in answer.text
    assert (await desk.again(dead.id)).state is DeliveryState.DEAD


async def test_a_given_up_one_is_dropped_and_no_other(pages: Pages) -> None:
    desk = await Desk.of(pages)
    dead, done = await desk.delivery(DeliveryState.DEAD), await desk.delivery(DeliveryState.DONE)
    dropped = await desk.admin.send("/", f"/deliveries/{dead.id}/drop", why=WHY)
    assert said(await desk.admin.open_next(dropped)) == "Dropped: it is left undone."
    assert (await desk.again(dead.id)).state is DeliveryState.IGNORED
    refused = await desk.admin.send("/", f"/deliveries/{done.id}/drop", why=WHY)
    assert refused.status_code == 400
    assert f"Delivery {done.id} was not given up." in refused.text


async def test_one_past_its_retention_says_so_and_is_not_replayed(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.DONE)
    token = await desk.admin.token_on(f"/deliveries/{one.id}")
    async with desk.pages.parts.database.transaction() as session:
        ages_ago = {name: text("now() - interval '366 days'") for name in ("received_at", "finished_at")}
        await session.execute(update(Delivery).values(ages_ago))
    shown = (await desk.admin.open(f"/deliveries/{one.id}")).text
    assert "ended more than 365 days ago" in shown
    assert f'action="/deliveries/{one.id}/replay"' not in shown
    fields = {"form_token": token, "why": WHY}
    answer = await desk.admin.http.post(f"/deliveries/{one.id}/replay", data=fields)
    assert (answer.status_code, "ended more than 365 days ago" in answer.text) == (400, True)
    assert await claim_ids(desk.pages.parts.database) == []


async def test_all_that_failed_since_are_replayed_and_older_ones_are_not(pages: Pages) -> None:
    desk = await Desk.of(pages)
    old, new = await desk.delivery(DeliveryState.DEAD), await desk.delivery(DeliveryState.DEAD)
    since = pages.parts.now() - timedelta(hours=1)
    async with pages.parts.database.transaction() as session:
        long_ago = since - timedelta(minutes=1)
        await session.execute(update(Delivery).where(Delivery.id == old.id).values(finished_at=long_ago))
    fields = {"since": f"{since:%Y-%m-%dT%H:%M}", "why": WHY}
    answer = await desk.admin.send("/deliveries", "/deliveries/replay-failed", **fields)
    assert answer.headers["location"] == "/deliveries?replayed=1"
    assert "Replayed: 1." in (await desk.admin.open("/deliveries?replayed=1")).text
    assert (await desk.again(old.id)).state is DeliveryState.DEAD
    assert (await desk.again(new.id)).state is DeliveryState.WAITING
    again = await desk.admin.send("/deliveries", "/deliveries/replay-failed", **fields)
    assert "None of these was given up since" in again.text


async def test_only_those_that_fit_the_lists_filter_are_replayed_and_no_erased_one(pages: Pages) -> None:
    desk = await Desk.of(pages)
    erased, a, b = [await desk.delivery(DeliveryState.DEAD, opportunity=one) for one in ("a-9", "a-1", "b-1")]
    async with pages.parts.database.transaction() as session:
        gone = update(Delivery).where(Delivery.id == erased.id)
        await session.execute(gone.values(subject="erased:abc", opportunity_id="a-9"))
    shown = (await desk.admin.open("/deliveries?opportunity=a-&state=ignored")).text
    assert '<input type="hidden" name="opportunity" value="a-">' in shown
    assert "Only those that fit the filter above" in shown
    assert "Those of all connections" in (await desk.admin.open("/deliveries")).text
    fields = {"since": "2020-01-01T00:00", "why": WHY, "opportunity": "a-"}
    answer = await desk.admin.send("/deliveries", "/deliveries/replay-failed", **fields)
    assert answer.headers["location"] == "/deliveries?opportunity=a-&replayed=1"
    states = [(await desk.again(one.id)).state for one in (erased, a, b)]
    assert states == [DeliveryState.DEAD, DeliveryState.WAITING, DeliveryState.DEAD]


async def test_that_more_failed_than_are_replayed_at_once_is_said(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.replaying.MOST_AT_ONCE", 1)
    desk = await Desk.of(pages)
    for opportunity in ("a-1", "b-1"):
        await desk.delivery(DeliveryState.DEAD, opportunity=opportunity)
    fields = {"since": "2020-01-01T00:00", "why": WHY}
    answer = await desk.admin.send("/deliveries", "/deliveries/replay-failed", **fields)
    assert answer.headers["location"] == "/deliveries?replayed=1&more=on"
    assert "There are more" in (await desk.admin.open(answer.headers["location"])).text
    last = await desk.admin.send("/deliveries", "/deliveries/replay-failed", **fields)
    assert last.headers["location"] == "/deliveries?replayed=1"


async def test_one_that_waits_to_be_tried_again_leads_to_the_run_that_failed(pages: Pages) -> None:
    desk = await Desk.of(pages)
    one = await desk.delivery(DeliveryState.RUNNING)
    attempt = Attempt(one.id, one.attempt)
    async with pages.parts.database.transaction() as session:
        await Deliveries(session).note_run(attempt, "run-7")
    assert await put_off(pages.parts.database, attempt, pages.parts.now() + timedelta(minutes=5))
    shown = (await desk.admin.open(f"/deliveries/{one.id}")).text
    assert "<dt>Run of the last attempt</dt>" in shown
    assert "run-7 in Prefect" in shown
    assert "Each step, with its log, is in <a" in shown


async def test_what_was_refused_at_the_door_stands_below_the_list(pages: Pages) -> None:
    desk = await Desk.of(pages)
    async with pages.parts.database.transaction() as session:
        by_event = {
            one.event: one.id for one in await Endpoints(session).of_connection(desk.connected.connection.id)
        }
    assert "Rejected webhooks" not in (await desk.admin.open("/deliveries")).text
    for event, why, times in (
        ("candidateHired", f"The signature is wrong. {SCRIPT}", 2),
        ("snapshot", "No token.", 1),
    ):
        for _ in range(times):
            async with pages.parts.database.transaction() as session:
                await Endpoints(session).note_rejection(by_event[event], why)
    shown = (await desk.admin.open("/deliveries")).text
    rows = re.findall(r"<tr>.*?</tr>", shown.partition("Rejected webhooks")[2], re.DOTALL)[1:]
    assert "No token." in rows[0]
    assert f"The signature is wrong. {escape(SCRIPT)}" in rows[1]
    assert "<td>Hired in Lever</td>\n      <td>2</td>" in rows[1]
    assert f'href="/connections/{desk.connected.connection.id}/self-test"' in rows[1]


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("connection=1", True),
        ("connection=2", False),
        ("event=candidateHired", True),
        ("event=snapshot", False),
        ("state=dead", False),
        ("opportunity=o-1", False),
        ("older=7", False),
    ],
)
async def test_filters_choose_what_was_refused_as_well(pages: Pages, query: str, is_shown: bool) -> None:
    desk = await Desk.of(pages)
    async with pages.parts.database.transaction() as session:
        endpoints = await Endpoints(session).of_connection(desk.connected.connection.id)
        one = next(endpoint for endpoint in endpoints if endpoint.event == "candidateHired")
        await Endpoints(session).note_rejection(one.id, "The signature is wrong.")
    assert ("The signature is wrong." in (await desk.admin.open(f"/deliveries?{query}")).text) is is_shown


async def test_a_refusal_is_news_to_a_list_that_is_open(pages: Pages) -> None:
    desk = await Desk.of(pages)
    news = unescape(
        re.findall(r'hx-get="(/deliveries\?seen=[^"]+)"', (await desk.admin.open("/deliveries")).text)[0]
    )
    assert (await desk.admin.open(news)).status_code == 204
    async with pages.parts.database.transaction() as session:
        one, *_ = await Endpoints(session).of_connection(desk.connected.connection.id)
        await Endpoints(session).note_rejection(one.id, "The signature is wrong.")
    assert "The signature is wrong." in (await desk.admin.open(news)).text


async def test_a_time_that_is_none_is_said_with_what_was_typed(pages: Pages) -> None:
    desk = await Desk.of(pages)
    answer = await desk.admin.send("/deliveries", "/deliveries/replay-failed", since="soon", why=WHY)
    assert answer.status_code == 400
    assert "Write since when" in answer.text
    assert f'value="{WHY}"' in answer.text


@pytest.mark.parametrize("id", ["404", "99999999999999999999"])
async def test_one_that_is_not_there_is_not_found(pages: Pages, id: str) -> None:  # noqa: A002
    desk = await Desk.of(pages)
    assert (await desk.admin.open(f"/deliveries/{id}")).status_code == 404


async def test_what_others_wrote_is_escaped(pages: Pages) -> None:
    desk = await Desk.of(pages, name=SCRIPT)
    one = await desk.delivery(DeliveryState.DEAD, f"Stage '{IMAGE}' {SCRIPT}", f"o{IMAGE}{SCRIPT}")
    await desk.effect(one, f"tag/{IMAGE}/{SCRIPT}")
    await desk.admin.send("/", f"/deliveries/{one.id}/drop", why=f"{IMAGE}{SCRIPT}")
    reflected = f"/deliveries?opportunity={IMAGE}{SCRIPT}&event={SCRIPT}&connection={SCRIPT}"
    for path in ("/", "/deliveries", f"/deliveries/{one.id}", reflected):
        shown = (await desk.admin.open(path)).text
        assert "<script>alert" not in shown, path
        assert "<img" not in shown, path
    assert "&lt;script&gt;" in (await desk.admin.open("/deliveries")).text


async def test_a_viewer_sees_no_form_that_they_may_not_send(pages: Pages) -> None:
    desk = await Desk.of(pages)
    dead = await desk.delivery(DeliveryState.DEAD)
    await desk.admin.send("/people", "/people/add", name="vera", password="a viewer's password")
    viewer = pages.open_browser()
    await viewer.sign_in("vera", "a viewer's password")
    for path in ("/deliveries", f"/deliveries/{dead.id}"):
        shown = (await viewer.open(path)).text
        assert shown.count('method="post"') == 1, "sign-out only"
        assert "eplay" not in shown


def news_on(shown: str) -> str:
    found = re.search(r'data-news hx-get="([^"]*)"', shown)
    assert found
    return unescape(found[1])

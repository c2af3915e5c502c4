"""A mail scanner that presses every button decides nothing: the owner is asked once more, and once only."""

from datetime import timedelta

from hiring.follow_ups import FollowUpState
from hiring.outcomes import Outcome
from mail.links import Link
from tests.pages.owner import NOW, Owner, filled

NEITHER = "We received two different answers within seconds, so neither was recorded."


async def contradict(owner: Owner) -> str:
    """Two answers within two seconds; the page that is seen then."""
    await owner.send("hired")
    owner.clock.advance(seconds=2)
    assert (await owner.send("not_hired")).status_code == 303
    return (await owner.open()).text


async def asked_once_more(owner: Owner) -> None:
    await owner.change(
        state=FollowUpState.ASKED, link_generation=6, generation=7, due_at=owner.clock.now + timedelta(days=7)
    )
    owner.get_mail(Link(owner.link.follow_up_id, 6))


async def test_two_different_answers_within_seconds_are_both_forgotten(owner: Owner) -> None:
    page = await contradict(owner)
    assert f"{NEITHER} You will get the question once more." in page
    follow_up = await owner.follow_up()
    assert (follow_up.answer, follow_up.hired_on, follow_up.answered_at) == (None, None, None)
    assert (follow_up.state, follow_up.due_at) == (FollowUpState.WAITING, NOW + timedelta(seconds=2))
    assert follow_up.contradicted_at == NOW + timedelta(seconds=2)
    assert [row.what for row in await owner.audits()][1:] == ["answers contradicted each other"]


async def test_the_link_is_void_at_once_as_a_scanner_goes_on_pressing(owner: Owner) -> None:
    form = filled(await owner.open(), "open")
    await contradict(owner)
    sent = await owner.browser.post(owner.path, data=form)
    assert sent.status_code == 409
    assert NEITHER in sent.text
    assert (await owner.follow_up()).state is FollowUpState.WAITING


async def test_asked_once_more_the_owner_answers_through_the_new_link_only(owner: Owner) -> None:
    await contradict(owner)
    void = owner.path
    await asked_once_more(owner)
    assert "A newer mail about this candidate has been sent." in (await owner.open(void)).text
    assert (await owner.send("hired")).status_code == 303
    assert (await owner.follow_up()).answer is Outcome.HIRED


async def test_a_second_contradiction_ends_the_question_without_an_answer(owner: Owner) -> None:
    await contradict(owner)
    await asked_once_more(owner)
    page = await contradict(owner)
    assert f"{NEITHER} As that happened twice, you are not asked again." in page
    follow_up = await owner.follow_up()
    assert (follow_up.state, follow_up.answer, follow_up.due_at) == (
        FollowUpState.ANSWERED,
        None,
        owner.clock.now,
    )
    assert [row.why for row in await owner.audits()][-1] == "within seconds, twice; it ends so"


async def test_a_change_of_mind_is_no_contradiction(owner: Owner) -> None:
    await owner.send("hired")
    owner.clock.advance(seconds=11)
    await owner.send("not_hired")
    assert (await owner.follow_up()).answer is Outcome.NOT_HIRED

"""A question is sent again by a person's word: a mail for each order, its link works, and nothing else moves."""

from typing import Any

import pytest
from sqlalchemy import update

from hiring.follow_ups import FollowUpState
from store.audits import PersonsWord
from store.follow_up_changes import NotNow, send_again
from store.tables import Connection, Delivery, DeliveryState
from tests.flows.office import Office
from tests.flows.test_the_question import asked

pytestmark = pytest.mark.stack

WORD = PersonsWord("ada", "It went to spam.")


async def order(office: Office, candidate: dict[str, Any]) -> None:
    follow_up = await office.follow_up(candidate)
    async with office.parts.database.transaction() as session:
        await send_again(session, follow_up.id, WORD)


async def test_each_order_is_one_mail_whose_link_works_and_nothing_is_put_off(office: Office) -> None:
    candidate, _, first_link = await asked(office)
    before = await office.follow_up(candidate)
    await order(office, candidate)
    await order(office, candidate)
    assert [one.name for one in await office.work()] == ["SentAgain", "SentAgain"]
    mails = office.mailbox.mails()
    assert len(mails) == 3
    assert len({mail.subject for mail in mails}) == 1
    after = await office.follow_up(candidate)
    for column in ("state", "due_at", "asked_at", "reminded_at", "generation", "link_generation"):
        assert getattr(after, column) == getattr(before, column)
    for link in (first_link, *[await office.owner.link(mail.id) for mail in mails]):
        assert (await office.owner.answer(link, "not_hired")).status_code == 303
    assert (await office.follow_up(candidate)).state is FollowUpState.ANSWERED


async def test_an_order_that_is_done_over_sends_no_second_mail(office: Office) -> None:
    candidate, _, _ = await asked(office)
    await order(office, candidate)
    [ran] = await office.work()
    async with office.parts.database.transaction() as session:
        of_it = update(Delivery).where(Delivery.id == ran.delivery.id)
        await session.execute(of_it.values(state=DeliveryState.WAITING))
    await office.work()
    assert len(office.mailbox.mails()) == 2


async def test_a_question_that_was_answered_meanwhile_is_not_sent(office: Office) -> None:
    candidate, _, link = await asked(office)
    await order(office, candidate)
    assert (await office.owner.answer(link, "not_hired")).status_code == 303
    assert "Ignored" in [one.name for one in await office.work()]
    assert len(office.mailbox.mails()) == 1


async def test_in_shadow_mode_none_is_sent_nor_ordered(office: Office) -> None:
    candidate, _, _ = await asked(office)
    await order(office, candidate)
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(is_shadow=True))
    with pytest.raises(NotNow, match="shadow mode"):
        await order(office, candidate)
    assert [one.name for one in await office.work()] == ["Ignored"]
    assert len(office.mailbox.mails()) == 1


async def test_of_a_candidate_who_was_archived_as_hired_meanwhile_nothing_is_sent(office: Office) -> None:
    candidate, _, _ = await asked(office)
    await order(office, candidate)
    await office.archive(candidate)
    await office.work()
    assert len(office.mailbox.mails()) == 1

"""Who signs in with OpenID Connect is known by their account: an address that changed hands gives nobody's rights."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from pages.admin.oidc_refusals import ADDRESS_IS_HELD, NAME_IS_TAKEN
from settings import Settings
from store.database import Database
from store.people import Identity, People
from store.people_tables import PageAddress, PagePerson, PageSession, Role
from store.tables import Audit
from tests.pages.admin.browser import PASSWORD, Browser
from tests.pages.admin.office import ISSUER, Office, open_office, provider_at, with_oidc

ANA, COSTA = "ana@firm.test", "ana.costa@firm.test"


@pytest.fixture
def oidc_settings(settings: Settings) -> Settings:
    return with_oidc(settings, oidc_admins=f"{ANA}, root@firm.test", oidc_viewers="@firm.test")


@pytest.fixture
async def office(database: Database, oidc_settings: Settings) -> AsyncIterator[Office]:
    async with open_office(oidc_settings, provider_at()) as office:
        yield office


async def local_admin(office: Office) -> Browser:
    browser = office.open_browser()
    await browser.become_admin(name="local")
    return browser


async def row(office: Office, name: str) -> PagePerson:
    async with office.pages.parts.database.transaction() as session:
        return (await session.scalars(select(PagePerson).where(PagePerson.name == name))).one()


async def add(office: Office, *rows: Any) -> None:
    async with office.pages.parts.database.transaction() as session:
        for one in rows:
            session.add(one)
            await session.flush()


async def before_accounts_were_kept(office: Office, name: str = ANA) -> int:
    """As the migration leaves who has signed in with an earlier release."""
    person = PagePerson(name=name, role=Role.ADMIN)
    await add(office, person)
    await add(office, PageAddress(address=name, person_id=person.id))
    return person.id


def is_refused(answer: httpx.Response, why: str) -> bool:
    return answer.status_code == 403 and why in answer.text


async def test_an_address_that_changed_hands_gives_nobody_s_rights(office: Office) -> None:
    first, second = office.open_browser(), office.open_browser()
    await office.sign_in_as("sub-1", ANA, first)
    assert "Add a viewer" in (await first.open("/people")).text
    before = (await row(office, ANA)).id
    assert (await office.sign_in_as("sub-1", COSTA)).status_code == 200
    assert (await row(office, COSTA)).id == before, "A renamed person keeps the row."
    for address in (ANA, ANA.upper(), "Ana@Firm.test"):
        assert is_refused(await office.sign_in_as("sub-2", address, second), ADDRESS_IS_HELD), address
    assert (await second.open("/")).status_code == 303
    assert await office.people() == {COSTA: Role.VIEWER}
    assert "view only" in (await first.open("/")).text, "Her sessions follow what her address may now."


async def test_it_is_refused_before_its_owner_has_signed_in_with_the_new_one(office: Office) -> None:
    first = office.open_browser()
    await office.sign_in_as("sub-1", ANA, first)
    assert is_refused(await office.sign_in_as("sub-2", ANA), ADDRESS_IS_HELD)
    assert "Add a viewer" in (await first.open("/people")).text


async def test_a_person_may_go_back_to_an_address_of_theirs(office: Office) -> None:
    for address in (ANA, COSTA, ANA.upper(), COSTA):
        assert (await office.sign_in_as("sub-1", address)).status_code == 200
    assert await office.people() == {COSTA: Role.VIEWER}


async def test_another_one_s_address_is_refused_to_somebody_who_is_known_too(office: Office) -> None:
    await office.sign_in_as("sub-1", ANA)
    await office.sign_in_as("sub-2", "bob@firm.test")
    assert is_refused(await office.sign_in_as("sub-2", ANA), ADDRESS_IS_HELD)
    assert await office.people() == {ANA: Role.ADMIN, "bob@firm.test": Role.VIEWER}


@pytest.mark.parametrize("name", [ANA, "Ana@Firm.test", ANA.upper()])
async def test_a_local_account_s_name_is_nobody_else_s(office: Office, name: str) -> None:
    admin = await local_admin(office)
    assert (await admin.send("/people", "/people/add", name=name, password=PASSWORD)).status_code == 303
    assert is_refused(await office.sign_in_as("sub-1", ANA), NAME_IS_TAKEN)
    await office.sign_in_as("sub-1", COSTA)
    assert is_refused(await office.sign_in_as("sub-1", ANA), NAME_IS_TAKEN)
    assert (await office.open_browser().sign_in(name)).status_code == 303


@pytest.mark.parametrize("name", [ANA, "Ana@Firm.test", COSTA])
async def test_no_local_account_gets_the_address_of_who_signs_in_elsewhere(office: Office, name: str) -> None:
    admin = await local_admin(office)
    await office.sign_in_as("sub-1", ANA)
    await office.sign_in_as("sub-1", COSTA)
    refused = await admin.send("/people", "/people/add", name=name, password=PASSWORD)
    assert (refused.status_code, "Somebody has this name already" in refused.text) == (400, True)


async def test_the_same_sub_of_another_provider_is_another_person(
    office: Office, oidc_settings: Settings
) -> None:
    first = office.open_browser()
    await office.sign_in_as("sub-1", ANA, first)
    changed = with_oidc(oidc_settings, oidc_issuer="https://other.test", oidc_admins=ANA)
    async with open_office(changed, provider_at("https://other.test")) as other:
        same = other.open_browser()
        same.http.cookies = first.http.cookies
        assert (await same.open("/")).status_code == 303, "That provider has not vouched for this session."
        assert is_refused(await other.sign_in_as("sub-1", ANA), ADDRESS_IS_HELD)
        assert (await other.sign_in_as("sub-1", COSTA)).status_code == 200
        assert await other.people() == {ANA: Role.ADMIN, COSTA: Role.VIEWER}
    assert (await first.open("/")).status_code == 200, "Nor has anything happened to it."


@pytest.mark.parametrize("address", [ANA, COSTA])
async def test_removing_a_person_frees_their_addresses_and_ends_their_sessions(
    office: Office, address: str
) -> None:
    admin, first = await local_admin(office), office.open_browser()
    await office.sign_in_as("sub-1", ANA, first)
    await office.sign_in_as("sub-1", COSTA)
    shown = (await admin.open("/people")).text
    assert f"by OpenID Connect, before as {ANA}" in shown
    person = await row(office, COSTA)
    assert (await admin.send("/people", f"/people/{person.id}/remove")).status_code == 303
    assert (await first.open("/")).status_code == 303
    assert (await office.sign_in_as("sub-2", address)).status_code == 200
    assert (await row(office, address)).id != person.id
    again = await office.sign_in_as("sub-1", address)
    assert is_refused(again, ADDRESS_IS_HELD), "Who was removed is a stranger as well."


async def test_an_admin_of_the_settings_can_be_removed_and_the_one_with_a_password_cannot(
    office: Office,
) -> None:
    admin = await local_admin(office)
    await office.sign_in_as("sub-1", ANA)
    person = await row(office, ANA)
    assert (await admin.send("/people", f"/people/{person.id}/remove")).status_code == 303
    assert await office.people() == {"local": Role.ADMIN}
    local = await row(office, "local")
    assert (await admin.send("/people", f"/people/{local.id}/remove")).status_code == 400


async def test_audit_rows_keep_the_name_of_their_day_and_one_subject(office: Office) -> None:
    for address in (ANA, COSTA):
        await office.sign_in_as("sub-1", address)
    person = await row(office, COSTA)
    async with office.pages.parts.database.transaction() as session:
        audits = (await session.scalars(select(Audit).order_by(Audit.id))).all()
    assert [(one.who, one.what, one.subject) for one in audits] == [
        (ANA, "signed in with OpenID Connect as admin", f"person:{person.id}"),
        (COSTA, "has another e-mail address than before", f"person:{person.id}"),
        (COSTA, "signed in with OpenID Connect as viewer", f"person:{person.id}"),
    ]


async def test_who_was_here_before_is_bound_by_their_address_once_and_signed_out(office: Office) -> None:
    person_id = await before_accounts_were_kept(office)
    await add(office, PageSession(digest="of-before", person_id=person_id))
    assert (await office.sign_in_as("sub-1", "Ana@firm.test")).status_code == 200
    known = await row(office, ANA)
    assert (known.id, known.issuer, known.subject) == (person_id, ISSUER, "sub-1")
    async with office.pages.parts.database.transaction() as session:
        digests = list(await session.scalars(select(PageSession.digest)))
    assert len(digests) == 1
    assert "of-before" not in digests
    assert is_refused(await office.sign_in_as("sub-2", ANA), ADDRESS_IS_HELD)
    assert (await office.sign_in_as("sub-1", COSTA)).status_code == 200
    assert (await row(office, COSTA)).id == person_id


async def test_who_was_here_before_by_a_name_that_now_has_a_password_is_not_bound(office: Office) -> None:
    await local_admin(office)
    local = await row(office, "local")
    await add(office, PagePerson(name=ANA, role=Role.VIEWER, password_hash=local.password_hash))
    assert is_refused(await office.sign_in_as("sub-1", ANA), NAME_IS_TAKEN)
    assert (await row(office, ANA)).issuer is None


async def test_the_log_says_who_holds_the_address_by_number_only(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.sign_in_as("sub-1", ANA)
    person = await row(office, ANA)
    caplog.set_level(logging.WARNING)
    answer = await office.sign_in_as("sub-2", ANA)
    assert f"its address is that of person {person.id}, who has another account" in caplog.text
    for said in (caplog.text, answer.text):
        assert ANA not in said
        assert "sub-" not in said


async def test_two_first_sign_ins_at_once_are_one_person(office: Office) -> None:
    database = office.pages.parts.database

    async def arrive(subject: str) -> int:
        async with database.transaction() as session:
            person, _ = await People(session).from_elsewhere(Identity(ISSUER, subject), ANA, Role.VIEWER)
            return person.id

    ids = await asyncio.gather(*(arrive("sub-1") for _ in range(5)))
    assert len(set(ids)) == 1
    held = await asyncio.gather(*(arrive(f"sub-{n}") for n in range(2, 6)), return_exceptions=True)
    assert {type(one).__name__ for one in held} == {"AddressHeld"}

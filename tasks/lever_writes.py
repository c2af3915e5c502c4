"""Writes to Lever: tags, notes, the link and the file. One outside effect per step, each under its own key."""

from collections.abc import Sequence

from hiring.candidacy import Candidacy
from hiring.notes import has_mark, marked
from lever.client import LeverClient
from outbound.errors import AccessDenied, NotFound
from store.effect_keys import file_key, link_key, note_key, tag_key, untag_key
from store.report_notes import written_report_notes
from store.tables import Vendor
from tasks.case import Case, lever_of
from tasks.effects import NotVisible, once, repeatable
from tasks.step import step
from wiring import current_parts


@step
async def add_status_tag(case: Case, opportunity_id: str, tag: str) -> None:
    async with lever_of(case) as (lever, perform_as):

        async def act() -> str:
            await lever.add_tags(opportunity_id, [tag], perform_as)
            return tag

        await repeatable(case, tag_key(case.attempt.token, tag), act)


@step
async def remove_status_tags(case: Case, opportunity_id: str, tags: Sequence[str]) -> None:
    async with lever_of(case) as (lever, perform_as):

        async def act() -> str:
            await lever.remove_tags(opportunity_id, tags, perform_as)
            return ", ".join(tags)

        await repeatable(case, untag_key(case.attempt.token, tags), act)


@step
async def add_note(
    case: Case,
    opportunity_id: str,
    text: str,
    mark: str,
    crosschq_id: str | None = None,
    *,
    secret: bool = False,
    look_first: bool = False,
    is_shown: bool = False,
) -> str:
    """`mark` names the note for ever: it is written once, and found by its mark when Lever did not answer.

    `crosschq_id`: the request that it is about. `secret`: for people with Sensitive Information Privileges only.
    `look_first`: our row of it may be lost. `is_shown`: then the profile says that it was written.
    Raises StaysUnknown for a secret note that was or may have been written, and that this key may not see.
    """
    async with lever_of(case) as (lever, perform_as):

        async def act() -> str:
            # Nothing says that one that only asking found was begun before: it is not held to be hidden.
            known = await (find() if is_shown else visible()) if look_first else None
            marked_text = marked(text, mark, crosschq_id)
            return known or await lever.add_note(opportunity_id, marked_text, perform_as, secret=secret)

        async def visible() -> str | None:
            async for note in lever.notes(opportunity_id):
                if has_mark(note.value, mark, crosschq_id):
                    return note.id
            return None

        async def find() -> str | None:
            known = await visible()
            if known is None and secret and not await _sees_secret_notes(case, lever):
                raise NotVisible
            return known

        return await once(case, note_key(opportunity_id, mark), act, at=Vendor.LEVER, find=find)


async def _sees_secret_notes(case: Case, lever: LeverClient) -> bool:
    """Whether this key can read an earlier secret note of ours, known by its id; Lever says it nowhere else."""
    async with current_parts().database.transaction() as session:
        written = await written_report_notes(session, case.connection_id)
    for opportunity_id, note_id in written:
        try:
            if (await lever.note(opportunity_id, note_id)).secret:
                return True
        except (NotFound, AccessDenied):
            continue
    return False


@step
async def add_report_link(case: Case, candidacy: Candidacy, url: str) -> None:
    """Once per person: links belong to the contact and show on every opportunity of the same person."""
    if url in candidacy.links:
        return
    person = candidacy.contact_id or candidacy.opportunity_id
    async with lever_of(case) as (lever, perform_as):

        async def act() -> str:
            await lever.add_links(candidacy.opportunity_id, [url], perform_as)
            return "link"

        async def find() -> str | None:
            return "link" if url in (await lever.opportunity(candidacy.opportunity_id)).links else None

        await once(case, link_key(person, url), act, at=Vendor.LEVER, find=find)


@step
async def add_report_file(
    case: Case, opportunity_id: str, name: str, content: bytes, *, look_first: bool = False
) -> str:
    """`name` is unique to the report, so that the file is found by it when Lever did not answer.

    `look_first`: our row of it may be lost.
    """
    async with lever_of(case) as (lever, perform_as):

        async def act() -> str:
            known = await find() if look_first else None
            return (
                known
                or (await lever.add_file(opportunity_id, name, content, "application/pdf", perform_as)).id
            )

        async def find() -> str | None:
            async for file in lever.files(opportunity_id):
                if file.name == name:
                    return file.id
            return None

        return await once(case, file_key(opportunity_id, name), act, at=Vendor.LEVER, find=find)

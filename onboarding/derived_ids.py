"""Ids for rows of a CSV file that have none, derived from the e-mail: the same for every file. Calls neither vendor."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from store.erased_prospects import ErasedProspects
from store.prospects import Prospects
from store.sealed_prospects import derived_ids, email_indexes, erased_digests
from store.vault import Vault


async def ids_by_email(
    session: AsyncSession, connection_id: int, vault: Vault, emails: Collection[str]
) -> dict[str, str]:
    """By address: the id under which the person is known, else that under the newest key.

    Without those whose lead was deleted in Lever: to take them in again would be to know them again.
    """
    ids = {email: derived_ids(vault, email) for email in emails}
    digests = {email: erased_digests(vault, email_indexes(vault, email)) for email in emails}
    rows = await Prospects(session, connection_id).known([one for each in ids.values() for one in each])
    known = {row.crosschq_id for row in rows}
    erased = await ErasedProspects(session, connection_id).among(
        {digest for each in digests.values() for digest in each}
    )
    return {
        email: next((one for one in each if one in known), each[0])
        for email, each in ids.items()
        if erased.isdisjoint(digests[email])
    }

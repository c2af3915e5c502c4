"""The audit trail of somebody who was erased: its rows stay, with keyed hashes in the place of ids. Commits nothing.

Rows are otherwise only ever added (store.audits); here an id is taken out of them, as the law wants it.
"""

import re
from collections.abc import Mapping

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.erasure import ERASED, Kept
from store.tables import Audit
from store.tombstones import Digest

OWN_WORDS = ("delivery:", "reconcile", "owner by link")
"""So begins who, where the reason is our own text. Anybody else is a person, whose text may name people."""


async def hash_audits(session: AsyncSession, kept: Kept, carrier_id: int, digest: Digest) -> None:
    """Only in rows about this opportunity: another's text may hold a short id by chance."""
    rows = await session.scalars(
        select(Audit).where(Audit.connection_id == kept.connection_id, _is_about(kept, carrier_id))
    )
    hashes = {name.partition(":")[2]: digest(name) for name in _names(kept)}
    subjects = {name: f"{ERASED}{digest(name)}" for name in kept.subjects}
    for row in rows:
        row.why = _hashed(row.why or "", hashes) or None if row.who.startswith(OWN_WORDS) else "Erased."
        row.subject = subjects.get(row.subject, row.subject)
        row.what = _hashed(row.what, hashes)
    await session.flush()


def _is_about(kept: Kept, carrier_id: int) -> ColumnElement[bool]:
    deliveries = [f"delivery:{one}" for one in (*kept.deliveries, carrier_id)]
    ours = [f"request:{one}" for one in kept.requests] + [f"follow-up:{one}" for one in kept.follow_ups]
    return or_(Audit.subject.in_([*kept.subjects, *ours, *deliveries]), Audit.who.in_(deliveries))


def _names(kept: Kept) -> list[str]:
    return [*kept.subjects, *(f"contact:{one}" for one in kept.contacts)]


def _hashed(text: str, hashes: Mapping[str, str]) -> str:
    whole = "|".join(re.escape(one) for one in hashes)
    return re.sub(rf"(?<![\w-])({whole})(?![\w-])", lambda found: hashes[found[0]], text)

"""The calls that concern prospects (crosschq.md 4, all inferred). CrosschqClient is these and the others."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pydantic import TypeAdapter

from crosschq import dialect
from crosschq.calls import read
from crosschq.no_such_call import NoSuchCall
from crosschq.prospects import ProspectEntry, ProspectPage
from outbound.bounded import LIST
from outbound.errors import NotFound, Refused, Unavailable, UnexpectedAnswer
from outbound.http import VendorHttp

_PAGE: Final = TypeAdapter(ProspectPage)
_ENTRY: Final = TypeAdapter(ProspectEntry)
_NO_LIST: Final = frozenset({404, *dialect.NO_SUCH_CALL_STATUSES})
_OTHERWISE: Final = "export its prospects as a CSV file there and import that"


@dataclass(frozen=True, slots=True)
class ProspectCalls:
    """Prospects of one Crosschq organization."""

    http: VendorHttp

    # crosschq.md 4, inferred
    async def prospects(
        self, cursor: str | None = None, updated_since: datetime | None = None, limit: int = 100
    ) -> ProspectPage:
        """One page, the least recently changed first; `limit` is 1 to 200, `updated_since` aware and inclusive.

        A cursor stays good: what changes later comes again further on, and nothing is passed over.
        NoSuchCall: this Crosschq has no list of prospects. InvalidRequest: it does not take the cursor, limit or time.
        """
        params = _params(cursor, updated_since, limit)
        try:
            page = await read(self.http, _PAGE, dialect.PROSPECTS, params=params, limits=LIST)
        except (Refused, Unavailable) as answer:
            if answer.status not in _NO_LIST:
                raise
            raise NoSuchCall.instead_of(answer, _OTHERWISE) from answer
        if page.next is not None and page.next == cursor:
            message = "the list goes on where this page began, so it would never end"
            raise UnexpectedAnswer(self.http.vendor, dialect.PROSPECTS.operation, message)
        return page

    # crosschq.md 4, inferred
    async def prospect(self, prospect_id: str) -> ProspectEntry:
        """The prospect as it stands now. NotFound: it is gone; NoSuchCall: this Crosschq has no such call.

        To tell the two apart the list is asked after a 404, so what `prospects` raises may come too.
        """
        try:
            entry = await read(self.http, _ENTRY, dialect.PROSPECT, prospect_id)
        except NotFound:
            await self.prospects(limit=1)
            raise
        except (Refused, Unavailable) as answer:
            if answer.status not in dialect.NO_SUCH_CALL_STATUSES:
                raise
            raise NoSuchCall.instead_of(answer, _OTHERWISE) from answer
        if entry.id != prospect_id:
            message = "the answer is about another prospect than the one asked for"
            raise UnexpectedAnswer(self.http.vendor, dialect.PROSPECT.operation, message)
        return entry


def _params(cursor: str | None, updated_since: datetime | None, limit: int) -> dict[str, str | int]:
    params: dict[str, str | int] = {"limit": limit}
    if cursor is not None:
        params["cursor"] = cursor
    if updated_since is not None:
        if updated_since.tzinfo is None:
            raise ValueError(
                "updated_since needs its time zone: without one nobody knows which moment is meant"
            )
        params["updated_since"] = updated_since.astimezone(UTC).isoformat()
    return params

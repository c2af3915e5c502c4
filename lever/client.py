"""Lever's Data API, call by call. Decides nothing, keeps nothing; every error is one of outbound.errors.

Above each call stands the section of docs/vendors/lever.md it rests on. A mutation answers None or an id: the
opportunity that Lever sends back has blank contact fields (lever.md 1.5).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

import httpx

from lever.account_calls import AccountCalls
from lever.answers import reason_of
from lever.calls import change, create, read_all, read_one
from lever.filters import OpportunityFilters, as_params
from lever.models import (
    CreatedOpportunity,
    DeletedOpportunity,
    Feedback,
    File,
    NewOpportunity,
    Note,
    NoteCreated,
    Opportunity,
    Posting,
)
from lever.new_opportunity import created_of
from lever.notes import neutralise_mentions
from lever.wire import to_epoch_ms
from outbound.bounded import UPLOADED
from outbound.client import CONNECT_SECONDS, open_client
from outbound.http import VendorHttp
from outbound.limiter import Priority, RateLimiter

READ_SECONDS = 10.0
UPLOAD = httpx.Timeout(60.0, connect=CONNECT_SECONDS)


def connect(
    base_url: str,
    auth: httpx.Auth,
    limiter: RateLimiter,
    priority: Priority = Priority.REQUEST,
    account: str = "",
) -> "LeverClient":
    """A client for one Lever account, `base_url` as in lever.md 2, `auth` from lever.auth. Close it after use.

    `account`: how CredentialsRefused names the credentials.
    """
    client = open_client(base_url, auth, READ_SECONDS)
    return LeverClient(VendorHttp("Lever", client, limiter, reason_of, priority, account=account))


@dataclass(frozen=True, slots=True)
class LeverClient(AccountCalls):
    """One Lever account. `perform_as` is the user id that Lever's history names as the author of a change."""

    async def aclose(self) -> None:
        """Close its connections."""
        await self.http.client.aclose()

    # lever.md 5 (expand), 7 and 8
    async def opportunity(self, opportunity_id: str) -> Opportunity:
        """With its application, owner and stage, in one call."""
        params = {"expand": ("applications", "owner", "stage")}
        return await read_one(self.http, Opportunity, "/opportunities/:id", opportunity_id, params=params)

    # lever.md 5
    def opportunities(self, **filters: Unpack[OpportunityFilters]) -> AsyncIterator[Opportunity]:
        """All that match; one who moves during the walk may come twice or not at all."""
        return read_all(self.http, Opportunity, "/opportunities", params=as_params(filters))

    # lever.md 8; what a deleted one still tells: lever.md 7
    def deleted_opportunities(self, since: datetime, until: datetime) -> AsyncIterator[DeletedOpportunity]:
        """Those deleted from `since` to `until`; Lever's other lists of deleted things span 30 days at most."""
        params = {"deleted_at_start": to_epoch_ms(since), "deleted_at_end": to_epoch_ms(until)}
        return read_all(self.http, DeletedOpportunity, "/opportunities/deleted", params=params)

    # lever.md 1.8, 8 and 11
    async def create_opportunity(self, new: NewOpportunity, perform_as: str) -> CreatedOpportunity:
        """A new one each time, also for a person Lever knows; never repeated once Lever may have acted.

        After OutcomeUnknown, look for it by e-mail (`opportunities(email=...)`) before it is made again.
        """
        return await create(
            self.http,
            CreatedOpportunity,
            "/opportunities",
            perform_as=perform_as,
            json=new.to_wire(),
            unwrap=created_of,
        )

    # lever.md 5 (expand) and 7
    async def posting(self, posting_id: str) -> Posting:
        """With its owner and hiring manager."""
        params = {"expand": ("owner", "hiringManager")}
        return await read_one(self.http, Posting, "/postings/:id", posting_id, params=params)

    # lever.md 8 and 11
    async def add_tags(self, opportunity_id: str, tags: Sequence[str], perform_as: str) -> None:
        """Unknown tags are created; that one already there is not doubled is inferred."""
        await change(
            self.http,
            "POST",
            "/opportunities/:id/addTags",
            opportunity_id,
            perform_as=perform_as,
            tags=list(tags),
        )

    # lever.md 8 and 11
    async def remove_tags(self, opportunity_id: str, tags: Sequence[str], perform_as: str) -> None:
        """Tags that are not there are no error (inferred)."""
        await change(
            self.http,
            "POST",
            "/opportunities/:id/removeTags",
            opportunity_id,
            perform_as=perform_as,
            tags=list(tags),
        )

    # lever.md 1.7, 8 and 11
    async def add_links(self, opportunity_id: str, links: Sequence[str], perform_as: str) -> None:
        """Links show on every opportunity of the same person."""
        await change(
            self.http,
            "POST",
            "/opportunities/:id/addLinks",
            opportunity_id,
            perform_as=perform_as,
            links=list(links),
        )

    # lever.md 1.5, 6.5, 8 and 14.3
    async def archive(self, opportunity_id: str, reason_id: str | None, perform_as: str) -> None:
        """Archives with an archive reason, which is hiring if its type is hired; None unarchives.

        Names no requisition, so no headcount rises. The same reason twice is the same state, so a call that was cut off
        is made again; but each may move `archivedAt` and fire candidateHired and candidateArchiveChange once more
        (unknown), as an echo of ours. Overwrites a person's newer choice: read the opportunity before.
        """
        await change(
            self.http,
            "PUT",
            "/opportunities/:id/archived",
            opportunity_id,
            perform_as=perform_as,
            reason=reason_id,
        )

    # lever.md 8 and 11
    async def add_note(
        self, opportunity_id: str, value: str, perform_as: str, *, secret: bool = False
    ) -> str:
        """The new note's id. Mentions in `value` notify nobody; compare what is read back accordingly.

        `secret`: only for users, and maybe keys, with Sensitive Information Privileges.
        """
        body = {"value": neutralise_mentions(value)} | ({"secret": True} if secret else {})
        note = await create(
            self.http,
            NoteCreated,
            "/opportunities/:id/notes",
            opportunity_id,
            perform_as=perform_as,
            json=body,
        )
        return note.id

    # lever.md 7 and 8
    def notes(self, opportunity_id: str) -> AsyncIterator[Note]:
        """All notes on one opportunity."""
        return read_all(self.http, Note, "/opportunities/:id/notes", opportunity_id)

    # lever.md 7 and 8
    async def note(self, opportunity_id: str, note_id: str) -> Note:
        """One note."""
        return await read_one(self.http, Note, "/opportunities/:id/notes/:note", opportunity_id, note_id)

    # lever.md 7 and 8
    async def add_file(
        self, opportunity_id: str, name: str, content: bytes, content_type: str, perform_as: str
    ) -> File:
        """At most 30 MB of docx, doc, js, jpg, png, pdf or txt. The answer's shape was never recorded."""
        return await create(
            self.http,
            File,
            "/opportunities/:id/files",
            opportunity_id,
            perform_as=perform_as,
            files={"file": (name, content, content_type)},
            timeout=UPLOAD,
            limits=UPLOADED,
        )

    # lever.md 7 and 8
    def files(self, opportunity_id: str) -> AsyncIterator[File]:
        """All files on one opportunity."""
        return read_all(self.http, File, "/opportunities/:id/files", opportunity_id)

    # lever.md 7
    def feedback(self, opportunity_id: str) -> AsyncIterator[Feedback]:
        """All feedback forms on one opportunity."""
        return read_all(self.http, Feedback, "/opportunities/:id/feedback", opportunity_id)

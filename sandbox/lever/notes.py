"""Writing, answering and replacing notes on an opportunity. See lever.md 8. Knows nothing of HTTP."""

from typing import Annotated

from pydantic import Field

from sandbox.lever.account import new_id
from sandbox.lever.acts import touch
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.errors import bad_request, forbidden
from sandbox.lever.paperwork import Note, NoteField
from sandbox.lever.record import Milliseconds, Record
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor

Score = Annotated[int, Field(ge=1, le=4)]


class NewNote(Record):
    """Body of POST notes."""

    value: str = Field(min_length=1)
    secret: bool = False
    score: Score | None = None
    notify_followers: bool = False
    created_at: Milliseconds | None = None


class NoteValue(Record):
    """One comment of a replaced note."""

    value: str = Field(min_length=1)
    created_at: Milliseconds | None = None


class ReplacedNote(Record):
    """Body of PUT notes: the whole note anew."""

    values: list[NoteValue] = Field(min_length=1)
    secret: bool = False


def write(lever: Lever, opportunity: Opportunity, new: NewNote, actor: Actor) -> Note:
    """Add a note to the feed."""
    comment = _comment(lever, opportunity, new.value, new.score, new.created_at, actor.user)
    note = Note(
        id=new_id(),
        fields=[comment],
        user=actor.user,
        secret=new.secret,
        created_at=comment.created_at,
        completed_at=comment.created_at,
        made_through_api=actor.through_api,
    )
    lever.account.notes[opportunity.id].append(note)
    touch(lever, opportunity)
    return note


def answer(lever: Lever, opportunity: Opportunity, note: Note, new: NewNote, actor: Actor) -> None:
    """Add a comment to the note's thread."""
    note.fields.append(_comment(lever, opportunity, new.value, new.score, new.created_at, actor.user))
    touch(lever, opportunity)


def replace(lever: Lever, opportunity: Opportunity, note: Note, wanted: ReplacedNote) -> None:
    """Put the given comments in place of all there were. LeverError 403 for a note not made through the API."""
    require_made_through_api(note)
    note.fields = [
        _comment(lever, opportunity, one.value, None, one.created_at, note.user) for one in wanted.values
    ]
    note.secret = wanted.secret
    touch(lever, opportunity)


def remove(lever: Lever, opportunity: Opportunity, note: Note) -> None:
    """Take the note out of the feed. LeverError 403 for a note not made through the API."""
    require_made_through_api(note)
    lever.account.notes[opportunity.id].remove(note)
    touch(lever, opportunity)


def require_made_through_api(note: Note) -> None:
    """Lever lets the API change its own notes only."""
    if not note.made_through_api:
        raise forbidden("Only notes that were created through the API can be changed through it.")


def _comment(
    lever: Lever,
    opportunity: Opportunity,
    value: str,
    score: int | None,
    created_at: int | None,
    user: str | None,
) -> NoteField:
    now = lever.now()
    if created_at is not None and created_at > now:
        raise bad_request("createdAt must lie in the past")
    return NoteField(
        value=value,
        score=score,
        stage=opportunity.stage,
        user=user,
        created_at=now if created_at is None else created_at,
    )

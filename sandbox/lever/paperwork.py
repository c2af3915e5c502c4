"""What lies on an opportunity's profile: notes, files, feedback. See lever.md 7. Times are epoch milliseconds."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import Field

from sandbox.lever.record import Record

FILE_LIMIT = 30 * 1024 * 1024
FILE_TYPES = frozenset({".docx", ".doc", ".js", ".jpg", ".png", ".pdf", ".txt"})


class SecretNotes(StrEnum):
    """What the account's key may do with secret notes, which nobody has recorded; users always see them here."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    """They can be written, and are neither listed nor found."""
    REFUSED = "refused"


class NoteField(Record):
    """One comment of a note; answers in its thread are further comments."""

    type: str = "note"
    text: str = "Comment"
    value: str
    score: int | None = None
    stage: str
    user: str | None = None
    created_at: int


class Note(Record):
    """A note in the feed. Only notes made through the API can be replaced or deleted through it."""

    id: str
    text: str = "Note"
    fields: list[NoteField]
    user: str | None = None
    secret: bool = False
    created_at: int
    completed_at: int | None = None
    deleted_at: int | None = None
    made_through_api: bool = Field(default=False, exclude=True)


@dataclass(frozen=True)
class StoredFile:
    """A file and its bytes. The API shows time and size as strings (File in lever.md 7)."""

    id: str
    name: str
    uploaded_at: int
    content: bytes = field(repr=False)

    @property
    def ext(self) -> str:
        """The lower-case ending with its dot, "" when there is none."""
        _, dot, ending = self.name.rpartition(".")
        return dot + ending.lower() if dot else ""

    @property
    def status(self) -> str:
        """`unsupported` for a type Lever does not take; all others count as processed at once."""
        return "processed" if self.ext in FILE_TYPES else "unsupported"

    def shape(self, download_url: str) -> dict[str, Any]:
        """The file as the API shows it."""
        return {
            "id": self.id,
            "downloadUrl": download_url,
            "ext": self.ext,
            "name": self.name,
            "uploadedAt": str(self.uploaded_at),
            "status": self.status,
            "size": str(len(self.content)),
        }


class Feedback(Record):
    """A scored form. A deleted one stays readable and says when it was deleted."""

    id: str
    type: str = "interview"
    text: str
    instructions: str = ""
    fields: list[dict[str, Any]] = Field(default_factory=list)
    base_template_id: str
    interview: str | None = None
    panel: str | None = None
    user: str | None
    created_at: int
    completed_at: int | None = None
    updated_at: int | None = None
    deleted_at: int | None = None

"""What is written onto an opportunity and read back from it: notes, files, feedback. Data only, lever.md 7."""

from typing import Annotated

from pydantic import AliasChoices, Field

from lever.wire import Lenient, LeverModel, Moment


class NoteField(LeverModel):
    """One part of a note. `value` is a string for `type` "note"."""

    type: str | None = None
    text: str | None = None
    value: object = None
    created_at: Moment | None = None


class Note(LeverModel):
    """A note; `user` is absent where nobody in particular wrote it."""

    id: str
    fields: tuple[NoteField, ...] = ()
    user: str | None = None
    secret: bool = False
    created_at: Moment | None = None
    deleted_at: Moment | None = None

    @property
    def value(self) -> str:
        """What people read in it."""
        return "\n".join(field.value for field in self.fields if isinstance(field.value, str))


class NoteCreated(LeverModel):
    """The answer to a new note: the documentation shows `noteId` alone, recordings show the whole note too."""

    id: str = Field(validation_alias=AliasChoices("noteId", "id"))


class File(LeverModel):
    """A file on an opportunity; `size` is in bytes. Documented with numbers as strings, never seen recorded.

    `status` is processing, processed, unsupported, error or absent.
    """

    id: str
    name: str | None = None
    ext: str | None = None
    status: str | None = None
    size: Annotated[int | None, Lenient] = None
    uploaded_at: Annotated[Moment | None, Lenient] = None
    download_url: str | None = None


class Feedback(LeverModel):
    """A feedback form on an opportunity: that it is there and whose it is, without what was said in it.

    A deleted one may still be listed, with `deleted_at` (lever.md 7).
    """

    id: str
    text: Annotated[str | None, Lenient] = None
    type: Annotated[str | None, Lenient] = None
    user: Annotated[str | None, Lenient] = None
    created_at: Annotated[Moment | None, Lenient] = None
    completed_at: Annotated[Moment | None, Lenient] = None
    deleted_at: Moment | None = None

"""The API of notes. See lever.md 8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import notes
from sandbox.lever.answers import data, deleted, listed_as_given, shown
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.asking import actor_of, body_of, lever_of, opportunity_of
from sandbox.lever.errors import forbidden, not_found
from sandbox.lever.paperwork import Note, SecretNotes


async def list_notes(request: Request) -> Response:
    return listed_as_given(request, [note.shape() for note in reversed(_visible(request))])


async def get_note(request: Request) -> Response:
    return shown(request, _note(request, request.path_params["note"]).shape())


async def create_note(request: Request) -> Response:
    lever, opportunity, actor = lever_of(request), opportunity_of(request), actor_of(request)
    thread = request.query_params.get("note_id")
    note = _note(request, thread) if thread else None
    new = await body_of(request, notes.NewNote)
    if note:
        notes.answer(lever, opportunity, note, new, actor)
    else:
        if new.secret and lever.account.secret_notes is SecretNotes.REFUSED:
            raise forbidden("This API key may not write secret notes.")
        note = notes.write(lever, opportunity, new, actor)
    return data({**note.shape(), "noteId": note.id}, 201)


async def put_note(request: Request) -> Response:
    note = _note(request, request.path_params["note"])
    wanted = await body_of(request, notes.ReplacedNote)
    notes.replace(lever_of(request), opportunity_of(request), note, wanted)
    return data({"noteId": note.id})


async def delete_note(request: Request) -> Response:
    notes.remove(lever_of(request), opportunity_of(request), _note(request, request.path_params["note"]))
    return deleted()


def _visible(request: Request) -> list[Note]:
    account = lever_of(request).account
    sees_secret = account.secret_notes is SecretNotes.VISIBLE
    return [note for note in account.notes[opportunity_of(request).id] if sees_secret or not note.secret]


def _note(request: Request, note_id: str) -> Note:
    for note in _visible(request):
        if note.id == note_id:
            return note
    raise not_found("notes", note_id)


routes: list[BaseRoute] = [
    Route(f"{OPPORTUNITY}/notes", list_notes, methods=["GET"]),
    Route(f"{OPPORTUNITY}/notes", create_note, methods=["POST"]),
    Route(f"{OPPORTUNITY}/notes/{{note}}", get_note, methods=["GET"]),
    Route(f"{OPPORTUNITY}/notes/{{note}}", put_note, methods=["PUT"]),
    Route(f"{OPPORTUNITY}/notes/{{note}}", delete_note, methods=["DELETE"]),
]

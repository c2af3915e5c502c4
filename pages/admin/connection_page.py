"""One connection's page and the small changes on it: pause, go on, and the two prospect switches."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from onboarding.pausing import NotNow, pause, resume
from pages.admin.access import Door
from pages.admin.connection_view import connection_page
from pages.admin.done import done, done_in
from pages.admin.forms import Fields
from pages.admin.links import id_in, no_such_connection
from pages.admin.persons_word import NoReason, word_of
from pages.admin.sessions import Visitor
from store.audits import PersonsWord
from store.connection_rows import find_rows
from store.prospect_switches import NotSetUp, set_switches
from wiring import Parts

Act = Callable[[int, PersonsWord], Awaitable[object]]


@dataclass(frozen=True)
class ConnectionPage:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        path = "/connections/{id:int}"
        return [
            Route(path, door.shows(self.show), methods=["GET"]),
            Route(f"{path}/pause", door.changes(self.pause), methods=["POST"]),
            Route(f"{path}/resume", door.changes(self.resume), methods=["POST"]),
            Route(f"{path}/prospect-switches", door.changes(self.switch), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        return await connection_page(self.parts, visitor, id_in(request), said=done_in(request))

    async def pause(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        return await self._change(
            request, visitor, fields, "paused", lambda which, word: pause(self.parts, which, word)
        )

    async def resume(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        return await self._change(
            request, visitor, fields, "resumed", lambda which, word: resume(self.parts, which, word)
        )

    async def switch(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        async def act(which: int, word: PersonsWord) -> None:
            existing, new = fields.is_on("export_existing"), fields.is_on("export_new")
            async with self.parts.database.transaction() as session:
                await set_switches(session, which, existing=existing, new=new, who=word.who, why=word.why)

        return await self._change(request, visitor, fields, "switches", act)

    async def _change(
        self, request: Request, visitor: Visitor, fields: Fields, word: str, act: Act
    ) -> Response:
        """`word`: what the page then says that was done."""
        which = id_in(request)
        field = "why_switch" if word == "switches" else "why_pause"
        if await find_rows(self.parts.database, which) is None:
            return no_such_connection(visitor)
        try:
            await act(which, word_of(visitor, fields))
        except (NoReason, NotNow, NotSetUp) as error:
            typed = {field: fields.one("why")}
            return await connection_page(self.parts, visitor, which, {field: str(error)}, typed)
        return done(f"/connections/{which}", word)

"""The preview: an opportunity's address or id, and what a move of it would lead to. Changes nothing."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from onboarding.preview import NoPreview, preview
from pages.admin.access import Door
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from store.connections import Connections
from wiring import Parts


@dataclass(frozen=True)
class PreviewPage:
    """A GET, as it only reads: viewers may look too."""

    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [Route("/preview", door.shows(self.show), methods=["GET"])]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        async with self.parts.database.transaction() as session:
            connections = await Connections(session).all()
        asked, chosen = request.query_params.get("opportunity"), request.query_params.get("connection", "")
        seen, problem = None, ""
        if asked is not None:
            known = {str(one.id): one.id for one in connections}
            try:
                seen = await preview(self.parts, known.get(chosen, 0), asked)
            except NoPreview as error:
                problem = str(error)
        status = 400 if problem else 200
        return page(
            "preview.html",
            visitor,
            status,
            connections=connections,
            chosen=chosen,
            asked=asked or "",
            seen=seen,
            problem=problem,
        )

"""The self-test of a connection: a button, what every check found, and the one question that only people can answer."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from onboarding.own_connector import ConnectorState, connector_state, say_connector_is
from onboarding.self_test.findings import Finding, Verdict, ordered
from onboarding.self_test.testing import self_test
from pages.admin.access import Door
from pages.admin.forms import Fields
from pages.admin.links import id_in, no_such_connection
from pages.admin.rendering import page, see_other
from pages.admin.sessions import Visitor
from store.connection_rows import ConnectionRows, find_rows
from wiring import Parts


@dataclass(frozen=True)
class SelfTest:
    """Looking changes nothing, so viewers may check too, and the checks are a GET."""

    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        path = "/connections/{id:int}"
        return [
            Route(f"{path}/self-test", door.shows(self.show), methods=["GET"]),
            Route(f"{path}/own-connector", door.changes(self.take_answer), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        stored = await find_rows(self.parts.database, id_in(request))
        if stored is None:
            return no_such_connection(visitor)
        checked = "check" in request.query_params
        findings = await self_test(self.parts, stored) if checked else []
        return await self._page(visitor, stored, findings, checked=checked)

    async def take_answer(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        connection_id = id_in(request)
        stored = await find_rows(self.parts.database, connection_id)
        if stored is None:
            return no_such_connection(visitor)
        if fields.one("state") not in list(ConnectorState):
            return page("told.html", visitor, 400, title="Not done", told="Say whether it is off or on.")
        await say_connector_is(self.parts, connection_id, ConnectorState(fields.one("state")), visitor.name)
        return see_other(f"/connections/{connection_id}/self-test")

    async def _page(
        self, visitor: Visitor, stored: ConnectionRows, findings: list[Finding], *, checked: bool
    ) -> Response:
        counts = {verdict: sum(one.verdict is verdict for one in findings) for verdict in Verdict}
        return page(
            "self_test.html",
            visitor,
            connection=stored.connection,
            checked=checked,
            groups=ordered(findings),
            counts=counts,
            at=self.parts.now(),
            connector=await connector_state(self.parts, stored.connection.id),
        )

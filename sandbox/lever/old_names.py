"""The endpoints under /candidates: deprecated since opportunities came, still served, and still called by clients.

Documented as answering what the same call to /opportunities answers; singer-io/tap-lever reads them.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

OLD, NEW = "/v1/candidates", "/v1/opportunities"


class OldNames:
    """Leads an old name to the new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == OLD or path.startswith(f"{OLD}/"):
            path = NEW + path.removeprefix(OLD)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self.app(scope, receive, send)

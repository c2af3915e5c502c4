"""The recruiter's pages about prospects: the list, newest first, withdrawing one, and the export as CSV."""

from collections.abc import AsyncIterator, Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.pages import page
from sandbox.crosschq.prospects_csv import export

SHOWN = 100


def routes(organization: Organization) -> list[BaseRoute]:
    """`/prospects`, `/prospects.csv` and `/prospects/{id}/withdraw`."""
    pages = _Prospects(organization)
    return [
        Route("/prospects", pages.show),
        Route("/prospects.csv", pages.download),
        Route("/prospects/{id}/withdraw", pages.withdraw, methods=["POST"]),
    ]


class _Prospects:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def show(self, request: Request) -> Response:
        prospects = self.organization.prospects
        total = len(prospects)
        last = max(1, -(-total // SHOWN))
        number = _page_number(request.query_params.get("page", "1"), last)
        end = total - (number - 1) * SHOWN
        rows = prospects.slice(max(0, end - SHOWN), end)[::-1]
        return page("prospects.html", prospects=rows, total=total, number=number, last=last)

    async def download(self, _: Request) -> Response:
        # The list as it stands now: who changes while it is sent is neither missing nor there twice.
        return StreamingResponse(
            _step_by_step(export(self.organization.prospects.in_order())),
            media_type="text/csv",
            headers={"content-disposition": 'attachment; filename="crosschq-prospects.csv"'},
        )

    async def withdraw(self, request: Request) -> Response:
        try:
            self.organization.withdraw(request.path_params["id"])
        except KeyError:
            raise HTTPException(404) from None
        return RedirectResponse("/prospects", 303)


async def _step_by_step(pieces: Iterator[str]) -> AsyncIterator[str]:
    for piece in pieces:
        yield piece


def _page_number(given: str, last: int) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 10 and 1 <= int(given) <= last):
        raise HTTPException(404)
    return int(given)

"""The prospects part of the partner API. Nowhere documented (crosschq.md 1.8): the shape is ours, inferred.

Pages are keysets: a cursor names the last prospect seen, so it outlives restarts, and who changes moves to the end and
is seen again. Reads only; key and verb are checked before.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.prospects import Place, to_the_tick
from sandbox.crosschq.validation import Invalid

LARGEST, USUAL = 200, 100


class ProspectCalls:
    """`GET /partners/prospects/` and `GET /partners/prospects/<id>/`."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def list(self, request: Request) -> Response:
        """`{"count", "next", "results"}`; Invalid names every parameter that is wrong."""
        prospects, query = self.organization.prospects, request.query_params
        wrong: dict[str, Any] = {}
        limit = _limit(query.get("limit"), wrong)
        since = _moment(query.get("updated_since"), wrong)
        after = _place(query.get("cursor"), wrong)
        if wrong:
            raise Invalid(wrong)
        first = prospects.position_since(since) if since else 0
        start = max(first, prospects.position_after(after) if after else 0)
        rows = prospects.slice(start, start + limit)
        more = start + limit < len(prospects)
        return JSONResponse(
            {
                "count": len(prospects) - first,
                "next": _cursor(rows[-1].place) if more else None,
                "results": [one.as_json() for one in rows],
            }
        )

    async def read(self, request: Request) -> Response:
        """One prospect, withdrawn ones too."""
        prospect_id = request.path_params["id"]
        if prospect_id not in self.organization.prospects:
            return JSONResponse({"detail": "Not found."}, 404)
        return JSONResponse(self.organization.prospects[prospect_id].as_json())


def _limit(given: str | None, wrong: dict[str, Any]) -> int:
    if given is None:
        return USUAL
    limit = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    if not 1 <= limit <= LARGEST:
        wrong["limit"] = [f"Ensure this value is a number from 1 to {LARGEST}."]
    return limit


def _moment(given: str | None, wrong: dict[str, Any]) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        wrong["updated_since"] = ["Enter a valid date and time in ISO 8601 with an offset."]
        return None
    return moment


def _cursor(place: Place) -> str:
    return urlsafe_b64encode(json.dumps([to_the_tick(place[0]), place[1]]).encode()).decode()


def _place(given: str | None, wrong: dict[str, Any]) -> Place | None:
    if given is None:
        return None
    try:
        moment, prospect_id = json.loads(urlsafe_b64decode(given.encode()))
        place = datetime.fromisoformat(moment), str(prospect_id)
    except (ValueError, TypeError, RecursionError):
        place = None
    if place is None or place[0].tzinfo is None:
        wrong["cursor"] = ["Invalid cursor."]
        return None
    return place

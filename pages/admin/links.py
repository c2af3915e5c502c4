"""Which row an address is about, and where Prefect shows a run. Looks nothing up."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from settings import Settings
from store.base import LARGEST_ID


def id_in(request: Request, name: str = "id") -> int:
    """What stands in the path; larger ones than there can be are as good as the largest."""
    return min(int(request.path_params[name]), LARGEST_ID)


def flow_run_page(settings: Settings, flow_run_id: str | None) -> str | None:
    """In Prefect's UI, which its server shows beside its API; None for no run."""
    if flow_run_id is None:
        return None
    return f"{settings.api_url.removesuffix('/api')}/runs/flow-run/{quote(flow_run_id, safe='')}"


def not_found(visitor: Visitor, told: str) -> Response:
    return page("told.html", visitor, 404, title="Not found", told=told)


def no_such_connection(visitor: Visitor) -> Response:
    return not_found(visitor, "There is no such connection.")

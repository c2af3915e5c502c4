"""The API of panels and interviews. See lever.md 7."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import interviews
from sandbox.lever.answers import data, deleted, listed_as_given, shown
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.asking import actor_of, body_of, lever_of, opportunity_of
from sandbox.lever.errors import not_found
from sandbox.lever.panels import Interview, Panel


async def list_panels(request: Request) -> Response:
    return listed_as_given(request, [panel.shape() for panel in _panels(request)])


async def get_panel(request: Request) -> Response:
    return shown(request, _panel(request).shape())


async def create_panel(request: Request) -> Response:
    lever, opportunity, actor = lever_of(request), opportunity_of(request), actor_of(request)
    wanted = await body_of(request, interviews.PanelWanted)
    return data(interviews.add_panel(lever, opportunity, wanted, actor).shape(), 201)


async def put_panel(request: Request) -> Response:
    panel, wanted = _panel(request), await body_of(request, interviews.PanelWanted)
    interviews.change_panel(lever_of(request), opportunity_of(request), panel, wanted, actor_of(request))
    return data(panel.shape())


async def delete_panel(request: Request) -> Response:
    interviews.remove_panel(lever_of(request), opportunity_of(request), _panel(request), actor_of(request))
    return deleted()


async def list_interviews(request: Request) -> Response:
    return listed_as_given(request, [one.shape() for one in _interviews(request)])


async def get_interview(request: Request) -> Response:
    return shown(request, _interview(request).shape())


async def create_interview(request: Request) -> Response:
    lever, opportunity, actor = lever_of(request), opportunity_of(request), actor_of(request)
    wanted = await body_of(request, interviews.NewInterview)
    return data(interviews.add(lever, opportunity, wanted, actor).shape(), 201)


async def put_interview(request: Request) -> Response:
    lever, opportunity, actor = lever_of(request), opportunity_of(request), actor_of(request)
    interview, wanted = _interview(request), await body_of(request, interviews.InterviewWanted)
    return data(interviews.change(lever, opportunity, interview, wanted, actor).shape())


async def delete_interview(request: Request) -> Response:
    interviews.remove(lever_of(request), opportunity_of(request), _interview(request), actor_of(request))
    return deleted()


def _panels(request: Request) -> list[Panel]:
    return lever_of(request).account.panels[opportunity_of(request).id]


def _panel(request: Request) -> Panel:
    return interviews.find_panel(_panels(request), request.path_params["id"])


def _interviews(request: Request) -> list[Interview]:
    return [one for panel in _panels(request) for one in panel.interviews]


def _interview(request: Request) -> Interview:
    wanted = request.path_params["id"]
    for one in _interviews(request):
        if one.id == wanted:
            return one
    raise not_found("interviews", wanted)


PANELS, INTERVIEWS = f"{OPPORTUNITY}/panels", f"{OPPORTUNITY}/interviews"
routes: list[BaseRoute] = [
    Route(PANELS, list_panels, methods=["GET"]),
    Route(PANELS, create_panel, methods=["POST"]),
    Route(f"{PANELS}/{{id}}", get_panel, methods=["GET"]),
    Route(f"{PANELS}/{{id}}", put_panel, methods=["PUT"]),
    Route(f"{PANELS}/{{id}}", delete_panel, methods=["DELETE"]),
    Route(INTERVIEWS, list_interviews, methods=["GET"]),
    Route(INTERVIEWS, create_interview, methods=["POST"]),
    Route(f"{INTERVIEWS}/{{id}}", get_interview, methods=["GET"]),
    Route(f"{INTERVIEWS}/{{id}}", put_interview, methods=["PUT"]),
    Route(f"{INTERVIEWS}/{{id}}", delete_interview, methods=["DELETE"]),
]

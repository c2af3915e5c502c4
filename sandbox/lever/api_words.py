"""The API that adds to and removes from an opportunity's tags and sources, and its person's links. See lever.md 8.

All answers but that of addLinks have blank contact fields; for the never recorded remove* calls that is inferred.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import acts
from sandbox.lever.api_opportunities import OPPORTUNITY, changed
from sandbox.lever.asking import actor_of, body_of, lever_of, opportunity_of
from sandbox.lever.record import Record


class Links(Record):
    links: list[str]


class Tags(Record):
    tags: list[str]


class Sources(Record):
    sources: list[str]


async def add_links(request: Request) -> Response:
    opportunity, actor = opportunity_of(request), actor_of(request)
    acts.add_links(lever_of(request), opportunity, (await body_of(request, Links)).links, actor)
    return changed(request, opportunity, blank=False)


async def remove_links(request: Request) -> Response:
    opportunity, actor = opportunity_of(request), actor_of(request)
    acts.remove_links(lever_of(request), opportunity, (await body_of(request, Links)).links, actor)
    return changed(request, opportunity)


async def add_tags(request: Request) -> Response:
    opportunity, _ = opportunity_of(request), actor_of(request)
    acts.add_words(lever_of(request), opportunity, "tags", (await body_of(request, Tags)).tags)
    return changed(request, opportunity)


async def remove_tags(request: Request) -> Response:
    opportunity, _ = opportunity_of(request), actor_of(request)
    acts.remove_words(lever_of(request), opportunity, "tags", (await body_of(request, Tags)).tags)
    return changed(request, opportunity)


async def add_sources(request: Request) -> Response:
    opportunity, _ = opportunity_of(request), actor_of(request)
    acts.add_words(lever_of(request), opportunity, "sources", (await body_of(request, Sources)).sources)
    return changed(request, opportunity)


async def remove_sources(request: Request) -> Response:
    opportunity, _ = opportunity_of(request), actor_of(request)
    acts.remove_words(lever_of(request), opportunity, "sources", (await body_of(request, Sources)).sources)
    return changed(request, opportunity)


routes: list[BaseRoute] = [
    Route(f"{OPPORTUNITY}/addLinks", add_links, methods=["POST"]),
    Route(f"{OPPORTUNITY}/removeLinks", remove_links, methods=["POST"]),
    Route(f"{OPPORTUNITY}/addTags", add_tags, methods=["POST"]),
    Route(f"{OPPORTUNITY}/removeTags", remove_tags, methods=["POST"]),
    Route(f"{OPPORTUNITY}/addSources", add_sources, methods=["POST"]),
    Route(f"{OPPORTUNITY}/removeSources", remove_sources, methods=["POST"]),
]

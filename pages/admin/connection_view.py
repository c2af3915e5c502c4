"""One connection's page, as it is and with what is wrong in one of its forms. Shows no secret."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import Response

from onboarding.keys import is_refused
from pages.admin.connection_words import ConnectionTold
from pages.admin.links import no_such_connection
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from store.connection_rows import find_rows
from store.prospect_walks import settings_of
from store.tables import Vendor
from store.webhook_tokens import OVERLAP
from wiring import Parts

NOTHING: Mapping[str, str] = MappingProxyType({})


class Problems(dict[str, str]):
    """By field; blank for a field with which nothing is wrong."""

    def __missing__(self, field: str) -> str:
        return ""


async def connection_page(
    parts: Parts,
    visitor: Visitor,
    connection_id: int,
    problems: Mapping[str, str] = NOTHING,
    typed: Mapping[str, str] = NOTHING,
    said: str = "",
) -> Response:
    """`problems` and `typed` by the id of a field on the page; `typed` never holds a secret."""
    stored = await find_rows(parts.database, connection_id)
    if stored is None:
        return no_such_connection(visitor)
    async with parts.database.transaction() as session:
        prospects = await settings_of(session, connection_id)
    base = str(parts.settings.public_base_url).rstrip("/")
    told = ConnectionTold(stored, parts.vault, base, parts.now())
    one = stored.connection
    stands = {
        "lever_url": one.lever_url,
        "crosschq_url": one.crosschq_url,
        "crosschq_prefix": one.crosschq_key_prefix.strip(),
    }
    return page(
        "connection.html",
        visitor,
        400 if problems else 200,
        told=told,
        connection=one,
        prospects=prospects,
        refused=[vendor.value for vendor in Vendor if is_refused(one.paused_because, vendor)],
        problems=Problems(problems),
        typed={**stands, "why_pause": "", "why_switch": "", **typed},
        done=said,
        overlap=OVERLAP.days,
        deployments=f"{parts.settings.api_url.removesuffix('/api')}/deployments",
    )

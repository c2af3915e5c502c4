"""What all checks look at: the connection as it is stored, and clients for its two vendors. Checks nothing itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from crosschq.client import CrosschqClient
from lever.client import LeverClient
from store.connection_rows import ConnectionRows
from wiring import Parts


@dataclass(frozen=True)
class Scene:
    parts: Parts
    stored: ConnectionRows
    lever: LeverClient
    crosschq: CrosschqClient


@asynccontextmanager
async def open_scene(parts: Parts, stored: ConnectionRows) -> AsyncIterator[Scene]:
    """Clients for the length of a block. Raises VaultError where a key cannot be decrypted any more."""
    async with AsyncExitStack() as opened:
        lever = parts.lever(stored.connection)
        opened.push_async_callback(lever.aclose)
        crosschq = parts.crosschq(stored.connection)
        opened.push_async_callback(crosschq.aclose)
        yield Scene(parts, stored, lever, crosschq)

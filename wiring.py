"""The one place that plugs real parts together: one `Parts` per process or flow run, handed to whoever needs it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import httpx

import crosschq.client
import lever.client
from crosschq.client import CrosschqClient
from lever.auth import api_key
from lever.client import LeverClient
from mail.server import MailServer, Security
from outbound.limiter import Priority
from settings import Settings, load_settings
from store.connections import account_of
from store.database import DATABASE_ERRORS, FLOW_RUN, Database, PoolSize
from store.key_ring import refresh_ring
from store.rate_limit import SharedLimiter
from store.tables import Connection, Vendor
from store.vault import Vault

Account = tuple[int, str, bytes, str, Priority]
"""A connection's id, a vendor's address, the encrypted key, prefix and priority: another one, another client."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What a process works with. Tests build it with other parts."""

    settings: Settings
    database: Database
    vault: Vault
    web: httpx.AsyncClient
    """For links found in vendors' answers: carries no credentials."""
    now: Callable[[], datetime] = utc_now
    kept: AsyncExitStack = field(default_factory=AsyncExitStack)
    """Closes what `kept_lever` and `kept_crosschq` opened; whoever made the parts closes it."""
    _levers: dict[Account, LeverClient] = field(default_factory=dict, repr=False)
    _crosschqs: dict[Account, CrosschqClient] = field(default_factory=dict, repr=False)

    def kept_lever(self, connection: Connection, priority: Priority = Priority.REQUEST) -> LeverClient:
        """As `lever`, but one for all steps and runs, closed with the parts: to open one takes 40 ms of a core."""
        account = (connection.id, connection.lever_url, connection.lever_key, "", priority)
        if account not in self._levers:
            client = self._levers[account] = self.lever(connection, priority)
            self.kept.push_async_callback(client.aclose)
        return self._levers[account]

    def kept_crosschq(self, connection: Connection, priority: Priority = Priority.REQUEST) -> CrosschqClient:
        """As `crosschq`, kept in the same way."""
        prefix = connection.crosschq_key_prefix
        account = (connection.id, connection.crosschq_url, connection.crosschq_key, prefix, priority)
        if account not in self._crosschqs:
            client = self._crosschqs[account] = self.crosschq(connection, priority)
            self.kept.push_async_callback(client.aclose)
        return self._crosschqs[account]

    @property
    def mail_server(self) -> MailServer | None:
        """Where mail goes; None as long as no admin has named one."""
        settings = self.settings
        if settings.smtp_host is None:
            return None
        password = settings.smtp_password
        return MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=Security(settings.smtp_security),
            sender=settings.mail_from,
            user=settings.smtp_user,
            password=password.get_secret_value() if password else None,
            ca_file=settings.smtp_ca_file,
        )

    def lever(self, connection: Connection, priority: Priority = Priority.REQUEST) -> LeverClient:
        """A client for the connection's Lever account; the caller closes it."""
        key = self.vault.open(connection.lever_key)
        return lever.client.connect(
            connection.lever_url,
            api_key(key),
            self._limiter(connection, Vendor.LEVER),
            priority,
            account_of(connection, Vendor.LEVER),
        )

    def crosschq(self, connection: Connection, priority: Priority = Priority.REQUEST) -> CrosschqClient:
        """A client for the connection's Crosschq organization; the caller closes it."""
        return crosschq.client.connect(
            connection.crosschq_url,
            self.vault.open(connection.crosschq_key),
            prefix=connection.crosschq_key_prefix,
            limiter=self._limiter(connection, Vendor.CROSSCHQ),
            priority=priority,
            account=account_of(connection, Vendor.CROSSCHQ),
        )

    def _limiter(self, connection: Connection, vendor: Vendor) -> SharedLimiter:
        return SharedLimiter(self.database, connection.id, vendor)


_current: ContextVar[Parts] = ContextVar("parts")


def current_parts() -> Parts:
    """The parts that `open_parts` opened around this code."""
    return _current.get()


@asynccontextmanager
async def open_parts(settings: Settings | None = None, pool: PoolSize = FLOW_RUN) -> AsyncIterator[Parts]:
    """Opens the parts for the length of a block and makes them the current ones; inside another block, uses those."""
    if (outer := _current.get(None)) is not None:
        yield outer
        return
    async with make_parts(settings or load_settings(), pool) as made:
        with use_parts(made) as parts:
            yield parts


@asynccontextmanager
async def make_parts(settings: Settings, pool: PoolSize = FLOW_RUN) -> AsyncIterator[Parts]:
    """Opens the parts for the length of a block, for whoever hands them on by `use_parts`.

    Raises VaultError when the lasting keys cannot be opened: nothing works without them.
    """
    async with AsyncExitStack() as stack:
        vault = Vault.from_setting(settings.secret_keys.get_secret_value())
        database = Database(settings.store_url, pool=pool, refresh=partial(refresh_ring, vault))
        stack.push_async_callback(database.close)
        web = await stack.enter_async_context(httpx.AsyncClient(timeout=httpx.Timeout(30, connect=5)))
        # One that is away, or without our tables yet, is asked again before the first transaction.
        with suppress(*DATABASE_ERRORS):
            await database.refresh()
        kept = await stack.enter_async_context(AsyncExitStack())
        yield Parts(settings, database, vault, web, kept=kept)


@contextmanager
def use_parts(parts: Parts) -> Iterator[Parts]:
    """Makes parts that somebody else opened, and will close, the current ones for the length of a block."""
    token = _current.set(parts)
    try:
        yield parts
    finally:
        _current.reset(token)

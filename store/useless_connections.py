"""Discard connections that live and cannot work, as after a switchover: new ones lead to a server that can.

A pool's own check asks for a SELECT, which a demoted server answers for ever, and one whose network is gone never.
"""

import socket
from typing import Any

from sqlalchemy import Engine, ExceptionContext, event

READ_ONLY = "25006"
"""SQLSTATE read_only_sql_transaction."""

_OF_THE_SERVER = (
    READ_ONLY,  # demoted, or told so
    "08",  # the connection to it, also a pooler's
    "57P",  # it stops, starts or has crashed
)
"""Beginnings of SQLSTATEs (https://www.postgresql.org/docs/18/errcodes-appendix.html) that count for the whole pool."""
_OF_THE_SESSION = (
    "53",  # no disk or memory
    "58",  # its files cannot be read or written
    "26000",  # what it had prepared is gone, or another session's
    "42P05",
)
UNHEARD_SECONDS = 10
"""For so long TCP waits for a sign from the other side, at work or idle; by default for minutes and hours."""


def discard_useless(of: Engine | type[Engine]) -> None:
    """Whichever connection of `of` says that it cannot work, or whose network is gone, is closed.

    Where that is its server's state, all that its pool has open go with it.
    """
    event.listen(of, "handle_error", _discard)
    event.listen(of, "connect", _give_up_what_is_unheard)


def _discard(context: ExceptionContext) -> None:
    sqlstate = str(getattr(context.original_exception, "sqlstate", None) or "")
    if sqlstate.startswith(_OF_THE_SERVER):
        context.is_disconnect = True
    elif sqlstate.startswith(_OF_THE_SESSION):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def _give_up_what_is_unheard(connection: Any, _record: object) -> None:  # noqa: ANN401 - SQLAlchemy's adapter
    # asyncpg 0.32 shows its socket by no public name.
    transport = getattr(connection.driver_connection, "_transport", None)
    sock = transport.get_extra_info("socket") if transport else None
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    times = {
        "TCP_KEEPIDLE": 4,
        "TCP_KEEPINTVL": 2,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": UNHEARD_SECONDS * 1000,
    }
    for name, value in times.items():
        if hasattr(socket, name):  # TCP_USER_TIMEOUT is Linux's
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

"""Close connections that live and cannot write, as after a switchover: new ones lead to the server that can.

A pool's own check asks for a SELECT, which a demoted server answers for ever.
"""

from sqlalchemy import Engine, ExceptionContext, event

READ_ONLY = "25006"
"""SQLSTATE read_only_sql_transaction."""


def close_read_only(of: Engine | type[Engine]) -> None:
    """Whichever connection of `of` says that it is read-only is closed, and with it all that its pool has open."""
    event.listen(of, "handle_error", _close)


def _close(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True

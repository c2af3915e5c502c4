"""Tell a database that cannot work at present from a row that it will never take."""

import socket
import ssl

from asyncpg import TargetServerAttributeNotMatched
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from outbound.causes import cause_of
from store.database import DATABASE_ERRORS

_CUT = "it cut the connection"
_BY_SQLSTATE = {
    "53100": "its disk is full",
    "53300": "it takes no more connections",
    "25006": "it is read-only, as after a switchover",
    "55P03": "a lock holds it up",
    "57014": "it was too slow and was cancelled",
    "25P03": _CUT,
    "25P04": _CUT,
    "57P05": _CUT,
    "57P01": "it is being stopped",
    "57P02": "it has crashed and starts anew",
    "57P03": "it is starting or stopping",
    "28P01": "it does not accept our password",
    "42P01": "its tables are missing: run the migrations",
}
_OF_THE_ROW = (DataError, IntegrityError, InvalidRequestError)


def is_outage(error: BaseException) -> bool:
    """Whether trying again later may help: away, starting, read-only, full, locked, out of connections."""
    return isinstance(error, DATABASE_ERRORS) and not isinstance(error, _OF_THE_ROW)


def why_not_written(error: BaseException) -> str:
    """Why a write failed, without the database's own words, which quote what was to be written."""
    sqlstate = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    if sqlstate in _BY_SQLSTATE:
        return _BY_SQLSTATE[sqlstate]
    if is_led_by_none(error):
        return "none of its servers can be written to"
    if isinstance(error, NoConnectionFree):
        return "all our connections to it are in use"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ssl.SSLError | socket.gaierror):
        return f"it cannot be reached: {cause_of(error).seen}"
    if isinstance(error, OSError):
        return "it cannot be reached"
    if sqlstate and not sqlstate.startswith("08"):
        return f"it answers with an error ({sqlstate})"
    # Without a state: one with a state is invalidated by us, too (store.useless_connections).
    is_cut = bool(sqlstate) or (isinstance(error, DBAPIError) and error.connection_invalidated)
    return _CUT if is_cut else "it could not be used"


def is_led_by_none(error: BaseException) -> bool:
    """Whether none of several hosts can be written to; SQLAlchemy wraps what the driver says, but not always."""
    orig = getattr(error, "orig", None) or error
    return isinstance(orig.__cause__ or orig, TargetServerAttributeNotMatched)

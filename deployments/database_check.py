"""Whether the databases that an administrator named can be used, before anything starts: one sentence if not."""

from asyncpg import TargetServerAttributeNotMatched

from outbound.causes import cause_of
from settings import PREFIX, Settings
from store.database import DATABASE_ERRORS
from store.outages import why_not_written
from store.pooler import SHARED, shares_sessions

_BY_SQLSTATE = {
    "08P01": (
        "the server or a pooler before it refuses how we connect: see whether it wants TLS (sslmode=require), knows "
        "the user and password, and takes the parameters after the ?"
    ),
    "28P01": "it does not take this user with this password",
    "28000": "it does not let this user in from here, or not without TLS: see pg_hba.conf, and sslmode",
    "08003": "what answers there ended the connection: see whether that is PostgreSQL's port",
    "3D000": "it has no such database: create it first",
    "53300": "it takes no more connections: raise max_connections",
}

_NO_TLS = (
    "what answers there does not begin TLS as PostgreSQL does: see whether that is PostgreSQL's port, and switch ssl "
    "on there, or write sslmode=disable if nobody else can listen"
)


class UnusableDatabaseError(Exception):
    """The message names the setting, and what to do."""


async def require_usable_databases(settings: Settings) -> None:
    """Raises UnusableDatabaseError. The embedded PostgreSQL is not asked: it is not started yet."""
    for name in ("database_url", "prefect_database_url"):
        url = getattr(settings, name)
        if url is not None and (problem := await _problem(url)):
            raise UnusableDatabaseError(f"{PREFIX}{name.upper()}: {problem}.")


async def _problem(url: str) -> str | None:
    try:
        if not await shares_sessions(url):
            return None
    except TargetServerAttributeNotMatched:
        return "none of its servers can be written to: promote one, or see target_session_attrs"
    except FileNotFoundError:  # its address was cleaned, so that files of certificates are there
        return "no PostgreSQL has a socket in the folder that it names: start it, or correct the folder"
    except DATABASE_ERRORS as error:
        state = getattr(error, "sqlstate", None)
        if (
            type(error) is ConnectionError
        ):  # asyncpg's, of how it begins TLS; what the system says is of a subclass
            return _NO_TLS
        if state is None:
            return f"the server could not be reached: {cause_of(error, 'sslrootcert')}"
        return _BY_SQLSTATE.get(state, f"{why_not_written(error)}: see its log, then start again")
    return SHARED

"""Tell a database that cannot work at present from a row that it will never take."""

from sqlalchemy.exc import DataError, IntegrityError, InvalidRequestError

from store.database import DATABASE_ERRORS

_OF_THE_ROW = (DataError, IntegrityError, InvalidRequestError)


def is_outage(error: BaseException) -> bool:
    """Whether trying again later may help: away, starting, read-only, full, locked, out of connections."""
    return isinstance(error, DATABASE_ERRORS) and not isinstance(error, _OF_THE_ROW)

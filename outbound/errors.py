"""What can go wrong when a vendor is called, as a tree by what the caller can do next. Never calls anything.

VendorError
├── NotExecuted                the vendor did nothing; the same call may be repeated later
│   ├── SlowDown               429: too many calls
│   └── Unavailable            no connection, or 503 that says when to come back; for reads also time-outs, 408, any 5xx
├── OutcomeUnknown             a write that may have happened: read back, or ask a person, before repeating
├── Refused                    the vendor said no; repeating the same call is useless
│   ├── CredentialsRefused     401: the key is wrong or gone
│   ├── AccessDenied           403: the key may not do this
│   ├── NotFound               404
│   └── InvalidRequest         any other 4xx
└── UnexpectedAnswer           a read whose answer is not what the contract says
    └── UnreadableItems        a list walked to its end, but for some items
"""

# ruff: noqa: N818 - the names say what happened, which is what a caller chooses by


class VendorError(Exception):
    """`operation` is a pattern such as "POST /opportunities/:id/notes": no people's ids, query or secrets.

    `status` is the HTTP status, or None where no answer came. `str(error)` is one sentence fit for logs.
    """

    # Positional arguments all the way up to Exception, because pickle rebuilds an error from its `args`.
    def __init__(self, vendor: str, operation: str, message: str, status: int | None = None) -> None:
        super().__init__(vendor, operation, message, status)
        self.vendor = vendor
        self.operation = operation
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return f"{self.vendor}, {self.operation}: {self.message}"


class NotExecuted(VendorError):
    """The vendor did nothing. `retry_after` is the wait it asked for in seconds, or None."""

    def __init__(
        self,
        vendor: str,
        operation: str,
        message: str,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(vendor, operation, message, status)
        self.retry_after = retry_after


class SlowDown(NotExecuted):
    """429."""


class Unavailable(NotExecuted):
    """No connection, or 503 with a Retry-After; for reads also time-outs, 408 and any other 5xx."""


class OutcomeUnknown(VendorError):
    """A write that may have happened: cut off after sending, 408, a 5xx without a Retry-After, an unreadable answer."""


class Refused(VendorError):
    """The vendor said no.

    `reason` is the vendor's own wording, at most 300 characters. It may name people, so it is kept out of
    `str(error)`, which reaches logs.
    """

    def __init__(
        self, vendor: str, operation: str, message: str, status: int | None = None, reason: str = ""
    ) -> None:
        super().__init__(vendor, operation, message, status)
        self.reason = reason


class CredentialsRefused(Refused):
    """401. `account` names the credentials that were refused as the client's opener does; "" where it has no name."""

    def __init__(
        self,
        vendor: str,
        operation: str,
        message: str,
        status: int | None = None,
        reason: str = "",
        account: str = "",
    ) -> None:
        super().__init__(vendor, operation, message, status, reason)
        self.account = account


class AccessDenied(Refused):
    """403."""


class NotFound(Refused):
    """404."""


class InvalidRequest(Refused):
    """Any other 4xx."""


class UnexpectedAnswer(VendorError):
    """A read whose answer is not what the contract says: another shape, not JSON, a redirect."""


class UnreadableItems(UnexpectedAnswer):
    """A list was walked to its end, and `count` of its items are not what the contract says.

    Every other item was given before: whoever needs not all of them goes on (see outbound.lists).
    """

    def __init__(
        self, vendor: str, operation: str, message: str, status: int | None = None, count: int = 0
    ) -> None:
        super().__init__(vendor, operation, message, status)
        self.count = count

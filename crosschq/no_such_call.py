"""Calls that were never seen documented, so that a Crosschq may lack them. Never calls anything."""

from typing import Self

from outbound.errors import OutcomeUnknown, Refused, Unavailable


class NoSuchCall(Refused):
    """This Crosschq has no such call: nothing was done, and the message says what to do instead."""

    @classmethod
    def instead_of(cls, answer: Refused | OutcomeUnknown | Unavailable, otherwise: str) -> Self:
        """In place of the 404, 405 or 501 that it means; `otherwise` is what to do now."""
        message = f"this Crosschq has no such call ({answer.status}); {otherwise}"
        reason = answer.reason if isinstance(answer, Refused) else ""
        return cls(answer.vendor, answer.operation, message, answer.status, reason)

"""What became of a candidate, as it is told to Crosschq (contract 5, all inferred). Never sends it."""

from datetime import date
from typing import Self

from crosschq import dialect
from crosschq.dialect import HiringStatus
from outbound.errors import OutcomeUnknown, Refused


class NoSuchCall(Refused):
    """This Crosschq has no call to set an outcome: nothing was set, and a person enters it there."""

    @classmethod
    def instead_of(cls, answer: Refused | OutcomeUnknown) -> Self:
        """In place of the 404, 405 or 501 that it means."""
        message = f"this Crosschq has no such call ({answer.status}); enter the outcome there by hand"
        reason = answer.reason if isinstance(answer, Refused) else ""
        return cls(answer.vendor, answer.operation, message, answer.status, reason)


def outcome_to_wire(outcome: HiringStatus, hired_on: date | None) -> dict[str, str | None]:
    """The JSON body; the day is null where there is none."""
    values = {"hiring_status": outcome.value, "hired_on": hired_on.isoformat() if hired_on else None}
    return {dialect.OUTCOME_FIELDS[name]: value for name, value in values.items()}

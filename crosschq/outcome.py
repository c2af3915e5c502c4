"""What became of a candidate, as it is told to Crosschq (crosschq.md 5, all inferred). Never sends it."""

from datetime import date

from crosschq import dialect
from crosschq.dialect import HiringStatus
from crosschq.no_such_call import NoSuchCall

__all__ = ["ENTER_BY_HAND", "NoSuchCall", "outcome_to_wire"]

ENTER_BY_HAND = "enter the outcome there by hand"


def outcome_to_wire(outcome: HiringStatus, hired_on: date | None) -> dict[str, str | None]:
    """The JSON body; the day is null where there is none."""
    values = {"hiring_status": outcome.value, "hired_on": hired_on.isoformat() if hired_on else None}
    return {dialect.OUTCOME_FIELDS[name]: value for name, value in values.items()}

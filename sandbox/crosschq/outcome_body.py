"""Turns the body of an outcome call, or the form on the request's page, into an Outcome or the `errors` of a 400.

Pure. Ours and inferred, in the manner of `validation.py`.
"""

import re
from datetime import date

from sandbox.crosschq.outcomes import Outcome
from sandbox.crosschq.statuses import HiringStatus
from sandbox.crosschq.validation import REQUIRED, Invalid, read_object

BAD_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
ONLY_HIRED = "Only who was hired has a date of hire."

Errors = dict[str, list[str]]


def read_outcome(body: object) -> Outcome:
    """The outcome in `body`; an empty date is none, unknown fields are ignored. Raises Invalid with every error."""
    given, errors = read_object(body), Errors()
    status, hired_on = _status(given.get("hiring_status"), errors), _date(given.get("hired_on"), errors)
    if not errors and hired_on is not None and status is not HiringStatus.HIRED:
        errors["hired_on"] = [ONLY_HIRED]
    if errors:
        raise Invalid(errors)
    return Outcome(status, hired_on)


def _status(given: object, errors: Errors) -> HiringStatus:
    if given in list(HiringStatus):
        return HiringStatus(str(given))
    errors["hiring_status"] = [REQUIRED if given is None else f'"{given}" is not a valid choice.']
    return HiringStatus.UNDECIDED


def _date(given: object, errors: Errors) -> date | None:
    if given is None or given == "":
        return None
    try:
        # Python reads other forms of a date as well; the API takes this one.
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(given), re.ASCII):
            return date.fromisoformat(str(given))
    except ValueError:
        pass
    errors["hired_on"] = [BAD_DATE]
    return None

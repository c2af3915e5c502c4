"""Turns the body of a create call into an Order, or into the `errors` of a 400 (crosschq.md 1.3, 1.8, 9).

Pure. The shape of `errors` (field -> list of sentences) is inferred from Django REST Framework's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.crosschq.people import Person
from sandbox.crosschq.reference_request import Order
from sandbox.crosschq.surveys import MIN_REFERENCE_COUNT, Survey

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
REQUIRED = "This field is required."
BLANK = "This field may not be blank."
NOT_TEXT = "Not a valid string."
BAD_EMAIL = "Enter a valid email address."


class Invalid(ValueError):  # noqa: N818 - what the body is
    """The body is refused; `errors` goes into the 400."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        super().__init__("the request is not valid")
        self.errors = errors


@dataclass(frozen=True)
class Rules:
    """What the organization knows that a body is checked against."""

    surveys: Mapping[str, Survey]
    is_known_user: Callable[[str], bool]


def is_email(value: object) -> bool:
    """Whether it looks like one, the way the API's framework looks at it."""
    return isinstance(value, str) and len(value) <= 254 and EMAIL.fullmatch(value) is not None


def is_text(value: object) -> bool:
    """A string that can be stored and sent: no NUL, no half of a surrogate pair."""
    return isinstance(value, str) and not re.search("[\x00\ud800-\udfff]", value)


def read_object(body: object) -> dict[str, Any]:
    """The JSON object a body must be. Raises Invalid."""
    if not isinstance(body, dict):
        raise Invalid(
            {"non_field_errors": [f"Invalid data. Expected a dictionary, got {type(body).__name__}."]}
        )
    return body


def read_order(body: object, rules: Rules) -> Order:
    """The order in `body`. Unknown fields are ignored. Raises Invalid with every error found."""
    body = read_object(body)
    errors: dict[str, Any] = {}
    survey = _survey(body.get("jobrole"), rules, errors)
    order = Order(
        candidate=_person(body.get("candidate"), "candidate", errors),
        jobrole=survey.codename if survey else "",
        job_position=_text(body, "job_position", errors),
        requestor=_requestor(body.get("requestor"), rules, errors),
        demanded=_demanded(body.get("config_params"), survey, errors),
        hiring_manager=_hiring_manager(body.get("hiring_manager"), errors),
        candidate_message=_text(body, "candidate_message", errors),
        use_sms=_flag(body, "use_sms", errors),
        send_past_due_notification=_flag(body, "send_past_due_notification", errors),
        send_completed_notification=_flag(body, "send_completed_notification", errors),
    )
    if errors:
        raise Invalid(errors)
    return order


def _survey(codename: object, rules: Rules, errors: dict[str, Any]) -> Survey | None:
    survey = rules.surveys.get(codename) if isinstance(codename, str) else None
    if codename is None:
        errors["jobrole"] = [REQUIRED]
    elif survey is None or not survey.enabled:
        errors["jobrole"] = [f"Object with codename={codename} does not exist or is not enabled."]
    return survey


def _person(given: object, field: str, errors: dict[str, Any]) -> Person:
    if not isinstance(given, dict):
        errors[field] = [REQUIRED]
        return Person("", "", "")
    wrong: dict[str, list[str]] = {}
    for name in ("first_name", "last_name"):
        if not is_text(given.get(name)):
            wrong[name] = [REQUIRED if given.get(name) is None else NOT_TEXT]
        elif not given[name].strip():
            wrong[name] = [BLANK]
    if not is_email(given.get("email")):
        wrong["email"] = [BAD_EMAIL if given.get("email") else REQUIRED]
    phone = given.get("mobile_phone")
    if not (phone is None or is_text(phone)):
        wrong["mobile_phone"] = [NOT_TEXT]
    if wrong:
        errors[field] = wrong
        return Person("", "", "")
    return Person(given["first_name"].strip(), given["last_name"].strip(), given["email"], phone)


def _hiring_manager(given: object, errors: dict[str, Any]) -> Person | None:
    return None if given is None else _person(given, "hiring_manager", errors)


def _requestor(given: object, rules: Rules, errors: dict[str, Any]) -> str:
    if not is_email(given):
        errors["requestor"] = [BAD_EMAIL if given else REQUIRED]
    elif not rules.is_known_user(str(given)):
        errors["requestor"] = [f"No user with the email {given} in this organization."]
    return str(given)


def _demanded(given: object, survey: Survey | None, errors: dict[str, Any]) -> dict[str, int]:
    if not isinstance(given, dict):
        errors["config_params"] = [REQUIRED]
        return {}
    wrong: dict[str, list[str]] = {}
    demanded = {str(name): _count(name, count, survey, wrong) for name, count in given.items()}
    if survey is not None:
        for name, bounds in survey.relationships.items():
            if bounds.min > 0 and name not in demanded:
                wrong[name] = [f"Ensure this value is greater than or equal to {bounds.min}."]
    if wrong:
        errors["config_params"] = wrong
    elif sum(demanded.values()) < MIN_REFERENCE_COUNT:
        errors["config_params"] = [f"Ask for at least {MIN_REFERENCE_COUNT} references in total."]
    return demanded


def _count(name: object, given: object, survey: Survey | None, wrong: dict[str, list[str]]) -> int:
    if isinstance(given, bool) or not re.fullmatch(r"-?\d{1,9}", str(given)):
        wrong[str(name)] = ["A valid integer is required."]
        return 0
    count = int(str(given))
    bounds = survey.relationships.get(str(name)) if survey else None
    if survey is not None and bounds is None and count != 0:
        wrong[str(name)] = [f"The survey {survey.codename} takes no references of this type."]
    elif bounds is not None and count < bounds.min:
        wrong[str(name)] = [f"Ensure this value is greater than or equal to {bounds.min}."]
    elif bounds is not None and count > bounds.max:
        wrong[str(name)] = [f"Ensure this value is less than or equal to {bounds.max}."]
    return count


def _text(body: Mapping[str, Any], field: str, errors: dict[str, Any]) -> str:
    given = body.get(field)
    if not (given is None or is_text(given)):
        errors[field] = [NOT_TEXT]
    return str(given or "")


def _flag(body: Mapping[str, Any], field: str, errors: dict[str, Any]) -> bool:
    given = body.get(field, False)
    if not isinstance(given, bool):
        errors[field] = ["Must be a valid boolean."]
    return given is True

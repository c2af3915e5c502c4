"""What is wrong with a settings form, each at its field: from what the model and the checks at the vendors say."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from onboarding.blueprint import BlueprintError
from onboarding.settings_form_labels import LABELS, Path, label_of, shown_path
from outbound.errors import VendorError

_IN_WORDS: Final = {
    "string_too_short": "This is missing.",
    "too_short": "Choose at least one.",
    "int_parsing": "Write a whole number.",
    "datetime_type": "Write a day and a time, such as 2026-12-01 09:00.",
    "enum": "Choose one of the list.",
    "missing": "it is missing, or cannot be decrypted any more",
}
"""By pydantic's name of the mistake; others are told in its own words."""

_SIGN_IN_GONE: Final = "its Webhook Sign-in Token is missing, or cannot be decrypted any more"

_FILE_WORDS: Final = {
    "a lever_tag, or fallback = true": "a Lever tag, or to be the fallback",
    "on_withdrawal 'archive' needs a withdrawal_reason": "to archive needs an archive reason",
    "the withdrawal_tag": "this tag",
    "webhook_auth 'basic' needs a webhook_token": _SIGN_IN_GONE,
    "webhook_auth 'token' needs a webhook_token": _SIGN_IN_GONE,
}
"""The file's rules name its keys."""

_RULES_FIELDS: Final = ("withdrawal_reason", "withdrawal_tag", "lever_tag", "tag")
"""Where a rule about several fields is shown: at the first that it names."""

_REFERENCES: Final = re.compile(r"(?:survey '.*' asks no '(.+)'|(\S+) must be from .*)\.")


@dataclass(frozen=True)
class Problem:
    """`path` is the field's; "" for what is wrong with the whole, or outside this form."""

    path: str
    text: str

    @property
    def label(self) -> str:
        return label_of(self.path)


def model_problems(error: ValidationError) -> tuple[Problem, ...]:
    """Of a Blueprint that cannot be made. Quotes no value: it may be secret."""
    wrong = error.errors(include_url=False, include_input=False, include_context=False)
    return tuple(_of_model(one["loc"], one["type"], one["msg"]) for one in wrong)


def vendor_problems(error: BlueprintError | VendorError, settings: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Of settings that a vendor does not agree with; nothing was stored."""
    lines = [line.strip() for line in str(error).splitlines() if line.startswith("  ")]
    if not lines:
        return (Problem("", f"Nothing was stored. {error}"),)
    return tuple(next(_of_vendors(line, settings)) for line in lines)


def _of_model(location: Path, kind: str, message: str) -> Problem:
    path = _place(location, message)
    text = _IN_WORDS.get(kind, message.removeprefix("Value error, "))
    for file_words, words in _FILE_WORDS.items():
        text = text.replace(file_words, words)
    if location and not path:
        # It was stored so, and is changed elsewhere.
        return Problem("", _sentence(f"On the connection's own page, {' '.join(map(str, location))}: {text}"))
    return Problem(path or "templates", _sentence(text))


def _place(location: Path, text: str) -> str:
    whole = ".".join(map(str, location))
    named = (f"{whole}.{key}" for key in _RULES_FIELDS if re.search(rf"\b{key}\b", text))
    return next(filter(label_of, named), shown_path(location))


def _of_vendors(line: str, settings: Mapping[str, Any]) -> Iterator[Problem]:
    """First what fits best."""
    if line.startswith("Lever stage "):
        yield Problem("lever.trigger_stages", line)
    for index, template in enumerate(settings["templates"]):
        if line.startswith(start := f"template '{template['name']}': "):
            yield _of_template(f"templates.{index}", line.removeprefix(start))
    for index, rule in enumerate(settings["prospects"]["postings"]):
        if line.startswith(start := f"prospects.postings: Lever posting '{rule['posting']}': "):
            yield Problem(f"prospects.postings.{index}.posting", _sentence(line.removeprefix(start)))
    setting, _, text = line.partition(": ")
    for path in LABELS:
        if setting in (path, path.partition(".")[2]):
            yield Problem(path, _sentence(text))
    yield Problem("", line)


def _of_template(path: str, text: str) -> Problem:
    if found := _REFERENCES.fullmatch(text):
        return Problem(f"{path}.references.{found[1] or found[2]}", _sentence(text))
    return Problem(f"{path}.survey" if "has no survey" in text else path, _sentence(text))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."

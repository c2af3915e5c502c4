"""The five questions that candidate and references answer, and reading a filled-in form. Pure; invented by us."""

from collections.abc import Mapping

from sandbox.crosschq.people import Answers
from sandbox.crosschq.reference_request import NotAllowed

QUESTIONS: dict[str, str] = {
    "quality": "does careful work",
    "reliability": "keeps promises and dates",
    "communication": "says things clearly and in time",
    "teamwork": "makes the people around them better",
    "again": "is welcome back at any time",
}
"""id -> the statement, to be read after the person's name."""

SCALE = (1, 2, 3, 4, 5)
COMMENT_LIMIT = 4_000


def read_answers(form: Mapping[str, object]) -> Answers:
    """The answers in a form. Raises NotAllowed naming the first question that has none."""
    ratings: dict[str, int] = {}
    for question, statement in QUESTIONS.items():
        given = str(form.get(question, ""))
        if given not in map(str, SCALE):
            raise NotAllowed(f"Please rate “{statement}” from 1 to 5.")
        ratings[question] = int(given)
    return Answers(ratings, str(form.get("comment", "")).strip()[:COMMENT_LIMIT])

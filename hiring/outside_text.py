"""Makes text from outside, such as people's names, fit for our sentences. Knows nothing of where they stand."""

import re

LONGEST = 200

# Besides blanks: control characters, halves of characters, and those that turn the direction of what comes after.
_NOT_PRINTED = re.compile("[\\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def one_line(text: str, longest: int = LONGEST) -> str:
    """In one line of at most `longest` characters, without outer blanks or anything that is not printed."""
    return _NOT_PRINTED.sub(" ", text).strip()[:longest].strip()


def without_marks(text: str) -> str:
    """`text` without any mark by which a note of ours could be looked for (hiring.notes)."""
    return text.replace("(crosschq-lever", "(crosschq lever")

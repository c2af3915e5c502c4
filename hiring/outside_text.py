"""Makes text from outside, such as people's names, fit for our sentences. Knows nothing of where they stand."""

from cleaning.text import clean_line

LONGEST = 200


def one_line(text: str, longest: int = LONGEST) -> str:
    """In one line of at most `longest` characters, without anything that is not printed."""
    return clean_line(text, longest)


def without_marks(text: str) -> str:
    """`text` without any mark by which a note of ours could be looked for (hiring.notes)."""
    return text.replace("(crosschq-lever", "(crosschq lever")

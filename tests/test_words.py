"""Words that the glossary has replaced do not come back into what people read."""

import pytest

from deployments.environment import ROOT

OLD = [
    *(
        "not seen yet",
        "X: heard of",
        "Refused at the door",
        "What came of it",
        "A run is ordered",
        "A run is at work",
    ),
    *("Given up: needs a person", "Only said, until shadow mode ends", "Not known whether all was done"),
    *("Requests of unknown fate", "Let it go on", "Drop it: leave it undone", "Make these webhooks anew"),
    *("Forget the previous token", "Begin anew: ask now", "Do what is next now", "Pass the answer on now"),
    *("(looks only)", "Show news as they come", "Your present password", "The last word was that"),
    *(
        "Most requests per hour",
        "An answer can be changed for",
        "Lever user who acts for us",
        "Then, at last",
    ),
    *(
        "Imagined: a move",
        "--why",
        "For the audit.",
        "Of this one: its name",
        "What is next happens so much later",
    ),
    *("Nobody is asked, or asked any more", "in the user's words", "what is next comes in its time"),
    *("Why not somebody else", "in the name of {"),
]
READ = [
    path
    for folder in (
        "cli",
        "flows",
        "hiring",
        "mail",
        "onboarding",
        "pages",
        "tasks",
        "store",
        "webhook_gateway",
        "docs",
    )
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".html", ".txt", ".md"} and "vendors" not in path.parts
]


@pytest.mark.parametrize("old", OLD)
def test_an_old_word_is_gone(old: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in READ if old in path.read_text()]
    assert not found

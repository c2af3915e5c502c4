"""Chooses the template by Lever tag, from the opportunity's tags and its posting's."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleaning.text import clean_line, match_key
from hiring.candidacy import Candidacy, Template


@dataclass(frozen=True)
class NoTemplate:
    """No template's tag is among the tags seen, and there is no fallback."""

    seen: tuple[str, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True)
class SeveralTemplates:
    """More than one matches and the admin has not said which goes first."""

    names: tuple[str, ...]


def choose_template(
    templates: Sequence[Template], tags: Sequence[str]
) -> Template | NoTemplate | SeveralTemplates:
    """The admin's order decides among several; without one none is chosen. Tags compare by match_key."""
    seen = {match_key(tag) for tag in tags}
    matching = [t for t in templates if t.lever_tag is not None and match_key(t.lever_tag) in seen]
    if not matching:
        fallback = next((t for t in templates if t.is_fallback), None)
        wanted = tuple(dict.fromkeys(t.lever_tag for t in templates if t.lever_tag is not None))
        return fallback or NoTemplate(tuple(tags), wanted)
    first, *others = sorted(matching, key=_order)
    if others and _order(first) == _order(others[0]):
        return SeveralTemplates(tuple(t.name for t in matching))
    return first


def why_this_template(template: Template, candidacy: Candidacy) -> str:
    """By which tag, and where it is; or that it is the fallback."""
    wanted = match_key(template.lever_tag or "")
    on_opportunity = any(match_key(tag) == wanted for tag in candidacy.tags)
    if wanted and (on_opportunity or any(match_key(tag) == wanted for tag in candidacy.all_tags)):
        where = "the opportunity" if on_opportunity else "its posting"
        return f"Template '{template.name}' is used, because {where} has the tag '{template.lever_tag}'."
    seen = ", ".join(f"'{clean_line(tag)}'" for tag in candidacy.all_tags) or "none"
    return (
        f"Template '{template.name}' is used as the fallback: no template's tag is there. Tags seen: {seen}."
    )


def _order(template: Template) -> float:
    return float("inf") if template.position is None else template.position

"""URL paths from a vendor's documented pattern and ids that came from outside. Pure."""

from urllib.parse import quote


def path_of(pattern: str, *ids: str) -> str:
    """`path_of("/opportunities/:id/notes", "o-1")` -> "/opportunities/o-1/notes", each id percent-encoded.

    ValueError for an id that is empty, "." or "..": it would name another resource than the one meant.
    """
    for one in ids:
        if one in {"", ".", ".."}:
            raise ValueError(f"{one!r} is no id: it would change the path {pattern}")
    encoded = (quote(one, safe="") for one in ids)
    segments = [next(encoded) if segment.startswith(":") else segment for segment in pattern.split("/")]
    return "/".join(segments)

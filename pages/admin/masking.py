"""A webhook's body without what it says about people: its structure, its ids and names of events. Performs no I/O."""

import json
import re

MASK = "•••"
DEEPEST = 20

_ID_NAME = re.compile(r"id|.*_id|.*Id|uuid")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""Neither an address nor a name of two words is one."""
_TIMES = ("triggeredAt",)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def masked(body: str) -> str:
    """Of a body that is JSON, else of a text that is all masked. As indented JSON."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return MASK
    return json.dumps(_mask(content, "", 0), indent=2, ensure_ascii=False)


def _mask(value: object, name: str, depth: int) -> object:
    if depth > DEEPEST:
        return MASK
    if isinstance(value, dict):
        # A survey's questions may be names of fields, too.
        return {
            key if _NAME.fullmatch(key) else MASK: _mask(one, key, depth + 1) for key, one in value.items()
        }
    if isinstance(value, list):
        return [_mask(one, name, depth + 1) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    return value if _may_show(value, name) else MASK


def _may_show(value: object, name: str) -> bool:
    if not isinstance(value, str):
        return name in _TIMES
    return (name == "event" or _ID_NAME.fullmatch(name) is not None) and _ID.fullmatch(value) is not None

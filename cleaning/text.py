"""Clean text from outside so that every system behind us holds it, and people see all that is in it.

`clean_text` and `clean_json` are for whatever a vendor answers, `clean_line` for names, titles and tags, `trimmed` for
what must stay as it is between its ends, and `match_key` for comparing two of them.
"""

import re
import unicodedata
from typing import Final

# Refused by PostgreSQL, by JSON or by the other vendor: controls (but tab and line ends), halves of characters, and
# the code points that Unicode keeps for no character.
_HELD_BY_NOBODY: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Nobody sees these, and no script needs them within a line.
_NEEDLESS: Final = re.compile(f"[{_BIDI}\u00ad\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb]")
# Needed between letters in some scripts and emoji; at an end they are what somebody's copying has left there.
_JOINERS_AND_FILLERS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180e\u200c\u200d\u2800\u3164\uffa0"
# These stand at the end of names and emoji, too, and choose how the last character looks.
_SELECTORS: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff"

_BLANKS_AND_CONTROLS: Final = "\\s\x00-\x1f\x7f-\x9f"


def _all_of(pattern: str) -> str:
    ranges = (range(0xD800), range(0xE000, 0x10000), range(0xE0000, 0xE1000))
    return "".join(re.findall(pattern, "".join(chr(code) for codes in ranges for code in codes)))


_ENDS: Final = _all_of(f"[{_BLANKS_AND_CONTROLS}{_JOINERS_AND_FILLERS}]|{_NEEDLESS.pattern}")
UNSEEN: Final = _ENDS + _all_of(f"[{_SELECTORS}]")
"""All characters that are blank or invisible."""

_DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


def clean_text(text: str) -> str:
    """Without what no database and no request takes; half an emoji, cut off by some text limit, becomes U+FFFD."""
    if not _HELD_BY_NOBODY.search(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _HELD_BY_NOBODY.sub(lambda found: " " if found[0].isspace() else "", joined)


def clean_json(value: object) -> object:
    """A JSON value of which every text is clean, keys included."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list | tuple):
        return [clean_json(one) for one in value]
    if isinstance(value, dict):
        return _clean_object(value)
    return value


def _clean_object(value: dict[str, object]) -> dict[str, object]:
    cleaned: dict[str, object] = {}
    for key, one in value.items():
        name = clean_text(str(key))
        # A key that had to be cleaned never takes the place of the one that is really called so.
        if name == key or name not in cleaned:
            cleaned[name] = clean_json(one)
    return cleaned


def clean_line(text: str, longest: int | None = None) -> str:
    """In one line of composed characters, single blanks, and nothing unseen at its ends."""
    seen = _NEEDLESS.sub("", clean_text(text))
    line = trimmed(unicodedata.normalize("NFC", " ".join(seen.split())))
    return trimmed(line[:longest])


def trimmed(text: str) -> str:
    """Without blanks and invisible characters at its ends."""
    return text.strip(_ENDS)


def match_key(text: str) -> str:
    """What two ways of writing one tag, name or header have in common, to a reader who sees no difference."""
    seen = re.sub(f"[{_JOINERS_AND_FILLERS}{_SELECTORS}]", "", clean_line(text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return clean_line(_DASHES.sub("-", folded))

"""Invented names and addresses for the seed. Every name is made up; every address ends in `.example`. Pure."""

import re
import unicodedata
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Ada Bram Cleo Dara Eskil Farah Gwen Hugo Ines Jonas Kaia Luca Mira Nils Orla Pavel Quinn Rosa Selim Tove "
    "Ugo Vera Wim Xenia Yusuf Zora Anouk Bela Cyrus Delia Emre Fenna Goran Hanne Ivo Juno"
)
LAST = _words(
    "Abelard Brightwater Castellan Dunmore Eriksholm Fairweather Grünholt Harrowgate Ilvermoor Jansdotter "
    "Kestrelle Lindqvist Marchetto Nightingdale Okonjola Pemberlow Quarrington Rosmarin Silverbeck Tamsinson "
    "Underhall Vandermoor Westerlund Xiberras Yarrowfield Zellinger"
)
SYLLABLES = _words("ba co di fe ga hi jo ku la me ni po ra se ti vo wa xe yu zo")
CITIES = ("Oslo", "Lisbon", "Toronto", "Berlin", "Austin", "Nairobi", "Remote")


def two_words(rng: Random) -> str:
    """A first name and a last name, in four of ten cases a double one: enough names for 10,000 people."""
    last = rng.choice(LAST)
    double = f"{last}-{rng.choice(LAST)}"
    return f"{rng.choice(FIRST)} {last if rng.random() < 0.6 else double}"


def one_word(rng: Random) -> str:
    """A person known by one name."""
    return "".join(rng.choice(SYLLABLES) for _ in range(5)).capitalize()


def beyond_ascii(rng: Random) -> str:
    """Letters with marks, two scripts, a right-to-left word and an emoji."""
    return f"Zoë {one_word(rng)} Ñandú-Œuvré 李小龙 שלום 🦊"


def very_long(rng: Random) -> str:
    """Six hundred characters of a name."""
    return " ".join(one_word(rng) for _ in range(55))[:600].strip()


def address(name: str, rng: Random) -> str:
    """An e-mail address that looks like the name and is unique to all intents."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    local = re.sub(r"[^a-z]+", ".", plain).strip(".")[:24].strip(".")
    return f"{local or 'candidate'}.{rng.getrandbits(32):08x}@candidates.example"

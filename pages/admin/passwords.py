"""Passwords as argon2id hashes. A check takes a tenth of a second on purpose, so it never runs on the event loop."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
"""Characters (OWASP ASVS 2.1): no rules of composition, and no hour-long hashing of a megabyte."""

_hasher = PasswordHasher()


class UnusablePassword(Exception):  # noqa: N818 - says what it is
    """The message says what a password must be; it never quotes one."""


async def hash_of(password: str) -> str:
    """Raises UnusablePassword."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UnusablePassword(f"Choose a password of {SHORTEST} to {LONGEST} characters.")
    return await asyncio.to_thread(_hasher.hash, password)


async def is_right(password: str, known_hash: str | None) -> bool:
    """Takes as long for a name that nobody has (None): how long it took tells nothing."""
    if len(password) > LONGEST:
        return False
    return await asyncio.to_thread(_verify, password, known_hash or _nobodys()) and known_hash is not None


def _verify(password: str, known_hash: str) -> bool:
    try:
        return _hasher.verify(known_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")

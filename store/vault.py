"""Encrypt what must not lie open in a database dump: API keys, tokens, webhook bodies. Performs no I/O."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum

from cryptography.fernet import Fernet, InvalidToken

from cleaning.typed import typed_list

_MARK = b"k"
"""Begins what is sealed, before the key's fingerprint. Tokens of Fernet, as earlier releases stored them, begin
with g."""
MARK_LENGTH = len(_MARK) + 8


class VaultError(Exception):
    """A key is malformed, or something was encrypted under a key that is not here any more."""


class KeyPurpose(StrEnum):
    """What a lasting key is for; the secret keys open and seal, and are for nothing that must outlive them."""

    BLIND_INDEX = "blind index"
    ANSWER_LINKS = "answer links"


_DERIVED_FOR = {
    KeyPurpose.BLIND_INDEX: "blind index",
    KeyPurpose.ANSWER_LINKS: "signing answer links",
}
"""By which words earlier releases derived such a key from each secret key."""

KeyRing = Mapping[KeyPurpose, Sequence[bytes]]
"""The lasting keys (store.key_ring), newest first: the first makes, all find and verify."""


def new_key() -> bytes:
    """A lasting key."""
    return secrets.token_bytes(32)


class Vault:
    """Fernet keys, newest first: the first encrypts, all decrypt, so that keys can be rotated without downtime."""

    def __init__(self, keys: Sequence[str], ring: KeyRing | None = None) -> None:
        """`ring`: None until it was read from the database."""
        if not keys:
            raise VaultError("No encryption key: set CROSSCHQ_LEVER_SECRET_KEYS (see .env.example).")
        try:
            self._ciphers = {fingerprint(key): Fernet(key) for key in keys}
        except ValueError:
            raise VaultError(
                "CROSSCHQ_LEVER_SECRET_KEYS holds something that is no Fernet key (see .env.example)."
            ) from None
        self._keys = tuple(keys)
        self._ring = ring

    @classmethod
    def from_setting(cls, setting: str) -> "Vault":
        """Takes the comma-separated keys of `CROSSCHQ_LEVER_SECRET_KEYS`."""
        return cls(typed_list(setting))

    @property
    def fingerprints(self) -> list[str]:
        """Of the secret keys, newest first: they tell keys apart, and nothing about them."""
        return list(self._ciphers)

    def seal(self, text: str) -> bytes:
        """Encrypts under the newest key, whose fingerprint stands in front."""
        newest = self.fingerprints[0]
        return _MARK + newest.encode() + self._ciphers[newest].encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Raises VaultError."""
        return self._opened(sealed)[1]

    def key_of(self, sealed: bytes) -> str:
        """The fingerprint of the key that opens it; raises VaultError."""
        return self._opened(sealed)[0]

    def _opened(self, sealed: bytes) -> tuple[str, str]:
        named = named_key(sealed)
        candidates = self.fingerprints if named is None else [named] if named in self._ciphers else []
        token = sealed if named is None else sealed[MARK_LENGTH:]
        for one in candidates:
            try:
                return one, self._ciphers[one].decrypt(token).decode()
            except InvalidToken:
                continue
        which = f"the key {named}, which" if named and not candidates else "a key that"
        raise VaultError(
            f"A secret was encrypted under {which} CROSSCHQ_LEVER_SECRET_KEYS does not hold: add the old key "
            "at its end, or run `crosschq-lever connect FILE` again to store the secrets anew."
        )

    def seal_list(self, values: Sequence[str]) -> bytes:
        return self.seal(json.dumps(list(values)))

    def open_list(self, sealed: bytes) -> list[str]:
        return [str(value) for value in json.loads(self.open(sealed))]

    def use_ring(self, ring: KeyRing) -> None:
        """From now on these are the lasting keys."""
        self._ring = ring

    @property
    def has_ring(self) -> bool:
        return self._ring is not None

    def blind_index(self, text: str) -> str:
        """A keyed digest under the newest lasting key: equal e-mail addresses are found without storing one."""
        return _digest(self.lasting_keys(KeyPurpose.BLIND_INDEX)[0], text)

    def blind_indexes(self, text: str) -> list[str]:
        """The digest under every lasting key, to find what earlier releases stored."""
        return [_digest(key, text) for key in self.lasting_keys(KeyPurpose.BLIND_INDEX)]

    def lasting_keys(self, purpose: KeyPurpose) -> Sequence[bytes]:
        """Newest first. Raises VaultError before the ring was read."""
        if self._ring is None:
            raise VaultError("The lasting keys have not been read from the database yet.")
        return self._ring[purpose]

    def signing_keys(self, purpose: str) -> list[bytes]:
        """For short-lived signatures of one purpose, newest first: they open no seal and sign for no other."""
        return _derived(f"signing {purpose}", self._keys)

    def derived_ring(self) -> KeyRing:
        """What earlier releases used in place of lasting keys; gone with the secret keys unless kept."""
        return {purpose: _derived(words, self._keys) for purpose, words in _DERIVED_FOR.items()}


def fingerprint(key: str) -> str:
    """Of a secret key, for people: 8 hexadecimal digits."""
    return hashlib.sha256(f"fingerprint:{key}".encode()).hexdigest()[:8]


def named_key(sealed: bytes) -> str | None:
    """The fingerprint in front of it (its first MARK_LENGTH bytes do); None for what an earlier release sealed."""
    if not sealed.startswith(_MARK):
        return None
    return sealed[len(_MARK) : MARK_LENGTH].decode("ascii", "replace")


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.strip().casefold().encode(), hashlib.sha256).hexdigest()


def _derived(purpose: str, keys: Sequence[str]) -> list[bytes]:
    return [hashlib.sha256(f"{purpose}:{key}".encode()).digest() for key in keys]

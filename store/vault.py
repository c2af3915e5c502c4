"""Encrypts what must not lie open in a database dump: API keys, tokens, webhook bodies. Performs no I/O."""

import hashlib
import hmac
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(Exception):
    """A key is malformed, or something was encrypted under a key that is not here any more."""


class Vault:
    """Fernet keys, newest first: the first encrypts, all decrypt, so that keys can be rotated without downtime."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise VaultError("No encryption key: set CROSSCHQ_LEVER_SECRET_KEYS (see .env.example).")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise VaultError(
                "CROSSCHQ_LEVER_SECRET_KEYS holds something that is no Fernet key (see .env.example)."
            ) from None
        self._index_keys = _derived("blind index", keys)
        self._keys = tuple(keys)

    @classmethod
    def from_setting(cls, setting: str) -> "Vault":
        """Takes the comma-separated keys of `CROSSCHQ_LEVER_SECRET_KEYS`."""
        return cls([key.strip() for key in setting.split(",") if key.strip()])

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise VaultError(
                "A secret was encrypted under a key that CROSSCHQ_LEVER_SECRET_KEYS does not hold: add the old key "
                "at its end, or run `crosschq-lever connect FILE` again to store the secrets anew."
            ) from None

    def seal_list(self, values: Sequence[str]) -> bytes:
        return self.seal(json.dumps(list(values)))

    def open_list(self, sealed: bytes) -> list[str]:
        return [str(value) for value in json.loads(self.open(sealed))]

    def blind_index(self, text: str) -> str:
        """A keyed digest under the newest key, so that equal e-mail addresses are found without storing one."""
        return self._digest(self._index_keys[0], text)

    def blind_indexes(self, text: str) -> list[str]:
        """The digest under every key, to find what was stored before a rotation."""
        return [self._digest(key, text) for key in self._index_keys]

    def signing_keys(self, purpose: str) -> list[bytes]:
        """For signatures of one purpose, newest first: they open no seal and sign for no other."""
        return _derived(f"signing {purpose}", self._keys)

    @staticmethod
    def _digest(key: bytes, text: str) -> str:
        return hmac.new(key, text.strip().casefold().encode(), hashlib.sha256).hexdigest()


def _derived(purpose: str, keys: Sequence[str]) -> list[bytes]:
    return [hashlib.sha256(f"{purpose}:{key}".encode()).digest() for key in keys]

"""The links in our mails: who holds one may answer one question. Knows neither the store nor HTTP.

A token says which follow-up and which asking of it, and when it was made; nothing about a person. It is signed
with HMAC-SHA-256 under the vault's lasting keys: links outlive secret keys, and `crosschq-lever keys revoke-links`
voids all of them.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from store.vault import KeyPurpose, Vault

LIFETIME = timedelta(days=400)
"""Longer than a question can stay open, which is what ends most links; a reminder comes within a year."""
WELL_FORMED = re.compile(r"[\w.-]{1,200}", re.ASCII)
"""Ours have about 65 characters. The library alone would overlook others between them."""


class NotOurLink(Exception):  # noqa: N818 - says what it is
    """Forged, mutilated, revoked, or about something that is gone."""


class LinkExpired(Exception):  # noqa: N818 - says what happened
    """Ours, but older than its lifetime."""


@dataclass(frozen=True)
class Link:
    """`generation`: the follow-up's `link_generation` when the mail was written."""

    follow_up_id: int
    generation: int


class AnswerLinks:
    """Makes and reads the links; `keys` tells those of this moment, newest first: the first signs, all are accepted."""

    def __init__(
        self,
        keys: Callable[[], Sequence[bytes]],
        now: Callable[[], datetime],
        lifetime: timedelta = LIFETIME,
    ) -> None:
        self._keys, self._now, self._lifetime = keys, now, lifetime

    @classmethod
    def from_vault(cls, vault: Vault, now: Callable[[], datetime], lifetime: timedelta = LIFETIME) -> Self:
        return cls(partial(vault.lasting_keys, KeyPurpose.ANSWER_LINKS), now, lifetime)

    def url(self, public_base_url: str, link: Link) -> str:
        """The address for the mail; its path is a secret and belongs in no log."""
        return f"{public_base_url.rstrip('/')}/answer/{self.token(link)}"

    def token(self, link: Link) -> str:
        return self._serializer().dumps([link.follow_up_id, link.generation])

    def read(self, token: str) -> Link:
        """Raises NotOurLink or LinkExpired."""
        if not WELL_FORMED.fullmatch(token):
            raise NotOurLink
        try:
            (follow_up_id, generation), made_at = self._serializer().loads(token, return_timestamp=True)
        except BadData:
            # Its own words quote the signature.
            raise NotOurLink from None
        # Not by the library's max_age, to which a link made by a clock slightly ahead of ours is expired too.
        if self._now() - made_at > self._lifetime:
            raise LinkExpired
        return Link(follow_up_id, generation)

    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            # The library wants the newest last.
            list(self._keys())[::-1],
            salt="answer link",
            signer=_Signer,
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac", "now": self._now},
        )


class _Signer(TimestampSigner):
    """Tells the time by our clock."""

    def __init__(self, *args: Any, now: Callable[[], datetime], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now().timestamp())

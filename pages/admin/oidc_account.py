"""Read from claims who somebody is: the account, its e-mail address, and whether that is verified. Asks nobody.

Claims come in other JSON types than OpenID Connect Core 1.0, 5.1 has them; which ones count is decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pages.admin.oidc_tokens import TEXT, NotTrusted, kind_of

LONGEST_SUBJECT: Final = 255
ASSUME: Final = "CROSSCHQ_LEVER_OIDC_ASSUME_VERIFIED"
_VERDICTS: Final[Mapping[str, bool]] = {"true": True, "false": False}
"""Some providers write the truth as a text."""


@dataclass(frozen=True)
class Account:
    """What one document says; `where` names it for errors. None: it does not say."""

    where: str
    subject: str
    address: str | None
    is_verified: bool | None

    @classmethod
    def from_claims(cls, where: str, claims: Mapping[str, Any]) -> "Account":
        """Raises NotTrusted."""
        subject = _text(where, claims, "sub")
        if subject is None:
            raise NotTrusted(f"{where}'s claim sub, which names the account, is missing")
        # PostgreSQL holds no NUL, and the specification nothing longer.
        if not subject.isprintable() or len(subject) > LONGEST_SUBJECT:
            raise NotTrusted(f"{where}'s claim sub is no name of an account: too long, or not printable")
        return cls(where, subject, _text(where, claims, "email"), _verdict(where, claims))

    def completed_by(self, other: "Account") -> "Account":
        """With what only the other says; it must be the same account's. Raises NotTrusted."""
        if other.subject != self.subject:
            raise NotTrusted(f"{other.where} is about another account (sub)")
        both = {one.address.casefold() for one in (self, other) if one.address}
        if len(both) > 1:
            # The verdict would be about the other address.
            raise NotTrusted(f"{other.where} has another e-mail address (email) than {self.where}")
        verdicts = [one for one in (self.is_verified, other.is_verified) if one is not None]
        verdict = all(verdicts) if verdicts else None
        return Account(self.where, self.subject, self.address or other.address, verdict)

    def verified_address(self, *, assumed: bool) -> str:
        """`assumed`: where nothing is said, it is verified. Raises NotTrusted."""
        if self.address is None:
            raise NotTrusted("no e-mail address is told (email): let the provider put it into the ID token")
        if self.is_verified is None and not assumed:
            raise NotTrusted(
                "nothing is told of whether the e-mail address is verified (email_verified); "
                f"for a provider that never tells there is the setting {ASSUME}"
            )
        if self.is_verified is False:
            raise NotTrusted("the e-mail address is not verified (email_verified is false)")
        return self.address


def _text(where: str, claims: Mapping[str, Any], name: str) -> str | None:
    """None and blank are none."""
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise NotTrusted(f"{where}'s claim {name} is {kind_of(value)}, and must be {TEXT}")
    return value or None


def _verdict(where: str, claims: Mapping[str, Any]) -> bool | None:
    value = claims.get("email_verified")
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise NotTrusted(f"{where}'s claim email_verified is {kind_of(value)}, and must be true or false")
    try:
        return _VERDICTS[value.strip().lower()]
    except KeyError:
        raise NotTrusted(f"{where}'s claim email_verified is {TEXT} other than true or false") from None

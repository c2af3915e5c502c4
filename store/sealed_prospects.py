"""A prospect's data as the store keeps it: encrypted, and its e-mail as a blind index. Performs no I/O."""

import re
from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from hiring.prospects import Prospect
from store.vault import Vault, VaultError

_PROSPECT = TypeAdapter(Prospect)
_DERIVED = re.compile("csv-[0-9a-f]{24}")


def seal(vault: Vault, prospect: Prospect) -> bytes:
    """Under the newest key."""
    return vault.seal(_PROSPECT.dump_json(prospect).decode())


def unseal(vault: Vault, sealed: bytes) -> Prospect:
    """Raises VaultError once the key it was encrypted under is gone, and for what an older release kept otherwise."""
    try:
        return _PROSPECT.validate_json(vault.open(sealed))
    except ValidationError:
        # Not from it: it quotes the person.
        raise VaultError("A prospect is kept in a shape that this release does not read.") from None


def email_index(vault: Vault, email: str) -> str:
    """The same for every way of writing the address that Lever takes for one: in any case, with blanks around."""
    return vault.blind_index(email)


def email_indexes(vault: Vault, email: str) -> list[str]:
    """As `email_index`, under every key: whom we met before a key was rotated is found as well."""
    return vault.blind_indexes(email)


def derived_ids(vault: Vault, email: str) -> list[str]:
    """What a prospect without an id of Crosschq's is known as: under the newest key, and under those before it."""
    return [f"csv-{index[:24]}" for index in email_indexes(vault, email)]


def is_derived(crosschq_id: str) -> bool:
    return _DERIVED.fullmatch(crosschq_id) is not None


def erased_email(email_index: str) -> str:
    """The subject of the tombstone of somebody whose lead was deleted (store.tombstones)."""
    return f"prospect-email:{email_index}"


def erased_digests(vault: Vault, email_indexes: Iterable[str]) -> set[str]:
    """What a tombstone of the address would say, whenever it was laid."""
    return {digest for index in email_indexes for digest in vault.blind_indexes(erased_email(index))}

"""Take up a renewed TLS certificate without a restart: new connections get it, and open ones go on with theirs."""

import logging
import os
import ssl
from pathlib import Path

log = logging.getLogger(__name__)

Seen = tuple[tuple[int, int, int], ...]


class CertificateFiles:
    """The pair that a context was made with; `renew` looks whether the files are others by now."""

    def __init__(self, context: ssl.SSLContext, certificate: Path, key: Path) -> None:
        self._context = context
        self._certificate = certificate
        self._key = key
        self._seen = self._look()

    def renew(self) -> None:
        """Load a changed pair. One that cannot be used is told once, and the one before stays in use."""
        seen = self._look()
        if seen is None or seen == self._seen:
            return
        self._seen = seen
        try:
            # Into another context first: of a pair that does not match, the certificate alone would be replaced.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                self._certificate, self._key, _no_password
            )
            self._context.load_cert_chain(self._certificate, self._key, _no_password)
        except (OSError, ValueError) as error:
            log.error(
                "The new TLS certificate %s with its key %s cannot be used (%s); the one before stays in use.",
                self._certificate,
                self._key,
                error,
            )
        else:
            log.info("The renewed TLS certificate %s is in use.", self._certificate)

    def _look(self) -> Seen | None:
        """None while one of them is just being replaced; of a link, what it leads to counts."""
        try:
            found = [os.stat(path) for path in (self._certificate, self._key)]
        except OSError:
            return None
        return tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)


def _no_password() -> str:
    # Without this OpenSSL would ask for one at the terminal.
    raise ValueError("the key has a password")

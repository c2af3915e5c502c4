"""Write the headers of a mail so that every client shows what was typed.

Python 3.11's own folding of header objects puts blanks into long names or loses them (`Ć osić`), so ours are given to
the message as they go over the wire: plain ASCII, or encoded words of whole characters, each of 75 bytes at most
(RFC 2047). The policies leave them as they are.
"""

from email.header import Header
from email.headerregistry import Address
from email.policy import SMTP, SMTPUTF8
from typing import Final

PLAIN_ADDRESSES: Final = SMTP.clone(refold_source="none")
UNICODE_ADDRESSES: Final = SMTPUTF8.clone(refold_source="none")
_LINE: Final = 76


def text_header(name: str, line: str) -> str:
    return line if _is_plain(name, line) else _encoded(name, line)


def address_header(name: str, address: Address) -> str:
    """`Name <local@domain>`; the display name is a clean line."""
    if not address.display_name or _is_plain(name, address.display_name):
        return str(address)
    return f"{_encoded(name, address.display_name)}\n <{address.addr_spec}>"


def _is_plain(name: str, line: str) -> bool:
    # "=?" would be decoded by whoever reads it.
    return line.isascii() and "=?" not in line and len(f"{name}: {line}") <= _LINE


def _encoded(name: str, line: str) -> str:
    return Header(line, "utf-8", maxlinelen=_LINE, header_name=name).encode()

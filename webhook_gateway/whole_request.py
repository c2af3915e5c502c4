"""Hold a request back until all of it is here: one that never is costs a few bytes, and neither a task nor a query.

Only as far as needed to know where it ends; whatever is unusual is passed on, and h11 judges it.
"""

import re
from enum import Enum, auto

LARGEST_HEAD = 16 * 1024
LARGEST_BODY = 64 * 1024
"""Bytes. What is larger is passed on at once and read under the limits of who reads it."""

_END_OF_HEAD = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"\ncontent-length[ \t]*:[ \t]*(\d{1,9})[ \t]*\r?\n", re.IGNORECASE)
_PASSED_ON = re.compile(rb"\n(transfer-encoding|expect)[ \t]*:", re.IGNORECASE)


class Missing(Enum):
    HEAD = auto()
    BODY = auto()
    NOTHING = auto()


class WholeRequest:
    """The beginning of one request."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._whole_at: int | None = None
        """Bytes; None as long as the head is not whole."""

    def __len__(self) -> int:
        return len(self._held)

    def add(self, data: bytes) -> Missing:
        looked = max(len(self._held) - 2, 0)
        self._held += data
        if self._whole_at is None:
            end = _END_OF_HEAD.search(self._held, looked)
            if end is None:
                return Missing.HEAD if len(self._held) <= LARGEST_HEAD else Missing.NOTHING
            self._whole_at = end.end() + self._body_size(end.end())
        return Missing.NOTHING if len(self._held) >= self._whole_at else Missing.BODY

    def take(self) -> bytes:
        """What there is; the next request begins after it."""
        taken, self._held, self._whole_at = bytes(self._held), bytearray(), None
        return taken

    def _body_size(self, head_size: int) -> int:
        length = _LENGTH.search(self._held, 0, head_size)
        if length is None or _PASSED_ON.search(self._held, 0, head_size):
            return 0
        size = int(length[1])
        return size if size <= LARGEST_BODY else 0

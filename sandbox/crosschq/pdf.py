"""A PDF of plain lines: A4, Helvetica, as many pages as it takes. Writes bytes and knows no report.

Characters outside Windows-1252 become "?": the fonts every reader has know no others.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 595, 842, 56
LEADING = 1.4
GLYPH_WIDTH = 0.5
"""Of the font's size, on average; generous for Helvetica, so that wrapped lines never leave the page."""


@dataclass(frozen=True)
class Line:
    """One paragraph; `size` and `gap` (the space above) in points."""

    text: str
    size: float = 10.5
    bold: bool = False
    gap: float = 0.0


def render(lines: list[Line]) -> bytes:
    """The whole file: catalog, page tree, two fonts, and for each page its content."""
    contents = [_content(page) for page in _paged(lines)]
    first = 5
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
    ]
    for number, content in enumerate(contents):
        objects.append(_page(first + 2 * number + 1))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects)


def _paged(lines: list[Line]) -> Iterator[list[tuple[Line, float]]]:
    """Wrapped lines with the height of their base line, page by page."""
    page: list[tuple[Line, float]] = []
    y = float(HEIGHT - MARGIN)
    for line in _wrapped(lines):
        y -= line.gap + line.size * LEADING
        if y < MARGIN:
            yield page
            page, y = [], HEIGHT - MARGIN - line.size * LEADING
        page.append((line, y))
    yield page


def _wrapped(lines: list[Line]) -> Iterator[Line]:
    for line in lines:
        columns = int((WIDTH - 2 * MARGIN) / (line.size * GLYPH_WIDTH))
        pieces = [piece for part in line.text.splitlines() for piece in textwrap.wrap(part, columns)]
        for number, piece in enumerate(pieces):
            yield Line(piece, line.size, line.bold, line.gap if number == 0 else 0.0)


def _content(page: list[tuple[Line, float]]) -> bytes:
    return b"\n".join(
        b"BT /F%d %.1f Tf %d %.1f Td (%s) Tj ET"
        % (2 if line.bold else 1, line.size, MARGIN, y, _text(line.text))
        for line, y in page
    )


def _text(text: str) -> bytes:
    encoded = text.encode("cp1252", "replace")
    return encoded.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()


def _page(content: int) -> bytes:
    box = f"/MediaBox [0 0 {WIDTH} {HEIGHT}]"
    fonts = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
    return f"<< /Type /Page /Parent 2 0 R {box} {fonts} /Contents {content} 0 R >>".encode()


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)

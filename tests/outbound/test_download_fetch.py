"""What is sent when a report is fetched, and which answers are reports: one test per way to be wrong."""

import asyncio
import base64
import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.bounded import Limits
from outbound.download import NotAReport, NotYetAReport, UntrustedLink, fetch_pdf

PDF = b"%PDF-1.7\n%binary\n%%EOF\n"
LINK = "https://app.crosschq.example/report/1.pdf"
TRUSTED = frozenset({"https://app.crosschq.example"})


class Host:
    """A host that remembers what it was asked."""

    def __init__(self, answer: Callable[[], httpx.Response]) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer()

    async def fetch(self, link: str = LINK, *, max_bytes: int = 1000, max_seconds: float = 5) -> bytes:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as client:
            return await fetch_pdf(client, link, TRUSTED, Limits(max_bytes, max_seconds))


class Chunks(httpx.AsyncByteStream):
    """A body that counts how much of it was taken."""

    def __init__(self, *chunks: bytes, stall: bool = False) -> None:
        self.chunks, self.stall = chunks, stall
        self.taken = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.taken += 1
            yield chunk
        if self.stall:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed = True


def answers(status: int, content: bytes = b"", **headers: str) -> Host:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Host(lambda: httpx.Response(status, content=content, headers=named))


def until_the_line_ends(content: bytes) -> Host:
    return Host(lambda: httpx.Response(200, stream=Chunks(content)))


async def test_a_pdf_comes_back_whole() -> None:
    assert await answers(200, PDF).fetch() == PDF


async def test_space_before_the_pdf_is_allowed_but_not_endlessly() -> None:
    assert await answers(200, b" \r\n" + PDF).fetch() == b" \r\n" + PDF
    with pytest.raises(NotYetAReport, match="not a PDF"):
        await answers(200, b" " * 1025 + PDF).fetch(max_bytes=5000)


async def test_an_untrusted_link_is_never_called() -> None:
    host = answers(200, PDF)
    with pytest.raises(UntrustedLink):
        await host.fetch("https://app.crosschq.example@evil.example/1.pdf")
    assert host.asked == []


async def test_neither_credentials_nor_cookies_nor_headers_of_the_client_are_sent() -> None:
    host = answers(200, PDF)
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(host),
        auth=("key", "secret"),
        headers={"Authorization": "key", "X-Api-Key": "key"},
        cookies={"session": "secret"},
    )
    async with client:
        await fetch_pdf(client, LINK, TRUSTED)
    sent = host.asked[0].headers
    assert set(sent) == {"host", "accept", "accept-encoding", "user-agent"}
    assert base64.b64encode(b"key:secret").decode() not in str(sent.multi_items())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_even_to_a_trusted_host(status: int) -> None:
    host = answers(status, location="https://app.crosschq.example/report/2.pdf")
    with pytest.raises(NotAReport, match="not followed"):
        await host.fetch()
    assert len(host.asked) == 1


async def test_an_oversized_report_is_dropped_while_it_streams() -> None:
    body = Chunks(PDF, *[b"x" * 400] * 50)
    with pytest.raises(NotAReport, match="larger than 1,000 bytes"):
        await Host(lambda: httpx.Response(200, stream=body)).fetch()
    assert body.taken == 4
    assert body.closed


async def test_a_report_of_exactly_the_allowed_size_is_taken() -> None:
    assert len(await answers(200, PDF.ljust(1000)).fetch()) == 1000


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "without a report"),
        (b"\r\n  ", "without a report"),
        (b"<html>%PDF-</html>", "not a PDF"),
        (b'{"error": "not ready"}', "not a PDF"),
        (b"PK\x03\x04", "not a PDF"),
        (b"%PDF", "not a PDF"),
        (b"\x00%PDF-1.7", "not a PDF"),
        (b"%PDF-1.7\n", "not whole"),
        (PDF.removesuffix(b"%%EOF\n"), "not whole"),
    ],
)
async def test_what_is_not_a_whole_pdf_may_be_one_later_whatever_it_calls_itself(
    content: bytes, says: str
) -> None:
    with pytest.raises(NotYetAReport, match=says):
        await answers(200, content, content_type="application/pdf").fetch()


OBJECT = b"1 0 obj\n<<>>\nendobj\n"


@pytest.mark.parametrize("framing", ["content_length", "chunked"])
async def test_a_pdf_without_the_mark_of_its_end_is_taken_where_the_line_says_that_it_is_whole(
    framing: str,
) -> None:
    unmarked = PDF.removesuffix(b"%%EOF\n") + OBJECT
    headers = {"Content-Length": str(len(unmarked))}
    if framing == "chunked":
        headers = {"Transfer-Encoding": "chunked"}
    host = Host(lambda: httpx.Response(200, stream=Chunks(unmarked), headers=headers))
    assert await host.fetch() == unmarked


@given(st.binary(max_size=300), st.integers(0, 400))
async def test_a_pdf_that_is_cut_off_anywhere_by_the_end_of_the_line_is_not_taken(
    body: bytes, cut: int
) -> None:
    whole = b"%PDF-1.7\n" + OBJECT + body.replace(b"%%EOF", b"") + b"\n%%EOF"
    part = whole[: min(cut, len(whole) - 1)]
    with pytest.raises(NotYetAReport):
        await Host(lambda: httpx.Response(200, stream=Chunks(part))).fetch()
    assert await Host(lambda: httpx.Response(200, stream=Chunks(whole))).fetch() == whole


XREF = b"xref\nstartxref\n9\n%%EOF\n"
LINEARISED = b"%%PDF-1.5\n1 0 obj\n<< /Linearized 1 /L %d /H [ 1 2 ] >>\nendobj\n" % 9999


def linearised(objects: int) -> bytes:
    """Its first page's part has an end's mark of its own, as the whole has."""
    rest = XREF + OBJECT * objects + XREF
    return LINEARISED.replace(b"9999", b"%04d" % (len(LINEARISED) + len(rest))) + rest


@given(st.integers(1, 200), st.integers(1, 6000))
async def test_a_mark_in_the_middle_is_not_the_end(objects: int, missing: int) -> None:
    whole = linearised(objects)
    part = whole[: -min(missing, len(whole) - 1)].rstrip()
    if part != whole.rstrip():
        with pytest.raises(NotYetAReport):
            await until_the_line_ends(part).fetch(max_bytes=9000)
    for taken in (whole, whole + OBJECT + XREF):
        assert await until_the_line_ends(taken).fetch(max_bytes=9000) == taken


async def test_objects_after_the_mark_want_a_mark_of_their_own() -> None:
    changed = PDF + OBJECT * 3 + XREF
    for cut in range(len(PDF) + len(OBJECT), changed.rindex(b"%%EOF")):
        with pytest.raises(NotYetAReport, match="not whole"):
            await until_the_line_ends(changed[:cut]).fetch()


async def test_a_packed_report_is_unpacked_within_its_limit() -> None:
    assert await answers(200, gzip.compress(PDF), content_encoding="gzip").fetch() == PDF
    with pytest.raises(NotYetAReport, match="unpacked"):
        await answers(200, gzip.compress(PDF)[:-9], content_encoding="gzip").fetch()
    with pytest.raises(NotAReport, match="larger than"):
        await answers(200, gzip.compress(PDF + bytes(5000) + PDF), content_encoding="gzip").fetch()


async def test_a_link_that_asks_for_a_sign_in_is_no_report() -> None:
    with pytest.raises(NotAReport, match="sign-in"):
        await answers(401).fetch()


@pytest.mark.parametrize("status", [400, 403, 404, 410])
async def test_an_expired_link_may_be_renewed(status: int) -> None:
    with pytest.raises(NotYetAReport, match="has expired"):
        await answers(status).fetch()


@pytest.mark.parametrize("status", [202, 203, 204, 206])
async def test_a_success_that_is_no_whole_report_may_be_one_later(status: int) -> None:
    with pytest.raises(NotYetAReport, match=str(status)):
        await answers(status, PDF).fetch()


@pytest.mark.parametrize("status", [304, 405, 451])
async def test_any_other_answer_is_no_report(status: int) -> None:
    with pytest.raises(NotAReport, match=str(status)):
        await answers(status).fetch()


@pytest.mark.parametrize("status", [408, 409, 423, 425, 429, 500, 502, 503, 504])
async def test_a_host_in_trouble_may_be_asked_again_later(status: int) -> None:
    with pytest.raises(NotYetAReport) as caught:
        await answers(status).fetch()
    assert (caught.value.status, caught.value.vendor) == (status, "app.crosschq.example")
    assert "/report/1.pdf" not in str(caught.value)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_a_lost_connection_may_be_tried_again_later(error: type[httpx.TransportError]) -> None:
    def fail() -> httpx.Response:
        raise error("gone")

    with pytest.raises(NotYetAReport, match="did not answer to the end"):
        await Host(fail).fetch()


async def test_an_answer_that_trickles_for_ever_is_given_up() -> None:
    body = Chunks(PDF, stall=True)
    with pytest.raises(NotYetAReport, match="in time"):
        await Host(lambda: httpx.Response(200, stream=body)).fetch(max_seconds=0.05)
    assert body.closed

"""When all of a request is here: for every way to cut it, and for what is not for this to judge."""

import pytest

from webhook_gateway.whole_request import LARGEST_BODY, LARGEST_HEAD, Missing, WholeRequest

LINE = b"POST /hook HTTP/1.1\r\nHost: gateway.test\r\n"
WHOLE = LINE + b"Content-Length: 10\r\n\r\n0123456789"


@pytest.mark.parametrize("step", [1, 2, 3, 7, 50])
def test_however_it_is_cut_it_is_whole_with_its_last_byte(step: int) -> None:
    request = WholeRequest()
    pieces = [WHOLE[at : at + step] for at in range(0, len(WHOLE), step)]
    said = [request.add(piece) for piece in pieces]
    assert said[-1] is Missing.NOTHING
    assert Missing.NOTHING not in said[:-1]
    assert sorted(said, key=lambda one: one.value) == said
    assert (request.take(), len(request)) == (WHOLE, 0)


@pytest.mark.parametrize(
    "head",
    [
        LINE + b"\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        LINE + b"Content-Length: 0\r\n\r\n",
        LINE + b"Content-Length: none\r\n\r\n",
        LINE + b"Content-Length: -1\r\n\r\n",
        LINE + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1),
        LINE + b"Content-Length: 99999999999999\r\n\r\n",
        LINE + b"Transfer-Encoding: chunked\r\n\r\n",
        LINE + b"transfer-encoding : chunked\r\nContent-Length: 10\r\n\r\n",
        LINE + b"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
        b"\r\n\r\n",
    ],
)
def test_without_a_body_to_wait_for_the_head_is_all(head: bytes) -> None:
    request = WholeRequest()
    assert request.add(head[:-1]) is (Missing.NOTHING if head == b"\r\n\r\n"[:-1] else Missing.HEAD)
    assert request.add(head[-1:]) is Missing.NOTHING
    assert request.take() == head


@pytest.mark.parametrize("name", [b"Content-Length", b"content-length", b"CONTENT-LENGTH "])
def test_a_body_is_waited_for_however_its_length_is_written(name: bytes) -> None:
    request = WholeRequest()
    assert request.add(LINE + name + b":  3 \r\nX-After: 1\r\n\r\nab") is Missing.BODY
    assert request.add(b"c") is Missing.NOTHING


def test_the_length_of_a_header_s_value_or_of_the_body_is_not_taken_for_the_length() -> None:
    request = WholeRequest()
    assert request.add(LINE + b"X: content-length: 9\r\n\r\n") is Missing.NOTHING
    request = WholeRequest()
    assert request.add(LINE + b"\r\n\ncontent-length: 9\r\n") is Missing.NOTHING


def test_a_head_without_end_is_passed_on() -> None:
    request = WholeRequest()
    assert request.add(b"a" * LARGEST_HEAD) is Missing.HEAD
    assert request.add(b"a") is Missing.NOTHING


def test_what_follows_is_taken_along() -> None:
    request = WholeRequest()
    assert request.add(WHOLE + WHOLE[:5]) is Missing.NOTHING
    assert request.take() == WHOLE + WHOLE[:5]
    assert request.add(WHOLE) is Missing.NOTHING

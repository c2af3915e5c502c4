"""Why a server could not be reached, as the person says it who must act. Pure; names no library and quotes no error."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

AUTHORITIES = "SSL_CERT_FILE"
"""The setting that names a file of authorities, for all but mail servers."""

_OF_CERTIFICATES: dict[int, str] = {
    9: "its certificate is not valid yet; check this machine's clock, then the certificate",
    10: "its certificate has expired; renew it there, or set this machine's clock right",
    18: "its certificate is signed by itself; add it to the file of {authorities}, or give the server another",
    23: "its certificate was revoked; give the server another",
    26: "its certificate is not meant for a server; give it another",
    **dict.fromkeys((66, 67, 68), "its certificate's key or signature is too weak; give the server another"),
    **dict.fromkeys(
        (3, 11, 12),
        "there is no list of revoked certificates of its authority that is valid now; renew the one that is named here",
    ),
}
"""By OpenSSL's X509_V_ERR numbers (https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/)."""
_NOT_VOUCHED_FOR = (
    "its certificate is vouched for by nobody this machine trusts, or it does not send its chain; add the authority's "
    "certificate to the file of {authorities}, or let the server send its intermediate certificates"
)
_BY_PROXY = ", or the proxy that HTTPS_PROXY or HTTP_PROXY names, if one does"
_UNKNOWN = "the connection could not be made; check the base URL or host, and the network"
_NO_SUCH_NAME = "no server has that name; check the base URL or host, and this machine's DNS"
_REFUSED = "nothing listens there, or a firewall refuses; check the base URL or host and port"
_MAY_BE_THE_PROXYS = (_NO_SUCH_NAME, _REFUSED, _UNKNOWN)
_NO_ISSUER = frozenset({2, 19, 20, 21, 24, 27, 79})
_OTHER_NAME = frozenset({62, 64})
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_STATUS = re.compile(r"[1-5]\d\d\b")


@dataclass(frozen=True)
class Cause:
    """Two clauses: what is seen of the server, and what to do."""

    seen: str
    to_do: str

    def __str__(self) -> str:
        return f"{self.seen}; {self.to_do}" if self.to_do else self.seen


def cause_of(error: BaseException, authorities: str = AUTHORITIES) -> Cause:
    """`authorities`: the setting that names a file of further authorities."""
    chain = list(_chain(error))
    certificates = (_of_certificate(one) for one in chain if isinstance(one, ssl.SSLCertVerificationError))
    ways = (certificates, map(_of, chain), map(_of_a_kind, chain))
    said = next((one for way in ways for one in way if one), _UNKNOWN)
    if said in _MAY_BE_THE_PROXYS and any(isinstance(one, httpx.TransportError) for one in chain):
        said += _BY_PROXY  # httpx tells whose connection failed by nothing
    seen, _, to_do = said.format(authorities=authorities).partition("; ")
    return Cause(seen, to_do)


def cause_of_407() -> str:
    """Only a proxy answers so; to https httpx raises ProxyError for it."""
    return _proxy_refused("407")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """From the outermost to what it came from; each library wraps the one below."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _of_certificate(error: ssl.SSLCertVerificationError) -> str:
    code = getattr(error, "verify_code", 0)
    if code in _NO_ISSUER:
        return _NOT_VOUCHED_FOR
    if code in _OTHER_NAME:
        return "its certificate is for another name; check the address, or give the server one for this name"
    return _OF_CERTIFICATES.get(code, "its certificate is not valid; look at it with `openssl verify`")


def _of(error: BaseException) -> str | None:
    match error:
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "RECORD_LAYER_FAILURE" | "HTTP_REQUEST"):
            return (
                "it does not speak TLS at that port; check the port, and whether it is meant to be encrypted"
            )
        case ssl.SSLError():
            return (
                "it and this machine did not agree on TLS; check which TLS versions and certificates it wants"
            )
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return "this machine's DNS does not answer; check its name servers"
        case socket.gaierror():
            return _NO_SUCH_NAME
        case FileNotFoundError() | PermissionError():
            return "a file of certificates is not there or cannot be read; check the settings that name one"
        case ConnectionRefusedError():
            return _REFUSED
        case ConnectionResetError() | BrokenPipeError():
            return "it cut the connection"
        case OSError(errno=number) if number in _NO_WAY:
            return "this machine has no way there; check its network and routes"
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return "this machine has no file descriptors left; raise the limit of open files"
        case httpx.ProxyError():
            status = _STATUS.match(str(error))
            return _proxy_refused(status[0] if status else "")
        case httpx.UnsupportedProtocol():
            return "its address begins with neither https:// nor http://"
        case httpx.PoolTimeout():
            return "all connections there were in use for too long"
        case httpx.ConnectTimeout():
            return (
                "no connection came about in time; a firewall may drop it, or a proxy be needed (HTTPS_PROXY)"
            )
        case httpx.TimeoutException():
            return "it did not answer in time"
        case httpx.RemoteProtocolError():
            return "it ended the connection before the answer was whole, or speaks no HTTP"
        case httpx.LocalProtocolError():
            return "a header or the address holds what HTTP does not allow; check the key and the address"
    return None


def _proxy_refused(status: str) -> str:
    shown = f" ({status})" if status else ""
    return f"the proxy refused{shown}; check HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY"


def _of_a_kind(error: BaseException) -> str | None:
    """Of errors whose cause may say more, so they are asked last."""
    match error:
        case TimeoutError():
            return "it did not answer in time"
        case ConnectionError():
            return "it cut the connection"
    return None

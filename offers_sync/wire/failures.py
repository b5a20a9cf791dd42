"""Requests that got no answer: what went wrong on the way, in words, and whether it may pass by itself.

Foreign exceptions are translated here once; what a given answer means is said by ``answers``.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final, NamedTuple

import httpx

from offers_sync.errors import UnreachableError
from offers_sync.wire.bodies import TooLargeError
from offers_sync.wire.deadlines import OverdueError
from offers_sync.wire.request_ids import mention

_CHECK_SERVER: Final = "check `server` in offers.yaml"
_DOCTOR: Final = "`offers doctor` looks at each step of the way"


class NoAnswerError(UnreachableError):
    """A request got no answer, or none that could be read to its end."""

    def __init__(self, message: str, *, hint: str, was_sent: bool, is_lasting: bool) -> None:
        super().__init__(message, hint=hint)
        self.was_sent = was_sent
        """Whether the server may have seen it."""
        self.is_lasting = is_lasting
        """Whether trying again is of no use."""


class _Words(NamedTuple):
    """What is said of a failure, ``{host}`` and ``{server}`` filled in."""

    message: str
    hint: str
    is_lasting: bool = False


_TIMES_OUT: Final[tuple[tuple[type[httpx.HTTPError], _Words], ...]] = (
    (
        httpx.ConnectTimeout,
        _Words("no connection to {server} came about in time", f"a firewall may drop it; {_CHECK_SERVER}; {_DOCTOR}"),
    ),
    (httpx.PoolTimeout, _Words("no connection to {server} was free in time", "run again later")),
    (OverdueError, _Words("the answer of {server} was not whole after {said}", "run again later")),
    (httpx.TimeoutException, _Words("{server} did not answer in time", "run again later")),
)
_BREAKS: Final[tuple[tuple[type[httpx.HTTPError], _Words], ...]] = (
    (httpx.ProxyError, _Words("the proxy refused: {said}", "check the variables HTTPS_PROXY and NO_PROXY")),
    (httpx.ConnectError, _Words("no connection to {server} came about: {said}", f"{_CHECK_SERVER}; {_DOCTOR}")),
    (httpx.DecodingError, _Words("the answer of {server} cannot be unpacked: {said}", "run again later")),
    (
        TooLargeError,
        _Words("the answer of {server} is {said}", f"no answer of the vendor's is; {_CHECK_SERVER}", is_lasting=True),
    ),
    (httpx.NetworkError, _Words("the connection to {server} broke off: {said}", "run again later")),
    (httpx.RemoteProtocolError, _Words("{server} hung up before its answer was whole: {said}", "run again later")),
)
_ODD: Final = _Words("the answer of {server} cannot be understood: {said}", _DOCTOR, is_lasting=True)
_CERTIFICATE_CODES: Final = {
    9: _Words("the certificate of {host} is not valid yet", "this machine's clock may be wrong", is_lasting=True),
    10: _Words("the certificate of {host} has expired", "if only here, this machine's clock is wrong", is_lasting=True),
    62: _Words("the certificate shown for {host} belongs to another host", _CHECK_SERVER, is_lasting=True),
    64: _Words("the certificate shown for {host} belongs to another host", _CHECK_SERVER, is_lasting=True),
}
"""By OpenSSL's number."""
_UNKNOWN_ISSUER: Final = _Words(
    "nobody known vouches for the certificate of {host}: {said}",
    "a proxy may stand in between: name its certificates in SSL_CERT_FILE",
    is_lasting=True,
)
_NO_TLS: Final = _Words("{server} does not speak TLS as expected: {said}", "check scheme and port", is_lasting=True)
_NO_NAME: Final = _Words("nobody knows the host {host} (DNS)", _CHECK_SERVER)
_NO_DNS: Final = _Words("the host {host} cannot be looked up now (DNS)", "check this machine's network and name server")
_REFUSED: Final = _Words("{server} refused the connection", f"nothing may be running there; {_CHECK_SERVER}")


def no_answer(error: Exception, server: str, call: str, request_id: str = "") -> NoAnswerError:
    """What a failed exchange means, for the call (method and path) it was about."""
    words = _words(error)
    said = str(error).strip() or type(error).__name__
    host = httpx.URL(server).host
    is_connecting = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError))
    return NoAnswerError(
        f"{call}: {words.message.format(server=server, host=host, said=said)}{mention(request_id)}",
        hint=words.hint,
        was_sent=not is_connecting,
        is_lasting=words.is_lasting,
    )


def _words(error: Exception) -> _Words:
    if not isinstance(error, httpx.HTTPError):
        return _ODD
    for type_, words in _TIMES_OUT:
        if isinstance(error, type_):
            return words
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return _CERTIFICATE_CODES.get(cause.verify_code, _UNKNOWN_ISSUER)
            case ssl.SSLError() if isinstance(error, httpx.ConnectError):
                return _NO_TLS
            case socket.gaierror():
                return _NO_DNS if cause.errno == socket.EAI_AGAIN else _NO_NAME
            case ConnectionRefusedError():
                return _REFUSED
            case _:
                pass
    for type_, words in _BREAKS:
        if isinstance(error, type_):
            return words
    return _Words("the request to {server} failed: {said}", _DOCTOR)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__

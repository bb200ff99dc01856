"""Requests to the Bot API over one aiohttp session, in place of python-telegram-bot's httpx.

Behaves as :class:`telegram.request.HTTPXRequest` does towards its callers (same encodings, same
timeouts, same exception classes; tests/unit/test_request.py runs both through the same scenarios)
and costs about a fifth of its time per call. Beyond that it keeps the token, which is part of
every address, out of whatever it raises.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import Final, cast
from urllib.parse import quote, unquote, urlsplit

import aiohttp
import httpx
from aiohttp_socks import ProxyConnector
from aiohttp_socks import ProxyTimeoutError as SocksTimeoutError
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

HIDDEN: Final = "[token]"

_TOKEN_IN_PATH: Final = re.compile(r"/bot([^/?#]+)")
_PASSWORD: Final = re.compile(r"://[^/\s]*@")
_HTTP_PROXY: Final = ("http", "https")
_SOCKS_PROXY: Final = ("socks5", "socks5h")
# Bodies up to this size go into the socket's buffer at once; bigger ones are watched for stalls.
_SMALL_BODY: Final = 32 * 1024
_CHUNK: Final = 64 * 1024
# aiohttp understands 0 as "no limit", python-telegram-bot means "do not wait".
_SHORTEST: Final = 0.001
_POOL_TIMED_OUT: Final = (
    "Pool timeout: All connections in the connection pool are occupied. Request was *not* sent "
    "to Telegram. Consider adjusting the connection pool size or the pool timeout."
)


class Fields:
    """What a call says, as the text that is sent: RequestData without its search for files."""

    contains_files = False

    def __init__(self, **fields: str) -> None:
        self.json_parameters = fields


class AiohttpRequest(BaseRequest):
    """A request object for ``ApplicationBuilder.request`` or ``Bot(request=…)``.

    Timeouts are seconds, None waits for ever. As in python-telegram-bot ``read_timeout`` and
    ``write_timeout`` bound one silence of the network, not the whole transfer, and
    ``media_write_timeout`` replaces ``write_timeout`` when files are uploaded. ``proxy`` is
    ``http://user:pass@host:port`` or ``socks5://user:pass@host:port``; another kind raises
    ValueError. Proxy settings of the environment are not read.

    Raises from :meth:`do_request`: TimedOut for every timeout, NetworkError for every other fault
    on the way; neither text nor exception chain contains the address.
    """

    __slots__ = (
        "_connect_timeout",
        "_connections",
        "_media_write_timeout",
        "_pool",
        "_pool_timeout",
        "_proxy",
        "_read_timeout",
        "_session",
        "_write_timeout",
    )

    def __init__(
        self,
        connections: int = 16,
        *,
        proxy: str | None = None,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 10.0,
        media_write_timeout: float | None = 20.0,
    ) -> None:
        if proxy:
            check_proxy(proxy)
        self._connections = connections
        self._proxy = proxy or None
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._session: aiohttp.ClientSession | None = None
        self._pool = asyncio.Semaphore(connections)

    @property
    def read_timeout(self) -> float | None:
        """The default read timeout in seconds; python-telegram-bot adds it to long polling's."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session; nothing happens when it is open."""
        if self._session is not None and not self._session.closed:
            return
        self._pool = asyncio.Semaphore(self._connections)
        self._session = aiohttp.ClientSession(
            connector=self._connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
        )

    async def shutdown(self) -> None:
        """Close the session and its connections; it may be opened again."""
        if self._session is not None:
            await self._session.close()

    def _connector(self) -> aiohttp.TCPConnector:
        # httpx's context has the roots that python-telegram-bot itself would trust: certifi's,
        # or those of SSL_CERT_FILE. A slim image has no system roots.
        context: ssl.SSLContext = httpx.create_ssl_context()
        if self._proxy and _scheme(self._proxy) in _SOCKS_PROXY:
            address = re.sub(r"^socks5h", "socks5", self._proxy, flags=re.IGNORECASE)
            connector: aiohttp.TCPConnector = ProxyConnector.from_url(
                address, limit=self._connections, ssl=context
            )
            return connector
        return aiohttp.TCPConnector(limit=self._connections, ssl=context)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; gives HTTP status and body whatever the status is."""
        if self._session is None or self._session.closed:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        uploads = request_data is not None and request_data.contains_files
        write = _chosen(
            write_timeout, self._media_write_timeout if uploads else self._write_timeout
        )
        connect = _chosen(connect_timeout, self._connect_timeout)
        limits = _limits(connect, _chosen(read_timeout, self._read_timeout))
        # Raised after the except blocks: inside them the original, whose text may hold the
        # address, would stay reachable as __context__ even with "from None".
        failure: TelegramError
        if not await self._enter_pool(_chosen(pool_timeout, self._pool_timeout)):
            failure = TimedOut(_POOL_TIMED_OUT)
        else:
            try:
                status, payload = await self._exchange(
                    self._session,
                    url,
                    method,
                    request_data=request_data,
                    limits=limits,
                    write_timeout=write,
                )
            except (TimeoutError, SocksTimeoutError):
                failure = TimedOut()
            except Exception as error:
                failure = NetworkError(f"{type(error).__name__}: {_hide(str(error), url)}")
            else:
                if method == "POST" and not (status == 200 and payload.startswith(b"{")):
                    # A proxy's or captive portal's page may repeat the address; it would go into
                    # python-telegram-bot's exceptions and log. Files (GET) stay as they are.
                    payload = _hide(payload.decode(errors="replace"), url).encode()
                return status, payload
            finally:
                self._pool.release()
        raise failure

    async def _enter_pool(self, patience: float | None) -> bool:
        """Wait for a free connection; False when there was none in time.

        aiohttp has one limit for waiting and connecting together; python-telegram-bot has two.
        """
        if not self._pool.locked():
            await self._pool.acquire()
            return True
        try:
            async with asyncio.timeout(patience):
                await self._pool.acquire()
        except TimeoutError:
            return False
        return True

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        url: str,
        method: str,
        *,
        request_data: RequestData | None,
        limits: aiohttp.ClientTimeout,
        write_timeout: float | None,
    ) -> tuple[int, bytes]:
        headers, content = _encode(request_data)
        proxy = self._proxy if self._proxy and _scheme(self._proxy) in _HTTP_PROXY else None
        if content is None or (isinstance(content, bytes) and len(content) <= _SMALL_BODY):
            async with session.request(
                method,
                url,
                data=content,
                headers=headers,
                timeout=limits,
                proxy=proxy,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
        async with asyncio.timeout(None) as stalled:
            upload = _Upload(content, stalled, write_timeout)
            async with session.request(
                method,
                url,
                data=aiter(upload),
                headers=headers,
                timeout=limits,
                proxy=proxy,
                allow_redirects=False,
            ) as response:
                payload = await response.read()
                if not upload.sent:
                    # Refused before the whole body was sent, like a 413: nobody reads the rest.
                    response.close()
                return response.status, payload


def check_proxy(proxy: str) -> None:
    """Raise ValueError, without the password in it, unless ``proxy`` can be used."""
    try:
        parts = urlsplit(proxy)
        usable = bool(parts.hostname) and parts.port is not None
    except ValueError:
        usable = False
    if not usable or _scheme(proxy) not in _HTTP_PROXY + _SOCKS_PROXY:
        raise ValueError(
            "the proxy must look like http://user:pass@host:port or socks5://user:pass@host:port"
        ) from None


@cache
def _limits(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect, sock_read=read)


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower()


def _chosen(value: ODVInput[float], default: float | None) -> float | None:
    seconds = default if isinstance(value, DefaultValue) else value
    return None if seconds is None else max(float(seconds), _SHORTEST)


_AS_IS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_ENCODED = [chr(byte) if byte in _AS_IS else f"%{byte:02X}" for byte in range(256)]
_ENCODED[ord(" ")] = "+"


def _quoted(text: str) -> str:
    """What urllib's quote_plus gives, several times as quick for words with many accents."""
    return "".join(map(_ENCODED.__getitem__, text.encode()))


def _encode(
    request_data: RequestData | Fields | None,
) -> tuple[dict[str, str], bytes | AsyncIterator[bytes] | None]:
    """Headers and body as HTTPXRequest would send them."""
    if request_data is None:
        return {}, None
    fields = request_data.json_parameters
    if isinstance(request_data, Fields) or not request_data.contains_files:
        if not fields:
            return {}, None
        body = "&".join(f"{name}={_quoted(str(value))}" for name, value in fields.items())
        return {"Content-Type": "application/x-www-form-urlencoded"}, body.encode()
    # httpx only builds this request, with its encoding of names and file handles; the address
    # is made up because the real one has no business there.
    built = httpx.Request(
        "POST", "http://upload.invalid/", data=fields, files=request_data.multipart_data
    )
    names = ("Content-Type", "Content-Length", "Transfer-Encoding")
    headers = {name: built.headers[name] for name in names if name in built.headers}
    return headers, aiter(cast(httpx.AsyncByteStream, built.stream))


class _Upload:
    """A body in pieces; ``stalled`` runs out when one piece takes longer than ``seconds``.

    aiohttp asks for the next piece when the socket has taken the one before, and has no limit of
    its own for writing. ``sent`` tells whether the last piece was taken.
    """

    def __init__(
        self,
        content: bytes | AsyncIterator[bytes],
        stalled: asyncio.Timeout,
        seconds: float | None,
    ) -> None:
        self._content = content
        self._stalled = stalled
        self._seconds = seconds
        self.sent = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        async for part in _parts(self._content):
            for start in range(0, len(part), _CHUNK):
                if self._seconds is not None:
                    self._stalled.reschedule(loop.time() + self._seconds)
                yield part[start : start + _CHUNK]
        self._stalled.reschedule(None)
        self.sent = True


async def _parts(content: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
    else:
        async for part in content:
            yield part


def _hide(text: str, url: str) -> str:
    """``text`` without the token of ``url`` and without the user and password of a proxy."""
    for secret in _TOKEN_IN_PATH.findall(url):
        # A short word without a colon is a folder of that name, or a test's; replacing it could
        # garble the answer.
        if ":" not in unquote(secret) and len(secret) < 8:
            continue
        for form in {secret, unquote(secret), quote(unquote(secret), safe="")}:
            text = text.replace(form, HIDDEN)
    return _PASSWORD.sub("://[hidden]@", text)

"""Listens: HTTPS for every host, plain HTTP, a CONNECT proxy and a small DNS; all of it on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

import h11

from sinch_auth.sandbox.answers import Answer, answer
from sinch_auth.sandbox.authority import Authority
from sinch_auth.sandbox.faults import Faults
from sinch_auth.sandbox.gate import Gate, Ruling
from sinch_auth.sandbox.requests import Request, carried

_BODY_LIMIT = 32 * 1024 * 1024
_IDLE_SECONDS = 120.0
_REACH_SECONDS = 30.0
_QUIET_SECONDS, _LINGER_SECONDS = 0.5, 10.0
"""How long a client that is refused in the middle of its sending may be quiet, and may go on sending in all."""
_CHUNK = 65536
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
}
"""RFC 9110 section 7.6.1: what a proxy does not pass on. The body is whole here, so its encoding ends here too."""

Record = Callable[[Request, Ruling, Answer], None]


class Server:
    """Answers requests of one run and hands every decision to `record`."""

    def __init__(
        self, gate: Gate, authority: Authority, record: Record, faults: Faults | None = None, *, open_: bool = False
    ) -> None:
        """`open_`: whether the proxy lets hosts that are not ours through to the real network."""
        self._gate = gate
        self._authority = authority
        self._tls = authority.context
        self._record = record
        self._faults = faults or Faults()
        self.open = open_
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[asyncio.DatagramTransport] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._judging: set[asyncio.Task[Answer]] = set()
        self.tls_port = 0

    async def serve_namespace(self, sockets: tuple[socket.socket, ...]) -> None:
        """Answer on the sockets of a network of its own: HTTPS, HTTP, DNS."""
        https, http, dns = sockets
        for one in sockets:
            one.setblocking(False)
        secure = await asyncio.start_server(self._connected, sock=https, ssl=self._tls, backlog=512)
        plain = await asyncio.start_server(self._connected, sock=http, backlog=512)
        self._servers += [secure, plain]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(_Names, sock=dns)
        self._datagrams.append(transport)

    async def serve_proxy(self, port: int = 0) -> int:
        """Answer as a proxy on a loopback port (any free one by default); returns the port."""
        direct = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls, backlog=512)
        proxy = await asyncio.start_server(self._connected, "127.0.0.1", port, backlog=512)
        self._servers += [direct, proxy]
        self.tls_port = int(direct.sockets[0].getsockname()[1])
        return int(proxy.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end what is still open."""
        for server in self._servers:
            server.close()
        for transport in self._datagrams:
            transport.close()
        await asyncio.gather(*self._judging, return_exceptions=True)
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secured = writer.get_extra_info("ssl_object")
        if secured is not None:
            self._authority.trusted(secured)
        task = asyncio.create_task(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Conversation(self, reader, writer).run()
        except (OSError, TimeoutError, h11.RemoteProtocolError, h11.LocalProtocolError):
            # The other side has gone or speaks no HTTP; there is nobody to answer.
            pass
        finally:
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def respond(self, request: Request) -> Answer | None:
        """Decide, record, answer; nothing when the fault is to drop the connection."""
        if self._gate.strikes("drop", request.host):
            self.refuse(request, "dropped")
            return None
        judged = asyncio.create_task(self._judge(request))
        self._judging.add(judged)
        judged.add_done_callback(self._judging.discard)
        # Shielded: a client that gives up, or ends, must not take its verdict with it.
        response = await asyncio.shield(judged)
        if self._faults.slow:
            await asyncio.sleep(self._faults.slow)
        return response

    async def _judge(self, request: Request) -> Answer:
        try:
            if carried(request).kind == "signed":
                # Naming the mistake in a signature takes a few tenths of a second: not at the cost of other requests.
                ruling = await asyncio.to_thread(self._gate.decide, request)
            else:
                ruling = self._gate.decide(request)
            ruling, response = answer(self._gate, request, ruling)
        except Exception as problem:  # one strange request must not end the others
            return self.refuse(request, "broken", given=type(problem).__name__)
        self._record(request, ruling, response)
        return response

    def refuse(self, request: Request, reason: str, *, given: str = "") -> Answer:
        """Record and answer a refusal that is not about credentials."""
        ruling, response = answer(self._gate, request, self._gate.refuse(reason, given=given))
        self._record(request, ruling, response)
        return response

    def ours(self, host: str) -> bool:
        """Whether we answer for a host: always, unless the real network is open and the host is nobody's we know."""
        return not self.open or self._gate.places.knows(host) or self._gate.places.ours(host)


class _Conversation:
    """One connection: requests in turn, as long as the client keeps it."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_CHUNK)
        self._tls = writer.get_extra_info("ssl_object") is not None

    async def run(self) -> None:
        try:
            await self._requests()
        except h11.RemoteProtocolError as problem:
            # RFC 9112 section 3: a recipient of a malformed message should say so. TLS spoken to the plain port too.
            await self._malformed(problem.error_status_hint, str(problem))
        except ValueError as problem:
            # urllib's way to say that a URL is none.
            await self._malformed(400, str(problem))

    async def _malformed(self, status: int, why: str) -> None:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self._send(_plain(status, why[:200]), head=False)
            await self._hear_out()

    async def _hear_out(self) -> None:
        """Read on and throw away: closing at once would reset the connection, and the answer be lost on its way.

        RFC 9112 section 9.6.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while await asyncio.wait_for(self._reader.read(_CHUNK), _QUIET_SECONDS):
                    pass

    async def _requests(self) -> None:
        while True:
            event = await self._next()
            if not isinstance(event, h11.Request):
                return
            if event.method == b"CONNECT":
                await self._tunnel(event.target.decode("latin-1"))
                return
            body = await self._body()
            if body is None:
                request = self._request(event, b"")
                await self._send(self._server.refuse(request, "too-large"), head=False)
                await self._hear_out()
                return
            request = self._request(event, body)
            if request.scheme == "http" and self._proxied(event) and not self._server.ours(request.host):
                await self._pass_on(event, request)
                return
            response = await self._server.respond(request)
            if response is None:
                self._writer.transport.abort()
                return
            await self._send(response, head=event.method == b"HEAD")
            if self._http.our_state is h11.MUST_CLOSE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _next(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._http.they_are_waiting_for_100_continue:
                go = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                self._writer.write(self._http.send(go) or b"")
            async with asyncio.timeout(_IDLE_SECONDS):
                self._http.receive_data(await self._reader.read(_CHUNK))

    async def _body(self) -> bytes | None:
        """The whole body; nothing when it is larger than we read."""
        parts: list[bytes] = []
        size = 0
        while True:
            event = await self._next()
            if isinstance(event, h11.Data):
                size += len(event.data)
                if size > _BODY_LIMIT:
                    return None
                parts.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return b"".join(parts)
            else:
                raise ConnectionAbortedError

    def _request(self, event: h11.Request, body: bytes) -> Request:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in event.headers}
        target = event.target.decode("latin-1")
        host, scheme = headers.get("host", ""), "https" if self._tls else "http"
        if not target.startswith("/") and "://" in target:
            # Absolute form: a proxy was asked for a resource (RFC 9112 section 3.2.2). Some clients ask so for https.
            parts = urlsplit(target)
            scheme = parts.scheme.lower()
            host, target = parts.netloc.rpartition("@")[2], target.partition(parts.netloc)[2] or "/"
        path, _, query = target.partition("?")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        return Request(event.method.decode("latin-1"), scheme, name.lower(), path, query, headers, body)

    @staticmethod
    def _proxied(event: h11.Request) -> bool:
        return b"://" in event.target and not event.target.startswith(b"/")

    async def _send(self, response: Answer, *, head: bool) -> None:
        headers = [(name, value) for name, value in response.headers.items()]
        headers.append(("content-length", str(len(response.body))))
        reason = HTTPStatus(response.status).phrase.encode()
        start = h11.Response(status_code=response.status, headers=headers, reason=reason)
        data = self._http.send(start) or b""
        if not head:
            data += self._http.send(h11.Data(data=response.body)) or b""
        data += self._http.send(h11.EndOfMessage()) or b""
        self._writer.write(data)
        await self._writer.drain()

    async def _pass_on(self, event: h11.Request, request: Request) -> None:
        """Plain HTTP through the proxy to a host that is not ours: one request, one answer, then the end."""
        parts = urlsplit(event.target.decode("latin-1"))
        try:
            where = (parts.hostname or "", parts.port or 80)
            reader, writer = await asyncio.wait_for(asyncio.open_connection(*where), _REACH_SECONDS)
        except (OSError, ValueError, TimeoutError):
            await self._send(_plain(502, f"{request.host} cannot be reached"), head=False)
            return
        named = [(name, value) for name, value in event.headers if name.decode("latin-1") not in _HOP_BY_HOP]
        lines = [b"%s %s HTTP/1.1" % (event.method, request.target.encode("latin-1"))]
        lines += [b"%s: %s" % pair for pair in named if pair[0] != b"content-length"]
        lines += [b"content-length: %d" % len(request.body), b"connection: close", b"", request.body]
        writer.write(b"\r\n".join(lines))
        try:
            await _pour(reader, self._writer)
        finally:
            writer.close()

    async def _tunnel(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        host = host.strip("[]").lower()
        if self._server.ours(host):
            if port != "443":
                await self._send(_plain(403, f"{host[:100]} is answered by the sandbox, on port 443 only"), head=False)
                return
            where = ("127.0.0.1", self._server.tls_port)
        else:
            where = (host, int(port) if port.isdigit() else 443)
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(*where), _REACH_SECONDS)
        except (OSError, ValueError, OverflowError, TimeoutError):
            await self._send(_plain(502, f"{host[:100]} cannot be reached"), head=False)
            return
        self._writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        early, _ = self._http.trailing_data
        writer.write(early)
        try:
            await asyncio.gather(_pour(self._reader, writer), _pour(reader, self._writer))
        finally:
            writer.close()


def _plain(status: int, text: str) -> Answer:
    return Answer(status, {"content-type": "text/plain; charset=utf-8", "connection": "close"}, text.encode())


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof() if writer.can_write_eof() else writer.close()


class _Names(asyncio.DatagramProtocol):
    """Says 127.0.0.1 to every name, so that a call to an unknown host arrives here and can be explained.

    RFC 1035 section 4.1: the question is copied, one A record is added; other types get an empty answer.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own datagram transports are not registered as DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        end = 12
        while 12 <= end < len(data) and data[end]:
            end += data[end] + 1
        if len(data) < 12 or end + 5 > len(data):
            return
        question = data[12 : end + 5]
        kind = struct.unpack("!H", question[-4:-2])[0]
        found = 1 if kind == 1 else 0
        answer_ = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 1, 4) + bytes((127, 0, 0, 1)) if found else b""
        head = data[:2] + struct.pack("!HHHHH", 0x8580, 1, found, 0, 0)
        self._transport.sendto(head + question + answer_, addr)

"""The MCP server over HTTP: stateless, so that any number of workers may stand behind any load balancer.

Around the SDK's application stands one guard: `/health`, Host and Origin, bearer keys, the size of a body. Everything
is configured by environment variables, because workers are processes of their own; `Settings.read` names them all.
"""

from __future__ import annotations

import gc
import hashlib
import hmac
import logging
import os
import re
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from sinch_auth.errors import SourceUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "SINCH_AUTH_MCP_"
PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LARGEST_BODY = 2 * 1024 * 1024
_DRAINED = 32 * 1024 * 1024
"""A body that is too large is read away up to here, so that the sender sees the answer and not a broken connection."""
_LOOK_AGAIN_SECONDS = 2.0
_GRACE_SECONDS = 20

_log = logging.getLogger("sinch_auth.mcp")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says of the server."""

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    largest_body: int = _LARGEST_BODY
    keys: str = field(default="", repr=False)
    keys_file: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """The settings. Raises `UsageError` for one that cannot be understood.

        SINCH_AUTH_MCP_ALLOWED_HOSTS    names by which the server is called, with commas; `name:*` for any port
        SINCH_AUTH_MCP_ALLOWED_ORIGINS  web pages that may call it, with commas, like `https://app.example.com`
        SINCH_AUTH_MCP_KEYS             bearer keys, with commas; any of them opens
        SINCH_AUTH_MCP_KEYS_FILE        a file with a bearer key a line; read again when it changes
        SINCH_AUTH_MCP_MAX_BODY         bytes of the largest request body
        SINCH_AUTH_MCP_LOG              debug, info, warning or error
        """
        size = environ.get(f"{PREFIX}MAX_BODY", "") or str(_LARGEST_BODY)
        if not size.isdecimal() or int(size) < 1024:
            raise UsageError(
                f"{PREFIX}MAX_BODY is no size", why=f"it is {size[:20]!r}", cure="give bytes, 1024 or more: 2097152"
            )
        return cls(
            hosts=_names(environ.get(f"{PREFIX}ALLOWED_HOSTS", "")),
            origins=_names(environ.get(f"{PREFIX}ALLOWED_ORIGINS", "")),
            largest_body=int(size),
            keys=environ.get(f"{PREFIX}KEYS", ""),
            keys_file=environ.get(f"{PREFIX}KEYS_FILE", ""),
        )


class Keys:
    """The bearer keys that open the server. With several, one can be replaced while the others work."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looked = 0.0
        self._changed: tuple[int, int] = (0, 0)
        self._digests = tuple(_digest(key) for key in _names(settings.keys))
        self._from_file: tuple[bytes, ...] = ()
        self._look()
        if (settings.keys or settings.keys_file) and not (self._digests or self._from_file):
            # An empty list must not mean an open door.
            raise UsageError("there is no bearer key", cure=f"put a key into {PREFIX}KEYS or the file, or unset both")

    @property
    def wanted(self) -> bool:
        """Whether a key is needed at all."""
        return bool(self._settings.keys or self._settings.keys_file)

    def owner(self, key: str) -> str:
        """A name for the logs of whoever holds this key; empty where it opens nothing."""
        if time.monotonic() - self._looked > _LOOK_AGAIN_SECONDS:
            self._look()
        given = _digest(key)
        fits = [hmac.compare_digest(given, one) for one in (*self._digests, *self._from_file)]
        return given.hex()[:8] if any(fits) else ""

    def _look(self) -> None:
        self._looked = time.monotonic()
        if not self._settings.keys_file:
            return
        path = Path(self._settings.keys_file)
        try:
            stat = path.stat()
            if (stat.st_mtime_ns, stat.st_size) == self._changed:
                return
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as problem:
            if not self._changed[0]:
                raise UsageError(f"{PREFIX}KEYS_FILE cannot be read", why=problem.strerror or "") from None
            _log.error("the file of keys cannot be read; the keys read before stay valid")
            return
        keys = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
        self._changed = (stat.st_mtime_ns, stat.st_size)
        self._from_file = tuple(_digest(key) for key in keys)
        _log.info("keys read", extra={"fields": {"keys": len(keys)}})


class Guard:
    """What a request must pass before the protocol sees it; a refusal says what came, what is allowed, what to do."""

    def __init__(self, app: ASGIApp, settings: Settings, keys: Keys) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["path"] == "/health":
            # Probes come by address, without a name, an origin or a key.
            await JSONResponse({"status": "ok"})(scope, receive, send)
            return
        refusal = self._refusal(scope, headers)
        if refusal is None:
            refusal, receive = await self._body(headers, receive, scope["method"] == "POST")
        if refusal is not None:
            _log.warning("refused", extra={"fields": {"status": refusal.status_code, "path": scope["path"][:60]}})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if not _fits(host, self._settings.hosts):
            return _refused(
                421,
                f"Host {host[:100]!r}",
                ", ".join(self._settings.hosts),
                f"call the server by one of these names, or add this one to {PREFIX}ALLOWED_HOSTS where it is started",
            )
        if origin and not _fits(origin, self._settings.origins):
            return _refused(
                403,
                f"Origin {origin[:100]!r}",
                ", ".join(self._settings.origins) or "no web page",
                f"add it to {PREFIX}ALLOWED_ORIGINS where the server is started",
            )
        if scope["path"] != PATH:
            return _refused(404, f"path {scope['path'][:100]!r}", f"{PATH} and /health", f"send MCP requests to {PATH}")
        if self._keys.wanted and scope["method"] != "OPTIONS":
            scheme, _, key = headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not key.strip():
                return _refused(
                    401,
                    "no bearer key",
                    "Authorization: Bearer KEY",
                    "ask whoever runs this server for a key, and set the header in the client's configuration",
                    {"WWW-Authenticate": 'Bearer realm="sinch-auth"'},
                )
            owner = self._keys.owner(key.strip())
            if not owner:
                return _refused(
                    401,
                    "a bearer key that is not valid (masked: ****)",
                    "a key of this server",
                    "it may have been replaced: ask whoever runs this server for the new one",
                    {
                        "WWW-Authenticate": 'Bearer realm="sinch-auth", error="invalid_token", '
                        'error_description="the key is unknown or was replaced"'
                    },
                )
            scope.setdefault("state", {})["owner"] = owner
        return None

    async def _body(self, headers: Headers, receive: Receive, posted: bool) -> tuple[Response | None, Receive]:
        """The whole body, read; or the refusal of one that is too large or no message of the protocol."""
        limit = self._settings.largest_body
        declared = headers.get("content-length", "0")
        size = int(declared) if declared.isdecimal() else 0
        parts: list[bytes] = []
        read = 0
        while size <= _DRAINED:
            message = await receive()
            if message["type"] != "http.request":
                return None, _replay([message], receive)
            read += len(message.get("body", b""))
            if read <= limit:
                parts.append(message.get("body", b""))
            if read > _DRAINED or not message.get("more_body", False):
                break
        if max(size, read) > limit:
            return _refused(
                413,
                f"a body of {max(size, read):,} bytes or more",
                f"{limit:,} bytes",
                "send only the part that failed; status, headers and the first lines of the body are enough",
            ), receive
        body = b"".join(parts)
        refusal = _misshapen(headers, body) if posted else None
        return refusal, _replay([{"type": "http.request", "body": body, "more_body": False}], receive)


def application() -> Starlette:
    """The ASGI application, as the environment configures it; what every worker calls."""
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.middleware import Middleware
    from starlette.middleware.cors import CORSMiddleware

    from sinch_auth.surfaces import mcp_logs, mcp_server

    mcp_logs.start("INFO")
    _tracing(os.environ)
    settings = Settings.read(os.environ)
    keys = Keys(settings)
    made = mcp_server.server(shared=True).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=settings.largest_body,
        # The guard has looked already, and says more.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    inner = made.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Any]:
        _warm()
        async with inner(app) as state:
            _log.info("ready", extra={"fields": {"keys": keys.wanted, "hosts": list(settings.hosts)}})
            yield state

    made.router.lifespan_context = lifespan
    around: list[Middleware] = [Middleware(Guard, settings=settings, keys=keys)]
    if settings.origins:
        around.append(
            Middleware(
                CORSMiddleware,
                allow_origin_regex=_origins_pattern(settings.origins),
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["*"],
                max_age=600,
            )
        )
    made.user_middleware = [*around, *made.user_middleware]
    return made


def serve(host: str, port: int, workers: int) -> None:
    """Serve until told to stop; requests that have begun are finished first. Port 0: any free one, told on stderr."""
    import uvicorn

    from sinch_auth.surfaces import mcp_logs

    hosts = os.environ.get(f"{PREFIX}ALLOWED_HOSTS", "")
    if not hosts:
        os.environ[f"{PREFIX}ALLOWED_HOSTS"] = ",".join(_own_names(host))
    if host in LOOPBACK and not os.environ.get(f"{PREFIX}ALLOWED_ORIGINS"):
        # Pages of this machine, such as the inspector's, may call a server of this machine.
        os.environ[f"{PREFIX}ALLOWED_ORIGINS"] = ",".join(f"http://{name}" for name in _own_names(host))
    # Wrong settings end here, with their cure, and not in every worker.
    Keys(Settings.read(os.environ))
    config = uvicorn.Config(
        "sinch_auth.surfaces.mcp_http:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    mcp_logs.start("INFO")
    listening = _bound(host, port)
    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    print(f"sinch-auth mcp: http://{shown}:{port}{PATH} ({workers} worker{'s' * (workers > 1)})", file=sys.stderr)
    for hint in _hints(host, bool(hosts)):
        print(f"hint: {hint}", file=sys.stderr)
    sys.stderr.flush()
    if workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[listening]).run()
    else:
        uvicorn.Server(config).run(sockets=[listening])


# -- private ---------------------------------------------------------------------------------------------


def _warm() -> None:
    """Do before the first request what would make it slow."""
    from sinch_auth.surfaces import mcp_resources
    from sinch_auth.surfaces.tools import call

    call("sinch_auth_guide", {"question": "401 from the SMS API in Python", "region": "eu", "detail": "full"})
    call("sinch_auth_diagnose", {"text": "HTTP/1.1 401 Unauthorized", "product": "sms"})
    mcp_resources.skill_entry()
    # What is here now stays: no collection needs to walk over it again with every few hundred requests.
    gc.collect()
    gc.freeze()


def _tracing(environ: Mapping[str, str]) -> None:
    """OpenTelemetry, where its own variables ask for it: the SDK already makes the spans."""
    asked = any(environ.get(f"OTEL_EXPORTER_OTLP_{name}ENDPOINT") for name in ("", "TRACES_"))
    if not asked or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # type: ignore[import-not-found,unused-ignore]
        from opentelemetry.sdk.resources import Resource  # type: ignore[import-not-found,unused-ignore]
        from opentelemetry.sdk.trace import TracerProvider  # type: ignore[import-not-found,unused-ignore]
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        _log.warning("OTEL_EXPORTER_OTLP_ENDPOINT is set; pip install opentelemetry-sdk opentelemetry-exporter-otlp")
        return
    provider = TracerProvider(
        resource=Resource.create({"service.name": environ.get("OTEL_SERVICE_NAME", "sinch-auth")})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def _bound(host: str, port: int) -> socket.socket:
    try:
        made = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as problem:
        raise SourceUnavailable(
            f"cannot listen on {host} port {port}",
            why=problem.strerror or str(problem),
            cure="choose another: --port 0",
        ) from None
    made.set_inheritable(True)
    # Connections inherit it. asyncio sets it only where a socket names its protocol, which these do not; without it the
    # second packet of every answer waits for the client's delayed acknowledgement of the first, 40 ms.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _misshapen(headers: Headers, body: bytes) -> JSONResponse | None:
    """The refusal of what is no JSON-RPC message; the SDK would answer with what its validator says."""
    import msgspec

    kind = headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        return _refused(415, f"Content-Type {kind[:60]!r}", "application/json", "set this header")
    try:
        message = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _refused(
            400, "a body that is not JSON", "one JSON-RPC 2.0 message", "send it as JSON in UTF-8", code=-32700
        )
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        what = "a list (a batch)" if isinstance(message, list) else "JSON that is no JSON-RPC 2.0 message"
        return _refused(
            400, what, "one JSON-RPC 2.0 message a request", 'send an object with "jsonrpc": "2.0" and a method'
        )
    id, method = message.get("id", 0), message.get("method")
    if not isinstance(id, str | int | float) or not (
        "result" in message or "error" in message or isinstance(method, str)
    ):
        return _refused(
            400,
            "a JSON-RPC message without a method, or with an id that is none",
            "method: a text; id: a text or a number",
            "mend the message",
        )
    if not isinstance(message.get("params", {}), dict):
        return _refused(400, "params that are no object", "params by name", "send params as an object", code=-32602)
    return None


def _refused(
    status: int,
    received: str,
    allowed: str,
    next_step: str,
    headers: Mapping[str, str] | None = None,
    code: int = -32600,
) -> JSONResponse:
    message = f"received: {received}; allowed: {allowed}; next: {next_step}"
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}
    return JSONResponse(body, status, headers=dict(headers or {}))


def _replay(messages: list[Message], receive: Receive) -> Receive:
    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


def _fits(given: str, allowed: tuple[str, ...]) -> bool:
    if given in allowed:
        return True
    name, colon, port = given.rpartition(":")
    return bool(colon) and port.isdecimal() and f"{name}:*" in allowed


def _origins_pattern(origins: tuple[str, ...]) -> str:
    return "|".join(re.escape(one.removesuffix(":*")) + (r":\d+" if one.endswith(":*") else "") for one in origins)


def _own_names(host: str) -> list[str]:
    names = ["127.0.0.1", "localhost", "[::1]"]
    if host not in (*LOOPBACK, "0.0.0.0", "::"):
        names.append(f"[{host}]" if ":" in host else host)
    return [one for name in names for one in (name, f"{name}:*")]


def _hints(host: str, named: bool) -> list[str]:
    if host in LOOPBACK:
        return []
    hints = []
    if not named:
        hints.append(
            f"other machines call this server by a name that gets 421 until it is allowed: "
            f"export {PREFIX}ALLOWED_HOSTS=mcp.example.com"
        )
    if not (os.environ.get(f"{PREFIX}KEYS") or os.environ.get(f"{PREFIX}KEYS_FILE")):
        hints.append(
            f"anybody who reaches this address may use it; export {PREFIX}KEYS_FILE=/path/of/keys to change that"
        )
    return hints


def _names(listed: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in listed.replace("\n", ",").split(",") if one.strip())


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()

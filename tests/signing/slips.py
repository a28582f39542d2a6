"""Wrong clients, written the way people write them: independent of the package, with the standard library only.

A client is a right one with one hook (or several) replaced. `SLIPS` names each replacement, and the mistakes that
may explain it. What a slip does not change on a request is not a slip there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, unquote_plus


@dataclass(frozen=True)
class Sample:
    """One request to sign, and the credentials."""

    key: str
    secret: str
    method: str
    host: str
    path: str
    query: str
    content_type: str
    timestamp: str
    body: bytes

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.timestamp.replace("Z", "+00:00"))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def md5(data: bytes) -> bytes:
    return hashlib.md5(data).digest()


Hook = Callable[..., Any]

RIGHT: dict[str, Hook] = {
    "secret": lambda s: base64.b64decode(s.secret),
    "verb": lambda s: s.method,
    "body": lambda s: s.body,
    "md5": lambda s, body: b64(md5(body)) if body else "",
    "type": lambda s: s.content_type,
    "time": lambda s: s.timestamp,
    "timeline": lambda s, time: f"x-timestamp:{time}",
    "path": lambda s: s.path,
    "join": lambda s, parts: "\n".join(parts).encode(),
    "mac": lambda key, message: hmac.new(key, message, hashlib.sha256).digest(),
    "text": lambda digest: b64(digest),
}


def signed(sample: Sample, hooks: dict[str, Hook] | None = None) -> str:
    """The signature of a client with these hooks replaced."""
    do = RIGHT | (hooks or {})
    parts = [
        do["verb"](sample),
        do["md5"](sample, do["body"](sample)),
        do["type"](sample),
        do["timeline"](sample, do["time"](sample)),
        do["path"](sample),
    ]
    text: str = do["text"](do["mac"](do["secret"](sample), do["join"](sample, parts)))
    return text


@dataclass(frozen=True)
class Slip:
    """One replaced hook; `ids` are the mistakes that may explain it, the first being the usual one."""

    hook: str
    does: Hook
    ids: tuple[str, ...]
    common: bool = field(default=True)
    """Whether it must also be found together with another one."""


def _json(body: bytes, **options: Any) -> bytes:
    try:
        return json.dumps(json.loads(body), **options).encode()
    except ValueError:
        return body


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _without_null(body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if not isinstance(value, dict):
        return body
    return json.dumps(
        {k: v for k, v in value.items() if v is not None}, separators=(",", ":"), ensure_ascii=False
    ).encode()


def _utc(sample: Sample, pattern: str) -> str:
    return sample.when.astimezone(UTC).strftime(pattern)


def _local(hours: float) -> Hook:
    def time(s: Sample) -> str:
        shifted = s.when + timedelta(hours=hours)
        text = shifted.strftime("%Y-%m-%dT%H:%M:%S")
        return s.timestamp.replace(s.timestamp[:19], text)

    return time


def _order(*positions: int) -> Hook:
    return lambda s, parts: "\n".join(parts[i] for i in positions).encode()


S = Slip
SLIPS: dict[str, Slip] = {
    # -- the secret
    "Node createHmac('sha256', secret)": S("secret", lambda s: s.secret.encode(), ("secret-not-decoded",)),
    "text secret with the line break of a file": S("secret", lambda s: s.secret.encode() + b"\n", ("secret-with-stray-characters",)),
    "Buffer.from(secret, 'base64').toString()": S("secret", lambda s: base64.b64decode(s.secret).decode("utf-8", "replace").encode(), ("secret-bytes-as-text",)),
    "atob(secret)": S("secret", lambda s: base64.b64decode(s.secret).decode("latin-1").encode(), ("secret-bytes-as-text",)),
    "decoded secret in hex": S("secret", lambda s: base64.b64decode(s.secret).hex().encode(), ("secret-as-hex-text",)),
    "secret encoded again": S("secret", lambda s: b64(s.secret.encode()).encode(), ("secret-encoded-again",)),
    "application key for the secret": S("secret", lambda s: s.key.encode(), ("application-key-used-as-secret",)),
    "missing secret": S("secret", lambda s: b"", ("secret-empty",)),
    "undefined secret": S("secret", lambda s: b"undefined", ("secret-is-a-placeholder",)),
    "key:secret as key": S("secret", lambda s: f"{s.key}:{s.secret}".encode(), ("secret-joined-with-key",), False),
    # -- the MAC
    "HMAC-SHA1": S("mac", lambda k, m: hmac.new(k, m, hashlib.sha1).digest(), ("mac-other-hash",)),
    "HMAC-SHA512": S("mac", lambda k, m: hmac.new(k, m, hashlib.sha512).digest(), ("mac-other-hash",)),
    "HMAC-MD5": S("mac", lambda k, m: hmac.new(k, m, hashlib.md5).digest(), ("mac-other-hash",)),
    "HMAC with swapped arguments": S("mac", lambda k, m: hmac.new(m, k, hashlib.sha256).digest(), ("mac-arguments-swapped",)),
    "SHA-256 without a key": S("mac", lambda k, m: hashlib.sha256(m).digest(), ("mac-without-key",)),
    "SHA-256 of secret and message": S("mac", lambda k, m: hashlib.sha256(k + m).digest(), ("secret-prepended-and-hashed",)),
    "SHA-256 of message and secret": S("mac", lambda k, m: hashlib.sha256(m + k).digest(), ("secret-appended-and-hashed",)),
    # -- how the signature is written
    "CryptoJS .toString()": S("text", lambda d: d.hex(), ("signature-in-hex",)),
    ".NET BitConverter": S("text", lambda d: d.hex("-").upper(), ("signature-in-hex",)),
    "upper-case hex": S("text", lambda d: d.hex().upper(), ("signature-in-hex",)),
    "urlsafe_b64encode": S("text", lambda d: base64.urlsafe_b64encode(d).decode(), ("signature-in-base64url",)),
    "base64url of JOSE": S("text", lambda d: base64.urlsafe_b64encode(d).decode().rstrip("="), ("signature-in-base64url", "signature-unpadded")),
    "no padding": S("text", lambda d: b64(d).rstrip("="), ("signature-unpadded",)),
    "base64 of hexdigest": S("text", lambda d: b64(d.hex().encode()), ("signature-base64-of-hex",)),
    "base64 twice": S("text", lambda d: b64(b64(d).encode()), ("signature-encoded-twice",)),
    "encodeURIComponent": S("text", lambda d: quote(b64(d), safe=""), ("signature-percent-encoded",)),
    "Ruby encode64": S("text", lambda d: b64(d) + "\n", ("signature-with-white-space",)),
    "str(bytes)": S("text", lambda d: str(base64.b64encode(d)), ("signature-in-quotes",)),
    "JSON string": S("text", lambda d: f'"{b64(d)}"', ("signature-in-quotes",)),
    "sha256= before it": S("text", lambda d: f"sha256={b64(d)}", ("signature-with-prefix",)),
    "digest read as text": S("text", lambda d: b64(d.decode("utf-8", "replace").encode()), ("signature-bytes-read-as-text",), False),
    "cut by a column": S("text", lambda d: b64(d)[:32], ("signature-cut",), False),
    # -- the verb
    "lower-case verb": S("verb", lambda s: s.method.lower(), ("verb-letter-case",)),
    "capitalised verb": S("verb", lambda s: s.method.capitalize(), ("verb-letter-case",)),
    "always POST": S("verb", lambda s: "POST", ("verb-of-another-request",)),
    "always GET": S("verb", lambda s: "GET", ("verb-of-another-request",)),
    "DELETE": S("verb", lambda s: "DELETE", ("verb-of-another-request",)),
    "no verb": S("verb", lambda s: "", ("verb-not-filled-in",)),
    "undefined verb": S("verb", lambda s: "undefined", ("verb-not-filled-in",), False),
    # -- the MD5 line
    "MD5 hexdigest": S("md5", lambda s, b: md5(b).hex() if b else "", ("md5-in-hex",)),
    "MD5 hexdigest also of nothing": S("md5", lambda s, b: md5(b).hex(), ("md5-in-hex",)),
    "MD5 in upper-case hex": S("md5", lambda s, b: md5(b).hex().upper(), ("md5-in-hex",)),
    "PHP base64_encode(md5())": S("md5", lambda s, b: b64(md5(b).hex().encode()), ("md5-base64-of-hex",)),
    "MD5 in base64url": S("md5", lambda s, b: base64.urlsafe_b64encode(md5(b)).decode(), ("md5-in-base64url", "md5-of-empty-body")),
    "MD5 unpadded": S("md5", lambda s, b: b64(md5(b)).rstrip("="), ("md5-unpadded",)),
    "MD5 with a line break": S("md5", lambda s, b: (b64(md5(b)) if b else "") + "\n", ("md5-with-white-space", "part-added")),
    "MD5 always": S("md5", lambda s, b: b64(md5(b)), ("md5-of-empty-body",)),
    "MD5 never": S("md5", lambda s, b: "", ("md5-line-empty",)),
    "SHA-256 in place of MD5": S("md5", lambda s, b: b64(hashlib.sha256(b).digest()), ("other-hash-instead-of-md5",)),
    "SHA-256 hex in place of MD5": S("md5", lambda s, b: hashlib.sha256(b).hexdigest(), ("other-hash-instead-of-md5",)),
    "SHA-1 in place of MD5": S("md5", lambda s, b: b64(hashlib.sha1(b).digest()), ("other-hash-instead-of-md5",)),
    "the body itself": S("md5", lambda s, b: _text(b), ("body-itself-instead-of-md5",)),
    "Content-MD5: before it": S("md5", lambda s, b: "Content-MD5: " + b64(md5(b)), ("md5-with-header-name",)),
    "content-md5: before it": S("md5", lambda s, b: "content-md5:" + b64(md5(b)), ("md5-with-header-name",)),
    "null for the MD5": S("md5", lambda s, b: "null", ("md5-placeholder",), False),
    # -- the body
    "json.dumps": S("body", lambda s: _json(s.body), ("body-reserialised",)),
    "json.dumps, compact": S("body", lambda s: _json(s.body, separators=(",", ":")), ("body-reserialised",)),
    "JSON.stringify": S("body", lambda s: _json(s.body, separators=(",", ":"), ensure_ascii=False), ("body-reserialised", "body-white-space-changed")),
    "JSON.stringify(x, null, 2)": S("body", lambda s: _json(s.body, indent=2, ensure_ascii=False), ("body-reserialised",)),
    "indented by 4": S("body", lambda s: _json(s.body, indent=4, ensure_ascii=False), ("body-reserialised",)),
    "indented by a tab": S("body", lambda s: _json(s.body, indent="\t", ensure_ascii=False), ("body-reserialised",)),
    "keys sorted": S("body", lambda s: _json(s.body, separators=(",", ":"), ensure_ascii=False, sort_keys=True), ("body-reserialised",)),
    "PHP json_encode": S("body", lambda s: _json(s.body, separators=(",", ":")).replace(b"/", b"\\/"), ("body-reserialised",)),
    "PHP unescaped Unicode": S("body", lambda s: _json(s.body, separators=(",", ":"), ensure_ascii=False).replace(b"/", b"\\/"), ("body-reserialised", "body-letters-changed")),
    "null members dropped": S("body", lambda s: _without_null(s.body), ("body-reserialised", "body-without-a-member")),
    "echo": S("body", lambda s: s.body + b"\n", ("body-trailing-newline", "body-is-a-placeholder")),
    "CRLF at the end": S("body", lambda s: s.body + b"\r\n", ("body-trailing-newline",)),
    "trimmed": S("body", lambda s: s.body.strip(), ("body-trailing-newline", "body-white-space-changed", "body-reserialised")),
    "text mode of Windows": S("body", lambda s: s.body.replace(b"\n", b"\r\n"), ("body-line-endings-changed", "body-reserialised", "body-trailing-newline")),
    "byte order mark": S("body", lambda s: b"\xef\xbb\xbf" + s.body, ("body-with-byte-order-mark",)),
    "UTF-16": S("body", lambda s: _text(s.body).encode("utf-16-le"), ("body-in-other-charset",)),
    "Latin-1": S("body", lambda s: _text(s.body).encode("latin-1", "replace"), ("body-in-other-charset",)),
    "UTF-8 twice": S("body", lambda s: s.body.decode("latin-1").encode(), ("body-encoded-to-utf8-twice",)),
    "JSON.stringify of text": S("body", lambda s: json.dumps(_text(s.body), ensure_ascii=False).encode(), ("body-made-a-json-string", "body-is-a-placeholder")),
    "json.dumps of text": S("body", lambda s: json.dumps(_text(s.body)).encode(), ("body-made-a-json-string", "body-is-a-placeholder")),
    "[object Object]": S("body", lambda s: b"[object Object]", ("body-is-a-placeholder",)),
    "null body": S("body", lambda s: b"null", ("body-is-a-placeholder",)),
    "undefined body": S("body", lambda s: b"undefined", ("body-is-a-placeholder",)),
    "{} body": S("body", lambda s: b"{}", ("body-is-a-placeholder", "body-reserialised")),
    "str(body bytes)": S("body", lambda s: str(s.body).encode(), ("body-as-bytes-literal",)),
    "curly quotes": S("body", lambda s: _text(s.body).replace('"', "“").encode(), ("body-quotes-changed",), False),
    "single quotes": S("body", lambda s: _text(s.body).replace('"', "'").encode(), ("body-quotes-changed", "body-printed-not-serialised")),
    # -- the content type
    "type empty": S("type", lambda s: "", ("content-type-line-empty",)),
    "Content-Type: before it": S("type", lambda s: f"Content-Type: {s.content_type}", ("content-type-with-header-name",)),
    "content-type: before it": S("type", lambda s: f"content-type:{s.content_type}", ("content-type-with-header-name",)),
    "type in capitals": S("type", lambda s: s.content_type.upper(), ("content-type-letter-case",)),
    "type null": S("type", lambda s: "null", ("content-type-placeholder",)),
    "type undefined": S("type", lambda s: "undefined", ("content-type-placeholder",)),
    "type None": S("type", lambda s: "None", ("content-type-placeholder",)),
} | {
    f"type {text}": S("type", lambda s, text=text: text, ("content-type-differs", "content-type-letter-case"), text.startswith("application/json") and "charset" in text.lower() and "=u" in text.lower())
    for text in (
        "application/json", "application/json; charset=utf-8", "application/json; charset=UTF-8", "application/json;charset=utf-8",
        "application/json;charset=UTF-8", "application/json ; charset=utf-8", "application/json; charset=utf8", "text/plain",
        "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "*/*", "multipart/form-data", "text/json",
        "application/octet-stream", "application/json; charset=iso-8859-1", "application/json; charset=us-ascii",
    )
} | {
    # -- the timestamp's name
    f"line {text}": S("timeline", lambda s, t, text=text: text.format(t), ids, common)
    for text, ids, common in (
        ("X-Timestamp:{}", ("timestamp-name-differs",), True), ("X-Timestamp: {}", ("timestamp-name-differs",), True),
        ("x-timestamp: {}", ("timestamp-name-differs",), True), ("X-TIMESTAMP:{}", ("timestamp-name-differs",), True),
        ("x-timestamp={}", ("timestamp-name-differs",), True), ("timestamp:{}", ("timestamp-name-differs",), True),
        ("date:{}", ("timestamp-name-differs",), True), ("Date: {}", ("timestamp-name-differs",), False), ("{}", ("timestamp-name-missing",), True),
        ("x-timestamp:x-timestamp:{}", ("timestamp-name-doubled",), True), ("x-timestamp:{};", ("timestamp-with-more-text",), True),
        ("x-timestamp:{} ", ("timestamp-with-more-text",), True), ('x-timestamp:"{}"', ("timestamp-with-more-text", "timestamp-format-differs"), False),
    )
} | {
    "empty time line": S("timeline", lambda s, t: "", ("timestamp-not-filled-in",)),
    "undefined time": S("time", lambda s: "undefined", ("timestamp-not-filled-in",)),
    "Unix seconds": S("time", lambda s: str(int(s.when.timestamp())), ("timestamp-format-differs",)),
    "Date.now()": S("time", lambda s: str(int(s.when.timestamp() * 1000)), ("timestamp-format-differs",)),
    "toISOString()": S("time", lambda s: _utc(s, "%Y-%m-%dT%H:%M:%S.") + f"{s.when.microsecond // 1000:03d}Z", ("timestamp-format-differs",)),
    "seconds only": S("time", lambda s: _utc(s, "%Y-%m-%dT%H:%M:%SZ"), ("timestamp-format-differs",)),
    "utcnow().isoformat()": S("time", lambda s: _utc(s, "%Y-%m-%dT%H:%M:%S.%f"), ("timestamp-format-differs",)),
    "isoformat() with offset": S("time", lambda s: _utc(s, "%Y-%m-%dT%H:%M:%S.%f+00:00"), ("timestamp-format-differs",)),
    "PHP ATOM": S("time", lambda s: _utc(s, "%Y-%m-%dT%H:%M:%S+00:00"), ("timestamp-format-differs",)),
    "no zone": S("time", lambda s: _utc(s, "%Y-%m-%dT%H:%M:%S"), ("timestamp-format-differs",)),
    "a space for the T": S("time", lambda s: _utc(s, "%Y-%m-%d %H:%M:%S"), ("timestamp-format-differs",)),
    "basic format": S("time", lambda s: _utc(s, "%Y%m%dT%H%M%SZ"), ("timestamp-format-differs",)),
    "HTTP date": S("time", lambda s: _utc(s, "%a, %d %b %Y %H:%M:%S GMT"), ("timestamp-format-differs",)),
    ".NET 'O'": S("time", lambda s: _utc(s, "%Y-%m-%dT%H:%M:%S.%f0Z") if len(s.timestamp) < 28 else s.timestamp, ("timestamp-format-differs",)),
    "percent-encoded time": S("time", lambda s: quote(s.timestamp, safe=""), ("timestamp-format-differs",), False),
    "one second later": S("time", lambda s: _local(1 / 3600)(s), ("timestamp-clock-read-twice",)),
    "two seconds earlier": S("time", lambda s: _local(-2 / 3600)(s), ("timestamp-clock-read-twice",)),
} | {
    f"local time {hours:+g} h": S("time", _local(hours), ("timestamp-in-local-time", "timestamp-12-hour-clock"), hours in (-8, -5, 1, 2, 5.5, 8, 9))
    for hours in (-11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 5.5, 5.75, 6, 7, 8, 9, 9.5, 10, 11, 12, 13)
} | {
    # -- the path
    "full URL": S("path", lambda s: s.url, ("path-with-host",)),
    "full URL with query": S("path", lambda s: f"{s.url}?{s.query}" if s.query else s.url, ("path-with-host",)),
    "http URL": S("path", lambda s: f"http://{s.host}{s.path}", ("path-with-host",)),
    "host and path": S("path", lambda s: s.host + s.path, ("path-with-host",)),
    "PathAndQuery": S("path", lambda s: f"{s.path}?{s.query}" if s.query else s.path, ("path-with-query",)),
    "no slash in front": S("path", lambda s: s.path[1:], ("path-leading-slash-missing",)),
    "slash at the end": S("path", lambda s: s.path + "/", ("path-trailing-slash",)),
    "slash at the end lost": S("path", lambda s: s.path.rstrip("/") or "/", ("path-trailing-slash",)),
    "double slash": S("path", lambda s: "/" + s.path, ("path-slashes-changed",)),
    "req.url of a mounted router": S("path", lambda s: "/" + s.path.split("/", 2)[-1], ("path-cut",)),
    "two segments lost": S("path", lambda s: "/" + s.path.split("/", 3)[-1] if s.path.count("/") > 2 else s.path, ("path-cut",)),
    "only a slash": S("path", lambda s: "/", ("path-cut",)),
    "empty path": S("path", lambda s: "", ("path-cut",)),
    "lower-case path": S("path", lambda s: s.path.lower(), ("path-letter-case",)),
    "+ as %2B": S("path", lambda s: s.path.replace("+", "%2B"), ("path-percent-encoded",)),
    "encodeURIComponent(path)": S("path", lambda s: quote(s.path, safe=""), ("path-percent-encoded",)),
    "decoded path": S("path", lambda s: unquote(s.path), ("path-percent-decoded",)),
    "form-decoded path": S("path", lambda s: unquote_plus(s.path), ("path-percent-decoded",)),
    "stage name before it": S("path", lambda s: "/prod" + s.path, ("path-prefix-added",), False),
    "path of the documentation": S("path", lambda s: "/v1/sms/+46700000000", ("path-of-the-documentation",)),
    "path undefined": S("path", lambda s: "undefined", ("path-not-filled-in",), False),
    # -- all parts together
    "System.lineSeparator() on Windows": S("join", lambda s, p: "\r\n".join(p).encode(), ("separator-crlf",)),
    "CR": S("join", lambda s, p: "\r".join(p).encode(), ("separator-crlf",)),
    "PHP single quotes": S("join", lambda s, p: "\\n".join(p).encode(), ("separator-literal-backslash-n",)),
    "no separator": S("join", lambda s, p: "".join(p).encode(), ("separator-missing",)),
    "spaces": S("join", lambda s, p: " ".join(p).encode(), ("separator-other",)),
    "colons": S("join", lambda s, p: ":".join(p).encode(), ("separator-other",)),
    "dots": S("join", lambda s, p: ".".join(p).encode(), ("separator-other",)),
    "commas": S("join", lambda s, p: ",".join(p).encode(), ("separator-other",)),
    "comma and space": S("join", lambda s, p: ", ".join(p).encode(), ("separator-other",), False),
    "pipes": S("join", lambda s, p: "|".join(p).encode(), ("separator-other",)),
    "println": S("join", lambda s, p: ("\n".join(p) + "\n").encode(), ("message-with-extra-line-break",)),
    "CRLF at the end of all": S("join", lambda s, p: ("\n".join(p) + "\r\n").encode(), ("message-with-extra-line-break",)),
    "template literal": S("join", lambda s, p: ("\n" + "\n".join(p)).encode(), ("message-with-extra-line-break",)),
    "indented by 4 spaces": S("join", lambda s, p: "\n    ".join(p).encode(), ("message-indented",)),
    "indented by a tab and framed": S("join", lambda s, p: ("\n\t" + "\n\t".join(p) + "\n").encode(), ("message-indented",), False),
    "AppendLine": S("join", lambda s, p: "".join(part + "\r\n" for part in p).encode(), ("separator-crlf",)),
    "base64 of all": S("join", lambda s, p: base64.b64encode("\n".join(p).encode()), ("message-encoded-first",)),
    "UTF-16 of all": S("join", lambda s, p: "\n".join(p).encode("utf-16-le"), ("message-in-other-charset",)),
    "SHA-256 hex of all": S("join", lambda s, p: hashlib.sha256("\n".join(p).encode()).hexdigest().encode(), ("message-hashed-first",)),
    "lower-case of all": S("join", lambda s, p: "\n".join(p).lower().encode(), ("message-letters-changed",)),
    "type before MD5": S("join", _order(0, 2, 1, 3, 4), ("parts-reordered",)),
    "path second": S("join", _order(0, 4, 1, 2, 3), ("parts-reordered",)),
    "time before type": S("join", _order(0, 1, 3, 2, 4), ("parts-reordered",)),
    "path before time": S("join", _order(0, 1, 2, 4, 3), ("parts-reordered",)),
    "reversed": S("join", _order(4, 3, 2, 1, 0), ("parts-reordered",)),
    "time first": S("join", _order(3, 0, 1, 2, 4), ("parts-reordered",), False),
    "without verb": S("join", _order(1, 2, 3, 4), ("part-missing",)),
    "without MD5": S("join", _order(0, 2, 3, 4), ("part-missing",)),
    "without type": S("join", _order(0, 1, 3, 4), ("part-missing", "recipe-made-up")),
    "without time": S("join", _order(0, 1, 2, 4), ("part-missing",)),
    "without path": S("join", _order(0, 1, 2, 3), ("part-missing",)),
    "without MD5 and type": S("join", _order(0, 3, 4), ("two-parts-missing", "recipe-made-up"), False),
    "only the body": S("join", lambda s, p: s.body, ("only-the-body", "recipe-made-up"), False),
    "timestamp and body": S("join", lambda s, p: s.timestamp.encode() + s.body, ("recipe-made-up",), False),
    "timestamp.body": S("join", lambda s, p: s.timestamp.encode() + b"." + s.body, ("recipe-made-up",), False),
    "verb, path, time, body": S("join", lambda s, p: f"{s.method}\n{s.path}\n{s.timestamp}\n".encode() + s.body, ("recipe-made-up",), False),
    "verb path time body": S("join", lambda s, p: f"{s.method}{s.path}{s.timestamp}".encode() + s.body, ("recipe-made-up",), False),
    "key, time, body": S("join", lambda s, p: f"{s.key}{s.timestamp}".encode() + s.body, ("recipe-made-up",), False),
}  # fmt: skip

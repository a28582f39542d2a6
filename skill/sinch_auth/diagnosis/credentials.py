"""Which kind of credential a text sends along, read by name and by shape. Values are looked at and dropped."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sinch_auth import tokens
from sinch_auth.knowledge import Knowledge

_MOST = 40
"""Sightings that are read; a log may hold thousands of the same."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}", re.I)
_HEX_32 = re.compile(r"[0-9a-f]{32}", re.I)
_BASE64_16 = re.compile(r"[A-Za-z0-9+/]{22}==")
_MAILGUN = re.compile(r"(?:pub)?key-[0-9a-z]{4,40}|[0-9a-z]{32}-[0-9a-z]{8}-[0-9a-z]{8}", re.I)
_UNSET = ("undefined", "null", "none", "nil", "nan", "[object")
_EMPTY = re.compile(r"[*.…x<>\[\]{}-]*", re.I)

# A header as it travels, as curl's -H, or as a literal in code: `"Authorization": "Bearer " + token`.
_HEADER = re.compile(
    r"(?i)authorization(?:\.default)?[\"'\])]{0,3}(?: ?=>|,| ?[:=])\s{0,3}[bf$]{0,2}[\"'`]?"
    r"(?P<scheme>basic|bearer|application|service|instance|user|digest)(?=[\s\"'`])[\"'`]?"
    r"(?P<rest>[ .+&]{0,4}[^\n\r]{0,3000})"
)
_AFTER_SCHEME = re.compile(
    r"(?i)(?<![\w-])(?P<scheme>bearer) (?P<rest>eyJ[\w.-]{0,3000}|key-[\w-]{3,60}|key_?[a-z]+\b)"
)
_API_KEY_HEADER = re.compile(r"(?i)\bx-api-key[\"']?\s{0,3}[:=]")
_CURL_USER = re.compile(
    r"(?:(?<=\s)-u|--user|--basic -u)[ =]{0,3}(?P<quote>[\"']?)(?P<user>[^\s:\"']{0,300}):(?P<password>[^\s\"']{0,300})"
)
_CURL_SAYS = re.compile(r"Server auth using (?P<scheme>Basic|Bearer)(?: with user '(?P<user>[^'\n]{0,300})')?")
_USER_IN_URL = re.compile(r"https://(?P<user>[^\s:/@'\"]{1,300}):(?P<password>[^\s/@'\"]{1,300})@")
_ARGUMENT = (
    r"(?:[\"'`]?(?P<{}>[\w.$:>-]{{1,60}}[\[(][\"'][\w-]{{1,80}}[\"'][\])]|"
    r"[$\w.>\-\[\](){{}}\\/+=~!@#%^&*]{{1,200}}?)[\"'`]?)"
)
_PAIRS = tuple(
    re.compile(pattern.replace("<1>", _ARGUMENT.format("user")).replace("<2>", _ARGUMENT.format("password")))
    for pattern in (
        r"auth ?= ?\(\s{0,9}<1>\s{0,3},\s{0,9}<2>\s{0,9}\)",
        r"(?:HTTPBasicAuth|BasicAuth|basicAuth|basic_auth|SetBasicAuth|setBasicAuth|Credentials\.basic|withBasicAuth)"
        r"[( ]\s{0,9}<1>\s{0,3},\s{0,9}<2>\s{0,9}(?:[);\n]|$)",
        r"username[\"']?: ?<1>,\s{0,30}[\"']?password[\"']?: ?<2>\s{0,30}[,}\n]",
        r"CURLOPT_USERPWD ?,\s{0,9}<1> ?\. ?[\"']:[\"'] ?\. ?<2> ?\)",
        r"(?:btoa|base64_encode|b64encode|encode64|strict_encode64|GetBytes|encodeToString|Buffer\.from|EncodeToString)"
        r"\( ?(?:\[\]byte\()?<1> ?[+.] ?[\"']:[\"'] ?[+.] ?<2> ?[),.]",
        r"(?:f|\$)[\"']\{<1>\}:\{<2>\}[\"']",
        r"`\$\{<1>\}:\$\{<2>\}`",
    )
)


@dataclass(frozen=True, slots=True)
class Carried:
    """One credential that was sent, or that code sends.

    `kind` is a word of `contradictions.yaml`, `model` the auth model it belongs to where that is certain, `at` where
    it stands in the text.
    """

    scheme: str
    kind: str
    model: str = ""
    at: int = 0
    quoted: bool = False
    """Whether the value is a shell variable inside single quotes, which the shell does not replace."""


def carried(knowledge: Knowledge, text: str, now: float) -> tuple[Carried, ...]:
    """Every credential in `text`, which is not masked yet, in the order of the text."""
    found: dict[int, Carried] = {}
    for one in _found(_Names(knowledge), text, now):
        found.setdefault(one.at, one)
        if len(found) >= _MOST:
            break
    return tuple(found[at] for at in sorted(found))


def _found(names: _Names, text: str, now: float) -> Iterator[Carried]:
    headers = []
    for match in _HEADER.finditer(text):
        headers.append(match.span())
        one = _header(names, match["scheme"].lower(), match["rest"], match.start(), now)
        yield replace(one, quoted=True) if _sent_as_name(text, match) else one
    for match in _AFTER_SCHEME.finditer(text):
        # What stands in a header has been read with it.
        if any(start <= match.start() < end for start, end in headers[:_MOST]):
            continue
        yield _header(names, match["scheme"].lower(), match["rest"], match.start(), now)
    for match in _API_KEY_HEADER.finditer(text):
        yield Carried("x-api-key", "api-key-header", "mms", match.start())
    if "curl" in text:
        for match in _CURL_USER.finditer(text):
            kind, model = _basic(names, match["user"], match["password"])
            quoted = match["quote"] == "'" and "$" in match["user"] + match["password"]
            yield Carried("basic", kind, model, match.start(), quoted)
        for match in _CURL_SAYS.finditer(text):
            if match["user"] is not None:
                kind, model = _basic(names, match["user"], "")
                yield Carried(match["scheme"].lower(), kind, model, match.start())
    for match in _USER_IN_URL.finditer(text):
        kind, model = _basic(names, match["user"], match["password"])
        yield Carried("basic", kind, model, match.start())
    for pattern in _PAIRS:
        for match in pattern.finditer(text):
            kind, model = _basic(names, _value(text, match["user"]), _value(text, match["password"]))
            yield Carried("basic", kind, model, match.start())


def _sent_as_name(text: str, header: re.Match[str]) -> bool:
    """Whether a shell variable went out unreplaced: in single quotes, or as curl -v shows what it sent."""
    if not re.match(r" \$\{?\w", header["rest"]):
        return False
    before = text[text.rfind("\n", 0, header.start("scheme")) + 1 : header.start("scheme")]
    quotes = re.findall(r"[\"'`]", before)
    return before.startswith("> ") or bool(quotes and quotes[-1] == "'")


def _header(names: _Names, scheme: str, rest: str, at: int, now: float) -> Carried:
    value = re.split(r"[\s\"'`,;)]", rest.lstrip(" \"'`.+&=<{$("), maxsplit=1)[0]
    named = names.of(value) or names.of(re.split(r"[\"'`;\n]", rest.strip(" \"'`.+&=<{$("), maxsplit=1)[0][:60])
    if value.lower() in _UNSET:
        return Carried(scheme, "unset-value", "", at)
    if scheme == "basic":
        return Carried(scheme, *_basic_value(names, value, named), at)
    if scheme == "bearer":
        return Carried(scheme, *_bearer(value, named, now), at)
    if scheme == "application":
        _, colon, _ = value.partition(":")
        return Carried(scheme, "signed" if colon else "public", "application", at)
    return Carried(scheme, f"{scheme}-scheme", "", at)


def _basic_value(names: _Names, value: str, named: tuple[str, str] | None) -> tuple[str, str]:
    """What stands after `Basic` in a header."""
    if value.startswith("eyJ") and "." in value:
        return "token-as-basic", ""
    user, password = _decoded(value)
    if (user + password).rstrip() != user + password or user.strip() != user:
        return "pair-with-line-end", ""
    if user or password:
        return _basic(names, user, password)
    if ":" in value:
        return "basic-not-encoded", _basic(names, *value.split(":", 1))[1]
    if named:
        return ("token-as-basic", "") if named[1] == "access_token" else ("basic", named[0])
    return "basic", ""


def _basic(names: _Names, user: str, password: str) -> tuple[str, str]:
    """The kind of a user name and password, by their names in code or by their shapes."""
    user, password = user.strip(), password.strip()
    if user.lower() == "api":
        return "api-user", "mailgun"
    if re.match(r"application[\\:]", user, re.I):
        return "classic-pair", "application"
    first, second = names.of(user), names.of(password)
    if first or second:
        return _named_pair(first, second)
    if _UUID.fullmatch(user):
        if _BASE64_16.fullmatch(password):
            return "application-pair", "application"
        return ("key-pair", "project") if len(password) >= 16 and not _UUID.fullmatch(password) else ("uuid-pair", "")
    if _UUID.fullmatch(password):
        if _BASE64_16.fullmatch(user):
            return "application-pair-swapped", "application"
        return ("pair-swapped", "") if len(user) >= 16 else ("basic", "")
    if _HEX_32.fullmatch(user):
        return ("hex-pair" if _HEX_32.fullmatch(password) else "hex-user"), ""
    if _MAILGUN.fullmatch(password):
        return "mailgun-key-other-user", "mailgun"
    return "basic", ""


_PAIR_KINDS = {
    "project": ("key-pair", "key_id", "key_secret"),
    "application": ("application-pair", "application_key", "application_secret"),
    "service-plan": ("plan-pair", "service_plan_id", "api_token"),
    "mailjet": ("mailjet-pair", "mailjet_api_key", "mailjet_secret_key"),
}


def _named_pair(first: tuple[str, str] | None, second: tuple[str, str] | None) -> tuple[str, str]:
    for model, (kind, user, password) in _PAIR_KINDS.items():
        if (first and first == (model, password)) or (second and second == (model, user)):
            return f"{kind}-swapped", model
        if (first and first[0] == model) or (second and second[0] == model):
            other = second if first and first[0] == model else first
            return (kind, model) if other is None or other[0] == model else ("mixed-pair", "")
    known = first or second
    return "basic", known[0] if known else ""


def _bearer(value: str, named: tuple[str, str] | None, now: float) -> tuple[str, str]:
    if value.startswith("eyJ"):
        seen = tokens.inspect(value)
        if seen.kind == "oauth2-access-token":
            expired = seen.expires is not None and seen.expires < now
            return ("expired-access-token" if expired else "access-token"), "project"
        if seen.kind in ("registration-token", "push-client-assertion"):
            return seen.kind, "application"
        if seen.kind == "jwt" and str(seen.header.get("alg", "")).upper().startswith("HS"):
            return "own-jwt", ""
        return "jwt", "project"
    if _UUID.fullmatch(value):
        return "key-id-as-bearer", ""
    if _MAILGUN.fullmatch(value):
        return "mailgun-key-as-bearer", "mailgun"
    if _BASE64_16.fullmatch(value):
        return "application-secret-as-bearer", "application"
    if _HEX_32.fullmatch(value):
        return "api-token", "service-plan"
    if value.lower() == "bearer":
        return "bearer-twice", ""
    if ":" in value and not value.startswith(("$", "{")):
        return "pair-as-bearer", ""
    user, password = _decoded(value)
    if user and password:
        return "pair-as-bearer", ""
    if named:
        model, credential = named
        kinds = {
            "access_token": "access-token",
            "api_token": "api-token",
            "key_secret": "key-secret-as-bearer",
            "key_id": "key-id-as-bearer",
            "application_secret": "application-secret-as-bearer",
            "application_key": "application-key-as-bearer",
            "mailgun_api_key": "mailgun-key-as-bearer",
        }
        return kinds.get(credential, "bearer"), model
    return "bearer", ""


def _decoded(value: str) -> tuple[str, str]:
    """User and password of a Basic value; empty where it is none."""
    if not 4 <= len(value) <= 2000 or not re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", value):
        return "", ""
    plain = value.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        text = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return "", ""
    user, colon, password = text.partition(":")
    return (user, password) if colon and text.rstrip("\r\n").isprintable() else ("", "")


def _value(text: str, name: str) -> str:
    """A literal assigned to a variable in the same text, else the name itself."""
    if not re.fullmatch(r"[A-Za-z_]\w{0,40}", name):
        return name
    assigned = re.search(rf"(?<![\w.]){name} ?(?::=|=|:) ?[\"']([^\"'\n]{{4,200}})[\"']", text)
    return assigned[1] if assigned else name


class _Names:
    """Recognises a credential by what a program calls it: `process.env.SINCH_KEY_ID`, `$keyId`, `KEY_ID`."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._known: dict[str, tuple[str, str]] = knowledge.remembered(
            ("credential", "names"), lambda: _names(knowledge)
        )

    def of(self, name: str) -> tuple[str, str] | None:
        """Model and credential id; the longest known ending decides. None for a literal value or an unknown name."""
        if not name or len(name) > 80 or _EMPTY.fullmatch(name):
            return None
        plain = re.sub(r"[^a-z]", "", name.lower())
        return next((self._known[plain[at:]] for at in range(len(plain)) if plain[at:] in self._known), None)


# What programs call them beside their names in the knowledge base.
_ALSO = {
    "appkey": ("application", "application_key"),
    "appsecret": ("application", "application_secret"),
    "accesskeyid": ("project", "key_id"),
    "accesskey": ("project", "key_id"),
    "accesskeysecret": ("project", "key_secret"),
    "accesssecret": ("project", "key_secret"),
    "planid": ("service-plan", "service_plan_id"),
    "smstoken": ("service-plan", "api_token"),
    "accesstoken": ("project", "access_token"),
    "oauthtoken": ("project", "access_token"),
}


def _names(knowledge: Knowledge) -> dict[str, tuple[str, str]]:
    found = dict(_ALSO)
    for model in knowledge.ids("model"):
        for id, credential in knowledge.model(model).credentials.items():
            for name in (id, credential.name, credential.env.removeprefix("SINCH_")):
                plain = re.sub(r"[^a-z]", "", name.lower())
                if len(plain) > 4 and plain not in ("domain", "hostname"):
                    found.setdefault(plain, (model, id))
    return found

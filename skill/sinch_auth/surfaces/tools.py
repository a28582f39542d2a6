"""Four tools for models, as plain functions: arguments in, a short text and plain data out.

LangChain and MCP wrap them.
`TOOLS` names them; `call(name, arguments)` runs one. Nothing is kept between calls, and nothing here raises for what a
model sends: a wrong argument is an `Outcome` that says what came, what is allowed, and what to do next.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinch_auth.facts import Facts
    from sinch_auth.knowledge import Knowledge
    from sinch_auth.schema import Detail

Data = dict[str, Any]
LARGEST = 1_000_000
"""Characters of one argument."""

SCHEMES = ("signed-request", "conversation-webhook", "numbers-webhook", "mailgun-webhook", "voice-v2-webhook")
"""What `scheme` may be; a test compares it with the signing engine, which is not imported to start up."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, always a string. `default` is the value that says nothing; without one it is required."""

    name: str
    description: str = ""
    options: tuple[str, ...] = ()
    default: str | None = ""

    def schema(self) -> Data:
        """As JSON Schema: flat, no unions, no references."""
        made: Data = {"type": "string"}
        if self.description:
            made["description"] = self.description
        if self.options:
            made["enum"] = list(self.options)
        if self.default is not None:
            made["default"] = self.default
        return made


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool gives: `text` for the model, `data` for the host; with `error` the call was not understood."""

    text: str
    data: Data = field(default_factory=dict)
    error: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call, checked; `shared` when the caller is not the owner of this process's environment."""

    given: Mapping[str, str]
    shared: bool = False

    def __getitem__(self, name: str) -> str:
        return self.given[name]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what a model reads of it, and the function behind it."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    run: Callable[[Call], Outcome]
    result: Data
    pure: bool = False
    """Whether the outcome depends on the arguments alone: not on the clock, not on the environment."""

    def input_schema(self) -> Data:
        """The arguments as JSON Schema."""
        made: Data = {"type": "object", "properties": {one.name: one.schema() for one in self.arguments}}
        required = [one.name for one in self.arguments if one.default is None]
        if required:
            made["required"] = required
        return {**made, "additionalProperties": False}

    def output_schema(self) -> Data:
        """The plain data as JSON Schema."""
        return {"type": "object", "properties": self.result, "required": list(self.result)}


class Wrong(Exception):
    """An argument that cannot be taken. `str()` is for the model: received, allowed, next step; masked."""

    def __init__(self, received: str, allowed: str, next_step: str) -> None:
        super().__init__(f"received: {received}\nallowed: {allowed}\nnext: {next_step}")


def call(name: str, arguments: Mapping[str, Any] | None = None, *, shared: bool = False) -> Outcome:
    """Run one tool. Never raises for anything in `arguments`.

    >>> call("sinch_auth_guide", {"question": "which keys for voice callouts"}).data["answer"]["auth_model"]
    'application'
    >>> call("sinch_auth_guide", {"detail": "long"}).error
    True
    """
    from sinch_auth.errors import SinchAuthError
    from sinch_auth.redact import redact

    tool = TOOLS.get(name)
    try:
        if tool is None:
            raise Wrong(f"tool {_shown(name)}", ", ".join(TOOLS), "call one of these")
        return _remembered(tool, arguments or {}, shared)
    except Wrong as wrong:
        return Outcome(str(wrong), error=True)
    except SinchAuthError as problem:
        told = redact(str(problem)).text
        return Outcome(f"{told}\nnext: mend the arguments of {name} and call it again", error=True)


_answers: dict[bytes, Outcome] = {}
"""Guides given before, under a digest of their arguments: a question may hold a secret, its digest does not."""

_REMEMBERED = 256


def _remembered(tool: Tool, arguments: Mapping[str, Any], shared: bool) -> Outcome:
    """The tool's outcome. A guide depends on nothing but its arguments, and the same questions come again and again."""
    key = _key(arguments) if tool.pure else b""
    found = _answers.get(key)
    if found is None:
        found = tool.run(Call(_checked(tool, arguments), shared))
        if key:
            if len(_answers) >= _REMEMBERED:
                _answers.clear()
            _answers[key] = found
    return found


def _key(arguments: Mapping[str, Any]) -> bytes:
    """A digest of the arguments as given; empty where they are not all text, which no tool takes."""
    if not isinstance(arguments, Mapping):
        return b""
    digest = hashlib.blake2b(digest_size=16)
    for name, value in arguments.items():
        if not (isinstance(name, str) and isinstance(value, str)):
            return b""
        digest.update(f"{len(name)}:{name}{len(value)}:{value}".encode("utf-8", "replace"))
    return digest.digest()


# -- the four tools --------------------------------------------------------------------------------------


def _guide(given: Call) -> Outcome:
    from sinch_auth import advice, knowledge
    from sinch_auth.surfaces import prose

    base = knowledge.load()
    text, detail = given["question"], _detail(given["detail"])
    locale = _locale(given["locale"], text)
    stated = _stated(base, given)
    if not text.strip() and not any(True for _ in stated):
        raise Wrong(
            "neither a question nor a fact",
            "question: any text; product: " + ", ".join(base.ids("product")),
            'for example {"question": "401 from the SMS API in Python", "region": "eu"}',
        )
    reply = advice.reply(base, advice.Asking(text=text, facts=stated, locale=locale, detail=detail))
    return Outcome(
        prose.printable(prose.for_models(base, reply, locale, detail)), _for_hosts(prose.as_json(reply), detail)
    )


def _diagnose(given: Call) -> Outcome:
    from sinch_auth import knowledge
    from sinch_auth.diagnosis import Pasted, as_json, diagnose
    from sinch_auth.surfaces import diagnosis_prose

    base = knowledge.load()
    text, detail = given["text"], _detail(given["detail"])
    if not text.strip():
        raise Wrong(
            "an empty text", "an error, a response, a log, a curl command or code", "paste what failed into `text`"
        )
    locale = _locale(given["locale"], text)
    stated = _stated(base, given)
    found = diagnose(
        base,
        Pasted(
            text,
            product=stated.value("product"),
            language=stated.value("language"),
            region=stated.value("region"),
            environment=stated.value("environment"),
            locale=locale,
            detail=detail,
        ),
    )
    return Outcome(diagnosis_prose.for_models(base, found, locale, detail), _for_hosts(as_json(found), detail))


def _check_signature(given: Call) -> Outcome:
    from datetime import UTC, datetime

    from sinch_auth import knowledge
    from sinch_auth.redact import MASK
    from sinch_auth.signing.schemes import scheme_of
    from sinch_auth.surfaces import signatures

    base = knowledge.load()
    scheme, text = given["scheme"], given["request"]
    if not text.strip():
        raise Wrong(
            "an empty request",
            "JSON with method, path, headers and body; raw HTTP; or a curl command",
            "paste the whole request into `request`, with its signature and its body byte for byte",
        )
    secret = _secret(given, given["secret_env"] or scheme_of(scheme).secret_env, needed=True)
    request = text.encode("utf-8", "surrogatepass")
    # Three mistakes at once take seconds to rule out: time that a server for many does not give away.
    most = 2 if given.shared else 3
    pasted, made = signatures.explained(scheme, request, secret, now=datetime.now(UTC), most=most)
    data = signatures.explanation_json(base, made, secret, "en")
    also = signatures.findings_json(base, pasted.findings, "en")
    data["findings"] += also
    if given.shared and data["expected"] and made.verdict != "match":
        # Else whoever reaches the server could have any request signed with its secret.
        data["expected"] = {**data["expected"], "signature": MASK}
    data["warnings"] = _secrets_warned(base, text)
    told = signatures.explanation_text(base, made, secret, "en")
    told += "".join(f"- {one['message']}: {one['fix']}\n" for one in also)
    return Outcome("".join(f"WARNING {one}\n" for one in data["warnings"]) + told, data)


def _check_token(given: Call) -> Outcome:
    from datetime import UTC, datetime

    from sinch_auth import knowledge, tokens
    from sinch_auth.surfaces import signatures

    base = knowledge.load()
    token = given["token"].strip("\r\n ")
    if not token:
        raise Wrong("an empty token", "a JWT: three parts with dots between", "paste the token into `token`")
    found = tokens.lint(
        token,
        tokens.Context(
            application_key=given["application_key"] or None,
            user_id=given["user_id"] or None,
            now=datetime.now(UTC),
            application_secret=_secret(given, given["secret_env"] or "SINCH_APPLICATION_SECRET") or None,
        ),
    )
    return Outcome(signatures.lint_text(base, found, "en"), signatures.lint_json(base, found, "en"))


_LEFT_OUT = ("code", "sources", "because", "hint", "why", "confirm")


def _for_hosts(data: Data, detail: Detail) -> Data:
    """The data as the host gets it. Many hosts hand it to the model too, so concise leaves out what fills pages."""
    if detail == "full":
        return data
    return {name: _lean(value) for name, value in data.items()}


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        made = {name: _lean(one) for name, one in value.items() if name not in _LEFT_OUT}
        return {name: one for name, one in made.items() if one not in ("", None, [], {})}
    return [_lean(one) for one in value] if isinstance(value, list | tuple) else value


# -- arguments -------------------------------------------------------------------------------------------


def _checked(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Every argument of the tool with its value; null and absent are the default."""
    if not isinstance(arguments, Mapping):
        raise Wrong(f"arguments as {_kind(arguments)}", "an object", "give the arguments by name")
    known = {one.name: one for one in tool.arguments}
    for name, value in arguments.items():
        if name not in known:
            note = _secret_note(name, value)
            raise Wrong(f"argument {_shown(name)}{note}", ", ".join(known), f"call {tool.name} without {_shown(name)}")
    given = {}
    for name, argument in known.items():
        value = arguments.get(name)
        if value is None:
            value = argument.default
        if value is None:
            raise Wrong(f"no {name}", f"{name}: {argument.description or 'a text'}", f"call {tool.name} with {name}")
        if not isinstance(value, str):
            raise Wrong(f"{name} as {_kind(value)}", f"{name}: a string", "give it as one string")
        if len(value) > LARGEST:
            raise Wrong(f"{name} of {len(value):,} characters", f"at most {LARGEST:,}", "cut it down to what failed")
        value = value.encode("utf-8", "replace").decode() if not value.isascii() else value
        if argument.options and value not in argument.options:
            near = next((one for one in argument.options if one.lower() == value.strip().lower()), "")
            if not near and value.strip():
                raise Wrong(
                    f"{name} = {_shown(value)}", ", ".join(argument.options), f"call {tool.name} with one of these"
                )
            value = near or argument.default or ""
        given[name] = value
    return given


def _stated(base: Knowledge, given: Call) -> Facts:
    """The facts among the arguments. Other names that people use for a value are understood too."""
    from sinch_auth import interview
    from sinch_auth.facts import UNKNOWN, Fact, Facts
    from sinch_auth.understand import understand

    facts = []
    for name in ("product", "language", "region"):
        known = interview.values_of(base, "region") if name == "region" else base.ids(name)
        for value in filter(None, (one.strip() for one in given[name].split(","))):
            plain = value.lower().replace(" ", "-").replace("_", "-")
            if plain in known or plain == UNKNOWN:
                facts.append(Fact(name, plain, "said"))
                continue
            meant = [one for one in understand(base, value).facts.values(name) if one in known]
            if not meant:
                raise Wrong(
                    f"{name} = {_shown(value)}",
                    ", ".join(known),
                    f"call again with one of these, {UNKNOWN} where the user does not know, or without {name}",
                )
            facts += [Fact(name, one, "said") for one in meant[:1]]
    if given["environment"] == "prototype":
        # The other value is the default, which some clients send unasked: it must not outvote the text.
        facts.append(Fact("environment", "prototype", "said"))
    return Facts(facts)


def _detail(given: str) -> Detail:
    return "full" if given == "full" else "concise"


def _locale(given: str, text: str) -> str:
    if given != "auto":
        return given
    return "zh-CN" if any("\u4e00" <= c <= "\u9fff" for c in text[:20_000]) else "en"


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_OURS = ("SINCH_", "MAILGUN_", "MAILJET_")


def _secret(given: Call, name: str, *, needed: bool = False) -> str:
    """The value of an environment variable of this process; the model only ever names it."""
    import os

    how = "export it where the server is started, restart the server, and give its name in `secret_env`"
    if not _VARIABLE.fullmatch(name) or (_random(name) and not os.environ.get(name)):
        raise Wrong(
            "secret_env that is no name of an environment variable (masked: ****)",
            "a name such as SINCH_APPLICATION_SECRET; never the secret itself",
            f"if it was a real secret, rotate it, because it is now in this conversation; {how}",
        )
    if given.shared and not name.startswith(_OURS):
        raise Wrong(
            f"secret_env = {name}", f"names that start with {', '.join(_OURS)}", "use one of these on this server"
        )
    value = os.environ.get(name, "")
    if value.strip():
        return value
    if needed:
        raise Wrong(f"secret_env = {name}, which is not set in the server's process", "a variable that is set", how)
    return ""


def _random(name: str) -> bool:
    """Whether a word looks like a secret rather than like a name: letters of both cases and digits, no underscore."""
    return (
        len(name) >= 12
        and "_" not in name
        and any(c.isdigit() for c in name)
        and any(c.isalpha() for c in name)
        and not name.isupper()
    )


def _secrets_warned(base: Knowledge, text: str) -> list[str]:
    """The warning where a request carries more than its signature: a secret, a password, a key."""
    from sinch_auth.redact import redact

    kinds = [kind for kind in redact(text).kinds if kind in ("authorization header", "curl password", "private key")]
    if re.search(r'(?i)"\w{0,40}secret"\s{0,5}:\s{0,5}"[^"]{6}', text):
        kinds.append("secret")
    return [base.text("secret-pasted", "en").replace("{kinds}", ", ".join(kinds))] if kinds else []


def _secret_note(name: str, value: object) -> str:
    from sinch_auth.redact import redact

    if re.search(r"(?i)secret|passw|token|key", str(name)) or redact(str(value)[:10_000]).kinds:
        return " (its value is masked: ****; secrets are read from the server's environment, rotate it if it was real)"
    return ""


def _shown(value: str) -> str:
    from sinch_auth.redact import MASK, redact

    text = "".join(c if c.isprintable() else "�" for c in redact(str(value)).text[:60])
    return MASK if _random(text.strip()) else repr(text)


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object", str: "a string"}
    return names.get(type(value), type(value).__name__)


# -- what a model reads of them --------------------------------------------------------------------------

_FACTS = (
    Argument("product", "e.g. sms, voice, conversation"),
    Argument("language", "e.g. node, python, curl"),
    Argument("region", "e.g. us, eu"),
    Argument("environment", options=("production", "prototype"), default="production"),
    Argument("locale", options=("auto", "en", "zh-CN"), default="auto"),
    Argument("detail", "full: with code", options=("concise", "full"), default="concise"),
)
_SECRET_ENV = Argument("secret_env", "Name of the server's environment variable holding the secret; never the secret")
_TEXT: Data = {"type": "string"}
_LIST: Data = {"type": "array"}

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            "sinch_auth_guide",
            "Sinch authentication guide",
            "Which credentials, auth method, host and code a Sinch, Mailgun or Mailjet API takes. Returns an answer, a "
            "refusal, or needs_input with one question: ask the user, then call again with that argument added.",
            (Argument("question", "In the user's words, English or Chinese"), *_FACTS),
            _guide,
            {"status": {**_TEXT, "enum": ["answer", "needs_input", "refused", "out_of_scope"]}},
            pure=True,
        ),
        Tool(
            "sinch_auth_diagnose",
            "Sinch authentication diagnosis",
            "Why a call fails: causes with evidence and fix, from any paste (error, response, curl -v, stack trace, "
            "code). Secrets in it are masked.",
            (Argument("text", "The paste", default=None), *_FACTS),
            _diagnose,
            {"fault": {"type": "boolean"}, "causes": _LIST},
        ),
        Tool(
            "sinch_auth_check_signature",
            "Sinch signature check",
            "Name the mistake behind a refused request or webhook signature.",
            (
                Argument(
                    "request", "JSON {method, path, headers, body}, raw HTTP, or curl, with its signature", default=None
                ),
                Argument("scheme", options=SCHEMES, default="signed-request"),
                _SECRET_ENV,
            ),
            _check_signature,
            {"verdict": {**_TEXT, "enum": ["match", "mistake", "no_match"]}, "mistakes": _LIST, "cure": _TEXT},
        ),
        Tool(
            "sinch_auth_check_token",
            "Sinch registration token check",
            "Lint an In-App Calling registration token (JWT).",
            (
                Argument("token", "The JWT", default=None),
                Argument("application_key"),
                Argument("user_id"),
                _SECRET_ENV,
            ),
            _check_token,
            {"findings": _LIST},
        ),
    )
}

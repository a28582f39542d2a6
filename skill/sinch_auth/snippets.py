"""One rendered snippet: a cell of product × language × purpose × method × route, with its proof.

Templates know languages, the knowledge base knows products; this module brings them together. A value of a user is
checked by its shape first and quoted by the target language after that.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args
from urllib.parse import quote as percent_encode

from sinch_auth.errors import UnknownName, UsageError
from sinch_auth.quoting import DIALECTS, Code, Dialect, Part
from sinch_auth.resources import cache_folder, data_folder
from sinch_auth.schema import Coverage, Credential, Host, Product, Proof, Purpose, Release, Smoke

if TYPE_CHECKING:
    import jinja2

    from sinch_auth.knowledge import Knowledge

Route = Literal["sdk", "http", "client-sdk"]

_NO_SCHEME = ("none", "unknown")

# What the official SDKs do with each auth model; they offer no other way.
_SDK_METHODS = {"project": "oauth2", "service-plan": "bearer", "application": "signed"}

_SHAPES = {
    "uuid": (
        r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "a UUID such as 01234567-89ab-cdef-0123-456789abcdef",
    ),
    "uuid-like": (r"[0-9A-Za-z][0-9A-Za-z-]{7,63}", "letters, digits and hyphens, as a UUID has"),
    "hex-32": (r"[0-9a-fA-F]{32}", "32 hexadecimal digits"),
    "word": (r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}", "letters, digits, hyphens and underscores"),
    "domain": (
        r"(?=.{1,253}$)([0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,63}",
        "a domain such as mg.example.com",
    ),
    "phone": (r"\+[1-9][0-9]{4,14}", "a phone number such as +12025550134"),
    "opaque": (r"[!-~]{1,256}", "at most 256 visible ASCII characters"),
}


@dataclass(frozen=True, slots=True)
class SnippetRequest:
    """What to render. `region` empty: unknown, or the product has none. `sdk_line` empty: the newest line."""

    product: str
    language: str
    purpose: Purpose
    model: str
    method: str
    route: str
    region: str = ""
    sdk_line: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Credential id -> value to write into the code instead of reading it; never a secret."""

    @property
    def id(self) -> str:
        """The cell's id, under which its proof is kept; the same for every region and value."""
        line = f"/{self.sdk_line}" if self.sdk_line else ""
        return f"{self.product}/{self.language}/{self.purpose}/{self.model}-{self.method}/{self.route}{line}"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code that runs as it stands, once the environment variables are set."""

    language: str
    purpose: str
    filename: str
    code: str
    install: str
    proof: Proof | None
    environment: tuple[str, ...]
    """The environment variables that the code reads."""
    companions: Mapping[str, str] = field(default_factory=dict)
    """Files that must stand beside it, by name (a `pom.xml`)."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """One variable at the top of a snippet: read from the environment, or a literal."""

    name: Code
    env: str
    value: str | None
    where: str


def purposes(
    knowledge: Knowledge, product: str, language: str, model: str, method: str, route: str, sdk_line: str = ""
) -> tuple[Purpose, ...]:
    """The purposes that make sense for a cell, the most useful first; empty where there is none."""
    return tuple(
        p for p in _possible(knowledge, product, language, model, method, route, sdk_line) if p in _templates(language)
    )


def _possible(
    knowledge: Knowledge,
    product_id: str,
    language_id: str,
    model: str,
    method: str,
    route: str,
    sdk_line: str,
) -> tuple[Purpose, ...]:
    product, language = knowledge.product(product_id), knowledge.language(language_id)
    accepted = [a for a in product.accepts if (a.model, a.method) == (model, method)]
    if not accepted:
        return ()
    if route == "client-sdk":
        if language.runs_on != "client" or not any("client" in a.runs_on for a in accepted):
            return ()
        return {"registration-token": ("init",), "public": ("call", "init")}.get(method, ())  # type: ignore[return-value]
    if language.runs_on == "client":
        return ()
    webhook: tuple[Purpose, ...] = (
        ("webhook",) if product.webhooks and product.webhooks.scheme not in _NO_SCHEME else ()
    )
    if route == "sdk":
        release, coverage = _covered(knowledge, product_id, language_id, model, sdk_line)
        if not coverage or _SDK_METHODS.get(model) != method:
            return ()
        call: tuple[Purpose, ...] = ("call",) if coverage.call else ()
        return (*call, "init", *(webhook if coverage.webhook else ()))
    if method == "registration-token":
        return ("mint", *webhook)
    if not any("backend" in a.runs_on for a in accepted):
        return ()
    call = ("call",) if _smoke(knowledge, product, model) else ()
    own: dict[str, tuple[Purpose, ...]] = {"oauth2": ("token",), "signed": ("sign",) if call else ()}
    return (*call, *own.get(method, ()), *webhook) if method in _HTTP_METHODS else webhook


_HTTP_METHODS = ("oauth2", "basic", "bearer", "api-key", "signed")


def cells(knowledge: Knowledge) -> Iterator[SnippetRequest]:
    """Every cell that makes sense, each once: what must be proved."""
    for product in knowledge.ids("product"):
        for language in knowledge.ids("language"):
            if language not in DIALECTS:
                continue
            webhooks: set[tuple[str, str]] = set()
            for accepted in knowledge.product(product).accepts:
                for route, line in _routes(knowledge, language):
                    way = (accepted.model, accepted.method, route)
                    for purpose in purposes(knowledge, product, language, *way, line):
                        # A webhook is signed in one way, however you call the product.
                        if purpose == "webhook":
                            if (route, line) in webhooks:
                                continue
                            webhooks.add((route, line))
                        yield SnippetRequest(product, language, purpose, *way, sdk_line=line)


def canonical(knowledge: Knowledge, request: SnippetRequest) -> SnippetRequest:
    """The cell that stands for a request: without region and values, a webhook under the product's first way in."""
    plain = replace(request, region="", values={})
    if request.purpose != "webhook":
        return plain
    for accepted in knowledge.product(request.product).accepts:
        way = (accepted.model, accepted.method, request.route)
        if "webhook" in purposes(knowledge, request.product, request.language, *way, request.sdk_line):
            return replace(plain, model=accepted.model, method=accepted.method)
    return plain


def digest(snippet: Snippet) -> str:
    """What a proof was made for: changes whenever the code or a file beside it changes."""
    text = json.dumps([snippet.filename, snippet.code, sorted(snippet.companions.items())])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def proof_of(knowledge: Knowledge, request: SnippetRequest) -> Proof | None:
    """The proof kept for a request's cell, or None."""
    id = canonical(knowledge, request).id
    return knowledge.entry("proof", id, Proof) if knowledge.has("proof", id) else None


def render(knowledge: Knowledge, request: SnippetRequest) -> Snippet:
    """Render one snippet. Raises `UsageError` for a cell that makes no sense or a value of the wrong shape."""
    possible = purposes(
        knowledge,
        request.product,
        request.language,
        request.model,
        request.method,
        request.route,
        request.sdk_line,
    )
    if request.purpose not in possible:
        raise UsageError(
            f"there is no {request.purpose} snippet for {request.product} in {request.language} with "
            f"{request.model} {request.method} over {request.route}",
            cure=f"use one of: {', '.join(possible)}"
            if possible
            else "sinch-auth products shows each product's ways in",
        )
    build = _Builder(knowledge, request)
    context = build.context()
    templates = _templates(request.language)
    code = _environment(request.language).get_template(templates[request.purpose]).render(context)
    companions = {
        name: _environment(request.language).get_template(path).render(context)
        for name, path in _companions(request.language).items()
        if request.route == "sdk"
    }
    return Snippet(
        language=request.language,
        purpose=request.purpose,
        filename=build.filename,
        code=str(code).rstrip("\n") + "\n",
        install=build.install,
        proof=proof_of(knowledge, request),
        environment=tuple(s.env for s in build.settings if s.value is None),
        companions={name: str(text).rstrip("\n") + "\n" for name, text in companions.items()},
    )


# -- facts of a cell ---------------------------------------------------------------------------------------


def _routes(knowledge: Knowledge, language: str) -> Iterator[tuple[str, str]]:
    entry = knowledge.language(language)
    if entry.runs_on == "client":
        yield "client-sdk", ""
        return
    if entry.sdk:
        for position, release in enumerate(entry.sdk.releases):
            yield "sdk", release.line if position else ""
    yield "http", ""


def _covered(
    knowledge: Knowledge, product: str, language: str, model: str, sdk_line: str
) -> tuple[Release | None, Coverage | None]:
    sdk = knowledge.language(language).sdk
    if not sdk:
        return None, None
    lines = [release.line for release in sdk.releases]
    if sdk_line and sdk_line not in lines:
        raise UnknownName("SDK line", sdk_line, lines)
    release = sdk.releases[lines.index(sdk_line) if sdk_line else 0]
    return release, release.covers.get(f"{product}@{model}") or release.covers.get(product)


def _smoke(knowledge: Knowledge, product: Product, model: str) -> Smoke | None:
    """The smoke request for an auth model: one without side effects, else whichever there is."""
    fitting = [
        s for s in product.smoke if s.model in ("", model) and _host(product, s.host, model) and _spelt(knowledge, s)
    ]
    return next((s for s in fitting if s.side_effect == "none"), fitting[0] if fitting else None)


def _spelt(knowledge: Knowledge, smoke: Smoke) -> bool:
    """Whether every placeholder of a smoke request is a credential that we can read from the environment."""
    known = {c for m in knowledge.ids("model") for c in knowledge.model(m).credentials}
    return set(_placeholders(smoke.path, *smoke.query.values())) <= known


def _host(product: Product, purpose: str, model: str) -> Host | None:
    fitting = [
        h for h in product.hosts if h.purpose == purpose and h.model in ("", model) and h.url.startswith("https://")
    ]
    return next((h for h in fitting if h.model == model), fitting[0] if fitting else None)


def _placeholders(*texts: str) -> list[str]:
    return [name for text in texts for name in re.findall(r"\{(\w+)\}", text)]


# -- the context of a template -----------------------------------------------------------------------------


class _Builder:
    """Collects what the templates of one language may interpolate, for one request."""

    def __init__(self, knowledge: Knowledge, request: SnippetRequest) -> None:
        self.knowledge = knowledge
        self.request = request
        self.product = knowledge.product(request.product)
        self.language = knowledge.language(request.language)
        self.model = knowledge.model(request.model)
        self.dialect: Dialect = DIALECTS[request.language]
        self.release, self.coverage = (
            _covered(knowledge, request.product, request.language, request.model, request.sdk_line)
            if request.route == "sdk"
            else (None, None)
        )
        self.settings: list[_Setting] = []
        self._check_values()

    @property
    def filename(self) -> str:
        """The name that the code runs under."""
        extension = _templates(self.request.language)[self.request.purpose].split("/")[-1].split(".")[1]
        fixed = _FILENAMES.get(self.request.language)
        if fixed:
            return fixed
        if self.language.runs_on == "client":
            return f"Sinch{self.request.purpose.capitalize()}.{extension}"
        return f"sinch_{self.request.purpose}.{extension}"

    @property
    def install(self) -> str:
        """The line that installs what the code needs; empty where the language brings it."""
        if self.release:
            return self.release.install
        if self.request.route == "client-sdk" and self.language.sdk:
            return self.language.sdk.releases[0].install
        if self.request.purpose in ("mint", "webhook") or not self.language.http:
            return ""
        return self.language.http.install

    def context(self) -> dict[str, Any]:
        """What the templates see."""
        request = self.request
        made: dict[str, Any] = {
            "route": request.route,
            "method": request.method,
            "purpose": request.purpose,
            "product": Code(self.product.name),
            "product_id": request.product,
            "name": self._name,
            "hosts": (),
            "region_env": Code(self._region_variable()),
            "body": None,
            "expected": None,
            "query": "",
            "sdk_line": self.release.line if self.release else "",
            "sdk_version": Code(self.release.version if self.release else ""),
        }
        if request.purpose == "webhook":
            made |= self._webhook()
        elif request.route == "client-sdk":
            made |= self._client_sdk()
        elif request.route == "sdk":
            made |= self._sdk()
        elif request.purpose == "mint":
            self._credentials("application_key", "application_secret")
        elif request.purpose == "token":
            self._credentials("key_id", "key_secret")
        else:
            made |= self._http()
        made["settings"] = tuple(self.settings)
        made["header"] = self._header(made)
        return made

    # -- settings

    def _name(self, id: str) -> Code:
        """A variable's name in the target language; `curl` uses the environment variable itself."""
        if self.request.language == "curl":
            return Code(self._variable(id))
        return Code(self.dialect.name(id))

    def _variable(self, id: str) -> str:
        """The environment variable of a credential, or of a setting that is none."""
        if id == "region":
            return self._region_variable()
        if id in self.model.credentials:
            return self.model.credentials[id].env
        for setting in self.settings:
            if setting.name == self.dialect.name(id):
                return setting.env
        for model in self.knowledge.ids("model"):
            if id in self.knowledge.model(model).credentials:
                return self.knowledge.model(model).credentials[id].env
        return self.dialect.name(id).upper()

    def _region_variable(self) -> str:
        first = next(iter(self.model.credentials.values()))
        return f"{first.env.split('_')[0]}_REGION"

    def _credential(self, id: str) -> Credential:
        if id in self.model.credentials:
            return self.model.credentials[id]
        for model in self.knowledge.ids("model"):
            if id in self.knowledge.model(model).credentials:
                return self.knowledge.model(model).credentials[id]
        raise UnknownName("credential", id, self.model.credentials)

    def _credentials(self, *ids: str) -> None:
        for id in ids:
            credential = self._credential(id)
            self._set(id, credential.env, credential.where, self.request.values.get(id))

    def _set(self, id: str, env: str, where: str, value: str | None = None) -> None:
        setting = _Setting(Code(env if self.request.language == "curl" else self.dialect.name(id)), env, value, where)
        if setting.env not in (s.env for s in self.settings):
            self.settings.append(setting)

    def _check_values(self) -> None:
        for id, value in self.request.values.items():
            credential = self._credential(id)
            if credential.secret:
                raise UsageError(
                    f"{credential.name} is a secret and is never written into code",
                    cure=f"set the environment variable {credential.env}; the snippet reads it",
                )
            pattern, expected = _SHAPES.get(credential.shape, _SHAPES["opaque"])
            if not re.fullmatch(pattern, value, re.ASCII):
                raise UsageError(f"{value[:60]!r} is no {credential.name}", why=f"expected {expected}")

    # -- parts of the context

    def _join(self, parts: list[Part]) -> Code:
        return Code(self.dialect.join(parts, self._name))

    def _parts(self, text: str, encode: bool = False) -> list[Part]:
        """Text with `{credential_id}` in it, as parts; the credentials become settings."""
        made: list[Part] = []
        for position, piece in enumerate(re.split(r"\{(\w+)\}", text)):
            if position % 2:
                if piece != "region":
                    self._credentials(piece)
                made.append(("name", piece))
            elif piece:
                made.append(("text", percent_encode(piece, safe="") if encode else piece))
        return made

    def _origin(self, host: Host) -> tuple[list[Part], dict[str, Any]]:
        """The host as parts of a URL, and what the template needs to find it by region."""
        if not host.regions and not host.hosts and "{region}" not in host.url:
            return [("text", host.url)], {}
        region = self.request.region or self._default_region(host)
        known = tuple(dict.fromkeys((*host.regions, *host.hosts)))
        if region:
            if region not in known:
                raise UnknownName("region", region, known)
            return [("text", host.hosts.get(region) or host.url.replace("{region}", region))], {}
        self._set("region", self._region_variable(), self._region_find(known))
        if host.hosts:
            urls = [(r, host.hosts.get(r) or host.url.replace("{region}", r)) for r in known]
            return [("name", "host")], {"hosts": urls}
        return self._parts(host.url), {}

    def _default_region(self, host: Host) -> str:
        region = self.product.region
        if region and region.ask and "global" not in host.hosts:
            return ""
        default = region.default if region else ""
        known = (*host.regions, *host.hosts)
        return default or ("global" if "global" in known else known[0] if known else "")

    def _region_find(self, known: tuple[str, ...]) -> str:
        find = self.product.region.find if self.product.region else ""
        return f"{', '.join(known)}. {find}".strip()

    def _http(self) -> dict[str, Any]:
        smoke = _smoke(self.knowledge, self.product, self.request.model)
        assert smoke is not None
        host = _host(self.product, smoke.host, self.request.model)
        assert host is not None
        made = self._authorization(smoke)
        origin, extra = self._origin(host)
        path = self._parts(smoke.path)
        query = [
            part
            for position, (name, value) in enumerate(smoke.query.items())
            for part in (
                ("text", f"{'&' if position else '?'}{percent_encode(name)}="),
                *self._parts(value, encode=True),
            )
        ]
        expected = re.match(r"\s*(\d{3})", smoke.expect)
        status = int(expected[1]) if expected else 200
        return (
            made
            | extra
            | {
                "verb": smoke.method,
                "url": self._join(_merged([*origin, *path, *cast("list[Part]", query)])),
                "origin": self._join(origin),
                "path": self._join(_merged(path)),
                "query": self._join(_merged(cast("list[Part]", query))) if query else "",
                "body": _body(smoke),
                "content_type": "application/x-www-form-urlencoded" if smoke.form else "application/json",
                "expected": None if 200 <= status < 300 else status,
                "side_effect": smoke.side_effect,
            }
        )

    def _authorization(self, smoke: Smoke) -> dict[str, Any]:
        method = self.request.method
        accepted = next(
            a for a in self.product.accepts if (a.model, a.method) == (self.request.model, self.request.method)
        )
        ids = [
            id
            for id in accepted.credentials or self.model.credentials
            if id not in _placeholders(smoke.path, *smoke.query.values())
        ]
        secrets = [id for id in ids if self.model.credentials[id].secret]
        if method == "basic":
            user, password = _basic_pair(ids, self.model.credentials)
            self._credentials(*([user] if user else []), password)
            return {
                "user": self._name(user) if user else "api",
                "password": self._name(password),
                "literal_user": not user,
            }
        if method == "oauth2":
            self._credentials("key_id", "key_secret")
        elif method == "signed":
            self._credentials("application_key", "application_secret")
        elif method == "bearer":
            self._credentials(secrets[-1])
            return {"bearer": self._name(secrets[-1])}
        elif method == "api-key":
            self._credentials(secrets[-1])
            header = self.knowledge.method(method).header.split(":")[0].strip()
            return {"api_key_header": header, "api_key": self._name(secrets[-1])}
        return {}

    def _sdk(self) -> dict[str, Any]:
        coverage = self.coverage
        assert coverage is not None
        arguments = []
        for pair in coverage.arguments:
            argument, _, id = pair.partition(":")
            self._credentials(id)
            arguments.append((Code(argument), self._name(id)))
        made: dict[str, Any] = {
            "arguments": tuple(arguments),
            "region_argument": "",
            "call": Code(" ".join(coverage.call.split())),
            "accessor": Code(coverage.accessor),
            "side_effect": "none",
            "imports": (),
            "region_type": "",
        }
        smoke = _smoke(self.knowledge, self.product, self.request.model)
        if smoke:
            expected = re.match(r"\s*(\d{3})", smoke.expect)
            status = int(expected[1]) if expected else 200
            made |= {"expected": None if 200 <= status < 300 else status, "side_effect": smoke.side_effect}
        if coverage.region_argument:
            made |= self._sdk_region(coverage)
        return made

    def _sdk_region(self, coverage: Coverage) -> dict[str, Any]:
        names = coverage.region_names
        kind = next((n.rpartition(".")[0] for n in names.values() if "." in n and n[0] not in "\"'"), "")
        made: dict[str, Any] = {
            "region_argument": Code(coverage.region_argument),
            "region_after": "." in coverage.region_argument,
            "region_type": Code(kind),
            "region_read": False,
        }
        region = self.request.region
        if not region and self.product.region and not self.product.region.ask:
            region = self.product.region.default or ("global" if "global" in names else "")
            if region in names and not coverage.region_required and not self.request.region:
                # The SDK goes to the host that serves everybody when it is told nothing.
                return {"region_argument": ""}
        if region:
            if region not in names:
                raise UnknownName("region", region, names)
            return made | {"region": Code(names[region]), "imports": (kind,) if kind else ()}
        self._set("region", self._region_variable(), self._region_find(tuple(names)))
        return made | {"region": self._name("region"), "region_read": True}

    def _client_sdk(self) -> dict[str, Any]:
        host = (
            _host_of_any_scheme(self.product, "registration") if self.request.method == "registration-token" else None
        )
        made: dict[str, Any] = {
            "application_key": self.request.values.get("application_key"),
            "environment_host": "",
        }
        if host:
            known = tuple(dict.fromkeys((*host.regions, *host.hosts)))
            region = self.request.region or self._default_region(host)
            if known and region not in known:
                raise UnknownName("region", region, known)
            url = host.hosts.get(region) or host.url.replace("{region}", region)
            made["environment_host"] = url.removeprefix("https://")
        return made

    def _webhook(self) -> dict[str, Any]:
        webhooks = self.product.webhooks
        assert webhooks is not None
        scheme = webhooks.scheme
        signed = scheme in ("signed-request", "voice-v2-webhook")
        helper = " ".join(self.coverage.webhook.split()) if self.coverage else ""
        if scheme == "signed-request":
            key, secret = self._credential("application_key"), self._credential("application_secret")
            self._set("application_key", key.env, key.where, self.request.values.get("application_key"))
            self._set("application_secret", webhooks.secret_env or secret.env, webhooks.secret_where or secret.where)
            id = "application_secret"
        elif scheme == "voice-v2-webhook":
            id = "service_secret"
            env = webhooks.secret_env or "SINCH_SERVICE_SECRET"
            self._set("service_id", env.replace("SECRET", "ID"), "the service's own id, not the Project ID")
            self._set(id, env, webhooks.secret_where)
        else:
            id = "secret" if re.search(r"[(, ]secret\b", helper) else "webhook_secret"
            self._set(id, webhooks.secret_env or "SINCH_WEBHOOK_SECRET", webhooks.secret_where)
        arguments = []
        for pair in self.coverage.arguments if self.coverage and scheme == "signed-request" else ():
            argument, _, credential = pair.partition(":")
            arguments.append((Code(argument), self._name(credential)))
        return {
            "scheme": scheme,
            "signed": signed,
            "secret": self._name(id) if self.request.language != "curl" else Code(self.settings[-1].env),
            "webhook": Code(helper),
            "arguments": tuple(arguments),
            "region_argument": "",
            "usage": Code(self._webhook_usage(scheme, signed)),
            "imports": tuple(re.findall(r"new (\w+)\(", helper)),
        }

    def _webhook_usage(self, scheme: str, signed: bool) -> str:
        run = _RUN[self.request.language].replace("FILE", self.filename)
        headers = {
            "signed-request": "'authorization: …' 'x-timestamp: …' 'content-type: …'",
            "voice-v2-webhook": "'authorization: …' 'x-timestamp: …' 'content-type: …'",
            "conversation-webhook": "'x-sinch-webhook-signature: …' … (all x-sinch-webhook-signature headers)",
            "numbers-webhook": "'x-sinch-signature: …'",
            "mailgun-webhook": "",
        }[scheme]
        return f"{run} {'POST /path/of/your/callback ' if signed else ''}{headers} < body".replace("  ", " ")

    # -- the comment at the top

    def _header(self, made: Mapping[str, Any]) -> Code:
        request = self.request
        what = _WHAT[request.purpose]
        if request.purpose in ("call", "sign"):
            what += _EFFECTS[made.get("side_effect", "none")]
        lines = [f"{self.product.name}, {self._way(made)}: {what}"]
        against = self._against()
        install = f" Install: {self.install}" if self.install else ""
        lines.append(f"Written for {against}.{install}")
        if self.language.runs_on == "backend" and request.purpose != "init":
            run = _RUN[request.language].replace("FILE", self.filename)
            if request.purpose == "mint":
                run += " USER_ID"
            if request.purpose != "webhook":
                lines.append(f"Run: {run}")
        read = [s for s in made["settings"] if s.value is None]
        if read:
            width = max(len(s.env) for s in read)
            lines.append("Environment variables:")
            lines += [f"  {s.env:<{width}}  {s.where}".rstrip() for s in read]
        mark = self.dialect.comment
        return Code(
            "\n".join(f"{mark} {' '.join(line.split()) if not line.startswith(' ') else line}" for line in lines)
        )

    def _way(self, made: Mapping[str, Any]) -> str:
        if self.request.purpose == "webhook":
            return "webhooks"
        return f"{self.model.name}, {self.knowledge.method(self.request.method).name}"

    def _against(self) -> str:
        sdk, release = self.language.sdk, self.release
        if self.request.route == "client-sdk" and sdk:
            release = sdk.releases[0]
        if sdk and release:
            return f"{sdk.package} {release.version}, {sdk.runtime}"
        http = self.language.http
        if not http:
            return self.language.name
        if self.request.purpose in ("mint", "webhook") or not http.install:
            return http.runtime or http.name
        return f"{http.runtime}, {http.name}" if http.runtime else http.name


_FILENAMES = {"java": "Main.java", "dotnet": "Program.cs", "go": "main.go", "browser": "index.html"}

_RUN = {
    "curl": "bash FILE",
    "node": "node FILE",
    "python": "python FILE",
    "java": "java FILE",
    "dotnet": "dotnet run --",
    "php": "php FILE",
    "go": "go run FILE",
    "ruby": "ruby FILE",
}

_EFFECTS: dict[str, str] = {
    "none": " It costs nothing.",
    "billable": " MIND: this request is billed.",
    "sends": " MIND: with a complete body this request sends a message.",
    "creates": " MIND: with a complete body this request creates something.",
}

_WHAT: dict[Purpose, str] = {
    "init": "build the client.",
    "call": "a first request that proves the credentials.",
    "token": "fetch the access token, and keep it until shortly before it expires.",
    "sign": "sign a request, and prove it with a first one.",
    "mint": "make the registration token on your backend.",
    "webhook": "check who sent an event.",
}


def _basic_pair(ids: list[str], credentials: Mapping[str, Credential]) -> tuple[str, str]:
    """User and password of HTTP Basic: the last two credentials; with only one the user is the word `api`."""
    named = [id for id in ids if credentials[id].shape != "domain"]
    return (named[-2], named[-1]) if len(named) > 1 else ("", named[-1])


def _body(smoke: Smoke) -> str | None:
    if smoke.form:
        return "&".join(f"{percent_encode(k)}={percent_encode(v)}" for k, v in smoke.form.items())
    if smoke.json:
        return json.dumps(smoke.json, ensure_ascii=False, separators=(",", ":"))
    return None


def _merged(parts: list[Part]) -> list[Part]:
    """The same string with neighbouring text in one part."""
    made: list[Part] = []
    for kind, value in parts:
        if kind == "text" and made and made[-1][0] == "text":
            made[-1] = ("text", made[-1][1] + value)
        else:
            made.append((kind, value))
    return made


def _host_of_any_scheme(product: Product, purpose: str) -> Host | None:
    return next((h for h in product.hosts if h.purpose == purpose), None)


# -- templates ---------------------------------------------------------------------------------------------


@cache
def _templates(language: str) -> dict[str, str]:
    """Purpose -> template of a language, as found in its folder."""
    folder = data_folder("templates") / language
    found = {p.name.split(".")[0]: f"{language}/{p.name}" for p in folder.glob("*.j2")} if folder.is_dir() else {}
    return {purpose: found[purpose] for purpose in get_args(Purpose) if purpose in found}


@cache
def _companions(language: str) -> dict[str, str]:
    """File name -> template of the files that stand beside an SDK snippet (`_beside_pom.xml.j2`)."""
    folder = data_folder("templates") / language
    return {
        p.name.removeprefix("_beside_").removesuffix(".j2"): f"{language}/{p.name}" for p in folder.glob("_beside_*.j2")
    }


@cache
def _environment(language: str) -> jinja2.Environment:
    """One sandboxed environment a language: everything interpolated is quoted unless it is `Code`."""
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    quote = DIALECTS[language].quote

    def literal(value: object) -> Code:
        if isinstance(value, Code):
            return value
        if isinstance(value, str):
            return Code(quote(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return Code(str(value))
        if isinstance(value, jinja2.Undefined):
            raise jinja2.UndefinedError(value._undefined_message)
        raise TypeError(f"a template interpolates a {type(value).__name__}; give text, a number or Code")

    environment = SandboxedEnvironment(
        loader=jinja2.FileSystemLoader(data_folder("templates")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The usual mark opens `${#name}` in a shell.
        comment_start_string="<#",
        comment_end_string="#>",
        autoescape=False,
        auto_reload=False,
        finalize=literal,
        bytecode_cache=bytecode_cache(),
    )
    # What a macro or a block returns has been quoted inside it.
    environment.filters["code"] = _as_code
    environment.concat = lambda pieces: Code("".join(pieces))  # type: ignore[assignment,method-assign]
    return environment


def _as_code(value: str) -> Code:
    """What a template made of pieces of `Code`; never for a value of a user."""
    return Code(value)


@cache
def bytecode_cache() -> jinja2.BytecodeCache | None:
    import jinja2

    # Compiled templates hold constants that were quoted when they were compiled.
    quoting = Path(__file__).with_name("quoting.py").stat()
    folder = cache_folder() / f"templates-{quoting.st_size:x}-{quoting.st_mtime_ns:x}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return jinja2.FileSystemBytecodeCache(str(folder))
    except OSError:
        return None

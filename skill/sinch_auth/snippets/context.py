"""What the templates of a language may interpolate, for one request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote as percent_encode

import msgspec

from sinch_auth.errors import UnknownName, UsageError
from sinch_auth.knowledge import Knowledge
from sinch_auth.quoting import DIALECTS, Code, Dialect, Part
from sinch_auth.schema import Coverage, Credential, Host, Product, Purpose, Smoke
from sinch_auth.snippets.cells import SnippetRequest, covered, host_of, placeholders, smoke_of, templates

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


class _Setting(msgspec.Struct, frozen=True):
    """One variable at the top of a snippet: read from the environment, or a literal."""

    name: Code
    env: str
    value: str | None
    where: str


class Builder:
    """Collects what the templates of one language may interpolate, for one request."""

    def __init__(self, knowledge: Knowledge, request: SnippetRequest) -> None:
        self.knowledge = knowledge
        self.request = request
        self.product = knowledge.product(request.product)
        self.language = knowledge.language(request.language)
        self.model = knowledge.model(request.model)
        self.dialect: Dialect = DIALECTS[request.language]
        self.release, self.coverage = (
            covered(knowledge, request.product, request.language, request.model, request.sdk_line)
            if request.route in ("sdk", "client-sdk")
            else (None, None)
        )
        self.settings: list[_Setting] = []
        self.used: set[str] = set()
        """Ids of the values that were written into the code."""
        self._check_values()

    @property
    def filename(self) -> str:
        """The name that the code runs under."""
        extension = templates(self.request.language)[self.request.purpose].split("/")[-1].split(".")[1]
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
            self._set(id, credential.env, credential.where, self._given(id))

    def _given(self, id: str) -> str | None:
        self.used.add(id)
        return self.request.values.get(id)

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

    def check_used(self) -> None:
        """Raise `UsageError` for a value that the code has no place for."""
        for id in self.request.values:
            if id not in self.used:
                reads = ", ".join(s.env for s in self.settings) or "nothing"
                raise UsageError(f"this snippet has no use for {id}", cure=f"leave it out; the snippet reads {reads}")

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
        smoke = smoke_of(self.knowledge, self.product, self.request.model)
        assert smoke is not None
        host = host_of(self.product, smoke.host, self.request.model)
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
                "url": self._join(_merged([*origin, *path, *query])),
                "origin": self._join(origin),
                "path": self._join(_merged(path)),
                "query": self._join(_merged(query)) if query else "",
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
            if id not in placeholders(smoke.path, *smoke.query.values())
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
        smoke = smoke_of(self.knowledge, self.product, self.request.model)
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
            "application_key": self._given("application_key"),
            "application_key_where": Code(self._credential("application_key").where),
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
            self._set("application_key", key.env, key.where, self._given("application_key"))
            self._set("application_secret", webhooks.secret_env or secret.env, webhooks.secret_where or secret.where)
            id = "application_secret"
        elif scheme == "voice-v2-webhook":
            id = "service_secret"
            env = webhooks.secret_env
            self._set("service_id", env.replace("SECRET", "ID"), "the service's own id, not the Project ID")
            self._set(id, env, webhooks.secret_where)
        else:
            id = "secret" if re.search(r"[(, ]secret\b", helper) else "webhook_secret"
            self._set(id, webhooks.secret_env, webhooks.secret_where)
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
        headers = {
            "signed-request": "'authorization: …' 'x-timestamp: …' 'content-type: …'",
            "voice-v2-webhook": "'authorization: …' 'x-timestamp: …' 'content-type: …'",
            "conversation-webhook": "'x-sinch-webhook-signature: …' … (all x-sinch-webhook-signature headers)",
            "numbers-webhook": "'x-sinch-signature: …'",
            "mailgun-webhook": "",
        }[scheme]
        return self._run(f"{'POST /path/of/your/callback ' if signed else ''}{headers}") + " < body"

    def _run(self, arguments: str) -> str:
        """The command line that runs the snippet."""
        run = _RUN[self.request.language].replace("FILE", self.filename)
        if not arguments:
            return run
        return f"{run}{' --' if self.request.language == 'dotnet' else ''} {arguments}"

    # -- the comment at the top

    def _header(self, made: Mapping[str, Any]) -> Code:
        request = self.request
        what = _WHAT[request.purpose]
        if request.purpose in ("call", "sign"):
            what += _EFFECTS[made.get("side_effect", "none")]
        if self.language.runs_on == "client" and request.purpose == "call":
            what = "a first verification, which proves the Application Key. MIND: it is billed."
        lines = [f"{self.product.name}, {self._way(made)}: {what}"]
        against = self._against()
        install = f" Install: {self.install}" if self.install else ""
        lines.append(f"Written for {against}.{install}")
        if self.language.runs_on == "backend" and request.purpose not in ("init", "webhook"):
            lines.append(f"Run: {self._run('USER_ID' if request.purpose == 'mint' else '')}")
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
        if sdk and release:
            # A client's lines are SDKs of their own, named in the same order.
            names = sdk.package.split(", or ")
            place = sdk.releases.index(release) if self.language.runs_on == "client" else 0
            return f"{names[place]} {release.version}, {sdk.runtime}"
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
    "dotnet": "dotnet run",
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
        return msgspec.json.encode(smoke.json).decode()
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

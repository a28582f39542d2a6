"""Decides who is let in: by the credentials, methods, regions and projects of the knowledge base."""

from __future__ import annotations

import difflib
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sinch_auth import schema
from sinch_auth.knowledge import Knowledge
from sinch_auth.sandbox import signatures
from sinch_auth.sandbox.credentials import SENDING_KEY, Credentials, equal, masked
from sinch_auth.sandbox.faults import Faults
from sinch_auth.sandbox.places import GLOBAL, TOKEN_HOST, TOKEN_PATH, Place, Places
from sinch_auth.sandbox.requests import Carried, Request, carried
from sinch_auth.sandbox.tokens import LIFETIME, Mint, decoded

DRIFT = 300.0
"""Seconds a signed timestamp may be off. Sinch publishes none; docs/sandbox.md says so."""

_BUCKET, _REFILL = 30.0, 10.0
"""The token endpoint's bucket, and its refill per second; NODE:…/oauth2-token.request.ts#L12-L30."""

_IN_PATH = re.compile(r"/projects/([^/]+)")
_XMS = re.compile(r"/xms/v1/([^/]+)")
_MAIL_DOMAIN = re.compile(r"/v3/([^/]+\.[^/]+)/")
_MAIL_SENDING = re.compile(r"/v3/[^/]+/messages(?:\.mime)?")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Ruling:
    """What was decided about one request."""

    accepted: bool
    kind: str = ""
    """The documented failure that is answered; `token` for an issued token; empty when let in."""
    reason: str = ""
    what: str = ""
    cure: str = ""
    place: Place | None = None
    carried: str = ""
    mistakes: tuple[str, ...] = ()
    token: str = ""
    assumed: bool = False
    """Whether the decision itself goes beyond what is documented."""


@dataclass
class _Case:
    """One request under examination."""

    request: Request
    place: Place
    carried: Carried
    note: str = ""
    methods: dict[str, list[str]] = field(default_factory=dict)


class Gate:
    """The credentials, tokens and regions of one run, and the decision over each request."""

    def __init__(
        self,
        knowledge: Knowledge,
        credentials: Credentials,
        *,
        region: str = "",
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._knowledge = knowledge
        self._faults = faults or Faults()
        self._clock = clock
        self._struck: set[str] = set()
        self._alone = threading.Lock()
        self._tokens_left, self._refilled = _BUCKET, clock()
        self._wanted = region
        self.credentials = credentials
        self.places = Places(knowledge)
        self.mint = Mint(credentials.value("project", "project_id"), credentials.value("project", "key_id"))
        self._users = {model: credentials.pair(model) for model in knowledge.ids("model")}

    def now(self) -> float:
        """The sandbox's time."""
        return self._clock() + self._faults.clock_skew

    def strikes(self, fault: str, where: str) -> bool:
        """Whether a fault hits this request: always, or only the first time at one place."""
        how = getattr(self._faults, fault.replace("-", "_"))
        if how == "always":
            return True
        with self._alone:
            if how != "once" or f"{fault} {where}" in self._struck:
                return False
            self._struck.add(f"{fault} {where}")
            return True

    def decide(self, request: Request) -> Ruling:
        """Judge one request."""
        host = request.host
        if not self.places.knows(host):
            return self.refuse("unknown-host", given=host[:100] or "an empty name", hint=self._host_hint(host))
        if request.scheme != "https":
            return self.refuse("plain-http")
        if self.strikes("rate-limit", host):
            return self.refuse("rate-limit", place=self.places.find(host, request.path))
        if host == TOKEN_HOST:
            return self._token(request)
        place = self.places.find(host, request.path)
        assert place is not None
        case = _Case(request, place, carried(request), methods=self._methods(place))
        case.note = self._note(case.carried)
        return self._credentials(case) or self._scope(case) or self._accept(case)

    # -- the token endpoint ------------------------------------------------------------------------------

    def _token(self, request: Request) -> Ruling:
        sent = carried(request)
        note = self._note(sent)
        if request.path != TOKEN_PATH:
            return self.refuse("token-path", note=note)
        if request.method != "POST":
            return self.refuse("token-not-post", note=note)
        if not self._take_token():
            return self.refuse("rate-limit", note=note)
        user, secret = sent.user, sent.secret
        if sent.kind == "none" and "client_id" in request.form:
            return self.refuse("token-credentials-in-form", note="credentials in the form")
        if sent.kind != "basic":
            return self.refuse("token-no-credentials", note=note)
        pair = self._users.get("project")
        assert pair is not None
        known_user, known_secret = equal(user, pair.user), equal(secret, pair.password)
        if self._faults.revoked_key:
            return self.refuse("revoked", kind="token_wrong_secret", note=note)
        if not known_user:
            swapped = equal(user, pair.password) and equal(secret, pair.user)
            reason = "swapped" if swapped else "token-wrong-client"
            return self.refuse(
                reason, kind="token_wrong_secret", note=note, user_name="Key ID", secret_name="Key Secret"
            )
        if not known_secret:
            return self.refuse("token-wrong-secret", note=note)
        if request.form.get("grant_type") != "client_credentials":
            return self.refuse("token-no-grant", note=note)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _FORM:
            return self.refuse("token-no-form", note=note, given=kind[:60] or "none")
        return Ruling(True, "token", carried=note, token=self.mint.issue(self.now()))

    def _take_token(self) -> bool:
        now = self._clock()
        self._tokens_left = min(_BUCKET, self._tokens_left + (now - self._refilled) * _REFILL)
        self._refilled = now
        if self._tokens_left < 1:
            return False
        self._tokens_left -= 1
        return True

    # -- credentials -------------------------------------------------------------------------------------

    def _credentials(self, case: _Case) -> Ruling | None:
        match case.carried.kind:
            case "none":
                return self._no(case, "no-credentials")
            case "unknown-scheme":
                return self._no(case, "unknown-scheme", scheme=case.carried.scheme[:20])
            case "unreadable":
                return self._no(case, "unreadable-basic")
            case "basic":
                return self._basic(case)
            case "bearer":
                return self._bearer(case)
            case "signed":
                return self._signed(case)
            case "public":
                return self._public(case)
            case "api-key":
                return self._api_key(case)
        return self._hmac(case)

    def _basic(self, case: _Case) -> Ruling | None:
        user, secret = case.carried.user, case.carried.secret
        models = [m for m in case.methods if "basic" in case.methods[m]]
        for model in models:
            pair = self._users[model]
            if pair is None:
                continue
            user_fits, secret_fits = equal(user, pair.user), equal(secret, pair.password)
            if user_fits and secret_fits:
                return self._revoked(case)
            if model == "mailgun" and user_fits and self._is_sending_key(secret):
                return self._sending_key(case)
            names = self._names(model)
            names["assumed"] = "yes" if model == "application" else ""
            if equal(user, pair.password) and equal(secret, pair.user):
                return self._no(case, "swapped", **names)
            if user_fits:
                found = self.credentials.recognise(secret)
                if found and found.model != model and model != "mailgun":
                    return self._no(case, "wrong-kind", given=found.name)
                return self._no(case, "wrong-secret", **names)
            if secret_fits:
                return self._no(case, "wrong-user", **names)
        return self._foreign(case, user, secret, "Basic")

    def _is_sending_key(self, secret: str) -> bool:
        own = self.credentials.value("mailgun", SENDING_KEY)
        return bool(own) and equal(secret, own)

    def _sending_key(self, case: _Case) -> Ruling | None:
        if case.request.method == "POST" and _MAIL_SENDING.fullmatch(case.request.path):
            return self._revoked(case)
        return self._no(case, "sending-key")

    def _bearer(self, case: _Case) -> Ruling | None:
        token = case.carried.secret
        seen = self.mint.read(token, self.now())
        takes_token = any("oauth2" in methods for methods in case.methods.values())
        if seen.state != "foreign":
            if not takes_token:
                return self._no(case, "wrong-kind", given="OAuth2 access token")
            if seen.state == "damaged":
                return self._no(case, "token-damaged")
            first = seen.number == 1 and self._faults.expired_token == "once"
            if seen.state == "expired" or first or self._faults.expired_token == "always":
                return self._no(case, "expired-token")
            return self._revoked(case)
        if "registration-token" in [m for methods in case.methods.values() for m in methods]:
            return self._registration(case, token)
        for model in case.methods:
            if "bearer" in case.methods[model] and equal(token, self.credentials.secret(model)):
                return self._revoked(case)
        found = self.credentials.recognise(token)
        if found:
            return self._no(case, "secret-as-bearer", given=found.name)
        return self._no(case, "token-not-ours" if takes_token else "unknown-credentials")

    def _signed(self, case: _Case) -> Ruling | None:
        request, sent = case.request, case.carried
        if "signed" not in case.methods.get("application", []):
            return self._no(case, "wrong-kind", given="request signed with an Application Secret")
        if not equal(sent.user.lower(), self.credentials.value("application", "application_key").lower()):
            found = self.credentials.recognise(sent.user)
            return self._no(case, "unknown-application", given=found.name if found else masked(sent.user))
        if not sent.secret:
            return self._no(case, "empty-signature")
        timestamp = request.headers.get("x-timestamp", "")
        if not timestamp:
            return self._no(case, "missing-timestamp")
        moment = signatures.moment(timestamp)
        if moment is None:
            return self._no(case, "unreadable-timestamp", given=timestamp[:40])
        secret = self.credentials.value("application", "application_secret")
        check = signatures.check_application(request, sent.user, secret)
        if not check.fits:
            return self._bad_signature(case, check)
        off = moment - self.now()
        if abs(off) > DRIFT:
            return self._no(case, "stale-timestamp", given=_duration(off))
        return self._revoked(case)

    def _bad_signature(self, case: _Case, check: signatures.Check) -> Ruling:
        known = [id for id in check.mistakes if self._knowledge.has("mistake", id)]
        named = f": {self._mistake(known[0]).what}" if known else ""
        if check.mistakes:
            named += f" (mistake: {', '.join(check.mistakes)})"
        cure = "run `sinch-auth explain-signature` on the request; it tries every known mistake"
        if known:
            cure = self._mistake(known[0]).cure
        ruling = self._no(case, "bad-signature", mistake=named, mistake_cure=cure)
        return replace(ruling, mistakes=check.mistakes)

    def _mistake(self, id: str) -> schema.Mistake:
        return self._knowledge.entry("mistake", id, schema.Mistake)

    def _public(self, case: _Case) -> Ruling | None:
        if "public" not in case.methods.get("application", []):
            return self._no(case, "public-not-accepted")
        if not equal(case.carried.user, self.credentials.value("application", "application_key")):
            return self._no(case, "unknown-application")
        return self._revoked(case)

    def _api_key(self, case: _Case) -> Ruling | None:
        for model, methods in case.methods.items():
            if "api-key" in methods:
                if equal(case.carried.secret, self.credentials.secret(model)):
                    return self._revoked(case)
                return self._no(case, "wrong-api-key", **self._names(model))
        return self._no(case, "no-credentials")

    def _hmac(self, case: _Case) -> Ruling | None:
        for model, methods in case.methods.items():
            pair = self._users[model]
            if "hmac" in methods and pair:
                if not equal(case.carried.user, pair.user):
                    return self._no(case, "unknown-credentials")
                value = case.request.headers["authorization"]
                if not signatures.check_engage(case.request, pair.password, value):
                    return self._no(case, "bad-signature", mistake="", mistake_cure="sign Date and the request line")
                return self._revoked(case)
        return self._no(case, "unknown-scheme", scheme="hmac")

    def _registration(self, case: _Case, token: str) -> Ruling | None:
        problem = signatures.registration_error(
            token,
            self.credentials.value("application", "application_key"),
            self.credentials.value("application", "application_secret"),
            self.now(),
        )
        if problem:
            known = self._knowledge.has("mistake", problem.rule)
            hint = self._mistake(problem.rule).cure if known else "run `sinch-auth token lint` on it"
            given = f"{problem.rule} {problem.detail}".strip()
            return self._no(case, "bad-registration-token", given=given, hint=hint)
        return self._revoked(case)

    def _foreign(self, case: _Case, user: str, secret: str, method: str) -> Ruling:
        found = self.credentials.recognise(user) or self.credentials.recognise(secret)
        if not found:
            return self._no(case, "unknown-credentials")
        if found.model in case.methods:
            return self._no(case, "method-not-accepted", given=found.name, method=method)
        return self._no(case, "wrong-kind", given=f"{found.name} as {method}")

    def _revoked(self, case: _Case) -> Ruling | None:
        return self._no(case, "revoked") if self._faults.revoked_key else None

    # -- project, plan, region ---------------------------------------------------------------------------

    def _scope(self, case: _Case) -> Ruling | None:
        path = case.request.path
        project = _IN_PATH.search(path)
        if project and not equal(project[1], self.credentials.value("project", "project_id")):
            return self._no(case, "unknown-project", given=masked(project[1]))
        plan = _XMS.search(path)
        if plan:
            return self._plan(case, plan[1])
        domain = _MAIL_DOMAIN.match(path)
        own = self.credentials.value("mailgun", "domain")
        if domain and "mailgun" in case.methods and not equal(domain[1], own):
            return self._no(case, "wrong-domain", given=masked(domain[1]))
        return self._region(case)

    def _plan(self, case: _Case, given: str) -> Ruling | None:
        plan = self.credentials.value("service-plan", "service_plan_id")
        if "project" in case.methods:
            if equal(given, plan):
                return self._no(case, "plan-in-project-path")
            if not equal(given, self.credentials.value("project", "project_id")):
                return self._no(case, "unknown-project", given=masked(given))
        elif not equal(given, plan):
            return self._no(case, "wrong-plan", given=masked(given))
        return self._region(case)

    def _region(self, case: _Case) -> Ruling | None:
        home = self.home(case.place)
        if case.place.bound and home != case.place.region:
            return self._no(case, "wrong-region", home=home, asked=case.place.region, variable="SINCH_REGION")
        return None

    def home(self, place: Place) -> str:
        """Where the app, plan or mail domain of this run lives."""
        offered = [r for r in self.places.regions(place.product, place.model) if r != GLOBAL]
        if not offered:
            return GLOBAL
        default = place.entry.region.default if place.entry.region else ""
        home = self._region_of(offered) or (default if default in offered else offered[0])
        if self._faults.wrong_region:
            return next((r for r in offered if r != home), home)
        return home

    def _region_of(self, offered: list[str]) -> str:
        """The product's spelling of the wanted region (`eu` is `eu1` for one, `euc1` for another)."""
        if self._wanted in offered:
            return self._wanted
        for id in self._knowledge.ids("region"):
            codes = self._knowledge.region(id).codes
            if self._wanted in (id, *codes):
                return next((code for code in offered if code in codes), "")
        return ""

    # -- words -------------------------------------------------------------------------------------------

    def _methods(self, place: Place) -> dict[str, list[str]]:
        """Model -> methods that the product takes at this host."""
        found: dict[str, list[str]] = {}
        for accepts in place.entry.accepts:
            if place.model in ("", accepts.model):
                found.setdefault(accepts.model, []).append(accepts.method)
        return found

    def _expected(self, methods: dict[str, list[str]]) -> str:
        ways = [
            f"{self._knowledge.model(model).name} as {self._knowledge.method(method).name}"
            for model, accepted in methods.items()
            for method in accepted
        ]
        return " or ".join(ways) or "what its documentation says"

    def _names(self, model: str) -> dict[str, str]:
        entry = self._knowledge.model(model)
        pair = self._users[model]
        user = self.credentials.recognise(pair.user) if pair else None
        secret = next(c for c in entry.credentials.values() if c.secret)
        user_name = user.name if user else "user name"
        return {
            "user_name": user_name,
            "secret_name": secret.name,
            "secret_env": secret.env,
            "user_text": user_name if user else f'"{pair.user}"' if pair else "",
        }

    def _note(self, sent: Carried) -> str:
        """What the request carried, in words and masked."""
        user, secret = self.credentials.recognise(sent.user), self.credentials.recognise(sent.secret)
        secret_text = secret.name if secret else "unknown secret" if sent.secret else "no secret"
        match sent.kind:
            case "none":
                return "no credentials"
            case "basic":
                return f"Basic {user.name if user else _shown(sent.user)} : {secret_text}"
            case "bearer":
                if secret:
                    return f"Bearer {secret.name}"
                claims = decoded(sent.secret) or {}
                ours = str(claims.get("jti", "")).startswith("sandbox-")
                return "Bearer access token" if ours else f"Bearer {masked(sent.secret)}"
            case "signed":
                return f"signed by {user.name if user else masked(sent.user)}"
            case "public":
                return f"{user.name if user else masked(sent.user)} alone"
            case "api-key":
                return f"x-api-key {secret_text}"
            case "hmac":
                return f"hmac by {user.name if user else masked(sent.user)}"
        return f"{sent.scheme[:20]} (unreadable)"

    def _host_hint(self, host: str) -> str:
        if not self.places.ours(host):
            return "nothing leaves the machine here; use --via proxy if the program needs the real network too"
        near = difflib.get_close_matches(host, self.places.hosts, n=3, cutoff=0.6)
        return f"did you mean {' or '.join(near)}?" if near else "see `sinch-auth products` for the hosts"

    # -- rulings -----------------------------------------------------------------------------------------

    def _accept(self, case: _Case) -> Ruling:
        return Ruling(True, place=case.place, carried=case.note)

    def _no(self, case: _Case, reason: str, **words: str) -> Ruling:
        words = {"expected": self._expected(case.methods), "name": case.place.entry.name, **words}
        if "variables" not in words:
            models = [self._knowledge.model(m) for m in case.methods]
            words["variables"] = ", ".join(c.env for m in models for c in m.credentials.values())
        return self.refuse(reason, place=case.place, note=case.note, **words)

    def refuse(
        self, reason: str, *, kind: str = "", place: Place | None = None, note: str = "", **words: str
    ) -> Ruling:
        """A refusal for one of the reasons in reasons.yaml, its braces filled with `words`."""
        row = reasons()[reason]
        return Ruling(
            False,
            kind or row["kind"],
            reason,
            row["what"].format_map(words),
            row["cure"].format_map(words),
            place,
            note,
            assumed=bool(row.get("assumed") or words.get("assumed")),
        )


@cache
def reasons() -> dict[str, dict[str, Any]]:
    """Reason id -> kind of failure and texts."""
    text = resources.files(__package__).joinpath("reasons.yaml").read_text(encoding="utf-8")
    found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(found, dict)
    return found


def _shown(user: str) -> str:
    """A user name that is no secret to anyone may be shown."""
    return f'"{user}"' if user in ("api", "") else masked(user)


def _duration(seconds: float) -> str:
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    return f"{sign}{seconds / 60:.0f} min" if seconds < 7200 else f"{sign}{seconds / 3600:.1f} h"


__all__ = ["DRIFT", "LIFETIME", "Gate", "Ruling", "reasons"]

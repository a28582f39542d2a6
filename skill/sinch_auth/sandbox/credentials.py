"""The credentials of one run: made up, in the right shapes, and recognised wherever they turn up."""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from sinch_auth import schema
from sinch_auth.knowledge import Knowledge

_MAKERS: dict[str, Callable[[], str]] = {
    "uuid": lambda: str(uuid.uuid4()),
    "uuid-like": lambda: str(uuid.uuid4()),
    "base64-16": lambda: base64.b64encode(secrets.token_bytes(16)).decode(),
    "opaque": lambda: secrets.token_urlsafe(24).replace("-", "x").replace("_", "y"),
    "word": lambda: secrets.token_hex(16),
    "hex-32": lambda: secrets.token_hex(16),
    "domain": lambda: f"sandbox-{secrets.token_hex(4)}.example.com",
    "phone": lambda: "+12025550134",
    "mailgun-key": lambda: f"{secrets.token_hex(16)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}",
}

# Where a pair is sent as Basic with a fixed user name; sources.yaml: MGD:source/api-intro.rst.
_FIXED_USERS = {"mailgun": "api"}

SENDING_KEY = "domain_sending_key"
"""A second Mailgun key of this run, which may only send mail. People keep either kind in MAILGUN_API_KEY."""

_SENDING_KEY_VARIABLE = "MAILGUN_DOMAIN_SENDING_KEY"


@dataclass(frozen=True, slots=True)
class Pair:
    """What goes before and after the colon of a Basic header."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Known:
    """A value that was recognised: whose it is."""

    model: str
    credential: str
    name: str
    secret: bool


class Credentials:
    """All test credentials of a run, by model and credential id."""

    def __init__(self, models: Mapping[str, schema.AuthModel], values: Mapping[tuple[str, str], str]) -> None:
        self._models = {id: _with_sending_key(model) if id == "mailgun" else model for id, model in models.items()}
        self._values = dict(values)

    @classmethod
    def random(cls, knowledge: Knowledge) -> Credentials:
        """New credentials for every model; the same variable has the same value in every model."""
        models = {id: knowledge.model(id) for id in knowledge.ids("model")}
        models["mailgun"] = _with_sending_key(models["mailgun"])
        by_variable: dict[str, str] = {}
        values: dict[tuple[str, str], str] = {}
        for model_id, model in models.items():
            for credential_id, credential in model.credentials.items():
                made = by_variable.setdefault(credential.env, _MAKERS[credential.shape]())
                values[model_id, credential_id] = made
        return cls(models, values)

    @property
    def environment(self) -> dict[str, str]:
        """Variable -> value, as the child gets them."""
        return {
            self._models[model].credentials[credential].env: value
            for (model, credential), value in self._values.items()
        }

    def value(self, model: str, credential: str) -> str:
        """One value; empty where the model has no such credential."""
        return self._values.get((model, credential), "")

    def secret(self, model: str) -> str:
        """The value of the model's last secret credential; empty for an unknown model."""
        return self.value(model, self._secret_id(model))

    def pair(self, model: str) -> Pair | None:
        """The user and password with which the model's credentials travel as Basic."""
        secret = self._secret_id(model)
        if not secret:
            return None
        if model in _FIXED_USERS:
            return Pair(_FIXED_USERS[model], self.value(model, secret))
        ids = list(self._models[model].credentials)
        before = ids[ids.index(secret) - 1]
        return Pair(self.value(model, before), self.value(model, secret)) if before != secret else None

    def recognise(self, value: str) -> Known | None:
        """Whose value this is. Every credential is compared, each in constant time."""
        found: Known | None = None
        for (model, id), known in self._values.items():
            if equal(value, known) and found is None:
                credential = self._models[model].credentials[id]
                found = Known(model, id, credential.name, credential.secret)
        return found

    def all_of(self, value: str) -> set[str]:
        """The models that have this value."""
        return {model for (model, _), known in self._values.items() if equal(value, known)}

    def placeholders(self) -> dict[str, str]:
        """Credential id -> value, for the braces of documented paths."""
        return {credential: value for (_, credential), value in self._values.items()}

    def _secret_id(self, model: str) -> str:
        entry = self._models.get(model)
        secrets_ = [id for id, c in entry.credentials.items() if c.secret] if entry else []
        if not secrets_:
            return ""
        # Where a model has several (an account key and narrower ones), the first stands for the account.
        return secrets_[0]


def _with_sending_key(model: schema.AuthModel) -> schema.AuthModel:
    if SENDING_KEY in model.credentials:
        return model
    account = next(credential for credential in model.credentials.values() if credential.secret)
    sending = msgspec.structs.replace(account, name="Mailgun domain sending key", env=_SENDING_KEY_VARIABLE)
    return msgspec.structs.replace(model, credentials={**model.credentials, SENDING_KEY: sending})


def equal(one: str, other: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(one.encode(), other.encode())


def masked(value: str) -> str:
    """Enough of a value to recognise it by, never enough to use it."""
    return f"{value[:4]}…" if len(value) >= 12 else "…"

"""What is tried on each snippet, and how the outcome is judged: let in when right, turned away when anything is wrong."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from evals.proving import callbacks
from evals.proving.languages import Cell, Language, coverage
from evals.proving.running import Job, Outcome
from sinch_auth import snippets, tokens
from sinch_auth.errors import SinchAuthError
from sinch_auth.knowledge import Knowledge
from sinch_auth.sandbox.credentials import Credentials
from sinch_auth.sandbox.gate import Gate
from sinch_auth.sandbox.places import GLOBAL, TOKEN_HOST, Place
from sinch_auth.schema import Host

Judge = Callable[[Outcome], str]

_USER = "proof-user"
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.")
_LEAST_SECRET = 8


@dataclass(frozen=True)
class Trial:
    """One run of one snippet, and what it must show. `judge` gives the problem, or nothing."""

    cell: Cell
    name: str
    job: Job
    judge: Judge


class Trials:
    """The trials of every cell, for one set of credentials."""

    def __init__(self, base: Knowledge, credentials: Credentials) -> None:
        self.base = base
        self.credentials = credentials
        self.others = Credentials.random(base)
        self.gate = Gate(base, credentials)
        self.now = datetime.now(UTC)

    def of(self, cell: Cell, language: Language) -> Iterator[Trial]:
        """Everything that is tried on a cell."""
        kinds = {"webhook": self._webhook, "mint": self._mint, "init": self._init}
        yield from kinds.get(cell.request.purpose, self._request)(cell, language)

    # -- requests ----------------------------------------------------------------------------------------

    def _request(self, cell: Cell, language: Language) -> Iterator[Trial]:
        yield from self._let_in_and_refused(cell, language.command(cell))

    def _init(self, cell: Cell, language: Language) -> Iterator[Trial]:
        # The client that the snippet builds must be good for the product's first request.
        yield from self._let_in_and_refused(cell, language.probe(cell), predicted=False)

    def _let_in_and_refused(self, cell: Cell, command: tuple[str, ...], *, predicted: bool = True) -> Iterator[Trial]:
        values = self.environment(cell)
        paced = cell.request.method == "oauth2"
        job = Job(cell.folder, command, values, paced=paced)
        yield Trial(cell, "right credentials", job, lambda outcome: self.let_in(cell, outcome))
        for name in self.spoilable(cell):
            wrong = replace(job, environment={**values, name: self.others.environment[name]})
            yield Trial(
                cell, f"another {name}", wrong, lambda outcome: self.refused(cell, outcome, predicted=predicted)
            )

    def spoilable(self, cell: Cell) -> list[str]:
        """The variables whose value decides whether a request is let in; but for curl only the secret one.

        Which other values matter is the API's affair, so one language shows it for all.
        """
        own = {credential.env: credential for credential in self.base.model(cell.request.model).credentials.values()}
        read = [name for name in cell.snippet.environment if name in own]
        return read if cell.request.language == "curl" else [name for name in read if own[name].secret][-1:]

    def let_in(self, cell: Cell, outcome: Outcome) -> str:
        """Judge a run with the right credentials."""
        # Some products answer 404 to the first request of whoever is let in; a bare call of an SDK throws then.
        thrown = cell.request.purpose == "init" and outcome.verdicts and outcome.verdicts[-1].status == 404
        if outcome.code != 0 and not thrown:
            return f"it ended with {outcome.code}: {_shown(outcome)}"
        refused = next((v for v in outcome.verdicts if not v.accepted), None)
        if refused:
            return f"{refused.method} {refused.url} was refused: {refused.what}"
        if not outcome.verdicts:
            return f"no request arrived: {_shown(outcome)}"
        last = outcome.verdicts[-1]
        if (
            cell.request.purpose != "token"
            and last.product != cell.request.product
            and not self._shared(cell, last.url)
        ):
            return f"the last request went to {last.product or 'no product'}: {last.method} {last.url}"
        return self._leak(outcome)

    def refused(self, cell: Cell, outcome: Outcome, *, predicted: bool = True) -> str:
        """Judge a run with one credential spoilt."""
        if not outcome.verdicts:
            return f"no request arrived: {_shown(outcome)}"
        last = outcome.verdicts[-1]
        if last.accepted:
            return f"{last.method} {last.url} was let in"
        if outcome.code == 0:
            return f"it ended with 0 after {last.status} {last.what}"
        if outcome.code < 0:
            return _shown(outcome)
        if predicted and str(last.status) not in outcome.said:
            return f"it does not show the status {last.status}: {_shown(outcome)}"
        documented = self._documented(cell, last.url)
        if documented and last.reason in ("wrong-secret", "unknown-credentials") and last.status != documented:
            return f"the sandbox answers {last.status}, the product's entry says {documented}"
        return self._leak(outcome)

    def _documented(self, cell: Cell, url: str) -> int:
        failure = self.base.product(cell.request.product).failures.get("wrong_secret")
        return failure.status if failure and TOKEN_HOST not in url else 0

    def _shared(self, cell: Cell, url: str) -> bool:
        """Whether the host serves the cell's product too: several products share some."""
        host = url.partition("//")[2].partition("/")[0]
        own = [url for h in self.base.product(cell.request.product).hosts for url in (*_urls(h), *h.hosts.values())]
        return any(host == url.partition("//")[2].partition("/")[0] for url in own)

    def _leak(self, outcome: Outcome) -> str:
        """A secret or an access token in what the program printed."""
        for source in (self.credentials, self.others):
            for model in self.base.ids("model"):
                for id, credential in self.base.model(model).credentials.items():
                    value = source.value(model, id)
                    if credential.secret and len(value) >= _LEAST_SECRET and value in outcome.said:
                        return f"it prints the {credential.name}"
        return "it prints an access token" if _TOKEN.search(outcome.said) else ""

    # -- regions -----------------------------------------------------------------------------------------

    def in_region(self, cell: Cell, language: Language, region: str) -> Iterator[Trial]:
        """The trials of a cell that was rendered for one region: let in there, and where it matters only there."""
        command = language.probe(cell) if cell.request.purpose == "init" else language.command(cell)
        job = Job(cell.folder, command, self.environment(cell), region=region, paced=cell.request.method == "oauth2")
        yield Trial(cell, f"in {region}", job, lambda outcome: self.let_in(cell, outcome))
        offered = [r for r in self.gate.places.regions(cell.request.product, cell.request.model) if r != GLOBAL]
        asked = self.base.product(cell.request.product).region
        if asked and asked.ask and region in offered and len(offered) > 1 and cell.request.language == "curl":
            away = replace(job, region=next(r for r in offered if r != region))
            yield Trial(cell, f"in {region}, from {away.region}", away, lambda outcome: self.elsewhere(cell, outcome))

    def elsewhere(self, cell: Cell, outcome: Outcome) -> str:
        """Judge a run against the host of another region than the one that the credentials live in."""
        last = outcome.verdicts[-1] if outcome.verdicts else None
        if last is not None and not last.accepted and last.reason != "wrong-region":
            return f"refused for another reason: {last.what}"
        smoke = self.base.product(cell.request.product).smoke
        if last is not None and not last.accepted and any(one.expect.startswith(str(last.status)) for one in smoke):
            return ""  # the first request of whoever is let in has this answer too, so it cannot tell
        return self.refused(cell, outcome)

    def home(self, product: str, model: str) -> str:
        """The region in which the sandbox keeps the product's app or plan."""
        return self.gate.home(Place(product, GLOBAL, "api", model, self.base.product(product)))

    # -- registration tokens -----------------------------------------------------------------------------

    def _mint(self, cell: Cell, language: Language) -> Iterator[Trial]:
        values = self.environment(cell)
        command = language.command(cell)
        job = Job(cell.folder, (*command, _USER), values)
        yield Trial(cell, "right credentials", job, lambda outcome: self._token(outcome, bad=False))
        other = {**values, "SINCH_APPLICATION_SECRET": self.others.environment["SINCH_APPLICATION_SECRET"]}
        wrong = replace(job, environment=other)
        yield Trial(cell, "another SINCH_APPLICATION_SECRET", wrong, lambda outcome: self._token(outcome, bad=True))
        cut = {**values, "SINCH_APPLICATION_SECRET": base64.b64encode(b"too short").decode()}
        yield Trial(cell, "a secret cut short", replace(job, environment=cut), _fails)
        yield Trial(cell, "a user id with a slash", replace(job, command=(*command, "../other")), _fails)
        yield Trial(cell, "no user id", replace(job, command=command), _fails)

    def _token(self, outcome: Outcome, *, bad: bool) -> str:
        if outcome.code != 0:
            return f"it ended with {outcome.code}: {_shown(outcome)}"
        context = tokens.Context(
            application_key=self.credentials.value("application", "application_key"),
            application_secret=self.credentials.value("application", "application_secret"),
            user_id=_USER,
            now=datetime.now(UTC),
        )
        errors = [f for f in tokens.lint(outcome.out.strip(), context) if f.severity == "error"]
        if bad:
            signature = [f for f in errors if f.rule == "RTC-JWT-060"]
            return "" if signature else "a token of another secret was not told apart"
        return "; ".join(f"{f.rule} {f.detail}".strip() for f in errors)

    # -- webhooks ----------------------------------------------------------------------------------------

    def _webhook(self, cell: Cell, language: Language) -> Iterator[Trial]:
        webhooks = self.base.product(cell.request.product).webhooks
        assert webhooks is not None
        values = self.environment(cell)
        scheme = webhooks.scheme
        key = next((v for name, v in values.items() if name.endswith(("_KEY", "_ID")) and "SIGNING" not in name), "")
        secret = next(v for name, v in values.items() if "SECRET" in name or "SIGNING_KEY" in name)
        command = language.command(cell)

        def job(callback: callbacks.Callback) -> Job:
            return Job(cell.folder, (*command, *callback.arguments(scheme)), values, callback.body)

        yield Trial(cell, "a callback", job(callbacks.signed(scheme, key, secret, self.now)), _authentic)
        other = base64.b64encode(bytes(range(16))).decode()
        yield Trial(cell, "another secret", job(callbacks.signed(scheme, key, other, self.now)), _turned_away)
        for what, callback in callbacks.spoilt(scheme, key, secret, self.now):
            yield Trial(cell, what, job(callback), _turned_away)

    # -- environment -------------------------------------------------------------------------------------

    def environment(self, cell: Cell) -> dict[str, str]:
        """The variables that the snippet says it reads, and no others."""
        return {name: self._value(cell, name) for name in cell.snippet.environment}

    def _value(self, cell: Cell, name: str) -> str:
        known = self.credentials.environment.get(name)
        if known is not None:
            return known
        if name.endswith("_REGION"):
            home = self.home(cell.request.product, cell.request.model)
            names: Mapping[str, str] = {}
            if cell.request.route == "sdk":
                names = coverage(self.base, cell).region_names
            return home if home in names or not names else next(iter(names))
        if name.endswith("_ID"):
            return "01HDXTGT2VQPNZ8K3DFYJ6WQ4S"
        # Webhook and service secrets belong to no auth model: this one is base64 for the schemes that want it.
        return base64.b64encode(b"a webhook secret").decode()


def in_regions(base: Knowledge, request: snippets.SnippetRequest) -> Iterator[snippets.SnippetRequest]:
    """The same cell for every region that its product has hosts in."""
    product = base.product(request.product)
    for region in dict.fromkeys(r for host in product.hosts for r in (*host.regions, *host.hosts)):
        narrowed = replace(request, region=region)
        try:
            snippets.render(base, narrowed)
        except SinchAuthError:
            # This way in does not have that region; asking for it is refused, as it should be.
            continue
        yield narrowed


def _urls(host: Host) -> Iterator[str]:
    yield from (host.url.replace("{region}", region) for region in host.regions or [""])


def folder_name(number: int, cell_id: str) -> str:
    """A short folder name that tells the cell to whoever looks."""
    return f"c{number:03d}_" + re.sub(r"[^a-z0-9]+", "_", cell_id.lower())


def _authentic(outcome: Outcome) -> str:
    right = outcome.code == 0 and outcome.out.strip() == "authentic" and not outcome.verdicts
    return "" if right else f"a good callback was not taken: {_shown(outcome)}"


def _turned_away(outcome: Outcome) -> str:
    if outcome.code == 0 or "authentic" in outcome.out:
        return "a bad callback was taken"
    return "" if re.search("^refused", outcome.err, re.MULTILINE) else f"it fails without saying so: {_shown(outcome)}"


def _fails(outcome: Outcome) -> str:
    return "" if outcome.code > 0 and not outcome.out.strip() else f"it made a token: {_shown(outcome)}"


def _shown(outcome: Outcome) -> str:
    """The end of what a program printed."""
    return " | ".join(line for line in outcome.said.strip().splitlines() if line.strip())[-400:] or "it printed nothing"


__all__ = ["Trial", "Trials", "folder_name", "in_regions"]

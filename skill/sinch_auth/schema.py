"""The shapes of the knowledge base: one frozen struct a kind of entry.

Ids are the file's stem or the mapping's key, so no struct has one. Every fact carries `source` (ids from
`sources.yaml`, with a locator after a colon) and `confidence`; `checked` is given once at the top of a file.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Detail = Literal["concise", "full"]
"""How much an answer tells."""

Confidence = Literal["high", "medium", "low", "unknown"]
Environment = Literal["production", "prototype"]
Where = Literal["backend", "client"]
Shape = Literal["uuid", "uuid-like", "base64-16", "opaque", "word", "hex-32", "domain", "phone", "mailgun-key"]
Purpose = Literal["init", "call", "token", "sign", "webhook", "mint"]
SideEffect = Literal["none", "billable", "sends", "creates"]
WebhookScheme = Literal[
    "signed-request",
    "voice-v2-webhook",
    "conversation-webhook",
    "numbers-webhook",
    "mailgun-webhook",
    "none",
    "unknown",
]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of all shapes: immutable, closed."""


class Sourced(Entry, frozen=True, kw_only=True):
    """A fact, with where it was read and how sure it is."""

    source: list[str]
    confidence: Confidence = "high"
    note: str = ""


# -- sources ---------------------------------------------------------------------------------------------


class Source(Entry, frozen=True, kw_only=True):
    """One thing that was read. `url` has no path where the locator of a citation completes it."""

    url: str
    what: str
    read: str
    trust: Literal["official", "official-old", "third-party", "community", "own"]


# -- credentials, models, methods ------------------------------------------------------------------------


class Credential(Sourced, frozen=True, kw_only=True):
    """One named value a caller must have."""

    name: str
    env: str
    where: str
    url: str = ""
    secret: bool = False
    shape: Shape = "opaque"
    shown_once: bool = False


class Gotcha(Sourced, frozen=True, kw_only=True):
    """Something that surprises people, shown only where it applies.

    `when` narrows it: fact name -> accepted values, all must hold, an unknown fact never holds.
    """

    text: str
    when: dict[str, list[str]] = {}
    rank: int = 5
    """1 is shown first; 5 is ordinary; concise answers show the first three."""


class AuthModel(Sourced, frozen=True, kw_only=True):
    """Whose credentials: a set of credentials that belong together."""

    name: str
    summary: str
    credentials: dict[str, Credential]
    gotchas: dict[str, Gotcha] = {}
    aliases: list[str] = []


class AuthMethod(Sourced, frozen=True, kw_only=True):
    """How a request proves whose it is."""

    name: str
    summary: str
    header: str
    gotchas: dict[str, Gotcha] = {}
    aliases: list[str] = []


# -- products --------------------------------------------------------------------------------------------


class Accepts(Sourced, frozen=True, kw_only=True):
    """One way in that a product takes."""

    model: str
    method: str
    use: list[Environment]
    runs_on: list[Where] = msgspec.field(default_factory=lambda: ["backend"])
    credentials: list[str] = []
    """Ids of the model's credentials this product needs; empty means all of them."""


class Host(Sourced, frozen=True, kw_only=True):
    """One base URL. `{region}` is replaced by the region; `hosts` spells the exceptions out by region.

    Regions are in the order to offer them. `global` stands for the host without a region.
    """

    purpose: Literal["api", "configuration", "registration", "xml", "token"]
    url: str
    regions: list[str] = []
    hosts: dict[str, str] = {}
    model: str = ""
    """Only for this auth model, where a product has several."""


class Smoke(Sourced, frozen=True, kw_only=True):
    """The cheapest request that proves the credentials. Path parameters are credential ids in braces."""

    method: Literal["GET", "POST"]
    path: str
    expect: str
    side_effect: SideEffect = "none"
    host: str = "api"
    model: str = ""
    query: dict[str, str] = {}
    json: dict[str, Any] = {}
    form: dict[str, str] = {}
    proves: str = ""


class Failure(Sourced, frozen=True, kw_only=True):
    """What the product answers to one kind of bad request. `status` 0 and `body` empty mean unknown."""

    status: int = 0
    body: str = ""
    headers: dict[str, str] = {}


class Webhooks(Sourced, frozen=True, kw_only=True):
    """How the product signs what it sends to you."""

    scheme: WebhookScheme
    secret_env: str = ""
    secret_where: str = ""


class Region(Entry, frozen=True, kw_only=True):
    """What the region of this product is, and where a user can see theirs."""

    ask: bool = True
    """Whether a wrong region fails; false where a global host serves everybody."""
    find: str = ""
    default: str = ""


class Product(Entry, frozen=True, kw_only=True):
    """One Sinch API."""

    name: str
    checked: str
    summary: str
    status: str
    aliases: list[str]
    weak_aliases: list[str] = []
    """Words that point here only when nothing else in the text points elsewhere (sms, call, number)."""
    paths: list[str] = []
    """Fragments of URL paths that only this product has."""
    markers: list[str] = []
    """Identifiers in code, headers and error codes that only this product has."""
    accepts: list[Accepts]
    hosts: list[Host]
    region: Region | None = None
    smoke: list[Smoke] = []
    webhooks: Webhooks | None = None
    failures: dict[str, Failure] = {}
    gotchas: dict[str, Gotcha] = {}
    docs: list[str] = []
    dashboard: str = ""
    order: int = 50
    """Where it stands in lists; the products most asked about come first."""
    source: list[str]
    confidence: Confidence = "high"


# -- languages -------------------------------------------------------------------------------------------


class Coverage(Sourced, frozen=True, kw_only=True):
    """How one SDK release line covers one product (key `product` or `product@model`)."""

    accessor: str
    """How the product hangs on the client, as written in code."""
    call: str = ""
    """The cheapest call that proves the credentials, as written in code; empty where there is none."""
    arguments: list[str] = []
    """Names of the constructor arguments (setters, properties) this product needs, in order."""
    region_argument: str = ""
    region_names: dict[str, str] = {}
    """Region value -> how this SDK spells it (`eu` -> `ConversationRegion.EUROPE`)."""
    region_required: bool = False
    missing_region: str = ""
    """What happens without a region."""
    webhook: str = ""
    """The helper that checks a webhook's signature, as written in code."""
    since: str = ""


class Release(Sourced, frozen=True, kw_only=True):
    """One release line of an SDK, newest first in its language."""

    line: str
    """`2.x`; what a user says."""
    version: str
    """The newest version of the line that was read or run."""
    install: str
    released: str = ""
    covers: dict[str, Coverage]
    notes: dict[str, Gotcha] = {}


class Sdk(Sourced, frozen=True, kw_only=True):
    """An official SDK of a language."""

    name: str
    package: str
    runtime: str
    releases: list[Release]
    not_covered: str = ""


class HttpClient(Sourced, frozen=True, kw_only=True):
    """The client that plain HTTP snippets of a language use."""

    name: str
    install: str = ""
    runtime: str = ""


class Language(Entry, frozen=True, kw_only=True):
    """One thing a user writes."""

    name: str
    checked: str
    runs_on: Where
    suffix: str
    order: int
    aliases: list[str]
    markers: list[str] = []
    """Fragments of code that only this language has."""
    sdk: Sdk | None = None
    http: HttpClient | None = None
    gotchas: dict[str, Gotcha] = {}


# -- decisions and questions -----------------------------------------------------------------------------


class Rule(Entry, frozen=True, kw_only=True):
    """One row: when all conditions hold (input -> accepted values), then this outcome."""

    when: dict[str, list[str]] = {}
    then: str
    because: str


class Table(Entry, frozen=True, kw_only=True):
    """One decision. `unique`: exactly one row matches; `first`: the first that matches decides."""

    decides: str
    inputs: dict[str, list[str]]
    """Input fact -> every value it may take."""
    policy: Literal["unique", "first"]
    rows: list[Rule]


class Option(Entry, frozen=True, kw_only=True):
    """One choice of a question."""

    label: str
    hint: str = ""


class Question(Entry, frozen=True, kw_only=True):
    """What may be asked to learn one fact. `options` empty: they come from the knowledge base."""

    text: str
    why: str
    unknown: str
    """What "I don't know" leads to."""
    options: dict[str, Option] = {}
    default: str = ""
    """Taken, and said, where nobody can be asked."""


class RegionName(Entry, frozen=True, kw_only=True):
    """A part of the world, how each product's codes spell it, and the words users say for it."""

    name: str
    codes: list[str]
    """Every product has at most one of them."""
    words: list[str]
    order: int = 50


class Intent(Entry, frozen=True, kw_only=True):
    """Something a user may be after, and the phrases that say so."""

    aliases: list[str]


# -- troubleshooting -------------------------------------------------------------------------------------


class When(Entry, frozen=True, kw_only=True):
    """What makes a row fit. Scope fields must not contradict what is known; one clue must be in the text.

    A clue is a list of groups that must all be found; a group is one phrase or a list of alternatives.
    Phrases are matched on words, ignoring case, punctuation style, plural and small typos.
    """

    clues: list[list[str | list[str]]]
    products: list[str] = []
    models: list[str] = []
    languages: list[str] = []
    status: list[int] = []
    not_clues: list[str] = []
    """Phrases that rule the row out."""


def alternatives(group: str | list[str]) -> list[str]:
    """The phrases of one group of a clue."""
    return [group] if isinstance(group, str) else group


class Row(Sourced, frozen=True, kw_only=True):
    """One known trouble: when, cause, fix."""

    when: When
    cause: str
    fix: str
    kind: Literal["auth", "not-auth", "elsewhere", "refuse", "how-to"] = "auth"
    """not-auth: looks like authentication and is not; elsewhere: outside our subject, a pointer."""
    implies: dict[str, str] = {}
    """Facts this row makes certain (product, model, language, region, runs_on)."""
    confirm: str = ""
    """The evidence that would prove this cause."""
    show: Purpose | None = None
    """The snippet that is the fix."""
    ask: list[str] = []
    """Facts whose values would change this fix; asked first."""
    official_says: str = ""
    """Where official material says otherwise, what it says."""
    rank: int = 5
    """Breaks ties between rows that fit equally well; 1 comes first."""
    links: list[str] = []
    examples: list[str]


class Theme(Entry, frozen=True, kw_only=True):
    """A file of troubleshooting rows."""

    checked: str
    rows: dict[str, Row]


class Contradiction(Sourced, frozen=True, kw_only=True):
    """Two things in one text that cannot both be right. All that is given must hold; `row` says cause and fix.

    With `answer` nothing contradicts: it is what the answer of a product says by itself, where nothing else is known.
    """

    row: str
    because: str
    """What contradicts what; `{credential}`, `{host}` and `{version}` are replaced by what was found."""
    carried: list[str] = []
    """Kinds of credential that the request carries (the vocabulary stands in `contradictions.yaml`)."""
    models: list[str] = []
    """Auth models that the credential belongs to, instead of `carried`."""
    hosts: list[str] = []
    """Products whose host is called; `token` is the token endpoint, `project` any API of a project."""
    host_models: list[str] = []
    """Auth models that the host is for, where a product has a host for each."""
    path_ids: list[Literal["uuid", "hex-32"]] = []
    """The shape of the id in the path."""
    methods: list[str] = []
    content_types: list[str] = []
    region_differs: bool = False
    """Whether the text says another region than the host has."""
    quoted: bool = False
    """Whether the value is a variable in single quotes, or went out as the variable's name."""
    pattern: str = ""
    """A regular expression for what the masked text must show, where words cannot say it: a line of code, a header."""
    signed: Literal["", "content-type", "empty-md5", "hex-md5", "method", "path", "timestamp"] = ""
    """Line of a printed string to sign that the request beside it does not bear out."""
    languages: list[str] = []
    """Languages of the SDK in use."""
    since: str = ""
    before: str = ""
    """Release that the SDK's version must have reached, or must not have reached."""
    says: list[str | list[str]] = []
    """Phrases that must be in the text, as in a row's clue."""
    not_says: list[str] = []
    statuses: list[int] = []
    codes: list[str] = []
    """Error codes of the answer."""
    answer: bool = False
    examples: list[str]


# -- mistakes and wordings -----------------------------------------------------------------------------


class Mistake(Sourced, frozen=True, kw_only=True):
    """The text of one named wrong way to compute a signature or a token."""

    what: str
    why: str
    cure: str


class Wording(Entry, frozen=True, kw_only=True):
    """A short text of ours: a heading, a label."""

    text: str


# -- the doctor ------------------------------------------------------------------------------------------


class Tool(Sourced, frozen=True, kw_only=True):
    """Somebody else's tool that reads the same credentials under its own names."""

    name: str
    reads: dict[str, str]
    """Environment variable -> credential id, or what else it is (`region`, `app_id`)."""
    files: list[str] = []
    """Where it is configured: relative to the project, or to the home folder with `~/`."""
    servers: list[str] = []
    """Words in an MCP server's command by which its entry in such a file is known; without them it holds values."""


class Finding(Entry, frozen=True, kw_only=True):
    """One thing the doctor can find; `{…}` stands for what was found."""

    severity: Literal["ok", "info", "warning", "error"]
    message: str
    fix: str = ""


# -- proofs ----------------------------------------------------------------------------------------------


class Proof(Entry, frozen=True, kw_only=True):
    """How a snippet was checked."""

    level: Literal["executed", "compiled", "parsed"]
    against: str
    checked: str
    digest: str


# -- public surfaces of the SDKs -------------------------------------------------------------------------


class Member(Entry, frozen=True, kw_only=True):
    """One member of a type, as code names it. A constructor is called `new`."""

    kind: Literal["constructor", "function", "method", "property", "constant"]
    takes: list[list[str]] = []
    """One list for each overload: its arguments in order, as `name: Type`, or `name?: Type` where it may be
    left out. A Swift argument is named by its label, `_` for none."""
    gives: str = ""
    """The type of the value; empty for none."""
    static: bool = False
    throws: bool = False
    required: bool = False
    """For a member of an interface: whether whoever implements it must write it."""


class SurfaceType(Sourced, frozen=True, kw_only=True):
    """One public type of an SDK."""

    kind: Literal["class", "interface", "enum"]
    module: str
    """What code imports to name it: a namespace, a package, a module, a script's global."""
    package: str
    """Which of the surface's packages has it."""
    members: dict[str, Member] = {}


class Surface(Entry, frozen=True, kw_only=True):
    """What one language's SDKs offer, to check code that cannot be run here. Not every member is listed."""

    checked: str
    packages: dict[str, str]
    """Package -> the version that was read."""
    types: dict[str, SurfaceType]
    absent: dict[str, str] = {}
    """What people write that is not there -> what is, or empty where nothing is."""
    source: list[str]
    confidence: Confidence = "high"

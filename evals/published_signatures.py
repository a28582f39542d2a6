"""Signing examples of official pages that do not verify: what each really signs, computed anew.

`python -m evals.published_signatures` prints the table of docs/published-signature-errors.md; with `--write` it puts
the table there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from sinch_auth import knowledge, signing
from sinch_auth.schema import Mistake

DOCUMENT = Path(__file__).parents[1] / "docs/published-signature-errors.md"
BEGIN = "<!-- begin: python -m evals.published_signatures -->"
END = "<!-- end -->"

_DOCS = "https://developers.sinch.com/docs"
_OLD = "https://github.com/sinch/docs/blob/a7e241c5a8cbe2eee4a5511a6d43f7de8d295e50/docs/voice/using-rest.md"
_APPLICATION = ("5F5C418A0F914BBC8234A9BF5EDDAD97", "JViE5vDor0Sw3WllZka15Q==")
_CALLBACK = ("669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA==")
_INSTANCE = ("00a3ffb1-0808-4dd4-9c7d-e4383d82e445", "bRo76GRddEyetgJDTgkLHA==")
_HELLO = "qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM="
_SHOP = "/v1/organisations/id/8888123/numbers/shop"
_NUMBERS = "/v1/applications/key/bb7b4e39-4227-4913-8c81-2db4abb54fb3/numbers"
_2014, _2015 = "2014-06-04T13:41:58Z", "2015-06-20T11:43:10.944Z"


@dataclass(frozen=True)
class Example:
    """One printed example. `body` is None where its white space cannot be recovered from the page."""

    page: str
    url: str
    credentials: tuple[str, str]
    method: str
    path: str
    timestamp: str
    body: str | None
    printed: str
    remark: str

    @property
    def request(self) -> signing.Request:
        headers = {"content-type": "application/json", "x-timestamp": self.timestamp}
        body = '{"event":"VerificationResultEvent"}' if self.body is None else self.body
        return signing.Request.of(self.method, self.path, headers, body)

    def explained(self) -> signing.Explanation:
        """What the printed signature is."""
        key, secret = self.credentials
        return signing.explain("signed-request", self.request, secret, key=key, signature=self.printed)


EXAMPLES = (
    Example(
        "Voice: signed requests", f"{_DOCS}/voice/api-reference/authentication/signed-request", _APPLICATION,
        "POST", "/calling/v1/callouts", _2014, '{"message":"Hello world"}', _HELLO,
        "it belongs to the path /v1/sms/+46700000000 of an SMS API of 2014",
    ),
    Example(
        "Verification: application-signed requests",
        f"{_DOCS}/verification/api-reference/authentication/application-signed-request", _APPLICATION,
        "POST", "/verification/v1/verifications", _2014,
        '{"identity": {"type": "number", "endpoint": "+46700000000"}, "method": "sms"}', _HELLO,
        "signature and MD5 both belong to that SMS example; the MD5 of the printed body is `c5jl2EZiU6BpQ2QiBOJ/gQ==`",
    ),
    Example(
        "Number Lookup: signed requests", f"{_DOCS}/number-lookup-api/api-reference/authentication/signed-request",
        _APPLICATION, "POST", "/v1/lookups", _2014, '"number": "+46700000000"', _HELLO,
        "the same SMS example; the printed body is not JSON either",
    ),
    Example(
        "Verification: signed callbacks", f"{_DOCS}/verification/api-reference/authentication/callback-signed-request",
        _CALLBACK, "POST", "/sinch/callback/result", "2014-09-24T10:59:41Z", None,
        "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=",
        "it belongs to the Voice callback example at /sinch/callback/ace",
    ),
    Example(
        "Instance-signed requests of 2021, example 1, Signature", _OLD, _INSTANCE, "PUT", _SHOP, _2015,
        '{"groupId":13,"quantity":1}', "a6p7RYw8bMr3JuZh1LArvWTLJjIgCeQj5nsRZaXW7VQ=", "",
    ),
    Example(
        "Instance-signed requests of 2021, example 1, Authorization", _OLD, _INSTANCE, "PUT", _SHOP, _2015,
        '{"groupId":13,"quantity":1}', "rMc5t4BI62b3o7JhPWX6/CslXYdbkC7rs5dyqBj9MIA=", "",
    ),
    Example(
        "Instance-signed requests of 2021, example 2, Signature", _OLD, _INSTANCE, "GET", _NUMBERS, _2015, "",
        "VE1UwyOa8r9DscyBWGVZ43qEDn+SGJGoNe2aN8WrR+8=", "",
    ),
    Example(
        "Instance-signed requests of 2021, example 2, Authorization", _OLD, _INSTANCE, "GET", _NUMBERS, _2015, "",
        "xz+CPft5te5h9bCFJAeCd1OKhSW2ZUFnmX4gcGuZqcY=", "",
    ),
)  # fmt: skip


def table() -> str:
    """The examples, each with what is wrong with it and the signature that would be right."""
    base = knowledge.load()
    lines = [
        "| page | printed signature | what it is | right for the printed request |",
        "|---|---|---|---|",
    ]
    for example in EXAMPLES:
        made = example.explained()
        named = "; ".join(f"{base.entry('mistake', one.id, Mistake).what} (`{one.id}`)" for one in made.mistakes)
        assert made.expected is not None
        right = f"`{made.expected.signature}`" if example.body is not None else "unknown: the page lost the white space"
        what = f"{named}: {example.remark}" if example.remark else named
        lines.append(f"| [{example.page}]({example.url}) | `{example.printed}` | {what} | {right} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table, or put it into the document."""
    if "--write" not in sys.argv:
        print(table())
        return 0
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

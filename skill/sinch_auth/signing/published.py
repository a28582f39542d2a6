"""Signatures that documentation pages print, and what each of them really signs: people send them as their own."""

from __future__ import annotations

from collections.abc import Mapping

_SMS = "POST\njANzQ+rgAHyf1MWQFSwvYw==\napplication/json\nx-timestamp:2014-06-04T13:41:58Z\n/v1/sms/+46700000000"
_ACE = "POST\nREWF+X220L4/Gw1spXOU7g==\napplication/json\nx-timestamp:2014-09-24T10:59:41Z\n/sinch/callback/ace"
_SHOP = (
    "PUT\nBKCnAAx1KstTZCD0hQLbkw=={}\napplication/json\nx-timestamp:2015-06-20T11:43:10.944Z\n"
    "{}v1/organisations/id/8888123/numbers/shop"
)
_NUMBERS = (
    "GET\n{}\napplication/json\nx-timestamp:2015-06-20T11:43:10.944Z\n"
    "{}v1/applications/key/bb7b4e39-4227-4913-8c81-2db4abb54fb3/numbers"
)

PUBLISHED: Mapping[str, bytes] = {
    signature: text.encode()
    for signature, text in {
        "qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM=": _SMS,
        "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=": _ACE,
        "a6p7RYw8bMr3JuZh1LArvWTLJjIgCeQj5nsRZaXW7VQ=": _SHOP.format("", ""),
        "rMc5t4BI62b3o7JhPWX6/CslXYdbkC7rs5dyqBj9MIA=": _SHOP.format("\n", "/"),
        "VE1UwyOa8r9DscyBWGVZ43qEDn+SGJGoNe2aN8WrR+8=": _NUMBERS.format("", ""),
        "xz+CPft5te5h9bCFJAeCd1OKhSW2ZUFnmX4gcGuZqcY=": _NUMBERS.format("\n", "/"),
    }.items()
}
"""Printed signature -> the string to sign that gives it with the secret of its page (signing.md §1.1)."""

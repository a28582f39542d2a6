"""Code for SDKs that cannot run here uses only what their published sources have."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest
import yaml
from surface_names import problems

from sinch_auth import snippets
from sinch_auth.knowledge import Knowledge
from sinch_auth.resources import data_folder
from sinch_auth.schema import Surface
from sinch_auth.snippets import SnippetRequest

LANGUAGES = ["dotnet", "browser", "ios", "android"]


def surface(language: str) -> Surface:
    """What the SDKs of a language offer."""
    text = (data_folder("knowledge") / "surfaces" / f"{language}.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), Surface)


def cells(base: Knowledge, language: str) -> list[SnippetRequest]:
    """The cells that use an SDK, each region of the SDK once."""
    found = []
    for request in snippets.cells(base):
        if request.language == language and request.route != "http":
            sdk = base.language(language).sdk
            assert sdk
            line = next(r for r in sdk.releases if request.product in {key.split("@")[0] for key in r.covers})
            covered = line.covers.get(f"{request.product}@{request.model}") or line.covers[request.product]
            regions = ["", *covered.region_names] if request.purpose in ("init", "call") else [""]
            found += [replace(request, region=region) for region in regions]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_names_of_the_surface_are_used(base: Knowledge, language: str) -> None:
    """Types, members, arguments, imports and callbacks stand in the surface."""
    found = {}
    for request in cells(base, language):
        said = problems(surface(language), language, snippets.render(base, request).code)
        if said:
            found[f"{request.id} {request.region}"] = said
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_misspelt_member_is_found(base: Knowledge, language: str) -> None:
    """Each use of a member, changed by one letter, is a problem: the check above can fail."""
    known = surface(language)
    members = {name for one in known.types.values() for name in one.members} - {"new", "message", "code"}
    tried: set[str] = set()
    for request in cells(base, language):
        code = snippets.render(base, request).code
        if request.region:
            continue
        for match in re.finditer(r"(?<=\.)(\w+)\b(?=[(.\s])", code):
            line = code[code.rfind("\n", 0, match.start()) + 1 : match.start()]
            use = line + match[1]
            if (
                use not in tried
                and match[1] in members
                and "//" not in line
                and "import" not in line
                and "Console" not in line
            ):
                spoilt = f"{code[: match.end()]}x{code[match.end() :]}"
                assert problems(known, language, spoilt), (request.id, use)
                tried.add(use)
    assert len(tried) > 3


@pytest.mark.parametrize(
    "language, code, said",
    [
        ("dotnet", "var s = new SinchClient(keyId, keySecret, projectId);", "Sinch is not imported"),
        ("dotnet", "using Sinch;\nvar s = new SinchClient(projectId: a, secret: b, keySecret: c);", "takes"),
        ("dotnet", "using Sinch;\nvar s = new SinchClient(a, b, c);\ns.Voice(a);", "takes"),
        ("dotnet", "using Sinch;\nvar s = new SinchClient(a, b, c);\nvar x = s.NumberLookup;", "has no NumberLookup"),
        ("browser", "<script>Sinch.getSinchClientBuilder().applicationSecret(s).build();</script>", "applicationSecret"),
        ("browser", "<script>const c = Sinch.getSinchClientBuilder().build(); c.start(1);</script>", "takes"),
        ("ios", "import SinchRTC\nlet c = try SinchRTC.client(withKey: k, userId: u)\n", "takes"),
        ("ios", "import SinchRTC\nclass A: SinchClientDelegate {\n}\n", "clientDidStart is not implemented"),
        ("android", "import com.sinch.android.rtc.SinchClient\nval c = SinchClient.builder().build().stop()\n", "no stop"),
        ("android", "import com.sinch.android.rtc.SinchClientListener\nimport com.sinch.android.rtc.SinchError\n"
                    "class A : SinchClientListener {\n    override fun onFailed(error: SinchError) {}\n}\n", "overrides nothing"),
    ],
)  # fmt: skip
def test_a_wrong_use_is_found(language: str, code: str, said: str) -> None:
    """Wrong arguments, missing imports, callbacks that are not there."""
    assert any(said in problem for problem in problems(surface(language), language, code))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_surface_is_of_the_version_that_is_installed(base: Knowledge, language: str) -> None:
    """The versions that were read are those that the install lines name."""
    sdk = base.language(language).sdk
    assert sdk
    assert set(surface(language).packages.values()) == {release.version for release in sdk.releases}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_has_a_source_that_is_known(base: Knowledge, language: str) -> None:
    """What a surface cites stands in the list of sources, and each type is of a package that was read."""
    known = surface(language)
    for name, one in known.types.items():
        assert one.package in known.packages, name
        for source in one.source:
            assert base.has("source", source.split(":")[0]), (name, source)

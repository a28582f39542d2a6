"""What is written of the server beside its code: the document, the image, the manifest."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import yaml
from evals.mcp_clients import ROOT

from sinch_auth.surfaces import mcp_http

DOCUMENT = ROOT / "docs/mcp.md"
DATA = yaml.safe_load((ROOT / "tests/mcp/conformance.yaml").read_text(encoding="utf-8"))
MARKED = re.compile(r"(<!-- conformance:[^>]*-->\n).*?(<!-- /conformance -->)", re.DOTALL)


def conformance() -> str:
    """The list of scenarios as the document shows it."""
    untestable = [check for checks in DATA["untestable"].values() for check in checks]
    lines = [f"Pass: {', '.join(DATA['applies'])}."]
    lines += ["", f"Over stdio too: {', '.join(DATA['stdio'])}."]
    lines += ["", f"Checks inside those that call a tool made for the suite: {', '.join(untestable)}.", ""]
    lines += ["| does not apply | because |", "|---|---|"]
    lines += [f"| {name} | {reason} |" for name, reason in DATA["does-not-apply"].items()]
    return "\n".join(lines) + "\n"


def test_the_document_lists_every_scenario() -> None:
    """What applies and what not, with reasons, as the test has it; SINCH_AUTH_UPDATE=1 writes it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    made = MARKED.sub(lambda match: match[1] + conformance() + match[2], text)
    if os.environ.get("SINCH_AUTH_UPDATE"):
        DOCUMENT.write_text(made, encoding="utf-8")
    assert made == DOCUMENT.read_text(encoding="utf-8")
    assert conformance() in made


def test_every_setting_is_documented() -> None:
    """Each variable that is read stands in the document, and there is none that is not read."""
    code = (ROOT / "skill/sinch_auth/surfaces/mcp_http.py").read_text(encoding="utf-8")
    read = {f"SINCH_AUTH_MCP_{name}" for name in re.findall(r"\{PREFIX\}([A-Z_]+)", code)} | {"SINCH_AUTH_MCP_LOG"}
    told = set(re.findall(r"SINCH_AUTH_MCP_[A-Z_]+", DOCUMENT.read_text(encoding="utf-8")))
    assert told == read
    assert mcp_http.Settings.read.__doc__
    assert all(name in mcp_http.Settings.read.__doc__ for name in read)


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The objects of the manifest by kind."""
    text = (ROOT / "deploy/kubernetes.yaml").read_text(encoding="utf-8")
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


def test_the_manifest_has_what_it_takes(manifest: dict[str, Any]) -> None:
    """Deployment, service, probes, autoscaling, and settings that the server reads."""
    assert {"Deployment", "Service", "HorizontalPodAutoscaler", "Secret", "ConfigMap"} <= set(manifest)
    pod = manifest["Deployment"]["spec"]["template"]
    [container] = pod["spec"]["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http"}
    assert pod["metadata"]["labels"] == manifest["Service"]["spec"]["selector"]
    told = DOCUMENT.read_text(encoding="utf-8")
    assert all(name in told for name in manifest["ConfigMap"]["data"])
    mcp_http.Settings.read({**manifest["ConfigMap"]["data"], "SINCH_AUTH_MCP_KEYS_FILE": ""})


def test_the_pod_outlives_its_last_requests(manifest: dict[str, Any]) -> None:
    """The time to end is longer than the pause and the time in which requests are finished."""
    pod = manifest["Deployment"]["spec"]["template"]["spec"]
    pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > pause + mcp_http._GRACE_SECONDS


def test_the_image_serves_on_the_port_of_the_manifest(manifest: dict[str, Any]) -> None:
    """The image listens where the manifest looks, as nobody in particular, and copies only what the package is made of."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    [container] = manifest["Deployment"]["spec"]["template"]["spec"]["containers"]
    port = container["ports"][0]["containerPort"]
    assert f"EXPOSE {port}" in text
    assert f'"--port", "{port}"' in text
    assert "USER 65532" in text
    for name in re.findall(r"^COPY (?!--from)(.*) \./", text, re.MULTILINE):
        assert all((ROOT / one).exists() for one in name.split())

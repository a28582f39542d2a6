"""Unchanged programs reach the sandbox both ways: curl, Node's fetch and https, urllib, httpx, requests, java.net.http."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest
from evals import toolchains
from sandbox_runner import Runner

CURL = (
    'curl -s -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" https://auth.sinch.com/oauth2/token -d grant_type=client_credentials'
)

NODE_FETCH = """
const { SINCH_APPLICATION_KEY: key, SINCH_APPLICATION_SECRET: secret } = process.env;
const authorization = 'Basic ' + btoa(`${key}:${secret}`);
fetch('https://callingapi.sinch.com/v1/configuration/numbers', { headers: { authorization } })
  .then((answer) => answer.text()).then(console.log);
"""

NODE_HTTPS = """
const { SINCH_APPLICATION_KEY: key, SINCH_APPLICATION_SECRET: secret } = process.env;
require('https').get('https://callingapi.sinch.com/v1/configuration/numbers', { auth: `${key}:${secret}` },
  (answer) => answer.pipe(process.stdout));
"""

URLLIB = """
import os, urllib.request, base64
pair = base64.b64encode(f"{os.environ['SINCH_APPLICATION_KEY']}:{os.environ['SINCH_APPLICATION_SECRET']}".encode())
url = "https://callingapi.sinch.com/v1/configuration/numbers"
request = urllib.request.Request(url, headers={"Authorization": "Basic " + pair.decode()})
print(urllib.request.urlopen(request).read().decode())
"""

HTTPX = """
import httpx, os
pair = os.environ["SINCH_APPLICATION_KEY"], os.environ["SINCH_APPLICATION_SECRET"]
print(httpx.get("https://callingapi.sinch.com/v1/configuration/numbers", auth=pair).text)
"""

REQUESTS = HTTPX.replace("httpx", "requests")

JAVA = """
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;

class Numbers {
  public static void main(String[] given) throws Exception {
    String pair = System.getenv("SINCH_APPLICATION_KEY") + ":" + System.getenv("SINCH_APPLICATION_SECRET");
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://callingapi.sinch.com/v1/configuration/numbers"))
        .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes())).build();
    System.out.println(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
  }
}
"""


def test_curl_gets_a_token(sandbox: Runner, way: str, need: Callable[[str], str]) -> None:
    """curl, as the documentation has it, gets an access token."""
    need("curl")
    ran = sandbox("bash", "-c", CURL, options=["--via", way])
    assert json.loads(ran.output)["token_type"] == "bearer"
    assert [entry["verdict"] for entry in ran.requests] == ["accepted"]


@pytest.mark.parametrize("script", [NODE_FETCH, NODE_HTTPS], ids=["fetch", "https"])
def test_node_is_served(sandbox: Runner, way: str, script: str, need: Callable[[str], str]) -> None:
    """Node, which ignores proxy settings, reaches the sandbox with fetch and with https."""
    ran = sandbox(need("node"), "-e", script, options=["--via", way])
    assert json.loads(ran.output) == {"numbers": []}


@pytest.mark.parametrize("script", [URLLIB, HTTPX], ids=["urllib", "httpx"])
def test_python_is_served(sandbox: Runner, way: str, script: str) -> None:
    """Python reaches the sandbox with urllib and with httpx."""
    ran = sandbox(sys.executable, "-c", script, options=["--via", way])
    assert json.loads(ran.output) == {"numbers": []}, ran.errors


def test_python_requests_is_served(sandbox: Runner, way: str) -> None:
    """Python's requests, which brings its own list of authorities, trusts the sandbox."""
    ran = sandbox(str(toolchains.python_sdk("2")), "-c", REQUESTS, options=["--via", way])
    assert json.loads(ran.output) == {"numbers": []}, ran.errors


def test_java_is_served(sandbox: Runner, way: str, need: Callable[[str], str], tmp_path: object) -> None:
    """Java's own HTTP client, which ignores proxy variables and SSL_CERT_FILE, reaches and trusts the sandbox."""
    source = f"{tmp_path}/Numbers.java"
    with open(source, "w", encoding="utf-8") as file:
        file.write(JAVA)
    ran = sandbox(need("java"), source, options=["--via", way])
    assert json.loads(ran.output) == {"numbers": []}, ran.errors


def test_php_is_served(sandbox: Runner, way: str, need: Callable[[str], str]) -> None:
    """PHP's stream wrapper, with its own setting for authorities, trusts the sandbox."""
    if way == "proxy":
        pytest.skip("PHP's streams know no proxy variable: docs/sandbox.md says so")
    script = """
    $pair = base64_encode(getenv('SINCH_APPLICATION_KEY') . ':' . getenv('SINCH_APPLICATION_SECRET'));
    $context = stream_context_create(['http' => ['header' => "Authorization: Basic $pair"]]);
    echo file_get_contents('https://callingapi.sinch.com/v1/configuration/numbers', false, $context);
    """
    ran = sandbox(need("php"), "-r", script, options=["--via", way])
    assert json.loads(ran.output) == {"numbers": []}, ran.errors


def test_ruby_is_served(sandbox: Runner, way: str, need: Callable[[str], str]) -> None:
    """Ruby's Net::HTTP reaches the sandbox."""
    script = """
    require 'net/http'
    request = Net::HTTP::Get.new(URI('https://callingapi.sinch.com/v1/configuration/numbers'))
    request.basic_auth(ENV['SINCH_APPLICATION_KEY'], ENV['SINCH_APPLICATION_SECRET'])
    puts Net::HTTP.start(request.uri.host, 443, use_ssl: true) { |http| http.request(request) }.body
    """
    ran = sandbox(need("ruby"), "-e", script, options=["--via", way])
    assert json.loads(ran.output) == {"numbers": []}, ran.errors

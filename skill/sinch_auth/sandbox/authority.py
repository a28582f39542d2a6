"""A certificate authority for one run, and the ways programs are told to trust it."""

from __future__ import annotations

import ssl
import warnings
import weakref
from collections import Counter, OrderedDict
from collections.abc import Mapping
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

_KEPT_CERTIFICATES = 256
_STORE_PASSWORD = "sandbox"
"""Guards nothing: the trust store holds public certificates. Java wants one."""

SYSTEM_BUNDLES = tuple(
    Path(p)
    for p in (
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/etc/ssl/ca-bundle.pem",
    )
)
"""Where libraries look that read no variable (libcurl inside PHP, for one)."""


class Authority:
    """Signs a certificate for any host it is asked for by name (SNI)."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="sinch-auth sandbox", organization_unit_name="one run")
        self._contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()
        self._shaking: weakref.WeakKeyDictionary[ssl.SSLObject, str] = weakref.WeakKeyDictionary()
        self._asked: Counter[str] = Counter()
        self._trusted: Counter[str] = Counter()
        self.context = self._context("localhost")
        self.context.sni_callback = self._choose

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, PEM."""
        return self._authority.cert_pem.bytes()

    def trusted(self, connection: ssl.SSLObject) -> None:
        """Note that a client went through with a connection: it accepted our certificate."""
        name = self._shaking.pop(connection, None)
        if name:
            self._trusted[name] += 1

    @property
    def distrusted(self) -> dict[str, int]:
        """Host -> connections whose client asked for it and then broke off before its first request."""
        return dict(self._asked - self._trusted)

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if not name or len(name) > 253:
            return
        name = name.lower()
        if len(self._asked) < _KEPT_CERTIFICATES or name in self._asked:
            self._asked[name] += 1
            self._shaking[connection] = name
        context = self._contexts.get(name)
        if context is None:
            context = self._contexts[name] = self._context(name)
            if len(self._contexts) > _KEPT_CERTIFICATES:
                self._contexts.popitem(last=False)
        connection.context = context

    def _context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        self._authority.issue_cert(host).configure_cert(context)
        return context


def hand_over(
    authority: Authority, folder: Path, environment: Mapping[str, str], *, keep_others: bool, php: bool = True
) -> dict[str, str]:
    """Write the certificate where programs can read it; the variables that point there.

    `keep_others` also trusts the system's authorities, for a program that still reaches the real network.
    """
    own = authority.certificate
    others = _system_bundle() if keep_others else b""
    bundle = folder / "trusted.pem"
    bundle.write_bytes(own + others)
    only = folder / "sandbox.pem"
    extra = environment.get("NODE_EXTRA_CA_CERTS", "")
    kept = Path(extra).read_bytes() if keep_others and extra and Path(extra).is_file() else b""
    only.write_bytes(own + kept)
    store = folder / "trusted.p12"
    store.write_bytes(_java_store(own + others))
    variables = {
        name: str(bundle)
        for name in (
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "AWS_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
            "HTTPLIB2_CA_CERTS",
            "NIX_SSL_CERT_FILE",
            "DENO_CERT",
        )
    }
    variables["NODE_EXTRA_CA_CERTS"] = str(only)
    variables["JAVA_TOOL_OPTIONS"] = _joined(
        environment.get("JAVA_TOOL_OPTIONS", ""),
        quoted(f"-Djavax.net.ssl.trustStore={store}"),
        f"-Djavax.net.ssl.trustStorePassword={_STORE_PASSWORD}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
    )
    if php:
        scanned = folder / "php"
        scanned.mkdir(exist_ok=True)
        (scanned / "sandbox.ini").write_text(f'curl.cainfo="{bundle}"\nopenssl.cafile="{bundle}"\n')
        # php(1): an empty element stands for the folder that was compiled in.
        variables["PHP_INI_SCAN_DIR"] = f"{environment.get('PHP_INI_SCAN_DIR', '')}:{scanned}"
    return variables


def quoted(option: str) -> str:
    """An option as JAVA_TOOL_OPTIONS and NODE_OPTIONS want it: both take double quotes around spaces."""
    return f'"{option}"' if " " in option else option


def _joined(*options: str) -> str:
    return " ".join(o for o in options if o)


def _system_bundle() -> bytes:
    for path in SYSTEM_BUNDLES:
        if path.is_file():
            return path.read_bytes()
    return b"".join(
        ssl.DER_cert_to_PEM_cert(der).encode() for der in ssl.create_default_context().get_ca_certs(binary_form=True)
    )


def _java_store(pem: bytes) -> bytes:
    # keytool marks trusted certificates with an attribute that a plain PKCS12 lacks; this writer sets it.
    with warnings.catch_warnings():
        # Some old authorities of the system have serial numbers that RFC 5280 forbids; they are passed on as they are.
        warnings.simplefilter("ignore")
        loaded = x509.load_pem_x509_certificates(pem)
    certificates = [PKCS12Certificate(one, f"ca-{number}".encode()) for number, one in enumerate(loaded)]
    return serialize_java_truststore(certificates, BestAvailableEncryption(_STORE_PASSWORD.encode()))

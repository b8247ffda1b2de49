"""nginx with the site file we ship, on ports of its own and with a self-signed certificate."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.capabilities import NGINX
from tests.processes import ROOT, accepts_connections, wait_until

CALLER = "X-Test-Caller"
SITE = ROOT / "deploy" / "nginx.conf"


class Proxy:
    """nginx with the site's files in `folder`; `http` and `https` are its ports, `web` is the service's."""

    def __init__(self, folder: Path, http: int, https: int, web: int) -> None:
        self.folder, self.http, self.https = folder, http, https
        _write_certificate(folder)
        changes = {
            "listen 80;": f"listen 127.0.0.1:{http};",
            "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl;\n": "",
            "rate=10r/s": "rate=1r/m",  # a faster rate would refill the burst while a test runs
            "127.0.0.1:8000": f"127.0.0.1:{web}",
            "/etc/letsencrypt/live/credit.example/": f"{folder}/",
        }
        site = SITE.read_text()
        for original, replacement in changes.items():
            assert original in site, original
            site = site.replace(original, replacement)
        (folder / "site.conf").write_text(site)
        (folder / "nginx.conf").write_text(_main_config(folder))

    def check(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self._command(), "-t"], capture_output=True, text=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        process = subprocess.Popen([*self._command(), "-g", "daemon off;"])
        try:
            wait_until(lambda: accepts_connections(self.https))
            yield
        finally:
            process.terminate()
            process.wait(120)

    def _command(self) -> list[str]:
        assert NGINX is not None
        log = str(self.folder / "error.log")
        return [NGINX, "-p", str(self.folder), "-e", log, "-c", str(self.folder / "nginx.conf")]


def _main_config(folder: Path) -> str:
    """Return an nginx.conf that includes the site, as a distribution's own does."""
    buffers = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(
        [
            "user root;" if os.geteuid() == 0 else "",  # the folder is ours alone
            f"pid {folder}/pid;",
            "events { worker_connections 2000; }",
            "http {",
            f"access_log {folder}/access.log;",
            # Callers have the address that a test puts into a header.
            "set_real_ip_from 127.0.0.1;",
            f"real_ip_header {CALLER};",
            *(f"{name}_temp_path {folder}/{name};" for name in buffers),
            f"include {folder}/site.conf;",
            "}",
        ]
    )


def _write_certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "credit.example")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))

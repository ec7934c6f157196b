"""Prepare what docker-compose.yml asks for: a file for each secret, certificates, the images' digests.

Never overwrites what is there. Secrets of a `.env` that an earlier version wrote are taken over as they are.
"""

from __future__ import annotations

import base64
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROLES = ("ADMIN", "LOADER", "TRANSFORMER", "STEWARD", "BI", "VIEWER", "AUDITOR", "AIRFLOW")
SECRETS: dict[str, Callable[[], str]] = {
    **{f"pg_{role.lower()}_password": lambda: secrets.token_hex(24) for role in ROLES},
    "airflow_admin_password": lambda: secrets.token_urlsafe(18),
    "identity_key": lambda: secrets.token_hex(32),
    "airflow_fernet_key": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "broker_password": lambda: secrets.token_hex(24),
    "airflow_jwt_secret": lambda: secrets.token_hex(32),
    "superset_secret_key": lambda: secrets.token_hex(32),
    "superset_admin_password": lambda: secrets.token_urlsafe(18),
}
"""By file, how it is made."""
CERTIFIED = ("postgres", "valkey")
"""Services that show a certificate for their name, in the files `<name>_tls_certificate` and `<name>_tls_key`."""
IMAGES = {
    "POSTGRES_DIGEST": "postgres:18",
    "PYTHON_DIGEST": "python:3.13-slim-bookworm",
    "CITUS_DIGEST": "citusdata/citus:13.2.0",
    "VALKEY_DIGEST": "valkey/valkey:8-bookworm",
    "SUPERSET_PYTHON_DIGEST": "python:3.11-slim-bookworm",
}
"""By variable of .env, the image whose digest it is."""
DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})\b")


class CannotPrepare(RuntimeError):
    """A program is missing or refuses; says which and what to do."""


def write_secrets(root: Path) -> list[str]:
    """Write each secret that is not there into its file; returns those that were written.

    The folder is for its owner alone; its files can be read, because a container sees them under an account of its own.
    """
    folder, known = root / "secrets", _old_variables(root)
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    written = []
    for name, make in SECRETS.items():
        path = folder / name
        if not path.exists():
            path.write_text(known.get(name) or make())
            path.chmod(0o444)
            written.append(name)
    return written


def write_certificate(root: Path, name: str) -> bool:
    """Write a service's certificate for its name and its key; False where they are there.

    It vouches for itself: only these containers connect to it by that name. Raises CannotPrepare.
    """
    certificate, key = (root / "secrets" / f"{name}_tls_{what}" for what in ("certificate", "key"))
    if certificate.exists() and key.exists():
        return False
    _run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
        "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
        "-keyout", str(key), "-out", str(certificate),
    )  # fmt: skip
    for path in (certificate, key):
        path.chmod(0o444)
    return True


def pin_images(root: Path) -> dict[str, str]:
    """Write the digest of each image that has none yet into .env; returns those that were written.

    To take newer images, delete the lines and run it again. Raises CannotPrepare.
    """
    path = root / ".env"
    known = _lines(path)
    found = {}
    for variable, image in IMAGES.items():
        if variable not in known:
            _run("docker", "pull", "--quiet", image)
            said = _run("docker", "image", "inspect", "--format", '{{join .RepoDigests " "}}', image)
            digest = DIGEST.search(said)
            if digest is None:
                raise CannotPrepare(f"docker names no digest of {image}: {said.strip()[:200]!r}")
            found[variable] = digest[1]
    if found:
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in found.items())
    return found


def move_settings(root: Path) -> list[str]:
    """Copy what is no office's connection from agencies.env, which one service alone is given now, to settings.env."""
    path = root / "settings.env"
    said = {
        name: value for name, value in _lines(root / "agencies.env").items() if not name.startswith("AIRFLOW_CONN_")
    }
    if path.exists() or not said:
        return []
    path.write_text("".join(f"{name}={value}\n" for name, value in said.items()))
    return list(said)


def _old_variables(root: Path) -> dict[str, str]:
    """Read the secrets of an earlier version's .env, by the file that holds each now."""
    return {name.lower().removeprefix("cakupan_"): value for name, value in _lines(root / ".env").items()}


def _lines(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _run(*command: str) -> str:
    if shutil.which(command[0]) is None:
        raise CannotPrepare(f"there is no {command[0]} on this machine; install it and run `make env` again")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotPrepare(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def main(root: Path = ROOT) -> int:
    """Prepare what is missing and say it; returns 1 where something could not be prepared."""
    say = sys.stdout.write
    old = _old_variables(root)
    if written := write_secrets(root):
        say(f"wrote secrets/: {', '.join(written)}\n")
        say("keep secrets/identity_key safe: without it no worker keeps their key\n")
    if set(old) & set(SECRETS):
        say("the secrets of .env are in secrets/ now; delete their lines there, nothing reads them any more\n")
    if moved := move_settings(root):
        say(f"copied to settings.env, which all services read: {', '.join(moved)}; delete them in agencies.env\n")
    try:
        for name in CERTIFIED:
            if write_certificate(root, name):
                say(f"wrote the certificate of {name} and its key to secrets/\n")
        if pinned := pin_images(root):
            say(f"pinned in .env: {', '.join(pinned)}\n")
    except CannotPrepare as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Generate the secrets that docker-compose.yml asks for; never overwrites what is there."""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROLES = ("ADMIN", "LOADER", "TRANSFORMER", "BI", "AUDITOR", "AIRFLOW")


def variables() -> dict[str, str]:
    """Make a fresh secret for every variable of .env."""
    made = {f"CAKUPAN_PG_{role}_PASSWORD": secrets.token_hex(24) for role in ROLES}
    made["CAKUPAN_AIRFLOW_ADMIN_PASSWORD"] = secrets.token_urlsafe(18)
    made["CAKUPAN_IDENTITY_KEY"] = secrets.token_hex(32)
    made["AIRFLOW_FERNET_KEY"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    made["AIRFLOW_JWT_SECRET"] = secrets.token_hex(32)
    made["SUPERSET_SECRET_KEY"] = secrets.token_hex(32)
    made["SUPERSET_ADMIN_PASSWORD"] = secrets.token_urlsafe(18)
    return made


def main(root: Path = ROOT) -> int:
    """Write .env, readable by its owner only; returns 1 when it exists already."""
    path = root / ".env"
    if path.exists():
        sys.stderr.write(".env is already there; move it away to generate new secrets.\n")
        return 1
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in variables().items()))
    sys.stdout.write("wrote .env; keep CAKUPAN_IDENTITY_KEY safe: without it no worker keeps their key\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

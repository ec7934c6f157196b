"""Where things live: the project's files, the installation's state, its secrets."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FEEDS = PROJECT / "feeds"
EXPECTATIONS = PROJECT / "expectations"
DAGS = PROJECT / "dags"
DBT_PROJECT = PROJECT / "dbt_project"
TIME_ZONE = "Asia/Jakarta"


def home() -> Path:
    """The state of this installation: database, archive, Airflow home, secrets. CAKUPAN_HOME overrides."""
    return Path(os.environ.get("CAKUPAN_HOME") or PROJECT / ".cakupan").resolve()


def archive_root() -> Path:
    """The content-addressed archive of every delivery."""
    return Path(os.environ.get("CAKUPAN_ARCHIVE") or home() / "archive")


def secret(name: str, make: Callable[[], str] = lambda: secrets.token_hex(24)) -> str:
    """The installation's secret: CAKUPAN_<NAME> where set, else made once and kept in the state folder.

    Two processes asking at once get the same value: the file appears whole or not at all.
    """
    if value := os.environ.get(f"CAKUPAN_{name.upper()}"):
        return value
    path = home() / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def fernet_key() -> str:
    """The key with which Airflow encrypts connections, in the form it expects."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret("fernet_key").encode()).digest()).decode()

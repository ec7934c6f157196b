"""Where things live (the project's files, the installation's state, its secrets), and the hours of a night."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal

PROJECT = Path(__file__).resolve().parents[2]
FEEDS = PROJECT / "feeds"
EXPECTATIONS = PROJECT / "expectations"
DAGS = PROJECT / "dags"
DBT_PROJECT = PROJECT / "dbt_project"
DASHBOARDS = PROJECT / "dashboards"
TIME_ZONE = "Asia/Jakarta"
KEYS = re.compile(r"(identity|ledger|ledger_salt|erasure)_key(_\d+)?")
"""Secrets with which pseudonyms are made and the record is signed: best not where the data lies that they protect."""


KEYS_COME_FROM_ELSEWHERE = "CAKUPAN_KEYS_COME_FROM_ELSEWHERE"
"""Says of a process that it makes none of these keys: each machine would have other ones."""


class BadSetting(RuntimeError):
    """A setting in the environment is not what it must be; names it, what it says and what it may say."""


@dataclass(frozen=True)
class Hours:
    """The hours of a night, local time of the business date."""

    opening: time  # the agencies are asked from here on
    cut_off: time  # the warehouse waits for late agencies no longer
    marts_due: time  # whoever reads the marts expects the night in them


def hours() -> Hours:
    """Read the hours of a night: CAKUPAN_OPENING, CAKUPAN_CUT_OFF, CAKUPAN_MARTS_DUE, as HH:MM. Raises BadSetting."""
    read = {
        name: _hour(name, unsaid)
        for name, unsaid in (("CAKUPAN_OPENING", "01:00"), ("CAKUPAN_CUT_OFF", "03:30"), ("CAKUPAN_MARTS_DUE", "05:00"))
    }
    for earlier, later in zip(read, list(read)[1:], strict=False):
        if read[earlier] >= read[later]:
            raise BadSetting(
                f"{later} ({read[later]:%H:%M}) is not later than {earlier} ({read[earlier]:%H:%M}): a night opens,"
                " stops waiting and is due in this order, on one day. Change one of them in the environment"
            )
    return Hours(*read.values())


def _hour(name: str, unsaid: str) -> time:
    said = os.environ.get(name, "").strip() or unsaid
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", said)
    if found is None:
        raise BadSetting(f"{name} is {said!r}, which is no time of day as HH:MM, for example {unsaid}")
    return time(int(found[1]), int(found[2]))


def landing_retention() -> int:
    """Read for how many nights landed rows outlast their use: CAKUPAN_LANDING_RETENTION. Raises BadSetting."""
    said = os.environ.get("CAKUPAN_LANDING_RETENTION", "").strip() or "30"
    if not re.fullmatch(r"[0-9]{1,5}", said):
        raise BadSetting(
            f"CAKUPAN_LANDING_RETENTION is {said!r}, which is no number of nights, for example 30: so long the landed"
            " rows of a delivery stay that no night rests on any more. Change it in the environment"
        )
    return int(said)


@dataclass(frozen=True)
class SmallestShown:
    """How many persons a count must be of to be shown to those who may not see rows."""

    count: int
    sensitive_count: int  # of disabled persons, and of what somebody claims

    def of(self, is_sensitive: bool) -> int:
        """Return the smallest count that is shown."""
        return self.sensitive_count if is_sensitive else self.count


def smallest_shown() -> SmallestShown:
    """Read the smallest counts of persons that are shown: CAKUPAN_SMALLEST_COUNT, CAKUPAN_SMALLEST_SENSITIVE_COUNT.

    Raises BadSetting.
    """
    return SmallestShown(_persons("CAKUPAN_SMALLEST_COUNT", "5"), _persons("CAKUPAN_SMALLEST_SENSITIVE_COUNT", "10"))


def _persons(name: str, unsaid: str) -> int:
    said = os.environ.get(name, "").strip() or unsaid
    if not re.fullmatch(r"[0-9]{1,4}", said) or int(said) < 3:
        raise BadSetting(
            f"{name} is {said!r}, which is no number of persons from 3 on, for example {unsaid}: a count of fewer is"
            " hidden from those who may not see rows. Change it in the environment"
        )
    return int(said)


def language(unsaid: Literal["id", "en"] = "en") -> Literal["id", "en"]:
    """Read the language that commands speak: CAKUPAN_LANGUAGE, id or en. Raises BadSetting."""
    said = os.environ.get("CAKUPAN_LANGUAGE", "").strip().lower() or unsaid
    if said not in ("id", "en"):
        raise BadSetting(f"CAKUPAN_LANGUAGE is {said!r}; it may be id (Indonesian) or en (English)")
    return "id" if said == "id" else "en"


def pages_url() -> str | None:
    """Read where a web server shows the pages for heads of office: CAKUPAN_PAGES_URL; None where unset."""
    return os.environ.get("CAKUPAN_PAGES_URL", "").strip() or None


def home() -> Path:
    """Name the folder of this installation's state: database, archive, secrets … CAKUPAN_HOME overrides."""
    return Path(os.environ.get("CAKUPAN_HOME") or PROJECT / ".cakupan").resolve()


def keep_private() -> None:
    """Have what this process and those it starts make be for this account alone, whatever the account is used to."""
    os.umask(0o077)


def close_to_others(*folders: Path) -> None:
    """Take from all other accounts what an earlier version left them of these folders; instant when there is nothing.

    What belongs to another account, such as the server's data, stays as it is.
    """
    me = os.geteuid()
    for top in folders:
        if not top.is_dir() or not top.stat().st_mode & 0o077 or top.stat().st_uid != me:
            continue
        for folder, inner, files in os.walk(top):
            inner[:] = [name for name in inner if Path(folder, name).lstat().st_uid == me]
            for path in (Path(folder, name) for name in (*inner, *files)):
                status = path.lstat()
                if status.st_uid == me and status.st_mode & 0o077 and not path.is_symlink():
                    path.chmod(status.st_mode & 0o700)
        top.chmod(0o700)  # the last: whoever was interrupted begins again


def archive_root() -> Path:
    """Name the folder of the content-addressed archive of every delivery; none is there where a store has it."""
    return Path((not archive_store() and os.environ.get("CAKUPAN_ARCHIVE")) or home() / "archive")


def archive_store() -> str | None:
    """Name where in an object store the archive is: CAKUPAN_ARCHIVE=s3://bucket/prefix; None of one in a folder."""
    said = os.environ.get("CAKUPAN_ARCHIVE", "").strip()
    return said if said.startswith("s3://") else None


def secret(name: str, make: Callable[[], str] = lambda: secrets.token_hex(24)) -> str:
    """Return the installation's secret: as it is given, else made once and kept in its folder.

    Two processes asking at once get the same value: the file appears whole or not at all. Raises BadSetting, also of a
    key that was made and is gone: with another one, what it protects would look altered or belong to nobody.
    """
    if value := given(name):
        return value
    path, in_state_folder = secret_file(name), home() / "secrets" / name
    made = home() / "keys_made" / name
    if not path.exists():
        try:
            value = in_state_folder.read_text()
        except FileNotFoundError:
            if made.exists():
                raise BadSetting(
                    f"The key {path} was made here and is missing. Restore it from its backup, or name in CAKUPAN_KEYS"
                    " the folder where it lies. To go on with another key for good, read docs/keys.md, then delete"
                    f" {made}"
                ) from None
            if KEYS.fullmatch(name) and os.environ.get(KEYS_COME_FROM_ELSEWHERE):
                raise BadSetting(
                    f"The key {path} is not on this machine, which has the state folder of none: copy it from the one"
                    f" that has it, or give it as CAKUPAN_{name.upper()}_FILE; see docs/machines.md"
                ) from None
            value = make()
        _appear(path, value)
        if path != in_state_folder:
            in_state_folder.unlink(missing_ok=True)
    if KEYS.fullmatch(name) and not made.exists():
        _appear(made, "")
    return path.read_text().strip()


def secret_file(name: str) -> Path:
    """Name the file of a secret: in the state folder, or, of a key that protects what lies there, in CAKUPAN_KEYS.

    A key that an earlier start left in the state folder moves there when it is asked for.
    """
    keys = os.environ.get("CAKUPAN_KEYS")
    return Path(keys) / name if keys and KEYS.fullmatch(name) else home() / "secrets" / name


def _appear(path: Path, value: str) -> None:
    """Write a file of this account alone, which is there whole or not at all; one that is there stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(value)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def given(name: str) -> str | None:
    """Return the secret that is given: CAKUPAN_<NAME>, or what the file holds that CAKUPAN_<NAME>_FILE names.

    A file is what a container is handed, and no other process sees it in the environment. Raises BadSetting where the
    file cannot be read or is empty: then a secret of one's own must not take its place.
    """
    variable = f"CAKUPAN_{name.upper()}"
    if value := os.environ.get(variable):
        return value
    named = os.environ.get(f"{variable}_FILE")
    if not named:
        return None
    try:
        value = Path(named).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise BadSetting(f"{variable}_FILE names {named}, which cannot be read: {why}. Put the secret there") from None
    if not value:
        raise BadSetting(f"{variable}_FILE names {named}, which is empty. Put the secret there")
    return value


def fernet_key() -> str:
    """Return the key with which Airflow encrypts connections, in the form it expects; raises BadSetting.

    One that Airflow had before is given as CAKUPAN_AIRFLOW_FERNET_KEY, as it is.
    """
    if key := given("airflow_fernet_key"):
        return key
    return base64.urlsafe_b64encode(hashlib.sha256(secret("fernet_key").encode()).digest()).decode()

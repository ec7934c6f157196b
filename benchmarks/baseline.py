"""The least the work can cost: \\copy of the same files, the marts' SQL without a framework, one hash of all rows."""

from __future__ import annotations

import csv
import gzip
import hashlib
import subprocess
import time
from datetime import date
from pathlib import Path

from psycopg import sql

from cakupan import settings
from cakupan.database import Role, connect, url
from cakupan.database.server import binaries
from cakupan.dbt_project import call_dbt
from cakupan.feeds import CsvFormat, load_feeds

NAMES = {
    "land": "\\copy of the CSV files",
    "build marts": "their plain SQL",
    "verify": "SHA-256 of all landed rows",
}


def copy_csv(night: date, deliveries: Path) -> dict[str, float]:
    """Return seconds that psql's \\copy needs for the night's CSV files, unpacked beforehand, into tables of text."""
    seconds = 0.0
    with connect(Role.ADMIN, autocommit=True) as connection:
        connection.execute("drop schema if exists floor cascade")
        connection.execute("create schema floor")
        for feed in load_feeds(settings.FEEDS):
            if not isinstance(feed.format, CsvFormat):
                continue
            path = deliveries / feed.agency / feed.feed / f"{feed.feed}_{night:%Y%m%d}.{feed.format.extension}"
            if not path.exists():
                continue
            raw = gzip.decompress(path.read_bytes()) if feed.format.compression else path.read_bytes()
            plain = settings.home() / "floor.csv"
            plain.write_bytes(raw)
            header = raw.split(b"\n", 1)[0].decode(feed.format.encoding).strip("\r\ufeff")
            columns = next(csv.reader([header], delimiter=feed.format.delimiter))
            fields = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in columns)
            table = sql.Identifier("floor", feed.table)
            connection.execute(sql.SQL("create table {} ({})").format(table, fields))
            encoding = "WIN1252" if feed.format.encoding == "cp1252" else "UTF8"
            options = f"format csv, header, delimiter '{feed.format.delimiter}', encoding '{encoding}'"
            command = f"\\copy floor.{feed.table} from '{plain}' with ({options})"
            began = time.perf_counter()
            subprocess.run([binaries() / "psql", "-qc", command, url(Role.ADMIN)], check=True)
            seconds += time.perf_counter() - began
    return {"land": seconds}


def plain_sql() -> dict[str, float]:
    """Return seconds for the SQL of every mart of the night, as dbt compiles it, each into a temporary table."""
    state = settings.home() / "dbt"
    compiled = call_dbt(
        "compile", "--no-write-json", "--selector", "marts",
        target=state / "target", logs=state / "logs", says="none", log_file="info",
    )  # fmt: skip
    models = [result.node for result in compiled.result.results if result.node.resource_type == "model"]
    seconds = 0.0
    with connect(Role.TRANSFORMER) as connection:
        for number, model in enumerate(models):
            statement = f"create temp table floor_{number} as {model.compiled_code}"
            began = time.perf_counter()
            connection.execute(statement)  # type: ignore[call-overload]
            seconds += time.perf_counter() - began
    return {"build marts": seconds}


def hash_landed() -> dict[str, float]:
    """Return seconds to read every landed row as COPY writes it into one SHA-256."""
    digest = hashlib.sha256()
    began = time.perf_counter()
    with connect(Role.LOADER) as connection:
        for feed in load_feeds(settings.FEEDS):
            statement = sql.SQL("copy {} to stdout").format(sql.Identifier("landing", feed.table))
            with connection.cursor().copy(statement) as copy:
                for block in copy:
                    digest.update(block)
    return {"verify": time.perf_counter() - began}

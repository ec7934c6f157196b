"""`cakupan privacy`: a person's request is served, and whom a leaked file names is found."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.text import Text as Styled

from cakupan.bilingual import Text, number
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import (
    DocumentFormat,
    Format,
    FormatOfDocument,
    FormatOption,
    console,
    print_csv,
    print_json,
    records,
    said,
    table,
)
from cakupan.database import Role, connect
from cakupan.invisible import spelled_out

app = typer.Typer(no_args_is_help=True, help="A person's rights under UU 27/2022, and the notice after a leak.")
out = console()

REASON = typer.Option(help="Why it is looked at; goes on record with your account's name.")
CASE = typer.Option(help="The case or the letter that asks for it; goes on record.")
NUMBERS = Text("Nomor kepesertaan (KPJ): {}", "Membership numbers (KPJ): {}")
KEYED = Text(
    "Kunci {}, lahir {}, jenis kelamin {}; dalam angka yang terbit orang ini hanya kunci itu:",
    "Key {}, born {}, sex {}; in published figures the person is that key alone:",
)
ROWS = Text(
    "{} baris dalam {} kiriman; sel baris terbaru tiap sumber:", "{} rows in {} deliveries; of each feed the newest:"
)
FILES = Text("Berkas sebagaimana diterima:", "Files as received:")
READS = Text("Dibaca {} kali menurut catatan:", "Read {} times, says the record:")
IRREVERSIBLE = Text(
    "Ini tidak dapat dibatalkan: nama dan nomor orang ini hilang dari semua baris. Ketik HAPUS untuk melanjutkan: ",
    "This cannot be undone: the person's name and numbers go from all rows. Type ERASE to go on: ",
)
NOT_SAID = Text(
    "Tidak ada yang dihapus. Ketik kata yang diminta, atau berikan --yes.",
    "Nothing was erased. Type the word that is asked for, or give --yes.",
)
ERASED = Text(
    "{} baris landing dan {} baris karantina dari {} kiriman dihapus selnya, catatan nomor {}. Berkas di arsip tetap"
    " sebagaimana diterima; lihat docs/privacy.md.",
    "Cells of {} landed rows and {} rows that were set aside, of {} deliveries, were erased, record entry {}. Files in"
    " the archive stay as received; see docs/privacy.md.",
)
SHARED = Text(
    "{} nomor kepesertaan tetap ada karena juga dilaporkan atas orang lain.",
    "{} membership numbers stay because they are reported of somebody else too.",
)
ROTATED = Text(
    "Kunci nomor {} berlaku bagi orang baru; simpan rahasia identity_key_{} seperti kunci sebelumnya, yang tidak"
    " diperlukan lagi.",
    "Key {} holds for who is new; keep the secret identity_key_{} as the one before, which nothing needs any more.",
)
AFFECTED = Text(
    "{} orang disebut dalam berkas itu. {} nomor berbentuk NIK tidak dikenal; {} KPJ dikenal tanpa pemilik.",
    "The file names {} persons. {} numbers in the form of a NIK are nobody's here; {} KPJs are known without an owner.",
)


@app.command()
def show(
    reason: Annotated[str, REASON],
    case: Annotated[str, CASE],
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Show all that is held of a person, whose NIK is asked for or read from stdin; --format json is the whole copy.

    Exit code 0: shown, and on record; 1: nothing is held, or it cannot be shown.
    """
    from cakupan.privacy.showing import show_person

    needs_database()
    try:
        found = show_person(read_nik(), getpass.getuser(), reason, case)
    except (ValueError, RuntimeError, OSError, psycopg.Error) as refusal:
        say_and_exit(cause(refusal), 1)
    if form is DocumentFormat.JSON:
        print_json(found)
    else:
        _print_person(found)


@app.command()
def erase(
    by: Annotated[str, typer.Option(help="Who answers for it.")],
    why: Annotated[str, typer.Option(help="On what grounds.")],
    case: Annotated[str, CASE],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    form: FormatOfDocument = DocumentFormat.TABLE,
) -> None:
    """Erase a person, whose NIK is asked for or read from stdin: figures, proofs and old receipts still verify.

    Exit code 0: erased, and on record; 1: nothing was; 2: nobody said that it is meant.
    """
    from cakupan.privacy import erasing

    needs_database()
    nik = read_nik()
    if not yes and not (sys.stdin.isatty() and input(said(IRREVERSIBLE)).strip() in ("HAPUS", "ERASE")):
        say_and_exit(NOT_SAID, 2)
    try:
        done = erasing.erase(nik, by, why, case)
    except (ValueError, RuntimeError, OSError, psycopg.Error) as refusal:
        say_and_exit(cause(refusal), 1)
    if form is DocumentFormat.JSON:
        print_json({**vars(done), "deliveries": sorted(done.deliveries)})
        return
    counts = (number(done.landed), number(done.examined), number(len(done.deliveries)), done.entry_no)
    out.print(said(ERASED.format(*counts)), soft_wrap=True)
    if done.shared_kpjs:
        out.print(said(SHARED.format(done.shared_kpjs)), soft_wrap=True)


@app.command("who-was-affected")
def who_was_affected(
    extract: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The leaked file.")],
    reason: Annotated[str, REASON],
    case: Annotated[str, CASE],
    form: FormatOption = Format.TABLE,
) -> None:
    """List the persons whom a leaked file names by NIK, KPJ, key, address or receipt, for the 3 x 24-hour notice.

    Exit code 0: listed, and on record; 1: it cannot be read.
    """
    from cakupan import identity
    from cakupan.privacy import affected

    needs_database()
    try:
        found = affected.who_was_affected(extract, getpass.getuser(), reason, case)
    except (ValueError, RuntimeError, OSError, psycopg.Error) as refusal:
        say_and_exit(cause(refusal), 1)
    names = ("nik", "audit_key", "found_by")
    rows = [
        (found.niks.get(key, ""), str(identity.audit_key(key)), ", ".join(sorted(how)))
        for key, how in found.persons.items()
    ]
    rows.sort()
    if form is Format.JSON:
        print_json(records(names, rows))
    elif form is Format.CSV:
        print_csv(names, rows)
    else:
        out.print(table(list(names), [list(row) for row in rows], [False] * len(names)))
        counts = (number(len(rows)), number(found.unknown_niks), number(found.unowned_kpjs))
        out.print(said(AFFECTED.format(*counts)), soft_wrap=True)


@app.command("rotate-key")
def rotate_key(
    by: Annotated[str, typer.Option(help="Who answers for it.")],
    why: Annotated[str, typer.Option(help="On what grounds.")],
) -> None:
    """Make a new key for the pseudonyms of who is new; everybody known keeps theirs, so that nights stay linked.

    Exit code 0: made, and on record; 1: it was not.
    """
    from cakupan.identity import keys

    needs_database()
    try:
        with connect(Role.LOADER) as connection:
            number_of_key = keys.rotate(connection, by, why)
    except (ValueError, RuntimeError, OSError, psycopg.Error) as refusal:
        say_and_exit(cause(refusal), 1)
    out.print(said(ROTATED.format(number_of_key, number_of_key)), soft_wrap=True)


def read_nik() -> str:
    """Ask for the NIK, typed unseen or piped in: a command line is seen by others and kept in histories."""
    if sys.stdin.isatty():
        return getpass.getpass("NIK (not shown): ")
    return sys.stdin.readline()


def _print_person(found: dict[str, Any]) -> None:
    def line(text: str) -> None:
        out.print(Styled(spelled_out(text)), soft_wrap=True)

    out.print(said(KEYED.format(found["worker_key"], found["born_on"], found["sex"])), soft_wrap=True)
    for relation, count in found["figures"].items():
        line(f"  {relation}: {count}")
    out.print(said(NUMBERS.format(", ".join([*found["kpj"], *found["shared_kpj"]]) or "-")), soft_wrap=True)
    deliveries = {row["delivery_id"] for row in found["rows"]}
    out.print(said(ROWS.format(number(len(found["rows"])), number(len(deliveries)))), soft_wrap=True)
    for row in {row["feed"]: row for row in found["rows"]}.values():
        line(f"  {row['feed']}, {row['delivery_id']}:{row['sheet']}:{row['row_number']}")
        for name, cell in row["cells"].items():
            line(f"    {name}: {cell}")
    out.print(said(FILES), soft_wrap=True)
    for file in found["files"]:
        line(f"  {file['business_date']} {file['original_name']}: {file['path']}")
    out.print(said(READS.format(len(found["reads"]))), soft_wrap=True)
    for read in found["reads"]:
        line(f"  {read['recorded_at']} {read['who']}: {read['reason']}")

"""Canaries: unmistakable personal data, secrets and formulas in every place that a delivery of the bad night has.

What they stand in is refused, held, ignored, or takes no part in what is counted, so that the night is otherwise the
same.
"""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import openpyxl

from tests.night.bad_night import BAD

CELLS = {
    "NIK": "3579014107990001",
    "KPJ": "99000000001",
    "name": "KENARI BUATAN SATU",
    "telephone": "081299900001",
    "password": "rahasia-kenari-0001",
    "token": "eyJrZW5hcmkiOjAwMDF9.kenari",
    "formula": "=KENARI0001+1",
}
NAMES = {
    "header": "HP 081299900002 NIK 3579014107990002",
    "header of a refused delivery": "KPJ 99000000003",
    "sheet": "KPJ 99000000004",
    "file": "daftar 3579014107990005 0812-9990-0005.csv",
    "key": "HP 081299900006",
}
NUMBERS = (
    "081299900002", "3579014107990002", "99000000003", "99000000004", "3579014107990005", "0812-9990-0005",
    "081299900006",
)  # fmt: skip
"""What may be told of the names: all but these."""
DAY = BAD.replace("-", "")


def plant(city: Path) -> None:
    """Put canaries into deliveries of the bad night, as the simulator and `bad_night.spoil` left them."""
    deliveries = city / "deliveries"
    held = deliveries / f"diskumdag/pelaku_usaha/pelaku_usaha_{DAY}.csv"
    held.write_text(_with_column(held.read_text(), ",", NAMES["header"], list(CELLS.values())))
    refused = deliveries / f"bpjstk/iuran/iuran_{DAY}.csv.gz"
    lines = gzip.decompress(refused.read_bytes()).decode()
    refused.write_bytes(
        gzip.compress(_with_column(lines, "|", NAMES["header of a refused delivery"], [*CELLS.values()]).encode())
    )
    accepted = deliveries / f"pupr/proyek_konstruksi/proyek_konstruksi_{DAY}.json"
    first, *others = json.loads(accepted.read_text())
    accepted.write_text(json.dumps([first | {NAMES["key"]: " ".join(CELLS.values())}, *others]))
    _add_hidden_sheet(deliveries / f"dispar/pekerja_seni/pekerja_seni_{DAY}.xlsx")
    (deliveries / "dinsos/relawan_disabilitas" / NAMES["file"]).write_text("\n".join(CELLS.values()))


def _with_column(text: str, sign: str, name: str, cells: list[str]) -> str:
    """Give a file one column more, which nobody declared, with one canary a row."""
    head, *rows = text.splitlines()
    added = [cells[number] if number < len(cells) else "" for number in range(len(rows))]
    quoted = [f'"{cell.replace(chr(34), chr(34) * 2)}"' if cell else "" for cell in added]
    return "\n".join([f"{head}{sign}{name}", *(row + sign + cell for row, cell in zip(rows, quoted, strict=True)), ""])


def _add_hidden_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet(NAMES["sheet"])
    sheet.append(list(CELLS.values()))
    sheet.sheet_state = "hidden"
    saved = io.BytesIO()
    book.save(saved)
    path.write_bytes(saved.getvalue())

"""The bad night: what offices can send wrong by accident, and five deliveries that only look right."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

NIGHTS = ("2025-09-06", "2025-09-07", "2025-09-08", "2025-09-09")
GOOD, BAD = NIGHTS[-2:]
ACCIDENTS = {
    "bpjstk.kepesertaan": ("truncated", "REJECTED"),
    "bpjstk.iuran": ("missing-column", "REJECTED"),
    "diskumdag.sosialisasi": ("empty", "REJECTED"),
    "disdik.ptk_non_asn": ("absent", "LATE"),
    "perkim.tenaga_lapangan": ("held-shrunk", "HELD"),
    "diskumdag.pelaku_usaha": ("held-dirty", "HELD"),
}
SENT = {  # what happens to the feed, and an accident of the simulator after which the same delivery is in force
    "dinsos.relawan_disabilitas": ("HELD", "held-shrunk"),
    "sipd.anggaran": ("HELD", "held-dirty"),
    "bpjstk.jakon": ("HELD", "held-shrunk"),
    "sipd.sp2d": ("REJECTED", "empty"),
    "distan.kelompok_tani": ("REJECTED", "empty"),
}
ERRORS = 3  # payers of the budget that became an error cell
ZERO_WIDTH = "\u200b"


def left_of(rows: int) -> int:
    """How many rows are left where most were blanked out."""
    return rows * 28 // 100


def blank_rows_hide_a_loss(content: bytes) -> bytes:
    """As many lines as the night before, most of them without a single filled cell."""
    head, *lines = content.decode("cp1252").splitlines()
    kept = left_of(len(lines))
    return "\r\n".join([head, *lines[:kept], *[";;;"] * (len(lines) - kept), ""]).encode("cp1252")


def error_cells_and_unseen_characters(content: bytes) -> bytes:
    """A payer that a broken look-up left as an error, and others with a character that nobody sees."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    column = next(cell.column for row in book.active.iter_rows() for cell in row if _means(cell.value, "SUMBERDANA"))
    payers = [row[column - 1] for row in book.active.iter_rows() if row[column - 1].value in ("DBHCHT", "DAU", "PAD")]
    for cell in payers[:ERRORS]:
        cell.value, cell.data_type = "#N/A", "e"
    for cell in payers[ERRORS:]:
        cell.value += ZERO_WIDTH
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def utf8_in_a_cp1252_feed(content: bytes) -> bytes:
    """The same rows, saved in another encoding than the feed's."""
    text = content.decode("cp1252")
    return text.replace("Pembayaran", "Pembayaran \N{EN DASH}", 1).encode("utf-8")


def cut_in_the_middle_of_a_row(content: bytes) -> bytes:
    """All but the last row's end, more than its last cell."""
    return content.rstrip()[:-25]


def last_years_registrations(content: bytes) -> bytes:
    """Every date set back by one year, under this year's name."""
    lines = gzip.decompress(content).decode().splitlines()
    back = [re.sub(r"\|(\d{4})-(\d\d)-(\d\d)", lambda d: f"|{int(d[1]) - 1}-{d[2]}-{min(int(d[3]), 28):02}", line)
            for line in lines]  # fmt: skip
    return gzip.compress("\n".join([*back, ""]).encode())


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "dinsos.relawan_disabilitas": blank_rows_hide_a_loss,
    "sipd.anggaran": error_cells_and_unseen_characters,
    "bpjstk.jakon": last_years_registrations,
    "sipd.sp2d": utf8_in_a_cp1252_feed,
    "distan.kelompok_tani": cut_in_the_middle_of_a_row,
}


def _means(value: object, heading: str) -> bool:
    return re.sub(r"[\s_]", "", str(value)).upper() == heading


def incidents() -> list[str]:
    """Options of the simulator after which the deliveries in force are those of a night that is spoiled like this."""
    kinds = {feed: kind for feed, (kind, _) in ACCIDENTS.items()} | {feed: kind for feed, (_, kind) in SENT.items()}
    return [option for feed, kind in kinds.items() for option in ("--incident", f"{feed}:{BAD}:{kind}")]


def spoil(city: Path) -> None:
    """Replace the five deliveries that only look right by what becomes of those of the night before."""
    for feed, change in BROKEN.items():
        folder = city / "deliveries" / Path(*feed.split("."))
        good = next(folder.glob(f"*_{GOOD.replace('-', '')}.*"))
        name = good.name.replace(GOOD.replace("-", ""), BAD.replace("-", ""))
        good.with_name(name).write_bytes(change(good.read_bytes()))


def scorecard(simulated: dict[str, Any], good: dict[str, Any]) -> dict[str, Any]:
    """The simulator's scorecard of the bad night, with the rows that the held ones of the five really have.

    `good` is that of the night before, on which all rows of the three were let in.
    """
    sent = {feed: good[feed]["delivered_rows"] for feed, (state, _) in SENT.items() if state == "HELD"}
    assert {feed: good[feed]["accepted_rows"] for feed in sent} == sent
    sent["dinsos.relawan_disabilitas"] = left_of(sent["dinsos.relawan_disabilitas"])
    faulty = {"sipd.anggaran": ERRORS}
    cards = {
        feed: {
            "delivered_rows": rows, "accepted_rows": rows - faulty.get(feed, 0),
            "quarantined_rows": faulty.get(feed, 0), "duplicate_rows": 0, "delivery_status": "HELD",
        }
        for feed, rows in sent.items()
    }  # fmt: skip
    return simulated | cards

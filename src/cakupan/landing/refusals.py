"""Why a whole delivery is refused: a stable code and one sentence for the office and one for the data team.

The sentences say what happened, where, and what to do next; they never hold the value of a cell.
"""

from __future__ import annotations

from collections.abc import Sequence

from cakupan.bilingual import NOTHING, Text, joined
from cakupan.invisible import shown


class Refused(Exception):
    """The delivery cannot be read as declared; nothing of it lands."""

    def __init__(self, code: str, text: Text, missing: Sequence[str] = ()) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
        self.missing = tuple(missing)


GZIP_BROKEN = Text("berkas gzip terpotong atau rusak", "the gzip file is cut short or damaged")
TOO_LARGE = Text(
    "isinya setelah dikembangkan jauh lebih besar dari yang wajar",
    "its content is far larger, when inflated, than is plausible",
)
NOT_XLSX = Text(
    "bukan berkas XLSX, atau berkasnya terpotong atau rusak", "it is no XLSX file, or is cut short or damaged"
)
ENCRYPTED = Text(
    "berkas dilindungi kata sandi atau berformat Excel lama (.xls)",
    "it is protected by a password or in the old Excel format (.xls)",
)
EXTERNAL_ENTITY = Text(
    "berkas memuat deklarasi DTD, yang tidak diperlukan lembar kerja",
    "it holds a DTD declaration, which no workbook needs",
)
SHEET_TWICE = Text("dua lembarnya bernama sama", "two of its sheets have the same name")
JSON_BROKEN = Text("JSON terpotong atau rusak", "the JSON is cut short or damaged")
JSON_NO_ARRAY = Text("isi JSON bukan larik objek", "the JSON is no array of objects")


def unreadable(reason: Text) -> Refused:
    """Refuse bytes that are not what the declared format says."""
    return Refused(
        "UNREADABLE",
        Text(
            f"Berkas tidak dapat dibaca: {reason.id}. Mohon ekspor ulang dari sistem asal dan kirim kembali"
            " dengan nama berkas yang sama.",
            f"The file cannot be read: {reason.en}. Ask the office to export it again and re-send it under the same"
            " name.",
        ),
    )


def far_cell(sheet: str, cell: str) -> Refused:
    """Refuse a sheet with a filled cell so far out that it could not be held in memory."""
    return unreadable(
        Text(
            f'lembar "{shown(sheet)}" jauh lebih besar dari yang wajar: sel terisi sampai {cell}. Hapus isi yang'
            " tersesat jauh dari tabel",
            f'sheet "{shown(sheet)}" is far larger than is plausible: cells are filled as far as {cell}. What strayed'
            " far from the table has to be cleared",
        )
    )


def cell_twice(sheet: str, cell: str) -> Refused:
    """Refuse a cell that is stored twice, so that nobody can say which of the two counts."""
    return unreadable(
        Text(
            f'sel {cell} pada lembar "{shown(sheet)}" tersimpan dua kali',
            f'cell {cell} of sheet "{shown(sheet)}" is stored twice',
        )
    )


def other_kind(found: Text, due: Text) -> Refused:
    """Refuse a file that is plainly something else than the feed declares."""
    return Refused(
        "UNREADABLE",
        Text(
            f"Berkas ini {found.id}, padahal seharusnya {due.id}. Mohon ekspor ulang dari sistem asal sebagai {due.id}"
            " dan kirim kembali dengan nama berkas yang sama.",
            f"The file is {found.en}, but should be {due.en}. Ask the office to export it as {due.en} and re-send it"
            " under the same name.",
        ),
    )


def truncated(row_number: int) -> Refused:
    """Refuse a file whose last record stops in its middle, with no line end behind."""
    return Refused(
        "TRUNCATED",
        Text(
            f"Berkas terpotong: baris terakhir, nomor {row_number}, berhenti di tengah. Mohon ekspor ulang dari sistem"
            " asal, tunggu sampai unggahan selesai, dan kirim kembali dengan nama berkas yang sama.",
            f"The file is cut short: its last row, number {row_number}, stops in the middle. Ask the office to"
            " export it"
            " again, to let the upload end, and to re-send it under the same name.",
        ),
    )


def wrong_encoding(encoding: str, found: str | None = None) -> Refused:
    """Refuse a header, or a text format as a whole, that is not in the declared encoding."""
    is_id = f"memakai pengodean teks {found}, bukan" if found else "tidak memakai pengodean teks"
    is_en = f"encoded in {found}, not in" if found else "not encoded in"
    return Refused(
        "ENCODING",
        Text(
            f"Berkas {is_id} {encoding}. Mohon simpan ulang sebagai {encoding} dan kirim kembali"
            " dengan nama berkas yang sama.",
            f"The file is {is_en} {encoding}. Ask the office to save it as {encoding} and re-send it under the same"
            " name.",
        ),
    )


def missing_columns(headers: Sequence[str], sheet: str = "", hints: Sequence[Text] = ()) -> Refused:
    """Refuse a header without required columns; `hints` say what was found instead."""
    names = ", ".join(headers)
    where = _where(sheet)
    return Refused(
        "MISSING_COLUMN",
        Text(
            f"Kolom wajib tidak ditemukan pada baris judul{where.id}: {names}.{''.join(hint.id for hint in hints)}"
            " Mohon"
            " lengkapi kolom tersebut dan kirim kembali dengan nama berkas yang sama.",
            f"The header{where.en} lacks required columns: {names}.{''.join(hint.en for hint in hints)} Ask the"
            " office to"
            " add them and re-send the file under the same name.",
        ),
        headers,
    )


def repeated_columns(headers: Sequence[str], sheet: str = "", places: Sequence[Text] = ()) -> Refused:
    """Refuse a header with a required column more than once, so that nobody can say which one is meant."""
    names = ", ".join(headers)
    where = _where(sheet)
    at = Text(" ({})", " ({})").format(joined(places, ", ")) if places else NOTHING
    return Refused(
        "REPEATED_COLUMN",
        Text(
            f"Kolom wajib muncul lebih dari sekali pada baris judul{where.id}: {names}{at.id}. Mohon sisakan satu saja"
            " dan kirim kembali dengan nama berkas yang sama.",
            f"The header{where.en} names required columns more than once: {names}{at.en}. Ask the office to keep one of"
            " each and re-send the file under the same name.",
        ),
    )


def no_header() -> Refused:
    """Refuse what holds nothing at all: no line, no visible sheet."""
    return Refused(
        "HEADER_NOT_FOUND",
        Text(
            "Berkas kosong: baris judul kolom tidak ada. Mohon ekspor ulang dan kirim kembali"
            " dengan nama berkas yang sama.",
            "The file is empty: it has no header. Ask the office to export it again and re-send it under the same"
            " name.",
        ),
    )


def no_rows() -> Refused:
    """Refuse a header with nothing below it, where rows are due."""
    return Refused(
        "NO_ROWS",
        Text(
            "Berkas tidak memuat satu pun baris data. Mohon periksa ekspornya dan kirim kembali"
            " dengan nama berkas yang sama.",
            "The file has no data rows. Ask the office to check the export and re-send it under the same name.",
        ),
    )


def _where(sheet: str) -> Text:
    return Text(f' lembar "{sheet}"', f' of sheet "{sheet}"') if sheet else NOTHING

"""The parts of a workbook, found as the format says: by their relations, whatever they are called."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from cakupan.landing.refusals import SHEET_TWICE, unreadable

TYPES, ROOT = "[Content_Types].xml", "_rels/.rels"
BOOK, BOOK_RELATIONS, STRINGS, STYLES = (
    "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml",
)  # fmt: skip
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EXTERNAL = "External"


@dataclass(frozen=True)
class Package:
    """Which part holds what."""

    book: str
    relations: str
    strings: str | None
    styles: str | None
    sheets: dict[str, str]
    """The part of each sheet, by its name, in the order of the workbook."""
    named_by: dict[str, tuple[str, str]]
    """The relation by which the workbook names each sheet, and its kind: a worksheet, or a chart."""
    is_usual: bool
    """Whether every part is where the reader looks for it."""


def find_parts(archive: zipfile.ZipFile) -> Package:
    """Return the parts of a workbook whose DTDs are refused by now.

    Raises KeyError, xml.etree.ElementTree.ParseError where it is none, Refused where two sheets have one name.
    """
    parts = _by_plain_name(archive)
    book = _find_book(archive, parts)
    relations = parts[_relations_of(_plain(book))]
    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}
    first: dict[str, str] = {}
    for relation in ET.fromstring(archive.read(relations)):  # noqa: S314
        name, target, kind = relation.get("Id", ""), relation.get("Target", ""), relation.get("Type", "")
        if relation.get("TargetMode") != _EXTERNAL:
            targets[name], kinds[name] = target, kind.rpartition("/")[2]
            first.setdefault(kinds[name], target)
    strings = _resolve(parts, book, first.get("sharedStrings", "")) or parts.get(STRINGS.lower())
    styles = _resolve(parts, book, first.get("styles", "")) or parts.get(STYLES.lower())
    sheets: dict[str, str] = {}
    named_by: dict[str, tuple[str, str]] = {}
    for element in ET.fromstring(archive.read(book)).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet":
            name = element.get("name", "")
            relation_id = next(value for key, value in element.items() if key.endswith("}id"))
            if name in sheets:
                raise unreadable(SHEET_TWICE)
            part = _resolve(parts, book, targets[relation_id])
            if part is None:
                raise KeyError(name)
            sheets[name], named_by[name] = part, (relation_id, kinds[relation_id])
    usual = (
        (book, relations) == (BOOK, BOOK_RELATIONS)
        and strings in (None, STRINGS)
        and styles in (None, STYLES)
        and {TYPES, ROOT} <= set(parts.values())
        and all(targets[named_by[name][0]] in (part.removeprefix("xl/"), f"/{part}") for name, part in sheets.items())
    )
    return Package(book, relations, strings, styles, sheets, named_by, usual)


def copy_usual(archive: zipfile.ZipFile, package: Package, cleaned: Mapping[str, IO[bytes]], to: IO[bytes]) -> None:
    """Write the workbook anew with every part where the reader looks for it; `cleaned` sheets stand for the old."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        copy.writestr(TYPES, _types(len(package.sheets)))
        copy.writestr(ROOT, _listed([("rId1", "officeDocument", BOOK)]))
        relations = []
        for number, (name, part) in enumerate(package.sheets.items(), 1):
            relation_id, kind = package.named_by[name]
            relations.append((relation_id, kind, f"{kind}s/sheet{number}.xml"))
            _copy(cleaned.get(part) or archive.open(part), copy, f"xl/{kind}s/sheet{number}.xml")
        for kind, other, target in (("sharedStrings", package.strings, STRINGS), ("styles", package.styles, STYLES)):
            if other:
                relations.append((f"cakupan-{kind}", kind, posixpath.basename(target)))
                _copy(archive.open(other), copy, target)
        copy.writestr(BOOK_RELATIONS, _listed(relations))
        _copy(archive.open(package.book), copy, BOOK)
    to.seek(0)


def _copy(source: IO[bytes], copy: zipfile.ZipFile, name: str) -> None:
    source.seek(0)
    with copy.open(name, "w", force_zip64=True) as target:
        while piece := source.read(1 << 20):
            target.write(piece)


def _by_plain_name(archive: zipfile.ZipFile) -> dict[str, str]:
    """List part names as written, by what they are compared by: case does not matter."""
    return {_plain(name): name for name in archive.namelist()}


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _find_book(archive: zipfile.ZipFile, parts: Mapping[str, str]) -> str:
    if ROOT in parts:
        for relation in ET.fromstring(archive.read(parts[ROOT])):  # noqa: S314
            found = _resolve(parts, "", relation.get("Target", ""))
            if found and relation.get("Type", "").endswith("/officeDocument"):
                return found
    if TYPES.lower() in parts:
        for override in ET.fromstring(archive.read(parts[TYPES.lower()])):  # noqa: S314
            found = _resolve(parts, "", override.get("PartName", ""))
            if found and override.get("ContentType", "").endswith("sheet.main+xml"):
                return found
    return parts[BOOK]


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolve(parts: Mapping[str, str], source: str, target: str) -> str | None:
    """Return the part that a relation of `source` means; some programs write it from the root, not from the folder."""
    folder = posixpath.dirname(_plain(source))
    for spelled in (target, unquote(target)):
        if spelled:
            for base in ("/" + folder, "/"):
                path = posixpath.normpath(posixpath.join(base, spelled.replace("\\", "/")))
                if found := parts.get(_plain(path)):
                    return found
    return None


def _listed(relations: list[tuple[str, str, str]]) -> bytes:
    root = ET.Element("Relationships", xmlns=_RELATIONSHIPS)
    for relation_id, kind, target in relations:
        ET.SubElement(root, "Relationship", Id=relation_id, Type=f"{_OFFICE}/{kind}", Target=target)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True))


def _types(sheets: int) -> bytes:
    root = ET.Element("Types", xmlns="http://schemas.openxmlformats.org/package/2006/content-types")
    ET.SubElement(
        root, "Default", Extension="rels", ContentType="application/vnd.openxmlformats-package.relationships+xml"
    )
    named = [(BOOK, "sheet.main"), (STRINGS, "sharedStrings"), (STYLES, "styles")]
    named += [(f"xl/worksheets/sheet{number}.xml", "worksheet") for number in range(1, sheets + 1)]
    for part, kind in named:
        ET.SubElement(root, "Override", PartName=f"/{part}", ContentType=f"{_CONTENT}.{kind}+xml")
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True))

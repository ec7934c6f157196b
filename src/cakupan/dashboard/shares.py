"""Coverage in its parts: by sector, payer, roster and village."""

from __future__ import annotations

from cakupan.bilingual import Text, joined, number, same
from cakupan.dashboard.cells import counted, shown, total
from cakupan.dashboard.charts import bars
from cakupan.dashboard.content import Basis, Rows, Section, Tile, Tiles
from cakupan.dashboard.figures import Figures, Row
from cakupan.dashboard.wording import ALL, PAYERS, called, small_cells
from cakupan.reports.content import Cell, Column

NORTH = {"35.79.02": "north", "35.79.01": "west", "35.79.03": "east"}
"""Where a district lies among the others: Bumiaji in the north, Batu and Junrejo below it."""
SHADES = 5
ACTIVE = Text("Peserta aktif", "Active participants")


def by_sector(figures: Figures) -> Section:
    """Show coverage by sector, the largest gap first, and why the gaps add up to more than the city's."""
    sectors = [row for row in figures.sectors if not row["is_total"]]
    names = [joined([same(row["sector_code"]), same(row["sector_name"] or "")]) for row in sectors]
    heads = [
        Column(Text("Lapangan usaha", "Sector")),
        Column(ACTIVE, "count"),
        Column(Text("dari pekerja", "of workers"), "count"),
        Column(Text("Cakupan", "Coverage"), "share"),
        Column(Text("Target", "Target"), "count"),
        Column(Text("Kurang", "Short"), "count"),
    ]
    rows = [[name, *_of_sector(row)] for name, row in zip(names, sectors, strict=True)]
    sums = next((row for row in figures.sectors if row["is_total"]), None)
    return Section(
        "lapangan-usaha",
        Text("Menurut lapangan usaha", "By sector"),
        words=[*_why_gaps_differ(figures, sums), small_cells()],
        chart=bars(
            "lapangan-usaha",
            Text("Peserta aktif dan target tiap lapangan usaha", "Active participants and target of each sector"),
            names,
            [
                (ACTIVE, [row["active_participants"] for row in sectors]),
                (Text("Target", "Target"), [row["target_participants"] for row in sectors]),
            ],
        ),
        tables=[Rows(heads, rows, [ALL, *_of_sector(sums)] if sums else None)],
        folded=True,
        basis=[Basis("coverage_by_sector", sectors[0]["sector_code"] if sectors else "")],
    )


def _of_sector(row: Row) -> list[Cell]:
    return [
        shown(row, "active_participants"),
        row["workforce"],
        shown(row, "coverage_rate", "active_participants"),
        row["target_participants"],
        shown(row, "gap_to_target", "active_participants"),
    ]


def _why_gaps_differ(figures: Figures, sums: Row | None) -> list[Text]:
    """Say why the sectors' gaps add up to more than the city's."""
    headline = figures.headline[0]["gap_to_target"] if figures.headline else None
    if not sums or headline is None or not sums["gap_to_target"] or sums["gap_to_target"] == headline:
        return []
    return [
        Text(
            "Kekurangan semua lapangan usaha berjumlah {}, kekurangan kota {}: selisih {} adalah peserta di atas"
            " target di lapangan usaha lain, yang mengurangi kekurangan kota tetapi tidak kekurangan di sini.",
            "The sectors are {} short in all, the city is {} short: the difference of {} are participants above the"
            " target of other sectors, who make the city's gap smaller and none of the gaps here.",
        ).format(number(sums["gap_to_target"]), number(headline), number(sums["gap_to_target"] - headline))
    ]


def by_source(figures: Figures) -> Section:
    """Show who pays for the participants."""
    names = [called(PAYERS, row["funding_source_code"]) for row in figures.sources]
    everybody = figures.headline[0]["active_participants"] if figures.headline else None
    return Section(
        "pembiayaan",
        Text("Menurut sumber pembiayaan", "By who pays"),
        words=[
            Text(
                "Bagian dihitung dari {} peserta aktif kota. Rupiah adalah iuran tahun {} semua kepesertaan, juga"
                " yang di luar kota atau sudah berakhir: jangan dibagi dengan jumlah peserta.",
                "Shares are of the city's {} active participants. Rupiah are the contributions of {} of all"
                " memberships, also elsewhere or ended: do not divide them by participants.",
            ).format(counted(everybody), str(figures.year))
        ],
        chart=bars(
            "pembiayaan",
            Text("Peserta aktif menurut sumber pembiayaan", "Active participants by who pays"),
            names,
            [(ACTIVE, [row["active_participants"] for row in figures.sources])],
        ),
        tables=[
            Rows(
                [
                    Column(Text("Dibayar oleh", "Paid by")),
                    Column(ACTIVE, "count"),
                    Column(Text("Bagian", "Share"), "share"),
                    Column(Text("Iuran tahun ini", "Contributions this year"), "rupiah"),
                ],
                [
                    [
                        name,
                        shown(row, "active_participants"),
                        shown(row, "share_of_active", "active_participants"),
                        shown(row, "contributions_ytd_idr", "active_participants"),
                    ]
                    for name, row in zip(names, figures.sources, strict=True)
                ],
                [ALL, everybody, 1.0, figures.sources[0]["everybodys_ytd_idr"] if figures.sources else None],
            )
        ],
        folded=True,
        basis=[
            Basis("coverage_by_funding_source", figures.sources[0]["funding_source_code"] if figures.sources else "")
        ],
    )


def by_roster(figures: Figures) -> Section:
    """Show the offices' rosters, the most workers not covered first; each leads to its page."""
    names = [same(figures.agency_name(row["agency_code"])) for row in figures.rosters]
    return Section(
        "perangkat-daerah",
        Text("Menurut perangkat daerah", "By office"),
        words=[
            Text(
                "Pekerja dalam daftar setiap perangkat daerah, di mana pun tinggalnya. Satu pekerja dapat tercantum di"
                " beberapa daftar: angka-angka ini tidak boleh dijumlahkan.",
                "Workers on the roster of each office, wherever they live. One worker can stand on several rosters:"
                " these figures must not be added up.",
            )
        ],
        chart=bars(
            "perangkat-daerah",
            Text(
                "Pekerja terlindungi dan belum dalam daftar tiap perangkat daerah",
                "Workers covered and not on each roster",
            ),
            [figures.short_name(row["agency_code"]) for row in figures.rosters],
            [
                (Text("Terlindungi", "Covered"), [row["active_participants"] for row in figures.rosters]),
                (Text("Belum terlindungi", "Not covered"), [row["not_covered"] for row in figures.rosters]),
            ],
            stacked=True,
        ),
        tables=[
            Rows(
                [
                    Column(Text("Perangkat daerah", "Office")),
                    Column(Text("Dalam daftar", "On the roster"), "count"),
                    Column(Text("Terlindungi", "Covered"), "count"),
                    Column(Text("Belum", "Not covered"), "count"),
                    Column(Text("Cakupan", "Coverage"), "share"),
                ],
                [[name, *of_roster(row)] for name, row in zip(names, figures.rosters, strict=True)],
                links=[f"perangkat-daerah-{row['agency_code']}.html" for row in figures.rosters],
            )
        ],
        basis=[Basis("coverage_by_agency", _first_category(figures))],
    )


def _first_category(figures: Figures) -> str:
    """Return the key of the largest group of the first office."""
    keys = (
        f"{row['agency_code']}|{row['worker_category']}"
        for row in figures.categories
        if figures.rosters and row["agency_code"] == figures.rosters[0]["agency_code"]
    )
    return next(keys, "")


def of_roster(row: Row) -> list[Cell]:
    """Return the cells of a roster or of a category on it."""
    return [
        shown(row, "registered_workers"),
        shown(row, "active_participants"),
        shown(row, "not_covered", "active_participants"),
        shown(row, "coverage_rate", "active_participants"),
    ]


def places(figures: Figures) -> Section:
    """Show the villages on a map-like grid, and as a table in which they add up to districts and the city."""
    known = sorted(row["active_participants"] for row in figures.regions if row["active_participants"])
    blocks, rows = [], []
    for district in figures.districts:
        villages = [row for row in figures.regions if row["district_code"] == district["district_code"]]
        name = district["region_name"] or district["district_code"]
        blocks.append(
            Tiles(
                name,
                NORTH.get(district["district_code"], ""),
                shown(district, "active_participants"),
                [
                    Tile(
                        row["region_name"] or row["region_code"],
                        shown(row, "active_participants"),
                        _shade(row["active_participants"], known),
                    )
                    for row in villages
                ],
            )
        )
        rows += [[row["region_name"] or row["region_code"], name, *_of_place(row)] for row in villages]
        rows.append([Text("Kecamatan {}", "District {}").format(name), ALL, *_of_place(district)])
    city = [
        Text("Kota", "City"),
        ALL,
        total(row["active_participants"] for row in figures.districts),
        total(row["by_dbhcht"] for row in figures.districts),
    ]
    return Section(
        "wilayah",
        Text("Menurut desa dan kelurahan", "By village"),
        words=[
            Text(
                "Peserta aktif menurut domisili. Tidak ada jumlah pekerja per desa, sehingga cakupan per desa tidak"
                " dihitung.",
                "Active participants by domicile. No number of workers by village is delivered, so there are no rates"
                " here.",
            )
        ],
        map=blocks,
        tables=[
            Rows(
                [
                    Column(Text("Desa/kelurahan", "Village")),
                    Column(Text("Kecamatan", "District")),
                    Column(ACTIVE, "count"),
                    Column(Text("dibayar DBHCHT", "paid by DBHCHT"), "count"),
                ],
                rows,
                city if figures.districts else None,
            )
        ],
        folded=True,
        basis=[Basis("coverage_by_region", figures.regions[0]["region_code"] if figures.regions else "")],
    )


def _of_place(row: Row) -> list[Cell]:
    return [shown(row, "active_participants"), shown(row, "by_dbhcht")]


def _shade(value: int | None, known: list[int]) -> int:
    """Return in which fifth of all a figure lies."""
    if not value or not known:
        return 0
    return min(SHADES - 1, SHADES * sum(one < value for one in known) // len(known))

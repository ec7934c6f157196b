"""Who lapses when: memberships that end unless contributions are paid."""

from __future__ import annotations

from cakupan.bilingual import Text
from cakupan.dashboard.cells import shown
from cakupan.dashboard.charts import columns
from cakupan.dashboard.content import Basis, Rows, Section
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.wording import PAYERS, called, month, small_cells
from cakupan.reports.content import Cell, Column


def lapses(figures: Figures, payer: str = "") -> Section:
    """Show whose memberships end in which month, of all payers or of one."""
    of_payer = [row for row in figures.lapses if payer in ("", row["funding_source_code"])]
    payers = sorted({row["funding_source_code"] for row in of_payer})
    months = sorted({row["lapse_month"] for row in of_payer})
    cells = {(row["lapse_month"], row["funding_source_code"]): row for row in of_payer}
    totals = {row["lapse_month"]: row for row in figures.lapse_months}
    rows: list[list[Cell]] = []
    for one in months:
        row: list[Cell] = [month(one), Text("sudah menunggak", "in arrears") if one < f"{figures.night:%Y%m}" else ""]
        if not payer:
            row.append(shown(totals[one], "participants"))
        row += [shown(cells[one, name], "participants") if (one, name) in cells else 0 for name in payers]
        rows.append(row)
    heads = [Column(Text("Bulan berakhir", "Ends in")), Column(Text("Keadaan", "State"))]
    if not payer:
        heads.append(Column(Text("Semua", "All"), "count"))
    heads += [Column(called(PAYERS, name), "count") for name in payers]
    return Section(
        "putus",
        Text("Kalender kepesertaan yang akan berakhir", "Calendar of memberships about to end"),
        words=[
            Text(
                "Kepesertaan bukan penerima upah berakhir bila lebih dari tiga bulan berturut-turut tidak dibayar."
                " Bulan yang sudah lewat berarti menunggak. Satu pekerja dengan dua kepesertaan dihitung dua kali.",
                "Memberships of workers without wages end when more than three months in a row are unpaid. A month"
                " that has passed means arrears. A worker with two memberships counts twice.",
            ),
            small_cells(),
        ],
        chart=columns(
            "putus",
            Text("Kepesertaan yang berakhir tiap bulan menurut pembayar", "Memberships that end each month, by payer"),
            [month(one) for one in months],
            [
                (called(PAYERS, name), [(cells.get((one, name)) or {}).get("participants") for one in months])
                for name in payers
            ],
        ),
        tables=[Rows(heads, rows)],
        folded=True,
        basis=[Basis("lapse_calendar", "|".join(next(reversed(cells), ())))],
    )

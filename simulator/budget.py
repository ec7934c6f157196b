"""Budget documents, and payment orders that have nothing to do with DBHCHT."""

from collections.abc import Iterator
from datetime import date

from simulator.city import City
from simulator.dates import days_after
from simulator.dbhcht import Programme
from simulator.model import BudgetLine, Sp2d
from simulator.offices import ACCOUNT, OFFICES, Office

OTHERS = (
    ("1.01.0.00.0.00.01.0000", "Dinas Pendidikan", "1.01.02.2.02.0050", "Penyediaan Jasa Tenaga Non ASN", "DAU"),
    (
        "1.03.0.00.0.00.01.0000",
        "Dinas Pekerjaan Umum dan Perumahan Rakyat",
        "1.03.10.2.01.0031",
        "Penyelenggaraan Jalan",
        "PAD",
    ),
    ("1.02.0.00.0.00.01.0000", "Dinas Kesehatan", "1.02.02.2.02.0025", "Pelayanan Kesehatan Masyarakat", "DAU"),
)


def _document(office: Office, kind: str, dated: date, amount: int, source: str = "DBHCHT") -> BudgetLine:
    """Write one document line of an office."""
    prefix = {"MURNI": "DPA", "PERGESERAN": "DPPA-G", "PERUBAHAN": "DPPA"}[kind]
    note = f"Belanja iuran JKK dan JKM {office.category.lower()}"
    number = f"{prefix}/{office.skpd}/001/{dated.year}"
    return BudgetLine(
        office.skpd, office.name, office.sub, office.sub_name, ACCOUNT, note, source, number, dated, kind, amount
    )


def budget_lines(city: City, programme: Programme) -> list[BudgetLine]:
    """Write the year's documents; each office shows another way a budget can stand to its payments."""
    year, night = programme.calendar.year, city.first_night
    original = min(date(year, 1, 6), days_after(night, -45))
    revised = min(date(year, 8, 18), days_after(night, -4))
    found = []
    for office in OFFICES:
        orders = [programme.orders[office.code, slot] for slot in range(4)]
        paid = sum(order.amount for order in orders if order.known <= night)
        whole = sum(order.amount for order in orders)
        match office.code:
            case "DISNAKER":  # three documents, the latest rules
                found.append(_document(office, "MURNI", original, whole - 600_000))
                found.append(_document(office, "PERGESERAN", days_after(original, 30), whole - 300_000))
                found.append(_document(office, "PERUBAHAN", revised, whole + 950_000))
            case "DISPAR":  # over its budget until the document of tomorrow is in force
                found.append(_document(office, "MURNI", original, paid - 70_000))
                found.append(_document(office, "PERUBAHAN", days_after(night, 1), whole + 500_000))
            case "DINSOS":  # over its budget for good
                found.append(_document(office, "MURNI", original, paid - 50_000))
            case "DISKUMDAG":  # a line of another source is no line for DBHCHT
                found.append(_document(office, "MURNI", original, whole, source="PAD"))
            case "PERKIM":  # would be over its first budget, the revision covers it
                found.append(_document(office, "MURNI", original, paid // 2))
                found.append(_document(office, "PERUBAHAN", revised, paid))
            case _:
                found.append(_document(office, "MURNI", original, whole + 400_000))
    found += _next_year(programme)
    # Budgeted, nothing spent yet.
    idle = Office(
        "BAPPEDA",
        "5.01.5.05.0.00.02.0000",
        "Badan Perencanaan",
        "5.01.03.2.01.0004",
        "Koordinasi Perencanaan",
        "PEKERJA RENTAN LAINNYA",
        "O",
        0.0,
        900,
    )
    found.append(_document(idle, "MURNI", original, 25_000_000))
    for skpd, name, sub, sub_name, source in OTHERS:
        for serial in range(1, 1 + city.share(0.0004, 1)):
            found.append(
                BudgetLine(
                    skpd,
                    name,
                    sub,
                    sub_name,
                    f"{ACCOUNT[:-4]}{serial + 5:04d}",
                    "Belanja iuran jaminan non ASN",
                    source,
                    f"DPA/{skpd}/001/{year}",
                    original,
                    "MURNI",
                    250_000_000 + serial,
                )
            )
    return found


def _next_year(programme: Programme) -> Iterator[BudgetLine]:
    """Yield the next year's first documents: none of them may touch what this year's lines hold."""
    dated = programme.calendar.next_budget
    for office in OFFICES:
        match office.code:
            case "DISNAKER":  # over its budget from the first payment on, while this year's line is not
                yield _document(office, "MURNI", dated, programme.orders[office.code, 4].amount - 20_000)
            case "DISTAN":  # pays before it has a document of the year: last year's line is none
                continue
            case "DINSOS" | "PERKIM":  # more than enough, and nothing spent yet
                yield _document(office, "MURNI", dated, 90_000_000)
            case "DISKUMDAG":  # gets its first line from DBHCHT, which is none for last year's orders
                yield _document(office, "MURNI", dated, 70_000_000)


def other_orders(city: City) -> list[Sp2d]:
    """Write orders paid from other sources; neither lineage nor findings may show them."""
    rng = city.stream("other orders")
    year, found = city.fiscal_year, []
    for serial in range(900, 900 + city.share(0.002, 3)):
        skpd, _, sub, _, source = OTHERS[serial % len(OTHERS)]
        dated = days_after(date(year, 1, 10), rng.randrange(300))
        while dated > city.first_night:
            dated = days_after(dated, -37)
        month = year * 100 + dated.month
        found.append(
            Sp2d(
                f"35.79/04.0/{serial:06d}/LS/{skpd}/M/{dated.month}/{year}",
                dated,
                f"35.79/03.0/{serial + 11:06d}/LS/{skpd}/M/{dated.month}/{year}",
                days_after(dated, -2),
                skpd,
                sub,
                ACCOUNT,
                source,
                18_146_000 + 1000 * serial,
                f"{year % 100:02d}98{serial:08d}",
                False,
                f"800/{serial}/{year}",
                month,
                month,
                "Iuran non ASN",
                dated,
            )
        )
    return found

"""Months as YYYYMM numbers, and the Indonesian spellings of dates, months and amounts."""

from datetime import date, timedelta

MONTH_NAMES = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


def month_of(day: date) -> int:
    """Return the month of a day as YYYYMM."""
    return day.year * 100 + day.month


def add_months(month: int, count: int) -> int:
    """Return the YYYYMM that lies count months later."""
    index = (month // 100) * 12 + month % 100 - 1 + count
    return (index // 12) * 100 + index % 12 + 1


def months(first: int, last: int) -> list[int]:
    """Return every YYYYMM from first to last, both included."""
    found = []
    while first <= last:
        found.append(first)
        first = add_months(first, 1)
    return found


def first_day(month: int) -> date:
    """Return the first day of a YYYYMM."""
    return date(month // 100, month % 100, 1)


def short_date(day: date) -> str:
    """Spell 09/09/2025."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def long_date(day: date) -> str:
    """Spell 9 September 2025."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def spelled_month(month: int) -> str:
    """Spell Januari 2025."""
    return f"{MONTH_NAMES[month % 100 - 1]} {month // 100}"


def spelled_amount(amount: int) -> str:
    """Spell 1.234.567,00."""
    return f"{amount:,}".replace(",", ".") + ",00"


def days_after(day: date, count: int) -> date:
    """Return the day that lies count days later."""
    return day + timedelta(days=count)

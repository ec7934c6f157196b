"""The 24 desa and kelurahan of the city, its kecamatan, and the neighbours outside."""

CITY = "35.79."

VILLAGES: dict[str, str] = {
    "35.79.01.1001": "Temas",
    "35.79.01.1002": "Ngaglik",
    "35.79.01.1003": "Songgokerto",
    "35.79.01.1004": "Sisir",
    "35.79.01.2005": "Sumberejo",
    "35.79.01.2006": "Oro-oro Ombo",
    "35.79.01.2007": "Sidomulyo",
    "35.79.01.2008": "Pesanggrahan",
    "35.79.02.2001": "Punten",
    "35.79.02.2002": "Gunungsari",
    "35.79.02.2003": "Tulungrejo",
    "35.79.02.2004": "Sumbergondo",
    "35.79.02.2005": "Pandanrejo",
    "35.79.02.2006": "Bumiaji",
    "35.79.02.2007": "Giripurno",
    "35.79.02.2008": "Bulukerto",
    "35.79.02.2009": "Sumberbrantas",
    "35.79.03.1001": "Dadaprejo",
    "35.79.03.2002": "Beji",
    "35.79.03.2003": "Junrejo",
    "35.79.03.2004": "Tlekung",
    "35.79.03.2005": "Mojorejo",
    "35.79.03.2006": "Pendem",
    "35.79.03.2007": "Torongrejo",
}
VILLAGE_CODES = tuple(VILLAGES)
OUTSIDE_CODES = ("35.07.22.2001", "35.07.22.2006", "35.07.23.2004", "35.73.05.1007", "35.73.04.1002")
UNKNOWN_VILLAGES = ("35.79.01.2099", "35.79.02.9999")
SHEETS = {"35.79.01": "Batu", "35.79.02": "Bumiaji", "35.79.03": "Junrejo"}
OUTSIDE_SHEET = "Luar Kota"


def in_city(region: str) -> bool:
    """Say whether a domicile lies in the city: its code starts with 35.79."""
    return region.startswith(CITY)


def sheet_of(region: str) -> str:
    """Return the sheet on which Dinas Tenaga Kerja lists a domicile."""
    return SHEETS.get(region[:8], OUTSIDE_SHEET)

"""The workers each agency answers for."""

from random import Random

from simulator.city import City
from simulator.model import RosterEntry, Worker

CATEGORIES = {
    "perkim.tenaga_lapangan": ("PEKERJA KONSTRUKSI", "TENAGA LAPANGAN"),
    "distan.kelompok_tani": ("PETANI", "PETANI", "BURUH TANI", "BURUH TANI TEMBAKAU"),
    "disdik.ptk_non_asn": ("HONORER", "GTT", "PTT", "K2", "GURU AGAMA"),
    "diskumdag.pelaku_usaha": ("USAHA MANDIRI", "USAHA MANDIRI", "PEDAGANG PASAR"),
    "dinsos.relawan_disabilitas": ("RELAWAN SOSIAL", "PENYANDANG DISABILITAS"),
    "dispar.pekerja_seni": ("MUSIK", "TARI", "TEATER", "RUPA", "PEDALANGAN"),
}
SIZES = {
    "perkim.tenaga_lapangan": (0.034, 24, "FE"),
    "distan.kelompok_tani": (0.126, 48, "A"),
    "disdik.ptk_non_asn": (0.018, 20, "P"),
    "diskumdag.pelaku_usaha": (0.262, 60, "GI"),
    "dinsos.relawan_disabilitas": (0.0177, 20, "QPRG"),
    "dispar.pekerja_seni": (0.0208, 22, "R"),
}
GROUPS = ("Sumber Makmur", "Sri Rejeki", "Tani Mulyo", "Margo Rukun", "Anjasmoro", "Kusuma Apel")
SHOPS = ("Warung", "Toko", "Kios", "Kedai", "Lapak")


def entry_for(feed: str, worker: Worker, category: str, rng: Random, serial: int) -> RosterEntry:
    """Write one line of a roster with the agency's own further columns."""
    detail: tuple[str | None, ...] = ()
    name = worker.name
    if feed == "distan.kelompok_tani":
        hectares = None if rng.random() < 0.1 else f"{rng.randrange(10, 260) / 100:.2f}".replace(".", ",")
        detail = (f"KT {rng.choice(GROUPS)} {rng.randrange(1, 9)}", hectares)
    elif feed == "disdik.ptk_non_asn":
        detail = (f"ptk-{worker.nik[6:]}", f"2053{rng.randrange(10000):04d}")
    elif feed == "diskumdag.pelaku_usaha":
        nib = None if rng.random() < 0.4 else f"81{serial:07d}{rng.randrange(10000):04d}"
        detail = (f"{rng.choice(SHOPS)} {worker.name.split()[0]}", nib)
    elif feed == "dinsos.relawan_disabilitas" and rng.random() < 0.1:
        name += " \u2013 PSM"  # a dash that cp1252 has and ASCII has not
    return RosterEntry(worker.nik, name, category, worker.region, detail)


def create_rosters(city: City) -> None:
    """Fill the rosters; some workers stand on several."""
    for feed, (share, least, sectors) in SIZES.items():
        rng = city.stream("roster", feed)
        wanted = city.share(share, least)
        near = [worker for worker in city.workers if worker.sector in sectors]
        people = rng.sample(near, min(wanted, len(near)))
        chosen = {worker.nik for worker in people}
        others = [worker for worker in city.workers if worker.nik not in chosen]
        people += rng.sample(others, wanted - len(people))
        if feed == "dispar.pekerja_seni":  # artists who also trade: on two rosters at once
            listed = {entry.nik for entry in city.rosters["diskumdag.pelaku_usaha"]}
            traders = [w for w in city.workers if w.nik in listed and w.nik not in chosen]
            people[:4] = rng.sample(traders, 4)
        kinds = CATEGORIES[feed]
        city.rosters[feed] = [
            entry_for(feed, worker, kinds[i % len(kinds)] if i < len(kinds) else rng.choice(kinds), rng, i)
            for i, worker in enumerate({worker.nik: worker for worker in people}.values())
        ]

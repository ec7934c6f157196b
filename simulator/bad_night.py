"""A bad night: which offices have which accident, the same for a city and night every time."""

from datetime import date

from simulator.incidents import Accident, Incident
from simulator.seeds import stream

# Only files: an API and a database are asked for the night itself, and what they hold of an earlier one is not
# in force where it was never asked for. Each kind has feeds of its own, so that none has two accidents.
CANDIDATES: tuple[tuple[Accident, tuple[str, ...]], ...] = (
    (Accident.TRUNCATED, ("bpjstk.kepesertaan", "bpjstk.iuran", "bpjstk.jakon")),
    (Accident.TRUNCATED, ("sipd.anggaran", "disnaker.penerima_dbhcht")),
    (Accident.MISLABELLED, ("dispar.pekerja_seni", "distan.permohonan_bantuan")),
    (Accident.HELD_SHRUNK, ("perkim.tenaga_lapangan",)),
    (Accident.ABSENT, ("distan.kelompok_tani",)),
    (Accident.RE_SENT, ("sipd.sp2d", "dinsos.relawan_disabilitas")),
)


def bad_night(seed: int, night: date) -> tuple[Incident, ...]:
    """Return one accident of every kind."""
    rng = stream("bad night", seed, night)
    return tuple(Incident(rng.choice(feeds), night, accident) for accident, feeds in CANDIDATES)

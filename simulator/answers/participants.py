"""Who is an active participant, through which membership first, and who of them lives in the city."""

from simulator.answers.truth import Truth
from simulator.model import Membership
from simulator.places import in_city

SEGMENT_ORDER = ("PU", "JAKON", "BPU", "PMI")


def active_memberships(truth: Truth) -> list[Membership]:
    """Find "STATUS = AKTIF, TGL_AKTIF <= D, and TGL_NONAKTIF empty or > D"."""
    night = truth.night
    return [
        member
        for member in truth.memberships
        if member.status == "AKTIF" and member.since <= night and (member.until is None or member.until > night)
    ]


def primary_memberships(truth: Truth) -> dict[str, Membership]:
    """Find the "primary membership": "the first by segment PU, JAKON, BPU, PMI, then earliest TGL_AKTIF, then KPJ"."""
    primary: dict[str, Membership] = {}
    for member in active_memberships(truth):
        other = primary.get(member.nik)
        if other is None or _rank(member) < _rank(other):
            primary[member.nik] = member
    return primary


def _rank(member: Membership) -> tuple[int, object, str]:
    return SEGMENT_ORDER.index(member.segment), member.since, member.kpj


def city_participants(primary: dict[str, Membership]) -> list[Membership]:
    """Find every "city participant": "whose primary membership's KODE_WILAYAH lies in the city"."""
    return [member for member in primary.values() if in_city(member.region)]

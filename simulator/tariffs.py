"""The construction contribution, slice by slice."""

# (upper edge of the slice, rate in hundredths of a percent): 0.24 % up to 100 million, 0.19 % of the part up
# to 500 million, 0.15 % up to 1 billion, 0.12 % up to 5 billion, 0.10 % beyond (marts.md)
SLICES = (
    (100_000_000, 24),
    (500_000_000, 19),
    (1_000_000_000, 15),
    (5_000_000_000, 12),
    (None, 10),
)


def construction_due(value: int, *, parts: bool = False) -> int:
    """Return the contribution for a contract value in rupiah, or in ten-thousandths of one."""
    total, lower = 0, 0
    for edge, rate in SLICES:
        upper = value if edge is None else min(value, edge)
        total += max(0, upper - lower) * rate
        lower = upper if edge is None else edge
        if edge is not None and value <= edge:
            break
    return total if parts else (total + 5_000) // 10_000

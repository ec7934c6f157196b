"""Named random streams, so that one part of the city never disturbs the numbers of another."""

from random import Random


def stream(*parts: object) -> Random:
    """Return the random stream of that name; seeding by text is the same in every Python process."""
    return Random("|".join(str(part) for part in parts))  # noqa: S311 - play money, not secrets

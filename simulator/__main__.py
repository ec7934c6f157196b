"""Command line: python -m simulator --out DIR --workers N --nights D [D ...]."""

import argparse
import sys
from datetime import date
from pathlib import Path

from simulator.bad_night import bad_night
from simulator.incidents import Incident
from simulator.manifest import NightError, Plan
from simulator.nights import generate


def _arguments(argv: list[str] | None) -> Plan:
    parser = argparse.ArgumentParser(prog="simulator", description="Write the nightly deliveries of a made-up city.")
    parser.add_argument("--out", type=Path, required=True, help="folder for deliveries/, expected/ and manifest.json")
    parser.add_argument("--workers", type=int, default=4000, help="size of the workforce, 300 to 110000")
    parser.add_argument("--nights", type=date.fromisoformat, nargs="+", required=True, help="business dates")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", type=float, default=0.02, help="share of rows with dirt, 0 for clean files")
    parser.add_argument(
        "--incident",
        type=Incident.parse,
        action="append",
        default=[],
        metavar="FEED:NIGHT:KIND",
        help="a whole delivery goes wrong: truncated, missing-column, empty, absent, "
        "held-shrunk, held-dirty, mislabelled or re-sent (that of the night before); may be repeated",
    )
    parser.add_argument("--trouble", action="store_true", help="a bad last night: some accident of every kind")
    given = parser.parse_args(argv)
    if given.workers < 300:
        parser.error("a city needs at least 300 workers")
    if not 0 <= given.dirt <= 0.5:
        parser.error("dirt is a share between 0 and 0.5")
    nights = tuple(sorted(set(given.nights)))
    accidents = bad_night(given.seed, nights[-1]) if given.trouble else ()
    return Plan(given.out, given.workers, given.seed, given.dirt, nights, (*given.incident, *accidents))


def main(argv: list[str] | None = None) -> int:
    """Write the nights asked for."""
    plan = _arguments(argv)
    try:
        generate(plan)
    except NightError as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Command line: python -m simulator.servers --city DIR [--night D] [--trouble] [--seed N].

Prints one line of JSON when everything listens: for each agency the connection with which it is read. Serves
until its stdin is closed, and so ends with whoever started it.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from simulator.servers.api import Api
from simulator.servers.city import City
from simulator.servers.database import Database, DatabaseError
from simulator.servers.drop import Drop
from simulator.servers.trouble import Trouble
from simulator.servers.wire import Wire


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator.servers", description="Stand in for the agencies of a city.")
    parser.add_argument("--city", type=Path, required=True, help="folder written by python -m simulator")
    parser.add_argument("--night", type=date.fromisoformat, help="show the city as of this night; else all it has")
    parser.add_argument("--trouble", action="store_true", help="let things go wrong on the way")
    parser.add_argument("--seed", type=int, default=1, help="which trouble")
    given = parser.parse_args(argv)
    if not (given.city / "deliveries").is_dir():
        parser.error(f"{given.city} holds no deliveries")
    return given


async def _serve(city: City, trouble: Trouble, database: Database) -> None:
    """Serve over HTTP and SFTP, and lead to the database, until told to stop."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    api, drop, wire = Api(city, trouble), Drop(city, trouble), Wire(database.port, trouble)
    port = database.port if trouble.calm else await wire.start()
    await drop.start()
    api.start()
    try:
        connections = drop.connections() | api.connections() | database.connections(port)
        print(json.dumps(dict(sorted(connections.items()))), flush=True)  # noqa: T201 - what the caller waits for
        _when_stdin_closes(lambda: loop.call_soon_threadsafe(stop.set))
        await stop.wait()
    finally:
        api.stop()
        await wire.stop()
        await drop.stop()


def _when_stdin_closes(tell: Callable[[], object]) -> None:
    def watch() -> None:
        while os.read(0, 4096):
            pass
        tell()

    threading.Thread(target=watch, daemon=True).start()


def main(argv: list[str] | None = None) -> int:
    """Start everything, serve, end everything."""
    given = _arguments(argv)
    city = City(given.city.resolve(), given.night)
    database = Database(city)
    try:
        database.start()
        asyncio.run(_serve(city, Trouble(city, given.seed, calm=not given.trouble), database))
    except DatabaseError as error:
        sys.stderr.write(f"simulator: the agencies' database did not start: {error}\n")
        return 1
    finally:
        database.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

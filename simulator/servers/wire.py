"""A wire to another port that trouble can cut."""

import asyncio
import contextlib

from simulator.servers.trouble import Trouble


class Wire:
    """Passes bytes on to a port of loopback and back, until the connection is lost."""

    def __init__(self, port: int, trouble: Trouble) -> None:
        self._to = port
        self._trouble = trouble
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen on a free port of loopback and return it."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more connections."""
        if self._server:
            self._server.close()

    async def _join(self, here: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        there, ask = await asyncio.open_connection("127.0.0.1", self._to)
        asking = asyncio.create_task(_pass_on(here, ask))
        sent = 0
        with contextlib.suppress(OSError):
            while block := await there.read(4096):
                sent += len(block)
                if self._trouble.database_is_lost(sent):
                    answer.transport.abort()
                    break
                answer.write(block)
                await answer.drain()
        asking.cancel()
        for writer in (answer, ask):
            writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(4096):
            writer.write(block)
            await writer.drain()
    writer.close()

"""A driver started by hand and spoken to on its stdin and stdout, as a server does."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from client.conform.check import Failed

END_S = 2.0


class DirectDriver:
    """One process of a driver on one socket pair; implements `bench.SpokenDriver`."""

    def __init__(self, process: asyncio.subprocess.Process, end: socket.socket, errors: Path) -> None:
        self._process = process
        self._end = end
        self._errors = errors

    @classmethod
    async def start(
        cls, executable: str, arguments: Sequence[str], env: Mapping[str, str], home: Path
    ) -> "DirectDriver":
        """Start one.

        Args:
            executable: name or path.
            arguments: of it.
            env: its whole environment but HOME.
            home: its HOME.

        Raises:
            Failed: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        handle, name = tempfile.mkstemp(dir=home, prefix="driver-", suffix=".stderr")
        try:
            process = await asyncio.create_subprocess_exec(
                executable,
                *arguments,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=handle,
                env={**env, "HOME": str(home)},
            )
        except OSError as error:
            ours.close()
            raise Failed(f"{executable} cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
            os.close(handle)
        return cls(process, ours, Path(name))

    async def send(self, data: bytes) -> None:
        """Write to its stdin; what it no longer reads is lost."""
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(self._end, data), 10.0)
        except (OSError, TimeoutError) as error:
            raise Failed(f"it no longer takes input: {error or 'it does not read'}") from error

    async def receive(self, timeout_s: float) -> bytes:
        """Read what it writes, b"" when nothing came in time or it closed its output."""
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._end, 1 << 20), timeout_s)
        except (OSError, TimeoutError):
            return b""

    async def read_for(self, seconds: float) -> bytes:
        """Read all that comes within a time."""
        loop = asyncio.get_running_loop()
        end_s, said = loop.time() + seconds, b""
        while (left_s := end_s - loop.time()) > 0.0:
            data = await self.receive(left_s)
            if not data:
                await asyncio.sleep(min(0.02, max(0.0, end_s - loop.time())))
            said += data
        return said

    async def close_input(self) -> None:
        """Close this end of the socket, as a server that ends does."""
        self._end.close()

    async def wait(self, timeout_s: float) -> int | None:
        """Wait until it ended; its exit code, or None when it still runs."""
        try:
            return await asyncio.wait_for(self._process.wait(), timeout_s)
        except TimeoutError:
            return None

    def kill(self) -> None:
        """End it at once."""
        if self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> str:
        """End it if it still runs; returns what it wrote to stderr."""
        self._end.close()
        if await self.wait(END_S) is None:
            self.kill()
            await self._process.wait()
        return self._errors.read_text(errors="replace")

"""The connection to indiserver: two file descriptors that are usually one socket.

asyncio's own pipe transports refuse that (each wants the descriptor for itself), so this watches and writes it itself.
"""

import asyncio
import os
from collections.abc import Callable

from .backlog import Backlog

_CHUNK_BYTES = 65536


class StreamTransport:
    """Read from one descriptor, write to another; one socket, two pipes, terminals or files.

    ``on_close`` is called exactly once: at the end of input, at an error of either side, or by ``close``. After the end
    of input writing still works until ``close``, so that last words can be sent.
    """

    def __init__(
        self,
        read_fd: int,
        write_fd: int,
        on_data: Callable[[bytes], None],
        on_close: Callable[[str], None],
        *,
        max_backlog_bytes: int = 1 << 20,
    ) -> None:
        """Prepare; nothing happens to the descriptors before ``start``.

        Args:
            read_fd: descriptor to read from.
            write_fd: descriptor to write to; may be the same, or share its socket.
            on_data: takes what arrived, in the event loop.
            on_close: takes the reason of the end, for a log.
            max_backlog_bytes: what may wait for a peer that does not read; beyond that see ``write``.
        """
        self._read_fd, self._write_fd = read_fd, write_fd
        self._on_data, self._on_close = on_data, on_close
        self._backlog = Backlog(max_backlog_bytes)
        self._sending = memoryview(b"")
        self._was_blocking: dict[int, bool] = {}
        self._reading = self._waiting = self._writable = self._ended = False
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def backlog_bytes(self) -> int:
        """Bytes that wait for the peer."""
        return self._backlog.size_bytes + len(self._sending)

    @property
    def dropped(self) -> int:
        """Elements without a key that were lost because the peer did not read."""
        return self._backlog.dropped

    @property
    def replaced(self) -> int:
        """Elements that were not sent because a newer one of the same key came before the peer read."""
        return self._backlog.replaced

    def start(self) -> None:
        """Begin to read. Needs a running event loop.

        Raises:
            OSError: one of the descriptors is not open.
        """
        self._loop = asyncio.get_running_loop()
        for fd in (self._read_fd, self._write_fd):
            self._was_blocking.setdefault(fd, os.get_blocking(fd))
        for fd in self._was_blocking:
            os.set_blocking(fd, False)
        self._reading = self._writable = True
        try:
            self._loop.add_reader(self._read_fd, self._readable)
        except PermissionError:
            # epoll takes neither regular files nor /dev/null; reading them never blocks, so no watching is needed.
            self._loop.call_soon(self._read_file)

    def write(self, data: bytes, key: str | None = None) -> None:
        """Send one whole element, now or as soon as the peer reads.

        Beyond the limit of the backlog the latest element of each key is kept and the others go; elements without a key
        go oldest first. One that the peer has received in part is always completed.

        Args:
            data: its bytes. Ignored after the end of the connection.
            key: elements of the same key replace each other, such as ``set DOME_MOTION``. Give one to all that must not
                be lost, and different ones to a definition and an update.
        """
        if not self._writable:
            return
        self._backlog.append(data, key)
        if not self._waiting:
            self._send()

    async def drain_for(self, seconds: float) -> bool:
        """Give the peer some time to read what waits.

        Args:
            seconds: how long at most.

        Returns:
            Whether everything was handed over.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._drained.wait()
        except TimeoutError:
            return False
        return self.backlog_bytes == 0

    def close(self, reason: str = "closed") -> None:
        """Let go of the descriptors (they stay open) and restore their mode. Safe to call twice.

        Args:
            reason: told to ``on_close`` unless the connection had ended before.
        """
        self._stop_reading()
        self._stop_writing()
        for fd, blocking in self._was_blocking.items():
            try:
                os.set_blocking(fd, blocking)
            except OSError:  # somebody closed it
                continue
        self._was_blocking.clear()
        self._end(reason)

    def _readable(self) -> None:
        data = self._read()
        if data:
            self._on_data(data)

    def _read_file(self) -> None:
        if not self._reading:
            return
        data = self._read()
        if self._reading:
            self._loop.call_soon(self._read_file)
        if data:
            self._on_data(data)

    def _read(self) -> bytes:
        """Give what can be read at once; at the end say so and stop reading."""
        try:
            data = os.read(self._read_fd, _CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            self._stop_reading()
            self._end(f"cannot read: {error.strerror}")
            return b""
        if not data:
            self._stop_reading()
            self._end("end of input")
        return data

    def _send(self) -> None:
        """Write until nothing is left or the peer takes no more."""
        while self._sending or self._refill():
            try:
                sent = os.write(self._write_fd, self._sending)
            except (BlockingIOError, InterruptedError):
                self._wait_until_writable()
                return
            except OSError as error:
                self._stop_writing()
                # Not at once: whoever called write() does not expect to be called back before it returns.
                self._loop.call_soon(self._end, f"cannot write: {error.strerror}")
                return
            self._sending = self._sending[sent:]
        self._stop_waiting()
        self._drained.set()

    def _refill(self) -> bool:
        self._sending = memoryview(self._backlog.take(_CHUNK_BYTES))
        return bool(self._sending)

    def _wait_until_writable(self) -> None:
        self._drained.clear()
        if not self._waiting:
            self._waiting = True
            self._loop.add_writer(self._write_fd, self._send)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting = False
            self._loop.remove_writer(self._write_fd)

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._read_fd)

    def _stop_writing(self) -> None:
        self._writable = False
        self._stop_waiting()
        self._drained.set()

    def _end(self, reason: str) -> None:
        if not self._ended:
            self._ended = True
            self._on_close(reason)

"""The transport over everything that fd 0 and 1 can be. Every wait is for a condition."""

import asyncio
import contextlib
import os
import pty
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indi_dome_driver.indi.transport import StreamTransport

PATIENCE_S = 10.0


class Side:
    """What a driver would see of a transport."""

    def __init__(self) -> None:
        self.received = b""
        self.reasons: list[str] = []
        self.changed = asyncio.Event()

    def on_data(self, data: bytes) -> None:
        self.received += data
        self.changed.set()

    def on_close(self, reason: str) -> None:
        self.reasons.append(reason)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await self.changed.wait()
                self.changed.clear()


@pytest.fixture
def side() -> Side:
    return Side()


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(PATIENCE_S)
        yield ours, theirs


async def receive(peer: socket.socket, count: int) -> bytes:
    """Read from the other end without stopping the event loop."""
    data = b""
    peer.setblocking(False)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE_S):
        while len(data) < count:
            data += await loop.sock_recv(peer, 1 << 20)
    return data


async def test_one_socket_in_both_directions(side: Side, sockets: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = sockets
    transport = StreamTransport(ours.fileno(), ours.fileno(), side.on_data, side.on_close)
    transport.start()
    theirs.sendall(b"ping")
    await side.until(lambda: side.received == b"ping")
    transport.write(b"pong")
    assert await receive(theirs, 4) == b"pong"
    theirs.close()
    await side.until(lambda: side.reasons == ["end of input"])
    transport.close()
    transport.close()
    assert side.reasons == ["end of input"]


async def test_one_socket_under_two_descriptors(side: Side, sockets: tuple[socket.socket, socket.socket]) -> None:
    """The way indiserver starts its drivers."""
    ours, theirs = sockets
    second = os.dup(ours.fileno())
    transport = StreamTransport(ours.fileno(), second, side.on_data, side.on_close, max_backlog_bytes=1 << 24)
    transport.start()
    blob = bytes(range(256)) * 20_000
    for at in range(0, len(blob), 50_000):
        transport.write(blob[at : at + 50_000])
    assert transport.backlog_bytes > 0
    theirs.sendall(b"still listening")
    await side.until(lambda: side.received == b"still listening")
    assert await receive(theirs, len(blob)) == blob
    assert await transport.drain_for(PATIENCE_S)
    transport.close("done")
    assert side.reasons == ["done"]
    os.close(second)


async def test_two_pipes_and_last_words_after_the_end_of_input(side: Side) -> None:
    their_read, our_write = os.pipe()
    our_read, their_write = os.pipe()
    transport = StreamTransport(our_read, our_write, side.on_data, side.on_close)
    transport.start()
    os.write(their_write, b"ask")
    os.close(their_write)
    await side.until(lambda: side.reasons == ["end of input"])
    assert side.received == b"ask"
    transport.write(b"last words")
    assert await transport.drain_for(PATIENCE_S)
    assert os.read(their_read, 100) == b"last words"
    transport.close()
    assert side.reasons == ["end of input"]
    for fd in (their_read, our_write, our_read):
        os.close(fd)


async def test_a_peer_that_is_gone_ends_it_once(side: Side) -> None:
    their_read, our_write = os.pipe()
    our_read, their_write = os.pipe()
    transport = StreamTransport(our_read, our_write, side.on_data, side.on_close)
    transport.start()
    os.close(their_read)
    transport.write(b"anybody?")
    assert side.reasons == [], "the caller is not called back before write() returns"
    transport.write(b"hello?")
    await side.until(lambda: side.reasons == ["cannot write: Broken pipe"])
    assert not await transport.drain_for(0)
    transport.write(b"ignored")
    os.close(their_write)
    transport.close()
    assert side.reasons == ["cannot write: Broken pipe"]
    for fd in (our_write, our_read):
        os.close(fd)


async def test_a_connection_reset_ends_it(side: Side) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    transport = StreamTransport(ours.fileno(), ours.fileno(), side.on_data, side.on_close)
    transport.start()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    theirs.close()
    await side.until(lambda: side.reasons == ["cannot read: Connection reset by peer"])
    transport.close()
    ours.close()


async def test_a_peer_that_never_reads_costs_bounded_memory_and_gets_the_last_states(
    side: Side, sockets: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = sockets
    limit = 64 * 1024
    transport = StreamTransport(ours.fileno(), ours.fileno(), side.on_data, side.on_close, max_backlog_bytes=limit)
    transport.start()
    transport.write(b"<def MOTION>\n", "def MOTION")
    for number in range(20_000):
        transport.write(b"<set AZ %06d%s>\n" % (number, b"." * 50), "set AZ")
        transport.write(b"<set MOTION %06d%s>\n" % (number, b"." * 50), "set MOTION")
        transport.write(b"<message %06d%s>\n" % (number, b"." * 50))
        assert transport.backlog_bytes <= 3 * limit
    assert transport.replaced > 10_000
    assert transport.dropped > 10_000
    assert not await transport.drain_for(0.01)

    data = b""
    while not data.endswith(b"<END>\n"):
        data += await receive(theirs, 1)
        if transport.backlog_bytes == 0 and b"<END>" not in data:
            transport.write(b"<END>\n", "end")
    lines = data.decode().splitlines()
    assert all(line.startswith("<") and line.endswith(">") and line.count("<") == 1 for line in lines)
    assert [line for line in lines if "AZ" in line][-1].startswith("<set AZ 019999")
    assert [line for line in lines if "set MOTION" in line][-1].startswith("<set MOTION 019999")
    assert lines[0] == "<def MOTION>"
    assert await transport.drain_for(PATIENCE_S)
    transport.close()


async def test_a_stalled_peer_does_not_hold_up_the_exit(
    side: Side, sockets: tuple[socket.socket, socket.socket]
) -> None:
    ours, _ = sockets
    transport = StreamTransport(ours.fileno(), ours.fileno(), side.on_data, side.on_close)
    transport.start()
    transport.write(b"x" * (1 << 22), "big")
    loop = asyncio.get_running_loop()
    before = loop.time()
    assert not await transport.drain_for(0.05)
    assert loop.time() - before < 2
    transport.close()
    assert side.reasons == ["closed"]


async def test_standard_input_may_be_a_file(side: Side, tmp_path: Path) -> None:
    source, target = tmp_path / "in.xml", tmp_path / "out.xml"
    source.write_bytes(b"<a/>" * 50_000)
    read_fd, write_fd = os.open(source, os.O_RDONLY), os.open(target, os.O_WRONLY | os.O_CREAT)
    transport = StreamTransport(read_fd, write_fd, side.on_data, side.on_close)
    transport.start()
    transport.write(b"answer")
    await side.until(lambda: side.reasons == ["end of input"])
    assert side.received == source.read_bytes()
    transport.close()
    assert target.read_bytes() == b"answer"
    os.close(read_fd)
    os.close(write_fd)


async def test_standard_input_may_be_dev_null(side: Side) -> None:
    fd = os.open(os.devnull, os.O_RDWR)
    transport = StreamTransport(fd, fd, side.on_data, side.on_close)
    transport.start()
    transport.write(b"into the void")
    await side.until(lambda: side.reasons == ["end of input"])
    transport.close()
    os.close(fd)


async def test_a_file_is_not_read_on_after_close(side: Side, tmp_path: Path) -> None:
    source = tmp_path / "in.xml"
    source.write_bytes(b"x" * 1_000_000)
    fd = os.open(source, os.O_RDONLY)
    transport = StreamTransport(fd, fd, side.on_data, side.on_close)
    transport.start()
    await side.until(lambda: bool(side.received))
    transport.close("enough")
    so_far = len(side.received)
    for _ in range(5):
        await asyncio.sleep(0)  # five turns of the loop: none of them may read
    assert (len(side.received), side.reasons) == (so_far, ["enough"])
    os.close(fd)


async def test_a_terminal_that_hangs_up_ends_it(side: Side) -> None:
    master, slave = pty.openpty()
    transport = StreamTransport(slave, slave, side.on_data, side.on_close)
    transport.start()
    os.write(master, b"<getProperties/>\n")
    await side.until(lambda: side.received == b"<getProperties/>\n")
    os.close(master)
    await side.until(lambda: len(side.reasons) == 1)
    transport.close()
    os.close(slave)
    assert side.reasons[0] in ("end of input", "cannot read: Input/output error")


@pytest.mark.parametrize("blocking", [True, False])
async def test_the_mode_of_the_descriptors_is_restored(
    side: Side, sockets: tuple[socket.socket, socket.socket], blocking: bool
) -> None:
    ours, _ = sockets
    second = os.dup(ours.fileno())
    os.set_blocking(second, blocking)
    transport = StreamTransport(ours.fileno(), second, side.on_data, side.on_close)
    transport.start()
    assert not os.get_blocking(second)
    transport.close()
    assert os.get_blocking(second) is os.get_blocking(ours.fileno()) is blocking
    os.close(second)


async def test_a_descriptor_that_is_not_open_is_an_error(side: Side) -> None:
    read_fd, write_fd = os.pipe()
    os.close(write_fd)
    with pytest.raises(OSError, match="Bad file descriptor"):
        StreamTransport(read_fd, write_fd, side.on_data, side.on_close).start()
    assert os.get_blocking(read_fd)
    os.close(read_fd)


async def test_nothing_is_written_before_start_or_after_close(
    side: Side, sockets: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = sockets
    transport = StreamTransport(ours.fileno(), ours.fileno(), side.on_data, side.on_close)
    transport.write(b"early")
    transport.start()
    transport.close()
    transport.write(b"late")
    theirs.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        assert theirs.recv(100) == b""


async def test_closing_from_within_a_callback(side: Side, sockets: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = sockets

    def on_data(data: bytes) -> None:
        side.on_data(data)
        transport.close("told to")

    transport = StreamTransport(ours.fileno(), ours.fileno(), on_data, side.on_close)
    transport.start()
    theirs.sendall(b"bye")
    await side.until(lambda: side.reasons == ["told to"])
    assert side.received == b"bye"

"""Joins the device to indiserver: one event loop for messages, the control loop and the end of the process."""

import asyncio
import os
import signal

from indi_dome_driver.abaque_loader import AbaqueLoader
from indi_dome_driver.device.device import Device
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.transport import StreamTransport
from indi_dome_driver.last_resort_log import note

SETTLE_S = 0.5
"""How long the end of the process waits for the dome to stand, so that its position can be recorded."""
LAST_WORDS_S = 0.2


class Runner:
    """Feeds a device from two file descriptors and calls its control loop in time.

    Args:
        read_fd: where indiserver's messages come from.
        write_fd: where ours go; the same socket as read_fd under indiserver.
    """

    def __init__(self, read_fd: int = 0, write_fd: int = 1) -> None:
        self._decoder = Decoder()
        self._transport = StreamTransport(read_fd, write_fd, self._on_data, self._on_close)
        self._device: Device | None = None
        self._ended = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def send(self, data: bytes, key: str | None) -> None:
        """Hand bytes to indiserver; returns at once."""
        self._transport.write(data, key)

    async def run(self, device: Device, loader: AbaqueLoader | None = None) -> None:
        """Serve until end of input, SIGTERM or SIGINT; then stop the dome and record where it stands.

        Args:
            device: what to serve.
            loader: told to give up at the end.
        """
        self._device = device
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ended.set)
        try:
            self._transport.start()
            await self._ended.wait()
        finally:
            device.halt()
            if self._timer is not None:
                self._timer.cancel()
            if loader is not None:
                loader.cancel()
            await self._settle(device)
            device.close()
            await self._transport.drain_for(LAST_WORDS_S)
            self._transport.close()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _on_data(self, data: bytes) -> None:
        assert self._device is not None  # noqa: S101 - data flows only after run() has begun
        for message in self._decoder.feed(data):
            self._device.receive(message)
        self._turn()

    def _on_close(self, reason: str) -> None:
        if self._device is not None:
            self._device.halt()
        ending = self._ended.is_set()
        self._ended.set()
        if not ending:
            note(f"indi_dome_driver ends: {reason}")

    def _turn(self) -> None:
        """Run one turn of the control loop and plan the next; messages bring it forward."""
        assert self._device is not None  # noqa: S101 - as above
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._ended.is_set():
            return
        self._device.tick()
        period = self._device.period_s
        if period is not None:
            self._timer = asyncio.get_running_loop().call_later(period, self._turn)

    async def _settle(self, device: Device) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + SETTLE_S
        while not device.settle() and loop.time() < until:  # noqa: ASYNC110 - no event tells that the dome stands
            await asyncio.sleep(0.01)


def silence_broken_pipe() -> None:
    """Point stdout at nothing, so that the interpreter's last flush cannot fail on a server that is gone."""
    with open(os.devnull, "w") as null:
        os.dup2(null.fileno(), 1)

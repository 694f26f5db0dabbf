"""A raw INDI client: it keeps every element with its time of arrival, malformed attributes included."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from client.conform.record import Event, Known, Record, Sent
from client.errors import ClientError, NoServer
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Item, Message

MAX_MESSAGE_BYTES = 1 << 24
OPEN_S = 5.0


class WireLost(ClientError):  # noqa: N818 - says what happened, like its siblings
    """The server closed the connection in the middle of something."""

    def __init__(self) -> None:
        super().__init__("the INDI server closed the connection: look whether it still runs, and at its log.")


class Wire:
    """One connection to a server. Sending never waits; listening happens in a task of its own."""

    def __init__(self, host: str, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; `open` connects.

        Args:
            host: name or address.
            port: TCP port.
            clock: seconds, steady.
        """
        self.host, self.port = host, port
        self.device = ""
        """The device that commands go to unless they name another."""
        self.clock = clock
        self.record = Record()
        self.is_open = False
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self._news: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, host: str, port: int, device: str = "") -> Self:
        """Connect and ask for every property.

        Raises:
            NoServer: nobody accepts the connection.
        """
        wire = cls(host, port)
        wire.device = device
        await wire.reopen()
        return wire

    async def reopen(self) -> None:
        """Connect anew, for the first time or after a loss; what was said before is kept.

        Raises:
            NoServer: nobody accepts the connection.
        """
        await self.close()
        try:
            reader, self._writer = await asyncio.wait_for(asyncio.open_connection(self.host, self.port), OPEN_S)
        except (OSError, TimeoutError) as error:
            detail = getattr(error, "strerror", None) or "no answer"
            raise NoServer(self.host, self.port, detail) from error
        self.record.forget()
        self.is_open = True
        self._listener = asyncio.create_task(self._listen(reader))
        self.ask()

    def ask(self, device: str | None = None, name: str | None = None) -> float:
        """Send getProperties; returns when, seconds."""
        return self.send(element("getProperties", {"version": "1.7", "device": device, "name": name}))

    def send(self, data: bytes) -> float:
        """Send bytes as they are; returns when, seconds.

        Raises:
            WireLost: there is no connection any more.
        """
        if self._writer is None or not self.is_open:
            raise WireLost
        at_s = self.clock()
        self._writer.write(data)
        return at_s

    def command(
        self, kind: str, name: str, values: Mapping[str, object], device: str | None = None, *, note: bool = True
    ) -> float:
        """Send a new*Vector.

        Args:
            kind: "Number", "Switch" or "Text".
            name: of the property.
            values: by element, written with str(): nonsense goes out as it is.
            device: another device than the dome.
            note: False for a command that need not be answered.

        Returns:
            When it was sent, seconds.
        """
        owner = device or self.device
        texts = {key: str(value) for key, value in values.items()}
        items = [Item(f"one{kind}", {"name": key}, text) for key, text in texts.items()]
        at_s = self.send(element(f"new{kind}Vector", {"device": owner, "name": name}, items))
        if note:
            self.record.sent.append(Sent(at_s, owner, name, texts))
        return at_s

    def number(self, name: str, device: str | None = None, **values: object) -> float:
        """Send a newNumberVector; returns when, seconds."""
        return self.command("Number", name, values, device)

    def switch(self, name: str, *on: str, off: tuple[str, ...] = (), device: str | None = None) -> float:
        """Send a newSwitchVector with the elements named On and Off; returns when, seconds."""
        return self.command("Switch", name, {**dict.fromkeys(on, "On"), **dict.fromkeys(off, "Off")}, device)

    def text(self, name: str, device: str | None = None, **values: str) -> float:
        """Send a newTextVector; returns when, seconds."""
        return self.command("Text", name, values, device)

    async def wait(
        self, predicate: Callable[[Event], bool], since_s: float = 0.0, timeout_s: float = 10.0
    ) -> Event | None:
        """Wait for the first element, arrived since then, that meets a condition.

        Args:
            predicate: the condition.
            since_s: elements before that do not count, seconds.
            timeout_s: how long to wait from now, seconds.

        Returns:
            The element, or None when the time is over.

        Raises:
            WireLost: the connection ended before.
        """
        end_s = self.clock() + timeout_s
        events = self.record.events
        seen = len(events)
        while seen and events[seen - 1].at_s >= since_s:
            seen -= 1
        while True:
            while seen < len(events):
                seen += 1
                if predicate(events[seen - 1]):
                    return events[seen - 1]
            left_s = end_s - self.clock()
            if left_s <= 0:
                return None
            if not self.is_open:
                raise WireLost
            await self._wait_for_news(left_s)

    async def wait_set(
        self,
        name: str,
        state: str | None = None,
        since_s: float = 0.0,
        timeout_s: float = 10.0,
        *,
        on: str | None = None,
        device: str | None = None,
    ) -> Event | None:
        """Wait for a set*Vector of a property, in a state and with exactly one switch On where these are given."""
        owner = device or self.device

        def fits(event: Event) -> bool:
            return (
                event.is_set
                and event.device == owner
                and event.name == name
                and (state is None or event.state == state)
                and (on is None or event.on == [on])
            )

        return await self.wait(fits, since_s, timeout_s)

    async def wait_definition(
        self, name: str, since_s: float = 0.0, timeout_s: float = 10.0, device: str | None = None
    ) -> Event | None:
        """Wait for the definition of a property."""
        owner = device or self.device
        return await self.wait(lambda e: e.is_definition and e.device == owner and e.name == name, since_s, timeout_s)

    async def wait_until(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Wait until what is known meets a condition, looked at whenever something arrives; False when it never did."""
        end_s = self.clock() + timeout_s
        while not condition():
            left_s = end_s - self.clock()
            if left_s <= 0:
                return False
            if not self.is_open:
                raise WireLost
            await self._wait_for_news(left_s)
        return True

    async def listen(self, seconds: float) -> None:
        """Listen for a while to what should not come."""
        await asyncio.sleep(seconds)

    def known(self, name: str, device: str | None = None) -> Known | None:
        """Give a property as a client would show it now, or None where it is not defined."""
        return self.record.known(device or self.device, name)

    def sets_of(self, name: str, since_s: float = 0.0, device: str | None = None) -> list[Event]:
        """List the set*Vector of a property."""
        return self.record.sets_of(device or self.device, name, since_s)

    def unanswered(self, since_s: float = 0.0, until_s: float = float("inf")) -> list[Sent]:
        """List the commands that no set* of the same property followed within a second."""
        return self.record.unanswered(since_s, until_s)

    @property
    def events(self) -> list[Event]:
        """Give everything that arrived."""
        return self.record.events

    async def close(self) -> None:
        """End the connection."""
        self.is_open = False
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
            self._listener = None
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()
            self._writer = None
        self._tell()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        decoder = Decoder(max_message_bytes=MAX_MESSAGE_BYTES)
        try:
            while data := await reader.read(65536):
                now_s = self.clock()
                for each in decoder.feed(data):
                    if isinstance(each, Message):
                        self.record.take(now_s, each)
                    else:
                        self.record.dropped.append((now_s, each.reason))
                self._tell()
        except OSError:
            pass  # a reset is an end like any other: whoever waits is told below
        finally:
            self.is_open = False
            self._tell()

    async def _wait_for_news(self, timeout_s: float) -> None:
        if self._news is None or self._news.done():
            self._news = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._news], timeout=timeout_s)

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

"""INDI behind asyncio: one connection to one server, snapshots in, commands out."""

import asyncio
import math
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress

from client.errors import NoServer, NotConnected, PropertyMissing, ServerSilent, TimedOut
from client.properties import (
    Clock,
    Disconnected,
    Event,
    PropertyChanged,
    PropertyKind,
    PropertySnapshot,
    Registry,
    SwitchRule,
    Value,
    wall_clock,
)
from client.pyindi import Library

Subscriber = Callable[[Event], None]
Predicate = Callable[[PropertySnapshot], bool]
Unsubscribe = Callable[[], None]

THREAD_END_S = 2.0
"""How long a closed connection's thread may take to end; it ends within milliseconds unless a flood is pending."""

_STUCK: list[Library] = []
"""Connections whose thread did not end; never dropped, because dropping one would abort the process."""


class IndiConnection:
    """A connection that is used from one event loop; the library's thread never shows."""

    def __init__(
        self,
        watch: Sequence[str] = (),
        *,
        clock: Clock = wall_clock,
        ping_every_s: float = 5.0,
        silence_limit_s: float = 15.0,
    ) -> None:
        """Prepare; nothing is opened.

        Args:
            watch: devices to ask for; empty means all.
            clock: Unix seconds, stamps the snapshots.
            ping_every_s: how often the server is asked for a sign of life, seconds.
            silence_limit_s: after this long without any word the server counts as gone, seconds.
        """
        self._watch = tuple(watch)
        self._clock = clock
        self._ping_every_s = ping_every_s
        self._silence_limit_s = silence_limit_s
        self._registry = Registry()
        self._subscribers: list[Subscriber] = []
        self._library: Library | None = None
        self._retired: list[Library] = []
        self._address = ("", 0)
        self._epoch = 0
        self._gone: str | None = "connect first"
        self._heard_at_s = 0.0
        self._first_word = asyncio.Event()
        self._liveness: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Tell whether the server was there when last heard of."""
        return self._gone is None

    async def connect(self, host: str, port: int, timeout_s: float = 5.0) -> None:
        """Connect and wait for the server's first word.

        Args:
            host: name or address.
            port: TCP port.
            timeout_s: limit for everything together, seconds.

        Raises:
            NoServer: nobody listens there.
            ServerSilent: somebody listens but does not speak INDI in time.
        """
        await self.close()
        self._address = (host, port)
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + timeout_s
        await _probe(host, port, timeout_s)
        self._epoch += 1
        epoch = self._epoch
        self._registry.clear()
        self._first_word.clear()

        def sink(event: Event) -> None:
            # A loop that has been closed raises; the guard around the callback takes care of it.
            loop.call_soon_threadsafe(self._deliver, epoch, event)

        library = Library(host, port, sink, self._clock)
        for device in self._watch:
            library.watch(device)
        remaining_s = max(deadline_s - loop.time(), 0.1)
        self._library, self._gone = library, None
        if not library.connect(remaining_s):
            self._drop("connection refused")
            raise NoServer(host, port, "the connection was refused")
        library.ping("hello")
        try:
            async with asyncio.timeout_at(max(deadline_s, loop.time() + 0.1)):
                await self._first_word.wait()
        except TimeoutError:
            self._drop("the server does not answer")
            raise ServerSilent(host, port, timeout_s) from None
        if self._gone is not None:
            raise NoServer(host, port, self._gone)
        self._liveness = asyncio.create_task(self._watch_liveness(epoch), name="indi liveness")

    async def reconnect(self, timeout_s: float = 5.0) -> None:
        """Connect again to the same address with a fresh client; subscribers stay.

        Args:
            timeout_s: limit, seconds.

        Raises:
            NoServer, ServerSilent: as `connect`.
        """
        host, port = self._address
        await self.connect(host, port, timeout_s)

    async def close(self) -> None:
        """Disconnect; may be called at any time, also twice."""
        self._drop("closed")
        task, self._liveness = self._liveness, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._bury()

    def snapshot(self, device: str, name: str) -> PropertySnapshot | None:
        """Give the latest snapshot, or None when the property is not there."""
        return self._registry.snapshot(device, name)

    def properties(self, device: str) -> list[PropertySnapshot]:
        """Give everything known about a device."""
        return self._registry.properties(device)

    def devices(self) -> list[str]:
        """Name the devices present, sorted."""
        return self._registry.devices()

    def subscribe(self, subscriber: Subscriber) -> Unsubscribe:
        """Have every event from now on; the callback runs in the event loop.

        Args:
            subscriber: takes one event.

        Returns:
            A function that ends the subscription.
        """
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._subscribers.remove(subscriber)

        return unsubscribe

    def on_disconnect(self, callback: Callable[[str], None]) -> Unsubscribe:
        """Have the reason, once per connection, when the server goes away by itself."""
        return self.subscribe(lambda event: callback(event.reason) if isinstance(event, Disconnected) else None)

    async def changes(self) -> AsyncIterator[Event]:
        """Iterate over events; ends after `Disconnected`."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        unsubscribe = self.subscribe(queue.put_nowait)
        try:
            while True:
                event = await queue.get()
                yield event
                if isinstance(event, Disconnected):
                    return
        finally:
            unsubscribe()

    async def wait_for(self, device: str, name: str, predicate: Predicate, timeout_s: float) -> PropertySnapshot:
        """Wait until a property is as wanted; the present snapshot counts.

        Args:
            device: whose property.
            name: which property; it need not exist yet.
            predicate: what is wanted.
            timeout_s: limit, seconds.

        Returns:
            The first snapshot that satisfies.

        Raises:
            TimedOut: it did not happen.
            NotConnected: the server went away.
        """
        self._require_server()
        present = self.snapshot(device, name)
        if present is not None and predicate(present):
            return present
        found: asyncio.Future[PropertySnapshot] = asyncio.get_running_loop().create_future()

        def look(event: Event) -> None:
            if found.done():
                return
            if isinstance(event, Disconnected):
                found.set_exception(NotConnected(event.reason))
            elif isinstance(event, PropertyChanged):
                snapshot = event.snapshot
                if (snapshot.device, snapshot.name) == (device, name) and predicate(snapshot):
                    found.set_result(snapshot)

        unsubscribe = self.subscribe(look)
        try:
            async with asyncio.timeout(timeout_s):
                return await found
        except TimeoutError:
            raise TimedOut(f'{name} of "{device}"', timeout_s) from None
        finally:
            unsubscribe()

    def send_number(self, device: str, name: str, values: Mapping[str, float]) -> None:
        """Ask for new numbers; elements not named keep the value last reported.

        Raises:
            PropertyMissing: no such property or element, or it is read-only.
            NotConnected: the server is gone.
            ValueError: a value is not finite.
        """
        present = self._require(device, name, PropertyKind.NUMBER, values)
        for element, value in values.items():
            if not math.isfinite(value):
                raise ValueError(f"{name}.{element} = {value}: must be a finite number")
        merged = {**present.elements, **{element: float(value) for element, value in values.items()}}
        self._require_server().send_numbers(device, name, {e: v for e, v in merged.items() if isinstance(v, float)})

    def send_text(self, device: str, name: str, values: Mapping[str, str]) -> None:
        """Ask for new texts; elements not named keep the text last reported. Raises as `send_number`."""
        present = self._require(device, name, PropertyKind.TEXT, values)
        merged = {**present.elements, **values}
        self._require_server().send_texts(device, name, {e: v for e, v in merged.items() if isinstance(v, str)})

    def send_switch(self, device: str, name: str, values: Mapping[str, bool]) -> None:
        """Ask for switches to be set, completed as the vector's rule demands. Raises as `send_number`.

        OneOfMany sends the switches named, AtMostOne turns those not named off, AnyOfMany keeps them.
        """
        present = self._require(device, name, PropertyKind.SWITCH, values)
        others: dict[str, Value] = {}
        if present.rule is SwitchRule.AT_MOST_ONE:
            others = dict.fromkeys(present.elements, False)
        elif present.rule is SwitchRule.ANY_OF_MANY:
            others = dict(present.elements)
        merged = {**others, **values}
        self._require_server().send_switches(device, name, {e: bool(v) for e, v in merged.items()})

    def _require(self, device: str, name: str, kind: PropertyKind, values: Mapping[str, object]) -> PropertySnapshot:
        self._require_server()
        present = self.snapshot(device, name)
        if present is None:
            raise PropertyMissing(device, name)
        if present.kind is not kind:
            raise PropertyMissing(device, name, detail=f"is offered as {present.kind.value}, not as {kind.value},")
        for element in values:
            if element not in present.elements:
                raise PropertyMissing(device, name, element)
        if not values or not present.writable:
            raise PropertyMissing(device, name, detail="is not offered for writing")
        return present

    def _require_server(self) -> Library:
        if self._library is None or self._gone is not None:
            raise NotConnected(self._gone or "connect first")
        return self._library

    def _deliver(self, epoch: int, event: Event) -> None:
        if epoch != self._epoch or self._gone is not None:
            return  # a late word of a connection that is over
        loop = asyncio.get_running_loop()
        self._heard_at_s = loop.time()
        if isinstance(event, Disconnected):
            self._drop(event.reason)
        self._registry.apply(event)
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(event)
            except Exception as error:  # noqa: BLE001 - one faulty subscriber must not keep the event from the others
                loop.call_exception_handler({"message": "a subscriber failed", "exception": error})
        self._first_word.set()

    def _drop(self, reason: str) -> None:
        """End this connection; its library object is let go by `_bury`, once its thread is done."""
        self._gone = reason
        library, self._library = self._library, None
        if library is not None:
            library.hang_up()
            self._retired.append(library)

    async def _bury(self) -> None:
        """Let go of ended connections once their threads are done; no event tells, so this looks."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + THREAD_END_S
        while not all(library.finished() for library in self._retired) and loop.time() < end_s:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        for library in self._retired:
            library.disconnect()
        _STUCK.extend(library for library in self._retired if not library.finished())
        self._retired.clear()

    async def _watch_liveness(self, epoch: int) -> None:
        """Notice a server that is frozen: the library itself never does."""
        loop = asyncio.get_running_loop()
        count = 0
        while self._gone is None and epoch == self._epoch:
            await asyncio.sleep(self._ping_every_s)
            if self._library is None:
                return
            silent_s = loop.time() - self._heard_at_s
            if silent_s > self._silence_limit_s:
                self._deliver(epoch, Disconnected(f"the server said nothing for {silent_s:.0f} s"))
                return
            count += 1
            self._library.ping(f"alive-{count}")


async def _probe(host: str, port: int, timeout_s: float) -> None:
    """See whether anybody listens, without blocking the interpreter as the library's own connect would."""
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        raise NoServer(host, port, f"no answer within {timeout_s:g} s") from None
    except socket.gaierror as error:
        raise NoServer(host, port, f"the name {host} is unknown") from error
    except OSError as error:
        # asyncio's own text repeats the address as a tuple; the system's is what people know.
        raise NoServer(host, port, os.strerror(error.errno).lower() if error.errno else str(error)) from error
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()

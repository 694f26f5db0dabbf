"""A TCP client for tests that keeps every element with its time of arrival, and what it sent itself."""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Self

from client.conform.record import ANSWER_S, Event
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Item, Message


class WireClient:
    """Connects, asks for everything, and listens in a thread."""

    def __init__(self, port: int, device: str) -> None:
        self.device = device
        self.events: list[Event] = []
        self.sent: list[tuple[float, str]] = []
        self._changed = threading.Condition()
        self._socket = socket.create_connection(("127.0.0.1", port), 5)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.send(element("getProperties", {"version": "1.7"}))

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def command(self, kind: str, name: str, values: Mapping[str, object], device: str | None = None) -> float:
        """Send a new*Vector; returns when, on the clock of the events."""
        at_s = time.monotonic()
        items = [Item(f"one{kind}", {"name": key}, str(value)) for key, value in values.items()]
        if device is None:
            self.sent.append((at_s, name))
        self.send(element(f"new{kind}Vector", {"device": device or self.device, "name": name}, items))
        return at_s

    def switch(self, name: str, *on: str, off: tuple[str, ...] = (), device: str | None = None) -> float:
        return self.command("Switch", name, {**dict.fromkeys(on, "On"), **dict.fromkeys(off, "Off")}, device)

    def number(self, name: str, device: str | None = None, **values: object) -> float:
        return self.command("Number", name, values, device)

    def goto(self, azimuth: object) -> float:
        return self.number("ABS_DOME_POSITION", DOME_ABSOLUTE_POSITION=azimuth)

    def wait(
        self,
        condition: Callable[[Event], bool],
        since_s: float = 0.0,
        timeout_s: float = 20.0,
        what: str = "an element",
    ) -> Event:
        """Wait for the first element, arrived since then, that meets a condition."""
        end_s = time.monotonic() + timeout_s
        seen = 0
        with self._changed:
            while True:
                for event in self.events[seen:]:
                    if event.at_s >= since_s and condition(event):
                        return event
                seen = len(self.events)
                left = end_s - time.monotonic()
                if left <= 0:
                    recent = "\n".join(f"{e.message.tag} {e.name} {e.state} {e.text}" for e in self.events[-12:])
                    raise AssertionError(f"waited {timeout_s:g} s for {what}; last seen:\n{recent}")
                self._changed.wait(left)

    def wait_set(
        self, name: str, state: str | None = None, since_s: float = 0.0, timeout_s: float = 20.0, on: str | None = None
    ) -> Event:
        """Wait for a set*Vector of ours."""

        def fits(event: Event) -> bool:
            return (
                event.message.tag.startswith("set")
                and event.message.device == self.device
                and event.name == name
                and (state is None or event.state == state)
                and (on is None or event.on == [on])
            )

        return self.wait(fits, since_s, timeout_s, f"{name} {state or ''} {on or ''}")

    def wait_definition(
        self, name: str, since_s: float = 0.0, timeout_s: float = 10.0, device: str | None = None
    ) -> Event:
        owner = device or self.device
        return self.wait(
            lambda e: e.message.tag.startswith("def") and e.name == name and e.message.device == owner,
            since_s,
            timeout_s,
            f"the definition of {name}",
        )

    def wait_message(self, words: str, since_s: float = 0.0, timeout_s: float = 10.0) -> Event:
        return self.wait(
            lambda e: e.message.tag == "message" and words in e.text, since_s, timeout_s, f"a message with {words!r}"
        )

    def of(self, name: str, since_s: float = 0.0) -> list[Event]:
        """List the set*Vector of one of our properties."""
        with self._changed:
            return [
                event
                for event in self.events
                if event.name == name
                and event.at_s >= since_s
                and event.message.tag.startswith("set")
                and event.message.device == self.device
            ]

    def settle(self, seconds: float) -> None:
        """Listen for a while to what should not come."""
        end_s = time.monotonic() + seconds
        with self._changed:
            while (left := end_s - time.monotonic()) > 0:
                self._changed.wait(left)

    def unanswered(self) -> list[str]:
        """List the commands that no set* of the same property followed in time."""
        return [
            name
            for at_s, name in self.sent
            if not any(at_s <= event.at_s <= at_s + ANSWER_S for event in self.of(name, at_s))
        ]

    def badly_written_messages(self) -> list[str]:
        """List messages that KStars would not show: wrong timestamp, no level, or too long."""
        bad = []
        for event in self.events:
            # A server copies what other clients command to us: new* is not the driver's.
            if event.message.device != self.device or event.message.tag.startswith(("new", "get")):
                continue
            stamp, text = event.message.attributes.get("timestamp", ""), event.text
            if len(stamp) != 19 or (
                text and (not text.startswith(("[INFO] ", "[WARNING] ", "[ERROR] ")) or len(text) > 254)
            ):
                bad.append(f"{stamp} {text}")
        return bad

    def close(self) -> None:
        self._socket.close()
        self._thread.join(2)

    def _listen(self) -> None:
        decoder = Decoder(max_message_bytes=1 << 24)
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            now = time.monotonic()
            new = [Event(now, each) for each in decoder.feed(data) if isinstance(each, Message)]
            with self._changed:
                self.events += new
                self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

"""The property sheet of the device: holds every vector and is the only place that speaks to the clients."""

from collections.abc import Callable, Iterable, Mapping

from indi_dome_driver.device.message_log import MessageLog
from indi_dome_driver.indi import requests
from indi_dome_driver.indi.log_text import Level
from indi_dome_driver.indi.timestamp import timestamp
from indi_dome_driver.indi.vectors import NumberVector, State, SwitchVector, TextVector, Vector

Send = Callable[[bytes, str | None], None]
"""Takes bytes for the wire and a key under which newer bytes may replace them while they wait."""


class Panel:
    """Every property of one device, and how they are announced.

    Nothing is sent before `open` is set: a driver is silent until the first getProperties.
    """

    def __init__(
        self, device: str, send: Send, wall_clock: Callable[[], float], messages: MessageLog | None = None
    ) -> None:
        self.device = device
        self.vectors: dict[str, Vector] = {}
        self.opened = False
        self._send = send
        self._wall_clock = wall_clock
        self._messages = messages

    def add(self, vectors: Iterable[Vector]) -> None:
        """Take vectors into the sheet and, once clients listen, define them."""
        for vector in vectors:
            self.vectors[vector.name] = vector
            self.define(vector.name)

    def remove(self, names: Iterable[str]) -> None:
        """Withdraw vectors from the sheet and from every client."""
        for name in names:
            del self.vectors[name]
            self._emit(requests.delete(self.device, self._stamp(), name), f"del {name}")

    def define(self, name: str | None = None) -> None:
        """Send the definition of one vector (nothing if there is none by this name), or of all of them."""
        names = list(self.vectors) if name is None else [name]
        for each in names:
            if each in self.vectors:
                self._emit(self.vectors[each].definition(self.device, self._stamp()), f"def {each}")

    def number(self, name: str) -> NumberVector:
        """Get a number vector by its name."""
        vector = self.vectors[name]
        assert isinstance(vector, NumberVector)  # noqa: S101 - the table decides the type; this tells mypy
        return vector

    def switch(self, name: str) -> SwitchVector:
        """Get a switch vector by its name."""
        vector = self.vectors[name]
        assert isinstance(vector, SwitchVector)  # noqa: S101 - as above
        return vector

    def text(self, name: str) -> TextVector:
        """Get a text vector by its name."""
        vector = self.vectors[name]
        assert isinstance(vector, TextVector)  # noqa: S101 - as above
        return vector

    def set_numbers(self, name: str, state: State | None = None, values: Mapping[str, float] | None = None) -> None:
        """Change numbers and/or the state of a vector and tell every client."""
        self.number(name).assign(values or {})
        self.announce(name, state)

    def set_switch(self, name: str, state: State | None = None, *, on: str | None) -> None:
        """Turn exactly one switch of a vector on (None: all off) and tell every client."""
        self.switch(name).select(on)
        self.announce(name, state)

    def set_texts(self, name: str, values: Mapping[str, str], state: State | None = None) -> None:
        """Change texts and/or the state of a vector and tell every client."""
        self.text(name).assign(values)
        self.announce(name, state)

    def announce(self, name: str, state: State | None = None) -> None:
        """Send a vector as it is, after changing its state if one is given: the answer to every command."""
        vector = self.vectors[name]
        if state is not None:
            vector.state = state
        self._emit(vector.update(self.device, self._stamp()), f"set {name}")

    def log(self, level: Level, text: str) -> None:
        """Say something in words, to whom it concerns."""
        messages = self._messages
        if messages is None or messages.tells_clients(level):
            self._emit(requests.message(self.device, self._stamp(), level, text), None)
        if messages is not None:
            messages.write(level, text)

    def debug(self, text: Callable[[], str]) -> None:
        """Tell those who look for a fault; the text is only made when somebody reads it."""
        if self._messages is not None and self._messages.wants_debug:
            self.log(Level.DEBUG, text())

    def info(self, text: str) -> None:
        """Tell what happens."""
        self.log(Level.INFO, text)

    def warn(self, text: str) -> None:
        """Tell what a person should look at."""
        self.log(Level.WARNING, text)

    def error(self, text: str) -> None:
        """Tell what went wrong or was refused."""
        self.log(Level.ERROR, text)

    def snoop(self, device: str, name: str) -> None:
        """Ask the server for another device's property; only this may name a foreign device."""
        self._emit(requests.snoop(device, name), f"snoop {device} {name}")

    def close(self) -> None:
        """Close the log file at the end of the process."""
        if self._messages is not None:
            self._messages.close()

    def _stamp(self) -> str:
        return timestamp(self._wall_clock())

    def _emit(self, data: bytes, key: str | None) -> None:
        if self.opened:
            self._send(data, key)

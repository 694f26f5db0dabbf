"""What was said on the wire: every element with its time, and what is known from it. No socket, no clock."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, takewhile

from indi_dome_driver.indi.message import Message
from indi_dome_driver.indi.numbers import parse_number

ANSWER_S = 1.0
"""Every command must be followed by a set* of its own property within this time, seconds."""


@dataclass(frozen=True, slots=True)
class Event:
    """One element as it arrived."""

    at_s: float
    message: Message
    picture: Mapping[str, str] | None = None
    """All members after a set* that told only some of them, which INDI allows."""

    @property
    def tag(self) -> str:
        """Give the element's tag."""
        return self.message.tag

    @property
    def device(self) -> str | None:
        """Give the device it speaks of."""
        return self.message.device

    @property
    def name(self) -> str | None:
        """Give the property it speaks of."""
        return self.message.name

    @property
    def state(self) -> str:
        """Give the state as written, which need not be one that INDI knows."""
        return self.message.attributes.get("state", "")

    @property
    def text(self) -> str:
        """Give the words for people that came with it."""
        return self.message.attributes.get("message", "")

    @property
    def is_set(self) -> bool:
        """Tell whether it is a set*Vector."""
        return self.tag.startswith("set")

    @property
    def is_definition(self) -> bool:
        """Tell whether it is a def*Vector."""
        return self.tag.startswith("def")

    @property
    def values(self) -> dict[str, str]:
        """Give the texts of its members by name."""
        return {item.name or "": item.text for item in self.message.items}

    @property
    def on(self) -> list[str]:
        """Name the switches that are On, also those that a partial set* left as they were."""
        return [name for name, text in (self.picture or self.values).items() if text == "On"]

    def number(self, element: str | None = None) -> float:
        """Read a member as a number.

        Args:
            element: its name; the first one when None.

        Returns:
            Its value; nan where it is missing or not a number.
        """
        for item in self.message.items:
            if element is None or item.name == element:
                try:
                    return parse_number(item.text)
                except ValueError:
                    return math.nan
        return math.nan


@dataclass(frozen=True, slots=True)
class Sent:
    """One command that this side sent."""

    at_s: float
    device: str
    name: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        members = ", ".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.name} ({members})"


@dataclass(slots=True)
class Known:
    """A property as a client would show it now."""

    definition: Message
    state: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def on(self) -> list[str]:
        """Name the switches that are On."""
        return [name for name, text in self.values.items() if text == "On"]

    def number(self, element: str | None = None) -> float:
        """Read a member, the first when None; nan where it is missing or not a number."""
        text = next(iter(self.values.values()), "") if element is None else self.values.get(element, "")
        try:
            return parse_number(text)
        except ValueError:
            return math.nan


class Record:
    """Everything said in one session, in order, and the present picture of each device."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.sent: list[Sent] = []
        self.dropped: list[tuple[float, str]] = []
        """Bytes that were no INDI element: when, and why."""
        self._known: dict[tuple[str, str], Known] = {}

    def take(self, at_s: float, message: Message) -> Event:
        """Add what arrived.

        Args:
            at_s: when, seconds, on the clock that the whole session uses.
            message: the element.

        Returns:
            The event it became.
        """
        event = Event(at_s, message)
        key = (message.device or "", message.name or "")
        if event.is_definition and message.name:
            self._known[key] = Known(message, event.state, event.values)
        elif event.is_set and key in self._known:
            known = self._known[key]
            known.state = event.state or known.state
            known.values.update(event.values)
            if len(event.values) < len(known.values):
                event = Event(at_s, message, dict(known.values))
        elif event.tag == "delProperty":
            gone = [each for each in self._known if each == key or (message.name is None and each[0] == key[0])]
            for each in gone:
                del self._known[each]
        self.events.append(event)
        return event

    def forget(self) -> None:
        """Forget the present picture, because the connection is a new one; what was said stays."""
        self._known.clear()

    def known(self, device: str, name: str) -> Known | None:
        """Give a property as a client would show it now, or None where it is not defined."""
        return self._known.get((device, name))

    def names(self, device: str) -> list[str]:
        """List the properties that are defined now."""
        return [name for owner, name in self._known if owner == device]

    def devices(self) -> list[str]:
        """List the devices that have properties, in order of appearance."""
        return list(dict.fromkeys(owner for owner, _ in self._known))

    def since(self, since_s: float, until_s: float = math.inf) -> Iterator[Event]:
        """Give the events of a stretch of time, in order."""
        first = bisect_left(self.events, since_s, key=lambda event: event.at_s)  # a long session has many
        return takewhile(lambda event: event.at_s <= until_s, islice(self.events, first, None))

    def sets_of(self, device: str, name: str, since_s: float = 0.0, until_s: float = math.inf) -> list[Event]:
        """List the set*Vector of a property."""
        return [e for e in self.since(since_s, until_s) if e.is_set and e.device == device and e.name == name]

    def unanswered(self, since_s: float = 0.0, until_s: float = math.inf, within_s: float = ANSWER_S) -> list[Sent]:
        """List the commands that no set* of the same property followed in time.

        Args:
            since_s: only commands sent from then on.
            until_s: only commands sent until then.
            within_s: how long an answer may take, seconds.
        """
        return [
            each
            for each in self.sent
            if since_s <= each.at_s <= until_s
            and not self.sets_of(each.device, each.name, each.at_s, each.at_s + within_s)
        ]

"""What a server has said, as plain values: property snapshots, events, and the latest of each."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Literal

State = Literal["Idle", "Ok", "Busy", "Alert"]
Value = float | bool | str
Clock = Callable[[], float]

wall_clock: Clock = time.time
"""Unix seconds, UTC; what a snapshot is stamped with unless a test says otherwise."""


class PropertyKind(Enum):
    """The five kinds of INDI vector."""

    NUMBER = "number"
    SWITCH = "switch"
    TEXT = "text"
    LIGHT = "light"
    BLOB = "blob"


class SwitchRule(Enum):
    """How many switches of one vector may be on, as the protocol spells it."""

    ONE_OF_MANY = "OneOfMany"
    AT_MOST_ONE = "AtMostOne"
    ANY_OF_MANY = "AnyOfMany"


@dataclass(frozen=True, slots=True)
class PropertySnapshot:
    """One property as it was when the server's word about it arrived.

    Numbers are float, switches bool, texts str, lights their state's name; of a BLOB only the format is kept.
    """

    device: str
    name: str
    kind: PropertyKind
    state: State
    elements: Mapping[str, Value]
    received_s: float
    rule: SwitchRule | None = None
    writable: bool = True

    def number(self, element: str) -> float | None:
        """Give a number element, or None where there is no such number."""
        value = self.elements.get(element)
        return value if isinstance(value, float) else None

    def is_on(self, element: str) -> bool:
        """Tell whether a switch element exists and is on."""
        return self.elements.get(element) is True


def freeze_elements(elements: Mapping[str, Value]) -> Mapping[str, Value]:
    """Copy elements into a mapping that nobody can change."""
    return MappingProxyType(dict(elements))


@dataclass(frozen=True, slots=True)
class PropertyChanged:
    """A property was defined (`defined`) or updated."""

    snapshot: PropertySnapshot
    defined: bool = False


@dataclass(frozen=True, slots=True)
class PropertyRemoved:
    """A driver withdrew one property."""

    device: str
    name: str


@dataclass(frozen=True, slots=True)
class DeviceAppeared:
    """A device was named for the first time."""

    device: str


@dataclass(frozen=True, slots=True)
class DeviceRemoved:
    """A device is gone; its driver stopped or crashed."""

    device: str


@dataclass(frozen=True, slots=True)
class Message:
    """A line meant for people; `device` is None when it comes from the server itself."""

    device: str | None
    level: str
    text: str
    received_s: float


@dataclass(frozen=True, slots=True)
class PingAnswered:
    """The server answered a liveness question."""

    uid: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The server is gone; nothing more will come."""

    reason: str


Event = PropertyChanged | PropertyRemoved | DeviceAppeared | DeviceRemoved | Message | PingAnswered | Disconnected


def parse_message(device: str | None, line: str, received_s: float) -> Message:
    """Split a driver's line into level and text.

    Args:
        device: who speaks, None for the server.
        line: as the library gives it, `2026-01-31T20:00:00: [WARNING] text`; time stamp and level may be missing.
        received_s: Unix seconds, UTC.

    Returns:
        The message; without a level in brackets it counts as INFO.
    """
    text = line.strip()
    stamp, separator, rest = text.partition(": ")
    if separator and len(stamp) == 19 and stamp[10] == "T":
        text = rest
    level = "INFO"
    if text.startswith("["):
        label, bracket, rest = text[1:].partition("]")
        if bracket and label.isalpha() and label.isupper():
            level, text = label, rest
    return Message(device, level, text.strip(), received_s)


class Registry:
    """The latest snapshot of every property, and which devices there are."""

    def __init__(self) -> None:
        self._devices: dict[str, dict[str, PropertySnapshot]] = {}

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        match event:
            case PropertyChanged(snapshot=snapshot):
                self._devices.setdefault(snapshot.device, {})[snapshot.name] = snapshot
            case PropertyRemoved(device, name):
                self._devices.get(device, {}).pop(name, None)
            case DeviceAppeared(device):
                self._devices.setdefault(device, {})
            case DeviceRemoved(device):
                self._devices.pop(device, None)
            case _:
                pass

    def snapshot(self, device: str, name: str) -> PropertySnapshot | None:
        """Give the latest snapshot, or None when the property is not there (any more)."""
        return self._devices.get(device, {}).get(name)

    def devices(self) -> list[str]:
        """Name the devices present, sorted."""
        return sorted(self._devices)

    def properties(self, device: str) -> list[PropertySnapshot]:
        """Give all properties of a device, in the order they were defined."""
        return list(self._devices.get(device, {}).values())

    def clear(self) -> None:
        """Forget everything."""
        self._devices.clear()

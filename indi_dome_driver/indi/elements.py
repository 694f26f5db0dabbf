"""Members of vectors, and the words that the protocol has for states, permissions and rules."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from .encoder import number_text

ValueT = TypeVar("ValueT")


class State(StrEnum):
    """State of a vector, spelled as on the wire."""

    IDLE = "Idle"
    OK = "Ok"
    BUSY = "Busy"
    ALERT = "Alert"


class Permission(StrEnum):
    """What a client may do with a vector."""

    READ_ONLY = "ro"
    READ_WRITE = "rw"
    WRITE_ONLY = "wo"


class Rule(StrEnum):
    """How many switches of a vector may be On."""

    ONE_OF_MANY = "OneOfMany"
    AT_MOST_ONE = "AtMostOne"
    ANY_OF_MANY = "AnyOfMany"


class Element(Protocol[ValueT]):
    """What a vector needs of its members."""

    @property
    def name(self) -> str:
        """Name on the wire."""

    @property
    def label(self) -> str:
        """Name for people."""

    def read(self) -> ValueT:
        """Give the value."""

    def check(self, value: ValueT) -> ValueT:
        """Give the value as it would be kept, or raise ValueError or TypeError."""

    def write(self, value: ValueT) -> None:
        """Keep a value that was checked."""

    def text(self) -> str:
        """Give the value as the wire carries it."""

    def attributes(self) -> dict[str, str]:
        """Give what a definition says beyond name and label."""


@dataclass(slots=True)
class NumberElement:
    """A number. Limits bind only where minimum < maximum, as in libindi."""

    name: str
    label: str
    format: str
    """How clients shall show it, printf style or ``%w.fm`` for sexagesimal; the wire carries full precision."""
    minimum: float
    maximum: float
    step: float
    value: float = 0.0

    def __post_init__(self) -> None:
        self.value = self.check(self.value)

    def allows(self, value: float) -> bool:
        """Tell whether a value lies within the limits."""
        return self.minimum >= self.maximum or self.minimum <= value <= self.maximum

    def read(self) -> float:
        """Give the value, in the unit of the property."""
        return self.value

    def check(self, value: float) -> float:
        """Refuse what could not be sent.

        Raises:
            ValueError: not finite.
        """
        number_text(value)
        return float(value)

    def write(self, value: float) -> None:
        """Keep a value that was checked."""
        self.value = value

    def text(self) -> str:
        """Give the value as the wire carries it."""
        return number_text(self.value)

    def attributes(self) -> dict[str, str]:
        """Give format and limits."""
        return {
            "format": self.format,
            "min": number_text(self.minimum),
            "max": number_text(self.maximum),
            "step": number_text(self.step),
        }


@dataclass(slots=True)
class SwitchElement:
    """A switch."""

    name: str
    label: str
    on: bool = False

    def read(self) -> bool:
        """Tell whether it is On."""
        return self.on

    def check(self, value: bool) -> bool:
        """Refuse anything but True and False: the text "Off" would be true.

        Raises:
            TypeError: not a bool.
        """
        if not isinstance(value, bool):
            raise TypeError(f"switch {self.name} takes True or False, not {value!r}")
        return value

    def write(self, value: bool) -> None:
        """Keep a value that was checked."""
        self.on = value

    def text(self) -> str:
        """Give the value as the wire carries it."""
        return "On" if self.on else "Off"

    def attributes(self) -> dict[str, str]:
        """Give nothing: a switch has no more to say."""
        return {}


@dataclass(slots=True)
class TextElement:
    """A text."""

    name: str
    label: str
    value: str = ""

    def read(self) -> str:
        """Give the text."""
        return self.value

    def check(self, value: str) -> str:
        """Refuse anything but text.

        Raises:
            TypeError: not a str.
        """
        if not isinstance(value, str):
            raise TypeError(f"text {self.name} takes a str, not {value!r}")
        return value

    def write(self, value: str) -> None:
        """Keep a value that was checked."""
        self.value = value

    def text(self) -> str:
        """Give the value as the wire carries it."""
        return self.value

    def attributes(self) -> dict[str, str]:
        """Give nothing: a text has no more to say."""
        return {}


@dataclass(slots=True)
class LightElement:
    """A light: a state that clients can see and not set."""

    name: str
    label: str
    state: State = State.IDLE

    def read(self) -> State:
        """Give its state."""
        return self.state

    def check(self, value: State) -> State:
        """Refuse anything but the four states.

        Raises:
            ValueError: not a state.
        """
        return State(value)

    def write(self, value: State) -> None:
        """Keep a value that was checked."""
        self.state = value

    def text(self) -> str:
        """Give the value as the wire carries it."""
        return self.state.value

    def attributes(self) -> dict[str, str]:
        """Give nothing: a light has no more to say."""
        return {}

"""INDI vectors: named groups of numbers, switches, texts or lights with one state.

A vector knows neither its device nor the time; who sends it says both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import ClassVar, Generic, TypeAlias

from .elements import (
    Element,
    LightElement,
    NumberElement,
    Permission,
    Rule,
    State,
    SwitchElement,
    TextElement,
    ValueT,
)
from .encoder import element, number_text
from .message import Item

__all__ = [
    "AnyVector",
    "LightElement",
    "LightVector",
    "NumberElement",
    "NumberVector",
    "Permission",
    "Rule",
    "State",
    "SwitchElement",
    "SwitchVector",
    "TextElement",
    "TextVector",
    "Vector",
]


@dataclass(slots=True, eq=False)
class AnyVector(Generic[ValueT]):
    """What all vectors share. Values change through methods only; ``state`` may be set."""

    kind: ClassVar[str]
    """Its word in the tags: ``def`` + kind + ``Vector``."""

    name: str
    label: str
    group: str
    elements: Sequence[Element[ValueT]]
    _: KW_ONLY
    state: State = State.IDLE
    permission: Permission = Permission.READ_WRITE
    timeout_s: float = 60.0
    _by_name: dict[str, Element[ValueT]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.elements = tuple(self.elements)
        self._by_name = {member.name: member for member in self.elements}
        if not self.elements or len(self._by_name) != len(self.elements):
            raise ValueError(f"{self.name} needs elements, each with a name of its own")
        self._check_rule(self.values())

    def __getitem__(self, name: str) -> ValueT:
        return self._by_name[name].read()

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def values(self) -> dict[str, ValueT]:
        """Copy all values, by element name, in order."""
        return {member.name: member.read() for member in self.elements}

    def assign(self, values: Mapping[str, ValueT] | None = None, /, **named: ValueT) -> None:
        """Change some values, or none if one of them is unusable.

        Args:
            values: new values by element name.
            named: the same, for names that Python can spell.

        Raises:
            KeyError: no such element.
            TypeError, ValueError: the value does not fit the element, or the rule of the vector.
        """
        checked = {}
        for name, value in {**(values or {}), **named}.items():
            if name not in self._by_name:
                raise KeyError(f"{self.name} has no element {name!r}, only {', '.join(self)}")
            checked[name] = self._by_name[name].check(value)
        self._check_rule(self.values() | checked)
        for name, value in checked.items():
            self._by_name[name].write(value)

    def definition(self, device: str, timestamp: str, message: str | None = None) -> bytes:
        """Declare the vector to clients (``def*Vector``).

        Args:
            device: own name.
            timestamp: now, as ``timestamp()`` writes it.
            message: text for a person, as ``log_message()`` writes it.
        """
        return element(
            f"def{self.kind}Vector",
            {
                "device": device,
                "name": self.name,
                "label": self.label,
                "group": self.group,
                "state": self.state.value,
                **self._access(),
                "timestamp": timestamp,
                "message": message,
            },
            [
                Item(f"def{self.kind}", {"name": e.name, "label": e.label, **e.attributes()}, e.text())
                for e in self.elements
            ],
        )

    def update(self, device: str, timestamp: str, message: str | None = None) -> bytes:
        """Report state and all values to clients (``set*Vector``).

        Args:
            device: own name.
            timestamp: now, as ``timestamp()`` writes it.
            message: text for a person, as ``log_message()`` writes it.
        """
        return element(
            f"set{self.kind}Vector",
            {
                "device": device,
                "name": self.name,
                "state": self.state.value,
                "timeout": self._access().get("timeout"),
                "timestamp": timestamp,
                "message": message,
            },
            [Item(f"one{self.kind}", {"name": e.name}, e.text()) for e in self.elements],
        )

    def _access(self) -> dict[str, str]:
        return {"perm": self.permission.value, "timeout": number_text(self.timeout_s)}

    def _check_rule(self, values: Mapping[str, ValueT]) -> None:
        """Raise ValueError if the values contradict each other."""


@dataclass(slots=True, eq=False)
class NumberVector(AnyVector[float]):
    """A vector of numbers."""

    kind: ClassVar[str] = "Number"
    elements: Sequence[NumberElement]
    _: KW_ONLY
    derived: bool = False
    """Whether the values show something that the driver found out: a person has set none, so none may be saved."""

    def as_typed(self) -> "NumberVector":
        """Give the vector as a person left it: itself, or with zeros in place of derived values."""
        return (
            replace(self, derived=False, elements=[replace(e, value=0.0) for e in self.elements])
            if self.derived
            else self
        )


@dataclass(slots=True, eq=False)
class TextVector(AnyVector[str]):
    """A vector of texts."""

    kind: ClassVar[str] = "Text"
    elements: Sequence[TextElement]


@dataclass(slots=True, eq=False)
class LightVector(AnyVector[State]):
    """A vector of lights. Clients only read it; it has neither permission nor timeout on the wire."""

    kind: ClassVar[str] = "Light"
    elements: Sequence[LightElement]

    def _access(self) -> dict[str, str]:
        return {}


@dataclass(slots=True, eq=False)
class SwitchVector(AnyVector[bool]):
    """A vector of switches.

    Unless the rule is AnyOfMany, never more than one of them is On. None On is allowed even under OneOfMany: that is
    how drivers say "not known" or "nothing chosen yet".
    """

    kind: ClassVar[str] = "Switch"
    elements: Sequence[SwitchElement]
    _: KW_ONLY
    rule: Rule = Rule.ONE_OF_MANY

    def select(self, name: str | None) -> None:
        """Turn exactly one switch On.

        Args:
            name: its element; None turns all Off.

        Raises:
            KeyError: no such element.
        """
        if name is not None and name not in self:
            raise KeyError(f"{self.name} has no element {name!r}, only {', '.join(self)}")
        self.assign({each: each == name for each in self})

    @property
    def selected(self) -> str | None:
        """Name the first switch that is On, None if none is."""
        return next((member.name for member in self.elements if member.on), None)

    def _access(self) -> dict[str, str]:
        return {"perm": self.permission.value, "rule": self.rule.value, "timeout": number_text(self.timeout_s)}

    def _check_rule(self, values: Mapping[str, bool]) -> None:
        if self.rule is not Rule.ANY_OF_MANY and sum(values.values()) > 1:
            raise ValueError(f"{self.name} allows one switch to be On, not {sum(values.values())}")


Vector: TypeAlias = NumberVector | SwitchVector | TextVector | LightVector

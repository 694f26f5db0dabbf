"""From a client's message to values that may be acted upon, or a refusal that a person understands."""

from typing import overload

from .message import Message
from .numbers import parse_number
from .vectors import LightVector, NumberVector, Permission, Rule, SwitchVector, TextVector, Vector


class CommandError(Exception):
    """Report why a command cannot be obeyed, as a sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@overload
def parse_command(message: Message, vector: NumberVector) -> dict[str, float]: ...
@overload
def parse_command(message: Message, vector: SwitchVector) -> dict[str, bool]: ...
@overload
def parse_command(message: Message, vector: TextVector) -> dict[str, str]: ...
@overload
def parse_command(message: Message, vector: Vector) -> dict[str, float] | dict[str, bool] | dict[str, str]: ...


def parse_command(message: Message, vector: Vector) -> dict[str, float] | dict[str, bool] | dict[str, str]:
    """Check a ``new*Vector`` against the vector it is meant for.

    Args:
        message: what a client sent; its device and property were matched already.
        vector: what it wants to change. It is not changed here.

    Returns:
        New values by element name, ready for ``vector.assign``. Numbers, texts and AnyOfMany switches: those that were
        sent. OneOfMany and AtMostOne: all switches, with exactly or at most one True.

    Raises:
        CommandError: wrong kind, read-only, no, unknown or repeated elements, a bad value, or a broken rule.
    """
    texts = _texts(message, vector)
    match vector:
        case NumberVector():
            return _numbers(texts, vector)
        case SwitchVector():
            return _switches(texts, vector)
        case _:
            return texts


def _texts(message: Message, vector: Vector) -> dict[str, str]:
    """Collect what was sent, by element name."""
    if isinstance(vector, LightVector) or vector.permission is Permission.READ_ONLY:
        raise CommandError(f"{vector.name} is read-only")
    if message.tag != f"new{vector.kind}Vector":
        raise CommandError(f"{vector.name} takes a new{vector.kind}Vector, not a {message.tag}")
    texts: dict[str, str] = {}
    for item in message.items:
        if item.tag != f"one{vector.kind}":
            raise CommandError(f"{vector.name} takes one{vector.kind} elements, not <{_short(item.tag)}>")
        if item.name is None or item.name not in vector:
            sent = "an element without a name" if item.name is None else f"no element {_short(item.name)!r}"
            verb = "got" if item.name is None else "has"
            raise CommandError(f"{vector.name} {verb} {sent}; it has {', '.join(vector)}")
        if item.name in texts:
            raise CommandError(f"{vector.name}: {item.name} was sent twice")
        texts[item.name] = item.text.strip()
    if not texts:
        raise CommandError(f"{vector.name} got no element; it has {', '.join(vector)}")
    return texts


def _numbers(texts: dict[str, str], vector: NumberVector) -> dict[str, float]:
    limits = {member.name: member for member in vector.elements}
    values = {}
    for name, text in texts.items():
        try:
            values[name] = parse_number(text)
        except ValueError as error:
            raise CommandError(f"{vector.name}.{name}: {error}") from None
        if not limits[name].allows(values[name]):
            low, high = limits[name].minimum, limits[name].maximum
            raise CommandError(f"{vector.name}.{name}: {values[name]:g} is outside {low:g} to {high:g}")
    return values


def _switches(texts: dict[str, str], vector: SwitchVector) -> dict[str, bool]:
    for name, text in texts.items():
        if text not in ("On", "Off"):
            raise CommandError(f"{vector.name}.{name} takes On or Off, not {_short(text)!r}")
    sent = {name: text == "On" for name, text in texts.items()}
    if vector.rule is Rule.ANY_OF_MANY:
        return sent
    chosen = [name for name, on in sent.items() if on]
    if len(chosen) > 1:
        raise CommandError(f"{vector.name}: only one switch may be On, not {', '.join(chosen)} together")
    if not chosen and vector.rule is Rule.ONE_OF_MANY:
        raise CommandError(f"{vector.name}: one of {', '.join(vector)} must be On")
    return {name: name in chosen for name in vector}


def _short(text: str) -> str:
    """Keep hostile input from filling a message."""
    return text if len(text) <= 40 else text[:39] + "…"

"""Values of a vector that somebody else sent."""

from indi_dome_driver.indi.message import Message
from indi_dome_driver.indi.numbers import parse_number

Value = float | bool | str


def typed_values(message: Message) -> dict[str, Value]:
    """Read the values of a def*, set* or new*Vector.

    Args:
        message: as decoded.

    Returns:
        Values by element name: numbers as float, switches as bool, anything else as text. Numbers that cannot be read
        are left out.
    """
    values: dict[str, Value] = {}
    for item in message.items:
        if item.name is None:
            continue
        if "Number" in message.tag:
            try:
                values[item.name] = parse_number(item.text)
            except ValueError:
                continue
        elif "Switch" in message.tag:
            values[item.name] = item.text == "On"
        else:
            values[item.name] = item.text
    return values

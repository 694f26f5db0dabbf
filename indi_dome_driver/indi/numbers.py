"""Numbers as people and INDI clients write them: decimal, with exponent, or sexagesimal."""

import math
import re

_MAX_CHARACTERS = 64
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SEPARATOR = r"(?:[ \t\r\n]*[:;][ \t\r\n]*|[ \t\r\n]+)"
_SEXAGESIMAL = re.compile(
    rf"(?P<sign>[+-]?)(?P<whole>[0-9]+){_SEPARATOR}"
    rf"(?:(?P<minutes>[0-9]+){_SEPARATOR}(?P<seconds>[0-9]+\.?[0-9]*)|(?P<last_minutes>[0-9]+\.?[0-9]*))"
)


def parse_number(text: str) -> float:
    """Read a number from the wire.

    ``12:30:15``, ``12 30 15`` and ``12;30;15`` are 12 + 30/60 + 15/3600; seconds may be missing. A sign belongs to the
    whole, so that ``-00:30`` is -0.5. Sixty minutes or seconds are let pass: some formatters round up to them.

    Args:
        text: what stands between the tags; white space around it does not matter.

    Returns:
        A finite number, in the unit of its property.

    Raises:
        ValueError: it is not a number, or none that can be used (nan, inf, too large); the text says so.
    """
    stripped = text.strip(" \t\r\n")
    if not stripped:
        raise ValueError("a number is missing")
    if len(stripped) > _MAX_CHARACTERS:
        raise ValueError(f"{stripped[:20] + '…'!r} is too long for a number")
    if _DECIMAL.fullmatch(stripped):
        value = float(stripped)
    elif parts := _SEXAGESIMAL.fullmatch(stripped):
        value = _sexagesimal(parts, stripped)
    else:
        raise ValueError(f"{stripped!r} is not a number (write 12.5 or 12:30:00)")
    if not math.isfinite(value):
        raise ValueError(f"{stripped!r} is too large for a number")
    return value


def _sexagesimal(parts: re.Match[str], text: str) -> float:
    minutes = float(parts["minutes"] or parts["last_minutes"])
    seconds = float(parts["seconds"] or 0)
    if minutes > 60 or seconds > 60:
        raise ValueError(f"{text!r} has more than 60 minutes or seconds")
    value = float(parts["whole"]) + minutes / 60 + seconds / 3600
    return -value if parts["sign"] == "-" else value

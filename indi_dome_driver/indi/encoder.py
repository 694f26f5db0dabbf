"""Messages to bytes, in the form that libindi's own parser reads: raw UTF-8, five entities, double quotes."""

import math
import re
from collections.abc import Iterable, Mapping

from .message import Item

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_TEXT = str.maketrans({**{chr(code): None for code in range(32) if chr(code) not in "\t\n"}, **_ESCAPES})
_ATTRIBUTE = str.maketrans({**{chr(code): None for code in range(32)}, "\t": " ", "\n": " ", **_ESCAPES})
_UNENCODABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def element(tag: str, attributes: Mapping[str, str | None], items: Iterable[Item] = ()) -> bytes:
    """Write one top-level element.

    Args:
        tag: its name, as the protocol spells it.
        attributes: in order; those that are None are left out. Line breaks become blanks.
        items: its members.

    Returns:
        UTF-8 that ends with a newline. Characters which XML cannot carry are removed.
    """
    head = f"<{tag}{_attributes(attributes)}"
    body = "".join(
        f"  <{item.tag}{_attributes(item.attributes)}>{_clean(item.text).translate(_TEXT)}</{item.tag}>\n"
        for item in items
    )
    return (f"{head}>\n{body}</{tag}>\n" if body else f"{head}/>\n").encode()


def number_text(value: float) -> str:
    """Write a number so that it reads back as the same float, whatever the locale.

    Args:
        value: any finite number.

    Returns:
        Shortest decimal that is exact; whole numbers without a fraction.

    Raises:
        ValueError: the value is not finite; no client could do anything with it.
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} cannot be sent as an INDI number")
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def _attributes(attributes: Mapping[str, str | None]) -> str:
    return "".join(
        f' {name}="{_clean(value).translate(_ATTRIBUTE)}"' for name, value in attributes.items() if value is not None
    )


def _clean(text: str) -> str:
    return text if text.isascii() else _UNENCODABLE.sub("", text)

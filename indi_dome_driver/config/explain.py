"""Find words for what is wrong with a configuration: the key, its value, and what would be right."""

import difflib
import json
import re
from collections.abc import Mapping

import msgspec

from indi_dome_driver.config.keys import all_keys, group_names

SHOWN_CHARACTERS = 80
"""Longer values are cut in messages."""


def show(value: object) -> str:
    """Write a value as it stands in the file, short and safe for a terminal."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    return text.encode("utf-8", "backslashreplace").decode()


def wrong_value(name: str, value: object, why: str = "") -> str:
    """Say that a key's value cannot be taken.

    Args:
        name: dotted name of the key.
        value: what the file gives it.
        why: a reason that the tree's limits do not tell.
    """
    known = all_keys().get(name)
    right = f"{known.expected} ({known.description})" if known is not None else "a group of keys in braces, { }"
    reason = f"{why}; " if why else ""
    return f"{name or 'the whole file'} = {show(value)}: {reason}expected {right}"


def explain(plain: object, error: msgspec.ValidationError) -> tuple[str, str]:
    """Find the first thing wrong in a configuration that msgspec refused.

    Args:
        plain: the file's content without comments.
        error: msgspec's refusal; it knows the place, the tree knows the rest.

    Returns:
        The dotted key at fault and the message that begins with it.
    """
    unknown = _first_unknown(plain, "")
    if unknown is not None:
        return unknown, _unknown_key(unknown)
    place = re.search(r"at `\$\.?(.*)`$", str(error))
    name = place[1] if place else ""
    value = plain
    for part in name.split(".") if name else ():
        value = value.get(part) if isinstance(value, Mapping) else None
    return name, wrong_value(name, value)


def _first_unknown(plain: object, prefix: str) -> str | None:
    if not isinstance(plain, Mapping):
        return None
    keys, groups = all_keys(), group_names()
    for part, value in plain.items():
        name = f"{prefix}{part}"
        if name in groups:
            inner = _first_unknown(value, name + ".")
            if inner is not None:
                return inner
        elif name not in keys:
            return name
    return None


def _unknown_key(name: str) -> str:
    group, _, last = name.rpartition(".")
    prefix = f"{group}." if group else ""
    names = [*all_keys(), *group_names()]
    inside = [other for other in names if other.rpartition(".")[0] == group]
    near = difflib.get_close_matches(name, inside, n=1, cutoff=0.7)
    if not near:
        # The right word in the wrong group, or without its unit.
        by_last = {other.rpartition(".")[2]: other for other in names}
        near = [by_last[word] for word in difflib.get_close_matches(last, by_last, n=1, cutoff=0.7)]
    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(inside)}"
    return f"unknown key {show(prefix + last)[1:-1]}: {hint} (a key that begins with _ is a comment)"

"""Turn the text of a configuration file into a checked tree."""

import json
import math
from pathlib import Path

import msgspec

from indi_dome_driver.config.errors import ConfigError
from indi_dome_driver.config.tree import Config

COMMENT_PREFIX = "_"
"""Keys that begin with it are for people: JSON has no comments of its own."""


class _Pairs(list[tuple[str, object]]):
    """A JSON object before its keys are known to be unique."""


def parse_config(text: str, source: Path) -> Config:
    """Read a configuration; what it leaves out keeps its default.

    Args:
        text: JSON.
        source: where the text is from, for messages.

    Returns:
        The checked tree.

    Raises:
        ConfigError: not JSON, an unknown or repeated key, a wrong type, a value out of range or not finite.
    """
    try:
        plain = _plain(json.loads(text, object_pairs_hook=_Pairs), "", source)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ConfigError(
            source, f"{place}: this is not JSON: {error.msg} (a comment is a key that begins with _)"
        ) from error
    except ValueError as error:
        raise ConfigError(source, f"this is not JSON: {error}") from error
    except RecursionError as error:
        raise ConfigError(source, "this is not JSON that can be read: braces or brackets nest too deeply") from error
    try:
        return msgspec.convert(plain, Config, strict=True)
    except msgspec.ValidationError as error:
        from indi_dome_driver.config.explain import explain  # words are loaded only when something is wrong

        key, problem = explain(plain, error)
        raise ConfigError(source, problem, key=key) from error


def _plain(value: object, name: str, source: Path) -> object:
    """Drop the comments, and refuse what JSON lets pass but no key can mean."""
    if isinstance(value, _Pairs):
        group: dict[str, object] = {}
        for part, item in value:
            if part.startswith(COMMENT_PREFIX):
                continue
            inner = f"{name}.{part}" if name else part
            if not _is_printable(part):
                raise ConfigError(source, f"the key {inner!a} holds a control character or half a character")
            if part in group:
                raise ConfigError(source, f"{inner}: the key stands there twice; keep one", key=inner)
            group[part] = _plain(item, inner, source)
        return group
    if isinstance(value, list):  # no key takes one, but the refusal shows it as it stands
        return [_plain(item, name, source) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise _refusal(source, name, value, "not a finite number")
    if isinstance(value, str) and not _is_printable(value):
        raise _refusal(source, name, value, "it holds a control character or half a character")
    return value


def _is_printable(text: str) -> bool:
    return not any(
        ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 or 0xD800 <= ord(letter) < 0xE000 for letter in text
    )


def _refusal(source: Path, name: str, value: object, why: str) -> ConfigError:
    from indi_dome_driver.config.explain import wrong_value  # words are loaded only when something is wrong

    return ConfigError(source, wrong_value(name, value, why), key=name)

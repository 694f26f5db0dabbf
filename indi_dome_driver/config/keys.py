"""The keys of the tree as data: what each accepts, in words. Error messages and documentation read it."""

from dataclasses import dataclass

import msgspec
from msgspec import inspect

from indi_dome_driver.config.tree import Config


@dataclass(frozen=True, slots=True)
class Key:
    """One key that holds a value."""

    name: str
    """Dotted, as `site.latitude_deg`."""
    expected: str
    """Which values are right, in words."""
    description: str
    """Meaning and unit."""
    default: object


def all_keys() -> dict[str, Key]:
    """List every key that holds a value, by dotted name, in the tree's order."""
    return {key.name: key for key in _walk(inspect.type_info(Config), "")}


def group_names() -> list[str]:
    """List the groups, in the tree's order."""
    return list(dict.fromkeys(name.rpartition(".")[0] for name in all_keys() if "." in name))


def _walk(info: inspect.Type, prefix: str) -> list[Key]:
    found: list[Key] = []
    for field in info.fields if isinstance(info, inspect.StructType) else ():
        name = prefix + field.name
        if isinstance(field.type, inspect.StructType):
            found += _walk(field.type, name + ".")
            continue
        kind, description = field.type, ""
        if isinstance(field.type, inspect.Metadata):
            kind = field.type.type
            description = str((field.type.extra_json_schema or {}).get("description", ""))
        default = None if field.default is msgspec.NODEFAULT else field.default
        found.append(Key(name, _expected(kind), description, default))
    return found


def _expected(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            noun = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
            return f"{noun} {_range(kind)}".rstrip()
        case inspect.LiteralType(values=values):
            shown = [f'"{value}"' if isinstance(value, str) else str(value) for value in values]
            return " or ".join(shown) if len(shown) > 1 else f"{shown[0]}, the only choice in this version"
        case _:
            return "a text"


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    parts: list[str] = []
    if kind.ge is not None:
        parts.append(f"from {kind.ge:.12g}")
    elif kind.gt is not None:
        parts.append(f"above {kind.gt:.12g}")
    if kind.le is not None:
        parts.append(f"to {kind.le:.12g}" if kind.ge is not None else f"up to {kind.le:.12g}")
    elif kind.lt is not None:
        parts.append(f"to below {kind.lt:.12g}")
    return " ".join(parts)

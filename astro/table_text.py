"""Reads a table of measurements from text: CSV as spreadsheets export it, or JSON."""

import csv
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from astro.errors import AbaqueError

COLUMNS = ("altitude_deg", "azimuth_deg", "dome_azimuth_deg", "side")
"""The columns of a CSV file and the keys of a point in JSON; the last one may be left out."""

_KNOWN_AS = {
    "altitude_deg": ("altitude", "alt", "hauteur"),
    "azimuth_deg": ("azimuth", "azimut", "az", "az astre", "azimut astre", "az etoile", "azimut etoile", "az star"),
    "dome_azimuth_deg": ("dome azimuth", "dome", "dome az", "az coupole", "az dome", "azimut coupole", "coupole"),
    "side": ("pier side", "cote"),
}
_UNIT = re.compile(r"[(\[]\s*(?:°|deg\.?|degres?|degrees?)\s*[)\]]|°")
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
"""First line that a spreadsheet program may write, and needs, to open the file right."""
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")


class Row(NamedTuple):
    """A measurement as it stands in the file."""

    altitude_deg: float
    azimuth_deg: float
    dome_azimuth_deg: float
    side: str
    """Empty where the file does not say."""
    place: str
    """Where in the file, as ``line 7``."""


def rows_from_csv(text: str, file: str) -> Iterator[Row]:
    """Read comma, semicolon or tab separated values.

    Args:
        text: the contents of the file; the first line that is not empty names the columns. Decimal commas are
            understood where the separator is another one. Lines that begin with # are remarks, ``sep=;`` may come
            first.
        file: name of the file, for people.

    Yields:
        The measurements in the order of the file.

    Raises:
        AbaqueError: a column is missing, or a value is no number; names the line.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line.strip(" \t;,") and not line.lstrip().startswith("#")]
    if lines and _SEPARATOR.fullmatch(lines[0][1].strip(" \t")):
        del lines[0]
    if not lines:
        raise AbaqueError(f"{file} is empty; expected a line '{','.join(COLUMNS)}', then a line per measurement")
    delimiter = max(",;\t", key=lines[0][1].count)
    columns = _columns(_split(lines[0][1], delimiter, file, f"line {lines[0][0]}"), file, lines[0][0])
    for number, line in lines[1:]:
        place = f"line {number}"
        cells = _split(line, delimiter, file, place)
        words = {name: cells[column].strip() if column < len(cells) else "" for name, column in columns.items()}
        altitude_deg, azimuth_deg, dome_deg = (_number(words[name], name, file, place) for name in COLUMNS[:3])
        yield Row(altitude_deg, azimuth_deg, dome_deg, words.get("side", ""), place)


def rows_from_json(text: str, file: str) -> Iterator[Row]:
    """Read ``{"points": [{"altitude_deg": 30, "azimuth_deg": 15, "dome_azimuth_deg": 34, "side": "W"}, ...]}``.

    Args:
        text: the contents of the file; a bare list of points will do, and so will ``null`` for the side.
        file: name of the file, for people.

    Yields:
        The measurements in the order of the file.

    Raises:
        AbaqueError: not JSON, no points, or a value that is missing or no number; names the point.
    """
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AbaqueError(f"{file} is not readable JSON ({error}); is it complete?") from None
    points = document.get("points") if isinstance(document, Mapping) else document
    if not isinstance(points, list):
        raise AbaqueError(f'{file} holds no "points"; expected a list of {{{", ".join(COLUMNS)}}}')
    for number, point in enumerate(points, start=1):
        place = f"point {number}"
        if not isinstance(point, Mapping):
            raise AbaqueError(f"{file}, {place} is {point!r}; expected {{{', '.join(COLUMNS)}}}", cell=place)
        altitude_deg, azimuth_deg, dome_deg = (_number(point.get(name), name, file, place) for name in COLUMNS[:3])
        yield Row(altitude_deg, azimuth_deg, dome_deg, str(point.get("side") or ""), place)


READERS: Mapping[str, Callable[[str, str], Iterator[Row]]] = {".csv": rows_from_csv, ".json": rows_from_json}
"""By the suffix of the file."""


def _split(line: str, delimiter: str, file: str, place: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error as error:
        raise AbaqueError(f"{file}, {place} cannot be read as CSV ({error})", cell=place) from None


def _columns(header: list[str], file: str, line: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, title in enumerate(header):
        plain = _plain(title)
        for name, others in _KNOWN_AS.items():
            if plain in (name.replace("_", " "), *others):
                found.setdefault(name, column)
    missing = [name for name in COLUMNS[:3] if name not in found]
    if missing:
        raise AbaqueError(
            f"{file}, line {line} names no column {', '.join(missing)}; expected a first line '{','.join(COLUMNS)}'",
            cell=f"line {line}",
        )
    return found


def _plain(title: str) -> str:
    """Bring a header to lower case, without accents, units, dots and underscores."""
    decomposed = unicodedata.normalize("NFKD", title.replace("º", "°"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    return " ".join(_UNIT.sub(" ", bare).replace("_", " ").replace(".", " ").split())


def _number(value: object, name: str, file: str, place: str) -> float:
    """Understand a number; everything else is refused by name and place."""
    number = math.nan
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        number = float(value.strip().replace(",", "."))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if abs(value) < 1e9 else math.nan
    if not math.isfinite(number):
        problem = "is missing" if value is None or value == "" else f"is {value!r}, not a number of degrees"
        raise AbaqueError(f"{file}, {place}: {name} {problem}", cell=place, value=value)
    return number

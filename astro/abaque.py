"""Reads the measured table (the abaque): blocks under a ``Hauteur 30°`` header in a spreadsheet, or text."""

import math
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from astro.angles import normalise_deg
from astro.errors import AbaqueError
from astro.pier import PierSide
from astro.table_text import READERS, Row

Grid = Mapping[tuple[int, int], object]
"""The cells of a sheet that hold something, by (row, column), both from 1."""

EXPECTED = "a cell 'Hauteur 30°', below it 'Az astre' and 'Az coupole' side by side, then a row per measurement"

EXPECTED_TEXT = "altitude_deg, azimuth_deg, dome_azimuth_deg and, if known, side for each measurement"

_NUMBER = re.compile(r"([-+]?\d+(?:[.,]\d*)?|[-+]?[.,]\d+)\s*(?:°|deg\.?|degres?|degrees?)?", re.IGNORECASE)
_ALTITUDE = re.compile(r"(?:hauteur|altitude)\b\s*[:=]?\s*(.*)")
_STAR = re.compile(r"az(?:imuts?|imuth)?\.?\s*(?:de\s+l')?\s*(?:astre|etoile|objet|star|object)\s*(?:\(?°\)?)?")
_DOME = re.compile(r"az(?:imuts?|imuth)?\.?\s*(?:de\s+la\s+)?(?:coupole|dome)\s*(?:\(?°\)?)?")
_SIDE = re.compile(r"(?:cote|side)(?:\s+(?:du\s+tube|du\s+pilier|of\s+(?:the\s+)?(?:tube|pier)))?")
_SIDES = {
    **dict.fromkeys(("w", "o", "west", "ouest", "pier_west"), PierSide.WEST),
    **dict.fromkeys(("e", "east", "est", "pier_east"), PierSide.EAST),
    **dict.fromkeys(("-", "none", "aucun"), PierSide.NONE),
}
_MAX_UNPACKED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AbaquePoint:
    """One measurement, and where it stands in the file."""

    altitude_deg: float
    azimuth_deg: float
    """Telescope, degrees, 0...360 as written."""
    dome_azimuth_deg: float
    """Dome, degrees, in [0, 360)."""
    sheet: str
    """Empty for a text file."""
    cell: str
    """Cell of the dome azimuth; in a text file the line or the number of the point, as ``line 7``."""
    side: PierSide | None = None
    """On which side of the pier the tube was; None where the table does not say."""

    @property
    def place(self) -> str:
        """Say where in the file it stands."""
        return f"sheet '{self.sheet}' cell {self.cell}" if self.sheet else self.cell


@dataclass(frozen=True, slots=True)
class Abaque:
    """All measurements of one file, in the order of its sheets and blocks."""

    points: tuple[AbaquePoint, ...]
    source: str
    """Name of the file, for people."""
    repeated: tuple[AbaquePoint, ...] = ()
    """Measurements that stand in the file once more with the same value, and were left out."""

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a table.

        Every sheet is searched for blocks, stacked or side by side. A block without any dome azimuth is a form still
        to be filled in and is left out; in a block that holds data, every row must be complete. A text file (.csv,
        .json, as `indi-dome abaque convert` writes them) has a line for each measurement.

        Args:
            path: an .xlsx file, or .csv or .json.

        Returns:
            The measurements; one that stands twice with the same value is kept once.

        Raises:
            AbaqueError: the file cannot be read, holds no data, or a cell is wrong.
        """
        path = Path(path)
        reader = READERS.get(path.suffix.lower())
        if reader is not None:
            rows = reader(_text(path), path.name)
            return cls._of(path.name, (_from_row(row, path.name) for row in rows))
        return cls._of(path.name, _from_sheets(path))

    @classmethod
    def _of(cls, source: str, found: Iterable[AbaquePoint]) -> Self:
        """Collect measurements, each place and side once."""
        points: dict[tuple[float, float, PierSide | None], AbaquePoint] = {}
        repeated = []
        for point in found:
            other = points.setdefault((point.altitude_deg, point.azimuth_deg, point.side), point)
            if other.dome_azimuth_deg != point.dome_azimuth_deg:
                raise AbaqueError(
                    f"{source}: altitude {point.altitude_deg:g}°, azimuth {point.azimuth_deg:g}° stands twice, with "
                    f"{other.dome_azimuth_deg:g} in {other.place} and {point.dome_azimuth_deg:g} in {point.place}: "
                    "keep one of them",
                    sheet=point.sheet or None,
                    cell=point.cell,
                    value=point.dome_azimuth_deg,
                )
            if other is not point:
                repeated.append(point)
        if not points:
            expected = EXPECTED_TEXT if Path(source).suffix.lower() in READERS else EXPECTED
            raise AbaqueError(f"{source} holds no measurement; expected {expected}")
        return cls(tuple(points.values()), source, tuple(repeated))


def _from_sheets(path: Path) -> Iterator[AbaquePoint]:
    formulas: dict[str, Grid] | None = None
    for sheet, grid in _read(path, results=True).items():
        for block in _blocks(path.name, sheet, grid):
            if block.is_filled:
                yield from block.points()
                continue
            # Only now is the file read again: a formula that was never calculated looks like an empty cell.
            formulas = _read(path, results=False) if formulas is None else formulas
            block.refuse_uncalculated(formulas[sheet])


def _from_row(row: Row, file: str) -> AbaquePoint:
    """Check a line of a text file."""
    altitude_deg, azimuth_deg, dome_deg = row.altitude_deg, row.azimuth_deg, row.dome_azimuth_deg
    checks = (
        (0.0 < altitude_deg <= 90.0, "altitude", altitude_deg, "above 0° and up to 90°"),
        (0.0 <= azimuth_deg <= 360.0, "telescope azimuth", azimuth_deg, "from 0 to 360"),
        (0.0 <= dome_deg <= 360.0, "dome azimuth", dome_deg, "from 0 to 360"),
    )
    for is_good, meaning, value, right in checks:
        if not is_good:
            problem = f"{file}, {row.place}: the {meaning} {value:g} is out of range; write a number {right}"
            raise AbaqueError(problem, cell=row.place, value=value)
    side = None
    if row.side:
        side = _SIDES.get(_plain(row.side))
        if side is None:
            problem = f"{file}, {row.place}: {row.side!r} is not a side of the pier; write W, E or nothing"
            raise AbaqueError(problem, cell=row.place, value=row.side)
    return AbaquePoint(altitude_deg, azimuth_deg, normalise_deg(dome_deg), "", row.place, side)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_UNPACKED_BYTES:
            raise AbaqueError(f"{path.name} holds {path.stat().st_size >> 20} MB: this is no table of dome azimuths")
        raw = path.read_bytes()
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            # What a spreadsheet program under Windows calls CSV. Beyond ASCII it only has "Côté" to say.
            if path.suffix.lower() != ".csv" or b"\0" in raw:
                raise
            return raw.decode("cp1252")
    except UnicodeDecodeError:
        raise AbaqueError(f"{path.name} is not a text file in UTF-8; save it so, or give the .xlsx file") from None
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise _folder(path) from None
    except OSError as error:
        raise _unreadable(path, error) from error


@dataclass(frozen=True, slots=True)
class _Block:
    """Two columns below an altitude header."""

    file: str
    sheet: str
    grid: Grid
    header: tuple[int, int]
    header_row: int
    """Row of the column headers."""
    altitude_deg: float | None
    star_column: int
    dome_column: int
    rows: tuple[int, ...]

    @property
    def is_filled(self) -> bool:
        return any((row, self.dome_column) in self.grid for row in self.rows)

    def points(self) -> Iterator[AbaquePoint]:
        """Check and yield the rows of a block that holds data."""
        altitude_deg = self.altitude_deg
        if altitude_deg is None or not 0.0 < altitude_deg <= 90.0:
            raise self._error(self.header, "is not an altitude above 0° and up to 90°; correct the header of the block")
        previous = self.rows[0] - 1
        for row in self.rows:
            star, dome = (row, self.star_column), (row, self.dome_column)
            after_gap, previous = row > previous + 1, row
            if after_gap and dome not in self.grid and _number(self.grid.get(star)) is None:
                continue  # a remark below the data
            azimuth_deg = self._azimuth(star, "telescope azimuth ('Az astre')")
            dome_deg = self._azimuth(dome, "dome azimuth ('Az coupole')")
            cell = _cell_name(*dome)
            yield AbaquePoint(altitude_deg, azimuth_deg, normalise_deg(dome_deg), self.sheet, cell, self._side(row))

    def refuse_uncalculated(self, formulas: Grid) -> None:
        """Raise where a dome azimuth is a formula of which the file holds no result."""
        for row in self.rows:
            if (row, self.dome_column) in formulas:
                raise self._error(
                    (row, self.dome_column),
                    "is a formula whose result is not in the file; open the file in a spreadsheet program and save it, "
                    "or write the number",
                    formulas[row, self.dome_column],
                )

    def _side(self, row: int) -> PierSide | None:
        """Read the third column, where there is one: 'Côté' or 'Side' beside the other two headers."""
        column = max(self.star_column, self.dome_column) + 1
        place = (row, column)
        if not _header(_SIDE, self.grid.get((self.header_row, column))) or place not in self.grid:
            return None
        side = _SIDES.get(_plain(self.grid[place]))
        if side is None:
            raise self._error(place, "is not a side of the pier; write W (tube west), E (tube east), or nothing")
        return side

    def _azimuth(self, place: tuple[int, int], meaning: str) -> float:
        if place not in self.grid:
            raise self._error(
                place,
                f"is empty: the {meaning} is missing in a block that holds data; write it or clear the whole row (if "
                "it is a formula, open the file in a spreadsheet program and save it)",
            )
        value = _number(self.grid[place])
        if value is None or not 0.0 <= value <= 360.0:
            raise self._error(place, f"is not a {meaning}; write a number from 0 to 360")
        return value

    def _error(self, place: tuple[int, int], problem: str, value: object = None) -> AbaqueError:
        value = self.grid.get(place) if value is None else value
        shown = "" if value is None else f" ({value!r})"
        cell = _cell_name(*place)
        message = f"{self.file}, sheet '{self.sheet}', cell {cell}{shown} {problem}"
        return AbaqueError(message, sheet=self.sheet, cell=cell, value=value)


def _blocks(file: str, sheet: str, grid: Grid) -> Iterator[_Block]:
    """Find the blocks of a sheet, by their headers."""
    claimed: set[tuple[int, int]] = set()
    altitudes = [place for place, value in grid.items() if _header(_ALTITUDE, value)]
    for row, column in sorted(altitudes):
        altitude_deg = _altitude(grid[row, column])
        columns = _header_columns(grid, row, column)
        if columns is None:
            if altitude_deg is not None and _has_pair(grid, row, column):
                problem = "has values below it, but not 'Az astre' and 'Az coupole'"
                raise _lost(file, sheet, grid, (row, column), problem)
            continue
        header_row, star_column, dome_column = columns
        claimed.add((header_row, star_column))
        rows = _data_rows(grid, header_row, star_column, dome_column)
        place = (row, column)
        yield _Block(file, sheet, grid, place, header_row, altitude_deg, star_column, dome_column, rows)
    for row, column in sorted(place for place, value in grid.items() if _header(_STAR, value)):
        if (row, column) not in claimed and _has_pair(grid, row, column):
            raise _lost(file, sheet, grid, (row, column), "heads values, but no altitude stands above it")


def _has_pair(grid: Grid, row: int, column: int) -> bool:
    """Tell whether two numbers stand side by side just below a header that is no part of a block."""
    pairs = ((grid.get((r, column)), grid.get((r, column + 1))) for r in range(row + 1, row + 4))
    return any(_number(left) is not None and _number(right) is not None for left, right in pairs)


def _lost(file: str, sheet: str, grid: Grid, place: tuple[int, int], problem: str) -> AbaqueError:
    cell, value = _cell_name(*place), grid[place]
    message = f"{file}, sheet '{sheet}', cell {cell} ({value!r}) {problem}; expected {EXPECTED}"
    return AbaqueError(message, sheet=sheet, cell=cell, value=value)


def _header_columns(grid: Grid, row: int, column: int) -> tuple[int, int, int] | None:
    """Look for the pair of column headers that belongs to an altitude: (row, telescope column, dome column)."""
    for header_row in (row + 1, row + 2):
        for left in (column, column - 1):
            first, second = grid.get((header_row, left)), grid.get((header_row, left + 1))
            if _header(_STAR, first) and _header(_DOME, second):
                return header_row, left, left + 1
            if _header(_DOME, first) and _header(_STAR, second):
                return header_row, left + 1, left
    return None


def _data_rows(grid: Grid, header_row: int, *columns: int) -> tuple[int, ...]:
    """List the rows below the headers that hold anything, down to the next header in these columns."""
    rows = sorted({row for row, column in grid if column in columns and row > header_row})
    for index, row in enumerate(rows):
        values = [grid.get((row, column)) for column in columns]
        if any(_altitude(v) is not None or _header(_STAR, v) or _header(_DOME, v) for v in values):
            return tuple(rows[:index])
    return tuple(rows)


def _altitude(value: object) -> float | None:
    match = _ALTITUDE.fullmatch(_plain(value)) if isinstance(value, str) else None
    return _number(match[1]) if match else None


def _header(kind: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and kind.fullmatch(_plain(value)) is not None


def _plain(value: object) -> str:
    """Bring a header to lower case, without accents, with single spaces."""
    decomposed = unicodedata.normalize("NFKD", str(value).replace("º", "°").replace("’", "'"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def _number(value: object) -> float | None:
    """Understand a cell as a number: one, or a text such as ``72,5 °``."""
    if isinstance(value, str):
        match = _NUMBER.fullmatch(_plain(value))
        return float(match[1].replace(",", ".")) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _cell_name(row: int, column: int) -> str:
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _read(path: Path, *, results: bool) -> dict[str, Grid]:
    """Read the cells of all sheets: the results of formulas, or the formulas themselves."""
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MAX_UNPACKED_BYTES:
            raise AbaqueError(f"{path.name} unpacks to {unpacked >> 20} MB: this is no table of dome azimuths")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drawings and validations that openpyxl does not keep
            book = openpyxl.load_workbook(path, read_only=True, data_only=results)
            try:
                return {sheet.title: _cells(sheet) for sheet in book.worksheets}
            finally:
                book.close()
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise _folder(path) from None
    except OSError as error:
        raise _unreadable(path, error) from error
    except AbaqueError:
        raise
    except Exception as error:
        # openpyxl lets through whatever its parsers meet in a damaged file.
        kinds = ", ".join((".xlsx", *READERS))
        raise AbaqueError(
            f"{path.name} is not a readable .xlsx workbook ({type(error).__name__}); open it in a spreadsheet program "
            f"and save it as .xlsx (tables are read from {kinds})"
        ) from error


def _missing(path: Path) -> AbaqueError:
    return AbaqueError(f"there is no file {path}; check the path of the table")


def _folder(path: Path) -> AbaqueError:
    return AbaqueError(f"{path} is a folder; name the .xlsx file in it")


def _unreadable(path: Path, error: OSError) -> AbaqueError:
    return AbaqueError(f"{path} cannot be read: {error.strerror or error}")


def _cells(sheet: object) -> dict[tuple[int, int], object]:
    # The size that a file states for its sheets is often wrong, and may be a million empty rows.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)  # type: ignore[attr-defined]
    return {
        (row, column): value
        for row, values in rows
        for column, value in enumerate(values, start=1)
        if value is not None and not (isinstance(value, str) and not value.strip())
    }

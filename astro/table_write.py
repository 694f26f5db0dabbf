"""Writes measurements as a table that ``Abaque.load`` reads back to the last digit: spreadsheet, CSV or JSON."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from io import BytesIO, StringIO

from astro.abaque import AbaquePoint
from astro.pier import PierSide
from astro.table_text import COLUMNS

SHEET = "cartographie"
_LETTERS = {PierSide.WEST: "W", PierSide.EAST: "E", PierSide.NONE: "-"}


def xlsx_bytes(points: Sequence[AbaquePoint], notes: Sequence[str] = ()) -> bytes:
    """Lay measurements out in blocks under ``Hauteur 30°``, one below the other.

    Args:
        points: the measurements; altitudes come in the order in which they first appear.
        notes: lines for people, on a sheet of their own.

    Returns:
        The bytes of an .xlsx file; with a third column 'Côté' where a side is known.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    bands: dict[float, list[AbaquePoint]] = {}
    for point in points:
        bands.setdefault(point.altitude_deg, []).append(point)
    with_sides = any(point.side is not None for point in points)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    row = 3
    for altitude_deg, band in bands.items():
        sheet.cell(row, 2, f"Hauteur {_decimal(altitude_deg)}°").font = Font(bold=True)
        for column, title in enumerate(("Az astre", "Az coupole", "Côté")[: 3 if with_sides else 2], start=2):
            sheet.cell(row + 1, column, title)
        row += 2
        for point in band:
            values = (point.azimuth_deg, point.dome_azimuth_deg, _LETTERS[point.side] if point.side else None)
            for column, value in enumerate(values, start=2):
                sheet.cell(row, column, _cell(value) if isinstance(value, float) else value)
            row += 1
        row += 2
    if notes:
        page = book.create_sheet("A lire")
        page.column_dimensions["A"].width = 120
        for line, text in enumerate(notes, start=1):
            page.cell(line, 1, text or None)
    raw = BytesIO()
    book.save(raw)
    return raw.getvalue()


def csv_bytes(points: Sequence[AbaquePoint], notes: Sequence[str] = ()) -> bytes:
    """Write a line for each measurement.

    Args:
        points: the measurements, in the order to write.
        notes: lines for people, written as remarks.

    Returns:
        Comma separated values, UTF-8.
    """
    text = StringIO()
    text.writelines(f"# {note}\n" for note in notes if note)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for point in points:
        numbers = (point.altitude_deg, point.azimuth_deg, point.dome_azimuth_deg)
        writer.writerow([*map(_decimal, numbers), _LETTERS[point.side] if point.side else ""])
    return text.getvalue().encode()


def json_bytes(points: Sequence[AbaquePoint], notes: Sequence[str] = ()) -> bytes:
    """Write a list of objects, one a line.

    Args:
        points: the measurements, in the order to write.
        notes: lines for people.

    Returns:
        JSON, UTF-8; the side is null where it is not known.
    """
    lines = []
    for point in points:
        side = _LETTERS[point.side] if point.side else None
        values = (point.altitude_deg, point.azimuth_deg, point.dome_azimuth_deg, side)
        lines.append("    " + json.dumps(dict(zip(COLUMNS, values, strict=True))))
    head = f'  "notes": {json.dumps(list(notes), ensure_ascii=False)},\n' if notes else ""
    return ("{\n" + head + '  "points": [\n' + ",\n".join(lines) + "\n  ]\n}\n").encode()


WRITERS: Mapping[str, Callable[[Sequence[AbaquePoint], Sequence[str]], bytes]] = {
    ".xlsx": xlsx_bytes,
    ".csv": csv_bytes,
    ".json": json_bytes,
}
"""By the suffix of the file."""


def _cell(value: float) -> float | str:
    """Give what a cell must hold so that no digit is lost: a number is stored there with sixteen, a text with all."""
    return value if float(f"{value:.16g}") == value else _decimal(value)


def _decimal(value: float) -> str:
    """Write a number in full, without an exponent and without a needless .0."""
    return format(Decimal(repr(value)), "f").removesuffix(".0")

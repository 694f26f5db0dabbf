"""Writes measurements as a spreadsheet in the layout of the abaque: a block under ``Hauteur 30°`` for each altitude."""

from collections.abc import Sequence
from io import BytesIO

from astro.abaque import AbaquePoint
from astro.angles import normalise_deg

SIDE_LETTERS = {"WEST": "W", "EAST": "E", "NONE": "-"}


def sheet_bytes(points: Sequence[AbaquePoint], title: str, notes: Sequence[str] = ()) -> bytes:
    """Make an .xlsx file that `Abaque.load` reads back.

    Args:
        points: the measurements, in any order; altitudes are rounded to 0.1 degrees, each makes a block.
        title: name of the sheet.
        notes: lines for people, on a sheet of their own.

    Returns:
        The bytes of the file.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    bands: dict[float, list[AbaquePoint]] = {}
    for point in points:
        bands.setdefault(round(point.altitude_deg, 1), []).append(point)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title[:31]
    with_sides = any(point.side is not None for point in points)
    row = 3
    for altitude_deg, band in sorted(bands.items()):
        sheet.cell(row, 2, f"Hauteur {altitude_deg:g}°").font = Font(bold=True)
        for column, header in enumerate(("Az astre", "Az coupole", "Côté")[: 3 if with_sides else 2], start=2):
            sheet.cell(row + 1, column, header)
        row += 2
        for point in sorted(band, key=lambda each: each.azimuth_deg):
            sheet.cell(row, 2, round(point.azimuth_deg, 4))
            sheet.cell(row, 3, round(normalise_deg(point.dome_azimuth_deg), 2))
            if point.side is not None:
                sheet.cell(row, 4, SIDE_LETTERS[point.side.name])
            row += 1
        row += 2
    if notes:
        page = book.create_sheet("A lire")
        page.column_dimensions["A"].width = 140
        for index, line in enumerate(notes, start=1):
            page.cell(index, 1, line or None)
    raw = BytesIO()
    book.save(raw)
    return raw.getvalue()

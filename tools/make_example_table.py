"""Makes data/Loi_coupole.xlsx: an example table, computed from a textbook dome, in the layout of a measured one."""

import argparse
import re
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing

ALTITUDES_DEG = (30, 45, 53, 60, 65, 70, 72.5, 75, 77.5, 80, 85)
AZIMUTHS_DEG = (*range(0, 181, 15), 182, *range(195, 346, 15))
EXAMPLE = Geometry(
    radius_m=1.20, east_m=0.0, north_m=0.05, up_m=-0.10, tube_offset_m=0.40, latitude_deg=44.15, name="example"
)
NOTICE = "EXEMPLE CALCULÉ, PAS UNE MESURE : voir la feuille 'A lire' (computed example, not a measurement)"
README = (
    "EXEMPLE : cette table n'a pas été mesurée.",
    "Elle est calculée par tools/make_example_table.py pour une coupole type : rayon 1,20 m, tube déporté de 0,40 m, "
    "croisée des axes 0,05 m au nord et 0,10 m sous le centre, latitude 44,15° N, zéro 0°, arrondie au degré.",
    "Elle ne convient à aucun observatoire : remplacez-la par vos mesures, dans cette disposition.",
    "Un bloc par hauteur : 'Hauteur 30°', dessous 'Az astre' et 'Az coupole', puis une ligne par mesure (degrés, du "
    "nord vers l'est). Azimuts de 0 à 180 : tube à l'ouest du pilier ; au-delà de 180 : tube à l'est.",
    "Quinze à vingt mesures bien réparties, sur au moins trois hauteurs, suffisent ; un bloc vide est ignoré.",
    "",
    "EXAMPLE: this table was not measured.",
    "tools/make_example_table.py computed it for a textbook dome: radius 1.20 m, tube offset 0.40 m, mount 0.05 m "
    "north of and 0.10 m below the centre, latitude 44.15 N, zero 0, rounded to whole degrees.",
    "It fits no observatory: replace it with your own measurements in this layout.",
    "One block per altitude: 'Hauteur 30°', below it 'Az astre' (telescope) and 'Az coupole' (dome), then one row per "
    "measurement (degrees, north through east). Azimuths 0 to 180: tube west of the pier; above 180: tube east.",
    "Fifteen to twenty well spread measurements at three altitudes or more are enough; an empty block is ignored.",
)
MADE = datetime(2024, 1, 1)


def workbook() -> Workbook:
    """Lay out the table and the page that explains it."""
    book = Workbook()
    book.properties.creator = "tools/make_example_table.py"
    book.properties.title = "Loi coupole (exemple calculé)"
    book.properties.created = MADE
    sheet = book.worksheets[0]
    sheet.title = "cartographie"
    sheet["E1"] = NOTICE
    sheet["E1"].font = Font(bold=True, color="C00000")
    row = 3
    for altitude_deg in ALTITUDES_DEG:
        sheet.cell(row, 2, f"Hauteur {altitude_deg:g}°").font = Font(bold=True)
        sheet.cell(row + 1, 2, "Az astre")
        sheet.cell(row + 1, 3, "Az coupole")
        for below, azimuth_deg in enumerate(AZIMUTHS_DEG, start=row + 2):
            side = PierSide.WEST if azimuth_deg <= 180 else PierSide.EAST
            sheet.cell(below, 2, azimuth_deg)
            sheet.cell(below, 3, round(EXAMPLE.dome_azimuth(Pointing(altitude_deg, azimuth_deg), side)) % 360)
        row += len(AZIMUTHS_DEG) + 4
    page = book.create_sheet("A lire")
    page.column_dimensions["A"].width = 140
    for index, line in enumerate(README, start=1):
        page.cell(index, 1, line or None)
    return book


def as_bytes(book: Workbook) -> bytes:
    """Write a workbook so that the same contents give the same bytes, whenever it is done."""
    raw, fixed = BytesIO(), BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                # openpyxl stamps the moment of saving here, whatever the properties say.
                made = MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + made, data)
            target.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def main() -> None:
    """Write the example where the project keeps it, or where the command line says."""
    default = Path(__file__).resolve().parent.parent / "data" / "Loi_coupole.xlsx"
    parser = argparse.ArgumentParser(description="Make the example table.")
    parser.add_argument("--output", type=Path, default=default, help="file to write (default: data/Loi_coupole.xlsx)")
    output: Path = parser.parse_args().output
    output.write_bytes(as_bytes(workbook()))
    print(f"wrote {output}")


if __name__ == "__main__":
    main()

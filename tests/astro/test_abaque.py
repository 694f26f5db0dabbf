"""Reading of tables: every layout that people make, and a clear word for every mistake."""

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from astro.abaque import Abaque, _cell_name, _number
from astro.errors import AbaqueError

ROOT = Path(__file__).resolve().parents[2]
MEASURED = Path(
    os.environ.get("INDI_DOME_MEASURED_TABLE", ROOT.parent / "shared" / "data" / "Loi_coupole_measured.xlsx")
)
needs_measured = pytest.mark.skipif(not MEASURED.exists(), reason=f"the measured table is not here ({MEASURED})")

Cells = Mapping[str, object]
Make = Callable[..., Path]
BLOCK: Cells = {"B3": "Hauteur 30°", "B4": "Az astre", "C4": "Az coupole", "B5": 0, "C5": 340, "B6": 15, "C6": 34}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(*sheets: Cells) -> Path:
        book = Workbook()
        book.remove(book.worksheets[0])
        for number, cells in enumerate(sheets, start=1):
            sheet = book.create_sheet(f"feuille {number}")
            for place, value in cells.items():
                sheet[place] = value
        path = tmp_path / "table.xlsx"
        book.save(path)
        return path

    return write


def values(path: Path) -> list[tuple[float, float, float]]:
    return [(p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg) for p in Abaque.load(path).points]


@needs_measured
def test_measured_table_is_read_whole() -> None:
    abaque = Abaque.load(MEASURED)
    assert len(abaque.points) == 276
    outside_the_grid = [p for p in abaque.points if (p.altitude_deg, p.azimuth_deg) == (72.5, 278.0)]
    assert [p.dome_azimuth_deg for p in outside_the_grid] == [341.0]
    assert {p.sheet for p in abaque.points} == {"cartographie"}
    assert len({p.altitude_deg for p in abaque.points}) == 11


def test_plain_block(make: Make) -> None:
    abaque = Abaque.load(make(BLOCK))
    assert values(make(BLOCK)) == [(30.0, 0.0, 340.0), (30.0, 15.0, 34.0)]
    assert (abaque.points[1].sheet, abaque.points[1].cell) == ("feuille 1", "C6")
    assert abaque.source == "table.xlsx"


@pytest.mark.parametrize(
    "changes",
    [
        {"B3": "HAUTEUR 30 °"},
        {"B3": "  hauteur\u00a0: 30,0°"},
        {"B3": "Hauteur 30"},
        {"B3": "Altitude 30 deg"},
        {"B4": "AZ  ASTRE", "C4": "az coupôle"},
        {"B4": "Azimut de l’astre", "C4": "Azimut de la coupole"},
        {"B4": "Az étoile (°)", "C4": "Az dôme (°)"},
        {"B5": "0 °", "C5": "340,0 °", "B6": "15", "C6": " 34° "},
        {"B5": 360, "C5": 340.0},
        {"B4": None, "C4": None, "B5": "Az astre", "C5": "Az coupole", "B6": 0, "C6": 340, "B7": 15, "C7": 34},
        {"B4": "Az coupole", "C4": "Az astre", "B5": 340, "C5": 0, "B6": 34, "C6": 15},
        {"A9": "mesuré en mai", "B10": "remarque : coupole neuve"},
        {"E1": "exemple", "E5": 12, "F5": 13},
        {"B3": None, "C3": "Hauteur 30°"},
    ],
)
def test_variants_of_the_layout(make: Make, changes: Cells) -> None:
    found = values(make({**BLOCK, **changes}))
    assert [(altitude, azimuth % 360.0, dome) for altitude, azimuth, dome in found] == [
        (30.0, 0.0, 340.0),
        (30.0, 15.0, 34.0),
    ]


def test_blocks_beside_and_below_each_other_on_all_sheets(make: Make) -> None:
    beside = {"D3": "Hauteur 72,5 °", "D4": "Az astre", "E4": "Az coupole", "D5": 100, "E5": "170 °"}
    below = {"B8": "Hauteur 45°", "B9": "Az astre", "C9": "Az coupole", "B10": 90, "C10": 100, "B14": 105, "C14": 120}
    second = {"A1": "Hauteur 85°", "A2": "Az astre", "B2": "Az coupole", "A3": 180, "B3": 264}
    assert sorted(values(make({**BLOCK, **beside, **below}, {}, second))) == [
        (30.0, 0.0, 340.0),
        (30.0, 15.0, 34.0),
        (45.0, 90.0, 100.0),
        (45.0, 105.0, 120.0),
        (72.5, 100.0, 170.0),
        (85.0, 180.0, 264.0),
    ]


def test_forms_still_to_be_filled_in_are_left_out(make: Make) -> None:
    scratch = {
        "A3": "Hauteur 182°",
        "A4": "Az astre",
        "B4": "Az coupole",
        "A5": "45 °",
        "A6": "=30+15",
        "D3": "Hauteur 50°",
        "D4": "Az astre",
        "E4": "Az coupole",
        "A20": "Hauteur du pilier : 1,20 m",
        "A22": "Hauteur 10°",
        "A30": "Az astre",
    }
    assert len(values(make(BLOCK, scratch))) == 2


def test_the_same_measurement_twice_counts_once(make: Make) -> None:
    assert len(values(make(BLOCK, BLOCK))) == 2


BAD_CELLS = [
    ({"C6": None}, "C6", "missing"),
    ({"B6": None}, "B6", "missing"),
    ({"C6": "abc"}, "C6", "'abc'"),
    ({"C6": "12 34"}, "C6", "0 to 360"),
    ({"C6": "nan"}, "C6", "'nan'"),
    ({"C6": 361}, "C6", "361"),
    ({"C6": -1}, "C6", "-1"),
    ({"C6": True}, "C6", "True"),
    ({"B6": "quinze"}, "B6", "quinze"),
    ({"B6": 400}, "B6", "400"),
    ({"B3": "Hauteur 182°"}, "B3", "up to 90"),
    ({"B3": "Hauteur 0°"}, "B3", "above 0"),
    ({"B3": "Hauteur trente"}, "B3", "not an altitude"),
    ({"B4": "Az ??"}, "B3", "Az astre"),
    ({"B3": "Hauter 30°"}, "B4", "no altitude"),
    ({"B7": 0, "C7": 341}, "C7", "C5"),
    ({"C6": "=C5+1"}, "C6", "spreadsheet program"),
    ({"C5": "=1+1", "C6": "=C5+1"}, "C5", "spreadsheet program"),
]


@pytest.mark.parametrize(("changes", "cell", "words"), BAD_CELLS, ids=[str(case[0]) for case in BAD_CELLS])
def test_a_mistake_is_named_with_its_place(make: Make, changes: Cells, cell: str, words: str) -> None:
    with pytest.raises(AbaqueError) as caught:
        Abaque.load(make({**BLOCK, **changes}))
    message = str(caught.value)
    assert caught.value.sheet == "feuille 1"
    assert caught.value.cell == cell
    assert all(part in message for part in ("table.xlsx", "feuille 1", cell, words)), message


def test_a_workbook_without_a_table_says_what_is_expected(make: Make) -> None:
    empty: Cells = {}
    for sheet in (empty, {"A1": "bonjour"}):
        with pytest.raises(AbaqueError, match=r"Hauteur 30°.*Az astre.*Az coupole"):
            Abaque.load(make(sheet))


def test_files_that_are_no_workbook(tmp_path: Path, make: Make) -> None:
    with pytest.raises(AbaqueError, match="there is no file"):
        Abaque.load(tmp_path / "absent.xlsx")
    with pytest.raises(AbaqueError, match="folder"):
        Abaque.load(tmp_path)
    text = tmp_path / "text.xlsx"
    text.write_text("az;dome\n1;2\n")
    whole = make(BLOCK).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    other_zip = tmp_path / "zip.xlsx"
    with zipfile.ZipFile(other_zip, "w") as archive:
        archive.writestr("hello.txt", "hello")
    damaged = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(make(BLOCK)) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[:200] if name.endswith("sheet1.xml") else data)
    for path in (text, cut, other_zip, damaged):
        with pytest.raises(AbaqueError, match="not a readable"):
            Abaque.load(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(70 * 1024 * 1024))
    with pytest.raises(AbaqueError, match="unpacks to"):
        Abaque.load(bomb)


@given(st.floats(min_value=-1000.0, max_value=1000.0), st.sampled_from(["", " °", "°", " deg", "º"]), st.booleans())
def test_numbers_are_understood_as_people_write_them(number: float, unit: str, comma: bool) -> None:
    text = f"{number:.3f}".replace(".", "," if comma else ".")
    assert _number(text + unit) == float(f"{number:.3f}")
    assert _number(number) == number


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading(text: str) -> None:
    value = _number(text)
    assert value is None or value == value


def test_cells_are_named_as_in_a_spreadsheet() -> None:
    assert [_cell_name(17, column) for column in (1, 3, 26, 27, 703)] == ["A17", "C17", "Z17", "AA17", "AAA17"]

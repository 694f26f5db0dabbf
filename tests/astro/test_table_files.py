"""Tables as text and as spreadsheets: nothing is lost on the way, and what is wrong is named by its place."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro.abaque import Abaque, AbaquePoint
from astro.errors import AbaqueError
from astro.pier import PierSide
from astro.table_write import WRITERS

angles = st.one_of(st.integers(0, 359).map(float), st.floats(0.0, 359.9999, allow_nan=False))
altitudes = st.one_of(st.integers(1, 90).map(float), st.floats(1e-7, 90.0, allow_nan=False))
tables = st.lists(
    st.tuples(altitudes, angles, angles, st.sampled_from([None, *PierSide])),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
)


def points_of(rows: list[tuple[float, float, float, PierSide | None]]) -> list[AbaquePoint]:
    return [AbaquePoint(alt, az, dome, "", f"point {i}", side) for i, (alt, az, dome, side) in enumerate(rows)]


def numbers(points: tuple[AbaquePoint, ...] | list[AbaquePoint]) -> list[tuple[object, ...]]:
    return [(p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg, p.side) for p in points]


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=20, deadline=None)
@given(rows=tables)
def test_every_kind_of_file_keeps_every_digit(
    suffix: str, rows: list[tuple[float, float, float, PierSide | None]]
) -> None:
    points = points_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(WRITERS[suffix](points, ["a remark", ""]))
        read = Abaque.load(path)
    # A spreadsheet brings the blocks of one altitude together; the order inside stays.
    first_seen = list(dict.fromkeys(point.altitude_deg for point in points))
    ordered = sorted(points, key=lambda p: first_seen.index(p.altitude_deg)) if suffix == ".xlsx" else points
    assert numbers(read.points) == numbers(ordered)
    assert read.source == path.name


@pytest.fixture
def load(tmp_path: Path) -> object:
    def from_text(text: str, suffix: str = ".csv") -> Abaque:
        path = tmp_path / f"table{suffix}"
        path.write_text(text, encoding="utf-8")
        return Abaque.load(path)

    return from_text


@pytest.mark.parametrize(
    "text",
    [
        "altitude_deg,azimuth_deg,dome_azimuth_deg,side\n30,15,34.5,W\n",
        "\ufeffAltitude;Azimuth;Dome azimuth;Pier side\n30;15;34,5;west\n",
        "hauteur\taz astre\taz coupole\tcôté\n30\t15\t34,5\tO\n",
        "# remark\n\ndome,side,alt,az\n34.5,PIER_WEST,30,15\n,,,\n",
        'altitude,"azimuth","dome"\n"30","15","34.5"\n',
        "sep=;\nHauteur (°);Az. astre (°);Azimut coupole [deg];côté\n30;15;34,5;W\n",
        "Altitude °,Azimut étoile,Dome_azimuth (degrees)\n30,15,34.5\n",
    ],
)
def test_spreadsheets_export_text_in_many_ways(load, text: str) -> None:  # type: ignore[no-untyped-def]
    (point,) = load(text).points
    assert (point.altitude_deg, point.azimuth_deg, point.dome_azimuth_deg) == (30.0, 15.0, 34.5)
    assert point.side is (PierSide.WEST if "side" in text.lower() or "côté" in text else None)
    assert point.place.startswith("line ")


def test_a_csv_of_a_spreadsheet_under_windows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("Hauteur;Az astre;Az coupole;Côté\r\n30;15;34,5;W\r\n".encode("cp1252"))
    assert [point.side for point in Abaque.load(path).points] == [PierSide.WEST]
    path.write_bytes("Hauteur;Az astre;Az coupole\r\n30;15;34,5\r\n".encode("utf-16"))
    with pytest.raises(AbaqueError, match="UTF-8"):
        Abaque.load(path)


HEAD = "altitude_deg,azimuth_deg,dome_azimuth_deg,side\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        (HEAD, "holds no measurement; expected altitude_deg"),
        ("altitude,azimuth\n30,15\n", r"line 1 names no column dome_azimuth_deg"),
        (HEAD + "30,15,34\n30,30,\n", r"line 3: dome_azimuth_deg is missing"),
        (HEAD + "30,15\n", r"line 2: dome_azimuth_deg is missing"),
        (HEAD + "30,15,north\n", r"line 2: dome_azimuth_deg is 'north', not a number"),
        (HEAD + "30,15,nan\n", r"line 2: dome_azimuth_deg is 'nan'"),
        (HEAD + "30,15,361\n", r"line 2: the dome azimuth 361 is out of range"),
        (HEAD + "0,15,34\n", r"line 2: the altitude 0 is out of range"),
        (HEAD + "30,-1,34\n", r"line 2: the telescope azimuth -1 is out of range"),
        (HEAD + "30,15," + "9" * 200_000, r"line 2 cannot be read as CSV"),
        (HEAD + "30,15,34,up\n", r"line 2: 'up' is not a side of the pier"),
        (HEAD + "30,15,34,\n30,15,35,\n", r"stands twice, with 34 in line 2 and 35 in line 3"),
    ],
)
def test_a_wrong_line_is_named(load, text: str, told: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AbaqueError, match=told):
        load(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"points": [{"altitude_deg": 30, "azi', "is not readable JSON .* is it complete"),
        ("[" * 100_000, "is not readable JSON"),
        ('{"rows": []}', 'holds no "points"'),
        ('{"points": [7]}', "point 1 is 7"),
        ('[{"altitude_deg": 30, "azimuth_deg": 15}]', "point 1: dome_azimuth_deg is missing"),
        ('[{"altitude_deg": 30, "azimuth_deg": true, "dome_azimuth_deg": 3}]', "point 1: azimuth_deg is True"),
        ('[{"altitude_deg": NaN, "azimuth_deg": 1, "dome_azimuth_deg": 3}]', "point 1: altitude_deg is nan"),
    ],
)
def test_damaged_json_is_named(load, text: str, told: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AbaqueError, match=told):
        load(text, ".json")


def test_other_bytes_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "photo.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(AbaqueError, match="not a text file in UTF-8"):
        Abaque.load(tmp_path / "photo.csv")
    with pytest.raises(AbaqueError, match=r"there is no file .*none\.csv"):
        Abaque.load(tmp_path / "none.csv")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(AbaqueError, match="is a folder"):
        Abaque.load(tmp_path / "folder.json")


def test_repeated_points_are_kept_apart(load) -> None:  # type: ignore[no-untyped-def]
    abaque = load(HEAD + "30,15,34,W\n30,15,34,W\n30,15,330,E\n")
    assert len(abaque.points) == 2, "either side of the pier is a measurement of its own"
    assert [point.place for point in abaque.repeated] == ["line 3"]

"""`indi-dome abaque` as a person runs it: words, JSON, files, exit codes."""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from astro.abaque import Abaque
from astro.angles import difference_deg
from astro.fit import fit
from client.abaque.fit_text import fit_lines, fit_object
from client.cli import build_app

EXAMPLE = Path(__file__).resolve().parents[2] / "data" / "Loi_coupole.xlsx"
SMALL = ("--tube-offset", "0.41", "--north", "0.07", "--up", "-0.12", "--altitudes", "30,50,65,78")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration of whoever runs the tests has no say."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("INDI_DOME_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), ["abaque", *map(str, arguments)])


def document(*arguments: object) -> dict[str, object]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.xlsx"
    result = run("generate", path, *SMALL, "--azimuths", "15:345:30", "--noise", 15, "--seed", 4)
    assert result.exit_code == 0, result.output
    return path


class TestFit:
    def test_words_for_a_person(self) -> None:
        result = run("fit", EXAMPLE)
        assert result.exit_code == 0, result.output
        for words in (
            "Loi_coupole.xlsx: 275 points at 11 altitudes, 275 of them clean",
            "tube offset     +0.399 m  ± 0.002",
            "up and tube offset go together (correlation -0.998)",
            "2.5 mm RMS",
            "143 points with the tube west of the pier, 132 east",
            "Findings: none",
        ):
            assert words in result.stdout, words
        assert max(map(len, result.stdout.splitlines())) <= 120

    def test_residuals_list_every_point_once(self, small: Path) -> None:
        assert len(run("fit", small, "--residuals").stdout.split("altitude  azimuth")[1].splitlines()) == 1 + 48
        points = document("fit", small, "--residuals")["points"]
        assert isinstance(points, list)
        assert len(points) == 48
        for point in points:
            lateral_mm = 2000.0 * point["slit_radius_m"] * math.sin(math.radians(point["error_deg"]) / 2.0)
            assert point["lateral_mm"] == pytest.approx(lateral_mm)
        assert points[0]["sheet"] == "cartographie"
        assert points[0]["cell"] == "C5"

    def test_json_has_parameters_and_correlations(self, small: Path) -> None:
        found = document("fit", small)
        names = [each["name"] for each in found["parameters"]]  # type: ignore[attr-defined]
        assert names == ["east", "north", "up", "tube offset", "zero"]
        assert found["strong_pairs"][0][:2] == ["up", "tube offset"]  # type: ignore[index]
        assert "points" not in found
        assert found["sides"] == {"west": 24, "east": 24, "other_than_usual": []}

    def test_a_fit_without_uncertainties_still_tells_its_lengths(self, small: Path) -> None:
        report = replace(fit(Abaque.load(small), 44.15, 1.2), uncertainty=None)
        split = replace(report.geometry, zero_high_deg=-6.0, ramp_low_deg=70.0, ramp_high_deg=75.0)
        words = " ".join(fit_lines(replace(report, geometry=split), "small.xlsx"))
        assert f"tube offset {report.geometry.tube_offset_m:+.3f} m" in words.replace("   ", " ")
        assert "up to altitude 70°, -6.00° from 75°" in words.replace("   ", " ")
        assert "parameters" not in fit_object(report, "small.xlsx")

    def test_latitude_and_radius_of_the_command_line_count(self, small: Path) -> None:
        wide = document("fit", small, "--radius", "2.4")["geometry"]
        assert wide["tube_offset_m"] == pytest.approx(2 * 0.41, abs=0.1)  # type: ignore[index]
        result = run("fit", small, "--latitude", "-44")
        assert result.exit_code == 1
        assert "cannot be fitted as a dome" in result.stderr
        assert "check the latitude" in result.stderr

    def test_wrong_cells_are_named_with_the_likely_value(self, small: Path, tmp_path: Path) -> None:
        lines = (tmp_path / "small.csv", tmp_path / "wrong.csv")
        assert run("convert", small, lines[0]).exit_code == 0
        text = lines[0].read_text(encoding="utf-8").splitlines()
        altitude, azimuth, dome, _ = text[10].split(",")
        text[10] = f"{altitude},{azimuth},{(float(dome) - 25.0) % 360.0},"
        lines[1].write_text("\n".join(text), encoding="utf-8")
        (finding,) = document("fit", lines[1])["findings"]  # type: ignore[misc]
        assert finding["kind"] == "outlier"
        assert finding["cell"] == "line 11"
        assert difference_deg(finding["expected_deg"], float(dome)) == pytest.approx(0.0, abs=4.0)
        assert "measure it again" in run("fit", lines[1]).stdout.replace("\n    ", " ")

    def test_what_is_no_dome_or_no_table_is_refused(self, small: Path, tmp_path: Path) -> None:
        broken = tmp_path / "broken.xlsx"
        broken.write_bytes(small.read_bytes()[:2000])
        for path, words in ((broken, "not a readable .xlsx"), (tmp_path / "none.xlsx", "there is no file")):
            for command in ("fit", "check"):
                result = run(command, path)
                assert result.exit_code == 1
                assert result.stderr.startswith("indi-dome: ")
                assert words in result.stderr
                assert "Traceback" not in result.output


class TestCheck:
    def test_words_and_json_agree(self, small: Path) -> None:
        found, result = document("check", small), run("check", small)
        assert result.exit_code == 0, result.output
        figures = found["validation"]["one_out"]["geometry"]  # type: ignore[index]
        assert f"{figures['lateral_rms_mm']:7.1f}{figures['lateral_median_mm']:8.1f}" in result.stdout
        assert 8.0 < figures["lateral_rms_mm"] < 22.0
        assert found["recommended"]["model"] == "geometry"  # type: ignore[index]
        assert "Use: geometry" in result.stdout
        assert set(found["validation"]) == {"one_out", "band_out", "second_azimuth_out"}  # type: ignore[call-overload]
        assert len(found["validation"]["one_out"]) == 6  # type: ignore[index]
        assert "Gaps" in result.stdout
        assert "- tube west, altitude 15-30°, azimuth 0-180°" in result.stdout
        assert max(map(len, result.stdout.splitlines())) <= 120

    def test_pictures(self, small: Path, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "pictures"
        found = document("check", small, "--plot", folder)
        names = {path.name for path in folder.iterdir()}
        drawn = ("curves", "residuals", "prediction", "error-map")
        assert names == {f"{name}.{suffix}" for name in drawn for suffix in ("png", "svg")}
        assert sorted(found["pictures"]) == sorted(str(folder / name) for name in names)  # type: ignore[call-overload]
        for path in folder.iterdir():
            data = path.read_bytes()
            assert data.startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml")
            assert len(data) > 10_000

    def test_missing_matplotlib_is_told_before_the_work(
        self, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        result = run("check", small, "--plot", tmp_path / "pictures")
        assert result.exit_code == 1
        assert 'pip install "indi-abaque-dome[plots]"' in result.stderr
        assert result.stdout == ""

    def test_pictures_that_cannot_be_written(self, small: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        result = run("check", small, "--plot", tmp_path / "file" / "below")
        assert result.exit_code == 1
        assert "cannot be written" in result.stderr

    def test_what_is_no_dome_still_shows_its_coverage(self, tmp_path: Path) -> None:
        path = tmp_path / "few.csv"
        path.write_text("altitude,azimuth,dome\n30,15,20\n30,15,20\n60,0,5\n60,360,9\n", encoding="utf-8")
        result = run("check", path)
        assert result.exit_code == 1
        assert "3 measurements at 2 altitudes, at least 12" in result.stderr
        assert "Coverage: points by altitude" in result.stdout
        assert "repeated: line 3" in result.stdout
        assert "same direction: line 4 and line 5" in result.stdout
        found = json.loads(run("check", path, "--json").stdout)
        assert found["repeated"] == ["line 3"]
        assert "cannot be fitted" in found["error"]


class TestLookup:
    def test_models_beside_each_other(self) -> None:
        found = document("lookup", 30, 90)
        answers = {each["model"]: each for each in found["answers"]}  # type: ignore[attr-defined]
        assert list(answers) == ["geometry", "table", "reference"]
        node = next(p for p in Abaque.load(EXAMPLE).points if (p.altitude_deg, p.azimuth_deg) == (30.0, 90.0))
        assert answers["table"]["dome_azimuth_deg"] == pytest.approx(node.dome_azimuth_deg)
        assert answers["reference"]["dome_azimuth_deg"] == pytest.approx(node.dome_azimuth_deg)
        assert answers["geometry"]["dome_azimuth_deg"] == pytest.approx(node.dome_azimuth_deg, abs=0.6)
        radius_m = answers["geometry"]["slit_radius_m"]
        half_deg = answers["geometry"]["clear_half_window_deg"]
        assert radius_m * math.sin(math.radians(half_deg)) == pytest.approx(0.175)

    def test_side_decides_and_the_normal_one_is_assumed(self) -> None:
        west = document("lookup", 60, 180, "--side", "west", "--model", "geometry")
        east = document("lookup", 60, 180, "--side", "east", "--model", "geometry")
        assert document("lookup", 60, 180, "--model", "geometry") == west
        assert document("lookup", 60, 181)["side"] == "east"
        turns = [each["answers"][0]["dome_azimuth_deg"] for each in (west, east)]  # type: ignore[index]
        assert abs(difference_deg(*turns)) > 60.0

    def test_words_and_sexagesimal_azimuth(self) -> None:
        result = run("lookup", 45, "20:30:00")
        assert result.exit_code == 0
        assert "azimuth 20.5°, tube west of the pier" in result.stdout
        assert "free play beside the beam: 175 mm" in result.stdout
        assert "anything" in run("lookup", 71, 83, "--side", "west").stdout, "near the dome's zenith"

    def test_a_model_without_an_answer_says_why(self, small: Path, tmp_path: Path) -> None:
        ragged = tmp_path / "ragged.csv"
        run("convert", small, ragged)
        lines = ragged.read_text(encoding="utf-8").splitlines()
        ragged.write_text("\n".join(lines[:-1]), encoding="utf-8")
        result = run("lookup", 45, 90, "--abaque", ragged)
        assert result.exit_code == 0
        assert "reference  no answer: the reference lookup needs the azimuths" in result.stdout
        assert run("lookup", 45, 90, "--abaque", ragged, "--model", "reference").exit_code == 1

    @pytest.mark.parametrize("words", [("95", "10"), ("45", "north"), ("45", "400"), ("45", "10", "--side", "up")])
    def test_wrong_usage(self, words: tuple[str, ...]) -> None:
        assert run("lookup", *words).exit_code == 2


class TestConvertAndGenerate:
    def test_round_trip_through_every_kind(self, small: Path, tmp_path: Path) -> None:
        for name in ("a.csv", "b.json", "c.xlsx"):
            assert run("convert", small, tmp_path / name).exit_code == 0
            small = tmp_path / name
        first, last = Abaque.load(tmp_path / "small.xlsx"), Abaque.load(small)
        assert [(p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg) for p in first.points] == [
            (p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg) for p in last.points
        ]

    def test_nothing_is_overwritten_unasked(self, small: Path, tmp_path: Path) -> None:
        target = tmp_path / "there.csv"
        target.write_text("mine", encoding="utf-8")
        for command in (("convert", small, target), ("generate", target, *SMALL)):
            result = run(*command)
            assert result.exit_code == 1
            assert "is there already" in result.stderr
            assert target.read_text(encoding="utf-8") == "mine"
        assert run("convert", small, target, "--force").exit_code == 0
        assert len(Abaque.load(target).points) == 48
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    def test_no_file_is_left_where_none_can_be_written(self, small: Path, tmp_path: Path) -> None:
        result = run("convert", small, tmp_path / "nowhere" / "table.csv")
        assert result.exit_code == 1
        assert "cannot be written" in result.stderr

    def test_generate_makes_the_usual_grid_that_fits_its_lengths(self, tmp_path: Path) -> None:
        path = tmp_path / "made.xlsx"
        assert run("generate", path, "--tube-offset", 0.4, "--north", 0.05, "--up", -0.1, "--exact").exit_code == 0
        points = Abaque.load(path).points
        assert len(points) == 275
        assert sorted({p.altitude_deg for p in points}) == sorted({p.altitude_deg for p in Abaque.load(EXAMPLE).points})
        geometry = document("fit", path)["geometry"]
        assert geometry["tube_offset_m"] == pytest.approx(0.4, abs=1e-4)  # type: ignore[index]
        assert geometry["north_m"] == pytest.approx(0.05, abs=1e-4)  # type: ignore[index]

    def test_generate_from_a_table_cleans_it(self, small: Path, tmp_path: Path) -> None:
        assert run("generate", tmp_path / "clean.json", "--from", small, "--exact").exit_code == 0
        assert document("fit", tmp_path / "clean.json")["figures"]["lateral_rms_mm"] < 0.01  # type: ignore[index]

    def test_the_same_seed_gives_the_same_table(self, tmp_path: Path) -> None:
        for name, seed in (("a.csv", 1), ("b.csv", 1), ("c.csv", 2)):
            assert run("generate", tmp_path / name, *SMALL, "--noise", 20, "--seed", seed).exit_code == 0
        a, b, c = (Abaque.load(tmp_path / name).points for name in ("a.csv", "b.csv", "c.csv"))
        assert a == b != c

    @pytest.mark.parametrize(
        "words",
        [
            ("generate", "t.xlsx"),
            ("generate", "t.xlsx", "--tube-offset", "0.4", "--from", "u.xlsx"),
            ("generate", "t.ods", *SMALL),
            ("generate", "t.xlsx", *SMALL, "--azimuths", "0:400:10"),
            ("generate", "t.xlsx", *SMALL, "--azimuths", "0-90"),
            ("generate", "t.xlsx", *SMALL, "--azimuths", "0:90:0"),
            ("convert", str(EXAMPLE), "t.txt"),
        ],
    )
    def test_wrong_usage(self, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert run(*words).exit_code == 2
        assert [path.name for path in tmp_path.iterdir()] == []

    def test_lengths_that_make_no_dome(self, tmp_path: Path) -> None:
        for lengths in (("--tube-offset", "1.5"), ("--tube-offset", "0.4", "--up", "-1.3")):
            result = run("generate", tmp_path / "t.xlsx", *lengths)
            assert result.exit_code == 1
            assert "radius" in result.stderr


def test_help_shows_examples() -> None:
    assert "check" in run("--help").stdout
    for command in ("fit", "check", "lookup", "convert", "generate"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"indi-dome abaque {command} " in result.stdout

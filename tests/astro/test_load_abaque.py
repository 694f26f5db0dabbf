"""The loader process, its JSON, and what stays unloaded in the process that reads it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from astro.abaque import Abaque
from astro.errors import AbaqueError, ModelError
from astro.fit import fit
from astro.load_abaque import main
from astro.model_file import LoadedAbaque, to_json
from astro.pier import PierSide
from astro.pointing import Pointing

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "data" / "Loi_coupole.xlsx"
SITE = ["--latitude-deg", "44.15", "--radius-m", "1.2"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def test_process_and_direct_fit_agree() -> None:
    child = run("-m", "astro.load_abaque", str(EXAMPLE), *SITE)
    assert (child.returncode, child.stderr) == (0, "")
    assert child.stdout.count("\n") == 1
    loaded = LoadedAbaque.from_json(json.loads(child.stdout))
    abaque = Abaque.load(EXAMPLE)
    report = fit(abaque, 44.15, 1.2)
    assert loaded.source == "Loi_coupole.xlsx"
    assert loaded.geometry == report.geometry
    assert loaded.figures["points"] == len(abaque.points) == 275
    assert loaded.table.dome_azimuth(Pointing(45.0, 90.0), PierSide.WEST) == pytest.approx(106.0, abs=1e-9)
    again = LoadedAbaque.from_json(json.loads(json.dumps(to_json(report, abaque))))
    assert again.geometry == loaded.geometry


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent.xlsx", *SITE], "there is no file absent.xlsx"),
        (["setup.cfg", *SITE], "tables are read from .xlsx, .csv, .json"),
        ([".", *SITE], "folder"),
        ([str(EXAMPLE), "--latitude-deg", "north", "--radius-m", "1"], "north"),
        ([str(EXAMPLE), "--latitude-deg", "91", "--radius-m", "1"], "latitude"),
        ([str(EXAMPLE), "--latitude-deg", "-44", "--radius-m", "1.2"], "check the latitude"),
        ([str(EXAMPLE), "--latitude-deg", "0", "--radius-m", "1.2"], "check the latitude"),
        ([str(EXAMPLE), "--latitude-deg", "44", "--radius-m", "nan"], "finite"),
        ([str(EXAMPLE), "--latitude-deg", "44", "--radius-m", "-1"], "radius"),
        ([str(EXAMPLE)], "--latitude-deg"),
        ([], "file"),
    ],
)
def test_bad_input_is_one_line_of_json(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1
    assert captured.err == ""
    error = json.loads(captured.out)["error"]
    assert words in error
    with pytest.raises(AbaqueError):
        LoadedAbaque.from_json(json.loads(captured.out))


def test_bad_input_ends_the_process_with_one() -> None:
    child = run("-m", "astro.load_abaque", "absent.xlsx", *SITE)
    assert (child.returncode, child.stderr) == (1, "")
    assert "absent.xlsx" in json.loads(child.stdout)["error"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("geometry"),
        lambda d: d["geometry"].update(depth_m=1.0),
        lambda d: d["geometry"].update(radius_m=-1.0),
        lambda d: d.update(nodes=[[1, 2, 3, "UP"]]),
        lambda d: d.update(nodes=[]),
        lambda d: d.update(nodes=[[1, 2]]),
        lambda d: d.update(nodes=[["x", 2, 3, "WEST"]]),
        lambda d: d.update(findings=["text"]),
        lambda d: d.update(figures=None),
    ],
)
def test_a_document_that_is_not_ours_is_refused(spoil: Callable[[dict[str, object]], object]) -> None:
    abaque = Abaque.load(EXAMPLE)
    document = json.loads(json.dumps(to_json(fit(abaque, 44.15, 1.2), abaque)))
    spoil(document)
    with pytest.raises(ModelError):
        LoadedAbaque.from_json(document)


def test_models_load_without_numerical_libraries() -> None:
    code = (
        "import sys, astro.geometry, astro.dome_model, astro.model_file, astro.abaque, astro.load_abaque\n"
        "print([m for m in ('numpy', 'scipy', 'openpyxl', 'astropy', 'asyncio', 'socket') if m in sys.modules])"
    )
    child = run("-c", code)
    assert (child.stdout.strip(), child.stderr) == ("[]", "")


def test_example_fits_within_its_rounding() -> None:
    report = fit(Abaque.load(EXAMPLE), 44.15, 1.2)
    assert report.findings == ()
    assert report.figures.lateral_rms_mm < 5.0
    assert report.figures.lateral_max_mm < 11.0
    geometry = report.geometry
    assert geometry.tube_offset_m == pytest.approx(0.40, abs=0.01)
    assert (geometry.east_m, geometry.north_m) == pytest.approx((0.0, 0.05), abs=0.003)
    assert geometry.up_m == pytest.approx(-0.10, abs=0.03)
    assert geometry.zero_low_deg == geometry.zero_high_deg == pytest.approx(0.0, abs=0.1)


def test_example_says_what_it_is_and_is_made_anew_alike(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    for output in (first, second):
        child = run("tools/make_example_table.py", "--output", str(output))
        assert child.returncode == 0, child.stderr
    assert first.read_bytes() == second.read_bytes()
    kept, made = load_workbook(EXAMPLE), load_workbook(first)
    assert kept.sheetnames == made.sheetnames == ["cartographie", "A lire"]
    for sheet in kept.sheetnames:
        assert list(kept[sheet].values) == list(made[sheet].values)
    assert "not a measurement" in str(kept["cartographie"]["E1"].value)
    words = " ".join(str(row[0]) for row in kept["A lire"].values)
    assert "remplacez-la" in words
    assert "replace it" in words

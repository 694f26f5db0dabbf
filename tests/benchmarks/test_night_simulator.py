"""The night simulator: whole nights against figures found independently, and what is printed."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from nights import PERFECT, RATE_DEG_S, around_flip, needs_measured
from typer.testing import CliRunner

from astro.angles import difference_deg
from astro.pier import PierSide
from astro.pointing import Pointing
from benchmarks.night import app
from benchmarks.nightsim.dome import SimulatedDome
from benchmarks.nightsim.models import MEASURED_TABLE, fitted_model
from benchmarks.nightsim.mount import FlipPlan, Word
from benchmarks.nightsim.night import Night, Scenario, Sky, run
from benchmarks.nightsim.observatory import SITE, TRUTH
from benchmarks.nightsim.plots import draw
from benchmarks.nightsim.policies import Indi, OnTimer, Ours, our_settings
from benchmarks.nightsim.report import shortcomings, table
from benchmarks.nightsim.sky import Track
from benchmarks.nightsim.study import Result, Study
from benchmarks.nightsim.targets import TARGETS, find_targets, follow

# Whole nights


def played(result: Night) -> tuple[float, float]:
    return result.figures.blocked_s, result.figures.outside_s


@pytest.mark.parametrize(("name", "blocked_s", "moves"), [("NGC 4559", 135, 656), ("M42", 64, 446)])
def test_the_true_geometry_on_a_timer_gives_the_known_figures(name: str, blocked_s: float, moves: int) -> None:
    """Found by other code for 30 s, 0.3 degrees, blocking moves without ramps, on other dates of the same season."""
    (target,) = find_targets(name)
    sky = Sky(follow(target, SITE, 1.0), Scenario(drive=PERFECT))
    night = run(sky, OnTimer(TRUTH.dome_azimuth, SITE))
    assert night.figures.blocked_s == pytest.approx(blocked_s, abs=8.0)
    assert night.figures.outside_s == 0.0
    assert night.figures.moves == pytest.approx(moves, rel=0.03)
    assert night.figures.lateral_p95_mm < 8.0


@needs_measured
@pytest.mark.parametrize(
    ("name", "late_min", "blocked_s"),
    [("NGC 4559", 0.0, 667), ("M42", 0.0, 311), ("NGC 188", 0.0, 2389), ("NGC 4559", 10.0, 1136)],
)
def test_the_reference_on_the_measured_table_gives_the_known_figures(
    name: str, late_min: float, blocked_s: float
) -> None:
    study = Study(
        find_targets(name), ("reference",), (FlipPlan(late_min),), Scenario(drive=PERFECT), table=MEASURED_TABLE
    )
    (result,) = study.play()
    assert result.night.figures.blocked_s == pytest.approx(blocked_s, rel=0.04)


@pytest.mark.parametrize(
    ("name", "plan"),
    [("NGC 4559", FlipPlan()), ("dec +44", FlipPlan(10.0)), ("M42", FlipPlan(0.0, 60.0)), ("NGC 188", FlipPlan(10.0))],
)
def test_ours_is_never_worse_than_a_dome_that_starts_at_the_flip(
    tracks: dict[str, Track], name: str, plan: FlipPlan
) -> None:
    """Waiting in the middle and starting with the flip costs the whole turn less the far half window."""
    sky = Sky(around_flip(tracks[name], 900.0, 1500.0), Scenario(flip=plan))
    assert sky.bound is not None
    for hour_angle in (plan.hour_angle_deg, None):
        policy = Ours(TRUTH, our_settings(0.175, RATE_DEG_S, hour_angle), SITE)
        night = run(sky, policy)
        assert night.figures.outside_s == 0.0
        assert night.figures.blocked_s >= sky.bound.blocked_s - 6.0
        assert night.figures.blocked_s <= sky.bound.blocked_s + 5.0


def test_a_dome_that_stands_still_is_found_blocked(tracks: dict[str, Track]) -> None:
    class Asleep:
        def hear(self, word: Word, now_s: float) -> None:
            pass

        def decide(self, dome: SimulatedDome, now_s: float) -> float | None:
            return None

    sky = Sky(around_flip(tracks["M42"], 600.0, 600.0), Scenario())
    figures = run(sky, Asleep()).figures
    assert (figures.moves, figures.travel_deg) == (0, 0.0)
    assert figures.blocked_s == pytest.approx(600.0, abs=3.0)  # before the flip it is all in the window
    assert figures.at_flip_s == pytest.approx(300.0, abs=3.0)
    assert figures.clear_percent == pytest.approx(50.0, abs=0.5)


def test_a_model_from_a_noisy_table_is_another_one_but_a_near_one() -> None:
    model = fitted_model(TRUTH, 20.0)
    assert model != TRUTH
    assert fitted_model(TRUTH, 0.0) is TRUTH
    for altitude, azimuth, side in ((40.0, 100.0, PierSide.WEST), (60.0, 250.0, PierSide.EAST)):
        pointing = Pointing(altitude, azimuth)
        turn = difference_deg(model.dome_azimuth(pointing, side), TRUTH.dome_azimuth(pointing, side))
        assert 0.0 < abs(math.radians(turn)) * TRUTH.slit_radius_m(pointing, side) < 0.015


# What is printed


def test_shortcomings_are_named(tracks: dict[str, Track]) -> None:
    sky = Sky(around_flip(tracks["M42"], 600.0, 600.0), Scenario())
    night = run(sky, Ours(TRUTH, our_settings(0.175, RATE_DEG_S, 0.0), SITE))
    good = replace(night, figures=replace(night.figures, at_flip_s=47.0, outside_s=0.0, moves=60))
    bad = replace(night, figures=replace(night.figures, at_flip_s=49.0, outside_s=1.0, moves=61))
    for figures, policy, count in ((good, "ours", 0), (bad, "ours", 3), (bad, "indi", 0)):
        assert len(shortcomings([Result(TARGETS[0], policy, FlipPlan(), figures)])) == count
    lines = table([Result(TARGETS[0], policy, FlipPlan(), good) for policy in ("ours", "indi")], FlipPlan())
    assert lines.splitlines()[-1].startswith("M42        40.5     43 |")


def test_the_command_plays_prints_and_checks() -> None:
    shell = CliRunner()
    result = shell.invoke(
        app, ["--targets", "vega", "--policy", "timer", "--mount-flip", "0,60", "--step", "5", "--json"]
    )
    assert result.exit_code == 0, result.output
    nights = json.loads(result.stdout)["nights"]
    assert [(night["target"], night["policy"], night["mount_flip_s"]) for night in nights] == [
        ("Vega", "timer", 0.0),
        ("Vega", "timer", 60.0),
    ]
    assert nights[0]["bound_s"] - nights[1]["bound_s"] == pytest.approx(60.0, abs=0.01)
    assert nights[0]["blocked_s"] > nights[0]["bound_s"] > 150.0


def test_every_night_has_its_picture(tracks: dict[str, Track], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib, which is not installed")
    sky = Sky(around_flip(tracks["Vega"], 900.0, 900.0), Scenario(flip=FlipPlan(0.0, 60.0)))
    results = [
        Result(TARGETS[4], name, FlipPlan(0.0, 60.0), run(sky, policy))
        for name, policy in (("timer", OnTimer(TRUTH.dome_azimuth, SITE)), ("indi", Indi(TRUTH, SITE)))
    ]
    (file,) = draw(results, 0.175, tmp_path / "pictures")
    assert file.name == "vega-late-0-lasts-60.png"
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--targets", "M1"], "no target 'm1'"),
        (["--policy", "mine"], "no policy 'mine'"),
        (["--flip-late", "soon"], "no list of numbers"),
        (["--mount-flip", "-5"], "must lie in 0...600"),
        (["--tube", "0.7"], "does not fit a slit"),
    ],
)
def test_wrong_words_are_explained(words: list[str], said: str) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())

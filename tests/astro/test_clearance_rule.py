"""The clearance rule: when the dome moves, where to, and how it waits for a flip."""

import math
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from astro.angles import difference_deg, normalise_deg
from astro.geometry import Geometry
from astro.mount_report import Equatorial, MountReport, Site
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import SIDEREAL_DEG_S, apparent_sidereal_time_deg, horizontal
from astro.slaving import Decision, DomeReport, SidePolicy, SlavingSettings, Verdict, decide
from astro.window import half_width_deg

NOW = 1_790_000_000.0
SITE = Site(44.15, 5.23)
MODEL = Geometry(1.2, 0.005, 0.07, -0.138, 0.41, 44.15)
SETTINGS = SlavingSettings()
KNOWN = replace(SETTINGS, flip_hour_angle_deg=0.0)
RATE = SETTINGS.dome_rate_deg_s


def mount(ha_deg: float, dec_deg: float, side: PierSide | None, moment: float = NOW, **changes: object) -> MountReport:
    ra_h = ((apparent_sidereal_time_deg(moment) + SITE.longitude_deg - ha_deg) / 15.0) % 24.0
    place = Equatorial(ra_h, dec_deg)
    report = MountReport(place, moment, tracking=True, parked=False, side=side, settled=place, arrived_s=moment)
    return replace(report, **changes)  # type: ignore[arg-type]


def choose(report: MountReport, dome: DomeReport, tuned: SlavingSettings = SETTINGS, moment: float = NOW) -> Decision:
    return decide(report, dome, MODEL, tuned, SITE, moment)


def slit(ha_deg: float, dec_deg: float, side: PierSide) -> tuple[float, float]:
    altitude, azimuth = horizontal(ha_deg, dec_deg, SITE.latitude_deg)
    pointing = Pointing(altitude, azimuth, ha_deg)
    return MODEL.dome_azimuth(pointing, side), MODEL.slit_radius_m(pointing, side)


def test_the_dome_moves_by_the_distance_in_the_slit_and_not_by_degrees() -> None:
    for ha_deg, dec_deg in ((-60.0, 0.0), (-30.0, 25.0), (-45.0, 60.0)):
        centre, radius_m = slit(ha_deg, dec_deg, PierSide.WEST)
        band = math.degrees(math.asin(0.25 * 0.175 / radius_m))
        report = mount(ha_deg, dec_deg, PierSide.WEST)
        for sign in (1, -1):
            inside = choose(report, DomeReport(normalise_deg(centre + sign * (band - 0.05))))
            assert inside.verdict is Verdict.STAY_ON_TARGET
            assert inside.dead_band_deg == pytest.approx(band)
            outside = choose(report, DomeReport(normalise_deg(centre + sign * (band + 0.05))))
            assert outside.verdict is Verdict.GO


def test_a_large_error_moves_the_dome_even_where_the_distance_is_small() -> None:
    centre, radius_m = slit(-35.4148, 45.2156, PierSide.WEST)
    assert 0.17 < radius_m < 0.2
    found = choose(mount(-35.4148, 45.2156, PierSide.WEST), DomeReport(normalise_deg(centre + 16.0)))
    assert found.verdict is Verdict.GO
    narrow = replace(SETTINGS, largest_error_deg=5.0)
    found = choose(mount(-35.4148, 45.2156, PierSide.WEST), DomeReport(normalise_deg(centre + 5.5)), narrow)
    assert found.verdict is Verdict.GO


@settings(max_examples=60)
@given(st.floats(-80.0, -8.0), st.floats(-10.0, 75.0), st.floats(0.0, 359.9))
def test_the_new_place_is_good_on_arrival_and_for_longer_than_the_middle(
    ha_deg: float, dec_deg: float, stands: float
) -> None:
    found = choose(mount(ha_deg, dec_deg, PierSide.WEST), DomeReport(stands))
    if found.goto_deg is None or found.target_deg is None:
        return
    arrival_s = abs(difference_deg(found.target_deg, stands)) / RATE

    def lasts(azimuth_deg: float) -> int:
        for minute in range(180):
            later = ha_deg + (arrival_s + 60.0 * minute) * SIDEREAL_DEG_S
            centre, radius_m = slit(later, dec_deg, PierSide.WEST)
            wide = min(15.0, half_width_deg(radius_m, 0.25 * 0.175))
            if later >= 0.0 or abs(difference_deg(azimuth_deg, centre)) > wide:
                return minute
        return 180

    there = lasts(found.goto_deg)
    centre, _ = slit(ha_deg + arrival_s * SIDEREAL_DEG_S, dec_deg, PierSide.WEST)
    assert there >= 1 or ha_deg + (arrival_s + 60.0) * SIDEREAL_DEG_S >= 0.0
    assert there >= lasts(centre) - 1


def test_a_dome_on_its_way_to_a_good_place_is_left_alone() -> None:
    report = mount(-60.0, 10.0, PierSide.WEST)
    first = choose(report, DomeReport(10.0))
    assert first.goto_deg is not None
    under_way = DomeReport(30.0, moving=True, target_deg=first.goto_deg)
    assert choose(report, under_way).verdict is Verdict.STAY_ON_THE_WAY
    elsewhere = DomeReport(30.0, moving=True, target_deg=normalise_deg(first.goto_deg + 20.0))
    assert choose(report, elsewhere).verdict is Verdict.GO


FLIPS = [(-5.4, 43.0), (28.0, 104.0), (36.5, 154.0), (41.3, 191.0), (58.6, 89.0), (69.1, 63.0)]
"""Declination, degrees, and the seconds of the optimum for an 0.60 m slit, a 0.25 m tube, 40 degrees a minute
(abaque-science, section 5, policy F)."""


@pytest.mark.parametrize(("dec_deg", "loss_s"), FLIPS)
def test_the_loss_is_told_before_it_happens(dec_deg: float, loss_s: float) -> None:
    centre, _ = slit(-30.0, dec_deg, PierSide.WEST)
    flip = choose(mount(-30.0, dec_deg, PierSide.WEST), DomeReport(centre)).flip
    assert flip is not None
    assert flip.loss_s == pytest.approx(loss_s, abs=3.0)
    assert flip.in_s == pytest.approx(7180.0, abs=5.0)
    assert not flip.known
    assert f"{flip.loss_s:.0f} s" in flip.text()


@pytest.mark.parametrize(("dec_deg", "loss_s"), FLIPS)
def test_the_slit_leans_towards_the_other_side_as_the_meridian_nears(dec_deg: float, loss_s: float) -> None:
    ha_deg = -100.0 * SIDEREAL_DEG_S
    centre, _ = slit(ha_deg, dec_deg, PierSide.WEST)
    found = choose(mount(ha_deg, dec_deg, PierSide.WEST), DomeReport(centre))
    assert found.goto_deg is not None
    assert found.flip is not None
    assert "leaning" in found.reason
    at_flip, radius_m = slit(0.0, dec_deg, PierSide.WEST)
    way = math.copysign(1.0, found.flip.jump_deg)
    clear_deg = half_width_deg(radius_m, 0.175)
    stands = way * difference_deg(found.goto_deg, at_flip)
    assert clear_deg - 4.0 < stands < clear_deg
    leaning = choose(mount(ha_deg, dec_deg, PierSide.WEST), DomeReport(found.goto_deg))
    assert leaning.verdict is Verdict.STAY_ON_TARGET
    assert leaning.clearance_m is not None
    assert leaning.clearance_m > 0.004


def test_nobody_leans_long_before_the_flip_nor_for_a_flip_that_is_not_to_come() -> None:
    for ha_deg, side, tuned in (
        (-10.0, PierSide.WEST, SETTINGS),
        (10.0, PierSide.WEST, SETTINGS),
        (10.0, PierSide.EAST, SETTINGS),
        (-0.2, PierSide.WEST, replace(SETTINGS, side_policy=SidePolicy.WEST)),
        (-0.2, PierSide.NONE, replace(SETTINGS, side_policy=SidePolicy.IGNORE)),
    ):
        centre, _ = slit(ha_deg, 30.0, side)
        found = choose(mount(ha_deg, 30.0, side), DomeReport(centre), tuned)
        assert found.verdict is Verdict.STAY_ON_TARGET
        assert "lean" not in found.reason


def test_a_late_flip_is_waited_for_at_the_edge_with_the_side_as_the_mount_says() -> None:
    for late_deg in (0.5, 2.5, 5.0):
        centre, _ = slit(late_deg, 28.0, PierSide.WEST)
        found = choose(mount(late_deg, 28.0, PierSide.WEST), DomeReport(centre))
        assert found.side is PierSide.WEST
        assert found.goto_deg is not None
        assert "flip due for" in found.reason
        assert choose(mount(late_deg, 28.0, PierSide.EAST), DomeReport(centre)).side is PierSide.EAST


def test_the_dome_leaves_when_the_flip_begins_and_before_where_its_time_is_known() -> None:
    report = mount(-100.0 * SIDEREAL_DEG_S, 28.0, PierSide.WEST)
    place = choose(report, DomeReport(slit(0.0, 28.0, PierSide.WEST)[0])).goto_deg
    assert place is not None
    target = Equatorial(report.position.ra_h, 28.0)  # type: ignore[union-attr]
    moment = NOW + 100.0
    flipping = replace(report, position_time_s=moment, slewing=True, target=target)
    found = choose(flipping, DomeReport(place), moment=moment + 0.1)
    assert (found.side, found.verdict) == (PierSide.EAST, Verdict.GO)

    def known(before_s: float) -> Decision:
        now = NOW + 100.0 - before_s
        return choose(replace(report, position_time_s=now), DomeReport(place), KNOWN, now)

    assert known(10.0).verdict is Verdict.STAY_ON_TARGET
    leaves = known(1.0)
    assert leaves.verdict is Verdict.GO
    assert "leaving for the flip" in leaves.reason
    # The mount did not flip: the dome comes back to where the beam is.
    back = choose(
        replace(report, position_time_s=NOW + 110.0), DomeReport(normalise_deg(place - 5.0)), KNOWN, NOW + 110.0
    )
    assert back.verdict is Verdict.STAY_ON_TARGET or "lean" in back.reason
    assert back.side is PierSide.EAST or "lean" in back.reason


def test_a_slew_without_a_target_is_the_flip_where_one_is_due_and_unknown_elsewhere() -> None:
    for ha_deg, verdict in (
        (1.0, Verdict.GO),
        (-30.0, Verdict.STAY_TARGET_UNKNOWN),
        (60.0, Verdict.STAY_TARGET_UNKNOWN),
    ):
        report = mount(ha_deg, 28.0, PierSide.WEST if ha_deg < 45.0 else PierSide.EAST)
        dome = DomeReport(slit(ha_deg, 28.0, PierSide.WEST)[0])
        found = choose(replace(report, slewing=True, excursion_deg=5.0), dome)
        assert found.verdict is verdict
        nudge = choose(replace(report, slewing=True, excursion_deg=0.5), dome)
        assert nudge.verdict is Verdict.STAY_TARGET_UNKNOWN
        if verdict is Verdict.GO:
            assert found.side is PierSide.EAST
            assert "flip" in found.side_source


def test_tracking_that_a_driver_switches_off_for_its_slew_does_not_hide_the_flip() -> None:
    report = mount(1.0, 28.0, PierSide.WEST, tracking=False, tracking_ended_s=NOW - 1.0)
    dome = DomeReport(slit(1.0, 28.0, PierSide.WEST)[0])
    assert choose(report, dome).flip is not None, "for a moment it counts as tracking"
    begun = replace(report, slewing=True, slew_began_s=NOW - 30.0, tracking_ended_s=NOW - 30.5, excursion_deg=40.0)
    assert choose(begun, dome).side is PierSide.EAST
    stood = replace(begun, tracking_ended_s=NOW - 100.0)
    assert choose(stood, dome).verdict is Verdict.STAY_TARGET_UNKNOWN


@pytest.mark.parametrize(("rate_deg_s", "rounds_deg"), [(RATE, 0.0), (5.0, 0.0), (5.0, 1.0), (0.2, 0.0)])
@pytest.mark.parametrize("dec_deg", [-10.0, 28.0, 40.11, 44.5, 60.0])
def test_a_dome_comes_to_rest_whatever_its_rate_and_however_it_rounds(
    dec_deg: float, rate_deg_s: float, rounds_deg: float
) -> None:
    """An hour before the meridian, from four azimuths, with a dome that is not what the settings say."""
    for start_deg in (28.1, 120.0, 215.0, 300.0):
        azimuth_deg, goal_deg, commands = start_deg, None, 0
        for second in range(0, 3600, 2):
            moment = NOW + second
            report = mount(-19.12 + second * SIDEREAL_DEG_S, dec_deg, PierSide.WEST, moment)
            shown = round(azimuth_deg / rounds_deg) * rounds_deg % 360.0 if rounds_deg else azimuth_deg
            found = choose(report, DomeReport(shown, moving=goal_deg is not None, target_deg=goal_deg), moment=moment)
            if found.goto_deg is not None:
                goal_deg, commands = found.goto_deg, commands + 1
            if goal_deg is not None:
                left = difference_deg(goal_deg, azimuth_deg)
                azimuth_deg = normalise_deg(azimuth_deg + math.copysign(min(abs(left), 2.0 * rate_deg_s), left))
                goal_deg = None if abs(left) <= 2.0 * rate_deg_s else goal_deg
        assert commands <= 16, (start_deg, commands)


def test_a_fast_dome_that_has_left_for_a_flip_is_not_called_back_before_it_is_overdue() -> None:
    for late_s in (0.0, 3.0):
        azimuth_deg: float | None = None
        goal_deg: float | None = None
        commands = []
        for tenth in range(-200, 100):
            moment = NOW + tenth / 10.0
            flipped = tenth / 10.0 >= late_s
            side = PierSide.EAST if flipped else PierSide.WEST
            ha_deg = tenth / 10.0 * SIDEREAL_DEG_S
            if azimuth_deg is None:
                lean = choose(mount(ha_deg, 28.0, side, moment), DomeReport(slit(0.0, 28.0, side)[0]), KNOWN, moment)
                assert lean.goto_deg is not None
                azimuth_deg = lean.goto_deg
            report = DomeReport(azimuth_deg, moving=goal_deg is not None, target_deg=goal_deg)
            found = choose(mount(ha_deg, 28.0, side, moment), report, KNOWN, moment)
            if found.goto_deg is not None:
                goal_deg = found.goto_deg
                commands.append(goal_deg)
            if goal_deg is not None:
                left = difference_deg(goal_deg, azimuth_deg)
                azimuth_deg = normalise_deg(azimuth_deg + math.copysign(min(abs(left), 5.0), left))
                goal_deg = None if abs(left) <= 5.0 else goal_deg
        assert 1 <= len(commands) <= 3, commands
        assert all(abs(difference_deg(each, commands[-1])) < 20.0 for each in commands[1:]), commands


def test_no_flip_is_waited_for_where_none_is_to_come_and_a_known_one_beyond_the_limit_is() -> None:
    centre, _ = slit(-0.2, 28.0, PierSide.WEST)
    never = replace(SETTINGS, flip_late_deg=0.0)
    assert choose(mount(-0.2, 28.0, PierSide.WEST), DomeReport(centre), never).flip is None
    late = replace(SETTINGS, flip_hour_angle_deg=15.0)
    for ha_deg in (14.9, 15.05):
        centre, _ = slit(ha_deg, 28.0, PierSide.WEST)
        found = choose(mount(ha_deg, 28.0, PierSide.WEST), DomeReport(centre), late)
        assert found.flip is not None
        assert "flip" in found.reason


def test_a_slow_dome_leans_in_time() -> None:
    slow = replace(SETTINGS, dome_rate_deg_s=5.0 / 60.0)
    ha_deg = -400.0 * SIDEREAL_DEG_S
    centre, _ = slit(ha_deg, 28.0, PierSide.WEST)
    assert "leaning" in choose(mount(ha_deg, 28.0, PierSide.WEST), DomeReport(centre), slow).reason


def test_a_mount_that_never_tells_its_side_keeps_it_until_it_slews_or_half_an_hour_has_passed() -> None:
    arrived = NOW - 3600.0
    for ha_deg, side in ((-1.0, PierSide.WEST), (5.0, PierSide.WEST), (8.0, PierSide.EAST)):
        report = mount(ha_deg, 28.0, None, arrived_s=arrived)
        found = choose(report, DomeReport(0.0))
        assert found.side is side
    assert choose(mount(5.0, 28.0, None, arrived_s=NOW), DomeReport(0.0)).side is PierSide.EAST
    by_angle = replace(SETTINGS, side_policy=SidePolicy.HOUR_ANGLE)
    assert choose(mount(5.0, 28.0, None, arrived_s=arrived), DomeReport(0.0), by_angle).side is PierSide.EAST
    late = replace(by_angle, flip_hour_angle_deg=6.0)
    assert choose(mount(5.0, 28.0, PierSide.EAST), DomeReport(0.0), late).side is PierSide.WEST


def test_a_driver_that_mixes_the_sides_up_can_be_turned_round_and_is_doubted_aloud() -> None:
    wrong = mount(-60.0, 20.0, PierSide.EAST)
    found = choose(wrong, DomeReport(0.0))
    assert found.side is PierSide.EAST
    assert "unusual" in found.side_source
    turned = choose(wrong, DomeReport(0.0), replace(SETTINGS, side_policy=SidePolicy.MOUNT_INVERTED))
    assert (turned.side, turned.side_source) == (PierSide.WEST, "mount, inverted")


def test_a_leap_of_the_mounts_position_is_given_time() -> None:
    report = mount(-60.0, 20.0, PierSide.WEST, jump_deg=40.0, jump_time_s=NOW - 1.0)
    held = choose(report, DomeReport(0.0))
    assert held.verdict is Verdict.STAY_MOUNT_JUMPED
    assert "40°" in held.reason
    assert choose(replace(report, jump_time_s=NOW - 6.0), DomeReport(0.0)).verdict is Verdict.GO


def test_a_slit_that_the_tube_does_not_fit_leaves_the_dome_on_the_middle_without_hunting() -> None:
    centre, _ = slit(-60.0, 20.0, PierSide.WEST)
    tuned = replace(SETTINGS, clearance_m=0.0)
    assert choose(mount(-60.0, 20.0, PierSide.WEST), DomeReport(centre + 0.2), tuned).verdict is Verdict.STAY_ON_TARGET
    found = choose(mount(-60.0, 20.0, PierSide.WEST), DomeReport(centre + 3.0), tuned)
    assert found.goto_deg == pytest.approx(centre, abs=0.3)
    ha_deg = -50.0 * SIDEREAL_DEG_S
    centre, _ = slit(ha_deg, 20.0, PierSide.WEST)
    waits = choose(mount(ha_deg, 20.0, PierSide.WEST), DomeReport(centre), tuned)
    again = choose(
        mount(ha_deg, 20.0, PierSide.WEST), DomeReport(centre if waits.goto_deg is None else waits.goto_deg), tuned
    )
    assert again.verdict is Verdict.STAY_ON_TARGET


@settings(max_examples=200)
@example(7.0, 0.0, 0.0, PierSide.WEST, SETTINGS)
@given(
    st.floats(-179.9, 179.9),
    st.floats(-89.9, 89.9),
    st.floats(0, 359.99),
    st.sampled_from([PierSide.WEST, PierSide.EAST, None]),
    st.sampled_from([SETTINGS, KNOWN, replace(KNOWN, flip_hour_angle_deg=2.5)]),
)
def test_where_the_dome_is_sent_it_may_stay(
    ha_deg: float, dec_deg: float, stands: float, side: PierSide | None, tuned: SlavingSettings
) -> None:
    report = mount(ha_deg, dec_deg, side)
    found = choose(report, DomeReport(stands), tuned)
    assert found.reason
    assert found.go == (found.goto_deg is not None)
    if found.goto_deg is None or found.target_deg is None:
        return
    assert 0.0 <= found.goto_deg < 360.0
    moment = NOW + abs(difference_deg(found.goto_deg, stands)) / RATE
    there = choose(replace(report, position_time_s=moment), DomeReport(found.goto_deg), tuned, moment)
    settled = there.verdict in (Verdict.STAY_ON_TARGET, Verdict.STAY_BELOW_HORIZON)
    # The waiting for a flip may begin, go on or end meanwhile.
    flip = "flip" in there.reason or "flip" in found.reason
    assert settled or flip or there.side is not found.side, there.reason

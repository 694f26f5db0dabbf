"""What the dome makes of a mount's properties."""

import math

import pytest

from astro.mount_report import Equatorial, Site
from astro.pier import PierSide
from indi_dome_driver.indi.mount_watch import ANNOUNCEMENT_LASTS_S, SIDE_LAGS_S, MountWatch

POSITION, TARGET = "EQUATORIAL_EOD_COORD", "TARGET_EOD_COORD"


def heard(*said: tuple[str, str, dict[str, float | bool | str]]) -> MountWatch:
    watch = MountWatch()
    for second, (name, state, values) in enumerate(said):
        watch.apply(name, state, values, 100.0 + second)
    return watch


def test_position_and_time_are_kept() -> None:
    report = heard((POSITION, "Ok", {"RA": 5.5, "DEC": 20.0})).report
    assert report.position == Equatorial(5.5, 20.0)
    assert report.position_time_s == 100.0
    assert not report.slewing


@pytest.mark.parametrize(
    "values", [{"RA": 0.0, "DEC": 0.0}, {"RA": math.nan, "DEC": 1.0}, {"RA": 25.0, "DEC": 1.0}, {}]
)
def test_absurd_positions_are_not_believed(values: dict[str, float | bool | str]) -> None:
    assert heard((POSITION, "Ok", values)).report.position is None


def test_a_slew_lasts_from_its_announcement_to_its_end() -> None:
    watch = heard((POSITION, "Ok", {"RA": 1.0, "DEC": 2.0}), (TARGET, "Idle", {"RA": 7.0, "DEC": 20.0}))
    assert watch.report.target == Equatorial(7.0, 20.0)
    watch.apply(POSITION, "Busy", {"RA": 3.0, "DEC": 5.0}, 103.0)
    assert watch.report.slewing
    assert watch.report.target == Equatorial(7.0, 20.0)
    watch.apply(POSITION, "Ok", {"RA": 7.0, "DEC": 20.0}, 110.0)
    assert not watch.report.slewing
    watch.expire(110.5)
    assert watch.report.target is not None, "the mount has not told its new side yet"
    watch.expire(110.1 + SIDE_LAGS_S)
    assert watch.report.target is None


def test_the_side_told_after_a_slew_ends_it_at_once() -> None:
    watch = heard((POSITION, "Ok", {"RA": 1.0, "DEC": 2.0}), (TARGET, "Idle", {"RA": 7.0, "DEC": 20.0}))
    watch.apply(POSITION, "Busy", {"RA": 3.0, "DEC": 5.0}, 103.0)
    watch.apply("TELESCOPE_PIER_SIDE", "Ok", {"PIER_WEST": True, "PIER_EAST": False}, 104.0)
    assert watch.report.target is not None, "in the middle of a slew the side may be told at any time"
    watch.apply(POSITION, "Ok", {"RA": 7.0, "DEC": 20.0}, 110.0)
    watch.apply("TELESCOPE_PIER_SIDE", "Ok", {"PIER_WEST": False, "PIER_EAST": True}, 110.3)
    assert watch.report.target is None
    assert watch.report.side is PierSide.EAST


@pytest.mark.parametrize(("state", "ra"), [("Idle", 5.0), ("Alert", 7.0)])
def test_a_slew_cut_short_or_refused_drops_its_target(state: str, ra: float) -> None:
    watch = heard((POSITION, "Ok", {"RA": 1.0, "DEC": 2.0}), (TARGET, "Idle", {"RA": 7.0, "DEC": 20.0}))
    watch.apply(POSITION, "Busy", {"RA": 3.0, "DEC": 5.0}, 103.0)
    watch.apply(POSITION, state, {"RA": ra, "DEC": 12.0}, 104.0)
    assert watch.report.target is None


def test_a_target_defined_again_during_an_unannounced_slew_is_not_its_target() -> None:
    watch = heard((POSITION, "Ok", {"RA": 1.0, "DEC": 2.0}), (POSITION, "Busy", {"RA": 1.5, "DEC": 2.0}))
    watch.apply(TARGET, "Idle", {"RA": 7.0, "DEC": 20.0}, 103.0, defined=True)
    assert watch.report.target is None


def test_a_defined_target_is_history_not_an_announcement() -> None:
    watch = MountWatch()
    watch.apply(TARGET, "Idle", {"RA": 7.0, "DEC": 20.0}, 100.0, defined=True)
    assert watch.report.target is None
    watch.apply(POSITION, "Busy", {"RA": 3.0, "DEC": 5.0}, 101.0)
    watch.apply(TARGET, "Idle", {"RA": 7.0, "DEC": 20.0}, 102.0, defined=True)
    assert watch.report.target == Equatorial(7.0, 20.0), "while it slews, the target is that of the slew"


def test_target_zero_zero_is_ignored() -> None:
    assert heard((TARGET, "Idle", {"RA": 0.0, "DEC": 0.0})).report.target is None


def test_an_announcement_that_no_slew_follows_is_dropped() -> None:
    watch = heard((TARGET, "Idle", {"RA": 7.0, "DEC": 20.0}))
    watch.expire(100.0 + ANNOUNCEMENT_LASTS_S)
    assert watch.report.target is not None
    watch.expire(100.1 + ANNOUNCEMENT_LASTS_S)
    assert watch.report.target is None


def test_longitudes_east_of_180_become_western_ones_and_zero_zero_is_no_site() -> None:
    assert heard(("GEOGRAPHIC_COORD", "Ok", {"LAT": 44.0, "LONG": 355.0})).report.site == Site(44.0, -5.0)
    assert heard(("GEOGRAPHIC_COORD", "Idle", {"LAT": 0.0, "LONG": 0.0})).report.site is None


@pytest.mark.parametrize(
    ("state", "west", "east", "side"),
    [
        ("Ok", True, False, PierSide.WEST),
        ("Idle", False, True, PierSide.EAST),
        ("Ok", False, False, None),
        ("Ok", True, True, None),
        ("Alert", True, False, None),
    ],
)
def test_pier_side(state: str, west: bool, east: bool, side: PierSide | None) -> None:
    assert heard(("TELESCOPE_PIER_SIDE", state, {"PIER_WEST": west, "PIER_EAST": east})).report.side is side


def test_a_site_in_alert_is_not_believed() -> None:
    assert heard(("GEOGRAPHIC_COORD", "Alert", {"LAT": 90.0, "LONG": 3.0})).report.site is None


def test_parking_is_not_parked_and_an_aborted_park_is_neither() -> None:
    report = heard(("TELESCOPE_PARK", "Busy", {"PARK": True, "UNPARK": False})).report
    assert (report.parked, report.parking) == (None, True)
    report = heard(("TELESCOPE_PARK", "Ok", {"PARK": True, "UNPARK": False})).report
    assert (report.parked, report.parking) == (True, False)
    report = heard(("TELESCOPE_PARK", "Alert", {"PARK": True, "UNPARK": False})).report
    assert (report.parked, report.parking) == (None, False)


def test_a_redundant_unpark_is_an_unpark() -> None:
    assert heard(("TELESCOPE_PARK", "Idle", {"PARK": False, "UNPARK": True})).report.parked is False
    assert heard(("TELESCOPE_PARK", "Idle", {"PARK": False, "UNPARK": False})).report.parked is None


def test_a_withdrawn_mount_is_forgotten() -> None:
    watch = heard((POSITION, "Ok", {"RA": 5.5, "DEC": 20.0}), ("TELESCOPE_TRACK_STATE", "Busy", {"TRACK_ON": True}))
    watch.forget("TELESCOPE_TRACK_STATE")
    assert watch.report.tracking is None
    watch.forget()
    assert watch.report.position is None


def test_a_target_repeated_with_every_report_announces_nothing_but_its_first_time() -> None:
    watch = MountWatch()
    watch.apply("TELESCOPE_PIER_SIDE", "Ok", {"PIER_WEST": True, "PIER_EAST": False}, 0.0)
    for second in range(30):
        watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, float(second))
        watch.apply("TARGET_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, float(second))
        watch.expire(second + 0.5)
        assert (watch.report.target is not None) == (second < 5)
    # The slew to it, when it does come, is known from its beginning.
    watch.apply("TARGET_EOD_COORD", "Busy", {"RA": 5.0, "DEC": 20.0}, 30.0)
    watch.apply("EQUATORIAL_EOD_COORD", "Busy", {"RA": 5.0, "DEC": 20.0}, 30.2)
    assert watch.report.target is not None
    # Another target counts at once.
    watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, 40.0)
    watch.expire(50.0)
    watch.apply("TARGET_EOD_COORD", "Ok", {"RA": 9.0, "DEC": 20.0}, 51.0)
    assert watch.report.target is not None


def test_a_nudge_is_no_arrival_and_its_target_is_not_believed_against_the_reported_side() -> None:
    for far_dec, arrived_s, believed in ((20.02, 1.0, False), (60.0, 14.0, True)):
        watch = MountWatch()
        watch.apply("TELESCOPE_PIER_SIDE", "Ok", {"PIER_WEST": True, "PIER_EAST": False}, 0.0)
        watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, 1.0)
        watch.apply("TARGET_EOD_COORD", "Busy", {"RA": 5.0, "DEC": 20.0}, 10.0)
        watch.apply("EQUATORIAL_EOD_COORD", "Busy", {"RA": 5.0, "DEC": 20.0}, 11.0)
        watch.apply("EQUATORIAL_EOD_COORD", "Busy", {"RA": 5.0, "DEC": far_dec}, 12.0)
        watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, 14.0)
        watch.expire(14.1)
        assert watch.report.arrived_s == arrived_s
        assert (watch.report.target is not None) == believed


def test_tracking_that_ends_just_before_a_slew_is_remembered() -> None:
    watch = MountWatch()
    watch.apply("TELESCOPE_TRACK_STATE", "Busy", {"TRACK_ON": True, "TRACK_OFF": False}, 1.0)
    watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, 2.0)
    watch.apply("TELESCOPE_TRACK_STATE", "Idle", {"TRACK_ON": False, "TRACK_OFF": True}, 9.5)
    assert watch.report.tracks(10.0)
    assert not watch.report.tracks(12.0)
    watch.apply("EQUATORIAL_EOD_COORD", "Busy", {"RA": 5.0, "DEC": 20.0}, 10.0)
    assert watch.report.tracked_before_slew


def test_a_leap_without_a_slew_is_noted_and_a_slew_is_none() -> None:
    watch = MountWatch()
    watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, 1.0)
    watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.01, "DEC": 20.0}, 2.0)
    assert watch.report.jump_deg == 0.0
    watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 9.0, "DEC": 20.0}, 3.0)
    assert watch.report.jump_deg > 50.0
    assert watch.report.jump_time_s == 3.0
    watch.apply("EQUATORIAL_EOD_COORD", "Busy", {"RA": 7.0, "DEC": 20.0}, 20.0)
    watch.apply("EQUATORIAL_EOD_COORD", "Ok", {"RA": 5.0, "DEC": 20.0}, 30.0)
    assert watch.report.jump_deg == 0.0

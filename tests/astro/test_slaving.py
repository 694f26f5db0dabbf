"""The slaving decision: every reason to go or to stay, with time passed in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astro.angles import difference_deg
from astro.dome_model import DomeModel
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.mount_report import Equatorial, MountReport, Site
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import apparent_sidereal_time_deg
from astro.slaving import Decision, DomeReport, Rule, SidePolicy, SlavingSettings, Verdict, decide

NOW = 1_790_000_000.0
SITE = Site(44.15, 5.23)
MODEL = Geometry(radius_m=1.2, east_m=0.005, north_m=0.07, up_m=-0.138, tube_offset_m=0.41, latitude_deg=44.15)
SETTINGS = SlavingSettings(rule=Rule.THRESHOLD, threshold_deg=0.5)


def at_hour_angle(hours: float, dec_deg: float, moment: float = NOW) -> Equatorial:
    """Give the coordinates of date that stand at this hour angle over SITE."""
    lst_h = (apparent_sidereal_time_deg(moment) + SITE.longitude_deg) / 15.0
    return Equatorial((lst_h - hours) % 24.0, dec_deg)


def tracking(hours: float = -3.0, dec_deg: float = 20.0, **changes: object) -> MountReport:
    report = MountReport(at_hour_angle(hours, dec_deg), NOW - 1.0, tracking=True, parked=False, side=PierSide.WEST)
    return replace(report, **changes)  # type: ignore[arg-type]


def decision(mount: MountReport, dome: DomeReport | None = None, **changes: object) -> Decision:
    given_: dict[str, object] = {"model": MODEL, "settings": SETTINGS, "now_s": NOW, **changes}
    return decide(mount, dome or DomeReport(0.0), default_site=SITE, **given_)  # type: ignore[arg-type]


def test_a_tracking_mount_sends_the_dome_to_the_slit_azimuth() -> None:
    found = decision(tracking())
    assert found.verdict is Verdict.GO
    assert found.pointing is not None
    assert found.pointing.altitude_deg == pytest.approx(45.643, abs=0.001)
    assert found.target_deg == pytest.approx(MODEL.dome_azimuth(found.pointing, PierSide.WEST))
    assert (found.side, found.side_source) == (PierSide.WEST, "mount")
    assert found.data_age_s == pytest.approx(1.0)


def test_inside_the_dead_band_the_dome_stays_and_says_how_far_off_it_is() -> None:
    target = decision(tracking()).target_deg
    assert target is not None
    found = decision(tracking(), DomeReport(target - 0.4))
    assert found.verdict is Verdict.STAY_ON_TARGET
    assert found.error_deg == pytest.approx(0.4)
    assert decision(tracking(), DomeReport(target - 0.6)).verdict is Verdict.GO


def test_the_error_wraps_over_north() -> None:
    class North(DomeModel):
        name = "north"

        def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
            return 359.7

        def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
            return 1.0

    settings = SlavingSettings(rule=Rule.THRESHOLD, threshold_deg=5.0)
    found = decision(tracking(), DomeReport(2.0), model=North(), settings=settings)
    assert found.verdict is Verdict.STAY_ON_TARGET
    assert found.error_deg == pytest.approx(-2.3)


@pytest.mark.parametrize(
    ("mount", "verdict"),
    [
        (MountReport(), Verdict.STAY_NO_MOUNT),
        (tracking(position_time_s=NOW - 31.0), Verdict.STAY_STALE),
        (tracking(faulted=True), Verdict.STAY_MOUNT_FAULT),
        (tracking(parked=True), Verdict.STAY_MOUNT_PARKED),
        (tracking(parked=None, parking=True), Verdict.STAY_MOUNT_PARKED),
        (tracking(position_time_s=NOW + 3600.0), Verdict.STAY_STALE),
        (tracking(slewing=True), Verdict.STAY_TARGET_UNKNOWN),
        (tracking(hours=11.0, dec_deg=-20.0), Verdict.STAY_BELOW_HORIZON),
    ],
)
def test_a_mount_that_gives_no_good_reason_moves_nothing(mount: MountReport, verdict: Verdict) -> None:
    found = decision(mount)
    assert found.verdict is verdict
    assert found.reason


@pytest.mark.parametrize(
    ("dome", "verdict"),
    [
        (DomeReport(0.0, parked=True), Verdict.STAY_DOME_PARKED),
        (DomeReport(0.0, position_known=False), Verdict.STAY_DOME_LOST),
        (DomeReport(0.0, moving=True, occupied="the dome is parking"), Verdict.STAY_DOME_BUSY),
    ],
)
def test_a_dome_that_may_not_move_stays_but_knows_its_target(dome: DomeReport, verdict: Verdict) -> None:
    found = decision(tracking(), dome)
    assert found.verdict is verdict
    assert found.target_deg is not None
    assert found.reason


def test_without_a_model_the_dome_stays() -> None:
    assert decision(tracking(), model=None).verdict is Verdict.STAY_NO_MODEL


def test_a_model_without_an_answer_keeps_the_dome_and_passes_its_words_on() -> None:
    class Broken(DomeModel):
        name = "broken"

        def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
            raise ModelError("the line of sight misses the dome")

        def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
            raise ModelError("the line of sight misses the dome")

    found = decision(tracking(), model=Broken())
    assert (found.verdict, found.reason) == (Verdict.STAY_MODEL_FAILS, "the line of sight misses the dome")


def test_a_slew_is_followed_to_its_target_from_the_announcement_on() -> None:
    mount = tracking(hours=-3.0, side=PierSide.WEST, target=at_hour_angle(2.0, 30.0))
    found = decision(mount)
    assert found.verdict is Verdict.GO
    assert found.side is PierSide.EAST, "the tube will be on the other side when it arrives"
    assert found.side_source == "hour angle of the slew's target"
    assert decision(replace(mount, slewing=True)).target_deg == pytest.approx(found.target_deg)


def test_a_moving_dome_is_retargeted_only_when_the_target_moved_beyond_the_dead_band() -> None:
    target = decision(tracking()).target_deg
    assert target is not None
    on_the_way = DomeReport(target - 50.0, moving=True, target_deg=target + 0.3)
    assert decision(tracking(), on_the_way).verdict is Verdict.STAY_ON_THE_WAY
    elsewhere = DomeReport(target - 50.0, moving=True, target_deg=target + 20.0)
    assert decision(tracking(), elsewhere).verdict is Verdict.GO


def test_a_mount_that_stands_still_keeps_its_azimuth_while_the_sky_turns() -> None:
    parked_sky = tracking(tracking=False, position_time_s=NOW - 20.0)
    first, later = decision(parked_sky), decision(parked_sky, now_s=NOW + 5.0)
    assert first.target_deg == later.target_deg
    moving_sky = replace(parked_sky, tracking=True)
    assert decision(moving_sky).target_deg != decision(moving_sky, now_s=NOW + 5.0).target_deg


@pytest.mark.parametrize(
    ("policy", "reported", "expected"),
    [
        (SidePolicy.MOUNT, PierSide.EAST, PierSide.EAST),
        (SidePolicy.MOUNT, None, PierSide.WEST),
        (SidePolicy.HOUR_ANGLE, PierSide.EAST, PierSide.WEST),
        (SidePolicy.EAST, PierSide.WEST, PierSide.EAST),
        (SidePolicy.WEST, PierSide.EAST, PierSide.WEST),
        (SidePolicy.IGNORE, PierSide.EAST, PierSide.NONE),
    ],
)
def test_the_side_policy_decides_who_is_believed(
    policy: SidePolicy, reported: PierSide | None, expected: PierSide
) -> None:
    found = decision(tracking(hours=-3.0, side=reported), settings=SlavingSettings(side_policy=policy))
    assert found.side is expected
    assert found.side_source


def test_the_mounts_own_site_counts_before_the_configured_one() -> None:
    mount = replace(tracking(), site=Site(44.15, 15.23))
    assert decision(mount).pointing != decision(tracking()).pointing


def test_clearance_is_what_the_offset_leaves_of_the_free_play() -> None:
    target = decision(tracking()).target_deg
    assert target is not None
    found = decision(tracking(), DomeReport(target - 5.0))
    assert found.lateral_m is not None
    assert found.clearance_m == pytest.approx(0.175 - found.lateral_m)
    assert 0.03 < found.lateral_m < 0.11


@given(st.floats(-11.9, 11.9), st.floats(-89, 89), st.floats(0, 359.99), st.sampled_from(PierSide))
def test_any_pointing_gives_a_reason_and_never_a_target_out_of_range(
    hours: float, dec_deg: float, dome_azimuth: float, side: PierSide
) -> None:
    found = decision(tracking(hours, dec_deg, side=side), DomeReport(dome_azimuth))
    assert found.reason
    if found.target_deg is not None:
        assert 0.0 <= found.target_deg < 360.0
        assert found.error_deg == pytest.approx(difference_deg(found.target_deg, dome_azimuth))

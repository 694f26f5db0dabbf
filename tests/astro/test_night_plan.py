"""The plan of a night: moves, the cost of the flip, what is clear."""

from datetime import UTC, date, datetime

import pytest

from astro.angles import difference_deg
from astro.dark import noon_s, observing_span
from astro.geometry import Geometry
from astro.mount_report import Equatorial, Site
from astro.night_plan import plan_night
from astro.pier import PierSide
from astro.sidereal import SIDEREAL_DEG_S, hour_angle_deg
from astro.slaving import SidePolicy, SlavingSettings

SITE = Site(44.15, 5.23)
MODEL = Geometry(1.2, 0.005, 0.07, -0.138, 0.41, 44.15, -0.88, -6.41, 70.0, 72.5)
EVENING = 1_790_000_000.0


def transit_s(place: Equatorial) -> float:
    return EVENING - hour_angle_deg(place.ra_h, SITE.longitude_deg, EVENING) / SIDEREAL_DEG_S


@pytest.mark.parametrize(
    ("dec_deg", "late_s", "mount_s"), [(-5.4, 0.0, 0.0), (28.0, 0.0, 60.0), (58.6, 600.0, 0.0), (41.3, 1200.0, 60.0)]
)
def test_two_hours_about_a_flip_cost_no_more_than_the_bound(dec_deg: float, late_s: float, mount_s: float) -> None:
    place = Equatorial(12.0, dec_deg)
    middle = transit_s(place)
    told: list[float] = []
    night = plan_night(
        place, SITE, MODEL, SlavingSettings(), middle - 3600, middle + 3600, late_s, mount_s, progress=told.append
    )
    (flip,) = night.flips
    assert flip.start_s == pytest.approx(middle + late_s, abs=4.0)
    assert flip.bound_s <= flip.blocked_s + 2.0
    assert night.blocked_s == flip.blocked_s <= flip.bound_s + 5.0
    assert len(night.moves) <= 20
    assert night.travel_deg == pytest.approx(
        sum(abs(difference_deg(m.to_deg, m.from_deg)) for m in night.moves), abs=1.0
    )
    assert [s.side for s in (night.samples[0], night.samples[-1])] == [PierSide.WEST, PierSide.EAST]
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert night.clear_share == pytest.approx(1.0 - night.blocked_s / 7200.0)


def test_a_night_without_a_flip_is_clear_all_along() -> None:
    place = Equatorial(12.0, 20.0)
    start = transit_s(place) + 3600.0
    night = plan_night(place, SITE, MODEL, SlavingSettings(), start, start + 3600.0)
    assert night.flips == ()
    assert night.blocked_s == 0.0
    assert min(sample.clearance_m for sample in night.samples) > 0.12


def test_the_dark_of_a_night_is_when_the_sun_is_low_and_the_object_high() -> None:
    # Greenwich, 21 December 2026: nautical darkness from about 17:16 to 6:42 UTC (sunset 15:53, sunrise 8:04).
    start = noon_s(date(2026, 12, 21), Site(51.48, 0.0))
    span = observing_span(Equatorial(2.5, 89.3), Site(51.48, 0.0), start)
    assert span is not None
    evening, morning = (datetime.fromtimestamp(each, UTC) for each in (span.start_s, span.end_s))
    assert evening.hour * 60 + evening.minute == pytest.approx(17 * 60 + 14, abs=6)
    assert morning.hour * 60 + morning.minute == pytest.approx(6 * 60 + 42, abs=6)
    assert observing_span(Equatorial(5.0, -60.0), Site(51.48, 0.0), start) is None
    # In the far north there is no night in June.
    assert observing_span(Equatorial(2.5, 89.3), Site(68.0, 20.0), noon_s(date(2026, 6, 21), Site(68.0, 20.0))) is None


def test_a_mount_whose_driver_mixes_the_sides_up_has_the_same_night() -> None:
    place = Equatorial(12.0, 28.0)
    middle = transit_s(place)
    nights = [
        plan_night(place, SITE, MODEL, SlavingSettings(side_policy=policy), middle - 900, middle + 900)
        for policy in (SidePolicy.MOUNT, SidePolicy.MOUNT_INVERTED)
    ]
    assert nights[0] == nights[1]


def test_a_flip_later_than_any_is_waited_for_is_told_with_what_it_costs() -> None:
    place = Equatorial(12.0, 28.0)
    middle = transit_s(place)
    (flip,) = plan_night(place, SITE, MODEL, SlavingSettings(), middle, middle + 9000, 7200.0, 0.0).flips
    assert abs(flip.turn_deg) > 40.0
    assert flip.bound_s > 20.0

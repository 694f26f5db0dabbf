"""A flip in real time: the C++ telescope simulator tracks over the meridian, our dome waits for it and follows.

What the dome does is held against the plan of the same minutes. The dome turns ten times as fast as a real one.
"""

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace

import pytest
from cpp_mount import SITE, TELESCOPE, of_mount, slew, wake_mount
from observatory import MOUNT, Observatory
from wire_client import WireClient

from astro.angles import difference_deg
from astro.geometry import Geometry
from astro.load_abaque import load
from astro.model_file import LoadedAbaque
from astro.mount_report import Equatorial
from astro.night_plan import plan_night
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import horizontal, hour_angle_deg
from astro.window import lateral_m
from client.slaving_settings import slaving_settings
from indi_dome_driver.backends import mechanics_of
from indi_dome_driver.config import data_file
from indi_dome_driver.config.tree import Config

pytestmark = pytest.mark.system
DEC_DEG = 28.0
SPEED = 10.0
BEFORE_S, AFTER_S = 36.0, 3.0
CLEARANCE_WITHIN_M = 0.012
"""Between the log and the plan while the dome rests: the step of the waiting place is 6 mm here."""
BLOCKED_WITHIN_S = 2.0
"""Between the log and the plan, which knows neither the ramps nor the way of a command through the server."""


class FreeBeam:
    """What was free beside the beam, from nothing but the dome's azimuth reports and the time of the flip."""

    def __init__(self, client: WireClient, geometry: Geometry, place: Equatorial, flipped_s: float) -> None:
        offset_s = time.time() - time.monotonic()
        self._reports = [(each.at_s + offset_s, each.number()) for each in client.of("ABS_DOME_POSITION")]
        self._times = [each[0] for each in self._reports]
        self._geometry, self._place, self._flipped_s = geometry, place, flipped_s

    def at(self, unix_s: float) -> float:
        """Give it at a moment, metres; below 0 the beam was cut."""
        _, azimuth_deg = self._reports[bisect_right(self._times, unix_s) - 1]
        side = PierSide.EAST if unix_s >= self._flipped_s else PierSide.WEST
        hour_angle = hour_angle_deg(self._place.ra_h, SITE.longitude_deg, unix_s)
        pointing = Pointing(*horizontal(hour_angle, self._place.dec_deg, SITE.latitude_deg), hour_angle)
        error = difference_deg(azimuth_deg, self._geometry.dome_azimuth(pointing, side))
        return 0.175 - lateral_m(self._geometry.slit_radius_m(pointing, side), error)


def test_the_log_of_a_flip_is_that_of_the_plan(observatory: Callable[..., Observatory]) -> None:
    config = {"simulator": {"speed_factor": SPEED}, "motion": {"polling_period_ms": 100}}
    client = observatory(TELESCOPE, config=config).client
    geometry = LoadedAbaque.from_json(load(str(data_file("Loi_coupole.xlsx")), SITE.latitude_deg, 1.2)).geometry
    client.wait_message("Table Loi_coupole.xlsx")
    wake_mount(client)
    client.switch("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
    slew(client, -BEFORE_S / 3600.0, DEC_DEG)
    client.wait(lambda e: e.name == "SLAVING_REASON" and e.values["REASON"].startswith("leaning towards"))
    position = [e for e in client.events if of_mount(e, "EQUATORIAL_EOD_COORD")][-1].values
    place = Equatorial(float(position["RA"]), float(position["DEC"]))
    transit_s = time.time() - hour_angle_deg(place.ra_h, SITE.longitude_deg, time.time()) * 239.345
    assert 1.0 < transit_s - time.time() < 60.0
    flip = [e for e in client.of("SLAVING_FLIP") if e.state == "Ok"][-1].values
    leaned_s = time.time()
    client.settle(transit_s + AFTER_S - time.time())
    sent = client.number("EQUATORIAL_EOD_COORD", device=MOUNT, RA=place.ra_h, DEC=place.dec_deg)  # as Ekos flips
    flipped_s = time.time()
    client.wait_set("DOME_MOTION", "Busy", sent)
    client.wait(lambda e: of_mount(e, "TELESCOPE_PIER_SIDE") and e.on == ["PIER_EAST"], sent, what="the other side")
    client.wait(lambda e: e.name == "SLAVING_STATUS" and e.state == "Ok", sent + 3.0, what="the dome on target")
    client.settle(1.0)
    ended_s = time.time()

    beam = FreeBeam(client, geometry, place, flipped_s)
    rate = mechanics_of(Config()).max_rate_deg_s * SPEED
    tuned = replace(slaving_settings(Config()), dome_rate_deg_s=rate)
    night = plan_night(
        place, SITE, geometry, tuned, leaned_s - 5.0, ended_s, flipped_s - transit_s, 0.0, sample_s=0.5, step_s=0.1
    )
    moments = range(round((ended_s - leaned_s) / 0.05))
    measured_s = 0.05 * sum(beam.at(leaned_s + 0.05 * each) < 0.0 for each in moments)
    bound_s = night.flips[0].bound_s
    print(f"blocked: measured {measured_s:.2f} s, planned {night.blocked_s:.2f} s, bound {bound_s:.2f} s")
    waiting = [s for s in night.samples if leaned_s + 1.0 < s.unix_s < flipped_s - 0.5]
    worst_m = max(abs(sample.clearance_m - beam.at(sample.unix_s)) for sample in waiting)
    print(f"while waiting: {len(waiting)} moments, worst difference {1000.0 * worst_m:.1f} mm")
    assert len(waiting) >= 6
    assert worst_m <= CLEARANCE_WITHIN_M
    assert min(beam.at(sample.unix_s) for sample in waiting) > 0.0, "no frame is cut while the flip is waited for"
    assert abs(measured_s - night.blocked_s) <= BLOCKED_WITHIN_S
    assert float(flip["FLIP_LOSS"]) == pytest.approx(bound_s * SPEED, rel=0.03), "told in advance"

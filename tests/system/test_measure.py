"""A table measured through the INDI panel: real server, real driver, real telescope simulator, a person's noise."""

import math
import random
import time
from collections.abc import Callable

import pytest
from calibration_truth import TRUTH, dome_reading_deg, rms_over_sky_mm
from observatory import MOUNT, Observatory
from wire_client import Event, WireClient

from astro.calibration_design import next_directions
from astro.calibration_fit import fit_calibration
from astro.geometry import hour_angle_deg as geometry_hour_angle_deg
from astro.load_abaque import load
from astro.model_file import LoadedAbaque
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import apparent_sidereal_time_deg, horizontal, hour_angle_deg

pytestmark = pytest.mark.system
TELESCOPE = "indi_simulator_telescope"
LATITUDE_DEG, LONGITUDE_DEG, RADIUS_M = 44.15, 5.23, 1.2
RECORD, FIGURES, SAVE, SAVED = "ABAQUE_RECORD", "ABAQUE_CALIBRATION", "ABAQUE_SAVE", "ABAQUE_SAVED"


def places() -> list[tuple[float, float]]:
    """Give the hour angles and declinations of the twenty directions that are proposed to somebody who begins."""
    nothing = fit_calibration([], LATITUDE_DEG, RADIUS_M)
    found = []
    for each in sorted(next_directions([], nothing, 20), key=lambda each: (each.side.name, each.azimuth_deg)):
        altitude, azimuth, latitude = map(math.radians, (each.altitude_deg, each.azimuth_deg, LATITUDE_DEG))
        sine = math.sin(altitude) * math.sin(latitude) + math.cos(altitude) * math.cos(latitude) * math.cos(azimuth)
        ha_deg = geometry_hour_angle_deg(each.altitude_deg, each.azimuth_deg, LATITUDE_DEG)
        found.append((ha_deg, math.degrees(math.asin(sine))))
    return found


def of_mount(event: Event, name: str) -> bool:
    return event.message.device == MOUNT and event.name == name and event.message.tag.startswith("set")


def wake_mount(client: WireClient) -> None:
    """Connect the telescope simulator at our site; from then on it goes wherever it is told at once, by sync.

    It does not track: a mount that leaps while it tracks is not to be trusted.
    """
    client.wait_definition("CONNECTION", device=MOUNT)
    client.switch("CONNECTION", "CONNECT", device=MOUNT)
    client.wait_definition("TELESCOPE_PIER_SIDE", device=MOUNT)
    client.number("POLLING_PERIOD", device=MOUNT, PERIOD_MS=100)
    client.number("GEOGRAPHIC_COORD", device=MOUNT, LAT=LATITUDE_DEG, LONG=LONGITUDE_DEG, ELEV=200)
    client.switch("TELESCOPE_PARK", "UNPARK", device=MOUNT)
    client.switch("TELESCOPE_TRACK_STATE", "TRACK_OFF", device=MOUNT)
    client.switch("ON_COORD_SET", "SYNC", device=MOUNT)
    client.wait(lambda e: of_mount(e, "EQUATORIAL_EOD_COORD"), what="the mount to say where it is")


def point(client: WireClient, ha_deg: float, dec_deg: float) -> tuple[Pointing, PierSide]:
    """Have the mount stand somewhere else; gives where it says it is."""
    ra_h = ((apparent_sidereal_time_deg(time.time()) + LONGITUDE_DEG - ha_deg) / 15.0) % 24.0
    sent = client.number("EQUATORIAL_EOD_COORD", device=MOUNT, RA=ra_h, DEC=dec_deg)

    def there(event: Event) -> bool:
        return (
            of_mount(event, "EQUATORIAL_EOD_COORD")
            and event.state in ("Ok", "Idle")
            and abs(float(event.values["RA"]) - ra_h) < 0.05
            and abs(float(event.values["DEC"]) - dec_deg) < 0.1
        )

    found = client.wait(there, sent, what="the mount to be there").values
    ha = hour_angle_deg(float(found["RA"]), LONGITUDE_DEG, time.time())
    pointing = Pointing(*horizontal(ha, float(found["DEC"]), LATITUDE_DEG))
    side = PierSide.WEST if ha_deg < 0.0 else PierSide.EAST
    element = f"PIER_{side.name}"
    client.wait(lambda e: of_mount(e, "TELESCOPE_PIER_SIDE") and e.on == [element], what=f"the mount's {element}")
    return pointing, side


def test_twenty_noisy_points_through_the_panel_recover_the_dome(observatory: Callable[..., Observatory]) -> None:
    chance = random.Random(12)
    client = observatory(TELESCOPE, config={"simulator": {"speed_factor": 100.0}}).client
    wake_mount(client)
    for place in places():
        pointing, side = point(client, *place)
        sent = client.goto(f"{dome_reading_deg(pointing, side, chance.gauss(0.0, 20.0)):.2f}")
        client.wait_set("ABS_DOME_POSITION", "Ok", sent)
        sent = client.switch(RECORD, "RECORD")
        client.wait_set(RECORD, "Ok", sent)
    figures = client.wait(
        lambda e: e.name == FIGURES and e.state == "Ok" and float(e.values["COUNT"]) == 20, timeout_s=5
    ).values
    assert 10.0 < float(figures["RMS"]) < 30.0
    assert float(figures["PREDICTED"]) < 12.0
    sent = client.switch(SAVE, "SAVE_AND_USE")
    saved = client.wait_set(SAVED, "Ok", sent).values["FILE"]
    client.wait_set(SAVE, "Ok", sent)
    client.wait(lambda e: e.name == "ABAQUE_FILE" and e.state == "Ok" and e.values["FILE"] == saved, sent)
    found = LoadedAbaque.from_json(load(saved, LATITUDE_DEG, RADIUS_M)).geometry
    print(f"{rms_over_sky_mm(found, TRUTH):.1f} mm RMS")
    assert rms_over_sky_mm(found, TRUTH) <= 15.0

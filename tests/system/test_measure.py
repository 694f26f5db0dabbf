"""A table measured through the INDI panel: real server, real driver, real telescope simulator, a person's noise."""

import random
import time
from collections.abc import Callable

import pytest
from calibration_truth import TRUTH, dome_reading_deg, rms_over_sky_mm
from observatory import MOUNT, Observatory
from wire_client import Event, WireClient

from astro.load_abaque import load
from astro.model_file import LoadedAbaque
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import apparent_sidereal_time_deg, horizontal, hour_angle_deg

pytestmark = pytest.mark.system
TELESCOPE = "indi_simulator_telescope"
LATITUDE_DEG, LONGITUDE_DEG = 44.15, 5.23
RECORD, FIGURES, SAVE, SAVED = "ABAQUE_RECORD", "ABAQUE_CALIBRATION", "ABAQUE_SAVE", "ABAQUE_SAVED"
PLACES = (
    [(h, d) for d in (-5, 20, 35, 65) for h in (-70, -40, -20)]
    + [(h, d) for d in (65, 20) for h in (20, 40, 70)]
    + [(30, -5), (60, -5)]
)


def of_mount(event: Event, name: str) -> bool:
    return event.message.device == MOUNT and event.name == name and event.message.tag.startswith("set")


def wake_mount(client: WireClient) -> None:
    """Connect the telescope simulator at our site; from then on it goes wherever it is told at once, by sync."""
    client.wait_definition("CONNECTION", device=MOUNT)
    client.switch("CONNECTION", "CONNECT", device=MOUNT)
    client.wait_definition("TELESCOPE_PIER_SIDE", device=MOUNT)
    client.number("POLLING_PERIOD", device=MOUNT, PERIOD_MS=100)
    client.number("GEOGRAPHIC_COORD", device=MOUNT, LAT=LATITUDE_DEG, LONG=LONGITUDE_DEG, ELEV=200)
    client.switch("TELESCOPE_PARK", "UNPARK", device=MOUNT)
    client.switch("TELESCOPE_TRACK_STATE", "TRACK_ON", device=MOUNT)
    client.switch("ON_COORD_SET", "SYNC", device=MOUNT)
    client.wait(lambda e: of_mount(e, "EQUATORIAL_EOD_COORD") and e.state == "Ok", what="the mount to track")


def point(client: WireClient, ha_deg: float, dec_deg: float) -> tuple[Pointing, PierSide]:
    """Have the mount stand somewhere else; gives where it says it is."""
    ra_h = ((apparent_sidereal_time_deg(time.time()) + LONGITUDE_DEG - ha_deg) / 15.0) % 24.0
    sent = client.number("EQUATORIAL_EOD_COORD", device=MOUNT, RA=ra_h, DEC=dec_deg)

    def there(event: Event) -> bool:
        return (
            of_mount(event, "EQUATORIAL_EOD_COORD")
            and event.state == "Ok"
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
    t0 = time.monotonic()
    for place in PLACES:
        pointing, side = point(client, *place)
        sent = client.goto(f"{dome_reading_deg(pointing, side, chance.gauss(0.0, 20.0)):.2f}")
        client.wait_set("ABS_DOME_POSITION", "Ok", sent)
        sent = client.switch(RECORD, "RECORD")
        client.wait_set(RECORD, "Ok", sent)
        print(place, side, round(time.monotonic() - t0, 2))
    figures = client.wait(
        lambda e: e.name == FIGURES and e.state == "Ok" and float(e.values["COUNT"]) == 20, timeout_s=5
    ).values
    print(figures)
    sent = client.switch(SAVE, "SAVE_AND_USE")
    saved = client.wait_set(SAVED, "Ok", sent).values["FILE"]
    client.wait_set(SAVE, "Ok", sent)
    client.wait(lambda e: e.name == "ABAQUE_FILE" and e.state == "Ok" and e.values["FILE"] == saved, sent)
    found = LoadedAbaque.from_json(load(saved, LATITUDE_DEG, 1.2)).geometry
    print(rms_over_sky_mm(found, TRUTH))
    assert rms_over_sky_mm(found, TRUTH) <= 15.0

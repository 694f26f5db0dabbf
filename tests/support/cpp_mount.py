"""The C++ telescope simulator as a mount at our site: woken, slewed, heard."""

import time

from observatory import MOUNT
from wire_client import Event, WireClient

from astro.mount_report import Site
from astro.sidereal import apparent_sidereal_time_deg

TELESCOPE = "indi_simulator_telescope"
SITE = Site(44.15, 5.23)


def wake_mount(client: WireClient) -> None:
    """Connect the telescope simulator at our site, unparked and tracking."""
    client.wait_definition("CONNECTION", device=MOUNT)
    client.switch("CONNECTION", "CONNECT", device=MOUNT)
    client.wait_definition("TELESCOPE_PIER_SIDE", device=MOUNT)
    client.number("GEOGRAPHIC_COORD", device=MOUNT, LAT=SITE.latitude_deg, LONG=SITE.longitude_deg, ELEV=200)
    client.switch("TELESCOPE_PARK", "UNPARK", device=MOUNT)
    client.switch("TELESCOPE_TRACK_STATE", "TRACK_ON", device=MOUNT)
    client.wait(lambda e: of_mount(e, "EQUATORIAL_EOD_COORD") and e.state == "Ok", what="the mount to track")


def of_mount(event: Event, name: str) -> bool:
    return event.message.device == MOUNT and event.name == name and event.message.tag.startswith("set")


def slew(client: WireClient, hour_angle_h: float, dec_deg: float) -> tuple[float, Event]:
    """Slew; returns when it was sent and the mount's report of its arrival."""
    lst_h = (apparent_sidereal_time_deg(time.time()) + SITE.longitude_deg) / 15.0
    sent = client.number("EQUATORIAL_EOD_COORD", device=MOUNT, RA=(lst_h - hour_angle_h) % 24.0, DEC=dec_deg)
    client.wait(lambda e: of_mount(e, "EQUATORIAL_EOD_COORD") and e.state == "Busy", sent, what="the slew")
    arrived = client.wait(
        lambda e: of_mount(e, "EQUATORIAL_EOD_COORD") and e.state == "Ok", sent, timeout_s=60, what="the arrival"
    )
    return sent, arrived

"""Which objects the demonstration visits: pure, time passed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from astro.bright_objects import SkyObject
from astro.frames import apparent_place
from astro.mount_report import Equatorial, Site
from astro.pier import PierSide, side_from_hour_angle
from astro.sidereal import horizontal, hour_angle_deg

LOWEST_DEG, HIGHEST_DEG = 25.0, 80.0
QUADRANTS = ("north-east", "south-east", "south-west", "north-west")


@dataclass(frozen=True, slots=True)
class Visit:
    """One object of the programme, where it stands now."""

    name: str
    place: Equatorial
    altitude_deg: float
    azimuth_deg: float
    side: PierSide
    quadrant: str


def choose(objects: Sequence[SkyObject], site: Site, now_s: float, count: int = 3) -> list[Visit]:
    """Choose objects in different quadrants of the sky, on both sides of the meridian.

    Args:
        objects: candidates.
        site: place of the observer.
        now_s: Unix seconds.
        count: how many, at most four.

    Returns:
        Visits; the second one is on the other side of the pier than the first. Fewer where the sky has not more.
    """
    best: dict[str, Visit] = {}
    for candidate in objects:
        visit = _visit(candidate, site, now_s)
        middle = abs(visit.altitude_deg - 50.0)
        present = best.get(visit.quadrant)
        if LOWEST_DEG <= visit.altitude_deg <= HIGHEST_DEG and (
            present is None or middle < abs(present.altitude_deg - 50.0)
        ):
            best[visit.quadrant] = visit
    order = ("south-east", "south-west", "north-west", "north-east")
    return [best[quadrant] for quadrant in order if quadrant in best][:count]


def _visit(candidate: SkyObject, site: Site, now_s: float) -> Visit:
    place = apparent_place(candidate.ra_deg, candidate.dec_deg, site, now_s)
    hour_angle = hour_angle_deg(place.ra_h, site.longitude_deg, now_s)
    altitude, azimuth = horizontal(hour_angle, place.dec_deg, site.latitude_deg)
    side = side_from_hour_angle(hour_angle)
    return Visit(candidate.name, place, altitude, azimuth, side, QUADRANTS[int(azimuth // 90.0) % 4])

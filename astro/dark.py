"""When it is dark and an object is high enough: the part of a night in which a plan makes sense."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from astro.frames import offline
from astro.mount_report import Equatorial, Site
from astro.sidereal import horizontal, hour_angle_deg

DAY_S = 86400.0
STEP_S = 60.0
SUN_STEP_S = 3600.0


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, Unix seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Give its length, seconds."""
        return self.end_s - self.start_s


def noon_s(evening: date, site: Site) -> float:
    """Find the mean noon at the site before an evening.

    Args:
        evening: date of the evening, as people there call it.
        site: of the observatory.

    Returns:
        Unix seconds.
    """
    utc = datetime(evening.year, evening.month, evening.day, 12, tzinfo=UTC)
    return utc.timestamp() - site.longitude_deg / 360.0 * DAY_S


def observing_span(
    place: Equatorial, site: Site, start_s: float, lowest_deg: float = 15.0, sun_below_deg: float = -12.0
) -> Span | None:
    """Find the longest time in a day during which it is dark and an object stands high enough.

    Args:
        place: the object, equator and equinox of date.
        site: of the observatory.
        start_s: noon before the night, Unix seconds.
        lowest_deg: altitude of the object from which observing makes sense, degrees.
        sun_below_deg: altitude of the Sun up to which it counts as dark, degrees.

    Returns:
        The span, to the minute; None when there is none.
    """
    suns = _suns(start_s)
    best: Span | None = None
    begun: float | None = None
    for minute in range(int(DAY_S / STEP_S) + 1):
        now_s = start_s + minute * STEP_S
        good = _altitude_deg(place, site, now_s) > lowest_deg and (
            _altitude_deg(_at(suns, (now_s - start_s) / SUN_STEP_S), site, now_s) < sun_below_deg
        )
        if good and begun is None:
            begun = now_s
        if begun is not None and (not good or minute == int(DAY_S / STEP_S)):
            span = Span(begun, now_s)
            best = span if best is None or span.length_s > best.length_s else best
            begun = None
    return best


def _altitude_deg(place: Equatorial, site: Site, now_s: float) -> float:
    return horizontal(hour_angle_deg(place.ra_h, site.longitude_deg, now_s), place.dec_deg, site.latitude_deg)[0]


def _suns(start_s: float) -> list[Equatorial]:
    """Give the Sun's place of date every hour of a day; between, it is all but straight."""
    from astropy.coordinates import TETE, get_sun
    from astropy.time import Time

    moments = [start_s + hour * SUN_STEP_S for hour in range(int(DAY_S / SUN_STEP_S) + 2)]
    with offline():
        times = Time(moments, format="unix")
        seen = get_sun(times).transform_to(TETE(obstime=times))
    return [Equatorial(float(ra), float(dec)) for ra, dec in zip(seen.ra.hour, seen.dec.deg, strict=True)]


def _at(suns: list[Equatorial], hours: float) -> Equatorial:
    whole = min(int(hours), len(suns) - 2)
    first, second, share = suns[whole], suns[whole + 1], hours - whole
    ra_step = (second.ra_h - first.ra_h + 12.0) % 24.0 - 12.0
    dec_deg = first.dec_deg + share * (second.dec_deg - first.dec_deg)
    return Equatorial((first.ra_h + share * ra_step) % 24.0, dec_deg)

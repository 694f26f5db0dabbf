"""Where the target stands, second by second, while it is dark."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from astro.frames import offline
from astro.mount_report import Site
from astro.sidereal import apparent_sidereal_time_deg

Array = npt.NDArray[np.float64]

DARK_DEG = -12.0
"""Altitude of the sun below which it is dark, degrees."""
LOWEST_DEG = 15.0
"""Altitude of the target above which it is observed, degrees."""
_COARSE_S = 300.0
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Track:
    """A target over one night; every array has one value per step."""

    times_s: Array
    """Unix seconds."""
    ra_h: Array
    """Right ascension of date, hours."""
    dec_deg: Array
    """Declination of date, degrees."""
    hour_angle_deg: Array
    """Degrees, positive to the west, without a jump."""
    altitude_deg: Array
    azimuth_deg: Array
    """From north through east, degrees in [0, 360)."""


def horizontal_arrays(hour_angle_deg: Array, dec_deg: Array, latitude_deg: float) -> tuple[Array, Array]:
    """Turn hour angles and declinations into altitudes and azimuths, without refraction.

    Args:
        hour_angle_deg: degrees, shape (n,).
        dec_deg: degrees, shape (n,).
        latitude_deg: degrees north.

    Returns:
        Altitudes and azimuths from north through east, degrees, shape (n,) each.
    """
    hour, dec, latitude = np.radians(hour_angle_deg), np.radians(dec_deg), np.radians(latitude_deg)
    east = -np.cos(dec) * np.sin(hour)
    north = np.sin(dec) * np.cos(latitude) - np.cos(dec) * np.cos(hour) * np.sin(latitude)
    up = np.sin(dec) * np.sin(latitude) + np.cos(dec) * np.cos(hour) * np.cos(latitude)
    return np.degrees(np.arctan2(up, np.hypot(east, north))), np.degrees(np.arctan2(east, north)) % 360.0


def dark_time(evening: date, site: Site) -> tuple[float, float]:
    """Find when the sun is far enough below the horizon.

    Args:
        evening: the day on which the night begins.
        site: place of the observer.

    Returns:
        Beginning and end of the dark, Unix seconds.

    Raises:
        ValueError: it does not become dark.
    """
    from astropy import units
    from astropy.coordinates import AltAz, EarthLocation, get_sun
    from astropy.time import Time

    noon_s = _local_noon_s(evening, site)
    times_s = noon_s + np.arange(0.0, _DAY_S + 1.0, _COARSE_S)
    with offline():
        place = EarthLocation(lat=site.latitude_deg * units.deg, lon=site.longitude_deg * units.deg)
        moments = Time(times_s, format="unix")
        sun_deg = get_sun(moments).transform_to(AltAz(obstime=moments, location=place)).alt.deg
    dark = np.flatnonzero(sun_deg < DARK_DEG)
    if not len(dark):
        raise ValueError(f"on {evening} the sun does not sink to {DARK_DEG:g}° at latitude {site.latitude_deg:g}°")
    first, last = int(dark[0]), int(dark[-1])
    begin_s = np.interp(-DARK_DEG, -sun_deg[first - 1 : first + 1], times_s[first - 1 : first + 1])
    end_s = np.interp(DARK_DEG, sun_deg[last : last + 2], times_s[last : last + 2])
    return float(begin_s), float(end_s)


def moon_places(times_s: Array, site: Site) -> tuple[Array, Array]:
    """Follow the moon as seen from a place.

    Args:
        times_s: Unix seconds, shape (n,), growing.
        site: place of the observer.

    Returns:
        Right ascensions (hours, growing without a jump) and declinations (degrees) of date, shape (n,) each.
    """
    from astropy import units
    from astropy.coordinates import TETE, EarthLocation, get_body
    from astropy.time import Time

    nodes_s = np.arange(times_s[0], times_s[-1] + 2 * _COARSE_S, _COARSE_S)
    with offline():
        place = EarthLocation(lat=site.latitude_deg * units.deg, lon=site.longitude_deg * units.deg)
        moments = Time(nodes_s, format="unix")
        seen = get_body("moon", moments, place).transform_to(TETE(obstime=moments, location=place))
    ra_h = np.degrees(np.unwrap(seen.ra.rad)) / 15.0
    return np.interp(times_s, nodes_s, ra_h), np.interp(times_s, nodes_s, seen.dec.deg)


def make_track(times_s: Array, ra_h: Array, dec_deg: Array, site: Site) -> Track:
    """Follow coordinates of date over the sky.

    Args:
        times_s: Unix seconds, shape (n,), growing, within a day.
        ra_h: hours, shape (n,).
        dec_deg: degrees, shape (n,).
        site: place of the observer.

    Returns:
        The track.
    """
    start_s, passed_s = float(times_s[0]), times_s - times_s[0]
    first_deg = apparent_sidereal_time_deg(start_s)
    # Within a night sidereal time grows evenly to far better than it matters.
    gained_deg = apparent_sidereal_time_deg(start_s + _DAY_S) - first_deg
    sidereal_deg = first_deg + (360.0 + gained_deg % 360.0) / _DAY_S * passed_s
    turning_deg = sidereal_deg + site.longitude_deg - 15.0 * ra_h
    hour_angle_deg = turning_deg - 360.0 * np.floor((turning_deg[0] + 180.0) / 360.0)
    altitude_deg, azimuth_deg = horizontal_arrays(hour_angle_deg, dec_deg, site.latitude_deg)
    return Track(times_s, ra_h % 24.0, dec_deg, hour_angle_deg, altitude_deg, azimuth_deg)


def observable(track: Track) -> Track:
    """Cut a track to the stretch around its culmination in which the target is high enough.

    Args:
        track: of a whole dark time.

    Returns:
        The stretch.

    Raises:
        ValueError: the target does not pass the meridian high enough while it is dark.
    """
    transit = int(np.searchsorted(track.hour_angle_deg, 0.0))
    if not 0 < transit < len(track.times_s) or track.altitude_deg[transit] < LOWEST_DEG:
        raise ValueError("the target does not pass the meridian while it is dark")
    low = np.flatnonzero(track.altitude_deg < LOWEST_DEG)
    first = int(low[low < transit][-1]) + 1 if (low < transit).any() else 0
    last = int(low[low > transit][0]) if (low > transit).any() else len(track.times_s)
    part = slice(first, last)
    return Track(
        track.times_s[part],
        track.ra_h[part],
        track.dec_deg[part],
        track.hour_angle_deg[part],
        track.altitude_deg[part],
        track.azimuth_deg[part],
    )


def _local_noon_s(day: date, site: Site) -> float:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight.timestamp() + _DAY_S / 2.0 - site.longitude_deg / 360.0 * _DAY_S

"""Sidereal time and the turn from equatorial to horizontal coordinates, for one moment and in plain floats.

The driver needs them once a second inside its control loop. ERFA and astropy would bring numpy into that process; the
series below is within half an arcsecond of them (tests compare), far below what a slit can show.
"""

import math

from astro.angles import normalise_deg

UNIX_EPOCH_JD = 2440587.5
J2000_JD = 2451545.0
SECONDS_PER_DAY = 86400.0
SIDEREAL_DEG_S = 360.0 * 1.00273781191135448 / SECONDS_PER_DAY
"""How fast hour angles grow, degrees per second."""
# TT - UTC since 2017 (37 leap seconds + 32.184 s); an error of minutes here would not show.
TT_MINUS_UTC_S = 69.184


def apparent_sidereal_time_deg(unix_s: float) -> float:
    """Compute Greenwich apparent sidereal time.

    Args:
        unix_s: UTC, seconds since 1970; UT1 is taken equal to UTC (|difference| < 0.9 s, 0.004°).

    Returns:
        Greenwich apparent sidereal time, degrees in [0, 360).

    Source: Earth rotation angle and GMST of IAU 2006 (Capitaine et al. 2003), the four largest nutation terms of
    IAU 1980 for the equation of the equinoxes.
    """
    days = unix_s / SECONDS_PER_DAY + (UNIX_EPOCH_JD - J2000_JD)
    # Whole days drop out of the first term, which keeps all digits of the fraction.
    rotation = 360.0 * (math.fmod(days, 1.0) + 0.7790572732640 + 0.00273781191135448 * days)
    t = (days + TT_MINUS_UTC_S / SECONDS_PER_DAY) / 36525.0
    precession_arcsec = 0.014506 + t * (4612.156534 + t * (1.3915817 + t * (-0.00000044 - t * 0.000029956)))
    node = math.radians(125.04452 - 1934.136261 * t)
    sun = math.radians(280.4665 + 36000.7698 * t)
    moon = math.radians(218.3165 + 481267.8813 * t)
    nutation_arcsec = (
        -17.20 * math.sin(node) - 1.32 * math.sin(2 * sun) - 0.23 * math.sin(2 * moon) + 0.21 * math.sin(2 * node)
    )
    obliquity = math.radians(23.4392911 - 0.0130042 * t)
    return normalise_deg(rotation + (precession_arcsec + nutation_arcsec * math.cos(obliquity)) / 3600.0)


def hour_angle_deg(ra_h: float, longitude_deg: float, unix_s: float) -> float:
    """Compute the local hour angle of an apparent right ascension.

    Args:
        ra_h: right ascension of date, hours.
        longitude_deg: east positive, degrees.
        unix_s: UTC, seconds since 1970.

    Returns:
        Hour angle, degrees in [-180, 180), positive to the west.
    """
    angle = apparent_sidereal_time_deg(unix_s) + longitude_deg - 15.0 * ra_h
    return (angle + 180.0) % 360.0 - 180.0


def horizontal(hour_angle: float, declination_deg: float, latitude_deg: float) -> tuple[float, float]:
    """Turn hour angle and declination into altitude and azimuth, without refraction.

    Args:
        hour_angle: degrees, positive to the west.
        declination_deg: degrees.
        latitude_deg: degrees, north positive.

    Returns:
        (altitude_deg, azimuth_deg), azimuth from north through east in [0, 360).
    """
    h, dec, lat = math.radians(hour_angle), math.radians(declination_deg), math.radians(latitude_deg)
    east = -math.cos(dec) * math.sin(h)
    north = math.sin(dec) * math.cos(lat) - math.cos(dec) * math.cos(h) * math.sin(lat)
    up = math.sin(dec) * math.sin(lat) + math.cos(dec) * math.cos(h) * math.cos(lat)
    altitude = math.atan2(up, math.hypot(east, north))
    return math.degrees(altitude), normalise_deg(math.degrees(math.atan2(east, north)))

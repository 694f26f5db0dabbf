"""Frames that need astropy: from the catalogues' J2000 to the equator and equinox of date that INDI mounts speak."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from astro.mount_report import Equatorial, Site


@contextmanager
def offline() -> Iterator[None]:
    """Have astropy do with the Earth orientation data of its own package.

    Nothing is fetched, and dates beyond the table cost less than an arcsecond instead of raising.
    """
    from astropy.utils import iers

    with (
        iers.conf.set_temp("auto_download", False),
        iers.conf.set_temp("auto_max_age", None),
        iers.conf.set_temp("iers_degraded_accuracy", "ignore"),
        warnings.catch_warnings(),
    ):
        # Beyond the tables astropy warns at each call; the docstring above says what it costs.
        warnings.simplefilter("ignore")
        yield


def apparent_place(ra_deg: float, dec_deg: float, site: Site, unix_s: float) -> Equatorial:
    """Turn ICRS (J2000) coordinates into those of the true equator and equinox of date.

    Args:
        ra_deg: ICRS right ascension, degrees.
        dec_deg: ICRS declination, degrees.
        site: place of the observer.
        unix_s: UTC, seconds since 1970.

    Returns:
        Coordinates of date (INDI's EQUATORIAL_EOD_COORD).

    astropy does it (frame TETE), see ``offline``.
    """
    from astropy import units
    from astropy.coordinates import TETE, EarthLocation, SkyCoord
    from astropy.time import Time

    with offline():
        place = EarthLocation(lat=site.latitude_deg * units.deg, lon=site.longitude_deg * units.deg)
        frame = TETE(obstime=Time(unix_s, format="unix"), location=place)
        seen = SkyCoord(ra_deg * units.deg, dec_deg * units.deg, frame="icrs").transform_to(frame)
    return Equatorial(float(seen.ra.hour), float(seen.dec.deg))

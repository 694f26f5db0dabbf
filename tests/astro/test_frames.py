"""J2000 to date: astropy's answer against ERFA's own chain, today and beyond the tables, offline."""

import math
from itertools import pairwise

import erfa
import pytest

from astro.angles import difference_deg
from astro.bright_objects import BRIGHT_OBJECTS
from astro.frames import apparent_place
from astro.mount_report import Site

SITE = Site(44.15, 5.23)
YEAR_S = 365.25 * 86400.0


@pytest.mark.parametrize("year", [2000.5, 2026.9, 2045.0])
def test_places_of_date_are_erfas(year: float) -> None:
    unix_s = (year - 1970.0) * YEAR_S
    tt = unix_s / 86400.0 + 69.184 / 86400.0
    for candidate in BRIGHT_OBJECTS[::6]:
        found = apparent_place(candidate.ra_deg, candidate.dec_deg, SITE, unix_s)
        ra, dec = math.radians(candidate.ra_deg), math.radians(candidate.dec_deg)
        ri, di, origins = erfa.atci13(ra, dec, 0.0, 0.0, 0.0, 0.0, 2440587.5, tt)
        assert abs(difference_deg(15.0 * found.ra_h, math.degrees(ri - origins))) < 2e-3
        assert found.dec_deg == pytest.approx(math.degrees(di), abs=1e-3)


def test_the_objects_are_all_over_the_sky() -> None:
    assert len({candidate.name for candidate in BRIGHT_OBJECTS}) == len(BRIGHT_OBJECTS)
    hours = sorted(candidate.ra_deg / 15.0 for candidate in BRIGHT_OBJECTS)
    assert max(later - earlier for earlier, later in pairwise(hours)) < 2.5

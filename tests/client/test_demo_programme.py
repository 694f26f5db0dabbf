"""At any hour the demonstration finds three objects on both sides of the meridian."""

import pytest

from astro.bright_objects import BRIGHT_OBJECTS
from astro.mount_report import Site
from client.demo.programme import HIGHEST_DEG, LOWEST_DEG, choose


@pytest.mark.parametrize("hour", range(0, 24, 2))
@pytest.mark.parametrize("site", [Site(44.15, 5.23), Site(52.0, -100.0)])
def test_three_objects_in_different_quadrants(hour: int, site: Site) -> None:
    visits = choose(BRIGHT_OBJECTS, site, 1_795_000_000.0 + 3600.0 * hour)
    assert len({visit.quadrant for visit in visits}) == len(visits) == 3
    assert len({visit.side for visit in visits}) == 2
    assert visits[0].side is not visits[1].side, "the first slew after the first goes over the pier"
    assert all(LOWEST_DEG <= visit.altitude_deg <= HIGHEST_DEG for visit in visits)

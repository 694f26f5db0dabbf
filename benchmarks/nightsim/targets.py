"""The thirteen targets, from the southern sky over the zenith to the pole, each on a night that holds its transit."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from astro.frames import apparent_place
from astro.mount_report import Site
from benchmarks.nightsim.sky import Array, Track, dark_time, make_track, moon_places, observable


@dataclass(frozen=True, slots=True)
class Target:
    """An object and the night on which it is observed."""

    name: str
    ra_deg: float | None
    """ICRS right ascension, degrees; None for the moon."""
    dec_deg: float
    evening: date
    """The night begins on this day."""


def _target(name: str, hours: int, minutes: float, degrees: int, arcminutes: float, evening: date) -> Target:
    sign = -1.0 if degrees < 0 else 1.0
    return Target(name, 15.0 * (hours + minutes / 60.0), degrees + sign * arcminutes / 60.0, evening)


TARGETS = (
    _target("M42", 5, 35.29, -5, 23.5, date(2026, 12, 12)),
    Target("Moon", None, 0.0, date(2026, 1, 2)),
    _target("NGC 4559", 12, 35.96, 27, 57.6, date(2026, 4, 10)),
    _target("M13", 16, 41.69, 36, 27.7, date(2026, 6, 6)),
    _target("Vega", 18, 36.94, 38, 47.0, date(2026, 7, 2)),
    _target("M31", 0, 42.74, 41, 16.1, date(2026, 10, 11)),
    _target("dec +43", 12, 0.0, 43, 0.0, date(2026, 3, 28)),
    _target("dec +44", 12, 0.0, 44, 0.0, date(2026, 3, 28)),
    _target("dec +46", 12, 0.0, 46, 0.0, date(2026, 3, 28)),
    _target("M101", 14, 3.21, 54, 20.9, date(2026, 4, 28)),
    _target("NGC 3690", 11, 28.54, 58, 33.7, date(2026, 3, 21)),
    _target("M81", 9, 55.55, 69, 3.9, date(2026, 2, 22)),
    _target("NGC 188", 0, 48.43, 85, 15.3, date(2026, 11, 10)),
)


def find_targets(names: str) -> tuple[Target, ...]:
    """Choose targets by name.

    Args:
        names: separated by commas, case and spaces do not matter; "all" for all of them.

    Returns:
        The targets, in the order of the list.

    Raises:
        ValueError: there is no such target; the message names those that there are.
    """
    wanted = [_plain(name) for name in names.split(",") if name.strip()]
    if wanted == ["all"]:
        return TARGETS
    known = {_plain(target.name): target for target in TARGETS}
    for name in wanted:
        if name not in known:
            raise ValueError(f"no target {name!r}; there are {', '.join(target.name for target in TARGETS)}, or all")
    return tuple(target for name, target in known.items() if name in wanted)


def follow(target: Target, site: Site, step_s: float) -> Track:
    """Compute where a target stands while it is dark and the target is high enough.

    Args:
        target: what, and when.
        site: place of the observer.
        step_s: seconds from one value to the next.

    Returns:
        Its track, with the transit inside.

    Raises:
        ValueError: it does not pass the meridian in the dark of that night.
    """
    begin_s, end_s = dark_time(target.evening, site)
    times_s: Array = begin_s + np.arange(0.0, end_s - begin_s, step_s)
    if target.ra_deg is None:
        ra_h, dec_deg = moon_places(times_s, site)
    else:
        place = apparent_place(target.ra_deg, target.dec_deg, site, (begin_s + end_s) / 2.0)
        ra_h, dec_deg = np.full(len(times_s), place.ra_h), np.full(len(times_s), place.dec_deg)
    try:
        return observable(make_track(times_s, ra_h, dec_deg, site))
    except ValueError as error:
        raise ValueError(f"{target.name} on {target.evening}: {error}") from error


def _plain(name: str) -> str:
    return "".join(name.lower().split())

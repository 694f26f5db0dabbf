"""A few famous objects all over the sky, for demonstrations without a catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SkyObject:
    """An object by its ICRS (J2000) place."""

    name: str
    ra_deg: float
    dec_deg: float


def _object(name: str, hours: int, minutes: float, degrees: int, arcminutes: float) -> SkyObject:
    sign = -1 if degrees < 0 else 1
    return SkyObject(name, 15.0 * (hours + minutes / 60.0), degrees + sign * arcminutes / 60.0)


BRIGHT_OBJECTS = (
    _object("M 31", 0, 42.74, 41, 16.1),
    _object("M 33", 1, 33.85, 30, 39.6),
    _object("Hamal", 2, 7.17, 23, 27.7),
    _object("Pleiades", 3, 47.0, 24, 7.0),
    _object("Aldebaran", 4, 35.92, 16, 30.6),
    _object("Capella", 5, 16.69, 45, 59.9),
    _object("M 42", 5, 35.29, -5, 23.5),
    _object("Pollux", 7, 45.32, 28, 1.6),
    _object("Praesepe", 8, 40.4, 19, 40.0),
    _object("M 81", 9, 55.55, 69, 3.9),
    _object("Regulus", 10, 8.37, 11, 58.0),
    _object("M 97", 11, 14.8, 55, 1.1),
    _object("NGC 4559", 12, 35.96, 27, 57.6),
    _object("M 51", 13, 29.88, 47, 11.7),
    _object("M 3", 13, 42.19, 28, 22.6),
    _object("Arcturus", 14, 15.66, 19, 11.0),
    _object("M 5", 15, 18.56, 2, 4.9),
    _object("M 13", 16, 41.69, 36, 27.6),
    _object("M 92", 17, 17.12, 43, 8.2),
    _object("Vega", 18, 36.94, 38, 47.0),
    _object("Altair", 19, 50.78, 8, 52.1),
    _object("Deneb", 20, 41.43, 45, 16.8),
    _object("M 15", 21, 29.97, 12, 10.0),
    _object("Scheat", 23, 3.77, 28, 5.0),
    _object("M 52", 23, 24.8, 61, 35.6),
)

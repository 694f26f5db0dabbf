"""Finds the object that a person means: one of the famous ones, or coordinates in any usual notation."""

import difflib

from astro.bright_objects import BRIGHT_OBJECTS, SkyObject


class UnknownObject(ValueError):  # noqa: N818 - named for what happened
    """The words mean no object that is known here."""


def find_object(text: str) -> SkyObject:
    """Understand a name or a pair of coordinates.

    Args:
        text: "M 31", "m31", or right ascension and declination (J2000) such as "12h35m58s +27d57m36s" or
            "12:35:58 +27:57:36"; a right ascension without a unit is in hours.

    Returns:
        The object, ICRS.

    Raises:
        UnknownObject: neither; the message says what would be right.
    """
    known = {_plain(each.name): each for each in BRIGHT_OBJECTS}
    found = known.get(_plain(text))
    if found is not None:
        return found
    if any(letter.isdigit() for letter in text) and len(text.replace(",", " ").split()) >= 2:
        from astropy import units
        from astropy.coordinates import SkyCoord

        try:
            place = SkyCoord(text, unit=(units.hourangle, units.deg), frame="icrs")
            return SkyObject(text, float(place.ra.deg), float(place.dec.deg))
        except ValueError:
            pass
    near = difflib.get_close_matches(_plain(text), known, n=1)
    hint = f"did you mean {known[near[0]].name}?" if near else "known: " + ", ".join(e.name for e in BRIGHT_OBJECTS)
    raise UnknownObject(
        f'"{text}" is neither a known object nor a place such as "12h35m58s +27d57m36s" (J2000); {hint}'
    )


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
